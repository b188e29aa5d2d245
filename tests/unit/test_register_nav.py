"""NAV's figures: every oddity its files have been seen to have, in a small file of its own."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from dagster_project.register.maaned import aar_i_tekst, maaned_i_tekst, tolk_maaned
from dagster_project.register.oppsett import arbeidsboker, kolonner
from dagster_project.seeds import read_seed
from tests.registerfil import ARK, MAANEDER, NAV_HODE, Varehus, kjenn, skriv, skriv_bok

D = Decimal
REGISTER_MD = Path(__file__).resolve().parents[2] / "docs" / "register.md"
JAN, FEB, MARS = date(2024, 1, 1), date(2024, 2, 1), date(2024, 3, 1)


@pytest.fixture(scope="module")
def hus(tmp_path_factory):
    hus = Varehus(tmp_path_factory.mktemp("varehus"))
    yield hus
    hus.con.close()


@pytest.fixture
def varehus(hus):
    hus.tom()
    return hus


def nav_csv(*rader: str, hode: str = NAV_HODE) -> str:
    return "\n".join([hode, *rader]) + "\n"


class TestMonthlyCsv:
    def test_count_and_share_are_read_from_their_columns(self, varehus, tmp_path):
        varehus.les(skriv(tmp_path / "nav_helt_ledige_202401.csv", nav_csv("34;Innlandet;3411;Ringsaker;442;2,4")))
        assert varehus.tall("kommunenummer", "maaned", "variabel", "verdi", "markering") == [
            ("3411", JAN, "helt_ledige", D("442"), None),
            ("3411", JAN, "helt_ledige_andel", D("2.4"), None),
        ]
        assert varehus.tall("linje", "sted") == [
            (2, "linje 2, Antall helt ledige"),
            (2, "linje 2, Helt ledige i prosent av arbeidsstyrken"),
        ]

    @pytest.mark.parametrize(
        "innhold",
        [
            nav_csv("34;Innlandet;3412;Løten;99;2,5").encode("utf-8"),
            b"\xef\xbb\xbf" + nav_csv("34;Innlandet;3412;Løten;99;2,5").encode("utf-8"),
            nav_csv("34;Innlandet;3412;Løten;99;2,5").encode("cp1252"),
            nav_csv("34;Innlandet;3412;Løten;99;2,5").replace("\n", "\r\n").encode("utf-8"),
            nav_csv("34;Innlandet;3412;Løten;99;2,5;", hode=NAV_HODE + ";").encode("utf-8"),
            "\n".join(
                ";".join(f'"{felt}"' for felt in linje.split(";"))
                for linje in (NAV_HODE, "34;Innlandet;3412;Løten;99;2,5")
            ).encode("utf-8"),
        ],
        ids=["utf-8", "bom", "windows-1252", "crlf", "separator last", "every field quoted"],
    )
    def test_encoding_line_ends_and_quotes_do_not_matter(self, varehus, tmp_path, innhold):
        varehus.les(skriv(tmp_path / "ledige 2024-01.csv", innhold))
        assert varehus.tall("kommunenummer", "verdi") == [("3412", D("2.5")), ("3412", D("99"))]

    def test_lost_leading_zeros_are_put_back(self, varehus, tmp_path):
        vurdering = varehus.les(
            skriv(tmp_path / "ledige_202401.csv", nav_csv("3;Oslo;301;Oslo;9000;2,4", "3;Oslo;3;Oslo;9000;2,4"))
        )
        assert varehus.tall("kommunenummer", "verdi") == [("0301", D("2.4")), ("0301", D("9000"))]
        assert vurdering.rader_karantene == 2

    def test_county_and_country_rows_are_left_out_and_counted(self, varehus, tmp_path):
        vurdering = varehus.les(
            skriv(
                tmp_path / "ledige_202401.csv",
                nav_csv("34;Innlandet;3411;Ringsaker;442;2,4", "34;Innlandet;34;Innlandet;3000;2,0", "0;;0;Hele;7;2,1"),
            )
        )
        assert (vurdering.rader_lest, vurdering.rader_godtatt, vurdering.rader_karantene) == (6, 2, 4)
        assert vurdering.funn == []
        assert varehus.sporr("select regel, melding, rader from intern.karantene order by all") == [
            ("utelatt_registertall", "2 tall: Raden gjelder et fylke.", 2),
            ("utelatt_registertall", "2 tall: Raden gjelder hele landet.", 2),
        ]

    @pytest.mark.parametrize(
        ("skrevet", "markering"),
        [("*", "*"), ("", "tom"), ("  ", "tom"), ("<4", "<4"), ("< 4", "<4"), (":", ":"), ("..", ".."), ("-", "-")],
    )
    def test_a_figure_that_is_not_shown_is_null_with_its_mark_and_never_0(self, varehus, tmp_path, skrevet, markering):
        vurdering = varehus.les(
            skriv(tmp_path / "ledige_202401.csv", nav_csv(f"34;Innlandet;3411;Ringsaker;{skrevet};{skrevet}"))
        )
        assert vurdering.rader_karantene == 0
        assert varehus.tall("variabel", "verdi", "markering") == [
            ("helt_ledige", None, markering),
            ("helt_ledige_andel", None, markering),
        ]

    def test_0_stays_0(self, varehus, tmp_path):
        varehus.les(skriv(tmp_path / "ledige_202401.csv", nav_csv("34;Innlandet;3411;Ringsaker;0;0,0")))
        assert varehus.tall("verdi", "markering") == [(D(0), None), (D(0), None)]

    @pytest.mark.parametrize("skrevet", ["1 234", "1\u00a0234", "1\u202f234", "1.234", "1234", "1234,0"])
    def test_thousands_are_read_however_they_are_separated(self, varehus, tmp_path, skrevet):
        varehus.les(skriv(tmp_path / "ledige_202401.csv", nav_csv(f"34;Innlandet;3411;Ringsaker;{skrevet};2,4")))
        assert varehus.sporr("select verdi from raw.nav_register where variabel = 'helt_ledige'") == [(D(1234),)]

    def test_a_missing_share_column_gives_counts_alone(self, varehus, tmp_path):
        hode = NAV_HODE.rpartition(";")[0]
        varehus.les(skriv(tmp_path / "ledige_202401.csv", nav_csv("34;Innlandet;3411;Ringsaker;442", hode=hode)))
        assert varehus.tall("variabel", "verdi") == [("helt_ledige", D(442))]

    def test_a_missing_count_column_is_told_with_what_there_is(self, varehus, tmp_path):
        vurdering = varehus.les(
            skriv(
                tmp_path / "ledige_202401.csv", nav_csv("34;Innlandet;3411;2,4", hode="Fylkenr;Fylkenavn;Kommunenr;X")
            )
        )
        assert vurdering.regel == "registerfil"
        assert vurdering.melding == (
            "Filen mangler kolonnen «Antall helt ledige». Den har «Fylkenr», «Fylkenavn», «Kommunenr» og «X»."
        )
        assert varehus.tall("verdi") == []

    def test_a_file_that_does_not_tell_its_month_is_refused(self, varehus, tmp_path):
        vurdering = varehus.les(skriv(tmp_path / "nav.csv", nav_csv("34;Innlandet;3411;Ringsaker;442;2,4")))
        assert vurdering.melding.startswith("Filnavnet sier ikke hvilken måned tallene gjelder.")

    @pytest.mark.parametrize("skrevet", ["4 42", "mange", "-3", "44,5", "1e3", "4.42"])
    def test_an_unreadable_count_is_set_aside_with_its_place(self, varehus, tmp_path, skrevet):
        vurdering = varehus.les(
            skriv(tmp_path / "ledige_202401.csv", nav_csv(f"34;Innlandet;3411;Ringsaker;{skrevet};2,4"))
        )
        assert vurdering.funn == [(2, f"Tallet i linje 2, Antall helt ledige kan ikke leses: «{skrevet}».")]
        assert varehus.tall("variabel") == [("helt_ledige_andel",)]

    @pytest.mark.parametrize(("skrevet", "lest"), [("100", 1), ("100,1", 0), ("-0,1", 0), ("2.345", 0), ("0.345", 1)])
    def test_a_share_is_from_0_to_100_and_can_be_read_in_one_way_only(self, varehus, tmp_path, skrevet, lest):
        varehus.les(skriv(tmp_path / "ledige_202401.csv", nav_csv(f"34;Innlandet;3411;Ringsaker;10;{skrevet}")))
        assert len(varehus.tall("verdi")) == 1 + lest

    def test_a_row_of_another_length_is_set_aside(self, varehus, tmp_path):
        vurdering = varehus.les(
            skriv(tmp_path / "ledige_202401.csv", nav_csv("34;Innlandet;3411;Ringsaker;442;2,4", "34;Innlandet;3403;2"))
        )
        assert vurdering.funn == [(3, "Raden har 4 felt. Overskriften har 6.")]

    def test_two_months_alike_are_two_deliveries(self, varehus, tmp_path):
        for navn in ("ledige_202401.csv", "ledige_202402.csv"):
            varehus.les(skriv(tmp_path / navn, nav_csv("34;Innlandet;3411;Ringsaker;*;*")))
        assert len(varehus.tall("distinct leveranse_id", "maaned")) == 2

    def test_the_same_file_again_gives_the_same_rows(self, varehus, tmp_path):
        sti = skriv(tmp_path / "ledige_202401.csv", nav_csv("34;Innlandet;3411;Ringsaker;442;2,4"))
        varehus.les(sti)
        varehus.les(sti)
        assert len(varehus.tall("verdi")) == 2


def hl060(*rader, tittel="Helt ledige 2024", maaneder=MAANEDER):
    return [(tittel,), (), ("Rogaland", None, *maaneder), *rader, (), ("Kilde: NAV. Tall under 4 vises ikke.",)]


class TestMonthsAsHeadings:
    def test_blocks_rollups_notes_and_svalbard(self, varehus, tmp_path):
        ark = [
            *hl060(("", "1101 Eigersund", 100, 110, "*"), ("", "I alt 11 Rogaland", 900, 910, 920)),
            ("Oslo", None, *MAANEDER),
            ("", "I alt 03 Oslo", 9000, 9100, 9200),
            ("", "0301 Oslo", 9000, 9100, 9200),
            ("", "Ukjent", 5, 6, 7),
            ("", "2100 Svalbard", 4, None, 0),
            ("2024 er foreløpige tall",),
        ]
        vurdering = varehus.les(skriv_bok(tmp_path / "202403_HL060 ledige.xlsx", {ARK["antall"]: ark}))
        assert varehus.tall("kommunenummer", "maaned", "verdi", "markering") == [
            ("0301", JAN, D(9000), None),
            ("0301", FEB, D(9100), None),
            ("0301", MARS, D(9200), None),
            ("1101", JAN, D(100), None),
            ("1101", FEB, D(110), None),
            ("1101", MARS, None, "*"),
        ]
        assert vurdering.rader_karantene == 12
        assert vurdering.funn == []
        assert varehus.sporr("select sted from raw.nav_register where verdi = 110") == [("3. Kommune Antall!D4",)]

    def test_a_month_that_is_not_published_is_no_hidden_month(self, varehus, tmp_path):
        ark = hl060(("", "1101 Eigersund", 100, None, None), ("", "1103 Stavanger", 2000, 2100, None))
        varehus.les(skriv_bok(tmp_path / "202402_HL060.xlsx", {ARK["antall"]: ark}))
        assert varehus.tall("kommunenummer", "maaned", "verdi", "markering") == [
            ("1101", JAN, D(100), None),
            ("1101", FEB, None, "tom"),
            ("1103", JAN, D(2000), None),
            ("1103", FEB, D(2100), None),
        ]

    @pytest.mark.parametrize(
        ("verdier", "format_", "lest"),
        [((0.021, 0.3), False, [2.1, 30]), ((0.021, 0.299), False, [2.1, 29.9])],
    )
    def test_the_border_between_fractions_and_per_cent(self, varehus, tmp_path, verdier, format_, lest):
        # 0.3 is the lowest highest value that is taken as per cent.
        ark = {ARK["antall"]: hl060(("", "1101 Eigersund", 5, 6)), ARK["prosent"]: hl060(("", "1101 E", *verdier))}
        varehus.les(skriv_bok(tmp_path / "202402_HL060.xlsx", ark))
        skal = [D(str(verdier[0])), D("0.3")] if verdier[1] == 0.3 else [D(str(ett)) for ett in lest]
        assert [
            rad[0]
            for rad in varehus.sporr(
                "select verdi from raw.nav_register where variabel = 'helt_ledige_andel' order by maaned"
            )
        ] == skal

    def test_a_share_formatted_as_per_cent_is_a_fraction_however_high(self, varehus, tmp_path):
        ark = {ARK["antall"]: hl060(("", "1101 Eigersund", 5)), ARK["prosent"]: hl060(("", "1101 Eigersund", 0.45))}
        varehus.les(skriv_bok(tmp_path / "202401_HL060.xlsx", ark, prosent=[ARK["prosent"]]))
        assert varehus.tall("variabel", "verdi") == [("helt_ledige", D(5)), ("helt_ledige_andel", D(45))]

    def test_sheets_are_found_by_name_wherever_they_stand(self, varehus, tmp_path):
        ark = {
            "Innhold": [("Januar",)],
            ARK["prosent"]: hl060(("", "1101 Eigersund", 2.1)),
            ARK["antall"].upper(): hl060(("", "1101 Eigersund", 100)),
        }
        varehus.les(skriv_bok(tmp_path / "202401_HL060.xlsx", ark))
        assert varehus.tall("variabel", "verdi") == [("helt_ledige", D(100)), ("helt_ledige_andel", D("2.1"))]

    def test_another_sheet_name_is_told_with_what_there_is(self, varehus, tmp_path):
        vurdering = varehus.les(skriv_bok(tmp_path / "202401_HL060.xlsx", {"Ark1": [("x",)], "Ark2": [("y",)]}))
        assert vurdering.regel == "registerfil"
        assert vurdering.melding == (
            "Arbeidsboken (Helt ledige etter kommune (HL060)) mangler arket «3. Kommune Antall». "
            "Den har arkene «Ark1» og «Ark2»."
        )

    def test_months_without_a_year_anywhere_are_refused(self, varehus, tmp_path):
        ark = {ARK["antall"]: hl060(("", "1101 Eigersund", 100), tittel="Helt ledige")}
        assert "måneder uten årstall" in varehus.les(skriv_bok(tmp_path / "HL060.xlsx", ark)).melding

    def test_the_year_of_the_title_goes_before_that_of_the_file(self, varehus, tmp_path):
        ark = {ARK["antall"]: hl060(("", "1101 Eigersund", 100), tittel="Helt ledige 2023", maaneder=["Desember"])}
        varehus.les(skriv_bok(tmp_path / "202401_HL060.xlsx", ark))
        assert varehus.tall("maaned") == [(date(2023, 12, 1),)]

    def test_aap_with_the_rollup_of_oslo_first(self, varehus, tmp_path):
        rader = [
            ("AAP 2024",),
            ("Kommune", "Januar"),
            ("I alt 03 Oslo", 9000),
            ("0301 Oslo", 9000),
            ("3411 Ringsaker", 800),
        ]
        ark = {"1. Kommune. Antall": rader, "2. Kommune. Andel": [*rader[:2], ("3411 Ringsaker", 3.9)]}
        varehus.les(skriv_bok(tmp_path / "AAP155 202401.xlsx", ark))
        assert varehus.tall("kommunenummer", "variabel", "verdi") == [
            ("0301", "aap_mottakere", D(9000)),
            ("3411", "aap_andel", D("3.9")),
            ("3411", "aap_mottakere", D(800)),
        ]

    def test_disability_benefit_with_codes_of_two_four_and_six_digits(self, varehus, tmp_path):
        rader = [
            ("Uføretrygd 2024",),
            ("Nr", "Navn", "Januar"),
            (3, "Oslo", 20000),
            (301, "Oslo", "*"),
            ("030101", "Gamle Oslo", 900),
            (30102, "Grünerløkka", 800),
            (1103, "Stavanger", 5000),
            (110301, "Hundvåg", 300),
        ]
        vurdering = varehus.les(skriv_bok(tmp_path / "PST302.xlsx", {"Kommune-bydel. Antall": rader}))
        assert varehus.tall("kommunenummer", "verdi", "markering") == [("0301", None, "*"), ("1103", D(5000), None)]
        assert vurdering.rader_karantene == 4

    def test_a_note_with_figures_like_months_is_no_heading(self, varehus, tmp_path):
        ark = hl060(("", "1101 Eigersund", 100, 110, 120), ("", "I alt", 202406, 5, 6), ("", "1103 Stavanger", 7, 8, 9))
        varehus.les(skriv_bok(tmp_path / "202403_HL060.xlsx", {ARK["antall"]: ark}))
        assert {maaned for (maaned,) in varehus.tall("maaned")} == {JAN, FEB, MARS}

    def test_the_same_figure_twice_counts_once_and_different_ones_not_at_all(self, varehus, tmp_path):
        ark = hl060(
            ("", "1101 Eigersund", 100),
            ("", "1101 Eigersund", 100),
            ("", "1103 Stavanger", 5),
            ("", "1103 Stavanger", 6),
        )
        vurdering = varehus.les(skriv_bok(tmp_path / "202401_HL060.xlsx", {ARK["antall"]: ark}))
        assert varehus.tall("kommunenummer", "verdi") == [("1101", D(100))]
        assert [tekst for _, tekst in vurdering.funn] == [
            "Kommune 1103 står flere ganger med ulike tall for samme måned og variabel, "
            f"sist i {ARK['antall']}!C{rad}. Ingen av dem er brukt."
            for rad in (6, 7)
        ]


class TestOneMonthPerWorkbook:
    HODE = (
        "Kommune",
        "Arbeidssøkere",
        "Helt ledige",
        "Delvis ledige",
        "På tiltak",
        "Helt ledige",
        "Delvis ledige",
        "På tiltak",
        "Nye stillinger",
    )
    GRUPPE = (None, "Antall", None, None, None, "Prosent av arbeidsstyrken")

    def test_overview_with_headings_in_two_rows(self, varehus, tmp_path):
        rader = [
            ("Arbeidssøkere og ledige stillinger, mars 2024",),
            (None, *self.GRUPPE),
            (None, *self.HODE),
            (None, "5059 Orkland", 300, 150, 90, 60, 1.5, 0.9, "*", 1234),
            (None, "5001 Trondheim", 9000, 4000, 3000, 2000, 2.0, 1.5, 1.0, 5000),
        ]
        varehus.les(skriv_bok(tmp_path / "Arbeidssøkere og ledige stillinger.xlsx", {"Oversikt": rader}))
        assert varehus.sporr(
            "select variabel, verdi, markering from raw.nav_register where kommunenummer = '5059' order by all"
        ) == [
            ("arbeidssokere_tiltak", D(60), None),
            ("arbeidssokere_tiltak_andel", None, "*"),
            ("delvis_ledige", D(90), None),
            ("delvis_ledige_andel", D("0.9"), None),
            ("helt_ledige", D(150), None),
            ("helt_ledige_andel", D("1.5"), None),
            ("ledige_stillinger_tilgang", D(1234), None),
        ]
        assert varehus.sporr("select distinct maaned from raw.nav_register") == [(MARS,)]

    def test_columns_in_another_order_give_the_same(self, varehus, tmp_path):
        rader = [
            ("Nye stillinger", "Kommune", "Delvis ledige", "Helt ledige"),
            (7, "5059 Orkland", 90, 150),
        ]
        varehus.les(skriv_bok(tmp_path / "arbeidssøkere og stillinger 202403.xlsx", {"Oversikt": rader}))
        assert varehus.tall("variabel", "verdi") == [
            ("delvis_ledige", D(90)),
            ("helt_ledige", D(150)),
            ("ledige_stillinger_tilgang", D(7)),
        ]

    def test_a_missing_column_is_told_with_what_there_is(self, varehus, tmp_path):
        rader = [("Kommune", "Ledige i alt", "Delvis ledige"), ("5059 Orkland", 150, 90)]
        vurdering = varehus.les(skriv_bok(tmp_path / "arbeidssøkere og stillinger 202403.xlsx", {"Oversikt": rader}))
        assert vurdering.melding == (
            "Arket «Oversikt» mangler en av kolonnene «Helt ledige» og «Delvis ledige». "
            "Det har «Kommune», «Ledige i alt» og «Delvis ledige»."
        )

    def test_main_figures_with_changes_from_last_year_beside_them(self, varehus, tmp_path):
        rader = [
            ("Helt ledige etter kommune. Januar 2024",),
            (),
            ("", "Antall", "Prosent av arbeidsstyrken", "Endring fra i fjor", None, "Prosent i fjor"),
            ("", None, None, "Antall", "Prosent", None),
            (),
            ("1101 Eigersund", 100, 2.1, 5, 5.3, 2.0),
            ("I alt", 900, 2.0, 1, 0.1, 2.0),
        ]
        varehus.les(skriv_bok(tmp_path / "Hovedtall 202401.xlsx", {"3b. Helt ledige kommune": rader}))
        assert varehus.tall("variabel", "verdi") == [("helt_ledige", D(100)), ("helt_ledige_andel", D("2.1"))]


class TestLists:
    HODE = (
        "År",
        "År-måned",
        "Nivå",
        "Nåværende Kommune Nr Navn",
        "Arbeidsmarkedsstatus hovedgruppe",
        "Kjønn",
        "Beh personer i mnd",
        "% av arbeidsstyrken",
    )

    @staticmethod
    def rad(status, kjonn, antall, andel, maaned=201905):
        return (2019, maaned, "Kommune", "4001 Porsgrunn", status, kjonn, antall, andel)

    def test_two_ranges_side_by_side(self, varehus, tmp_path):
        side = [
            ("Helt ledige",),
            (None, *self.HODE, None, *self.HODE),
            (None, *self.rad("Helt ledige", "Kvinne", 200, 0.019), None, *self.rad("Helt ledige", "I alt", 450, 0.021)),
            (None, *self.rad("Helt ledige", "Mann", 250, 0.023), None, *self.rad("Delvis ledige", "I alt", "*", None)),
        ]
        stillinger = [
            (),
            ("År-måned", "Nåværende Kommune Nr Navn", "Tilgang stillinger i perioden"),
            (201905, "4001 Porsgrunn", 77),
        ]
        vurdering = varehus.les(
            skriv_bok(
                tmp_path / "Telemark.xlsx",
                {"Landet": [("x",)], "Telemark": side, "Tilgang stillinger i perioden": stillinger},
            )
        )
        assert varehus.tall("variabel", "maaned", "verdi", "markering", "inndeling") == [
            ("delvis_ledige", date(2019, 5, 1), None, "*", "dagens"),
            ("delvis_ledige_andel", date(2019, 5, 1), None, "tom", "dagens"),
            ("helt_ledige", date(2019, 5, 1), D(450), None, "dagens"),
            ("helt_ledige_andel", date(2019, 5, 1), D("2.1"), None, "dagens"),
            ("ledige_stillinger_tilgang", date(2019, 5, 1), D(77), None, "dagens"),
        ]
        assert vurdering.rader_karantene == 4

    def test_reduced_work_capacity(self, varehus, tmp_path):
        hode = (
            "Månednummer",
            "år",
            "Nivå",
            "Region",
            "Kjønn",
            "Alder",
            "Beh personer i mnd",
            "V_Prosent_av_befolkningen",
            "D_År-Måned",
        )
        side = [
            hode,
            (1, 2024, "Kommune", "3411 Ringsaker", "I alt", "I alt", 1500, 7.1, "2024-01"),
            (1, 2024, "Kommune", "3411 Ringsaker", "I alt", "18-24 år", 100, 5.0, "2024-01"),
            (1, 2024, "Fylke", "34 Innlandet", "I alt", "I alt", 9000, 6.0, "2024-01"),
        ]
        varehus.les(skriv_bok(tmp_path / "nedsatt.xlsx", {"Ark1": side}))
        assert varehus.tall("variabel", "verdi") == [
            ("nedsatt_arbeidsevne", D(1500)),
            ("nedsatt_arbeidsevne_andel", D("7.1")),
        ]

    def test_a_list_without_its_columns_is_told_with_what_there_is(self, varehus, tmp_path):
        side = [("Månednummer", "Region", "V_Prosent_av_befolkningen"), (1, "3411 Ringsaker", 7.1)]
        melding = varehus.les(skriv_bok(tmp_path / "nedsatt.xlsx", {"Ark1": side})).melding
        assert melding == (
            "Ingen av arkene har kolonnene «D_År-Måned», «Region» og «Beh personer i mnd» (Nedsatt arbeidsevne). "
            "«Ark1» har «Månednummer», «Region» og «V_Prosent_av_befolkningen»."
        )


class TestOurOwnContract:
    HODE = "maaned;kommunenummer;variabel;verdi;kilde"

    def test_any_variable_of_the_list_with_its_source(self, varehus, tmp_path):
        rader = [
            "2024-01;3411;kvp_18_24;5;Ringsaker kommune",
            "202401;3411;leiepris_gjennomsnitt;8 250,50;",
            "2024M01;301;aap_utbetaling;-12.5;NAV",
        ]
        varehus.les(skriv(tmp_path / "register.csv", "\n".join([self.HODE, *rader])))
        assert varehus.tall("kommunenummer", "variabel", "maaned", "verdi", "kilde") == [
            ("0301", "aap_utbetaling", JAN, D("-12.5"), "NAV"),
            ("3411", "kvp_18_24", JAN, D(5), "Ringsaker kommune"),
            ("3411", "leiepris_gjennomsnitt", JAN, D("8250.5"), "Egen registerfil"),
        ]

    def test_the_source_may_be_left_out(self, varehus, tmp_path):
        varehus.les(skriv(tmp_path / "r.csv", "verdi;variabel;kommunenummer;maaned\n5;kvp_18_24;3411;2024-01\n"))
        assert varehus.tall("verdi", "kilde") == [(D(5), "Egen registerfil")]

    def test_unknown_variable_and_month_are_set_aside(self, varehus, tmp_path):
        rader = ["2024-01;3411;kvp;5;x", "jan;3411;kvp_18_24;5;x", "2024-13;3411;kvp_18_24;5;x"]
        vurdering = varehus.les(skriv(tmp_path / "register.csv", "\n".join([self.HODE, *rader])))
        assert vurdering.funn == [
            (2, "Variabelen i linje 2 finnes ikke: «kvp»."),
            (3, "Måneden i linje 3 kan ikke leses: «jan»."),
            (4, "Måneden i linje 4 kan ikke leses: «2024-13»."),
        ]

    def test_what_is_said_of_a_value_has_no_identity_number(self, varehus, tmp_path):
        (melding,) = varehus.les(
            skriv(tmp_path / "register.csv", f"{self.HODE}\n2024-01;3411;kvp_18_24;0181901234x;x\n")
        ).funn
        assert "0181901234" not in melding[1]


class TestWhatAFileIs:
    def test_a_workbook_that_is_not_navs_is_left_to_others(self, tmp_path):
        assert kjenn(skriv_bok(tmp_path / "budsjett.xlsx", {"Oversikt": [("Konto", "Beløp")]})) is None

    def test_a_workbook_of_navs_by_its_name_is_told_what_is_read(self, varehus, tmp_path):
        melding = varehus.les(skriv_bok(tmp_path / "helt ledige.xlsx", {"Ark1": [("x",)]})).melding
        assert melding.startswith("Ingen av arkene er kjent: «Ark1». Vi leser «3. Kommune Antall»")

    @pytest.mark.parametrize("innhold", [b"PK\x03\x04 avbrutt", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 100])
    def test_a_broken_or_old_workbook_by_a_name_of_navs(self, varehus, tmp_path, innhold):
        sti = skriv(tmp_path / "HL060.xlsx", innhold)
        if innhold.startswith(b"PK"):
            assert kjenn(sti) is None
        else:
            assert "Lagre den som .xlsx" in varehus.les(sti).melding

    @pytest.mark.parametrize(
        "innhold",
        [
            "",
            "{}",
            "Husk regnskapet!",
            "utbetaling_id;belop\n1;2\n",
            "maaned;kommunenummer;belop\n",
            "kommunenr;navn\n1;2\n",
        ],
    )
    def test_other_text_is_left_to_others(self, tmp_path, innhold):
        assert kjenn(skriv(tmp_path / "fil.csv", innhold)) is None

    def test_a_file_without_municipalities_is_refused(self, varehus, tmp_path):
        melding = varehus.les(skriv(tmp_path / "ledige_202401.csv", nav_csv("34;Innlandet;34;Innlandet;5;2,0"))).melding
        assert melding.startswith("Filen har ingen tall for kommuner")


class TestMonths:
    @pytest.mark.parametrize(
        ("tekst", "maaned"),
        [
            ("202403", "2024-03"),
            ("2024-03", "2024-03"),
            ("2024M03", "2024-03"),
            ("2024-03-01", "2024-03"),
            ("mars 2024", "2024-03"),
            ("Mars", "2023-03"),
            ("des.", "2023-12"),
            ("mai 24", "2024-05"),
            ("202413", None),
            ("marsipan", None),
            ("2024", None),
        ],
    )
    def test_as_a_cell(self, tekst, maaned):
        assert tolk_maaned(tekst, 2023) == maaned

    def test_a_name_alone_is_no_month(self):
        assert tolk_maaned("mars") is None

    @pytest.mark.parametrize(
        ("navn", "maaned"),
        [
            ("nav_helt_ledige_202301.csv", "2023-01"),
            ("helt-ledige-april-2026.csv", "2026-04"),
            ("ledige 2024_02 (1)", "2024-02"),
            ("ledige_20240115", None),
            ("ledige_2024-01-15", None),
            ("202401_202402", None),
            ("ledige", None),
        ],
    )
    def test_in_a_file_name(self, navn, maaned):
        assert maaned_i_tekst(navn) == maaned

    @pytest.mark.parametrize(
        ("titler", "navn", "aar"),
        [(["År 2023"], "202401_HL060", 2023), (["2022 og 2023"], "202401_HL060", 2024), ([], "HL060", None)],
    )
    def test_the_year_of_a_sheet(self, titler, navn, aar):
        assert aar_i_tekst(titler, navn) == aar


class TestTheTables:
    def test_every_variable_a_layout_names_is_in_the_list(self):
        kjente = {rad["variabel"] for rad in read_seed("nav_variabel")}
        nevnt = {rad["variabel"] for rad in read_seed("nav_kolonne") if rad["variabel"]}
        assert nevnt <= kjente

    def test_a_share_follows_a_count_and_a_part_belongs_to_a_whole_in_the_list(self):
        enheter = {rad["variabel"]: rad["enhet"] for rad in read_seed("nav_variabel")}
        assert set(enheter.values()) == {"antall", "kr", "prosent", "årsverk"}
        for rad in read_seed("nav_variabel"):
            if rad["enhet"] == "prosent":
                assert enheter[rad["folger"]] == "antall"
                assert rad["kan_summeres"] == "nei"
            if rad["del_av"]:
                assert enheter[rad["del_av"]] == enheter[rad["variabel"]] == "antall"

    def test_every_layout_has_columns_and_every_column_a_layout(self):
        boker = {item.oppsett for item in arbeidsboker()}
        assert {rad["oppsett"] for rad in read_seed("nav_kolonne")} == boker | {"helt_ledige_csv", "register_csv"}
        assert all(any(kolonne.kreves for kolonne in kolonner(oppsett)) for oppsett in boker)

    def test_the_document_lists_every_variable_and_mark_as_they_are(self):
        rader = [linje.strip("| ").split(" | ") for linje in REGISTER_MD.read_text(encoding="utf-8").splitlines()]
        variabler = {rad[0].strip("`"): rad[1:] for rad in rader if len(rad) == 6 and rad[0].startswith("`")}
        assert variabler == {
            rad["variabel"]: [
                rad["navn"],
                rad["enhet"],
                rad["kilde"],
                rad["periode"].lower(),
                rad["skjult_under"] or "–",
            ]
            for rad in read_seed("nav_variabel")
        }
        merker = {rad[0].strip("`"): rad[1:] for rad in rader if len(rad) == 3 and rad[2] in ("ja", "nei")}
        assert merker == {
            rad["markering"].replace("tom", "tom celle"): [rad["betydning"], rad["er_skjult"]]
            for rad in read_seed("register_markering")
        }
