"""The made-up monthly files, read back by a plain reader of the test's own, against the truth the demo gives."""

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagster_project.demo.avvik import INGEN_AVVIK, Avviksplan
from dagster_project.demo.fasit import Fasit, del_paa_maaneder, lag_fasit
from dagster_project.demo.leveranser import FJORDREGIONEN, lag_demofasit, lag_leveranser
from dagster_project.demo.levering import lag_levering
from dagster_project.demo.linje import AARSAKER
from dagster_project.demo.nivaa import nivaa
from dagster_project.demo.region import FORSTE_MAANEDSLEVERANSE, Region, lag_region
from dagster_project.demo.stor import oppdiktede_kommunenummer
from dagster_project.demo.storutbetaling import lag_utbetalinger
from dagster_project.demo.utbetaling import Utbetalinger
from dagster_project.demo.verden import forste_dag, maaned_av
from dagster_project.demo.virkedager import Virkedager
from dagster_project.kostra.layout import find_layout

AAR, FRO = (2022, 2023, 2024), 20220101
SOCIO, VELFERD = ("9912", "9913"), ("9911", "9914", "9915")
STONADSKODER = {
    "110": "LIVSOPPHOLD",
    "120": "BOUTGIFT",
    "130": "STROM",
    "140": "HOYTID",
    "150": "NODHJELP",
    "210": "HELSE_TANN",
    "310": "DEPOSITUM",
    "320": "ETABLERING",
    "900": "ANNET",
    "LIVSOPPH": "LIVSOPPHOLD",
    "BOLIG": "BOUTGIFT",
    "STRØM": "STROM",
    "HØYTID": "HOYTID",
    "NØDHJ": "NODHJELP",
    "TANN": "HELSE_TANN",
    "DEPOSIT": "DEPOSITUM",
    "ETABL": "ETABLERING",
    "ANNET": "ANNET",
}
LES_UTBETALING = {
    "socio": """
        select kommune, fra, til, uttrukket, "Utbetalingsnr" as nummer, "Journalnr" as journalnummer,
            "Vedtaksnr" as vedtak, "Stønadskode" as kode, "B/L" as form,
            cast(replace("Beløp", ',', '.') as decimal(18, 2)) as belop,
            strptime("Fra dato", '%d.%m.%Y')::date as fom, strptime("Til dato", '%d.%m.%Y')::date as tom,
            strptime("Registrert", '%d.%m.%Y')::date as registrert,
            strptime(nullif("Utbetalt dato", ''), '%d.%m.%Y')::date as utbetalt,
            "Status" as status, "Reverserer nr" as reverserer
        from fil
    """,
    "velferd": """
        select kommune, fra, til, uttrukket, "BEVEGELSE" as nummer, "KLIENT_ID" as journalnummer,
            "SAKSÅR" || '-' || "LØPENR" as vedtak, "TILTAK" as kode, "STØNADSTYPE" as form,
            cast(replace(replace(rtrim("BELØP", '-'), ' ', ''), ',', '.') as decimal(18, 2))
            * if("BELØP" like '%-', -1, 1) as belop,
            strptime('01.' || "PERIODE_FRA", '%d.%m.%Y')::date as fom,
            last_day(strptime('01.' || "PERIODE_TIL", '%d.%m.%Y')::date) as tom,
            strptime("REGDATO", '%d.%m.%Y')::date as registrert,
            strptime(nullif("EFFEKTUERT", ''), '%d.%m.%Y')::date as utbetalt,
            "STATUSKODE" as status, "MOTPOST" as reverserer
        from fil
        where "BEVEGELSE" != 'Sum'
    """,
}


@pytest.fixture(scope="module")
def innboks(tmp_path_factory) -> Path:
    mappe = tmp_path_factory.mktemp("maaned")
    lag_leveranser(mappe, FJORDREGIONEN, AAR, FRO, med_fagsystem=True, med_hovedbok=True)
    return mappe


@pytest.fixture(scope="module")
def fasit() -> Fasit:
    return lag_demofasit(FJORDREGIONEN, AAR, FRO)


def les_tabell(con: duckdb.DuckDBPyConnection, fil: Path, tegnsett: str, hopp_over: int) -> None:
    """Make the view `fil` of one file, with what its name says."""
    kopi = fil.with_suffix(".utf8")
    kopi.write_text(fil.read_bytes().decode(tegnsett).replace("\r\n", "\n"), encoding="utf-8", newline="\n")
    _, _, kommune, fra, til, uttrukket = fil.stem.split("_")
    con.execute(f"""
        create or replace temp view fil as
        select *, '{kommune}' as kommune, '{fra}' as fra, '{til}' as til, '{uttrukket}' as uttrukket
        from read_csv('{kopi}', delim=';', header=true, all_varchar=true, skip={hopp_over}, quote='', nullstr='\\N')
    """)


