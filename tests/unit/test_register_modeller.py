"""From raw register figures to `bi`: what is hidden stays hidden, old municipalities become today's, prices fixed."""

from datetime import date

import pytest

from dagster_project.seeds import read_seed
from tests.registermodell import Modeller


@pytest.fixture(scope="module")
def alle():
    modeller = Modeller()
    yield modeller
    modeller.con.close()


@pytest.fixture
def modeller(alle):
    alle.tom()
    return alle


def register(modeller, tabell="nav_register", hvor="true"):
    return modeller.sporr(f"select variabel, verdi, skjermet from bi_{tabell} where {hvor} order by all")


class TestHiding:
    @pytest.mark.parametrize("markering", [rad["markering"] for rad in read_seed("register_markering")])
    def test_a_mark_is_never_a_figure_anywhere(self, modeller, markering):
        skjult = {rad["markering"] for rad in read_seed("register_markering") if rad["er_skjult"] == "ja"}
        modeller.nav(("3411", "2024-01", "helt_ledige", markering), ("3403", "2024-01", "helt_ledige", 50))
        modeller.bygg()
        for tabell in (
            "stg_nav__register",
            "int_nav_register",
            "int_nav_register_dagens",
            "bi_nav_register",
            "bi_nav_register_dagens",
        ):
            assert modeller.sporr(f"select verdi from {tabell} where kommunenummer = '3411'") == [(None,)], tabell
        assert modeller.sporr("select verdi, skjermet from bi_nav_register where kommunenummer = '3411'") == [
            (None, markering in skjult)
        ]

    @pytest.mark.parametrize(("verdi", "vist"), [(0, 0), (1, None), (3, None), (4, 4)])
    def test_navs_limit(self, modeller, verdi, vist):
        modeller.nav(("3411", "2024-01", "delvis_ledige", verdi))
        modeller.bygg()
        assert register(modeller) == [("delvis_ledige", vist, vist is None)]

    @pytest.mark.parametrize(("verdi", "vist"), [(0, 0), (1, None), (2, None), (3, 3)])
    def test_the_limit_of_the_municipalities_own_figures(self, modeller, verdi, vist):
        modeller.nav(("3411", "2024-01", "kvp_18_24", verdi))
        modeller.bygg()
        assert register(modeller) == [("kvp_18_24", vist, vist is None)]

    def test_what_is_no_count_of_persons_is_not_hidden(self, modeller):
        modeller.nav(("3411", "2024-01", "utleieboliger", 2), ("3411", "2024-01", "ledige_stillinger_tilgang", 1))
        modeller.bygg()
        assert [verdi for _, verdi, _ in register(modeller)] == [1, 2]

    def test_a_share_follows_its_count(self, modeller):
        modeller.nav(("3411", "2024-01", "helt_ledige", "*"), ("3411", "2024-01", "helt_ledige_andel", 0.1))
        modeller.nav(("3403", "2024-01", "helt_ledige", 40), ("3403", "2024-01", "helt_ledige_andel", 0.1))
        modeller.bygg()
        assert register(modeller, hvor="kommunenummer = '3411'") == [
            ("helt_ledige", None, True),
            ("helt_ledige_andel", None, True),
        ]
        assert register(modeller, hvor="kommunenummer = '3403'") == [
            ("helt_ledige", 40, False),
            ("helt_ledige_andel", 0.1, False),
        ]

    @pytest.mark.parametrize("liten", ["*", 2])
    def test_a_hidden_part_takes_the_other_with_it(self, modeller, liten):
        modeller.nav(
            ("3411", "2024-01", "helt_ledige", 60),
            ("3411", "2024-01", "helt_ledige_tom_26_uker", 58),
            ("3411", "2024-01", "helt_ledige_over_26_uker", liten),
        )
        modeller.bygg()
        assert register(modeller) == [
            ("helt_ledige", 60, False),
            ("helt_ledige_over_26_uker", None, True),
            ("helt_ledige_tom_26_uker", None, True),
        ]

    def test_a_hidden_whole_takes_its_smallest_part_above_0_with_it(self, modeller):
        modeller.nav(
            ("3411", "2024-01", "sosialhjelp_hovedmottakere", "*"),
            ("3411", "2024-01", "sosialhjelp_hovedmottakere_18_24", 0),
            ("3411", "2024-01", "sosialhjelp_hovedmottakere_25_pluss", 3),
        )
        modeller.bygg()
        assert register(modeller) == [
            ("sosialhjelp_hovedmottakere", None, True),
            ("sosialhjelp_hovedmottakere_18_24", 0, False),
            ("sosialhjelp_hovedmottakere_25_pluss", None, True),
        ]

    def test_a_hidden_part_of_a_sum_nobody_knows_takes_nothing_with_it(self, modeller):
        modeller.nav(
            ("3411", "2024-01", "helt_ledige_tom_26_uker", "*"), ("3411", "2024-01", "helt_ledige_over_26_uker", 9)
        )
        modeller.bygg()
        assert register(modeller) == [("helt_ledige_over_26_uker", 9, False), ("helt_ledige_tom_26_uker", None, True)]

    def test_the_latest_delivery_counts_also_when_it_hides(self, modeller):
        modeller.nav(("3411", "2024-01", "helt_ledige", 5), dag=1)
        modeller.nav(("3411", "2024-01", "helt_ledige", "*"), leveranse_id="b", dag=2)
        modeller.bygg()
        assert register(modeller) == [("helt_ledige", None, True)]


