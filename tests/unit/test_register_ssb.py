"""SSB's other tables and Klass: what is read of them, and what is said of a file that cannot be used."""

from datetime import date
from decimal import Decimal

import pytest

from tests.registerfil import Varehus, kjenn, kube, skriv

KOSTRA_REGION = "KOKkommuneregion0000"
KVARTAL_NAVN = {
    "Folketallet1": "Befolkning ved inngangen av kvartalet",
    "Folketallet11": "Befolkning ved utgangen av kvartalet",
    "Fodte2": "Fødte",
}


@pytest.fixture(scope="module")
def hus(tmp_path_factory):
    hus = Varehus(tmp_path_factory.mktemp("varehus"))
    yield hus
    hus.con.close()


@pytest.fixture
def varehus(hus):
    hus.tom()
    return hus


def kvartal(innhold=("Folketallet11",), tid=("2024K1", "2024K4"), region=("3411",), verdier=(100, 103), **felt):
    return kube(
        {"Region": region, "ContentsCode": innhold, "Tid": tid}, verdier, tabell="01222", etiketter=KVARTAL_NAVN, **felt
    )


def kpi(verdier=(134.8, 135.1), tabell="03013", maaneder=("2024M12", "2025M01"), andre=None, **felt):
    dimensjoner = {"Konsumgrp": ("TOTAL",), "ContentsCode": ("KpiIndMnd",), "Tid": maaneder} | (andre or {})
    return kube(dimensjoner, verdier, tabell=tabell, **felt)


class TestPopulationByQuarter:
    def test_the_end_of_a_quarter_is_the_first_day_of_the_next(self, varehus, tmp_path):
        varehus.les(skriv(tmp_path / "a.json", kvartal()))
        assert varehus.sporr(
            "select kommunenummer, dato, innbyggere, tabell, inndeling from raw.ssb_befolkning_kvartal"
        ) == [
            ("3411", date(2024, 4, 1), 100, "01222", "samtidig"),
            ("3411", date(2025, 1, 1), 103, "01222", "samtidig"),
        ]

    def test_the_beginning_is_its_own_first_day(self, varehus, tmp_path):
        varehus.les(skriv(tmp_path / "a.json", kvartal(innhold=("Folketallet1",))))
        assert varehus.sporr("select dato from raw.ssb_befolkning_kvartal order by all") == [
            (date(2024, 1, 1),),
            (date(2024, 10, 1),),
        ]

    def test_other_contents_regions_and_times_are_left_out_and_counted(self, varehus, tmp_path):
        innhold = kvartal(
            ("Folketallet1", "Folketallet11", "Fodte2"), ("2024K1", "2024"), ("3411", "34", "0"), range(18)
        )
        vurdering = varehus.les(skriv(tmp_path / "a.json", innhold))
        assert (vurdering.rader_lest, vurdering.rader_godtatt, vurdering.rader_karantene) == (18, 1, 17)
        assert varehus.sporr("select innbyggere from raw.ssb_befolkning_kvartal") == [(2,)]

    def test_a_hidden_figure_is_null_and_nil_is_0(self, varehus, tmp_path):
        varehus.les(skriv(tmp_path / "a.json", kvartal(verdier=(None, None), status={"0": ":", "1": "-"})))
        assert varehus.sporr("select innbyggere, status from raw.ssb_befolkning_kvartal order by dato") == [
            (None, ":"),
            (0, "-"),
        ]

    def test_a_figure_beside_a_status_of_none_is_null(self, varehus, tmp_path):
        varehus.les(skriv(tmp_path / "a.json", kvartal(verdier=(0, 103), status={"0": ":"})))
        assert varehus.sporr("select innbyggere from raw.ssb_befolkning_kvartal order by dato") == [(None,), (103,)]

    def test_a_series_through_mergers_is_marked_as_todays(self, varehus, tmp_path):
        varehus.les(skriv(tmp_path / "a.json", kvartal(region=("K-3411",))))
        assert varehus.sporr("select distinct kommunenummer, inndeling from raw.ssb_befolkning_kvartal") == [
            ("3411", "dagens")
        ]

    @pytest.mark.parametrize(
        ("innhold", "melding"),
        [
            (
                kvartal(innhold=("Fodte2",)),
                "Filen sier ikke om folketallet er ved inngangen eller utgangen av kvartalet.",
            ),
            (kvartal(verdier=(100.5, 1)), "Verdien i celle 0 er 100.5, som ikke er et antall."),
            (kvartal(region=("34",)), "Filen har ingen tall som kan brukes. Regionen er ikke en kommune"),
            (kvartal() | {"size": [1, 1, 3]}, "Dimensjonen Tid har 2 kategorier, men size sier 3."),
            (
                kube(
                    {"Region": ("3411",), "Sivilstand": ("1",), "ContentsCode": ("x",), "Tid": ("2024K1",)},
                    [1],
                    tabell="1",
                ),
                "Filen er også delt etter «Sivilstand».",
            ),
        ],
        ids=["contents", "half a person", "no municipality", "sizes", "another dimension"],
    )
    def test_what_cannot_be_used_is_told(self, varehus, tmp_path, innhold, melding):
        vurdering = varehus.les(skriv(tmp_path / "a.json", innhold))
        assert vurdering.regel == "registerfil"
        assert vurdering.melding.startswith(melding)
        assert varehus.sporr("select count(*) from raw.ssb_befolkning_kvartal") == [(0,)]