@pytest.fixture(scope="module")
def con(innboks) -> Iterator[duckdb.DuckDBPyConnection]:
    """A database with the table `alle` (every payment row as delivered) and `gjelder` (those a reader accepts)."""
    with duckdb.connect() as forbindelse:
        for nr, fil in enumerate(sorted(innboks.rglob("*_utbetaling_*.csv")) + sorted(innboks.rglob("*_bevegelse_*"))):
            system = fil.stem.split("_")[0]
            les_tabell(forbindelse, fil, *(("windows-1252", 0) if system == "socio" else ("utf-8-sig", 3)))
            forbindelse.execute(("insert into alle " if nr else "create table alle as ") + LES_UTBETALING[system])
        forbindelse.execute(
            "create table koder as select unnest(?) as kode, unnest(?) as art",
            [*map(list, zip(*STONADSKODER.items(), strict=True))],
        )
        forbindelse.execute("""
            create table gjelder as
            select
                alle.* replace (case form when 'B' then 'BIDRAG' when 'Bidrag' then 'BIDRAG' else 'LAAN' end as form),
                coalesce(koder.art, 'UKJENT') as art
            from alle
            left join koder using (kode)
            where status in ('Utbetalt', 'Tilbakeført', '30', '96')
                and form in ('B', 'L', 'Bidrag', 'Lån')
                and fom <= tom
            qualify uttrukket = max(uttrukket) over (partition by kommune, fra, til)
        """)
        for kopi in innboks.rglob("*.utf8"):
            kopi.unlink()
        yield forbindelse


def test_same_seed_gives_the_same_bytes_and_another_seed_does_not(tmp_path):
    def sum_av(navn: str, fro: int) -> dict[str, str]:
        mappe = tmp_path / navn
        filer = lag_leveranser(mappe, FJORDREGIONEN[3:], (2024,), fro, med_fagsystem=True, med_hovedbok=True)
        return {str(f.relative_to(mappe)): hashlib.sha256(f.read_bytes()).hexdigest() for f in filer}

    en, to, annen = sum_av("en", 7), sum_av("to", 7), sum_av("annen", 8)
    assert en == to
    utbetaling = "9914/2024-05/velferd_bevegelse_9914_20240501_20240531_20240601T0610.csv"
    assert en[utbetaling] != annen[utbetaling]
    assert len(en) > 12 * 2 * 4


def test_monthly_files_are_written_only_when_asked_for_and_change_nothing_else(tmp_path):
    uten, med = tmp_path / "uten", tmp_path / "med"
    vanlige = lag_leveranser(uten, FJORDREGIONEN[3:], (2024,), FRO)
    lag_leveranser(med, FJORDREGIONEN[3:], (2024,), FRO, med_fagsystem=True, med_hovedbok=True)
    assert not list(uten.rglob("*.csv"))
    for fil in vanlige:
        assert fil.read_bytes() == (med / fil.relative_to(uten)).read_bytes()


def test_every_municipality_and_month_has_its_files(innboks):
    for kommune, objekter in (
        (SOCIO, ("mottaker", "vedtak", "utbetaling")),
        (VELFERD, ("klient", "vedtak", "bevegelse")),
    ):
        for nummer in kommune:
            maaneder = sorted(mappe.name for mappe in (innboks / nummer).glob("20*"))
            assert maaneder == [f"{aar}-{nr:02d}" for aar in (2023, 2024) for nr in range(1, 13)]
            for maaned in maaneder:
                navn = [fil.name.split("_")[1] for fil in sorted((innboks / nummer / maaned).iterdir())]
                assert set(navn) == {*objekter, "hovedbok"}


def test_first_delivery_has_the_history(innboks):
    (fil,) = (innboks / "9911" / "2023-01").glob("velferd_vedtak_*")
    assert fil.name == "velferd_vedtak_9911_20211201_20230131_20230201T0610.csv"


def test_rows_are_within_the_interval_of_their_file(con):
    assert con.execute("""
        select count(*) from alle
        where registrert not between strptime(fra, '%Y%m%d')::date and strptime(til, '%Y%m%d')::date
    """).fetchone() == (0,)


def test_cash_sums_of_the_files_are_those_of_the_truth(con, fasit):
    sum_ = fasit.maanedssum  # noqa: F841 - read by the query
    ulike = con.execute("""
        with fra_filene as (
            select kommune, date_trunc('month', utbetalt)::date as maaned, art, form, sum(belop) as belop
            from gjelder
            group by all
        )
        select count(*), count(*) filter (where fra_filene.belop = sum_.belop)
        from fra_filene
        full join (select * from sum_ where grunnlag = 'kontant') as sum_
            on kommune = kommunenummer and fra_filene.maaned = sum_.maaned and art = stonadsart and form = stonadsform
    """).fetchone()
    assert ulike[0] == ulike[1] > 1000


def test_accrual_sums_of_the_files_are_those_of_the_truth(con, fasit):
    sum_ = fasit.maanedssum  # noqa: F841 - read by the query
    antall, like = con.execute("""
        with maaneder as (
            select *, unnest(generate_series(date_trunc('month', fom), tom, interval 1 month))::date as maaned
            from gjelder
        ),
        dager as (
            select *, tom - fom + 1 as alle_dager, greatest(maaned - fom, 0) as foer,
                least(last_day(maaned), tom) - fom + 1 as etter
            from maaneder
        ),
        fra_filene as (
            select kommune, maaned, art, form,
                sum(round(belop::double * etter / alle_dager, 2)::decimal(18, 2)
                    - round(belop::double * foer / alle_dager, 2)::decimal(18, 2)) as belop
            from dager
            group by all
        )
        select count(*), count(*) filter (where abs(fra_filene.belop - sum_.belop) <= 0.02)
        from fra_filene
        full join (select * from sum_ where grunnlag = 'periodisert') as sum_
            on kommune = kommunenummer and fra_filene.maaned = sum_.maaned and art = stonadsart and form = stonadsform
    """).fetchone()
    assert antall == like > 1000


