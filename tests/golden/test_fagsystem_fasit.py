"""The shared deliveries of four case systems against the truth behind them: kroner, recipients and spells."""

import json
import shutil
from decimal import Decimal

import duckdb
import pytest

from dagster_project.kjoring import kjor
from dagster_project.settings import Mappe, Miljo
from tests.pipeline.conftest import SHARED, TIDSPUNKT

KILDE = SHARED / "leveranser"
KOMMUNER = """\
kommuner:
  - {kommunenummer: "3411", navn: Ringsaker, fagsystem: velferd, instans: "1"}
  - {kommunenummer: "3403", navn: Hamar, fagsystem: socio, instans: "1"}
  - {kommunenummer: "3413", navn: Stange, fagsystem: socio, instans: "1"}
  - {kommunenummer: "3412", navn: Løten, fagsystem: socio, instans: "1"}
"""
KRONE = Decimal(1)
# The truth divides to fractions of an øre; ours give each month whole øre. Payments of one sort in a month are a few
# hundred, and only those over several months can be off, each by less than an øre.
AVRUNDING = Decimal("0.50")


@pytest.fixture(scope="module")
def fasit():
    fil = KILDE / "fasit.json"
    if not fil.exists():
        pytest.skip("../shared/leveranser/fasit.json finnes ikke her; sammenligningen med fasit er hoppet over.")
    return json.loads(fil.read_text(encoding="utf-8"), parse_float=Decimal)


@pytest.fixture(scope="module")
def varehus(fasit, tmp_path_factory):
    """The warehouse after one run over everything the four case systems have delivered."""
    rot = tmp_path_factory.mktemp("fagsystem")
    mappe = Mappe(rot / "region")
    mappe.lag()
    (mappe.konfig / "kommuner.yml").write_text(KOMMUNER, encoding="utf-8")
    for sti in KILDE.glob("[0-9]*/20*/*"):
        if sti.name.startswith(("socio_", "velferd_")):
            shutil.copyfile(sti, mappe.innboks / sti.name)
    kjor(mappe, Miljo(nokkelfil=rot / "nokkel"), TIDSPUNKT)
    with duckdb.connect(str(mappe.varehus), read_only=True) as con:
        yield con


def utgift(varehus, grunnlag):
    """Return our amounts by municipality, month, benefit and form."""
    return {
        (kommune, f"{maaned:%Y-%m}", art, form): belop
        for kommune, maaned, art, form, belop in varehus.execute(
            """
            select kommunenummer, maaned, stonadsart, stonadsform, belop_nok
            from intermediate.int_utgift_maaned
            where grunnlag = ?
            """,
            [grunnlag],
        ).fetchall()
    }


def sann_utgift(fasit, grunnlag):
    """Return the true amounts in the same shape."""
    return {
        (kommune, *nokkel.split("|")): Decimal(belop)
        for kommune, serier in fasit["maaneder"].items()
        for nokkel, belop in serier[grunnlag].items()
    }


def storste_avvik(vare, sanne):
    return max(abs(vare.get(nokkel, 0) - sanne.get(nokkel, 0)) for nokkel in vare.keys() | sanne.keys())


def per_maaned(belop):
    sum_ = {}
    for (kommune, maaned, _, _), verdi in belop.items():
        sum_[kommune, maaned] = sum_.get((kommune, maaned), 0) + verdi
    return sum_


def test_cash_is_right_to_the_oere(varehus, fasit):
    sanne = sann_utgift(fasit, "kontant")
    assert len(sanne) == 1522
    assert utgift(varehus, "kontant") == sanne


def test_accrual_is_right_but_for_rounding(varehus, fasit):
    vare, sanne = utgift(varehus, "periodisert"), sann_utgift(fasit, "periodisert")
    assert len(sanne) == 1638
    assert vare.keys() == sanne.keys()
    assert storste_avvik(vare, sanne) < AVRUNDING
    assert storste_avvik(per_maaned(vare), per_maaned(sanne)) < KRONE