class TestTodaysMunicipalities:
    def test_sorums_figures_of_2019_belong_to_lillestrom(self, modeller):
        modeller.bygg()
        assert modeller.sporr(
            "select kommunenummer, kommunenavn, gyldig_fra, gyldig_til, dagens_kommunenummer from bi_kommune_historikk "
            "where dagens_kommunenummer = '3205' order by all"
        ) == [
            ("0226", "Sørum", None, date(2019, 12, 31), "3205"),
            ("0227", "Fet", None, date(2019, 12, 31), "3205"),
            ("0231", "Skedsmo", None, date(2019, 12, 31), "3205"),
            ("3030", "Lillestrøm", date(2020, 1, 1), date(2023, 12, 31), "3205"),
            ("3205", "Lillestrøm", date(2024, 1, 1), None, "3205"),
        ]

    def test_a_series_through_the_reforms(self, modeller):
        modeller.nav(
            *(("0226", "2019-12", "helt_ledige", 100), ("0227", "2019-12", "helt_ledige", 70)),
            *(("0231", "2019-12", "helt_ledige", 500), ("3030", "2020-01", "helt_ledige", 690)),
            ("3205", "2024-01", "helt_ledige", 800),
        )
        modeller.bygg()
        assert modeller.sporr(
            "select kommunenummer, maaned, verdi, antall_deler, merknad from bi_nav_register_dagens order by maaned"
        ) == [
            ("3205", date(2019, 12, 1), 670, 3, None),
            ("3205", date(2020, 1, 1), 690, 1, None),
            ("3205", date(2024, 1, 1), 800, 1, None),
        ]
        assert len(modeller.sporr("from bi_nav_register")) == 5

    @pytest.mark.parametrize(
        ("tredje", "skjermet", "merknad"),
        [
            ([("0231", "2019-12", "helt_ledige", "*")], True, "Et skjult tall inngår."),
            ([("0231", "2019-12", "helt_ledige", "..")], False, "Tall mangler for en del av kommunen."),
            ([], False, "Tall mangler for en del av kommunen."),
        ],
        ids=["hidden", "missing mark", "not delivered"],
    )
    def test_a_sum_with_a_hole_is_no_lower_bound(self, modeller, tredje, skjermet, merknad):
        modeller.nav(("0226", "2019-12", "helt_ledige", 100), ("0227", "2019-12", "helt_ledige", 70), *tredje)
        modeller.bygg()
        assert modeller.sporr("select verdi, skjermet, merknad from bi_nav_register_dagens") == [
            (None, skjermet, merknad)
        ]

    def test_shares_are_not_added(self, modeller):
        modeller.nav(*((nummer, "2019-12", "helt_ledige_andel", 2) for nummer in ("0226", "0227", "0231")))
        modeller.nav(("0412", "2019-12", "helt_ledige_andel", 2.5))
        modeller.bygg()
        assert modeller.sporr("select kommunenummer, verdi, merknad from bi_nav_register_dagens order by all") == [
            ("3205", None, "Andeler og gjennomsnitt kan ikke legges sammen."),
            ("3411", 2.5, None),
        ]

    def test_a_municipality_that_lives_on_takes_in_the_others(self, modeller):
        modeller.nav(*((nummer, "2019-12", "helt_ledige", 10) for nummer in ("1103", "1141", "1142")))
        modeller.nav(("1103", "2020-01", "helt_ledige", 30))
        modeller.bygg()
        assert modeller.sporr("select maaned, verdi, antall_deler from bi_nav_register_dagens order by all") == [
            (date(2019, 12, 1), 30, 3),
            (date(2020, 1, 1), 30, 1),
        ]
        assert modeller.sporr(
            "select gyldig_fra, gyldig_til from bi_kommune_historikk where kommunenummer = '1103'"
        ) == [(None, None)]

    def test_a_divided_municipality_belongs_to_none_and_leaves_its_heirs_unknown(self, modeller):
        modeller.nav(("1850", "2019-12", "helt_ledige", 50), ("1849", "2019-12", "helt_ledige", 20))
        modeller.nav(("1875", "2020-01", "helt_ledige", 45))
        modeller.bygg()
        assert modeller.sporr(
            "select dagens_kommunenummer, er_delt from bi_kommune_historikk where kommunenummer = '1850'"
        ) == [(None, True)]
        assert modeller.sporr(
            "select kommunenummer, maaned, verdi, merknad from bi_nav_register_dagens order by all"
        ) == [
            ("1875", date(2019, 12, 1), None, "En kommune som senere ble delt, inngår."),
            ("1875", date(2020, 1, 1), 45, None),
        ]

    def test_a_series_recalculated_by_nav_stands_for_the_whole(self, modeller):
        modeller.nav(("0226", "2019-12", "helt_ledige", 100))
        modeller.nav(("3205", "2019-12", "helt_ledige", 680), inndeling="dagens", leveranse_id="b")
        modeller.bygg()
        assert modeller.sporr("select kommunenummer, verdi, merknad from bi_nav_register_dagens") == [
            ("3205", 680, None)
        ]

    def test_the_figure_of_the_time_goes_before_the_recalculated_one(self, modeller):
        modeller.nav(("1103", "2019-12", "helt_ledige", 10))
        modeller.nav(("1103", "2019-12", "helt_ledige", 30), inndeling="dagens", leveranse_id="b", dag=2)
        modeller.bygg()
        assert modeller.sporr("select verdi from bi_nav_register") == [(10,)]
        assert modeller.sporr("select verdi from bi_nav_register_dagens") == [(30,)]

    def test_a_number_nobody_has_told_of_is_its_own(self, modeller):
        modeller.nav(("9911", "2024-01", "helt_ledige", 10))
        modeller.bygg()
        assert modeller.sporr("select kommunenummer, verdi from bi_nav_register_dagens") == [("9911", 10)]

    def test_every_number_of_the_seed_leads_to_one_that_is_in_force(self, modeller):
        modeller.bygg()
        assert (
            modeller.sporr(
                """
            select historikk.kommunenummer
            from int_kommune_historikk as historikk, unnest(dagens_kommunenumre) as mal(nummer)
            inner join int_kommune_historikk as dagens on dagens.kommunenummer = mal.nummer
            where dagens.gyldig_til is not null
            """
            )
            == []
        )
        assert modeller.sporr("select kommunenummer from bi_kommune_historikk where er_delt order by all") == [
            ("1504",),
            ("1507",),
            ("1523",),
            ("1529",),
            ("1534",),
            ("1546",),
            ("1613",),
            ("1850",),
            ("5012",),
        ]


