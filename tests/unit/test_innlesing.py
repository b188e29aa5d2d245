"""What becomes of a file in the inbox: bad input is told and set aside, and never stops anything else."""

import os
import shutil
from dataclasses import dataclass
from datetime import date

import duckdb
import pytest

from dagster_project.ingestion import innlesing
from dagster_project.ingestion.nokkel import koble_til_personnokkel, les_nokkel
from dagster_project.ingestion.regel import regler
from dagster_project.kostra.layout import find_layout
from tests.kostrafil import (
    befolkning,
    deltaker,
    duf,
    fodselsnummer,
    kontolinje,
    mottaker,
    person,
    post,
    poster,
    skriv_0a,
    skriv_11cf,
    skriv_11f,
    skriv_befolkning,
    skriv_linjer,
    som_bytes,
)
from tests.varehus import eget_miljo, filer, les, ny_mappe, sporr, tabeller


@pytest.fixture
def ta_inn(mappe, miljo):
    """Read the inbox and return the verdict on the only new file in it, its counts checked against the warehouse."""

    def ta_inn(dag: int = 1):
        (vurdering,) = les(mappe, miljo, dag).vurderinger
        assert vurdering.rader_lest == vurdering.rader_godtatt + vurdering.rader_karantene
        ((lest, godtatt, karantene, status),) = sporr(
            mappe,
            "select rader_lest, rader_godtatt, rader_karantene, status from intern.leveranse where sha256 = ?",
            [vurdering.innhold.sha256],
        )
        assert (lest, godtatt, karantene) == tall(vurdering)
        assert status == vurdering.status
        return vurdering

    return ta_inn


def tall(vurdering) -> tuple[int, int, int]:
    return vurdering.rader_lest, vurdering.rader_godtatt, vurdering.rader_karantene


def forklaring(mappe) -> str:
    (sti,) = mappe.karantene.glob("*.forklaring.txt")
    return sti.read_text(encoding="utf-8")


def mottakere(*numre: int, **felter: object) -> list[dict]:
    return [mottaker(nummer, **felter) for nummer in numre]


@dataclass(frozen=True)
class Tilfelle:
    """A file that cannot be taken in, and what is said of it."""

    innhold: bytes
    regel: str
    melding: str
    rader: int
    kommunenummer: str | None = "3411"


EN, TO, TRE = poster("11F", mottakere(1, 2, 3), 2025)
TI = poster("11F", mottakere(*range(1, 11)), 2025)
NAVN = ("SB1", "Bjørn", "ÅsaÆ")
MED_NAVN = poster("11F", [mottaker(nr, SAKSBEHANDLER=navn) for nr, navn in enumerate(NAVN)], 2025)
UKJENT_AAR = (
    "Filen gjelder årgang 2031, og for {} med {} tegn kjenner varehuset årgangene 2022, 2023, 2024, 2025 og 2026."
)
POSTLENGDE = "Linje {} har feil lengde: {} tegn. 11F for 2025 skal ha 338 tegn på hver linje."
UTF8 = "Filen er lagret som UTF-8. SSB og varehuset leser ISO-8859-1. Det gjelder linje {}."
AVKORTET = "Siste linje ({}) er avkortet: {} av 338 tegn. Filen ser ut til å være brutt av før den var ferdig skrevet."
BINAER = "Filen inneholder tegn som ikke hører hjemme i en tekstfil (linje {})."

AVVISTE = {
    "wrong record length, lines named": Tilfelle(
        som_bytes([*TI[:2], *(linje + " " for linje in TI[2:5]), *TI[5:7], TI[7] + " ", TI[8], TI[9][:100]]),
        "postlengde",
        POSTLENGDE.format("3–5, 8 og 10", "100 og 339"),
        10,
    ),
    "every length wrong": Tilfelle(
        som_bytes([linje + "x" for linje in TI]), "postlengde", POSTLENGDE.format("1–10", 339), 10, None
    ),
    "layout of another year": Tilfelle(
        som_bytes([linje[:4] + "25" + linje[6:] for linje in poster("11F", mottakere(1, 2), 2022)]),
        "postlengde",
        POSTLENGDE.format("1–2", 324),
        2,
        None,
    ),
    "blank lines are counted": Tilfelle(
        som_bytes(["", EN, "", "", TO[:-1], "", TRE, ""]), "postlengde", POSTLENGDE.format(5, 337), 3
    ),
    "short last line with its line end": Tilfelle(
        som_bytes([EN, TO[:300]]), "postlengde", POSTLENGDE.format(2, 300), 2
    ),
    "unknown year": Tilfelle(
        som_bytes([linje[:4] + "31" + linje[6:] for linje in (EN, TO)]),
        "ukjent_aar",
        UKJENT_AAR.format("11F", 338),
        2,
        None,
    ),
    "unknown year in the accounts": Tilfelle(
        som_bytes(poster("0A", [kontolinje("281", "470", 1, aargang="2031")], 2025)),
        "ukjent_aar",
        UKJENT_AAR.format("0A", 48),
        1,
        None,
    ),
    "two years": Tilfelle(
        som_bytes([*poster("11F", mottakere(1, 2), 2026), TRE]),
        "flere_aar",
        "Filen inneholder flere årganger: 2025 og 2026.",
        3,
    ),
    "two municipalities": Tilfelle(
        som_bytes([EN, TO, *poster("11F", mottakere(3), 2025, "3403")]),
        "flere_kommuner",
        "Filen inneholder flere kommuner: 3403 og 3411.",
        3,
        None,
    ),
    "two municipalities in the accounts": Tilfelle(
        som_bytes(
            [linje for nr in ("3411", "3403") for linje in poster("0A", [kontolinje("281", "470", 1)], 2025, nr)]
        ),
        "flere_kommuner",
        "Filen inneholder flere kommuner: 3403 og 3411.",
        2,
        None,
    ),
    "two quarters": Tilfelle(
        som_bytes(poster("0A", [kontolinje("281", "470", 10), kontolinje("281", "470", 20, kvartal="2")], 2025)),
        "flere_perioder",
        "Filen inneholder både årsregnskap og kvartal eller flere kvartaler: året og 2.",
        2,
    ),
    "not our municipality": Tilfelle(
        som_bytes(poster("11F", mottakere(1, 2), 2025, "5001")),
        "fremmed_kommune",
        "Filen gjelder kommune 5001, som ikke står i konfig/kommuner.yml.",
        2,
        "5001",
    ),
    "utf-8": Tilfelle(som_bytes([linje.encode("utf-8") for linje in MED_NAVN]), "tegnsett", UTF8.format("2–3"), 3),
    "utf-8 with a byte order mark": Tilfelle(
        b"\xef\xbb\xbf" + som_bytes([linje.encode("utf-8") for linje in MED_NAVN]),
        "tegnsett",
        UTF8.format("2–3"),
        3,
        None,
    ),
    "ascii with a byte order mark": Tilfelle(b"\xef\xbb\xbf" + som_bytes([EN, TO]), "tegnsett", UTF8.format(1), 2),
    "truncated after one character": Tilfelle(
        som_bytes([EN, TO]) + TRE[:1].encode(), "avkortet", AVKORTET.format(3, 1), 3
    ),
    "truncated before the last character": Tilfelle(
        som_bytes([EN, TO]) + TRE[:-1].encode(), "avkortet", AVKORTET.format(3, 337), 3
    ),
    "ctrl-z at the end": Tilfelle(som_bytes([EN, TO]) + b"\x1a", "avkortet", AVKORTET.format(3, 1), 3),
    "empty": Tilfelle(b"", "tom_fil", "Filen er tom.", 0, None),
    "only line ends": Tilfelle(b"\r\n\r\n\r\n", "tom_fil", "Filen er tom.", 0, None),
    "only a byte order mark": Tilfelle(b"\xef\xbb\xbf", "tom_fil", "Filen er tom.", 0, None),
    "one space from nobody": Tilfelle(
        b" ",
        "ingenting_uten_navn",
        "Filen inneholder bare ett mellomrom (ingenting å rapportere), men navn og mappe sier ikke for hvilket "
        "skjema, hvilken kommune og hvilket år.",
        0,
        None,
    ),
    "nul": Tilfelle(som_bytes([EN.replace("SB1", "S\0001"), TO]), "binaer", BINAER.format(1), 2),
    "tab": Tilfelle(som_bytes([EN, TO.replace("SB1", "S\t1")]), "binaer", BINAER.format(2), 2),
    "binary after the first record": Tilfelle(
        som_bytes([EN]) + bytes(range(256)) * 40, "binaer", BINAER.format("2–42"), 42
    ),
    "carriage returns alone": Tilfelle(som_bytes([EN, TO, TRE], b"\r"), "binaer", BINAER.format(1), 1, None),
}