class TestConsumerPrices:
    def test_both_tables_with_their_base(self, varehus, tmp_path):
        varehus.les(skriv(tmp_path / "a.json", kpi()))
        ny = {"VareTjenesteGrp": ("00", "01"), "ContentsCode": ("KpiIndMnd",), "Tid": ("2026M01",)}
        varehus.les(skriv(tmp_path / "b.json", kube(ny, [101.2, 99], tabell="14700")))
        assert varehus.sporr("select maaned, basis, indeks, kilde from raw.ssb_kpi order by all") == [
            (date(2024, 12, 1), "2015=100", Decimal("134.8"), "SSB tabell 03013"),
            (date(2025, 1, 1), "2015=100", Decimal("135.1"), "SSB tabell 03013"),
            (date(2026, 1, 1), "2025=100", Decimal("101.2"), "SSB tabell 14700"),
        ]

    def test_the_base_in_the_label_goes_before_the_table_number(self, varehus, tmp_path):
        varehus.les(skriv(tmp_path / "a.json", kpi(etiketter={"KpiIndMnd": "Konsumprisindeks (1998=100)"})))
        assert varehus.sporr("select distinct basis from raw.ssb_kpi") == [("1998=100",)]

    def test_changes_are_not_taken_for_the_index_whichever_comes_first(self, varehus, tmp_path):
        andre = {"ContentsCode": ("Manedsendring", "KpiIndMnd")}
        vurdering = varehus.les(skriv(tmp_path / "a.json", kpi((0.2, 0.3, 134.8, 135.1), andre=andre)))
        assert varehus.sporr("select indeks from raw.ssb_kpi order by all") == [
            (Decimal("134.8"),),
            (Decimal("135.1"),),
        ]
        assert vurdering.rader_karantene == 2

    def test_a_month_without_an_index_is_null(self, varehus, tmp_path):
        varehus.les(skriv(tmp_path / "a.json", kpi((134.8, None), status={"1": "..."})))
        assert varehus.sporr("select indeks, status from raw.ssb_kpi order by maaned") == [
            (Decimal("134.8"), None),
            (None, "..."),
        ]

    def test_a_csv_in_the_same_form(self, varehus, tmp_path):
        linjer = ["maaned,indeks,basis,kilde", "2025M05,137.1,2015=100,SSB", '2025-06,"137,3",2015=100,']
        varehus.les(skriv(tmp_path / "kpi.csv", "\n".join(linjer)))
        assert varehus.sporr("select maaned, indeks, kilde from raw.ssb_kpi order by all") == [
            (date(2025, 5, 1), Decimal("137.1"), "SSB"),
            (date(2025, 6, 1), Decimal("137.3"), "Egen fil med konsumprisindeks"),
        ]

    def test_unreadable_rows_of_a_csv_are_set_aside(self, varehus, tmp_path):
        rader = [
            "2025M13,1,2015=100",
            "2025M01,x,2015=100",
            "2025M01,0,2015=100",
            "2025M01,1,2015",
            "2025M02,1,2015=100",
        ]
        vurdering = varehus.les(skriv(tmp_path / "kpi.csv", "\n".join(["maaned,indeks,basis", *rader])))
        assert [linje for linje, _ in vurdering.funn] == [2, 3, 4, 5]
        assert (vurdering.rader_lest, vurdering.rader_godtatt) == (5, 1)

    @pytest.mark.parametrize(
        ("innhold", "melding"),
        [
            (kpi(andre={"Konsumgrp": ("01",)}), "Dimensjonen Konsumgrp mangler totalindeksen (TOTAL eller 00)."),
            (kpi((0, 1)), "Verdien i celle 0 er 0, som ikke er en prisindeks."),
            (kpi(tabell="99999"), "Filen sier ikke hvilket år indeksen er 100."),
            (kpi(maaneder=("2024", "2025")), "Filen har ingen tall som kan brukes. Tidspunktet er ikke en måned."),
        ],
        ids=["no total", "zero", "no base", "years"],
    )
    def test_what_cannot_be_used_is_told(self, varehus, tmp_path, innhold, melding):
        assert varehus.les(skriv(tmp_path / "a.json", innhold)).melding.startswith(melding)


