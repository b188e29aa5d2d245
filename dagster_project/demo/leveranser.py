"""Write the made-up world as the systems would deliver it: KOSTRA extracts and SSB's population table."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import yaml

from dagster_project.demo.regnskap import lag_kontobelop
from dagster_project.demo.verden import (
    ALDRE,
    MAANEDSNAVN,
    DemoKommune,
    Verden,
    lag_kvpposter,
    lag_mottakerposter,
    lag_verden,
    siste_maaned,
)
from dagster_project.kostra.layout import Layout, find_layout
from dagster_project.kostra.skriv import LINJESLUTT, TEGNSETT, skriv_poster

FJORDREGIONEN = (
    DemoKommune("9911", "Fjordvik", 34_000),
    DemoKommune("9912", "Strandby", 30_000, fagsystem="socio"),
    DemoKommune("9913", "Elvheim", 20_000, fagsystem="socio"),
    DemoKommune("9914", "Lunddal", 7_600),
    DemoKommune("9915", "Holmvær", 900),
)
DEMOAAR = (2022, 2023, 2024, 2025, 2026)
DEMOFRO = 20220101

SIFFER = {"PERSON_FODSELSNR": 11, "PERSON_DUF": 12}
KVARTALER = (1, 2, 3)
KOMMUNE_MED_FEIL = 2
FEIL = ((2, "BIDRAG", "0012O00"), (5, "BIDRAG", "0012O00"), (8, "VEDTAKDATO", "991322"))
UKJENT_FIL = "notat.txt"


def lag_leveranser(mappe: Path, kommuner: Sequence[DemoKommune], aar: Sequence[int], fro: int) -> list[Path]:
    """Write deliveries for the municipalities and years and return the files in the order they were written.

    Shape: `<kommunenummer>/kostra/<aar>/` with 11F, 11CF and 0A, for the next to last year also the
    accounts accumulated by quarter; `felles/ssb_11805_befolkning.json`; `konfig/kommuner.yml`; and two flaws
    on purpose: three unreadable fields in one 11F file of the first year, and `notat.txt`, no delivery.
    The same arguments give the same bytes. Files that are there already under these names are replaced.

    Raises:
        ValueError: if there is no municipality, no year, or a year without a known layout.
    """
    ukjente = [str(ett) for ett in aar if find_layout("11F", ett) is None]
    if ukjente:
        raise ValueError(f"Ingen kjent oppbygging av 11F for {', '.join(ukjente)}.")
    verden = lag_verden(kommuner, aar, fro)
    filer: list[Path] = []
    with duckdb.connect() as con:
        for ett in verden.aar:
            filer += _skriv_aar(con, verden, mappe, ett, np.random.default_rng((fro, ett)))
    _odelegg(_kostrafil(mappe, verden, KOMMUNE_MED_FEIL % len(kommuner), verden.aar[0], "Sosial"), verden.aar[0])
    for sti, innhold in (
        (
            mappe / "felles" / "ssb_11805_befolkning.json",
            json.dumps(lag_befolkningstabell(verden), ensure_ascii=False),
        ),
        (mappe / "konfig" / "kommuner.yml", _konfig(kommuner)),
        (mappe / UKJENT_FIL, "Husk å sende regnskapet før fristen.\n"),
    ):
        sti.parent.mkdir(parents=True, exist_ok=True)
        sti.write_text(innhold, encoding="utf-8", newline="\n")
        filer.append(sti)
    return filer


def postsporring(layout: Layout, tabell: pa.Table, navn: str) -> str:
    """Return the query that turns a table of `verden` into official text columns of the layout.

    Whole numbers that stand for identifiers get their leading zeros, and the journal number its letter.
    """
    uttrykk = {felt: f"lpad(cast({felt} as varchar), {siffer}, '0')" for felt, siffer in SIFFER.items()}
    uttrykk["PERSON_JOURNALNR"] = "'K' || lpad(cast(PERSON_JOURNALNR as varchar), 7, '0')"
    kolonner = [
        f"{uttrykk.get(felt.navn, felt.navn)} as {felt.navn}"
        for felt in layout.felter
        if felt.navn in tabell.column_names
    ]
    return f"select {', '.join(kolonner)} from {navn}"


def lag_befolkningstabell(verden: Verden) -> dict[str, object]:
    """Return SSB table 11805 as json-stat2: persons by municipality, one-year age and year on 31.12.

    In the smallest municipality the highest age is withheld in the first year (null with status ":").
    """
    innbyggere = verden.innbyggere
    minst = int(innbyggere[:, :, 0].sum(axis=1).argmin())
    holdt_tilbake = int(np.ravel_multi_index((minst, ALDRE - 1, 0), innbyggere.shape))
    verdier: list[int | None] = innbyggere.ravel().tolist()
    verdier[holdt_tilbake] = None
    aldre = [f"{alder:03d}" for alder in range(ALDRE)]
    alder_navn = [f"{alder} år" for alder in range(ALDRE - 1)] + [f"{ALDRE - 1} år eller eldre"]
    aar = [str(ett) for ett in verden.aar]
    return {
        "version": "2.0",
        "class": "dataset",
        "label": "11805: Befolkning per 31.12., etter region, alder, statistikkvariabel og år",
        "source": "Oppdiktede tall i samme form som Statistisk sentralbyrås tabell",
        "updated": f"{verden.aar[-1]}-03-15T07:00:00Z",
        "id": ["KOKkommuneregion0000", "Alder", "ContentsCode", "Tid"],
        "size": [len(verden.kommuner), ALDRE, 1, len(aar)],
        "dimension": {
            "KOKkommuneregion0000": _dimensjon("region", verden.nummer, [k.navn for k in verden.kommuner]),
            "Alder": _dimensjon("alder", aldre, alder_navn),
            "ContentsCode": {
                "label": "statistikkvariabel",
                "category": {
                    "index": {"Personer": 0},
                    "label": {"Personer": "Personer"},
                    "unit": {"Personer": {"base": "personer", "decimals": 0}},
                },
            },
            "Tid": _dimensjon("år", aar, aar),
        },
        "value": verdier,
        "status": {str(holdt_tilbake): ":"},
        "role": {"time": ["Tid"], "geo": ["KOKkommuneregion0000"], "metric": ["ContentsCode"]},
        "extension": {"px": {"tableid": "11805"}},
    }


def _dimensjon(navn: str, koder: Sequence[str], tekster: Sequence[str]) -> dict[str, object]:
    return {
        "label": navn,
        "category": {
            "index": {kode: nr for nr, kode in enumerate(koder)},
            "label": dict(zip(koder, tekster, strict=True)),
        },
    }


def _konfig(kommuner: Sequence[DemoKommune]) -> str:
    oppforinger = [
        {
            "kommunenummer": kommune.kommunenummer,
            "navn": kommune.navn,
            "fagsystem": kommune.fagsystem,
            "instans": kommune.instans,
        }
        for kommune in kommuner
    ]
    return yaml.safe_dump({"kommuner": oppforinger}, allow_unicode=True, sort_keys=False)


def _kostrafil(mappe: Path, verden: Verden, kommune: int, aar: int, type_: str, tillegg: str = "") -> Path:
    nummer = verden.nummer[kommune]
    return mappe / nummer / "kostra" / str(aar) / f"{type_}_{nummer}00{tillegg}.dat"


def _skriv_aar(
    con: duckdb.DuckDBPyConnection, verden: Verden, mappe: Path, aar: int, rng: np.random.Generator
) -> list[Path]:
    poster = lag_mottakerposter(rng, verden.personer, verden.tilfeller, verden.nummer, aar)
    kvp = lag_kvpposter(rng, verden, aar)
    filer = []
    for skjema, type_, tabell in (("11F", "Sosial", poster), ("11CF", "KVP", kvp)):
        layout = find_layout(skjema, aar)
        con.register("poster", tabell)
        for kommune, nummer in enumerate(verden.nummer):
            sti = _kostrafil(mappe, verden, kommune, aar, type_)
            sporring = postsporring(layout, tabell, "poster") + f" where KOMMUNE_NR = '{nummer}'"
            skriv_poster(con, sporring, layout, sti, sorter_etter="PERSON_JOURNALNR")
            filer.append(sti)
        con.unregister("poster")
    kvartalsaar = verden.aar[-2] if len(verden.aar) > 1 else verden.aar[-1]
    perioder = [(" ", siste_maaned(aar))]
    if aar == kvartalsaar:
        perioder += [(str(kvartal), 3 * kvartal) for kvartal in KVARTALER]
    for kommune in range(len(verden.kommuner)):
        fro = int(rng.integers(2**31))
        for kvartal, til_maaned in perioder:
            sti = _kostrafil(mappe, verden, kommune, aar, "BEV", f"_K{kvartal}" if kvartal.strip() else "")
            # The same seed for the year and its quarters, so that the accounts only grow through the year.
            belop = lag_kontobelop(
                np.random.default_rng(fro),
                int(verden.innbyggere[kommune, :, verden.aar.index(aar)].sum()),
                aar,
                til_maaned / 12,
                _utbetalt(verden, poster, kvp, kommune, til_maaned),
            )
            _skriv_regnskap(con, sti, verden.nummer[kommune], aar, kvartal, belop)
            filer.append(sti)
    return filer


def _utbetalt(verden: Verden, poster: pa.Table, kvp: pa.Table, kommune: int, til_maaned: int) -> Mapping[str, float]:
    """Sum what one municipality has paid up to and with a month, in kroner."""
    her = poster["KOMMUNE_NR"].combine_chunks().indices.to_numpy() == kommune
    kvp_her = kvp["KOMMUNE_NR"].combine_chunks().indices.to_numpy() == kommune
    maaneder = MAANEDSNAVN[:til_maaned]
    satt = np.array([kvp[f"STMND_{k + 1}"].is_valid().to_numpy() for k in range(12)])
    andel = satt[:til_maaned].sum(axis=0) / np.maximum(satt.sum(axis=0), 1)
    return {
        "bidrag": float(sum(poster[f"BIDRAG_{navn}"].to_numpy()[her].sum() for navn in maaneder)),
        "laan": float(sum(poster[f"LAAN_{navn}"].to_numpy()[her].sum() for navn in maaneder)),
        "kvp": float((kvp["KVP_STONAD"].to_numpy() * andel)[kvp_her].sum()),
    }


def _skriv_regnskap(
    con: duckdb.DuckDBPyConnection,
    sti: Path,
    kommunenummer: str,
    aar: int,
    kvartal: str,
    belop: Mapping[tuple[str, str, str], int],
) -> None:
    kontoklasse, funksjon, art = zip(*belop, strict=True)
    linjer = pa.table(
        {
            "skjema": ["0A"] * len(belop),
            "aargang": [str(aar)] * len(belop),
            "kvartal": [kvartal] * len(belop),
            "region": [f"{kommunenummer}00"] * len(belop),
            "kontoklasse": kontoklasse,
            "funksjon_kapittel": funksjon,
            "art_sektor": art,
            "belop": list(belop.values()),
            "linje": range(len(belop)),
        }
    )
    con.register("linjer", linjer)
    skriv_poster(con, "linjer", find_layout("0A", aar), sti, sorter_etter="linje")
    con.unregister("linjer")


def _odelegg(sti: Path, aar: int) -> None:
    """Overwrite a few fields of a finished file with text that cannot be read, where it has such records."""
    layout = find_layout("11F", aar)
    poster = sti.read_bytes().split(LINJESLUTT)
    for linje, navn, tekst in FEIL:
        felt = layout.felt(navn)
        if linje < len(poster):
            start = felt.fra - 1
            innhold = tekst.rjust(felt.lengde, "0")[: felt.lengde].encode(TEGNSETT)
            post = poster[linje - 1]
            poster[linje - 1] = post[:start] + innhold + post[start + felt.lengde :]
    sti.write_bytes(LINJESLUTT.join(poster))