@pytest.mark.parametrize("kommune", [kommune.kommunenummer for kommune in FJORDREGIONEN])
def test_accrual_moves_money_and_loses_none(fasit, kommune):
    summer = {"kontant": Decimal(0), "periodisert": Decimal(0)}
    for rad in fasit.maanedssum.to_pylist():
        if rad["kommunenummer"] == kommune:
            summer[rad["grunnlag"]] += rad["belop"]
    assert summer["kontant"] == summer["periodisert"] > 0


def fra_11f(innboks: Path) -> dict[tuple[str, str, date, str], int]:
    """Whole kroner by municipality, journal number, month and form, of every 11F record that can be read."""
    maanedsnavn = ("JAN", "FEB", "MARS", "APRIL", "MAI", "JUNI", "JULI", "AUG", "SEPT", "OKT", "NOV", "DES")
    belop = {}
    for fil in sorted(innboks.rglob("Sosial_*.dat")):
        aar, kommune = int(fil.parent.name), fil.name[7:11]
        felt = {ett.navn: slice(ett.fra - 1, ett.fra - 1 + ett.lengde) for ett in find_layout("11F", aar).felter}
        for linje in fil.read_text("iso-8859-1").splitlines():
            for nr, navn in enumerate(maanedsnavn, start=1):
                for form in ("BIDRAG", "LAAN"):
                    if kroner := int(linje[felt[f"{form}_{navn}"]] or 0):
                        belop[kommune, linje[felt["PERSON_JOURNALNR"]], date(aar, nr, 1), form] = kroner
    return belop


def test_payments_give_11f_but_for_the_declared_differences(con, innboks, fasit):
    utbetalt = {
        tuple(nokkel): int(kroner)
        for *nokkel, kroner in con.execute("""
            select kommune, journalnummer, date_trunc('month', utbetalt)::date, form, round(sum(belop), 0)
            from gjelder
            group by all
        """).fetchall()
        if kroner
    }
    i_11f = fra_11f(innboks)
    ulike = {
        (*nokkel, i_11f.get(nokkel, 0), utbetalt.get(nokkel, 0))
        for nokkel in i_11f.keys() | utbetalt.keys()
        if i_11f.get(nokkel, 0) != utbetalt.get(nokkel, 0)
    }
    erklaert = [tuple(rad.values()) for rad in fasit.forskjell_11f.to_pylist()]
    assert ulike == {rad[:-1] for rad in erklaert}
    assert {rad[-1] for rad in erklaert} == {"karantene", "tilbakeforing"}
    assert len(i_11f) > 10_000


def test_there_is_something_to_look_at(con):
    alle = con.execute("select count(*) from alle where form = 'Y'").fetchone()
    assert alle == (1,)
    assert con.execute("select count(*), min(kommune) from alle where fom > tom").fetchone() == (1, "9911")
    ukjente = "select count(*), min(art), max(kommune) from gjelder where kode = '735'"
    assert con.execute(ukjente).fetchone() == (3, "UKJENT", "9912")


def test_one_file_came_wrong_and_was_corrected(con):
    ((kommune, fra, til, ulike),) = con.execute("""
        select kommune, fra, til, count(distinct uttrukket) from alle group by all having count(distinct uttrukket) > 1
    """).fetchall()
    assert ulike == 2
    forst, rettet = con.execute(
        """
        select count(*), max(belop)
        from alle
        where (kommune, fra, til) = (?, ?, ?)
        group by uttrukket
        order by uttrukket
        """,
        [kommune, fra, til],
    ).fetchall()
    assert 0 < forst[0] < rettet[0]
    assert forst[1] > rettet[1]


def test_status_and_reversals_hang_together(con):
    assert con.execute("""
        select count(*) filter (where tilbake.belop >= 0), count(*) filter (where betalt.nummer is null),
            count(*) filter (where betalt.belop != -tilbake.belop or betalt.registrert > tilbake.registrert),
            count(*) > 20
        from gjelder as tilbake
        left join gjelder as betalt on tilbake.kommune = betalt.kommune and tilbake.reverserer = betalt.nummer
        where tilbake.status in ('96', 'Tilbakeført')
    """).fetchone() == (0, 0, 0, True)
    assert con.execute("""
        select count(*) > 20, count(utbetalt) from alle where status in ('40', 'Stoppet')
    """).fetchone() == (True, 0)
    assert con.execute("select count(*) - count(distinct (kommune, nummer)) from gjelder").fetchone() == (0,)


def test_payments_point_to_decisions_and_recipients_that_are_delivered(con, innboks):
    vedtak, mottakere = set(), set()
    for fil in innboks.rglob("*_vedtak_*.csv"):
        kommune = fil.name.split("_")[2]
        if kommune in SOCIO:
            vedtak |= {(kommune, linje.split(";")[0]) for linje in fil.read_text("windows-1252").splitlines()[1:]}
        else:
            vedtak |= {
                (kommune, "-".join(linje.split(";")[:2])) for linje in fil.read_text("utf-8-sig").splitlines()[4:-1]
            }
    for fil in [*innboks.rglob("*_mottaker_*.csv"), *innboks.rglob("*_klient_*.csv")]:
        kommune = fil.name.split("_")[2]
        tegnsett = "windows-1252" if kommune in SOCIO else "utf-8-sig"
        mottakere |= {(kommune, linje.split(";")[0]) for linje in fil.read_text(tegnsett).splitlines()}
    brukt = con.execute("select distinct kommune, vedtak, journalnummer from alle").fetchall()
    assert [rad for rad in brukt if rad[:2] not in vedtak or (rad[0], rad[2]) not in mottakere] == []


