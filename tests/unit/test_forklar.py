"""`stonad forklar`: each step has a person who moves it and no other, and the steps add up to the last digit."""

import json
import random
import re
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import duckdb
import pytest
import typer
from typer.testing import CliRunner

from dagster_project.feil import Brukerfeil
from dagster_project.forklar import forklar, forklar_stonadslengde, les_tall
from dagster_project.formater import oppramsing
from dagster_project.seeds import read_seed
from dagster_project.settings import Mappe
from tests.forklaringsprove import PROVEVIK, Person, bygg, maaneder

VEILEDNING = Path(__file__).resolve().parents[2] / "docs" / "forklar.md"
JAN_MARS = maaneder("2025-01", "2025-03")
TALL = [rad["tall"] for rad in read_seed("forklaringstall")]
POPULASJONER = [rad["kode"] for rad in read_seed("kodeliste") if rad["liste"] == "POPULASJON"]


@dataclass(frozen=True)
class Fall:
    """Persons with three months that no step moves, and one who is moved by the step of a branch alone.

    `tilstand` is the branch (`seeds/forklaringssteg.csv`), `populasjon` the step that is on none.
    """

    tilstand: str
    fra: str
    til: str
    person: Person
    fra_verdi: str
    til_verdi: str
    maaned: int | None = None
    de_andre: tuple[date, ...] = JAN_MARS
    antall_andre: int = 4


FALL = (
    Fall(
        "populasjon",
        "fagsystem",
        "kostra",
        Person(maaneder("2025-01", "2025-08"), hovedinntekt="1", vklo="1"),
        "3",
        "4",
    ),
    Fall("lopende", "fagsystem", "kostra", Person(maaneder("2024-10", "2025-03")), "3.6", "3"),
    Fall(
        "lopende_kuttet",
        "fagsystem",
        "kostra",
        Person(maaneder("2025-01") + maaneder("2025-03", "2025-04")),
        "2.5",
        "3",
    ),
    Fall(
        "periodisert_person", "fagsystem", "kostra", Person(JAN_MARS, betalt=maaneder("2025-04", "2025-11")), "3", "4"
    ),
    Fall("betalt_hittil", "hittil_i_aar", "kalenderaar", Person(maaneder("2025-01", "2025-08")), "3.6", "4", maaned=6),
    Fall("betalt_og_levert", "fagsystem", "kostra", Person(maaneder("2025-01", "2025-08"), poster=()), "4", "3"),
    Fall("levert_person", "fagsystem", "kostra", Person((), poster=(maaneder("2025-01", "2025-08"),)), "3", "4"),
    Fall(
        "levert_maaneder", "fagsystem", "kostra", Person(JAN_MARS, poster=(maaneder("2025-01", "2025-08"),)), "3", "4"
    ),
    Fall(
        "levert_kjennetegn",
        "fagsystem",
        "kostra:hovedinntekt",
        Person(maaneder("2025-01", "2025-08"), vklo="1"),
        "4",
        "3",
    ),
    Fall(
        "levert_post",
        "fagsystem",
        "kostra",
        Person(maaneder("2025-01", "2025-06"), poster=(JAN_MARS, maaneder("2025-04", "2025-06"))),
        "3.6",
        "3",
    ),
    Fall("publisert", "fagsystem", "kostra", Person(maaneder("2025-01", "2025-04")), "3.142857", "3.1", antall_andre=6),
    Fall("avsluttet", "forlop_avsluttet", "forlop_lopende", Person(maaneder("2025-05", "2026-02")), "3", "4"),
    Fall(
        "avsluttet_maaned",
        "forlop_avsluttet",
        "hittil_i_aar",
        Person(maaneder("2025-01")),
        "3",
        "2.6",
        maaned=3,
    ),
    Fall("lopende_maaned", "fagsystem", "hittil_i_aar", Person(maaneder("2025-01")), "3", "2.6", maaned=3),
    Fall(
        "lopende_toleranse",
        "forlop_lopende_toleranse",
        "forlop_lopende",
        Person(JAN_MARS + maaneder("2025-05", "2025-07")),
        "3.6",
        "3",
    ),
    Fall(
        "rullerende",
        "rullerende_12",
        "kalenderaar",
        Person(maaneder("2025-01", "2025-08")),
        "3",
        "4",
        de_andre=maaneder("2025-10", "2025-12"),
    ),
    Fall(
        "rullerende_alle",
        "rullerende_12",
        "hittil_i_aar",
        Person(maaneder("2024-10", "2025-03")),
        "3.6",
        "3",
        maaned=3,
    ),
)

STEG = {rad["tilstand"]: rad["steg"] for rad in read_seed("forklaringssteg")} | {"populasjon": "populasjon"}
TILFELDIG, EKSEMPEL = "9900", "9899"
KOMMUNER = {f"{9901 + nummer}": fall for nummer, fall in enumerate(FALL)}


