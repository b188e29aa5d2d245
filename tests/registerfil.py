"""Register files as NAV and SSB lay them out, with made-up figures, and a warehouse to read them into."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openpyxl

from dagster_project.ingestion.database import aapne_varehus
from dagster_project.ingestion.fil import undersok
from dagster_project.ingestion.gjenkjenning import Gjenkjent
from dagster_project.ingestion.vurdering import Vurdering
from dagster_project.register.gjenkjenning import Registerfil, gjenkjenn_register
from dagster_project.register.innlesing import les_register
from dagster_project.register.tabeller import RAATABELLER_REGISTER, TABELLER_REGISTER
from tests.varehus import eget_miljo, ny_mappe

NAV_HODE = "Fylkenr;Fylkenavn;Kommunenr;Kommunenavn;Antall helt ledige;Helt ledige i prosent av arbeidsstyrken"
MAANEDER = ("Januar", "Februar", "Mars")
ARK = {
    "antall": "3. Kommune Antall",
    "prosent": "4. Kommune Prosent av arbeidsst",
}

Rad = Sequence[Any]


class Varehus:
    """A warehouse with the register tables, and the reader of one file after another."""

    def __init__(self, rot: Path) -> None:
        self.rot = rot
        self.con = aapne_varehus(ny_mappe(rot / "region"), eget_miljo(rot / "personnokkel.key"))
        self.con.execute("use varehus")
        self.con.execute(TABELLER_REGISTER)
        self.con.execute("use kladd")

    def les(self, sti: Path) -> Vurdering:
        """Read a file as the run would, and hold its counts to each other."""
        funnet = kjenn(sti)
        assert funnet is not None, f"{sti.name} er ikke gjenkjent"
        vurdering = les_register(self.con, undersok(sti), Gjenkjent(*funnet))
        assert vurdering.rader_lest == vurdering.rader_godtatt + vurdering.rader_karantene
        return vurdering

    def tom(self) -> None:
        """Forget all files read."""
        for tabell in ("intern.karantene", *(navn for navnene in RAATABELLER_REGISTER.values() for navn in navnene)):
            self.con.execute(f"delete from varehus.{tabell}")

    def sporr(self, sql: str) -> list[tuple]:
        """Return the rows of a query; tables are named with their schema."""
        self.con.execute("use varehus")
        try:
            return self.con.execute(sql).fetchall()
        finally:
            self.con.execute("use kladd")

    def tall(self, *kolonner: str) -> list[tuple]:
        """Return columns of `raw.nav_register`, sorted."""
        return self.sporr(f"select {', '.join(kolonner)} from raw.nav_register order by all")


def kjenn(sti: Path) -> Registerfil | None:
    """Return what a file is told to be by its name and its first bytes."""
    return gjenkjenn_register(sti, sti.read_bytes()[: 64 * 1024].removeprefix(b"\xef\xbb\xbf"))


def skriv(sti: Path, innhold: str | bytes | dict, tegnsett: str = "utf-8") -> Path:
    """Write a file of text, bytes or JSON."""
    if isinstance(innhold, dict):
        innhold = json.dumps(innhold, ensure_ascii=False)
    sti.write_bytes(innhold if isinstance(innhold, bytes) else innhold.encode(tegnsett))
    return sti


def skriv_bok(sti: Path, ark: dict[str, Sequence[Rad]], prosent: Sequence[str] = ()) -> Path:
    """Write a workbook, one list of rows per sheet; cells of the sheets in `prosent` are formatted as per cent."""
    bok = openpyxl.Workbook()
    bok.remove(bok.active)
    for navn, rader in ark.items():
        side = bok.create_sheet(navn)
        for rad in rader:
            side.append(list(rad))
        if navn in prosent:
            for celle in (celle for rad in side.iter_rows() for celle in rad):
                celle.number_format = "0.0%"
    bok.save(sti)
    return sti


def kube(
    dimensjoner: dict[str, Sequence[str]],
    verdier: Sequence[float | None],
    *,
    tabell: str,
    status: dict[str, str] | None = None,
    etiketter: dict[str, str] | None = None,
    tittel: str = "",
) -> dict[str, Any]:
    """Return a json-stat2 dataset with the codes of each dimension and the figures row by row."""
    roller = {"Region": "geo", "KOKkommuneregion0000": "geo", "Tid": "time", "ContentsCode": "metric"}
    return {
        "version": "2.0",
        "class": "dataset",
        "label": f"{tabell}: {tittel}",
        "id": list(dimensjoner),
        "size": [len(koder) for koder in dimensjoner.values()],
        "dimension": {
            navn: {
                "label": navn,
                "category": {
                    "index": {kode: nr for nr, kode in enumerate(koder)},
                    "label": {kode: (etiketter or {}).get(kode, kode) for kode in koder},
                },
            }
            for navn, koder in dimensjoner.items()
        },
        "value": list(verdier),
        "status": status or {},
        "role": {rolle: [navn for navn in dimensjoner if roller.get(navn) == rolle] for rolle in set(roller.values())},
        "extension": {"px": {"tableid": tabell}},
    }
