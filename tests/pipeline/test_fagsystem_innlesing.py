"""The shared monthly deliveries of four municipalities, as their case systems would deliver them, read in one go."""

import shutil
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

from dagster_project.fagsystem.kontrakt import objekter
from dagster_project.ingestion.innlesing import les_inn
from dagster_project.settings import Miljo
from tests.pipeline.conftest import SHARED, TIDSPUNKT
from tests.varehus import sporr

SYSTEM = {"3411": "velferd", "3403": "socio", "3412": "socio", "3413": "socio"}
RAPPORT = {"mottaker": ("mottaker", "klient"), "vedtak": ("vedtak",), "utbetaling": ("utbetaling", "bevegelse")}


@pytest.fixture(scope="module")
def levert(lag_mappe):
    kilde = SHARED / "leveranser"
    if not kilde.exists():
        pytest.skip("../shared/leveranser finnes ikke her; lesingen av dem er hoppet over.")
    mappe = lag_mappe("fagsystem", {"3411": "Ringsaker", "3403": "Hamar", "3413": "Stange", "3412": "Løten"})
    for sti in sorted(kilde.glob("34*/20*/*.csv")):
        if "hovedbok" not in sti.name:
            shutil.copyfile(sti, mappe.innboks / sti.name)
    for aar in (2023, 2024):
        for kommune in SYSTEM:
            (sti,) = (kilde / kommune / "kostra" / str(aar)).glob("Sosial*")
            shutil.copyfile(sti, mappe.innboks / f"{kommune}_{aar}.dat")
    return mappe, les_inn(mappe, Miljo(), mappe.kommuner(), ("11F", *objekter()), TIDSPUNKT)


def linjer(sti: Path) -> list[str]:
    return [linje for linje in sti.read_bytes().decode("cp1252", "replace").splitlines() if linje.strip()]


def test_every_file_is_accepted_and_every_row_of_it(levert):
    _, resultat = levert
    fagsystem = [vurdering for vurdering in resultat.vurderinger if vurdering.uttrekk is not None]
    assert Counter((v.gjenkjent.objekt, v.kommunenummer) for v in fagsystem) == {
        (objekt, kommune): 46 for objekt in objekter() for kommune in SYSTEM
    }
    assert [(v.filnavn, v.melding) for v in fagsystem if v.regel or v.funn or v.advarsler] == []
    assert {v.uttrekk.kilde_id for v in fagsystem} == {f"{kommune}-{system}-1" for kommune, system in SYSTEM.items()}


def test_rows_read_are_the_lines_of_the_file(levert):
    _, resultat = levert
    avvik = []
    for vurdering in resultat.vurderinger:
        if vurdering.uttrekk is None:
            continue
        maaned = f"{vurdering.uttrekk.til:%Y-%m}"
        original = SHARED / "leveranser" / vurdering.kommunenummer / maaned / vurdering.filnavn
        hode = 4 if vurdering.uttrekk.system == "velferd" else 1
        antall = len(linjer(original)) - hode
        deler = vurdering.rader_godtatt + vurdering.rader_karantene + vurdering.rader_sumlinje
        if not antall == vurdering.rader_lest == deler:
            avvik.append(vurdering.filnavn)
    assert avvik == []


def test_the_payments_are_as_many_as_were_made(levert):
    mappe, _ = levert
    fasit = dict.fromkeys(SYSTEM, 0) | {"3411": 43439, "3403": 42713, "3413": 26542, "3412": 9774}
    svar = sporr(
        mappe,
        "select kommunenummer, count(*), count(distinct utbetaling_id) from raw.fagsystem_utbetaling "
        "inner join intern.leveranse using (leveranse_id) group by all",
    )
    assert sum(antall for _, antall, _ in svar) == 107_474
    # An id is used once; the truth counts payments after the last month too.
    assert all(antall == ulike <= fasit[kommune] for kommune, antall, ulike in svar)


def test_the_sums_are_those_the_reports_end_in(levert):
    mappe, _ = levert
    summer = {}
    for sti in sorted((SHARED / "leveranser" / "3411").glob("20*/velferd_bevegelse*")):
        (siste,) = [linje for linje in sti.read_text(encoding="utf-8-sig").splitlines() if linje.startswith("Sum")]
        summer[sti.name] = Decimal(siste.split(";")[6].replace(" ", "").replace(",", "."))
    svar = sporr(
        mappe,
        "select filnavn, sum(belop_nok) from raw.fagsystem_utbetaling inner join intern.leveranse using (leveranse_id) "
        "where kommunenummer = '3411' group by all",
    )
    assert dict(svar) == summer


def test_recipients_are_the_persons_of_the_yearly_extract(levert):
    mappe, _ = levert
    svar = sporr(
        mappe,
        """
        select
            leveranse.kommunenummer,
            count(distinct aarlig.mottaker_id),
            count(distinct aarlig.mottaker_id) filter (
                where aarlig.mottaker_id in (select mottaker_id from raw.fagsystem_mottaker)
            )
        from raw.kostra_11f as aarlig
        inner join intern.leveranse as leveranse using (leveranse_id)
        group by all
        """,
    )
    assert len(svar) == 4
    assert all(personer == funnet > 100 for _, personer, funnet in svar)


def test_no_name_or_identity_reaches_the_warehouse(levert):
    mappe, _ = levert
    kolonner = sporr(
        mappe,
        "select schema_name || '.' || table_name, column_name from duckdb_columns() "
        "where data_type = 'VARCHAR' and (schema_name = 'intern' or table_name like 'fagsystem%')",
    )
    assert len(kolonner) > 40
    # A hash may have eleven digits on end, between letters of its own.
    monster = "Prøve|(^|[^0-9a-f])[0-9]{11,12}($|[^0-9a-f])"
    funnet = [
        (tabell, kolonne)
        for tabell, kolonne in kolonner
        if sporr(mappe, f"select 1 from {tabell} where regexp_matches({kolonne}, '{monster}') limit 1")
    ]
    assert funnet == []
