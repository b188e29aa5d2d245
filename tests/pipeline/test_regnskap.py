"""The ledger and the budget through a whole run: what is taken in, what is set aside, and what is published."""

import subprocess
import sys
from collections import Counter
from datetime import date, datetime
from pathlib import Path

import duckdb
import pytest

from dagster_project.bygg import Parametre, skriv_parametre
from dagster_project.feil import Brukerfeil
from dagster_project.hovedbok.profil import INNEBYGDE, profilmappe
from dagster_project.ingestion.innlesing import OBJEKTER, les_inn
from dagster_project.karantene import les_karantene
from dagster_project.kjoring import kjor, les_status
from dagster_project.settings import Miljo
from tests.fastbredde import skriv_11f_fil
from tests.hovedbokfil import OVERSKRIFT, Post, bilag, som_csv, som_gl07, som_saft

TIDSPUNKT = datetime(2025, 6, 5, 6)
JAN = {"periode": "202501", "dato": "15012025"}
FEB = {"periode": "202502", "dato": "15022025"}
GODE = (
    *bilag("1", Post(ore=400_000_00, **JAN), Post(ore=100_000_00, art="14701", **JAN)),
    *bilag("2", Post(ore=-50_000_00, art="17700", **JAN)),
)
I_FEBRUAR = bilag("9", Post(ore=600_000_00, **FEB))
BUDSJETT = "kommunenummer;aar;maaned;ansvar;funksjon;art;belop\r\n"


def hovedbok(fra: str, til: str | None = None) -> str:
    return f"okonomi_hovedbok_9901_{fra}_{til or fra}_20250605T0700.csv"


FILER = {
    hovedbok("202501"): som_csv(GODE),
    hovedbok("202502"): som_csv(
        [
            *I_FEBRUAR,
            *bilag("10", Post(ore=100, **FEB), motpost=False),
            *bilag("11", Post(ore=100, tjeneste="99900", **FEB)),
            *(
                post.csv.replace("2024;", "2025;")
                for post in bilag("12", Post(ore=100, periode="202402", dato="15022025"))
            ),
            Post(bilag="13", ore=100, **FEB).csv.replace("1,00", "1,0,0"),
            ";" * OVERSKRIFT.count(";"),
        ]
    ),
    hovedbok("202503"): b"Konto;Sum\r\n14700;1,00\r\n",
    "utsendt_202504.gl07": som_gl07(bilag("20", Post(ore=700_00))),
    "uttrekk_202505.xml": som_saft(bilag("30", Post(periode="202505", dato="15052025", ore=800_00)), total="1.00"),
    "okonomi_budsjett_9901_202501_202512_20241215T0900.csv": (
        BUDSJETT
        + "".join(f"9901;2025;{maaned};451000;281;470;500000,00\r\n" for maaned in range(1, 13))
        + "9901;2025;1;451000;281;470;fem\r\n"
    ).encode(),
}


@pytest.fixture(scope="module")
def kjort(lag_mappe):
    mappe = lag_mappe("regnskap", {"9901": "Eksempelvik"})
    (mappe.konfig / "regnskap_konto.csv").write_text("kommunenummer;konto;formaal\n9901;14701;strom\n")
    skriv_11f_fil(mappe.innboks / "Sosial_990100.dat", "9901", 2024, antall=5)
    for navn, innhold in FILER.items():
        (mappe.innboks / navn).write_bytes(innhold)
    return mappe, kjor(mappe, Miljo(), TIDSPUNKT)


def sporr(mappe, sql: str) -> list[tuple]:
    with duckdb.connect(str(mappe.varehus), read_only=True) as con:
        return con.execute(sql).fetchall()


def test_every_file_is_told_with_what_became_of_its_rows(kjort):
    _, sammendrag = kjort
    filer = {fil.filnavn: (fil.objekt, fil.status, fil.rader_lest, fil.rader_godtatt) for fil in sammendrag.filer}
    assert filer == {
        "Sosial_990100.dat": ("11F", "godtatt", 5, 5),
        hovedbok("202501"): ("hovedbok", "godtatt", 5, 5),
        # A row of nothing but delimiters is no row.
        hovedbok("202502"): ("hovedbok", "godtatt", 8, 2),
        hovedbok("202503"): ("hovedbok", "avvist", 1, 0),
        "utsendt_202504.gl07": ("hovedbok", "godtatt", 2, 2),
        "uttrekk_202505.xml": ("hovedbok", "avvist", 2, 0),
        "okonomi_budsjett_9901_202501_202512_20241215T0900.csv": ("budsjett", "godtatt", 13, 12),
    }
    assert all(fil.rader_lest == fil.rader_godtatt + fil.rader_karantene for fil in sammendrag.filer)
    assert sammendrag.maa_ses_paa
    assert sammendrag.ukjente_filer == []


def test_bad_vouchers_are_set_aside_whole_with_a_sentence_for_each(kjort):
    mappe, _ = kjort
    rader = les_karantene(mappe)
    assert Counter((rad.objekt, rad.regel) for rad in rader) == {
        ("budsjett", "F11"): 1,
        ("hovedbok", "H01"): 2,
        ("hovedbok", "ukjent_funksjon"): 1,
        ("hovedbok", "periode_utenfor_aar"): 2,
        ("hovedbok", "periode_utenfor_fil"): 2,
        ("hovedbok", "F11"): 1,
    }
    meldinger = {rad.regel: rad.melding for rad in rader}
    assert "99900" in meldinger["ukjent_funksjon"]
    assert "belop" in next(rad.melding for rad in rader if rad.objekt == "hovedbok" and rad.regel == "F11")
    assert "2024" in meldinger["periode_utenfor_aar"]
    assert all(rad.gjor for rad in rader)