@pytest.mark.parametrize("grunnlag", ["kontant", "periodisert"])
def test_recipients_per_month_are_right(varehus, fasit, grunnlag):
    sanne = {
        (kommune, maaned): antall
        for kommune, serier in fasit["maaneder"].items()
        for maaned, antall in serier[f"mottakere_{grunnlag}"].items()
    }
    assert len(sanne) == 4 * 46
    vare = {
        (kommune, f"{maaned:%Y-%m}"): antall
        for kommune, maaned, antall in varehus.execute(
            """
            select kommunenummer, maaned, count(*)
            from intermediate.int_stonadsmaaned
            semi join intermediate.int_kommune_maaned using (kommunenummer, maaned)
            where grunnlag = ?
            group by all
            """,
            [grunnlag],
        ).fetchall()
    }
    assert vare == sanne


def test_spells_are_right(varehus, fasit):
    vare = {
        kommune: (antall, maaneder, lange)
        for kommune, antall, maaneder, lange in varehus.execute("""
            select
                kommunenummer,
                count(*),
                sum(maaned_antall),
                count(*) filter (where maaned_antall >= 12)
            from intermediate.int_forlop
            where grunnlag = 'periodisert' and toleranse = 0
            group by all
        """).fetchall()
    }
    assert vare.keys() == fasit["forlop"].keys()
    for kommune, sann in fasit["forlop"].items():
        antall, maaneder, lange = vare[kommune]
        assert (antall, lange) == (sann["antall"], sann["ant_12_pluss"]), kommune
        assert maaneder / antall == pytest.approx(float(sann["snitt"]), rel=1e-12, abs=0), kommune


def test_exactly_the_delivered_months_have_figures(varehus):
    """December 2022 and November 2026 have payments too, of January and October; they are parts, and no months."""
    maaneder = varehus.execute("""
        select kommunenummer, min(maaned)::varchar, max(maaned)::varchar, count(*)
        from intermediate.int_kommune_maaned
        group by all
        order by all
    """).fetchall()
    assert maaneder == [(kommune, "2023-01-01", "2026-10-01", 46) for kommune in ("3403", "3411", "3412", "3413")]
    utenfor = varehus.execute("""
        select count(*)
        from intermediate.int_stonadsmaaned
        where maaned not between '2023-01-01' and '2026-10-01'
    """).fetchone()
    assert utenfor[0] > 0


def test_every_row_of_every_file_is_accounted_for(varehus):
    filer = varehus.execute("""
        select
            objekt,
            count(*),
            sum(rader_lest)::integer,
            sum(rader_godtatt)::integer,
            sum(rader_karantene)::integer,
            sum(rader_sumlinje)::integer
        from bi.leveranse
        where kilde = 'fagsystem' and status = 'godtatt'
        group by all
        order by all
    """).fetchall()
    assert filer == [
        ("mottaker", 184, 267813, 267813, 0, 0),
        ("utbetaling", 184, 107520, 107474, 0, 46),
        ("vedtak", 184, 72608, 72562, 0, 46),
    ]


def test_only_payments_before_their_decision_are_warned_of(varehus):
    regler = varehus.execute("select regel, count(*) from intermediate.int_fagsystem_advarsel group by all").fetchall()
    assert regler == [("F04", 26)]


def test_a_month_is_late_from_the_fifth_working_day_of_the_next(varehus):
    """October 2026 begins on a Thursday; in April, Easter lies between the first working day and the second."""
    frister = varehus.execute("""
        select maaned::varchar, frist::varchar
        from intermediate.int_leveransefrist
        where maaned in ('2026-03-01', '2026-09-01')
        order by all
    """).fetchall()
    assert frister == [("2026-03-01", "2026-04-10"), ("2026-09-01", "2026-10-07")]