class TestKostraTables:
    def test_every_region_to_compare_with_and_no_district(self, varehus, tmp_path):
        dimensjoner = {
            KOSTRA_REGION: ("3411", "EAK", "EAKUO", "EKA34", "EKG11", "EAB030101", "030101"),
            "KOKalder": ("A", "B"),
            "ContentsCode": ("KOStilfeller",),
            "Tid": ("2024",),
        }
        innhold = kube(
            dimensjoner, [1, 2, *range(12)], tabell="13995", etiketter={"A": "18-24 år", "3411": "Ringsaker"}
        )
        vurdering = varehus.les(skriv(tmp_path / "a.json", innhold))
        assert varehus.sporr(
            "select region_kode, region_navn, rapporteringsaar, variabel, variabel_navn, verdi "
            "from raw.ssb_kostra_tabell where region_kode = '3411' order by all"
        ) == [
            ("3411", "Ringsaker", 2024, "KOStilfeller/A", "KOStilfeller, 18-24 år", 1),
            ("3411", "Ringsaker", 2024, "KOStilfeller/B", "KOStilfeller, B", 2),
        ]
        assert (vurdering.rader_godtatt, vurdering.rader_karantene, vurdering.aar) == (10, 4, 2024)

    def test_a_hidden_cell_is_null_even_where_a_figure_stands(self, varehus, tmp_path):
        dimensjoner = {KOSTRA_REGION: ("3411",), "ContentsCode": ("a", "b", "c"), "Tid": ("2024",)}
        innhold = kube(dimensjoner, [0, None, 0], tabell="13995", status={"0": ":", "1": "-"})
        varehus.les(skriv(tmp_path / "a.json", innhold))
        assert varehus.sporr("select variabel, verdi from raw.ssb_kostra_tabell order by all") == [
            ("a", None),
            ("b", 0),
            ("c", 0),
        ]

    def test_a_missing_dimension_is_told(self, varehus, tmp_path):
        innhold = kube({KOSTRA_REGION: ("3411",), "ContentsCode": ("a",)}, [1], tabell="13995")
        assert varehus.les(skriv(tmp_path / "a.json", innhold)).melding == (
            "Filen mangler dimensjonen Tid. Den har «KOKkommuneregion0000» og «ContentsCode»."
        )


def koder(*rader):
    navn = ("code", "name", "validFromInRequestedRange", "validToInRequestedRange")
    return {"codes": [dict(zip(navn, rad, strict=True)) for rad in rader]}