@pytest.fixture(scope="class")
def avviste(tmp_path_factory):
    """The installation after one run on all the files of AVVISTE, and the verdict on each."""
    rot = tmp_path_factory.mktemp("avviste")
    mappe = ny_mappe(rot / "region")
    for navn, tilfelle in AVVISTE.items():
        (mappe.innboks / f"{navn}.dat").write_bytes(tilfelle.innhold)
    resultat = les(mappe, eget_miljo(rot / "nokkel.key"))
    assert (resultat.duplikater, resultat.ukjente) == ([], [])
    return mappe, {vurdering.innhold.sti.stem: vurdering for vurdering in resultat.vurderinger}


class TestRefusedFiles:
    """A fault in the file's structure refuses the whole file."""

    @pytest.mark.parametrize("navn", AVVISTE)
    def test_file_is_refused_with_its_reason_and_nothing_of_it_is_used(self, avviste, navn):
        mappe, vurderinger = avviste
        tilfelle, vurdering = AVVISTE[navn], vurderinger[navn]
        assert (vurdering.regel, vurdering.melding) == (tilfelle.regel, tilfelle.melding)
        assert vurdering.kommunenummer == tilfelle.kommunenummer
        assert tall(vurdering) == (tilfelle.rader, 0, tilfelle.rader)

        ((status, registrert, sti, *antall),) = sporr(
            mappe,
            "select status, melding, sti, rader_lest, rader_godtatt, rader_karantene from intern.leveranse "
            "where filnavn = ?",
            [f"{navn}.dat"],
        )
        assert (status, registrert, tuple(antall)) == ("avvist", tilfelle.melding, tall(vurdering))
        rader = sporr(
            mappe,
            "select linje, regel, journalnummer, melding from intern.karantene where leveranse_id = ? order by linje",
            [vurdering.innhold.leveranse_id],
        )
        hele = f"Hele filen er avvist: {tilfelle.melding}"
        assert [rad[1:] for rad in rader] == [("fil_avvist", None, hele)] * tilfelle.rader
        fysiske = tilfelle.innhold.split(b"\n")
        assert [linje for linje, *_ in rader] == [nr for nr, raa in enumerate(fysiske, 1) if raa.strip(b"\r")][
            : tilfelle.rader
        ]

        avvist = mappe.rot / sti
        assert avvist.parent == mappe.karantene
        assert avvist.read_bytes() == tilfelle.innhold
        tekst = avvist.with_name(f"{avvist.name}.forklaring.txt").read_text(encoding="utf-8")
        assert tekst.startswith(f"{navn}.dat\n")
        assert f"\n{tilfelle.melding}\n" in tekst
        assert f"\nHva du kan gjøre: {regler()[tilfelle.regel]['gjor']}\n" in tekst

    def test_nothing_of_the_refused_is_left_elsewhere(self, avviste):
        mappe, vurderinger = avviste
        assert vurderinger.keys() == AVVISTE.keys()
        for tabell in ("raw.kostra_11f", "raw.kostra_11cf", "raw.kostra_0a", "intern.advarsel"):
            assert sporr(mappe, f"select count(*) from {tabell}") == [(0,)]
        assert not list(mappe.innboks.iterdir())
        assert not list(mappe.arkiv.iterdir())

    def test_a_line_longer_than_duckdb_reads(self, mappe, miljo, ta_inn):
        (mappe.innboks / "a.dat").write_bytes(b"341125  " + b"1" * 17_000_000)
        vurdering = ta_inn()
        assert (vurdering.regel, tall(vurdering)) == ("postlengde", (1, 0, 1))

    def test_a_quarantined_line_is_kept_masked_here_and_whole_with_the_identities(self, mappe, miljo, ta_inn):
        skriv_11f(mappe.innboks / "a.dat", mottakere(1, SAKSBEHANDLER="Åse"), 2025, "5001")
        ta_inn()
        ((maskert,),) = sporr(mappe, "select raatekst_maskert from intern.karantene")
        assert set(maskert) == set("# x")
        assert len(maskert) == 338
        (linje,) = poster("11F", mottakere(1, SAKSBEHANDLER="Åse"), 2025, "5001")
        assert identiteter(mappe, miljo, "select raatekst from nokkel.raatekst") == [(linje,)]