class TestKlass:
    def test_changes_from_klass_add_to_those_we_came_with(self, modeller):
        modeller.legg_inn("klass_endring", [(1, date(2028, 1, 1), "3205", "Lillestrøm", "3299", "Nye Lillestrøm")])
        modeller.bygg()
        assert modeller.sporr("select dagens_kommunenummer from bi_kommune_historikk where kommunenummer = '0226'") == [
            ("3299",)
        ]

    def test_dates_cut_by_the_range_asked_for_are_open(self, modeller):
        modeller.legg_inn(
            "klass_kommune",
            [
                (1, "0301", "Oslo", date(2015, 1, 1), None),
                (2, "9901", "Gamle", date(2015, 1, 1), date(2018, 1, 1)),
                (3, "9902", "Nye", date(2018, 1, 1), None),
            ],
        )
        modeller.bygg()
        assert modeller.sporr(
            "select kommunenummer, gyldig_fra, gyldig_til, dagens_kommunenummer from bi_kommune_historikk "
            "where kommunenummer in ('0301', '9901', '9902') order by all"
        ) == [
            ("0301", None, None, "0301"),
            ("9901", None, date(2017, 12, 31), None),
            ("9902", date(2018, 1, 1), None, "9902"),
        ]

    def test_a_range_with_an_end_cuts_those_that_still_apply(self, modeller):
        slutt = date(2025, 1, 1)
        modeller.legg_inn(
            "klass_kommune",
            [(1, "9901", "A", date(2015, 1, 1), slutt), (2, "9902", "B", date(2015, 1, 1), date(2020, 1, 1))],
        )
        modeller.bygg()
        assert modeller.sporr(
            "select gyldig_til from bi_kommune_historikk where kommunenummer in ('9901', '9902') order by kommunenummer"
        ) == [(None,), (date(2019, 12, 31),)]

    def test_a_new_name_is_no_new_municipality(self, modeller):
        modeller.legg_inn(
            "klass_kommune",
            [(1, "9901", "A", date(2015, 1, 1), date(2020, 1, 1)), (2, "9901", "B", date(2020, 1, 1), None)],
        )
        modeller.bygg()
        assert modeller.sporr(
            "select kommunenavn, gyldig_fra, gyldig_til from bi_kommune_historikk where kommunenummer = '9901'"
        ) == [("B", None, None)]

    def test_the_group_that_applies_is_klass_and_otherwise_the_configuration(self, modeller):
        for nummer, navn in (("3412", "Løten"), ("3413", "Stange")):
            modeller.con.execute(
                "insert into stg_intern__kommune values (?, ?, '34', 'konfig', null, null)", [nummer, navn]
            )
        modeller.legg_inn(
            "klass_kostragruppe",
            [
                (1, "3412", "EKG05", "KOSTRA-gruppe 5", date(2020, 1, 1), date(2022, 1, 1)),
                (2, "3412", "EKG02", "KOSTRA-gruppe 2", date(2022, 1, 1), None),
                (3, "3412", "EKG09", "KOSTRA-gruppe 9", date(2027, 1, 1), None),
            ],
        )
        modeller.bygg()
        assert modeller.sporr("select kommunenummer, kostragruppe, gyldig_fra from bi_kommune order by all") == [
            ("3412", "EKG02", date(2020, 1, 1)),
            ("3413", "konfig", date(2020, 1, 1)),
        ]
        assert modeller.sporr(
            "select kostragruppe, gyldig_fra, gyldig_til from bi_kommune_kostragruppe where kostragruppe = 'EKG05'"
        ) == [("EKG05", date(2020, 1, 1), date(2021, 12, 31))]