def test_sum_line_is_the_sum_of_the_rows(con, innboks):
    (fil,) = (innboks / "9914" / "2024-03").glob("velferd_bevegelse_*")
    *_, sist = fil.read_text("utf-8-sig").splitlines()
    oppgitt = Decimal(sist.split(";")[6].replace(" ", "").replace(",", "."))
    i_filen = con.execute(
        "select sum(belop) from alle where kommune = '9914' and til = '20240331' and uttrukket = '20240401T0610'"
    ).fetchone()
    assert i_filen == (oppgitt,)


def test_recipients_are_the_persons_of_11f_with_numbers_nobody_has(innboks):
    (fil,) = (innboks / "9913" / "2024-12").glob("socio_mottaker_*")
    hode, *linjer = (linje.split(";") for linje in fil.read_text("windows-1252").splitlines())
    rader = [dict(zip(hode, linje, strict=True)) for linje in linjer]
    felt = {ett.navn: slice(ett.fra - 1, ett.fra - 1 + ett.lengde) for ett in find_layout("11F", 2024).felter}
    i_11f = {
        linje[felt["PERSON_JOURNALNR"]]: linje[felt["PERSON_FODSELSNR"]].strip()
        for linje in (innboks / "9913/kostra/2024/Sosial_991300.dat").read_text("iso-8859-1").splitlines()
    }
    assert i_11f.items() <= {(rad["Journalnr"], rad["Fødselsnr"]) for rad in rader}
    vanlige = [
        rad["Fødselsnr"]
        for rad in rader
        if rad["Fødselsnr"] and not rad["Fødselsnr"].endswith(("00100", "00200", "99999"))
    ]
    assert len(vanlige) > 300
    assert all(81 <= int(nummer[2:4]) <= 92 for nummer in vanlige)
    assert all(rad["Navn"].startswith("Prøve, Person ") and rad["Adresse"].startswith("Prøveveien ") for rad in rader)


def test_identity_numbers_lose_their_zeros_only_where_the_profile_fills_them(innboks):
    (fil,) = (innboks / "9911" / "2024-12").glob("velferd_klient_*")
    hode, *linjer = (linje.split(";") for linje in fil.read_text("utf-8-sig").splitlines()[3:])
    fodt = [dict(zip(hode, linje, strict=True))["FØDT6"] for linje in linjer]
    assert {len(ett) for ett in fodt if ett} == {5, 6}


def test_accounts_and_references_are_made_up(innboks):
    (fil,) = (innboks / "9912" / "2024-05").glob("socio_utbetaling_*")
    hode, *linjer = (linje.split(";") for linje in fil.read_text("windows-1252").splitlines())
    for linje in linjer:
        rad = dict(zip(hode, linje, strict=True))
        assert rad["Kontonr"].startswith("0000")
        assert rad["KID"][:4] in ("", "0000")
        assert rad["Mottakernavn"].startswith("Prøve Utleie") or not rad["Mottakernavn"]


def en_kommune(plan: Avviksplan, betalingsdag: int = 1, fro: int = 5) -> tuple[Region, Fasit]:
    kommune = replace(FJORDREGIONEN[2], betalingsdag=betalingsdag)
    region = lag_region((kommune,), (2023, 2024, 2025), fro, plan)
    return region, lag_fasit(region, lag_levering(region, med_feil=False))


def aarsaker(fasit: Fasit) -> set[str]:
    return set(fasit.avvik["aarsak"].to_pylist())


@pytest.mark.parametrize(
    ("felt", "verdi", "aarsak"),
    [
        ("helgeforskyvning", True, "helgeforskyvning"),
        ("strom_kvartal", True, "strom_kvartal"),
        ("hoytidstillegg", True, "hoytidstillegg"),
        ("etterslep", 2, "etterslep_vedtak"),
        ("andel_etterslep_ellers", 0.01, "etterslep_vedtak"),
        ("restanse", 2, "husleierestanse"),
        ("forskudd", 2, "forskudd"),
        ("tilbakeforing", 2, "tilbakeforing"),
        ("andel_tilbakefort_ellers", 0.01, "tilbakeforing"),
        ("andel_nivaaskift", 1.0, "nivaaskift"),
        ("manglende_leveranse", 1, "manglende_leveranse"),
        ("halv_leveranse", 1, "manglende_leveranse"),
    ],
)
def test_each_anomaly_is_there_when_asked_for_and_only_then(felt, verdi, aarsak):
    _, fasit = en_kommune(replace(INGEN_AVVIK, **{felt: verdi}))
    assert aarsaker(fasit) == {aarsak}


@pytest.mark.parametrize("aarsak", ["feil_periode", "dobbeltforing", "balanseforing"])
def test_each_anomaly_of_the_ledger_is_there_when_asked_for_and_only_then(aarsak):
    felt, verdi = (aarsak, 1) if aarsak != "balanseforing" else ("andel_balanseforing", 1.0)
    plan = replace(INGEN_AVVIK, **{felt: verdi})
    assert aarsaker(lag_demofasit(FJORDREGIONEN[3:4], (2023, 2024), 4, plan=plan)) == {aarsak}


def test_a_world_without_anomalies_pays_every_month_in_itself():
    region, fasit = en_kommune(INGEN_AVVIK)
    summer: dict[tuple, dict[str, Decimal]] = {}
    for rad in fasit.maanedssum.to_pylist():
        nokkel = (rad["maaned"], rad["stonadsart"], rad["stonadsform"])
        summer.setdefault(nokkel, {})[rad["grunnlag"]] = rad["belop"]
    assert all(sum_["kontant"] == sum_["periodisert"] for sum_ in summer.values())
    assert fasit.forskjell_11f.num_rows == 0
    assert len(np.unique(region.utbetalinger.utbetalt)) > 100