def identiteter(mappe, miljo, sql: str) -> list[tuple]:
    with duckdb.connect() as con:
        koble_til_personnokkel(con, mappe, les_nokkel(miljo))
        return con.execute(sql).fetchall()


class TestNothingToReport:
    @pytest.mark.parametrize("innhold", [b" ", b" \r\n", b" \r\n\r\n\r\n"])
    def test_it_is_a_delivery_where_name_and_folder_tell_whose(self, mappe, ta_inn, innhold):
        (mappe.innboks / "2025").mkdir()
        (mappe.innboks / "2025" / "Sosial_341100.dat").write_bytes(innhold)
        vurdering = ta_inn()
        assert (vurdering.status, vurdering.kommunenummer, vurdering.aar) == ("godtatt", "3411", 2025)
        assert tall(vurdering) == (0, 0, 0)
        assert filer(mappe) == ["arkiv/11F/2025/3411/Sosial_341100.dat"]

    def test_each_municipality_form_and_year_has_its_own(self, mappe, miljo):
        for navn in ("Sosial_341100_2025", "Sosial_340300_2025", "KVP_341100_2025", "Sosial_341100_2024"):
            (mappe.innboks / navn).write_bytes(b" ")
        resultat = les(mappe, miljo)
        assert [vurdering.status for vurdering in resultat.vurderinger] == ["godtatt"] * 4
        assert sporr(mappe, "select count(distinct leveranse_id) from intern.leveranse") == [(4,)]

    def test_each_district_of_oslo_has_its_own(self, mappe, miljo):
        (mappe.konfig / "kommuner.yml").write_text('kommuner: [{kommunenummer: "0301", navn: Oslo}]')
        for bydel in ("05", "07"):
            (mappe.innboks / f"Sosial_0301{bydel}_2025.dat").write_bytes(b" ")
        les(mappe, miljo)
        svar = sporr(mappe, "select bydel, status from intern.leveranse order by bydel")
        assert svar == [("05", "godtatt"), ("07", "godtatt")]

    def test_the_same_again_changes_nothing(self, mappe, miljo):
        for dag in (1, 2):
            (mappe.innboks / "Sosial_341100_2025.dat").write_bytes(b" ")
            resultat = les(mappe, miljo, dag)
        assert [sti.name for sti in resultat.duplikater] == ["Sosial_341100_2025.dat"]
        assert sporr(mappe, "select mottatt::varchar from intern.leveranse") == [("2026-01-01 06:00:00",)]

    def test_from_a_municipality_that_is_not_ours(self, mappe, ta_inn):
        (mappe.innboks / "Sosial_500100_2025.dat").write_bytes(b" ")
        assert ta_inn().melding == "Filen gjelder kommune 5001, som ikke står i konfig/kommuner.yml."

    def test_for_an_unknown_year(self, mappe, ta_inn):
        (mappe.innboks / "KVP_341100_2031.dat").write_bytes(b" ")
        assert ta_inn().melding == (
            "Filen gjelder årgang 2031, og for 11CF med ett tegn kjenner varehuset årgangene 2022, 2023, 2024, 2025 "
            "og 2026."
        )