def test_refused_files_lie_in_quarantine_beside_their_explanation(kjort):
    mappe, _ = kjort
    forklaringer = {sti.name.split("__")[0]: sti.read_text() for sti in mappe.karantene.glob("*.forklaring.txt")}
    assert "Periode" in forklaringer[hovedbok("202503").removesuffix(".csv")]
    assert "sum" in forklaringer["uttrekk_202505"].lower()
    assert len(list(mappe.karantene.glob("*.csv"))) + len(list(mappe.karantene.glob("*.xml"))) == 2


def test_other_sources_are_unharmed(kjort):
    _, sammendrag = kjort
    assert sporr_publisert(
        sammendrag, "select verdi from bi.ind_kostra where indikator_id = 'ant_tilfeller' and rapporteringsaar = 2024"
    ) == [(5.0,)]


def sporr_publisert(sammendrag, sql: str) -> list[tuple]:
    with duckdb.connect(sammendrag.publisert, read_only=True) as con:
        return con.execute(sql).fetchall()


def test_the_budget_is_held_against_the_ledger(kjort):
    """January: 500 000 of support less a refund of 50 000, against 500 000. February: 1 050 000 against a million."""
    _, sammendrag = kjort
    assert sporr_publisert(
        sammendrag,
        "select maaned, regnskap_hittil_nok::integer, budsjett_hittil_nok::integer, avvik_hittil_pst, "
        "budsjett_aar_nok::integer, prognose_aar_nok from bi.budsjett_maaned "
        "where omraade = '281' order by all limit 2",
    ) == [
        (date(2025, 1, 1), 450_000, 500_000, -10.0, 6_000_000, None),
        (date(2025, 2, 1), 1_050_000, 1_000_000, 5.0, 6_000_000, None),
    ]


def test_accounts_nobody_is_known_to_be_behind_are_hidden(kjort):
    """There is no case system, so the ledger is all there is; the municipality's own account is power."""
    mappe, sammendrag = kjort
    januar = "where maaned = '2025-01-01' order by all"
    assert sporr(mappe, f"select stonadsart, belop_nok::integer from intermediate.int_utgift_regnskap {januar}") == [
        ("LIVSOPPHOLD", 400_000),
        ("STROM", 100_000),
    ]
    assert sporr_publisert(
        sammendrag,
        f"select grunnlag, stonadsart, belop_nok, mottaker_antall, skjermet from bi.fct_utgift_maaned {januar}",
    ) == [("regnskap", "LIVSOPPHOLD", None, None, True), ("regnskap", "STROM", None, None, True)]


def test_status_tells_what_there_is(kjort):
    mappe, _ = kjort
    dekning = {rad["objekt"]: rad["aar"] for rad in les_status(mappe).dekning}
    assert dekning == {"11F": [2024], "hovedbok": [2025], "budsjett": [2025]}


def test_the_command_lists_what_was_set_aside(kjort):
    mappe, _ = kjort
    svar = subprocess.run(
        [Path(sys.executable).with_name("stonad"), "karantene", "--mappe", mappe.rot, "--objekt", "budsjett"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert svar.returncode == 0, svar.stderr
    assert "1 rader i alt" in svar.stdout


def test_an_unusable_list_of_accounts_is_a_sentence(lag_mappe):
    mappe = lag_mappe("konto", {"9901": "Eksempelvik"})
    (mappe.konfig / "regnskap_konto.csv").write_text("kommunenummer;konto;formaal\n9901;14701;mat\n")
    with pytest.raises(Brukerfeil, match=r"Rad 2 i konfig/regnskap_konto\.csv"):
        skriv_parametre(mappe, mappe.kommuner(), Parametre(TIDSPUNKT), [])


def test_a_corrected_profile_reads_the_refused_file_by_itself(lag_mappe):
    mappe = lag_mappe("gjenles", {"9901": "Eksempelvik"})
    navn = hovedbok("202501")
    (mappe.innboks / navn).write_bytes(som_csv(GODE).replace("Beløp".encode("cp1252"), b"Kroner"))

    def les():
        return les_inn(mappe, Miljo(), mappe.kommuner(), OBJEKTER, TIDSPUNKT)

    (forste,) = les().vurderinger
    assert (forste.regel, list(mappe.innboks.iterdir())) == ("F12", [])
    egne = profilmappe(mappe)
    egne.mkdir(parents=True)
    medfolgende = (INNEBYGDE / "okonomi.yml").read_text(encoding="utf-8")
    (egne / "egen.yml").write_text(
        medfolgende.replace("profil: okonomi", "profil: egen").replace('belop: "Beløp"', 'belop: "Kroner"')
    )
    resultat = les()
    assert resultat.vurderinger == []
    (igjen,) = resultat.lest_paa_nytt
    assert (igjen.status, igjen.rader_godtatt) == ("godtatt", 5)
    assert sporr(mappe, "select status, profil, rader_godtatt from intern.leveranse") == [("godtatt", "egen", 5)]
    assert sporr(mappe, "select count(*), sum(belop_nok) from raw.hovedbok") == [(5, 0)]
    assert list(mappe.karantene.iterdir()) == []
    assert len(list(mappe.arkiv.rglob("okonomi_hovedbok_*"))) == 1
    assert les().lest_paa_nytt == []