AARSTALL = {
    ("alle", "nevner"): "ant_tilfeller",
    ("alle", "teller"): "ant_stonadsmaaneder",
    ("alle", "verdi_maaneder"): "stonadslengde_snitt",
    ("18_24", "nevner"): "ant_mottakere_18_24",
    ("18_24", "verdi_maaneder"): "stonadslengde_18_24",
    ("25_66", "nevner"): "ant_mottakere_25_66",
    ("25_66", "verdi_maaneder"): "stonadslengde_25_66",
    ("under_30", "nevner"): "ant_mottakere_u30",
    ("hovedinntekt", "nevner"): "ant_hovedinntekt_soshj",
    ("hovedinntekt", "verdi_maaneder"): "stonadslengde_hovedinntekt",
}
TO_JOURNALNUMRE = {("3411", "2024", "alle"), ("3411", "2024", "25_66")}
"""One person has two journal numbers: a recipient here, two tilfeller in 11F. The months are the same."""


def test_calendar_year_is_what_the_yearly_extract_says(varehus, fasit):
    avvik = []
    antall = 0
    for nokkel, indikatorer in fasit["indikatorer"].items():
        kommune, aar = nokkel.split("|")
        # The last year is not over: hittil_i_aar says the same of the months there are.
        definisjon = "hittil_i_aar" if aar == "2026" else "kalenderaar"
        for (populasjon, kolonne), indikator in AARSTALL.items():
            (vart,) = varehus.execute(
                f"select {kolonne} from bi.ind_stonadslengde where kommunenummer = ? and periode_type = 'aar' "
                "and year(periode) = ? and definisjon = ? and populasjon = ?",
                [kommune, int(aar), definisjon, populasjon],
            ).fetchone()
            antall += 1
            if vart != pytest.approx(float(indikatorer[indikator]), rel=1e-12, abs=0):
                avvik.append((kommune, aar, populasjon, kolonne))
    assert antall == 160
    assert sorted(avvik) == sorted(
        (*rad, kolonne) for rad in TO_JOURNALNUMRE for kolonne in ("nevner", "verdi_maaneder")
    )


def test_months_of_the_year_are_those_of_the_yearly_extract(varehus, fasit):
    funnet = {
        (kommune, f"{aar}", indikator): int(teller)
        for kommune, aar, indikator, teller in varehus.execute(
            "select kommunenummer, year(maaned), indikator_id, teller from bi.ind_maaned where populasjon = 'alle' "
            "and indikator_id in ('mottakere_6mnd_pluss_hittil', 'mottakere_10mnd_pluss_hittil', "
            "'mottakere_snitt_hittil') and (month(maaned) = 12 or maaned = '2026-10-01')"
        ).fetchall()
    }
    ventet = {}
    for nokkel, indikatorer in fasit["indikatorer"].items():
        kommune, aar = nokkel.split("|")
        ventet |= {
            (kommune, aar, "mottakere_6mnd_pluss_hittil"): indikatorer["ant_6mnd_pluss"],
            (kommune, aar, "mottakere_10mnd_pluss_hittil"): indikatorer["ant_10_12mnd"],
            (kommune, aar, "mottakere_snitt_hittil"): indikatorer["ant_stonadsmaaneder"],
        }
    assert funnet == ventet


def test_running_spells_of_the_last_month_are_all_that_have_it(varehus):
    ulike = varehus.execute("""
        select lengde.kommunenummer, lengde.nevner, sum(tall.mottaker_antall)
        from bi.ind_stonadslengde as lengde
        inner join bi.ind_utbetaling_per_mottaker as tall
            on
                lengde.kommunenummer = tall.kommunenummer
                and lengde.periode = tall.maaned
                and lengde.populasjon = tall.populasjon
        where
            lengde.periode_type = 'maaned'
            and (
                (lengde.definisjon = 'forlop_lopende' and tall.grunnlag = 'periodisert')
                or (lengde.definisjon = 'rullerende_12' and tall.grunnlag = 'kontant')
            )
        group by lengde.kommunenummer, lengde.periode, lengde.definisjon, lengde.populasjon, lengde.nevner
        having lengde.nevner is distinct from sum(tall.mottaker_antall)
    """).fetchall()
    assert ulike == []
