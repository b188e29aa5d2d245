"""The made-up municipality Eksempelvik (9901) in tests/golden/eksempelkommune, read without the warehouse.

`golden_rows` gives the delivered records as they are; `build_int_tables` gives what the warehouse should make
of them, worked out here in the plainest way, so that the generated SQL can be tried apart from the pipeline.
"""

import csv
from decimal import Decimal
from pathlib import Path

import duckdb

ROOT = Path(__file__).resolve().parent.parent
GOLDEN = ROOT / "tests" / "golden" / "eksempelkommune"

FILES = {
    "11F": "mottakere_11f.csv",
    "11CF": "deltakere_11cf.csv",
    "0A": "regnskap_0a.csv",
    "befolkning": "befolkning.csv",
}
MAANEDER = ("JAN", "FEB", "MARS", "APRIL", "MAI", "JUNI", "JULI", "AUG", "SEPT", "OKT", "NOV", "DES")
VILKAAR = (
    "VILKARARBEID",
    "VILKARKURS",
    "VILKARUTD",
    "VILKARJOBBLOG",
    "VILKARJOBBTILB",
    "VILKARSAMT",
    "VILKAROKRETT",
    "VILKARLIVSH",
    "VILKARHELSE",
    "VILKARANNET",
    "VILKARDIGPLAN",
    "VILKARNORSKSAMISKOPPL",
)
UNNTAK = ("VEDTAKARB", "VEDTAKAKT", "VEDTAKHELSE", "VEDTAKGRUNN")
KVP_SOSIALHJELP = ("KVP_MED_SOSHJ_ENGANG", "KVP_MED_SOSHJ_PGM", "KVP_MED_SOSHJ_SUP")
AVSLUTNING = (
    "AVSL_ORDINAERTARB",
    "AVSL_ARBLONNSTILS",
    "AVSL_ARBMARK",
    "AVSL_SKOLE",
    "AVSL_UFORE",
    "AVSL_AAP",
    "AVSL_OK_AVKLAR",
    "AVSL_UTEN_OK_AVKLAR",
    "AVSL_ANNET",
    "AVSL_UKJENT",
)

INT_TABLES = {
    "int_mottaker_aar": """
        kommunenummer varchar, rapporteringsaar integer, bydel varchar, leveranse_id varchar, linje integer,
        mottaker_id varchar, alder integer, kjonn_kode varchar, sivilstand_kode varchar, bu18_kode varchar,
        antall_barn_under_18 integer, vklo_kode varchar, trygdesit_kode varchar, arbsit_kode varchar,
        bosit_kode varchar, okonomirad_kode varchar, individuell_plan_kode varchar, vilkaar_kode varchar,
        vilkaar_partner_kode varchar, maaneder integer[], maaned_antall integer, bidrag_nok decimal(18, 2),
        laan_nok decimal(18, 2), stonad_nok decimal(18, 2), utbetalt_per_maaned decimal(18, 2)[],
        vilkaar_typer varchar[], unntak_typer varchar[], har_sanksjon_redusert boolean,
        har_sanksjon_andre boolean, er_ny boolean, kommune_antall integer, aldersklasse_kode varchar,
        familiefase_kode varchar
    """,
    "int_kvp_deltaker_aar": """
        kommunenummer varchar, rapporteringsaar integer, leveranse_id varchar, linje integer,
        mottaker_id varchar, alder integer, kjonn_kode varchar, er_deltaker boolean, status_kode varchar,
        maaneder integer[], maaned_antall integer, kvp_stonad_nok decimal(18, 2),
        har_ytelse_sosialhjelp boolean, ytelse_sosialhjelp_type_kode varchar,
        kvp_med_sosialhjelp_typer varchar[], avslutning_typer varchar[], avslutning_inntekt_kode varchar
    """,
    "int_regnskap_begrep": """
        kommunenummer varchar, rapporteringsaar integer, kontoklasse varchar, funksjon varchar,
        begrep varchar, belop_nok decimal(18, 2)
    """,
    "int_kommune_aar": "kilde varchar, kommunenummer varchar, rapporteringsaar integer",
    "int_befolkning": "kommunenummer varchar, rapporteringsaar integer, alder integer, innbyggere integer",
}
"""The tables the generated SQL reads, with their columns and types."""