def test_anomalies_explain_the_whole_difference_between_cash_and_accrual():
    _, fasit = en_kommune(Avviksplan())
    forskjell: dict[date, Decimal] = {}
    for rad in fasit.maanedssum.to_pylist():
        fortegn = 1 if rad["grunnlag"] == "kontant" else -1
        forskjell[rad["maaned"]] = forskjell.get(rad["maaned"], Decimal(0)) + fortegn * rad["belop"]
    for rad in fasit.avvik.to_pylist():
        if rad["motpart_maaned"] is not None:
            forskjell[rad["maaned"]] -= rad["belop"]
            forskjell[rad["motpart_maaned"]] += rad["belop"]
    assert set(forskjell.values()) == {Decimal(0)}


def test_number_and_strength_of_events_follow_the_plan():
    svak, sterk = (replace(INGEN_AVVIK, etterslep=3, etterslep_styrke=(styrke, styrke)) for styrke in (0.1, 0.6))
    for plan in (svak, sterk):
        _, fasit = en_kommune(plan)
        assert len({rad["maaned"] for rad in fasit.avvik.to_pylist()}) == 3
    belop = [sum(rad["belop"] for rad in en_kommune(plan)[1].avvik.to_pylist()) for plan in (svak, sterk)]
    assert belop[1] > 3 * belop[0]


def test_payday_on_the_first_moves_only_where_the_first_is_no_working_day():
    _, fasit = en_kommune(replace(INGEN_AVVIK, helgeforskyvning=True))
    flyttet = {(rad["maaned"], rad["motpart_maaned"]) for rad in fasit.avvik.to_pylist()}
    assert (date(2025, 4, 1), date(2025, 5, 1)) in flyttet
    assert (date(2024, 3, 1), date(2024, 4, 1)) in flyttet
    assert date(2025, 9, 1) not in {motpart for _, motpart in flyttet}
    assert all(motpart.month - maaned.month in (1, -11) for maaned, motpart in flyttet)
    # Nothing is moved out of the world.
    assert date(2023, 1, 1) not in {motpart for _, motpart in flyttet}


@pytest.mark.parametrize("betalingsdag", [10, 20])
def test_payday_later_in_the_month_never_leaves_it(betalingsdag):
    _, fasit = en_kommune(replace(INGEN_AVVIK, helgeforskyvning=True), betalingsdag)
    assert aarsaker(fasit) == set()


@pytest.mark.parametrize(
    ("maaned", "ventet"),
    [
        (date(2025, 9, 1), date(2025, 9, 1)),  # a Monday
        (date(2026, 11, 1), date(2026, 10, 30)),  # a Sunday
        (date(2025, 5, 1), date(2025, 4, 30)),  # Labour Day
        (date(2026, 1, 1), date(2025, 12, 31)),  # New Year's Day
        (date(2024, 4, 1), date(2024, 3, 27)),  # Easter Monday: back before Maundy Thursday
    ],
)
def test_payday_on_the_first(maaned, ventet):
    dager = Virkedager(2024, 2026)
    indeks = np.array([maaned.year * 12 + maaned.month - 1])
    assert dager.betalingsdag(indeks, 1).tolist() == [ventet]


def test_working_days_are_counted_past_holidays():
    dager = Virkedager(2025, 2025)
    skjaertorsdag = np.array(["2025-04-17"], "datetime64[D]")
    assert dager.neste(skjaertorsdag).tolist() == [date(2025, 4, 22)]
    assert dager.neste(skjaertorsdag, 2).tolist() == [date(2025, 4, 24)]
    assert dager.siste(np.array(["2025-12-26"], "datetime64[D]"), 1).tolist() == [date(2025, 12, 23)]


@pytest.mark.parametrize(
    ("aarsak", "plan"),
    [
        ("etterslep_vedtak", replace(INGEN_AVVIK, etterslep=3)),
        ("husleierestanse", replace(INGEN_AVVIK, restanse=3)),
        ("forskudd", replace(INGEN_AVVIK, forskudd=3)),
    ],
)
def test_evidence_of_each_cause_is_in_the_dates(aarsak, plan):
    region, _ = en_kommune(plan, betalingsdag=20)
    alle = region.utbetalinger
    rammet = alle.ta(alle.aarsak == AARSAKER.index(aarsak))
    vedtatt = region.vedtak.vedtatt[rammet.vedtak]
    assert len(rammet.person) > 30
    assert (vedtatt <= rammet.registrert).all()
    if aarsak == "forskudd":
        assert (maaned_av(rammet.utbetalt) == maaned_av(rammet.fom) - 1).all()
    else:
        assert (vedtatt > rammet.tom).all()
        lengst = {"etterslep_vedtak": 2, "husleierestanse": 4}[aarsak]
        assert set(np.unique(maaned_av(rammet.utbetalt) - maaned_av(rammet.fom))) == set(range(1, lengst + 1))
    if aarsak == "husleierestanse":
        # Some clear several months in one line, others in a line for each.
        assert (maaned_av(rammet.tom) > maaned_av(rammet.fom)).any()
        assert (maaned_av(rammet.tom) == maaned_av(rammet.fom)).any()