class TestPopulationByMonth:
    @staticmethod
    def kvartal(modeller, *punkter, kommunenummer="3411"):
        modeller.legg_inn(
            "ssb_befolkning_kvartal",
            [
                (nr, "01222", kommunenummer, date.fromisoformat(dag), innbyggere, None, "samtidig")
                for nr, (dag, innbyggere) in enumerate(punkter)
            ],
        )

    def test_months_between_two_quarters_are_drawn_and_marked(self, modeller):
        self.kvartal(modeller, ("2024-01-01", 100), ("2024-04-01", 104))
        modeller.bygg()
        assert modeller.sporr("select maaned, innbyggere, er_interpolert from int_befolkning_maaned order by all") == [
            (date(2024, 1, 1), 100, False),
            (date(2024, 2, 1), 101, True),
            (date(2024, 3, 1), 103, True),
            (date(2024, 4, 1), 104, False),
        ]
        assert modeller.sporr(
            "select verdi, kilde from bi_nav_register where variabel = 'folketall' order by maaned"
        ) == [
            (100, "SSB 01222"),
            (101, "SSB 01222, interpolert mellom kvartaler"),
            (103, "SSB 01222, interpolert mellom kvartaler"),
            (104, "SSB 01222"),
        ]

    def test_nothing_is_drawn_across_a_gap_or_to_a_hidden_figure(self, modeller):
        self.kvartal(modeller, ("2024-01-01", 100), ("2024-07-01", 104), ("2024-10-01", None))
        modeller.bygg()
        assert modeller.sporr("select maaned, innbyggere from int_befolkning_maaned order by all") == [
            (date(2024, 1, 1), 100),
            (date(2024, 7, 1), 104),
            (date(2024, 10, 1), None),
        ]

    def test_the_day_after_the_last_belongs_to_the_successor(self, modeller):
        self.kvartal(modeller, ("2019-10-01", 100), ("2020-01-01", 103), kommunenummer="0226")
        modeller.bygg()
        assert modeller.sporr("select max(maaned) from int_befolkning_maaned") == [(date(2019, 12, 1),)]

    def test_a_delivered_figure_goes_before_one_that_is_drawn(self, modeller):
        self.kvartal(modeller, ("2024-01-01", 100), ("2024-04-01", 104))
        modeller.nav(("3411", "2024-02", "folketall", 99), leveranse_id="b")
        modeller.bygg()
        assert modeller.sporr("select verdi, kilde from bi_nav_register where maaned = '2024-02-01'") == [(99, "NAV")]