def golden_rows(kilde: str) -> list[dict[str, str]]:
    """Return the golden records of `11F`, `11CF`, `0A` or `befolkning`.

    Shape: one dict per record in the file's order, keyed by the field names of the layout; blank is "".
    A date is text in the eight digits of the 2025 layout. 11F holds records of 2024 and 2025; VERSION tells them
    apart.
    """
    with (GOLDEN / FILES[kilde]).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def build_int_tables(con: duckdb.DuckDBPyConnection) -> None:
    """Create and fill the tables of INT_TABLES in `con` from the golden records."""
    rows = {
        "int_mottaker_aar": _mottakere(),
        "int_kvp_deltaker_aar": [_deltaker(linje, rad) for linje, rad in enumerate(golden_rows("11CF"), 1)],
        "int_regnskap_begrep": _regnskap(),
        "int_kommune_aar": sorted(
            {(kilde, rad["KOMMUNE_NR"], _aar(rad)) for kilde in ("11F", "11CF") for rad in golden_rows(kilde)}
        ),
        "int_befolkning": [
            (r["kommunenummer"], int(r["rapporteringsaar"]), int(r["alder"]), int(r["innbyggere"]))
            for r in golden_rows("befolkning")
        ],
    }
    for table, columns in INT_TABLES.items():
        con.execute(f"create or replace table {table} ({columns})")
        insert_rows(con, table, rows[table])


def insert_rows(con: duckdb.DuckDBPyConnection, table: str, rows: list[tuple]) -> None:
    """Insert rows that have a value for every column of the table."""
    if rows:
        con.executemany(f"insert into {table} values ({', '.join('?' * len(rows[0]))})", rows)


def _mottakere() -> list[tuple]:
    rader = golden_rows("11F")
    sett = {(_aar(rad), _person(rad)) for rad in rader}
    leverte_aar = {_aar(rad) for rad in rader}
    return [_mottaker(linje, rad, sett, leverte_aar) for linje, rad in enumerate(rader, 1)]


def _mottaker(linje: int, rad: dict[str, str], sett: set[tuple[int, str]], leverte_aar: set[int]) -> tuple:
    aar = _aar(rad)
    alder = _alder(rad)
    maaneder = _maaneder(rad)
    bidrag, laan = _kroner(rad["BIDRAG"]), _kroner(rad["LAAN"])
    return (
        rad["KOMMUNE_NR"],
        aar,
        rad["BYDELSNR"] or None,
        f"11F_{aar}",
        linje,
        _person(rad),
        alder,
        rad["KJONN"] or None,
        rad["EKTSTAT"] or None,
        rad["BU18"] or None,
        int(rad["ANTBU18"]) if rad["ANTBU18"] else None,
        rad["VKLO"] or None,
        rad["TRYGDESIT"] or None,
        rad["ARBSIT"] or None,
        rad["BOSIT"] or None,
        rad["GITT_OKONOMIRAD"] or None,
        rad["FAAT_INDIVIDUELL_PLAN"] or None,
        rad["VILKARSOSLOV"] or None,
        rad["VILKARSAMEKT"] or None,
        maaneder,
        len(maaneder),
        bidrag,
        laan,
        (bidrag or 0) + (laan or 0),
        [(_kroner(rad[f"BIDRAG_{m}"]) or 0) + (_kroner(rad[f"LAAN_{m}"]) or 0) for m in MAANEDER],
        [rad[felt] for felt in VILKAAR if rad[felt]],
        [rad[felt] for felt in UNNTAK if rad[felt]],
        rad["SANKSJONRED"] == "01",
        rad["SANKSJONANDRE"] == "02",
        (aar - 1, _person(rad)) not in sett if aar - 1 in leverte_aar else None,
        1,
        _aldersklasse(alder),
        _familiefase(rad, alder),
    )