@pytest.mark.parametrize("betalingsdag", [1, 20])
def test_nothing_is_paid_before_it_is_decided_nor_after_the_last_month(betalingsdag):
    region, _ = en_kommune(Avviksplan(), betalingsdag)
    alle = region.utbetalinger
    assert (region.vedtak.vedtatt[alle.vedtak] <= alle.registrert).all()
    assert (region.vedtak.sokt < region.vedtak.vedtatt).all()
    betalt = alle.ta(alle.er_utgift)
    assert (betalt.registrert <= betalt.utbetalt).all()
    assert betalt.utbetalt.max() < np.datetime64("2026-01-01")
    assert (region.vedtak.person[alle.vedtak] == alle.person).all()
    assert (region.vedtak.art[alle.vedtak] == alle.art).all()


def test_decisions_are_for_what_is_paid():
    region, _ = en_kommune(INGEN_AVVIK, betalingsdag=20)
    alle, vedtak = region.utbetalinger, region.vedtak
    betalt = alle.ta(alle.er_utgift)
    sum_ = np.bincount(betalt.vedtak, betalt.ore, minlength=len(vedtak.person)).astype(np.int64)
    avslag = vedtak.ore == 0
    # Only decisions for after the last month are not paid in full.
    ferdig = vedtak.tom < np.datetime64("2026-01-01")
    assert (sum_[ferdig] == vedtak.ore[ferdig]).all()
    assert (sum_[avslag] == 0).all()
    assert 0.04 < avslag.mean() < 0.12


def test_electricity_is_paid_every_third_month_and_the_supplement_in_december():
    _, fasit = en_kommune(replace(INGEN_AVVIK, strom_kvartal=True, hoytidstillegg=True))
    maaneder = {"strom_kvartal": set(), "hoytidstillegg": set()}
    for rad in fasit.avvik.to_pylist():
        maaneder[rad["aarsak"]].add(rad["maaned"].month)
    assert maaneder == {"strom_kvartal": {2, 5, 8, 11}, "hoytidstillegg": {12}}


def test_change_of_level_is_negative_and_lasts():
    region, fasit = en_kommune(replace(INGEN_AVVIK, andel_nivaaskift=1.0, nivaaskift_styrke=(0.9, 0.9)))
    ((maaned, belop),) = [(rad["maaned"], rad["belop"]) for rad in fasit.avvik.to_pylist()]
    uten = lag_region((replace(FJORDREGIONEN[2], betalingsdag=1),), (2023, 2024, 2025), 5, INGEN_AVVIK)
    assert belop < 0
    assert region.stonad.bidrag.sum() < uten.stonad.bidrag.sum()
    skiftet = maaned.year * 12 + maaned.month - 1
    for ett in (region, uten):
        unge = ett.verden.personer.fodselsaar[ett.utbetalinger.person] > maaned.year - 30
        sist = maaned_av(ett.utbetalinger.utbetalt) >= skiftet + 2
        andel = (unge & sist).sum() / sist.sum()
        assert andel < 0.1 if ett is region else andel > 0.15


@pytest.mark.parametrize(("felt", "halv"), [("manglende_leveranse", False), ("halv_leveranse", True)])
def test_missing_and_half_deliveries(tmp_path, felt, halv):
    plan = replace(INGEN_AVVIK, **{felt: 1})
    lag_leveranser(tmp_path, FJORDREGIONEN[3:4], (2023, 2024), 5, plan=plan, med_fagsystem=True)
    (hendelse,) = lag_region(FJORDREGIONEN[3:4], (2023, 2024), 5, plan).hendelser
    maaned = f"{hendelse.maaned // 12}-{hendelse.maaned % 12 + 1:02d}"
    filer = list((tmp_path / "9914" / maaned).glob("*bevegelse*"))
    fasit = lag_demofasit(FJORDREGIONEN[3:4], (2023, 2024), 5, plan=plan)
    borte = [rad for rad in fasit.avvik.to_pylist() if rad["aarsak"] == "manglende_leveranse"]
    assert sum(rad["belop"] for rad in borte) < 0
    assert "manglende_leveranse" in {rad["aarsak"] for rad in fasit.forskjell_11f.to_pylist()}
    assert FORSTE_MAANEDSLEVERANSE < hendelse.maaned < 2024 * 12 + 11
    if halv:
        dager = {linje.split(";")[9][:2] for linje in filer[0].read_text("utf-8-sig").splitlines()[4:-1]}
        assert dager
        assert max(dager) <= "15"
    else:
        assert filer == []


def test_what_is_missing_is_what_the_sums_lack():
    def samlet(plan: Avviksplan) -> tuple[Decimal, Decimal]:
        _, fasit = en_kommune(plan)
        kontant = sum(rad["belop"] for rad in fasit.maanedssum.to_pylist() if rad["grunnlag"] == "kontant")
        borte = sum(rad["belop"] for rad in fasit.avvik.to_pylist() if rad["aarsak"] == "manglende_leveranse")
        return kontant, borte

    # With reversals, so that some take back what was never delivered.
    plan = replace(INGEN_AVVIK, andel_tilbakefort_ellers=0.2)
    hele, ingenting = samlet(plan)
    mangler, borte = samlet(replace(plan, manglende_leveranse=2, halv_leveranse=1))
    assert ingenting == 0
    assert mangler - hele == borte < 0


def les_hovedbok(innboks: Path) -> list[dict[str, str]]:
    rader = []
    for fil in sorted(innboks.rglob("okonomi_hovedbok_*.csv")):
        hode, *linjer = (linje.split(";") for linje in fil.read_text("windows-1252").splitlines())
        rader += [{"kommune": fil.name.split("_")[2], **dict(zip(hode, linje, strict=True))} for linje in linjer]
    return rader


