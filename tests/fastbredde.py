"""Small valid 11F files, made from nothing but a number of recipients."""

from pathlib import Path

import duckdb

from dagster_project.kostra.layout import find_layout
from dagster_project.kostra.skriv import skriv_poster


def skriv_11f_fil(sti: Path, kommunenummer: str, aar: int, antall: int) -> Path:
    """Write `antall` recipients known by journal number and birth date only, with one month's support each."""
    layout = find_layout("11F", aar)
    assert layout is not None
    kolonner = {
        "KOMMUNE_NR": f"'{kommunenummer}'",
        "VERSION": f"'{aar % 100:02d}'",
        "FODSELSDATO": "'01011990'",
        "PERSON_JOURNALNR": "printf('J%07d', nr)",
        "KJONN": "'1'",
        "EKTSTAT": "'1'",
        "BU18": "'2'",
        "VKLO": "'5'",
        "TRYGDESIT": "'12'",
        "ARBSIT": "'04'",
        "STMND_1": "'01'",
        "BIDRAG": "1000",
        "LAAN": "0",
        "BIDRAG_JAN": "1000",
        "GITT_OKONOMIRAD": "'2'",
        "FAAT_INDIVIDUELL_PLAN": "'2'",
        "SAKSBEHANDLER": "'SB001'",
        "BOSIT": "'1'",
        "VILKARSOSLOV": "'2'",
        "VILKARSAMEKT": "'2'",
    }
    valgt = ", ".join(f"{uttrykk} as {felt}" for felt, uttrykk in kolonner.items() if layout.felt(felt))
    sti.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect() as con:
        skriv_poster(con, f"select {valgt}, nr from range({antall}) as t(nr)", layout, sti, sorter_etter="nr")
    return sti