def _deltaker(linje: int, rad: dict[str, str]) -> tuple:
    maaneder = _maaneder(rad)
    begynt = rad["BEGYNT_DATO"]
    return (
        rad["KOMMUNE_NR"],
        _aar(rad),
        f"11CF_{_aar(rad)}",
        linje,
        _person(rad),
        _alder(rad),
        rad["KJONN"],
        bool(begynt) and int(begynt[4:]) <= _aar(rad),
        rad["STATUS"] or None,
        maaneder,
        len(maaneder),
        _kroner(rad["KVP_STONAD"]),
        rad["YTELSE_SOSHJELP"] == "1",
        rad["YTELSE_TYPE_SOSHJ"] or None,
        [rad[felt] for felt in KVP_SOSIALHJELP if rad[felt]],
        [rad[felt] for felt in AVSLUTNING if rad[felt]],
        rad["AVSL_VIKTIGSTE_INNTEKT"] or None,
    )


def _regnskap() -> list[tuple]:
    belop: dict[tuple, Decimal] = {}
    for rad in golden_rows("0A"):
        kommune, aar = rad["region"][:4], int(rad["aargang"])
        for begrep in _begreper(rad["kontoklasse"], int(rad["art_sektor"])):
            nokkel = (kommune, aar, rad["kontoklasse"], rad["funksjon_kapittel"], begrep)
            belop[nokkel] = belop.get(nokkel, Decimal(0)) + 1000 * Decimal(rad["belop"])
    return [(*nokkel, sum_) for nokkel, sum_ in belop.items()]


def _begreper(kontoklasse: str, art: int) -> list[str]:
    """Return the account concepts an art is part of; income is negative in the file, so all are sums."""
    if kontoklasse == "0":
        return ["INVESTERING"] if art < 500 else []
    drift = (10 <= art <= 480 and art != 490) or art == 590
    tjeneste = 10 <= art <= 285 or art in (429, 590)
    medlemmer = {
        "BRUTTO": drift or art in (690, 710, 729),
        "NETTO": drift or 600 <= art <= 895,
        "KORR": tjeneste or art in (690, 729),
        "LONN": 10 <= art <= 99 or art == 710,
        "MVA_KOMP": art == 729,
    }
    return [begrep for begrep, er_med in medlemmer.items() if er_med]


def _aar(rad: dict[str, str]) -> int:
    return 2000 + int(rad["VERSION"])


def _person(rad: dict[str, str]) -> str:
    return rad["PERSON_FODSELSNR"] or rad["PERSON_DUF"]


def _alder(rad: dict[str, str]) -> int | None:
    """Return the age at the end of the year; those born before 2000 have an individual number below 500."""
    if rad["FODSELSDATO"]:
        return _aar(rad) - int(rad["FODSELSDATO"][4:])
    nummer = rad["PERSON_FODSELSNR"]
    if not nummer:
        return None
    aarhundre = 1900 if int(nummer[6:9]) < 500 else 2000
    return _aar(rad) - aarhundre - int(nummer[4:6])


def _maaneder(rad: dict[str, str]) -> list[int]:
    return [m for m in range(1, 13) if rad[f"STMND_{m}"]]


def _kroner(tekst: str) -> Decimal | None:
    return Decimal(tekst) if tekst else None


def _aldersklasse(alder: int | None) -> str:
    if alder is None:
        return "ugyldig"
    grenser = ((18, "u18"), (25, "18_24"), (45, "25_44"), (67, "45_66"))
    return next((navn for grense, navn in grenser if alder < grense), "67_pluss")


def _familiefase(rad: dict[str, str], alder: int | None) -> str:
    har_barn = rad["BU18"] == "1"
    if rad["EKTSTAT"] in ("2", "3"):
        return "par_med_barn" if har_barn else "par_uten_barn"
    kjonn = {"1": "mann", "2": "kvinne"}[rad["KJONN"]]
    if har_barn:
        return f"enslig_{kjonn}_med_barn"
    if alder is None:
        return "uoppgitt"
    grenser = ((20, "u20"), (25, "20_24"), (45, "25_44"), (67, "45_66"))
    return f"enslig_{kjonn}_{next((navn for grense, navn in grenser if alder < grense), '67_pluss')}"