@pytest.fixture(scope="module")
def hovedbok(innboks) -> list[dict]:
    return [{**rad, "belop": Decimal(rad["Beløp"].replace(",", "."))} for rad in les_hovedbok(innboks)]


def test_every_voucher_balances(hovedbok):
    bilag: dict[tuple, Decimal] = {}
    for rad in hovedbok:
        nokkel = (rad["kommune"], rad["Regnskapsår"], rad["Periode"], rad["Bilagsart"], rad["Bilagsnr"])
        bilag[nokkel] = bilag.get(nokkel, Decimal(0)) + rad["belop"]
    assert set(bilag.values()) == {Decimal(0)}
    assert len({(rad["kommune"], rad["Bilagsnr"], rad["Linje"]) for rad in hovedbok}) == len(hovedbok) > 5000


@pytest.mark.parametrize("kommune", [kommune.kommunenummer for kommune in FJORDREGIONEN])
@pytest.mark.parametrize("aar", AAR)
def test_0a_is_the_ledger_in_whole_thousands(innboks, hovedbok, kommune, aar):
    sum_: dict[tuple[str, str, str], Decimal] = {}
    for rad in hovedbok:
        if (rad["kommune"], rad["Regnskapsår"]) == (kommune, str(aar)) and rad["Tjeneste"]:
            funksjon, art = rad["Tjeneste"][:3], rad["Art"][1:4]
            konto = (rad["Art"][0], funksjon, art)
            sum_[konto] = sum_.get(konto, Decimal(0)) + rad["belop"]
    felt = {ett.navn: slice(ett.fra - 1, ett.fra - 1 + ett.lengde) for ett in find_layout("0A", aar).felter}
    i_0a = {}
    for linje in (innboks / kommune / f"kostra/{aar}/BEV_{kommune}00.dat").read_text("iso-8859-1").splitlines():
        konto = (linje[felt["kontoklasse"]], linje[felt["funksjon_kapittel"]].strip(), linje[felt["art_sektor"]])
        if konto[1] in ("242", "243", "273", "276", "281", "880"):
            i_0a[konto] = int(linje[felt["belop"]])
    avrundet = {konto: int((belop / 1000).quantize(1, "ROUND_HALF_UP")) for konto, belop in sum_.items()}
    assert {konto: belop for konto, belop in avrundet.items() if belop} == i_0a


@pytest.mark.parametrize("kommune", [kommune.kommunenummer for kommune in FJORDREGIONEN])
def test_budget_is_last_years_ledger_and_a_little_more(innboks, hovedbok, kommune):
    (fil,) = (innboks / kommune / "budsjett").glob("*_202401_202412_*")
    hode, *linjer = (linje.split(";") for linje in fil.read_text("windows-1252").splitlines())
    assert ";".join(hode) == "kommunenummer;aar;maaned;ansvar;funksjon;art;belop"
    budsjett = sum(Decimal(linje[-1].replace(",", ".")) for linje in linjer if linje[4] == "281")
    i_fjor = sum(
        rad["belop"]
        for rad in hovedbok
        if (rad["kommune"], rad["Regnskapsår"], rad["Tjeneste"]) == (kommune, "2023", "28100")
    )
    # Each line is a whole krone a month.
    assert abs(budsjett - i_fjor * (1 + Decimal(str(nivaa("budsjett_vekst"))))) < 12 * len(linjer)
    assert {linje[2] for linje in linjer} == {str(maaned) for maaned in range(1, 13)}


def test_ledger_shows_the_declared_postings_in_its_own_way(hovedbok, fasit):
    sant = [rad for rad in fasit.avvik.to_pylist() if rad["serie"] == "regnskap"]
    feil_periode = {}
    for rad in hovedbok:
        _, maaned, aar = rad["Bilagsdato"].split(".")
        if rad["Tjeneste"] and rad["Periode"] != aar + maaned:
            nokkel = (
                rad["kommune"],
                date(int(rad["Periode"][:4]), int(rad["Periode"][4:]), 1),
                date(int(aar), int(maaned), 1),
            )
            feil_periode[nokkel] = feil_periode.get(nokkel, Decimal(0)) + rad["belop"]
    assert feil_periode == {
        (rad["kommunenummer"], rad["maaned"], rad["motpart_maaned"]): rad["belop"]
        for rad in sant
        if rad["aarsak"] == "feil_periode"
    }
    oppgjor = {
        (rad["kommune"], int(rad["Regnskapsår"])): rad["belop"]
        for rad in hovedbok
        if rad["Bilagsart"] == "ÅO" and rad["Tjeneste"] == "28100"
    }
    assert all(belop < 0 for belop in oppgjor.values())
    assert oppgjor == {
        (rad["kommunenummer"], rad["maaned"].year): rad["belop"] for rad in sant if rad["aarsak"] == "balanseforing"
    }
    assert {rad["aarsak"] for rad in sant} == {"feil_periode", "dobbeltforing", "balanseforing"}


def test_ledger_is_the_payments_and_the_declared_postings(con, hovedbok, fasit):
    bokfort: dict[tuple[str, date], Decimal] = {}
    for rad in hovedbok:
        if rad["Bilagsart"] == "SO" and rad["Tjeneste"]:
            nokkel = (rad["kommune"], date(int(rad["Periode"][:4]), int(rad["Periode"][4:]), 1))
            bokfort[nokkel] = bokfort.get(nokkel, Decimal(0)) + rad["belop"]
    for rad in fasit.avvik.to_pylist():
        nokkel = (rad["kommunenummer"], rad["maaned"])
        if rad["aarsak"] in ("feil_periode", "dobbeltforing"):
            bokfort[nokkel] -= rad["belop"]
        if rad["aarsak"] == "feil_periode":
            bokfort[rad["kommunenummer"], rad["motpart_maaned"]] += rad["belop"]
    # Rows that a reader must set aside were paid all the same.
    betalt = con.execute("""
        select kommune, date_trunc('month', utbetalt)::date, sum(belop)
        from alle
        where status in ('Utbetalt', 'Tilbakeført', '30', '96')
            and uttrukket = (select max(a.uttrukket) from alle as a where (a.kommune, a.til) = (alle.kommune, alle.til))
        group by all
    """).fetchall()
    assert bokfort == {(kommune, maaned): belop for kommune, maaned, belop in betalt}


