"""However a ledger is written or damaged: amounts come through to the øre, and no half voucher ever counts."""

import tempfile
from datetime import datetime
from pathlib import Path

import yaml
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from dagster_project.hovedbok.filnavn import Utvalg, er_periode, les_navnemonster
from dagster_project.hovedbok.profil import INNEBYGDE, Regnskapsform, Regnskapsprofil
from tests.hovedbokfil import KOMMUNE, NAVN, Post, bilag, les, les_innhold, nytt_varehus, som_csv, som_gl07, som_saft

FAA = settings(max_examples=8, deadline=None, derandomize=True)
MANGE = settings(max_examples=200, deadline=None, derandomize=True)

ORE = st.integers(-(10**14), 10**14)
PERIODER = st.builds(lambda aar, maaned: f"{aar}{maaned:02d}", st.integers(1990, 2060), st.integers(1, 13))


def skrevet(ore: int, form: dict[str, str]) -> str:
    """Return an amount as a profile with that form says it is written."""
    hele, resten = divmod(abs(ore), 100)
    tall = f"{hele:,}".replace(",", form["tusenskille"]) + f"{form['desimaltegn']}{resten:02d}"
    if ore >= 0:
        return tall
    return {"foran": f"-{tall}", "bak": f"{tall}-", "parentes": f"({tall})"}[form["minus"]]


@FAA
@given(
    belop=st.lists(ORE, min_size=1, max_size=30),
    form=st.fixed_dictionaries(
        {
            "desimaltegn": st.sampled_from([",", "."]),
            "tusenskille": st.sampled_from(["", " ", "\N{NO-BREAK SPACE}", "."]),
            "minus": st.sampled_from(["foran", "bak", "parentes"]),
        }
    ),
)
def test_an_amount_is_read_to_the_ore_in_every_style(belop, form):
    assume(form["desimaltegn"] != form["tusenskille"])
    innhold = yaml.safe_load((INNEBYGDE / "okonomi.yml").read_text(encoding="utf-8"))
    profil = Regnskapsprofil.model_validate(innhold | {"profil": "egen", "fil": form})
    linjer = [
        post.csv.replace(f";{_kroner(post.ore)};", f";{skrevet(post.ore, form)};")
        for nummer, ore in enumerate(belop)
        for post in bilag(str(nummer), Post(ore=ore))
    ]
    with tempfile.TemporaryDirectory() as rot:
        con, vurdering = les_innhold(Path(rot), som_csv(linjer), NAVN, profil)
    assert vurdering.rader_godtatt == 2 * len(belop)
    lest = con.execute("select (belop_nok * 100)::bigint from varehus.raw.hovedbok order by linje").fetchall()
    assert [ore for (ore,) in lest] == [fortegn * ore for ore in belop for fortegn in (1, -1)]


def _kroner(ore: int) -> str:
    return f"{'-' if ore < 0 else ''}{abs(ore) // 100},{abs(ore) % 100:02d}"


@FAA
@given(belop=st.lists(ORE, min_size=1, max_size=20))
def test_the_three_formats_give_the_same_amounts(belop):
    poster = [post for nummer, ore in enumerate(belop) for post in bilag(str(100 + nummer), Post(ore=ore))]
    filer = {NAVN: som_csv(poster), "bunt.txt": som_gl07(poster), "saft.xml": som_saft(poster)}
    lest = set()
    for navn, innhold in filer.items():
        with tempfile.TemporaryDirectory() as rot:
            con, vurdering = les_innhold(Path(rot), innhold, navn)
        assert vurdering.regel is None
        lest.add(
            tuple(
                con.execute(
                    "select bilagsnummer, bilagslinje, belop_nok from varehus.raw.hovedbok order by all"
                ).fetchall()
            )
        )
    assert len(lest) == 1


@FAA
@given(
    st.lists(
        st.tuples(
            st.integers(1, 4),
            st.sampled_from(["hel", "belop", "dato", "art", "funksjon", "periode", "mangler", "dobbel"]),
        ),
        min_size=1,
        max_size=8,
    )
)
def test_a_voucher_counts_as_a_whole_or_not_at_all(valg):
    skade = {
        "belop": (";1,00;", ";x;"),
        "dato": ("03.04.2025", "99.04.2025"),
        "art": (";14700;", ";147;"),
        "funksjon": (";28100;", ";;"),
        "periode": (";202504;", ";202505;"),
    }
    linjer: list[str] = []
    hele = 0
    for nummer, (antall, hva) in enumerate(valg, start=1):
        ett = [post.csv for post in bilag(str(nummer), *[Post(ore=100)] * antall)]
        if hva == "mangler":
            ett = ett[:-1]
        elif hva == "dobbel":
            ett.append(ett[0])
        elif hva != "hel":
            ett[0] = ett[0].replace(*skade[hva])
        else:
            hele += len(ett)
        linjer += ett
    with tempfile.TemporaryDirectory() as rot:
        con, vurdering = les_innhold(Path(rot), som_csv(linjer))
    assert vurdering.rader_lest == len(linjer) == vurdering.rader_godtatt + vurdering.rader_karantene
    assert vurdering.rader_godtatt == hele
    (skjeve,) = con.execute("""
        select count(*) from (
            select bilagsnummer from varehus.raw.hovedbok group by all having sum(belop_nok) != 0
        )
    """).fetchone()
    assert skjeve == 0


@FAA
@given(st.binary(max_size=400))
def test_anything_at_all_under_a_ledgers_name_is_accounted_for(innhold):
    with tempfile.TemporaryDirectory() as rot:
        sti = Path(rot) / NAVN
        sti.write_bytes(innhold)
        (vurdering,) = les(nytt_varehus(), [sti])
    assert vurdering.rader_lest == vurdering.rader_godtatt + vurdering.rader_karantene + vurdering.rader_sumlinje


@MANGE
@given(st.tuples(PERIODER, PERIODER).map(sorted), st.datetimes(datetime(1990, 1, 1), datetime(2099, 1, 1)))
def test_a_name_says_its_periods(perioder, tid):
    fra, til = perioder
    monster = les_navnemonster(Regnskapsform().navn)
    minutt = tid.replace(second=0, microsecond=0)
    navn = f"okonomi_hovedbok_{KOMMUNE}_{fra}_{til}_{tid:%Y%m%dT%H%M}.csv"
    assert monster.les(navn) == Utvalg(KOMMUNE, fra, til, minutt)
    assert monster.les(navn.upper()) == Utvalg(KOMMUNE, fra, til, minutt)
    utvalg = monster.les(f"hovedbok_{KOMMUNE}_{fra}_{til} (1).csv")
    assert utvalg == Utvalg(KOMMUNE, fra, til, None)
    assert utvalg.fra <= utvalg.til
    if fra != til:
        assert isinstance(monster.les(f"hovedbok_{KOMMUNE}_{til}_{fra}.csv"), str)


@MANGE
@given(st.from_regex(r"[0-9]{6}", fullmatch=True))
def test_a_period_is_a_year_and_one_of_thirteen(tekst):
    assert er_periode(tekst) == (tekst[:2] in ("19", "20") and 1 <= int(tekst[4:]) <= 13)