def tilfeldige_personer(antall: int) -> list[Person]:
    """Return persons as different as they come, so that no figure is a round one."""
    slump = random.Random(2026)
    alle = maaneder("2024-01", "2026-02")

    def noen(andel: float) -> tuple[date, ...]:
        return tuple(dag for dag in alle if slump.random() < andel)

    return [
        Person(
            gjelder=noen(0.5),
            betalt=noen(0.4),
            poster=tuple(noen(0.3) for _ in range(slump.choice((0, 1, 1, 1, 2)))),
            alder=slump.randint(17, 70),
            hovedinntekt={dag: slump.choice(("5", "1", None)) for dag in alle},
            vklo=slump.choice(("5", "1", None)),
        )
        for _ in range(antall)
    ]


@pytest.fixture(scope="module")
def mappe(tmp_path_factory) -> Mappe:
    """A warehouse with a municipality for each case, and one with persons of every kind."""
    mappe = Mappe(tmp_path_factory.mktemp("forklar"))
    mappe.varehus.parent.mkdir()
    personer = {
        kommune: [Person(fall.de_andre)] * fall.antall_andre + [fall.person] for kommune, fall in KOMMUNER.items()
    }
    with duckdb.connect(str(mappe.varehus)) as con:
        bygg(con, personer | {TILFELDIG: tilfeldige_personer(60), EKSEMPEL: PROVEVIK})
    return mappe


def test_every_step_has_a_person():
    assert {fall.tilstand for fall in FALL} == {
        rad["tilstand"] for rad in read_seed("forklaringssteg") if rad["mot"]
    } | {"populasjon"}


@pytest.mark.parametrize("kommune", KOMMUNER, ids=[fall.tilstand for fall in FALL])
def test_person_moves_that_step_and_no_other(mappe, kommune):
    fall = KOMMUNER[kommune]
    forklaring = forklar_stonadslengde(mappe, kommune, 2025, les_tall(fall.fra), les_tall(fall.til), fall.maaned)
    assert forklaring.steg[0].verdi == Decimal(fall.fra_verdi)
    assert forklaring.steg[-1].verdi == Decimal(fall.til_verdi)
    assert [steg.steg for steg in forklaring.steg if steg.endring] == [STEG[fall.tilstand]]


@pytest.mark.parametrize("kommune", KOMMUNER, ids=[fall.tilstand for fall in FALL])
def test_the_way_back_is_the_same_change_with_the_sign_turned(mappe, kommune):
    fall = KOMMUNER[kommune]
    fram = forklar_stonadslengde(mappe, kommune, 2025, les_tall(fall.fra), les_tall(fall.til), fall.maaned)
    tilbake = forklar_stonadslengde(mappe, kommune, 2025, les_tall(fall.til), les_tall(fall.fra), fall.maaned)
    assert [-steg.endring for steg in tilbake.steg if steg.endring] == [e.endring for e in fram.steg if e.endring]


GANGER = """
    select
        aar,
        periode_type,
        count(*) as ganger,
        count(*) filter (where endring = til_verdi - fra_verdi and steg = siste_steg + 1) as som_gaar_opp
    from (
        select
            aar,
            maaned,
            periode_type,
            fra,
            fra_populasjon,
            til,
            til_populasjon,
            count(*) as steg,
            max(steg_nummer) as siste_steg,
            coalesce(sum(endring_maaneder), 0) as endring,
            arg_min(coalesce(verdi_maaneder, 0), steg_nummer) as fra_verdi,
            arg_max(coalesce(verdi_maaneder, 0), steg_nummer) as til_verdi
        from intermediate.int_forklaring_stonadslengde
        where kommunenummer = $kommunenummer
        group by all
    )
    group by all
    order by all
"""


def test_steps_add_up_to_the_last_digit_for_every_pair(mappe):
    with duckdb.connect(str(mappe.varehus), read_only=True) as con:
        rader = con.execute(GANGER, {"kommunenummer": TILFELDIG}).fetchall()
    assert all(ganger == som_gaar_opp for _, _, ganger, som_gaar_opp in rader)
    # Every figure of every populasjon against every other; KOSTRA only in the year there is an 11F of.
    par = len(POPULASJONER) ** 2
    assert {aar: ganger for aar, type_, ganger, _ in rader if type_ == "aar"} == {
        2024: (len(TALL) - 1) ** 2 * par,
        2025: len(TALL) ** 2 * par,
        2026: (len(TALL) - 1) ** 2 * par,
    }