def en_utbetaling(ore: int, fom: date, tom: date) -> Utbetalinger:
    tall, dato = np.zeros(1, np.int64), np.array([fom], "datetime64[D]")
    return Utbetalinger(
        tall,
        tall,
        tall,
        tall,
        tall,
        tall,
        tall + ore,
        dato,
        np.array([tom], "datetime64[D]"),
        dato,
        dato,
        dato,
        tall,
        tall,
        tall,
    )


@pytest.mark.parametrize(
    ("ore", "fom", "tom", "ventet"),
    [
        (310_00, date(2025, 1, 1), date(2025, 1, 31), {date(2025, 1, 1): 310_00}),
        (590_00, date(2025, 1, 1), date(2025, 2, 28), {date(2025, 1, 1): 310_00, date(2025, 2, 1): 280_00}),
        (100, date(2024, 12, 31), date(2025, 1, 2), {date(2024, 12, 1): 33, date(2025, 1, 1): 67}),
        (-100, date(2024, 12, 31), date(2025, 1, 2), {date(2024, 12, 1): -33, date(2025, 1, 1): -67}),
        (1, date(2025, 1, 31), date(2025, 2, 1), {date(2025, 1, 1): 1, date(2025, 2, 1): 0}),
    ],
)
def test_payment_is_divided_by_days(ore, fom, tom, ventet):
    _, maaned, biter = del_paa_maaneder(en_utbetaling(ore, fom, tom))
    assert dict(zip(forste_dag(maaned).tolist(), biter.tolist(), strict=True)) == ventet


@given(ore=st.integers(-10_000_000, 10_000_000), start=st.integers(0, 2000), lengde=st.integers(0, 400))
def test_parts_of_a_payment_add_up_to_it(ore, start, lengde):
    fom = date.fromordinal(date(2022, 1, 1).toordinal() + start)
    tom = date.fromordinal(fom.toordinal() + lengde)
    _, maaned, biter = del_paa_maaneder(en_utbetaling(ore, fom, tom))
    assert biter.sum() == ore
    assert len(np.unique(maaned)) == len(maaned) == (tom.year - fom.year) * 12 + tom.month - fom.month + 1
    assert (np.sign(biter) * np.sign(ore) >= 0).all()


def test_many_payments_in_few_files(tmp_path):
    nummer = oppdiktede_kommunenummer(3)
    filer = lag_utbetalinger(tmp_path / "a", 5000, (2024, 2025), nummer, 1)
    assert len(filer) == 1 + 3 * 3 * 3
    antall = {"2024": 0, "2025": 0, "2026-01": 0}
    for fil in filer:
        if "_utbetaling_" in fil.name:
            linjer = fil.read_text("windows-1252").splitlines()[1:]
            antall[fil.parent.name] += len(linjer)
            _, _, _, fra, til, _ = fil.stem.split("_")
            registrert = {"".join(reversed(linje.split(";")[8].split("."))) for linje in linjer}
            assert fra <= min(registrert) <= max(registrert) <= til
    assert antall["2024"] + antall["2025"] == 5000
    assert antall["2026-01"] > 50
    igjen = lag_utbetalinger(tmp_path / "b", 5000, (2024, 2025), nummer, 1)
    assert [fil.read_bytes() for fil in filer] == [fil.read_bytes() for fil in igjen]


def test_many_payments_hang_together(tmp_path):
    lag_utbetalinger(tmp_path, 3000, (2025,), oppdiktede_kommunenummer(1), 1)
    tekst = {
        objekt: [
            linje.split(";")
            for fil in sorted(tmp_path.rglob(f"socio_{objekt}_*"))
            for linje in fil.read_text("windows-1252").splitlines()[1:]
        ]
        for objekt in ("mottaker", "vedtak", "utbetaling")
    }
    mottakere, vedtak = ({linje[0] for linje in tekst[objekt]} for objekt in ("mottaker", "vedtak"))
    betalt = {linje[0]: linje for linje in tekst["utbetaling"]}
    assert len(betalt) == len(tekst["utbetaling"])
    assert {linje[1] for linje in betalt.values()} <= mottakere
    assert {linje[2] for linje in betalt.values()} <= vedtak
    tilbake = [linje for linje in betalt.values() if linje[11] == "Tilbakeført"]
    assert tilbake
    assert all(linje[5] == f"-{betalt[linje[12]][5]}" and linje[:2] != betalt[linje[12]][:1] for linje in tilbake)


@pytest.mark.parametrize(("antall", "aar"), [(2, (2025,)), (100, (2023, 2025))])
def test_too_few_lines_or_a_gap_between_years_is_refused(tmp_path, antall, aar):
    with pytest.raises(ValueError, match=f"Kan ikke lage {antall} utbetalinger for 3 kommuner"):
        lag_utbetalinger(tmp_path, antall, aar, oppdiktede_kommunenummer(3), 1)