class TestRecordsSetAside:
    """A fault in a value sets the record aside, and the rest of the file is used."""

    @pytest.fixture
    def funn(self, mappe, ta_inn):
        """Read the inbox and return what was found: line and message."""

        def funn(rader: int, karantene: int):
            vurdering = ta_inn()
            assert vurdering.regel is None
            assert tall(vurdering) == (rader, rader - karantene, karantene)
            if karantene:
                tekst = forklaring(mappe)
                assert f"Filen er tatt inn, men {karantene} av {rader} rader er lagt til side." in tekst
                for linje, melding in vurdering.funn:
                    assert f"Linje {linje}: {melding}\n" in tekst
            else:
                assert list(mappe.karantene.iterdir()) == []
            assert [navn for navn in filer(mappe) if navn.startswith("innboks")] == []
            return vurdering.funn

        return funn

    def test_a_non_number_in_an_amount(self, mappe, funn):
        tekster = ["12A4", "12.5", "1 200", "--5", "12,50", "O", "1e3", "+", "kr 5"]
        rader = [mottaker(nummer, BIDRAG=tekst.rjust(7)) for nummer, tekst in enumerate(tekster, start=1)]
        skriv_11f(mappe.innboks / "a.dat", [*rader, mottaker(10)], 2025)
        assert funn(10, 9) == [
            (linje, f"Feltet BIDRAG skal være et helt tall. Det står «{tekst}».")
            for linje, tekst in enumerate(tekster, start=1)
        ]
        assert sporr(mappe, "select linje from raw.kostra_11f") == [(10,)]
        assert sporr(mappe, "select felt, verdi, journalnummer, saksbehandler from intern.karantene limit 1") == [
            ("BIDRAG", "12A4", "K00001", "SB1")
        ]

    def test_what_is_a_number_or_blank_is_accepted(self, mappe, funn):
        tekster = ["0000000", "       ", "   1200", "1200   ", "-000500", "   -500", "+000500"]
        rader = [mottaker(nummer, BIDRAG_JAN=tekst) for nummer, tekst in enumerate(tekster)]
        skriv_11f(mappe.innboks / "a.dat", rader, 2025)
        assert funn(7, 0) == []

    @pytest.mark.parametrize(
        ("aar", "datoer"),
        [
            (
                2025,
                [
                    "31022025",
                    "29022025",
                    "00012025",
                    "01132025",
                    "20250131",
                    "310120  ",
                    "310125  ",
                    " 1012025",
                    "3101202X",
                ],
            ),
            (2022, ["310222", "320122", "3101 2"]),
        ],
    )
    def test_an_impossible_date(self, mappe, funn, aar, datoer):
        rader = [mottaker(nummer, UTBETDATO=dato) for nummer, dato in enumerate(datoer, start=1)]
        skriv_11f(mappe.innboks / "a.dat", [*rader, mottaker(99)], aar)
        assert funn(len(datoer) + 1, len(datoer)) == [
            (linje, f"Feltet UTBETDATO skal være en dato som finnes. Det står «{dato.strip()}».")
            for linje, dato in enumerate(datoer, start=1)
        ]

    def test_a_possible_date_blanks_and_zeros_are_accepted(self, mappe, funn):
        datoer = ["", "00000000", "29022024", "31122025"]
        rader = [mottaker(nummer, UTBETDATO=dato, FODSELSDATO=dato) for nummer, dato in enumerate(datoer)]
        skriv_11f(mappe.innboks / "a.dat", rader, 2025)
        assert funn(4, 0) == []

    def test_a_record_with_several_faults_is_set_aside_once(self, mappe, funn):
        skriv_11f(mappe.innboks / "a.dat", [mottaker(1, BIDRAG="x", LAAN="y", VEDTAKDATO="31022025")], 2025)
        assert [linje for linje, _ in funn(1, 1)] == [1, 1, 1]

    def test_the_same_case_twice(self, mappe, funn):
        rader = [mottaker(1), mottaker(2), mottaker(1, BIDRAG=500), mottaker(1, BIDRAG=600)]
        skriv_11f(mappe.innboks / "a.dat", rader, 2025)
        melding = (
            "Samme person med samme journalnummer står også på linje 1. Den linjen er brukt; denne er lagt til side."
        )
        assert funn(4, 2) == [(3, melding), (4, melding)]

    def test_a_faulty_first_record_does_not_push_the_second_aside(self, mappe, funn):
        skriv_11f(mappe.innboks / "a.dat", [mottaker(1, BIDRAG="x"), mottaker(1)], 2025)
        assert [linje for linje, _ in funn(2, 1)] == [1]

    def test_the_same_person_with_two_journal_numbers_is_accepted_with_a_warning(self, mappe, funn):
        rader = [mottaker(1), mottaker(1, PERSON_JOURNALNR="K99999"), mottaker(2)]
        skriv_11f(mappe.innboks / "a.dat", rader, 2025)
        assert funn(3, 0) == []
        assert sporr(mappe, "select linje, regel, journalnummer, saksbehandler, melding from intern.advarsel") == [
            (
                2,
                "samme_person",
                "K99999",
                "SB1",
                "Samme person står også på linje 1, med et annet journalnummer. Begge teller som tilfeller, slik SSB "
                "teller poster, men SSBs kontroll stopper filen.",
            )
        ]
        assert sporr(mappe, "select count(distinct mottaker_id) from raw.kostra_11f") == [(2,)]

    def test_two_programmes_with_different_status_are_no_repetition(self, mappe, funn):
        rader = [deltaker(1, STATUS="3"), deltaker(1, STATUS="1"), deltaker(1, STATUS="1")]
        skriv_11cf(mappe.innboks / "a.dat", rader, 2025)
        assert [linje for linje, _ in funn(3, 1)] == [3]
        assert sporr(mappe, "select count(*) from intern.advarsel") == [(0,)]

    def test_the_same_person_in_two_files_is_no_repetition(self, mappe, miljo):
        skriv_11f(mappe.innboks / "a.dat", mottakere(1, 2), 2025)
        skriv_11f(mappe.innboks / "b.dat", mottakere(1, 2), 2025, "3403")
        assert [tall(vurdering) for vurdering in les(mappe, miljo).vurderinger] == [(2, 2, 0)] * 2
        assert sporr(mappe, "select count(*) from intern.advarsel") == [(0,)]

    def test_a_blank_amount_in_the_accounts(self, mappe, funn):
        skriv_0a(mappe.innboks / "a.dat", [kontolinje("281", "470", 10), kontolinje("281", "690", "")], 2025)
        assert funn(2, 1) == [(2, "Feltet belop skal være et helt tall. Det står «».")]

    def test_amounts_in_the_accounts_may_be_negative_or_zero(self, mappe, funn):
        rader = [kontolinje("281", "470", belop) for belop in (-5, 0, 999_999_999, "-00000005")]
        skriv_0a(mappe.innboks / "a.dat", rader, 2025)
        assert funn(4, 0) == []

    def test_a_line_of_another_form_in_the_accounts(self, mappe, funn):
        rader = [kontolinje("281", "470", 10), kontolinje("281", "690", 5, skjema="0B")]
        skriv_0a(mappe.innboks / "a.dat", rader, 2025)
        assert funn(2, 1) == [(2, "Linjen gjelder skjema 0B og ikke 0A.")]

    def test_letters_of_iso_8859_1_are_accepted(self, mappe, funn):
        rader = [mottaker(1, SAKSBEHANDLER="Bjørn ÆØÅ"), mottaker(2, SAKSBEHANDLER="Åse Näs é"), mottaker(3)]
        skriv_11f(mappe.innboks / "a.dat", rader, 2025)
        assert funn(3, 0) == []
        felt = find_layout("11F", 2025).felt("SAKSBEHANDLER")
        navn = "select trim(substring(post, ?, ?)), length(post) from raw.kostra_11f order by linje"
        assert sporr(mappe, navn, [felt.fra, felt.lengde]) == [("Bjørn ÆØÅ", 338), ("Åse Näs é", 338), ("SB1", 338)]

    def test_faults_behind_letters_of_iso_8859_1_are_found_in_their_place(self, mappe, funn):
        rader = [mottaker(1, PERSON_JOURNALNR="ÆØÅ", BIDRAG="ø12", SAKSBEHANDLER="Å", VEDTAKDATO="å")]
        skriv_11f(mappe.innboks / "a.dat", rader, 2025)
        assert funn(1, 1) == [
            (1, "Feltet BIDRAG skal være et helt tall. Det står «ø12»."),
            (1, "Feltet VEDTAKDATO skal være en dato som finnes. Det står «å»."),
        ]

    def test_line_ends_of_every_common_kind_are_accepted(self, mappe, miljo):
        for nummer, slutt in enumerate([b"\n", b"\r\n", b"\r\r\n", b"\n\r\n"]):
            skriv_linjer(mappe.innboks / f"{nummer}.dat", poster("11F", mottakere(1, 2, 3), 2025), slutt)
        assert [tall(vurdering) for vurdering in les(mappe, miljo).vurderinger] == [(3, 3, 0)] * 4

    def test_mixed_line_ends_and_no_end_on_the_last_line_are_accepted(self, mappe, funn):
        en, to, tre = poster("11F", mottakere(1, 2, 3), 2025)
        (mappe.innboks / "a.dat").write_bytes(f"{en}\r\n{to}\n{tre}".encode())
        assert funn(3, 0) == []

    def test_line_numbers_are_those_of_the_file_blank_lines_counted(self, mappe, funn):
        en, to, tre = poster("11F", [mottaker(1), mottaker(2, BIDRAG="x"), mottaker(3)], 2025)
        skriv_linjer(mappe.innboks / "a.dat", ["", "", en, "", to, "", "", tre, ""])
        assert [linje for linje, _ in funn(3, 1)] == [5]
        assert sporr(mappe, "select linje from raw.kostra_11f order by linje") == [(3,), (8,)]

    def test_more_faults_than_an_explanation_has_room_for_are_all_in_the_warehouse(self, mappe, ta_inn):
        skriv_11f(mappe.innboks / "a.dat", [mottaker(nummer, BIDRAG="x") for nummer in range(1, 602)], 2025)
        assert tall(ta_inn()) == (601, 0, 601)
        assert forklaring(mappe).count("\nLinje ") == 500
        assert forklaring(mappe).endswith("… og flere; se intern.karantene i varehuset.\n")
        assert sporr(mappe, "select count(*) from intern.karantene") == [(601,)]