def test_both_ends_are_the_figures_of_the_definitions(mappe):
    with duckdb.connect(str(mappe.varehus), read_only=True) as con:
        rader = con.execute(
            """
            with ende as (
                select distinct on (periode_type, maaned, fra, fra_populasjon)
                    periode_type,
                    if(periode_type = 'aar', make_date(aar, 1, 1), maaned) as periode,
                    fra as definisjon,
                    fra_populasjon as populasjon,
                    teller,
                    nevner
                from intermediate.int_forklaring_stonadslengde
                where kommunenummer = $kommunenummer and steg_nummer = 0
            )

            select
                definisjon,
                periode_type,
                count(*),
                count(*) filter (where ende.teller = fasit.teller and ende.nevner = fasit.nevner)
            from ende
            inner join intermediate.int_stonadslengde as fasit using (periode_type, periode, definisjon, populasjon)
            where fasit.kommunenummer = $kommunenummer
            group by all
            """,
            {"kommunenummer": TILFELDIG},
        ).fetchall()
    assert {definisjon for definisjon, *_ in rader} == {
        rad["definisjon"] for rad in read_seed("stonadslengde_definisjon")
    }
    assert [rad for rad in rader if rad[2] != rad[3]] == []


def test_published_figure_is_rounded_half_away_from_zero(mappe):
    forklaring = forklar_stonadslengde(mappe, TILFELDIG, 2025, les_tall("kalenderaar"), les_tall("kostra"))
    siste = forklaring.steg[-1]
    assert siste.verdi == (Decimal(siste.teller) / siste.nevner).quantize(Decimal("0.1"), ROUND_HALF_UP)


def test_figure_is_rounded_at_the_sixth_decimal(mappe):
    steg = forklar_stonadslengde(mappe, TILFELDIG, 2025, les_tall("fagsystem"), les_tall("kalenderaar")).steg
    assert [ett.verdi for ett in steg] == [
        (Decimal(ett.teller) / ett.nevner).quantize(Decimal("0.000001"), ROUND_HALF_UP) for ett in steg
    ]


def test_sentence_names_the_numbers(mappe):
    fall = next(kommune for kommune, fall in KOMMUNER.items() if fall.tilstand == "betalt_og_levert")
    steg = forklar_stonadslengde(mappe, fall, 2025, les_tall("fagsystem"), les_tall("kostra")).steg
    assert steg[0].forklaring == "Fagsystemet, sosialhjelp som hovedinntekt: 20 måneder for 5 forløp."
    assert [ett.forklaring for ett in steg if ett.endring] == [
        "De som fikk utbetalt, men ikke står i 11F, teller ikke: 1 person med 8 måneder."
    ]
    assert not [ett.forklaring for ett in steg if "{" in ett.forklaring]


def test_a_figure_of_nobody_is_unknown_and_the_steps_still_add_up(mappe):
    kommune = next(kommune for kommune, fall in KOMMUNER.items() if fall.tilstand == "populasjon")
    forklaring = forklar_stonadslengde(mappe, kommune, 2025, les_tall("fagsystem:under_30"), les_tall("kostra"))
    assert forklaring.steg[0].verdi is None
    assert sum(steg.endring for steg in forklaring.steg[1:]) == Decimal(4)


def test_names_of_figures_and_populations():
    assert (les_tall("fagsystem").populasjon, les_tall("kostra").populasjon) == ("hovedinntekt", "alle")
    assert les_tall("forlop_lopende:under_30").populasjon == "under_30"


@pytest.mark.parametrize(
    ("tekst", "melding"),
    [
        ("sosio", f"Ukjent tall i --fra eller --til. Bruk {oppramsing(TALL)}."),
        ("kostra:barn", f"Ukjent populasjon i --fra eller --til. Bruk {oppramsing(POPULASJONER)}."),
        ("kostra:", f"Ukjent populasjon i --fra eller --til. Bruk {oppramsing(POPULASJONER)}."),
        ("kostra:~under_18", f"Ukjent populasjon i --fra eller --til. Bruk {oppramsing(POPULASJONER)}."),
    ],
)
def test_unknown_figure_gets_a_list_of_those_there_are(tekst, melding):
    with pytest.raises(Brukerfeil, match=re.escape(melding)):
        les_tall(tekst)


@pytest.mark.parametrize(
    ("kommune", "aar", "fra", "maaned", "melding"),
    [
        ("3411", 2025, "fagsystem", None, "Varehuset har ingen månedlige leveranser fra den kommunen. Det har 9899, "),
        (TILFELDIG, 2022, "fagsystem", None, "fra 9900 for 2022. Det har 2024, 2025 og 2026."),
        (TILFELDIG, 2026, "fagsystem", 3, "For 2026 har det måned 1 og 2."),
        (TILFELDIG, 2024, "fagsystem", None, "KOSTRA finnes ikke for 9900 i 2024. Det trengs 11F for året."),
        (TILFELDIG, 2024, "rullerende_12", 11, "Det trengs leveranser for tolv måneder på rad. KOSTRA finnes ikke"),
        (TILFELDIG, 2026, "forlop_avsluttet", 2, "Det trengs leveransen for måneden etter"),
    ],
)
def test_what_the_warehouse_lacks_is_said(mappe, kommune, aar, fra, maaned, melding):
    with pytest.raises(Brukerfeil, match=re.escape(melding)):
        forklar_stonadslengde(mappe, kommune, aar, les_tall(fra), les_tall("kostra"), maaned)


