"""The shared deliveries: 11F derived from the payments against the delivered one, and every walk between figures."""

from collections import Counter

import duckdb
import pytest


@pytest.fixture(scope="module")
def con(leveranser):
    mappe, _ = leveranser
    with duckdb.connect(str(mappe.varehus), read_only=True) as con:
        yield con


def test_derived_11f_is_within_a_krone_of_the_delivered_per_person_and_month(con):
    """What is not, is listed: refunds that 11F has no room for, and payments after the delivered 11F was made."""
    avvik = Counter(
        con.execute("select aarsak, rapporteringsaar from intern.avvik_11f where aarsak != 'avrunding'").fetchall()
    )
    assert avvik == {
        ("tilbakeforing", 2023): 16,
        ("tilbakeforing", 2024): 15,
        ("tilbakeforing", 2025): 9,
        ("tilbakeforing", 2026): 12,
        ("periode_utenfor", 2026): 3,
        ("flere_poster", 2024): 1,
    }
    # Without the listed months, person by person and month by month, there is at most a krone between them.
    assert con.execute("""
        select
            count(*) as maaneder,
            count(*) filter (where abs(differanse) > 1 and avvik.aarsak is null) as uten_grunn,
            max(abs(differanse)) filter (where avvik.aarsak = 'avrunding') as avrunding
        from (
            select
                kommunenummer,
                rapporteringsaar,
                mottaker_id,
                maaned_nummer,
                coalesce(levert.bidrag_nok + levert.laan_nok, 0)
                - coalesce(avledet.bidrag_utbetalt_nok + avledet.laan_utbetalt_nok, 0) as differanse
            from intermediate.int_11f_levert_maaned as levert
            full join intermediate.int_11f_avledet_maaned as avledet
                using (kommunenummer, rapporteringsaar, mottaker_id, maaned_nummer)
            inner join intermediate.int_11f_dekning using (kommunenummer, rapporteringsaar)
        )
        left join intermediate.int_11f_avvik_maaned as avvik
            using (kommunenummer, rapporteringsaar, mottaker_id, maaned_nummer)
    """).fetchone() == (56493, 0, 0.5)


def test_every_walk_adds_up_to_the_last_digit(con):
    rader = con.execute("""
        select
            kommunenummer,
            aar,
            count(*),
            count(*) filter (where endring = til_verdi - fra_verdi)
        from (
            select
                kommunenummer,
                aar,
                coalesce(sum(endring_maaneder), 0) as endring,
                arg_min(coalesce(verdi_maaneder, 0), steg_nummer) as fra_verdi,
                arg_max(coalesce(verdi_maaneder, 0), steg_nummer) as til_verdi
            from intermediate.int_forklaring_stonadslengde
            where periode_type = 'aar'
            group by kommunenummer, aar, fra, fra_populasjon, til, til_populasjon
        )
        group by all
    """).fetchall()
    assert {(kommunenummer, aar) for kommunenummer, aar, *_ in rader} == {
        (kommunenummer, aar) for kommunenummer in ("3403", "3411", "3412", "3413") for aar in (2023, 2024, 2025, 2026)
    }
    assert [rad for rad in rader if rad[2] != rad[3]] == []


def test_walks_begin_and_end_at_the_figures_of_the_warehouse(con):
    definisjoner = con.execute("""
        select
            ende.fra,
            count(*) filter (where ende.teller = lengde.teller and ende.nevner = lengde.nevner) = count(*) as er_lik
        from intern.forklaring_stonadslengde as ende
        inner join intermediate.int_stonadslengde as lengde
            on
                ende.kommunenummer = lengde.kommunenummer
                and ende.aar = year(lengde.periode)
                and ende.fra = lengde.definisjon
                and ende.fra_populasjon = lengde.populasjon
        where ende.steg_nummer = 0 and lengde.periode_type = 'aar'
        group by all
    """).fetchall()
    assert {definisjon for definisjon, _ in definisjoner} >= {"kalenderaar", "rullerende_12", "forlop_lopende"}
    assert all(er_lik for _, er_lik in definisjoner)
    kostra = con.execute("""
        select
            count(*),
            count(*) filter (where ende.verdi_maaneder = round(kostra.verdi, 1)::decimal(18, 6))
        from intern.forklaring_stonadslengde as ende
        inner join intermediate.int_indikator as kostra
            on
                ende.kommunenummer = kostra.kommunenummer
                and ende.aar = kostra.rapporteringsaar
                and kostra.indikator_id = 'stonadslengde_snitt'
        where ende.steg = 'avrunding' and ende.fra = 'fagsystem' and ende.til_populasjon = 'alle'
    """).fetchone()
    assert kostra == (16, 16)