class TestPopulation:
    def test_a_missing_dimension_is_told(self, mappe, ta_inn):
        innhold = befolkning()
        del innhold["dimension"]["Alder"]
        innhold["id"].remove("Alder")
        innhold["size"] = [1, 1, 1]
        innhold["value"] = [100]
        skriv_befolkning(mappe.innboks / "b.json", innhold)
        vurdering = ta_inn()
        assert vurdering.regel == "jsonstat"
        assert vurdering.melding == (
            "Filen mangler dimensjonen Alder. Den har KOKkommuneregion0000, ContentsCode og Tid. "
            "Hent befolkning etter region, ettårig alder og år fra tabell 11805 eller 07459."
        )
        assert filer(mappe) == ["karantene/b.json", "karantene/b.json.forklaring.txt"]

    @pytest.mark.parametrize(
        "innhold",
        [
            '{"class": "dataset", ' + '"id": [' * 5000,
            '{"class": "dataset", "id": ' + "1" * 5000 + "}",
            '{"class": "dataset"}',
            '{"class": "dataset", "id": ["\\ud800"], "size": [1], "dimension": {}, "value": []}',
        ],
    )
    def test_broken_json_is_told(self, mappe, ta_inn, innhold):
        (mappe.innboks / "b.json").write_text(innhold)
        vurdering = ta_inn()
        assert vurdering.regel == "jsonstat"
        assert tall(vurdering) == (0, 0, 0)
        assert vurdering.melding in forklaring(mappe)

    def test_a_code_that_is_no_text_is_told(self, mappe, ta_inn):
        skriv_befolkning(mappe.innboks / "b.json", befolkning())
        raa = (mappe.innboks / "b.json").read_text().replace('"3411"', '"\\ud800"')
        (mappe.innboks / "b.json").write_text(raa)
        assert ta_inn().melding == "Filen har koder med tegn som ikke finnes. Hent den på nytt fra SSB."

    def test_cells_used_and_left_out_add_up(self, mappe, ta_inn):
        skriv_befolkning(mappe.innboks / "b.json", befolkning(("3411", "34", "0"), (2023, 2024), ("018", "019", "20+")))
        assert tall(ta_inn()) == (18, 4, 14)
        assert sporr(mappe, "select sum(rader) from intern.karantene") == [(14,)]
        assert filer(mappe) == ["arkiv/befolkning/b.json"]


class TestTheInbox:
    def test_what_no_reader_knows_stays_and_is_listed(self, mappe, miljo):
        (mappe.innboks / "notat.txt").write_text("Husk regnskapet!")
        (mappe.innboks / "2025").mkdir()
        (mappe.innboks / "2025" / "bilde.png").write_bytes(b"\x89PNG\r\n")
        resultat = les(mappe, miljo)
        assert sorted(sti.name for sti in resultat.ukjente) == ["bilde.png", "notat.txt"]
        assert resultat.vurderinger == []
        assert filer(mappe) == ["innboks/2025/bilde.png", "innboks/notat.txt"]

    def test_a_file_that_cannot_be_opened_stays_and_is_listed(self, mappe, miljo, monkeypatch):
        (mappe.innboks / "laast.dat").touch()
        skriv_11f(mappe.innboks / "a.dat", mottakere(1), 2025)
        les_hode = innlesing.gjenkjenn

        def gjenkjenn(sti):
            if sti.name == "laast.dat":
                raise PermissionError
            return les_hode(sti)

        monkeypatch.setattr(innlesing, "gjenkjenn", gjenkjenn)
        resultat = les(mappe, miljo)
        assert [sti.name for sti in resultat.ukjente] == ["laast.dat"]
        assert len(resultat.vurderinger) == 1

    @pytest.mark.parametrize("navn", ["a.dat.part", "a.TMP", ".a.dat", "~$a.dat", "a.filepart"])
    def test_files_being_written_are_left_alone(self, mappe, miljo, navn):
        skriv_11f(mappe.innboks / navn, mottakere(1), 2025)
        resultat = les(mappe, miljo)
        assert (resultat.vurderinger, resultat.ukjente) == ([], [])
        assert filer(mappe) == [f"innboks/{navn}"]

    def test_any_file_name_is_read(self, mappe, miljo):
        navn = ["Sosial_341100[1].dat", "Sosial (*) ?.dat", "So'sial.dat", "a;b--.dat", "søt.dat", 'a"b.dat']
        for nummer, ett in enumerate(navn):
            skriv_11f(mappe.innboks / ett, mottakere(nummer), 2025)
        skriv_11f(mappe.innboks / "Sosial_3411001.dat.part", mottakere(9), 2025)
        assert [tall(vurdering) for vurdering in les(mappe, miljo).vurderinger] == [(1, 1, 0)] * len(navn)
        assert sorted(sporr(mappe, "select filnavn from intern.leveranse")) == sorted((ett,) for ett in navn)

    def test_a_file_name_in_latin_1_is_read(self, mappe, ta_inn):
        sti = skriv_11f(mappe.innboks / "a.dat", mottakere(1), 2025)
        sti.rename(sti.with_name(os.fsdecode(b"s\xf8knad.dat")))
        assert tall(ta_inn()) == (1, 1, 0)
        assert filer(mappe) == ["arkiv/11F/2025/3411/søknad.dat"]

    def test_a_folder_with_an_apostrophe_in_its_name_works(self, mappe, miljo):
        skriv_11f(mappe.innboks / "a.dat", mottakere(1), 2025)
        annen = type(mappe)(shutil.move(mappe.rot, mappe.rot.with_name("O'Hara [1]")))
        assert [vurdering.status for vurdering in les(annen, miljo).vurderinger] == ["godtatt"]

    def test_one_bad_file_does_not_stop_the_others(self, mappe, miljo):
        skriv_11f(mappe.innboks / "1.dat", mottakere(1, 2), 2025)
        skriv_linjer(mappe.innboks / "2.dat", [linje[:-1] for linje in poster("11F", mottakere(3), 2025)])
        skriv_11f(mappe.innboks / "3.dat", [mottaker(4), mottaker(5, BIDRAG="x")], 2025, "3403")
        skriv_11cf(mappe.innboks / "4.dat", [deltaker(1)], 2024)
        skriv_0a(mappe.innboks / "5.dat", [kontolinje("281", "470", 10)], 2025)
        (mappe.innboks / "6.json").write_text('{"class": "dataset"')
        skriv_befolkning(mappe.innboks / "7.json")
        (mappe.innboks / "8.dat").touch()
        (mappe.innboks / "9.txt").write_text("?")
        resultat = les(mappe, miljo)
        funnet = {vurdering.innhold.sti.name: (vurdering.regel, *tall(vurdering)) for vurdering in resultat.vurderinger}
        assert funnet == {
            "1.dat": (None, 2, 2, 0),
            "2.dat": ("postlengde", 1, 0, 1),
            "3.dat": (None, 2, 1, 1),
            "4.dat": (None, 1, 1, 0),
            "5.dat": (None, 1, 1, 0),
            "6.json": ("jsonstat", 0, 0, 0),
            "7.json": (None, 2, 2, 0),
            "8.dat": ("tom_fil", 0, 0, 0),
        }
        assert [sti.name for sti in resultat.ukjente] == ["9.txt"]

    def test_a_delivery_is_registered_with_what_it_is(self, mappe, ta_inn):
        skriv_0a(mappe.innboks / "BEV_341100_K2.dat", [kontolinje("281", "470", 10, kvartal="2")], 2025)
        vurdering = ta_inn()
        assert sporr(
            mappe,
            """
            select kilde, objekt, kommunenummer, bydel, rapporteringsaar, kvartal, layout_id, filnavn, sti, sha256,
                bytes, mottatt::varchar, regel, melding
            from intern.leveranse
            """,
        ) == [
            (
                "kostra",
                "0A",
                "3411",
                None,
                2025,
                "2",
                "0A_2022",
                "BEV_341100_K2.dat",
                f"arkiv/0A/2025/3411/BEV_341100_K2__{vurdering.innhold.sha256[:8]}.dat",
                vurdering.innhold.sha256,
                50,
                "2026-01-01 06:00:00",
                None,
                None,
            )
        ]
        arkivert = mappe.rot / sporr(mappe, "select sti from intern.leveranse")[0][0]
        assert arkivert.stat().st_mode & 0o777 == 0o600

    def test_a_district_of_oslo_is_registered(self, mappe, ta_inn):
        (mappe.konfig / "kommuner.yml").write_text('kommuner: [{kommunenummer: "0301", navn: Oslo}]')
        skriv_11f(mappe.innboks / "a.dat", mottakere(1, 2, BYDELSNR="07"), 2025, "0301")
        assert ta_inn().bydel == "07"