class TestPrices:
    @staticmethod
    def kpi(modeller, basis, *maaneder, leveranse_id="a", dag=1):
        modeller.legg_inn(
            "ssb_kpi",
            [
                (nr, date.fromisoformat(f"{maaned}-01"), basis, indeks, None, "SSB")
                for nr, (maaned, indeks) in enumerate(maaneder)
            ],
            leveranse_id,
            dag,
        )

    @staticmethod
    def maaned(modeller, maaned):
        (rad,) = modeller.sporr(f"select indeks, faktor, kjedet_med, merknad from bi_kpi where maaned = '{maaned}-01'")
        return rad

    def test_out_of_the_box_the_base_month_is_the_last_with_an_index(self, modeller):
        modeller.bygg("kpi")
        assert modeller.sporr("select distinct basismaaned from bi_kpi") == [(date(2025, 4, 1),)]
        assert self.maaned(modeller, "2015-01") == (98.6, pytest.approx(137.0 / 98.6), None, None)
        assert self.maaned(modeller, "2025-04") == (137.0, 1, None, None)

    def test_a_month_without_an_index_is_there_and_says_so(self, modeller):
        modeller.bygg("kpi")
        assert self.maaned(modeller, "2025-05") == (None, None, None, "Ingen indeks er levert for måneden.")
        assert modeller.sporr("select max(maaned) from bi_kpi") == [(date(2026, 11, 1),)]

    def test_a_delivered_index_goes_before_ours_and_a_later_before_an_earlier(self, modeller):
        self.kpi(modeller, "2015=100", ("2025-04", 137.1))
        self.kpi(modeller, "2015=100", ("2025-04", 137.2), leveranse_id="b", dag=2)
        modeller.bygg("kpi")
        assert self.maaned(modeller, "2025-04")[0] == 137.2

    def test_two_bases_are_chained_with_the_last_month_in_both(self, modeller):
        self.kpi(modeller, "2025=100", ("2025-03", 98), ("2025-04", 100), ("2026-01", 102))
        modeller.bygg("kpi")
        assert self.maaned(modeller, "2026-01") == (
            pytest.approx(102 * 137.0 / 100),
            pytest.approx(1),
            "felles måned 2025-04",
            None,
        )
        assert self.maaned(modeller, "2025-03") == (136.1, pytest.approx(1.02 * 137.0 / 136.1), None, None)

    def test_without_a_month_in_both_the_mean_of_the_base_year_chains(self, modeller):
        self.kpi(modeller, "2015=100", *((f"2025-{nr:02d}", 136) for nr in range(1, 13)))
        self.kpi(modeller, "2025=100", ("2026-01", 101), leveranse_id="b")
        modeller.bygg("kpi")
        assert self.maaned(modeller, "2026-01")[0::2] == (pytest.approx(101 * 1.36), "årsgjennomsnittet 2025")

    def test_eleven_months_are_no_mean_and_no_index_is_made_up(self, modeller):
        self.kpi(modeller, "2015=100", *((f"2025-{nr:02d}", 136) for nr in range(1, 12)))
        self.kpi(modeller, "2025=100", ("2026-01", 101), leveranse_id="b")
        modeller.bygg("kpi")
        assert self.maaned(modeller, "2026-01") == (
            None,
            None,
            None,
            "Indeksen på basis 2025=100 har ingen måned felles med 2015=100.",
        )

    @pytest.mark.parametrize(("valgt", "merknad"), [("2016-05", None), ("2030-01", "Basismåneden har ingen indeks.")])
    def test_the_base_month_can_be_chosen(self, modeller, valgt, merknad):
        modeller.con.execute("update pris_parameter set verdi = ? where parameter = 'basismaaned'", [valgt])
        modeller.bygg("kpi")
        assert self.maaned(modeller, "2016-05")[1::2] == (None if merknad else 1, merknad)

    def test_the_macro_gives_the_kroner_of_the_base_month_or_null(self, modeller):
        modeller.bygg("kpi")
        sql = modeller.sql(
            "select {{ fast_pris('belop_nok', 'maaned', 'basismaaned') }} from ("
            "  select 1000.00::decimal(18, 2) as belop_nok, maaned, date '2025-04-01' as basismaaned"
            "  from unnest(['2015-01-01', '2025-04-01', '2025-05-01', '1990-01-01']::date[]) as m(maaned)"
            ") order by maaned"
        )
        assert [rad[0] for rad in modeller.sporr(sql)] == [None, pytest.approx(1000 * 137.0 / 98.6), 1000, None]

    def test_the_annual_means_of_the_figures_we_came_with_are_ssbs(self):
        aar: dict[str, list[float]] = {}
        for rad in read_seed("kpi"):
            aar.setdefault(rad["maaned"][:4], []).append(float(rad["indeks"]))
        snitt = {ett: round(sum(tall) / 12, 2) for ett, tall in aar.items() if len(tall) == 12}
        assert snitt == {
            "2015": 100.0,
            "2016": 103.55,
            "2017": 105.49,
            "2018": 108.41,
            "2019": 110.76,
            "2020": 112.18,
            "2021": 116.09,
            "2022": 122.78,
            "2023": 129.56,
            "2024": 133.63,
        }


class TestKostraComparison:
    def test_regions_and_hidden_figures(self, modeller):
        modeller.legg_inn(
            "ssb_kostra_tabell",
            [
                (1, "13995", "3411", "Ringsaker", 2024, "a", "A", None, ":"),
                (2, "13995", "EAK", "Landet", 2024, "a", "A", 0, "-"),
                (3, "13995", "EKG11", "Gruppe 11", 2024, "a", "A", None, ".."),
            ],
        )
        modeller.legg_inn(
            "ssb_kostra_tabell", [(1, "13995", "EAK", "Landet", 2024, "a", "A", 7, None)], leveranse_id="b", dag=2
        )
        modeller.bygg("kostra")
        assert modeller.sporr(
            "select region_type, kommunenummer, verdi, skjermet, kilde from bi_kostra_sammenligning "
            "order by region_kode"
        ) == [
            ("kommune", "3411", None, True, "SSB tabell 13995"),
            ("landet", None, 7, False, "SSB tabell 13995"),
            ("kostragruppe", None, None, False, "SSB tabell 13995"),
        ]