def test_warehouse_that_is_not_there_or_is_older(tmp_path):
    mappe = Mappe(tmp_path)
    with pytest.raises(Brukerfeil, match="Kjør «stonad kjor» først"):
        forklar_stonadslengde(mappe, TILFELDIG, 2025, les_tall("fagsystem"), les_tall("kostra"))
    mappe.varehus.parent.mkdir()
    duckdb.connect(str(mappe.varehus)).close()
    with pytest.raises(Brukerfeil, match="stonad kjor --bygg-alltid"):
        forklar_stonadslengde(mappe, TILFELDIG, 2025, les_tall("fagsystem"), les_tall("kostra"))


def kjor(*valg: str):
    app = typer.Typer()
    app.command()(forklar)
    return CliRunner().invoke(app, list(valg))


def test_command_shows_from_figure_to_figure_and_each_step(mappe):
    svar = kjor("stonadslengde", "--kommune", "9902", "--aar", "2025", "--mappe", str(mappe.rot))
    assert svar.exit_code == 0
    assert svar.output.splitlines()[0] == (
        "Stønadslengde i Prøvevik 9902 (9902) 2025: fra 3,600000 måneder (Fagsystemet, sosialhjelp som hovedinntekt) "
        "til 3,000000 (KOSTRA, alle mottakere)."
    )
    assert "−0,600000" in svar.output
    assert "Hele forskjellen" in svar.output


def test_command_as_json_adds_up(mappe):
    svar = kjor("--kommune", TILFELDIG, "--aar", "2025", "--mappe", str(mappe.rot), "--json")
    tall = json.loads(svar.output, parse_float=Decimal)
    assert sum(steg["endring_maaneder"] for steg in tall["steg"][1:]) == tall["forskjell_maaneder"]
    assert tall["til"]["verdi_maaneder"] - tall["fra"]["verdi_maaneder"] == tall["forskjell_maaneder"]
    assert tall["fra"] | {"verdi_maaneder": None} == {
        "tall": "fagsystem",
        "populasjon": "hovedinntekt",
        "verdi_maaneder": None,
    }


@pytest.mark.parametrize(
    "valg", [("--aar", "2025"), ("--kommune", "9902"), ("brutto", "--kommune", "9902", "--aar", "1")]
)
def test_command_asks_for_what_it_needs(valg):
    assert isinstance(kjor(*valg).exception, Brukerfeil)


@pytest.mark.parametrize(
    ("fra", "til", "fra_verdi", "til_verdi"),
    [
        ("fagsystem", "hittil_i_aar:hovedinntekt", "6.9", "5.5"),
        ("hittil_i_aar:hovedinntekt", "kostra", "5.5", "6.2"),
    ],
)
def test_example_of_the_guide_is_what_the_command_answers(mappe, fra, til, fra_verdi, til_verdi):
    steg = forklar_stonadslengde(mappe, EKSEMPEL, 2025, les_tall(fra), les_tall(til), 9).steg
    assert (steg[0].verdi, steg[-1].verdi) == (Decimal(fra_verdi), Decimal(til_verdi))
    rader = [
        f"| {ett.navn} | {ett.teller} | {ett.nevner} | {tall(ett.verdi)} | "
        f"{'' if ett.endring is None else tall(ett.endring, '+') + ' '}| {ett.forklaring} |"
        for ett in steg
        if ett.endring != 0
    ]
    tekst = VEILEDNING.read_text(encoding="utf-8")
    assert [rad for rad in rader if rad.replace("\N{NO-BREAK SPACE}", " ") not in tekst] == []
    assert f"`--fra {fra} --til {til} --maaned 9`" in tekst


def tall(verdi: Decimal, fortegn: str = "") -> str:
    return f"{verdi:{fortegn}.6f}".replace(".", ",").replace("-", "−")


def test_guide_tells_of_every_figure_and_step():
    tekst = VEILEDNING.read_text(encoding="utf-8")
    assert [ett for ett in TALL if f"| `{ett}` |" not in tekst] == []
    navn = {rad["navn"] for rad in read_seed("forklaringssteg") if rad["mot"] or rad["steg"] == "populasjon"}
    assert [ett for ett in navn if f"| {ett} |" not in tekst] == []