class TestDeliveredAgain:
    def test_the_same_file_changes_nothing_but_the_history(self, mappe, miljo):
        rader = [mottaker(1), mottaker(2, BIDRAG="x"), mottaker(1, PERSON_JOURNALNR="K9")]
        skriv_11f(mappe.innboks / "a.dat", rader, 2025)
        les(mappe, miljo)
        for_ = tabeller(mappe)
        arkiv = filer(mappe)
        skriv_11f(mappe.innboks / "2024" / "et annet navn.txt", rader, 2025)
        resultat = les(mappe, miljo, dag=2)
        assert (resultat.vurderinger, len(resultat.duplikater)) == ([], 1)
        etter = tabeller(mappe)
        assert {navn for navn in for_ if for_[navn] != etter[navn]} == {"intern.leveranse_hendelse"}
        assert filer(mappe) == arkiv
        assert sporr(mappe, "select hendelse, filnavn, melding from intern.leveranse_hendelse order by tidspunkt") == [
            ("godtatt", "a.dat", None),
            ("duplikat", "et annet navn.txt", "Samme innhold er levert før."),
        ]

    def test_twice_in_one_inbox_is_read_once(self, mappe, miljo):
        for navn in ("a.dat", "b.dat", "c.dat"):
            skriv_11f(mappe.innboks / navn, mottakere(1, 2), 2025)
        resultat = les(mappe, miljo)
        assert [tall(vurdering) for vurdering in resultat.vurderinger] == [(2, 2, 0)]
        assert len(resultat.duplikater) == 2
        assert sporr(mappe, "select count(*) from raw.kostra_11f") == [(2,)]
        assert len(filer(mappe)) == 1

    def test_a_refused_file_twice_in_one_inbox_does_not_reach_the_archive(self, mappe, miljo):
        for navn in ("a.dat", "b.dat"):
            skriv_11f(mappe.innboks / navn, mottakere(1), 2025, "5001")
        les(mappe, miljo)
        assert list(mappe.arkiv.rglob("*")) == []
        assert len(list(mappe.karantene.iterdir())) == 2

    def test_a_refused_file_is_accepted_when_the_list_is_mended(self, mappe, miljo, ta_inn):
        skriv_11f(mappe.innboks / "Sosial_500100.dat", mottakere(1, 2), 2025, "5001")
        assert ta_inn().status == "avvist"
        konfig = mappe.konfig / "kommuner.yml"
        konfig.write_text(konfig.read_text() + '  - {kommunenummer: "5001", navn: Trondheim}\n')
        (avvist,) = mappe.karantene.glob("*.dat")
        shutil.move(avvist, mappe.innboks)
        assert tall(ta_inn(dag=2)) == (2, 2, 0)
        assert sporr(mappe, "select status, mottatt::varchar, melding from intern.leveranse") == [
            ("godtatt", "2026-01-02 06:00:00", None)
        ]
        assert sporr(mappe, "select count(*) from intern.karantene") == [(0,)]
        assert identiteter(mappe, miljo, "select count(*) from nokkel.raatekst") == [(0,)]
        assert sporr(mappe, "select hendelse from intern.leveranse_hendelse order by tidspunkt") == [
            ("avvist",),
            ("godtatt",),
        ]

    def test_a_correction_stands_beside_what_it_corrects(self, mappe, miljo):
        for dag, belop in ((1, 16000), (2, 17000)):
            skriv_11f(mappe.innboks / "a.dat", [mottaker(1, BIDRAG=belop)], 2025)
            les(mappe, miljo, dag)
        assert sporr(mappe, "select count(*), count(distinct mottaker_id) from raw.kostra_11f") == [(2, 1)]
        assert len(filer(mappe)) == 2

    def test_a_run_broken_off_before_the_move_is_made_whole_by_the_next(self, mappe, miljo):
        sti = skriv_11f(mappe.innboks / "a.dat", mottakere(1), 2025)
        les(mappe, miljo)
        (arkivert,) = (fil for fil in mappe.arkiv.rglob("*") if fil.is_file())
        shutil.move(arkivert, sti)
        les(mappe, miljo, dag=2)
        assert arkivert.exists()
        assert filer(mappe) == ["arkiv/11F/2025/3411/a.dat"]
        assert sporr(mappe, "select count(*) from raw.kostra_11f") == [(1,)]

    def test_a_run_broken_off_before_the_registration_is_made_whole_by_the_next(self, mappe, miljo, monkeypatch):
        skriv_11f(mappe.innboks / "a.dat", [mottaker(1), mottaker(2, BIDRAG="x")], 2025)

        def strombrudd(*_: object) -> None:
            raise KeyboardInterrupt

        with monkeypatch.context() as midlertidig:
            midlertidig.setattr(innlesing, "registrer", strombrudd)
            with pytest.raises(KeyboardInterrupt):
                les(mappe, miljo)
        assert sporr(mappe, "select count(*) from intern.leveranse") == [(0,)]
        assert not (mappe.nokkel / "kladd").exists()
        les(mappe, miljo, dag=2)
        assert sporr(mappe, "select count(*) from raw.kostra_11f") == [(1,)]
        assert sporr(mappe, "select count(*) from intern.karantene") == [(1,)]
        assert identiteter(mappe, miljo, "select count(*) from nokkel.identitet") == [(2,)]


