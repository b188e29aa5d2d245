"""Write the made-up world as the systems would deliver it: KOSTRA extracts and SSB's population table."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import yaml

from dagster_project.demo.avvik import Avviksplan, trekker
from dagster_project.demo.fasit import Avviksrader, Fasit, lag_fasit
from dagster_project.demo.hovedbok import Hovedbok, lag_hovedbok, skriv_budsjett, skriv_hovedbok
from dagster_project.demo.kostraposter import lag_kvpposter, lag_mottakerposter
from dagster_project.demo.levering import lag_levering
from dagster_project.demo.maaned import skriv_maanedsleveranser
from dagster_project.demo.region import Region, lag_region
from dagster_project.demo.regnskap import Konto, lag_kontobelop, trekk_maanedsbelop
from dagster_project.demo.verden import ALDRE, DemoKommune, Verden, siste_maaned
from dagster_project.kostra.layout import Layout, find_layout
from dagster_project.kostra.skriv import LINJESLUTT, TEGNSETT, skriv_poster

FJORDREGIONEN = (
    DemoKommune("9911", "Fjordvik", 34_000),
    DemoKommune("9912", "Strandby", 30_000, fagsystem="socio", betalingsdag=10),
    DemoKommune("9913", "Elvheim", 20_000, fagsystem="socio", betalingsdag=1),
    DemoKommune("9914", "Lunddal", 7_600, betalingsdag=1),
    DemoKommune("9915", "Holmvær", 900, betalingsdag=12),
)
DEMOAAR = (2022, 2023, 2024, 2025, 2026)
DEMOFRO = 20220101

SIFFER = {"PERSON_FODSELSNR": 11, "PERSON_DUF": 12}
KVARTALER = (1, 2, 3)
KOMMUNE_MED_FEIL = 2
FEIL = ((2, "BIDRAG", "0012O00"), (5, "BIDRAG", "0012O00"), (8, "VEDTAKDATO", "991322"))
UKJENT_FIL = "notat.txt"


@dataclass(frozen=True)
class _Demo:
    """A region with its records and accounts, by year, and by municipality and year."""

    region: Region
    poster: Mapping[int, pa.Table]
    kvp: Mapping[int, pa.Table]
    maanedsbelop: Mapping[tuple[int, int], Mapping[Konto, float]]
    hovedbok: Hovedbok
    regnskapsavvik: tuple[Avviksrader, ...]


def lag_leveranser(
    mappe: Path,
    kommuner: Sequence[DemoKommune],
    aar: Sequence[int],
    fro: int,
    *,
    plan: Avviksplan | None = None,
    med_fagsystem: bool = False,
    med_hovedbok: bool = False,
) -> list[Path]:
    """Write deliveries for the municipalities and years and return the files in the order they were written.

    Shape: `<kommunenummer>/kostra/<aar>/` with 11F, 11CF and 0A, for the next to last year also the
    accounts accumulated by quarter; `felles/ssb_11805_befolkning.json`; `konfig/kommuner.yml`; and two flaws
    on purpose: three unreadable fields in one 11F file of the first year, and `notat.txt`, no delivery.
    `med_fagsystem` adds the case systems' monthly files, with a few flaws of their own, and `med_hovedbok` the
    ledger's and the budgets: see `skriv_maanedsleveranser`, `skriv_hovedbok` and `skriv_budsjett`. 11F and 0A are the
    same with and without them.
    The same arguments give the same bytes. Files that are there already under these names are replaced.

    Raises:
        ValueError: if there is no municipality, no year, or a year without a known layout.
    """
    demo = _lag_demo(kommuner, aar, fro, plan)
    verden = demo.region.verden
    filer: list[Path] = []
    with duckdb.connect() as con:
        for ett in verden.aar:
            filer += _skriv_aar(con, demo, mappe, ett)
        if med_fagsystem:
            filer += skriv_maanedsleveranser(con, mappe, demo.region, lag_levering(demo.region), demo.poster)
        if med_hovedbok:
            filer += skriv_hovedbok(con, mappe, demo.region, demo.hovedbok)
            filer += skriv_budsjett(mappe, demo.region, demo.hovedbok)
    _odelegg(_kostrafil(mappe, verden, KOMMUNE_MED_FEIL % len(kommuner), verden.aar[0], "Sosial"), verden.aar[0])
    for sti, innhold in (
        (
            mappe / "felles" / "ssb_11805_befolkning.json",
            json.dumps(lag_befolkningstabell(verden), ensure_ascii=False),
        ),
        (mappe / "konfig" / "kommuner.yml", lag_konfig(kommuner)),
        (mappe / UKJENT_FIL, "Husk å sende regnskapet før fristen.\n"),
    ):
        sti.parent.mkdir(parents=True, exist_ok=True)
        sti.write_text(innhold, encoding="utf-8", newline="\n")
        filer.append(sti)
    return filer


def lag_demofasit(
    kommuner: Sequence[DemoKommune], aar: Sequence[int], fro: int, *, plan: Avviksplan | None = None
) -> Fasit:
    """Return the truth about what `lag_leveranser` writes with the same arguments; nothing is written.

    The 11F records that `lag_leveranser` makes unreadable are not among the differences from 11F.
    """
    demo = _lag_demo(kommuner, aar, fro, plan)
    return lag_fasit(demo.region, lag_levering(demo.region), demo.regnskapsavvik)


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


def lag_konfig(kommuner: Sequence[DemoKommune]) -> str:
    """Return `konfig/kommuner.yml` for the municipalities."""
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


def _lag_demo(kommuner: Sequence[DemoKommune], aar: Sequence[int], fro: int, plan: Avviksplan | None) -> _Demo:
    ukjente = [str(ett) for ett in aar if find_layout("11F", ett) is None]
    if ukjente:
        raise ValueError(f"Ingen kjent oppbygging av 11F for {', '.join(ukjente)}.")
    region = lag_region(kommuner, aar, fro, plan)
    verden = region.verden
    poster = {
        ett: lag_mottakerposter(trekker(fro, "11F", ett), verden.personer, region.stonad, verden.nummer, ett)
        for ett in verden.aar
    }
    kvp = {ett: lag_kvpposter(trekker(fro, "11CF", ett), verden, ett) for ett in verden.aar}
    maanedsbelop = {
        (kommune, ett): trekk_maanedsbelop(
            trekker(fro, "0A", ett, kommune), int(verden.innbyggere[kommune, :, verden.aar.index(ett)].sum()), ett
        )
        for kommune in range(len(verden.kommuner))
        for ett in verden.aar
    }
    hovedbok, avvik = lag_hovedbok(region, _kvp_per_maaned(verden, kvp), maanedsbelop)
    return _Demo(region, poster, kvp, maanedsbelop, hovedbok, tuple(avvik))


def _skriv_aar(con: duckdb.DuckDBPyConnection, demo: _Demo, mappe: Path, aar: int) -> list[Path]:
    verden = demo.region.verden
    filer = []
    for skjema, type_, tabell in (("11F", "Sosial", demo.poster[aar]), ("11CF", "KVP", demo.kvp[aar])):
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
    for kommune, nummer in enumerate(verden.nummer):
        for kvartal, til_maaned in perioder:
            sti = _kostrafil(mappe, verden, kommune, aar, "BEV", f"_K{kvartal}" if kvartal.strip() else "")
            i_hovedboka = demo.hovedbok.per_konto(kommune, aar, til_maaned)
            belop = lag_kontobelop(demo.maanedsbelop[kommune, aar], til_maaned, i_hovedboka)
            _skriv_regnskap(con, sti, nummer, aar, kvartal, belop)
            filer.append(sti)
    return filer


def _kvp_per_maaned(verden: Verden, kvp: Mapping[int, pa.Table]) -> dict[tuple[int, int], float]:
    """Spread each participant's year evenly on the months in the programme; kroner by municipality and month."""
    belop: dict[tuple[int, int], float] = {}
    for aar, poster in kvp.items():
        i_maaned = np.array([poster[f"STMND_{k + 1}"].is_valid().to_numpy() for k in range(12)])
        per_maaned = poster["KVP_STONAD"].to_numpy() / np.maximum(i_maaned.sum(axis=0), 1) * i_maaned
        kommune = poster["KOMMUNE_NR"].combine_chunks().indices.to_numpy()
        for nr in range(len(verden.kommuner)):
            belop |= {(nr, aar * 12 + k): float(per_maaned[k, kommune == nr].sum()) for k in range(12)}
    return belop


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
