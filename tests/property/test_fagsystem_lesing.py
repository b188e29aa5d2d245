"""A row written as any profile says is the row read; however a file is damaged, every line of it is accounted for."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from dagster_project.fagsystem.kontrakt import koder, objekter
from dagster_project.fagsystem.profil import les_profil
from dagster_project.fagsystem.tekst import antall_linjer
from dagster_project.settings import Mappe, Miljo
from tests.fagsystemfil import (
    SOCIO,
    VELFERD,
    filnavn,
    mottaker,
    raakolonner,
    rapport,
    skriv_rapport,
    utbetaling,
    vedtak,
)
from tests.kostrafil import duf
from tests.varehus import eget_miljo, filer, les, ny_mappe, sporr, tabeller

# Few examples with many rows or files each: a run costs the same for one file as for ten.
FAA = settings(max_examples=5, deadline=None, derandomize=True)
NOEN = settings(max_examples=20, deadline=None, derandomize=True)


@contextmanager
def installasjon() -> Iterator[tuple[Mappe, Miljo]]:
    with tempfile.TemporaryDirectory() as rot:
        yield ny_mappe(Path(rot) / "region"), eget_miljo(Path(rot) / "nokkel.key")


TEKST = st.text(st.sampled_from("abXYZ059æøåÆØÅé/&()-., ;|\t\"'"), min_size=1, max_size=12).filter(
    lambda tekst: tekst == tekst.strip() != "-"
)
DAG = st.dates(date(1990, 1, 1), date(2040, 12, 31))
MAANED = DAG.map(lambda dag: dag.replace(day=1))
BELOP = st.integers(-(10**11), 10**11).map(lambda oere: Decimal(oere) / 100)
STATUSER = [status for status in koder("UTBETALINGSTATUS") if status != "TILBAKEFORT"]
LOKALE_KODER = st.lists(st.text(st.sampled_from("abÅ12"), max_size=5), min_size=7, max_size=7, unique=True)
RUNDT = [
    *("utbetaling_id", "mottaker_id", "vedtak_id", "stonadsart_lokal", "stonadsform", "belop", "periode_fom"),
    *("periode_tom", "registrert_dato", "utbetalingsdato", "status", "annen_mottaker", "funksjon", "ansvar"),
]


def siste_dag(maaned: date) -> date:
    return (maaned + timedelta(days=31)).replace(day=1) - timedelta(days=1)


@st.composite
def profiler(draw) -> dict:
    """A profile with habits of its own: encoding, delimiters, numbers, dates, codes, and columns in parts."""
    desimaltegn = draw(st.sampled_from([",", "."]))
    maaneder = draw(st.booleans())
    return {
        "profil": "prove",
        "kontrakt": "fagsystem",
        "fil": {
            "tegnsett": draw(st.sampled_from(["windows-1252", "iso-8859-1", "utf-8", "utf-8-sig"])),
            "linjeskift": draw(st.sampled_from(["CRLF", "LF"])),
            "skilletegn": draw(st.sampled_from([";", ",", "|", "\t"])),
            "anforselstegn": draw(st.sampled_from(['"', "'"])),
            "desimaltegn": desimaltegn,
            "tusenskille": draw(st.sampled_from(["", " ", "\N{NO-BREAK SPACE}", "." if desimaltegn == "," else ""])),
            "minus": draw(st.sampled_from(["foran", "bak", "parentes"])),
            "dato": draw(st.sampled_from(["dd.mm.yyyy", "yyyy-mm-dd", "ddmmyyyy", "yyyymmdd"])),
            "hopp_over_linjer": draw(st.integers(0, 4)),
            "sumlinjer": "^I alt",
        },
        "objekter": {
            "utbetaling": {
                "filnavn": "prove_utbetaling_*",
                "kolonner": {
                    "utbetaling_id": "Løpe nr",
                    "mottaker_id": {"fyll_nuller": ["Klient", 6]},
                    "vedtak_id": {"sett_sammen": ["Sak", "Nr"], "mellom": "-"},
                    "stonadsart_lokal": "Art",
                    "stonadsform": draw(st.sampled_from(["Form", {"fast": "LAAN"}])),
                    "belop": "Beløp",
                    "periode_fom": {"forste_dag_i": "Fra"} if maaneder else "Fra",
                    "periode_tom": {"siste_dag_i": "Til"} if maaneder else "Til",
                    "registrert_dato": "Registrert",
                    "utbetalingsdato": "Betalt",
                    "status": "Status",
                    "annen_mottaker": "Andre",
                    "funksjon": draw(st.sampled_from([{"venstre": ["Tjeneste", 3]}, {"hoyre": ["Tjeneste", 3]}])),
                    "ansvar": "Ansvar",
                },
                "forkast": ["Navn", "Merknad"],
            }
        },
        "koder": {
            "status": {f"x{kode}": ny for kode, ny in zip(draw(LOKALE_KODER), koder("UTBETALINGSTATUS"), strict=True)},
            "annen_mottaker": {"J": "ja", "N": "nei"},
        },
    }


@st.composite
def utbetalinger(draw, kolonner: dict) -> list[dict]:
    """Payments a profile can write: what it holds fixed is fixed, and periods are months where it has months."""
    rader = []
    for _ in range(draw(st.integers(0, 8))):
        fom = draw(st.none() | (DAG if kolonner["periode_fom"] == "Fra" else MAANED))
        status = draw(st.sampled_from(STATUSER))
        vedtaksnummer = st.tuples(st.integers(1, 9999), TEKST).map(lambda par: f"{par[0]}-{par[1]}")
        rader.append(
            {
                "utbetaling_id": draw(TEKST),
                "mottaker_id": f"{draw(st.integers(1, 10**6 - 1)):06d}",
                "vedtak_id": draw(st.none() | vedtaksnummer),
                "stonadsart_lokal": draw(TEKST | st.sampled_from(koder("STONADSART"))),
                "stonadsform": draw(st.sampled_from(koder("STONADSFORM")))
                if kolonner["stonadsform"] == "Form"
                else "LAAN",
                "belop": draw(BELOP),
                "periode_fom": fom,
                "periode_tom": siste_dag(fom) if fom else draw(st.none() | MAANED.map(siste_dag)),
                "registrert_dato": draw(st.dates(date(2025, 1, 1), date(2025, 1, 31))),
                "utbetalingsdato": draw(DAG if status == "UTBETALT" else st.none() | DAG),
                "status": status,
                "annen_mottaker": draw(st.none() | st.booleans()),
                "funksjon": draw(st.none() | st.sampled_from(["281", "283", "242"])),
                "ansvar": draw(st.none() | TEKST),
            }
        )
    return rader


@NOEN
@given(st.data())
def test_a_row_written_in_any_style_is_the_row_read(data):
    innhold = data.draw(profiler())
    rader = data.draw(utbetalinger(innhold["objekter"]["utbetaling"]["kolonner"]))
    merknad = data.draw(st.text(st.sampled_from("abc æ;,|\t\"'\n"), max_size=20).map(str.strip))
    som_yaml = yaml.safe_dump(innhold, allow_unicode=True)
    with installasjon() as (mappe, miljo):
        mappe.profiler.mkdir()
        (mappe.profiler / "prove.yml").write_text(som_yaml, encoding="utf-8")
        skriv_rapport(
            mappe.innboks,
            les_profil(som_yaml, "prove.yml"),
            "utbetaling",
            rader,
            ekstra={"Merknad": merknad, "Navn": "Åse"},
            sitert=data.draw(st.booleans()),
        )
        (vurdering,) = les(mappe, miljo).vurderinger
        assert (vurdering.regel, vurdering.funn) == (None, [])
        kolonner = ", ".join(raakolonner("utbetaling")[felt] for felt in RUNDT)
        lest = sporr(mappe, f"select {kolonner}, stonadsart from raw.fagsystem_utbetaling order by linje")

    def art(rad: dict) -> str:
        return rad["stonadsart_lokal"] if rad["stonadsart_lokal"] in koder("STONADSART") else "UKJENT"

    assert lest == [(*(rad[felt] for felt in RUNDT), art(rad)) for rad in rader]


PROFILER = {"socio": SOCIO, "velferd": VELFERD}
HELE = {
    (profil.profil, objekt): rapport(
        profil, objekt, [lag(nummer) for nummer in range(1, 7)], sitert=sitert, ekstra=ekstra
    )
    for profil, sitert, ekstra in (
        (SOCIO, False, {"Navn": "Ås, Per", "Mottakernavn": 'Per "Pelle"; Ås', "Kontonr": "12345678901"}),
        (VELFERD, True, {"ETTERNAVN": "Ås\nBø"}),
    )
    for objekt, lag in (("mottaker", mottaker), ("vedtak", vedtak), ("utbetaling", utbetaling))
}


@st.composite
def skadet(draw) -> tuple[tuple, bytes]:
    """A report of some kind, damaged in one to four ways."""
    hvilken = draw(st.sampled_from(sorted(HELE)))
    innhold = HELE[hvilken]
    if hvilken[1] == "utbetaling" and draw(st.booleans()):
        innhold += b"Sum;;;;;;48 000,00;;;;;;;;;;;;;\n"
    for _ in range(draw(st.integers(1, 4))):
        skade = draw(st.sampled_from(["byte", "fjernet", "doblet", "avkortet", "satt inn", "anforsel", "skille"]))
        sted = draw(st.integers(0, max(len(innhold) - 1, 0)))
        fysiske = innhold.splitlines(keepends=True) or [b""]
        nummer = draw(st.integers(0, len(fysiske) - 1))
        if skade == "byte":
            innhold = innhold[:sted] + bytes([draw(st.integers(0, 255))]) + innhold[sted + 1 :]
        elif skade in ("fjernet", "doblet"):
            nye = [fysiske[nummer]] * (2 if skade == "doblet" else 0)
            innhold = b"".join([*fysiske[:nummer], *nye, *fysiske[nummer + 1 :]])
        elif skade == "avkortet":
            innhold = innhold[:sted]
        else:
            nytt = {"anforsel": b'"', "skille": b";"}.get(skade) or draw(st.binary(min_size=1, max_size=5))
            innhold = innhold[:sted] + nytt + innhold[sted:]
    return hvilken, innhold


@FAA
@given(st.lists(skadet(), min_size=20, max_size=40, unique_by=lambda par: par[1]))
def test_every_line_of_a_damaged_report_is_accepted_set_aside_or_a_sum(tilfeller):
    with installasjon() as (mappe, miljo):
        innhold = {}
        for nummer, ((profilnavn, objekt), ett) in enumerate(tilfeller):
            profil = PROFILER[profilnavn]
            uttrukket = datetime(2025, 2, 1) + timedelta(minutes=nummer)
            navn = filnavn(profil, objekt, uttrukket=f"{uttrukket:%Y%m%dT%H%M}")
            (mappe.innboks / navn).write_bytes(ett)
            innhold[navn] = (profil.filform(objekt).hopp_over_linjer, antall_linjer(mappe.innboks / navn, 0))
        resultat = les(mappe, miljo)

        assert {vurdering.filnavn for vurdering in resultat.vurderinger} == set(innhold)
        assert resultat.ukjente == resultat.duplikater == []
        for vurdering in resultat.vurderinger:
            deler = (vurdering.rader_godtatt, vurdering.rader_karantene, vurdering.rader_sumlinje)
            hopp, linjer = innhold[vurdering.filnavn]
            assert vurdering.rader_lest == sum(deler)
            assert linjer - hopp - 1 - 9 <= vurdering.rader_lest <= linjer
            assert (vurdering.regel is None) == (vurdering.melding is None)
            assert vurdering.regel is None or deler[0] == deler[2] == 0
            assert vurdering.regel != "kan_ikke_leses"
        deler = " union all ".join(
            f"select leveranse_id, linje from {objekt.raatabell}" for objekt in objekter().values()
        )
        to_ganger = "group by all having count(*) > 1"
        karantene = "select distinct leveranse_id, linje from intern.karantene"
        assert sporr(mappe, f"select * from ({deler} union all {karantene}) {to_ganger}") == []
        synlig = str(tabeller(mappe))
        assert "12345678901" not in synlig
        assert "Pelle" not in synlig
        assert [sti for sti in filer(mappe) if sti.startswith("innboks")] == []


@FAA
@given(st.permutations(range(8)), st.lists(st.booleans(), min_size=8, max_size=8))
def test_order_and_repetition_do_not_change_what_is_read(rekkefolge, sammen):
    leveranser = [
        (SOCIO, "mottaker", [mottaker(1), mottaker(2)], {}),
        (SOCIO, "mottaker", [mottaker(1), mottaker(3, kjonn="9")], {"uttrukket": "20250301T0610"}),
        (SOCIO, "vedtak", [vedtak(1), vedtak(2)], {}),
        (SOCIO, "utbetaling", [utbetaling(1), utbetaling(2, belop="x")], {}),
        (SOCIO, "utbetaling", [utbetaling(1), utbetaling(2)], {"uttrukket": "20250202T0610"}),
        (VELFERD, "utbetaling", [utbetaling(1)], {}),
        (VELFERD, "mottaker", [mottaker(1, fodselsnummer=None, duf_nummer=duf(5))], {"kommune": "3403"}),
        (VELFERD, "mottaker", [], {"kommune": "9999"}),
    ]

    def les_alle(mappe: Mappe, miljo: Miljo, nye: list[int], dag: int) -> None:
        for nummer in nye:
            profil, objekt, rader, navn = leveranser[nummer]
            skriv_rapport(mappe.innboks, profil, objekt, rader, navn=navn)
        les(mappe, miljo, dag)

    def innhold(mappe: Mappe) -> dict:
        kolonner = "leveranse_id, objekt, kilde_id, fra, til, uttrukket, rader_lest, rader_godtatt, status, regel"
        svar = {navn: rader for navn, rader in tabeller(mappe).items() if navn.startswith("raw.fagsystem")}
        svar["karantene"] = sporr(mappe, "from intern.karantene order by all")
        return svar | {"leveranse": sporr(mappe, f"select {kolonner} from intern.leveranse order by all")}

    with tempfile.TemporaryDirectory() as rot:
        miljo = eget_miljo(Path(rot) / "nokkel.key")
        en_gang, flere = ny_mappe(Path(rot) / "en"), ny_mappe(Path(rot) / "flere")
        les_alle(en_gang, miljo, list(range(8)), 1)
        pulje: list[int] = []
        for dag, (nummer, vent) in enumerate(zip(rekkefolge, sammen, strict=True), 1):
            pulje.append(nummer)
            if not vent:
                les_alle(flere, miljo, pulje, dag)
                pulje = pulje[:1]
        les_alle(flere, miljo, list(range(8)), 20)
        assert innhold(flere) == innhold(en_gang)