class TestPersons:
    """Who counts as whom: fødselsnummer, else DUF number, else journal number with birth month in the municipality."""

    @pytest.fixture
    def personer_i(self, mappe, miljo):
        """Read 11F files, each (year, municipality, records), and return birth month and pseudonym of each record."""

        def personer_i(*innhold: tuple[int, str, list[dict]]) -> list[list[tuple]]:
            for nummer, (aar, kommunenummer, rader) in enumerate(innhold):
                skriv_11f(mappe.innboks / f"{nummer}.dat", rader, aar, kommunenummer)
            for vurdering in les(mappe, miljo).vurderinger:
                assert vurdering.rader_karantene == 0
            svar = "select fodselsmaaned::varchar, mottaker_id from raw.kostra_11f inner join intern.leveranse using "
            svar += "(leveranse_id) where filnavn = ? order by linje"
            return [sporr(mappe, svar, [f"{nummer}.dat"]) for nummer in range(len(innhold))]

        return personer_i

    @pytest.fixture
    def personer(self, personer_i):
        """Read one 11F file and return birth month and pseudonym of each record."""

        def personer(*rader: dict) -> list[tuple]:
            (svar,) = personer_i((2025, "3411", list(rader)))
            return svar

        return personer

    @staticmethod
    def uten_nummer(nummer: int, **felter: object) -> dict:
        return mottaker(nummer, **{"PERSON_FODSELSNR": "", **felter})

    def test_the_same_person_everywhere_is_one_pseudonym(self, personer_i):
        annen = mottaker(1, PERSON_JOURNALNR="X1")
        svar = personer_i(
            (2025, "3411", [mottaker(1)]),
            *((aar, nr, [annen]) for aar in (2022, 2024, 2026) for nr in ("3411", "3403")),
        )
        ((_, pseudonym),) = {rad for fil in svar for rad in fil}
        assert len(pseudonym) == 32

    def test_the_same_person_in_11f_and_11cf_is_one_pseudonym(self, mappe, personer, miljo):
        ((_, en),) = personer(mottaker(1))
        skriv_11cf(mappe.innboks / "b.dat", [deltaker(1)], 2025)
        les(mappe, miljo)
        assert sporr(mappe, "select mottaker_id from raw.kostra_11cf") == [(en,)]

    def test_the_number_tells_the_month_of_birth(self, personer):
        fodte = [
            (date(1999, 12, 31), 100, "1999-12-01"),
            (date(1940, 1, 1), 900, "1940-01-01"),
            (date(2000, 2, 29), 500, "2000-02-01"),
            (date(2024, 6, 15), 919, "2024-06-01"),
            (date(1915, 6, 15), 0, "1915-06-01"),
        ]
        numre = [fodselsnummer(fodt, individ, dnummer=d) for d in (False, True) for fodt, individ, _ in fodte]
        rader = [mottaker(nr, PERSON_FODSELSNR=tekst, FODSELSDATO="01011950") for nr, tekst in enumerate(numre)]
        assert [funnet for funnet, _ in personer(*rader)] == [maaned for _, _, maaned in fodte] * 2

    def test_a_d_number_is_a_person_of_its_own(self, personer):
        fodt = date(1980, 5, 5)
        numre = [fodselsnummer(fodt, 100, dnummer=dnummer) for dnummer in (False, True)]
        svar = personer(*(mottaker(nummer, PERSON_FODSELSNR=tekst) for nummer, tekst in enumerate(numre)))
        assert [maaned for maaned, _ in svar] == ["1980-05-01"] * 2
        assert len({pseudonym for _, pseudonym in svar}) == 2

    def test_a_duf_number_stands_in_for_a_missing_number(self, personer_i):
        rad = self.uten_nummer(1, PERSON_DUF=duf(7), FODSELSDATO="05051990")
        (her,), (der,), (annen,) = personer_i(
            (2025, "3411", [rad]),
            (2026, "3403", [{**rad, "PERSON_JOURNALNR": "X9"}]),
            (2026, "3411", [{**rad, "PERSON_DUF": duf(8)}]),
        )
        assert her == der
        assert her[0] == "1990-05-01"
        assert annen[1] != her[1]

    def test_a_number_wins_over_a_duf_number(self, personer_i):
        uten, med = personer_i((2025, "3411", [mottaker(1)]), (2026, "3411", [mottaker(1, PERSON_DUF=duf(7))]))
        assert uten == med

    def test_without_a_valid_number_the_case_tells_who_it_is(self, personer_i):
        ugyldige = ["", "000000000000", "209900000000", duf(7)[:-1] + "X", duf(7)[:-1]]
        rader = [
            self.uten_nummer(nummer, PERSON_DUF=tekst, FODSELSDATO="05051990")
            for nummer, tekst in enumerate(ugyldige * 2)
        ]
        her, neste_aar, annen_kommune = personer_i((2025, "3411", rader), (2026, "3411", rader), (2025, "3403", rader))
        assert len({pseudonym for _, pseudonym in her}) == len(rader)
        assert neste_aar == her
        assert not set(annen_kommune) & set(her)

    def test_a_placeholder_is_nobodys_number_but_tells_the_month_of_birth(self, personer):
        numre = ["15068800100", "15068800200", "15068899999"] * 2
        svar = personer(*(mottaker(nummer, PERSON_FODSELSNR=tekst) for nummer, tekst in enumerate(numre)))
        assert [maaned for maaned, _ in svar] == ["1988-06-01"] * 6
        assert len({pseudonym for _, pseudonym in svar}) == 6

    def test_a_placeholder_is_of_the_latest_century_possible(self, personer):
        numre = ["15062500100", "15062600100", "15062700100"]
        svar = personer(*(mottaker(nummer, PERSON_FODSELSNR=tekst) for nummer, tekst in enumerate(numre)))
        assert [maaned for maaned, _ in svar] == ["2025-06-01", "2026-06-01", "1927-06-01"]

    def test_a_number_with_wrong_check_digits_is_no_number(self, personer):
        riktig = person(1)
        galt = riktig[:-1] + str((int(riktig[-1]) + 1) % 10)
        svar = personer(mottaker(1), *(mottaker(nummer, PERSON_FODSELSNR=galt) for nummer in (1, 2)))
        assert len({pseudonym for _, pseudonym in svar}) == 3
        assert len({maaned for maaned, _ in svar}) == 1

    def test_without_any_date_the_month_of_birth_is_unknown(self, personer_i):
        (((maaned, _),),) = personer_i((2024, "3411", [self.uten_nummer(1)]))
        assert maaned is None

    def test_without_number_and_case_every_record_is_a_person(self, personer):
        tom = self.uten_nummer(1, PERSON_JOURNALNR="")
        svar = personer(tom, tom)
        assert len({pseudonym for _, pseudonym in svar}) == 2