class TestKlass:
    def test_codes_with_validity(self, varehus, tmp_path):
        innhold = koder(("0226", "Sørum", "2019-01-01", "2020-01-01"), ("3030", "Lillestrøm", "2020-01-01", None))
        vurdering = varehus.les(skriv(tmp_path / "a.json", innhold))
        assert varehus.sporr(
            "select linje, kommunenummer, kommunenavn, gyldig_fra, gyldig_til from raw.klass_kommune"
        ) == [
            (1, "0226", "Sørum", date(2019, 1, 1), date(2020, 1, 1)),
            (2, "3030", "Lillestrøm", date(2020, 1, 1), None),
        ]
        assert vurdering.rader_karantene == 0

    def test_changes_and_what_is_not_two_municipalities(self, varehus, tmp_path):
        felt = ("oldCode", "oldName", "newCode", "newName", "changeOccurred")
        rader = [("0226", "Sørum", "3030", "Lillestrøm", "2020-01-01"), ("0227", "Fet", "", None, "2020-01-01")]
        innhold = {"codeChanges": [dict(zip(felt, rad, strict=True)) for rad in rader]}
        vurdering = varehus.les(skriv(tmp_path / "a.json", innhold))
        assert varehus.sporr("select * exclude (leveranse_id) from raw.klass_endring") == [
            (1, date(2020, 1, 1), "0226", "Sørum", "3030", "Lillestrøm")
        ]
        assert (vurdering.rader_karantene, vurdering.funn) == (1, [])

    @pytest.mark.parametrize("skille", [",", ";"])
    @pytest.mark.parametrize("tegnsett", ["utf-8", "cp1252"])
    def test_kostra_groups_as_csv(self, varehus, tmp_path, skille, tegnsett):
        rader = [
            (
                "sourceCode",
                "sourceName",
                "sourceShortName",
                "targetCode",
                "targetName",
                "targetShortName",
                "validFrom",
                "validTo",
            ),
            ("3412", "Løten", "", "EKG02", "KOSTRA-gruppe 2", "", "2020-01-01", ""),
            ("3412", "Løten", "", "34", "Innlandet", "", "2020-01-01", ""),
        ]
        tekst = "\n".join(skille.join(f'"{felt}"' for felt in rad) for rad in rader)
        vurdering = varehus.les(skriv(tmp_path / "a.csv", tekst, tegnsett))
        assert varehus.sporr("select * exclude (leveranse_id, linje) from raw.klass_kostragruppe") == [
            ("3412", "EKG02", "KOSTRA-gruppe 2", date(2020, 1, 1), None)
        ]
        assert vurdering.rader_karantene == 1

    def test_an_impossible_date_is_set_aside(self, varehus, tmp_path):
        innhold = koder(("0226", "Sørum", "2019-13-01", None), ("3030", "Lillestrøm", "2020-01-01", None))
        assert varehus.les(skriv(tmp_path / "a.json", innhold)).funn == [
            (1, "Tallet i punkt 1 kan ikke leses: «2019-13-01 – ».")
        ]

    @pytest.mark.parametrize(
        ("innhold", "melding"),
        [
            (koder(("0226", "Sørum", None, None)), "Koden har ingen gyldighet. Hent kommunene med gyldighet"),
            (koder(("34", "Innlandet", "2020-01-01", None)), "Koden er ikke et kommunenummer."),
            ({"codes": []}, "Filen har ingenting som kan brukes."),
        ],
        ids=["codes at a date", "counties", "nothing"],
    )
    def test_what_cannot_be_used_is_told(self, varehus, tmp_path, innhold, melding):
        vurdering = varehus.les(skriv(tmp_path / "a.json", innhold))
        assert vurdering.regel == "registerfil"
        assert melding in vurdering.melding

    def test_broken_json_is_told(self, varehus, tmp_path):
        assert varehus.les(skriv(tmp_path / "a.json", '{"codes": [')).melding == (
            "Filen er ikke gyldig JSON. Hent den på nytt fra Klass."
        )


class TestWhatAFileIs:
    @pytest.mark.parametrize(
        ("innhold", "objekt"),
        [
            (kvartal(), "befolkning_kvartal"),
            (kpi(), "kpi"),
            (
                kube({KOSTRA_REGION: ("3411",), "ContentsCode": ("a",), "Tid": ("2024",)}, [1], tabell="13995"),
                "kostra_tabell",
            ),
            ({"codeChanges": []}, "klass"),
        ],
    )
    def test_json_by_what_is_in_it(self, tmp_path, innhold, objekt):
        assert kjenn(skriv(tmp_path / "a", innhold)).objekt == objekt

    @pytest.mark.parametrize("tabell", ["11805", "07459"])
    def test_population_by_age_is_left_to_its_own_reader(self, tmp_path, tabell):
        dimensjoner = {KOSTRA_REGION: ("3411",), "Alder": ("018",), "ContentsCode": ("Personer",), "Tid": ("2024",)}
        assert kjenn(skriv(tmp_path / "a", kube(dimensjoner, [1], tabell=tabell))) is None
        del dimensjoner["Alder"]
        assert kjenn(skriv(tmp_path / "b", kube(dimensjoner, [1], tabell=tabell))) is None

    def test_other_json_is_left_to_others(self, tmp_path):
        assert kjenn(skriv(tmp_path / "a.json", {"navn": "codes"})) is None