class TestPrivacy:
    """Identity numbers live in the encrypted database and nowhere else outside the files themselves."""

    @pytest.fixture(scope="class")
    def levert(self, tmp_path_factory):
        """Persons delivered in every way a file can go: the installation, its settings, and the numbers."""
        rot = tmp_path_factory.mktemp("levert")
        mappe, miljo = ny_mappe(rot / "region"), eget_miljo(rot / "nokkel.key")
        rader = [
            mottaker(1),
            mottaker(2, BIDRAG="x"),
            mottaker(1, PERSON_JOURNALNR="K9"),
            mottaker(3, PERSON_FODSELSNR="", PERSON_DUF=duf(3)),
            mottaker(4, FODSELSDATO="31028019"),
            mottaker(1),
        ]
        skriv_11f(mappe.innboks / f"klient {person(1)}.dat", rader, 2025)
        skriv_11f(mappe.innboks / f"samme {person(2)}.dat", rader, 2025)
        skriv_11f(mappe.innboks / person(5) / f"fremmed {duf(5)}.dat", [mottaker(5, PERSON_DUF=duf(5))], 2025, "5001")
        (avkortet,) = poster("11F", [mottaker(6)], 2024)
        skriv_linjer(mappe.innboks / f"kort {person(6)[:6]} {person(6)[6:]}", [avkortet[:-1]])
        skriv_11cf(mappe.innboks / "kvp.dat", [deltaker(7), deltaker(7), deltaker(8, KVP_STONAD="y")], 2025)
        (mappe.innboks / f"{person(9)}.dat").touch()
        (mappe.innboks / f"{person(10)}_2025.dat").write_bytes(b" ")
        les(mappe, miljo)
        return mappe, miljo, [*(person(nummer) for nummer in range(1, 11)), duf(3), duf(5)]

    def test_the_warehouse_holds_none(self, levert):
        mappe, _, numre = levert
        innhold = repr(tabeller(mappe))
        assert "K00001" in innhold
        for nummer in numre:
            assert nummer not in innhold
            assert nummer.encode() not in mappe.varehus.read_bytes()

    def test_explanations_and_file_names_hold_none(self, levert):
        mappe, _, numre = levert
        stier = [sti for del_ in (mappe.arkiv, mappe.karantene) for sti in del_.rglob("*")]
        forklaringer = [sti.read_text(encoding="utf-8") for sti in stier if sti.name.endswith(".forklaring.txt")]
        assert len(forklaringer) == 6
        for nummer in numre:
            assert not [sti for sti in stier if nummer in str(sti)]
            assert not [tekst for tekst in forklaringer if nummer in tekst]

    def test_the_encrypted_database_holds_them_unreadable_and_no_scraps_are_left(self, levert):
        mappe, miljo, numre = levert
        raa = b"".join(sti.read_bytes() for sti in mappe.nokkel.rglob("*") if sti.is_file())
        assert not [nummer for nummer in numre if nummer.encode() in raa]
        assert [sti.name for sti in mappe.nokkel.iterdir()] == ["personnokkel.duckdb"]
        lagret = identiteter(mappe, miljo, "select fodselsnummer, duf_nummer from nokkel.identitet")
        # As delivered, blanks and all, so that the record can be written again to the byte; 11CF has no DUF field.
        assert {(person(1), " " * 12), (" " * 11, duf(3)), (person(7), None)} <= set(lagret)

    def test_every_pseudonym_can_be_followed_back_with_the_key(self, levert):
        mappe, miljo, _ = levert
        lagret = identiteter(mappe, miljo, "select leveranse_id, linje, mottaker_id from nokkel.identitet")
        i_varehuset = sporr(
            mappe,
            "select leveranse_id, linje, mottaker_id from raw.kostra_11f union all "
            "select leveranse_id, linje, mottaker_id from raw.kostra_11cf",
        )
        assert set(i_varehuset) <= set(lagret)
        assert len(lagret) == len(set(lagret))

    def test_the_record_is_kept_with_its_identity_fields_blanked(self, mappe, miljo):
        layout = find_layout("11F", 2025)
        skriv_11f(mappe.innboks / "a.dat", [mottaker(1, PERSON_DUF=duf(1), FODSELSDATO="07021970")], 2025)
        les(mappe, miljo)
        uten = {**mottaker(1), "KOMMUNE_NR": "3411", "VERSION": "25", "PERSON_FODSELSNR": ""}
        assert sporr(mappe, "select post from raw.kostra_11f") == [(post(layout, uten),)]
