"""Every number in the reports is the published one: each table is asked for again, with a query of its own."""

import math
from collections.abc import Callable
from datetime import date
from decimal import Decimal

import duckdb
import pytest

from dagster_project.rapport.innhold import Definisjon, Figur, Lenke, Maalt, Rapport, Slag, Tabell, Tomt, som_csv
from dagster_project.rapport.seksjoner import lag_intern_seksjon, lag_rapport
from dagster_project.rapport.seksjoner.definisjoner import lenker
from dagster_project.rapport.tall import Publisert
from dagster_project.seeds import read_seed
from tests.rapportbase import blokker, tabeller

# The largest and the smallest municipality, the first month, the turn of the year, and the newest month.
RAPPORTER = (
    ("3403", date(2026, 10, 1)),
    ("3412", date(2026, 10, 1)),
    ("3411", date(2026, 1, 1)),
    ("3413", date(2025, 12, 1)),
    ("3412", date(2024, 5, 1)),
    ("3403", date(2023, 1, 1)),
)
POPULASJONER = ("alle", "hovedinntekt", "supplerende", "18_24", "25_66", "under_30")

Verdi = Decimal | float | int | Tomt
Serie = dict[date, Verdi]


@pytest.fixture(scope="module")
def fil(leveranser):
    mappe, _ = leveranser
    return mappe.publisert / "stonad.duckdb"


@pytest.fixture(scope="module")
def con(fil):
    with duckdb.connect(str(fil), read_only=True) as con:
        yield con


@pytest.fixture(scope="module")
def publisert(fil) -> Publisert:
    return Publisert(fil)


@pytest.fixture(scope="module", params=RAPPORTER, ids=lambda valg: f"{valg[0]} {valg[1]:%Y-%m}")
def sett(request, publisert, con):
    """A report, and the queries that find its numbers again."""
    nummer, maaned = request.param
    return lag_rapport(publisert, nummer, maaned), Fasit(con, nummer, maaned)


def verdi(tall, skjermet: bool = False) -> Verdi:
    if tall is None:
        return Tomt.SKJULT if skjermet else Tomt.UKJENT
    return tall


def bare(celle) -> object:
    """Return what stands in a cell without how it is written."""
    return celle.verdi if isinstance(celle, Maalt) else celle.tekst if isinstance(celle, Lenke) else celle


def like(en, to) -> bool:
    if isinstance(en, bool) or not isinstance(en, (int, float, Decimal)):
        return en == to
    return isinstance(to, (int, float, Decimal)) and math.isclose(float(en), float(to), rel_tol=1e-9, abs_tol=1e-9)


def minus(en: Verdi, to: Verdi) -> Verdi:
    if Tomt.SKJULT in (en, to):
        return Tomt.SKJULT
    return Tomt.UKJENT if Tomt.UKJENT in (en, to) else Decimal(str(en)) - Decimal(str(to))


def pst(en: Verdi, to: Verdi) -> Verdi:
    if isinstance(en, Tomt) or isinstance(to, Tomt) or to <= 0:
        return Tomt.UKJENT
    return 100 * (Decimal(str(en)) - Decimal(str(to))) / Decimal(str(to))


class Fasit:
    """The numbers of one report, found in the published database with SQL."""

    def __init__(self, con: duckdb.DuckDBPyConnection, nummer: str, maaned: date) -> None:
        self.con, self.nummer, self.maaned = con, nummer, maaned
        aar = maaned.year
        self.i_fjor = maaned.replace(year=aar - 1)
        self.forrige = date(aar - (maaned.month == 1), (maaned.month - 2) % 12 + 1, 1)

    def spor(self, sql: str, *verdier) -> list[tuple]:
        return self.con.execute(sql.replace(":k", f"'{self.nummer}'"), list(verdier)).fetchall()

    def serie(self, sql: str, *verdier) -> Serie:
        """Return a series of a query of month, number and whether it is hidden."""
        return {rad[0]: verdi(*rad[1:]) for rad in self.spor(sql, *verdier)}

    def ind(self, indikator_id: str, populasjon: str = "alle") -> Serie:
        sql = (
            "select maaned, verdi, skjermet from bi.ind_maaned "
            "where kommunenummer = :k and indikator_id = ? and populasjon = ?"
        )
        return self.serie(sql, indikator_id, populasjon)

    def per(self, grunnlag: str, kolonne: str, populasjon: str = "alle") -> Serie:
        sql = (
            f"select maaned, {kolonne}, skjermet from bi.ind_utbetaling_per_mottaker "
            "where kommunenummer = :k and grunnlag = ? and populasjon = ?"
        )
        return self.serie(sql, grunnlag, populasjon)

    def art(self, grunnlag: str, stonadsart: str, form: str = "BIDRAG") -> Serie:
        """Return what an art cost, 0 in a published month where it has no row."""
        sql = (
            "select maaned, if(u.maaned is null, 0, u.belop_nok), coalesce(u.skjermet, false) "
            "from bi.ind_utbetaling_per_mottaker as p left join (select * from bi.fct_utgift_maaned "
            "where stonadsart = ? and stonadsform = ?) as u using (kommunenummer, maaned, grunnlag) "
            "where kommunenummer = :k and grunnlag = ? and populasjon = 'alle'"
        )
        return self.serie(sql, stonadsart, form, grunnlag)

    def bokfort(self) -> Serie:
        sql = (
            "select maaned, belop_nok from bi.avstemming where kommunenummer = :k and fra_kilde = 'fagsystem' "
            "and til_kilde = 'hovedbok' and stonadsform = 'ALLE' and aarsak = 'til'"
        )
        return self.serie(sql)

    def lengde(self, definisjon: str, populasjon: str = "alle", periode_type: str = "maaned") -> Serie:
        sql = (
            "select periode, verdi_maaneder, skjermet from bi.ind_stonadslengde where kommunenummer = :k "
            "and definisjon = ? and populasjon = ? and periode_type = ?"
        )
        return self.serie(sql, definisjon, populasjon, periode_type)

    def snitt(self, serie: Serie) -> Serie:
        """Return the means of three months, of months that are all shown."""
        self.con.execute("create or replace temp table s (maaned date, verdi double, tom varchar)")
        if not serie:
            return {}
        rader = [
            (maaned, None, tall.name) if isinstance(tall, Tomt) else (maaned, tall, None)
            for maaned, tall in serie.items()
        ]
        self.con.executemany("insert into s values (?, ?, ?)", rader)
        return {
            maaned: Tomt.SKJULT if skjult else Tomt.UKJENT if antall < 3 else tall
            for maaned, tall, antall, skjult in self.con.execute(
                "select m.maaned, avg(s.verdi), count(s.verdi), count(*) filter (s.tom = 'SKJULT') from s as m "
                "join s on s.maaned between m.maaned - interval 2 month and m.maaned group by m.maaned"
            ).fetchall()
        }

    def faktor(self) -> dict[date, float]:
        return dict(self.spor("select maaned, faktor from bi.kpi where faktor is not null"))

    def fast(self, serie: Serie) -> Serie:
        faktor = self.faktor()
        return {
            maaned: tall
            if isinstance(tall, Tomt)
            else float(tall) * faktor[maaned]
            if maaned in faktor
            else Tomt.UKJENT
            for maaned, tall in serie.items()
        }

    def definisjon(self, tabell: str, navn: str) -> tuple[str, str, int]:
        return self.spor(f"select indikator_id, enhet, desimaler from bi.{tabell} where navn = ?", navn)[0]

    def kostra(self, nummer: str, aar: int, indikator_id: str) -> Verdi:
        rader = self.con.execute(
            "select verdi, skjermet from bi.ind_kostra where kommunenummer = ? and rapporteringsaar = ? "
            "and indikator_id = ?",
            [nummer, aar, indikator_id],
        ).fetchall()
        return verdi(*rader[0]) if rader else Tomt.UKJENT

    @property
    def kostra_aar(self) -> int:
        return self.maaned.year if self.maaned.month == 12 else self.maaned.year - 1


KONTANT, PERIODISERT = "kontant", "periodisert"
LENGDER = {
    "Utbetalte måneder hittil i året": "hittil_i_aar",
    "Utbetalte måneder i de siste tolv månedene": "rullerende_12",
    "Avsluttede forløp": "forlop_avsluttet",
    "Løpende forløp": "forlop_lopende",
    "Utbetalte måneder i kalenderåret": "kalenderaar",
}
HVEM = {
    "alle": "Alle mottakere",
    "hovedinntekt": "Sosialhjelp som hovedinntekt",
    "supplerende": "Supplerende sosialhjelp",
    "18_24": "18–24 år",
    "25_66": "25–66 år",
    "under_30": "Under 30 år",
}
ARTER = {"Livsopphold": "LIVSOPPHOLD", "Boutgifter": "BOUTGIFT"}


def tidsserier(fasit: Fasit, tabell: str) -> dict[str, Serie]:
    """Return the series a table of months is expected to have, by name."""
    belop = fasit.per(KONTANT, "belop_nok")
    per = fasit.per(KONTANT, "utbetaling_per_mottaker_nok")
    match tabell:
        case "utbetaling-serier" | "periodisering-serier":
            periodisert = fasit.per(PERIODISERT, "belop_nok")
            serier = {"Kontant": belop, "Periodisert": periodisert, "Regnskap": fasit.bokfort()}
            snittet = {"Periodisert, tremånederssnitt": fasit.snitt(periodisert)}
            return serier | (snittet if tabell == "utbetaling-serier" else {})
        case "livsopphold-boutgifter":
            serier = {navn: fasit.art(KONTANT, art) for navn, art in ARTER.items()}
            return serier | {f"{navn}, tremånederssnitt": fasit.snitt(serie) for navn, serie in serier.items()}
        case "utbetaling-priser":
            return {
                "Løpende priser": fasit.snitt(belop),
                "Faste priser (april\N{NO-BREAK SPACE}2025)": fasit.snitt(fasit.fast(belop)),
            }
        case "relativ-utvikling":
            antall = fasit.per(KONTANT, "mottaker_antall")
            return {
                "Utbetalt": fasit.snitt(belop),
                "Mottakere": fasit.snitt(antall),
                "Utbetaling per mottaker": fasit.snitt(per),
            }
        case "per-mottaker-serier":
            return {
                "Kontant": per,
                "Periodisert": fasit.per(PERIODISERT, "utbetaling_per_mottaker_nok"),
                "Kontant, tremånederssnitt": fasit.snitt(per),
                "Kontant i faste priser (april\N{NO-BREAK SPACE}2025)": fasit.per(
                    KONTANT, "utbetaling_per_mottaker_fast_nok"
                ),
            }
        case "mottakere-antall":
            return {
                "Fikk utbetalt i måneden": fasit.ind("mottakere"),
                "Tremånederssnitt": fasit.snitt(fasit.ind("mottakere")),
                "Stønad som gjelder måneden": fasit.ind("mottakere_periodisert"),
            }
        case "mottakere-alder" | "mottakere-hovedinntekt":
            return {navn: fasit.ind("mottakere", populasjon) for populasjon, navn in HVEM.items()}
        case "mottakere-nye":
            return {
                "Aldri før i leveransene": fasit.ind("nye_mottakere_forste_gang"),
                "Tilbake etter seks måneder eller mer": fasit.ind("mottakere_tilbake"),
            }
        case "langtid-serier":
            return {
                "Tolv måneder på rad eller mer": fasit.ind("langtidsmottakere"),
                "Seks måneder eller mer av de siste tolv": fasit.ind("mottakere_6mnd_pluss_siste_12"),
                "Tolv måneder på rad eller mer, under 30 år": fasit.ind("langtidsmottakere", "under_30"),
            }
        case "stonadslengde-serier":
            return {navn: fasit.lengde(definisjon) for navn, definisjon in LENGDER.items()}
    return {}


TIDSTABELLER = {
    *("utbetaling-serier", "periodisering-serier", "livsopphold-boutgifter", "utbetaling-priser", "relativ-utvikling"),
    *("per-mottaker-serier", "mottakere-antall", "mottakere-alder", "mottakere-hovedinntekt", "mottakere-nye"),
    *("langtid-serier", "stonadslengde-serier"),
}
INDIKATORTABELLER = {"mottakere-maaned", "langtid", "unge", "vedtak"}
MAANEDSTABELLER = {
    *INDIKATORTABELLER,
    *("utbetaling-maaned", "per-mottaker-maaned", "stonadsart", "stonadslengde-endring"),
}
AARSTABELLER = {"kostra-utvalg", "kostra-resten", "kvp"}
ANDRE: dict[str, Callable[[Fasit, Tabell], None]] = {}


def sjekk(navn: str):
    def legg_til(funksjon):
        ANDRE[navn] = funksjon
        return funksjon

    return legg_til


def test_every_table_is_compared(sett):
    rapport, _ = sett
    kjente = TIDSTABELLER | MAANEDSTABELLER | AARSTABELLER | ANDRE.keys()
    ukjente = {id_ for id_ in tabeller(rapport) if id_ not in kjente and not id_.startswith("stonadslengde-")}
    assert not ukjente


def test_the_series_are_the_published_ones(sett):
    rapport, fasit = sett
    funnet = {id_: tabell for id_, tabell in tabeller(rapport).items() if id_ in TIDSTABELLER}
    assert funnet
    for id_, tabell in funnet.items():
        ventet = tidsserier(fasit, id_)
        start = tabell.rader[0][0]
        for maaned, navn, tall in tabell.rader:
            serie = ventet[navn]
            riktig = serie.get(maaned, Tomt.UKJENT)
            if id_ == "relativ-utvikling" and not isinstance(riktig, Tomt):
                riktig = 100 * float(riktig) / float(serie[start])
            assert like(tall, riktig), (id_, navn, maaned, tall, riktig)


def rad_serie(fasit: Fasit, tabell: str, navn: str) -> Serie:
    """Return the series a row of a table of the month is about."""
    if tabell == "stonadslengde-endring":
        return fasit.lengde(LENGDER[navn])
    if tabell == "stonadsart":
        kort, _, laan = navn.partition(" (")
        art = next(rad["kode"] for rad in read_seed("kodeliste") if (rad["liste"], rad["navn"]) == ("STONADSART", kort))
        return fasit.art(KONTANT, art, "LAAN" if laan else "BIDRAG")
    if tabell == "utbetaling-maaned":
        belop = fasit.per(KONTANT, "belop_nok")
        if navn.startswith("Utbetalt i faste"):
            return fasit.fast(belop)
        if navn == "Utbetalt hittil i året":
            sql = (
                "select date_trunc('year', maaned) + to_months(?::integer - 1), "
                "if(count(belop_nok) = ?, sum(belop_nok), null) from bi.ind_utbetaling_per_mottaker "
                "where kommunenummer = :k and grunnlag = 'kontant' "
                "and populasjon = 'alle' and month(maaned) <= ? group by all"
            )
            antall = fasit.maaned.month
            alle = {
                dag.date() if hasattr(dag, "date") else dag: tall
                for dag, tall in fasit.serie(sql, *[antall] * 3).items()
            }
            return {dag: alle.get(dag, Tomt.UKJENT) for dag in (fasit.maaned, fasit.i_fjor)}
        return {
            "Utbetalt (kontant)": belop,
            "Stønad som gjelder måneden (periodisert)": fasit.per(PERIODISERT, "belop_nok"),
            "Bokført (regnskap)": fasit.bokfort(),
        }[navn]
    hvem, _, grunnlag = navn.rpartition(", ")
    if tabell == "per-mottaker-maaned" and grunnlag in {KONTANT, PERIODISERT}:
        populasjon = next(populasjon for populasjon, tekst in HVEM.items() if tekst == hvem)
        return fasit.per(grunnlag, "utbetaling_per_mottaker_nok", populasjon)
    populasjon = next((pop for pop, tekst in HVEM.items() if navn.endswith(f", {tekst[0].lower()}{tekst[1:]}")), "alle")
    indikator_navn = navn if populasjon == "alle" else navn.rpartition(", ")[0]
    return fasit.ind(fasit.definisjon("maanedsindikator", indikator_navn)[0], populasjon)


def test_the_tables_of_the_month_are_the_published_numbers_and_their_differences(sett):
    rapport, fasit = sett
    funnet = {id_: tabell for id_, tabell in tabeller(rapport).items() if id_ in MAANEDSTABELLER}
    assert funnet
    for id_, tabell in funnet.items():
        for rad in tabell.rader:
            serie = rad_serie(fasit, id_, bare(rad[0]))
            ny, for_, fjor = (serie.get(maaned, Tomt.UKJENT) for maaned in (fasit.maaned, fasit.forrige, fasit.i_fjor))
            er_andel = any(isinstance(celle, Maalt) and celle.slag is Slag.PROSENT for celle in rad[1:])
            ventet = (ny, for_, minus(ny, for_), fjor, minus(ny, fjor), Tomt.UKJENT if er_andel else pst(ny, fjor))
            for celle, riktig in zip(rad[1:], ventet, strict=True):
                assert like(bare(celle), riktig), (id_, rad, ventet)


def test_the_indicators_have_the_decimals_of_their_definition(sett):
    rapport, fasit = sett
    for id_, tabell in tabeller(rapport).items():
        for rad in tabell.rader if id_ in INDIKATORTABELLER else ():
            navn = rad[0].til.removeprefix("def-m-")
            ((desimaler,),) = fasit.spor("select desimaler from bi.maanedsindikator where indikator_id = ?", navn)
            assert {celle.desimaler for celle in rad[1:6] if isinstance(celle, Maalt)} <= {desimaler}


def test_the_kostra_tables_are_the_published_numbers(sett):
    rapport, fasit = sett
    aar = fasit.kostra_aar
    for id_, tabell in tabeller(rapport).items():
        for rad in tabell.rader if id_ in AARSTABELLER else ():
            indikator_id = rad[0].til.removeprefix("def-k-")
            ((enhet, desimaler),) = fasit.spor(
                "select enhet, desimaler from bi.indikator where indikator_id = ?", indikator_id
            )
            ny, gammel = (fasit.kostra(fasit.nummer, ett, indikator_id) for ett in (aar, aar - 1))
            ventet = (ny, gammel, minus(ny, gammel), Tomt.UKJENT if enhet == "prosent" else pst(ny, gammel))
            assert all(map(like, map(bare, rad[2:]), ventet)), (id_, rad, ventet)
            assert {celle.desimaler for celle in rad[2:] if isinstance(celle, Maalt)} <= {desimaler}


@sjekk("kostra-kommuner")
def _kommuner(fasit: Fasit, tabell: Tabell) -> None:
    for rad in tabell.rader:
        indikator_id = rad[0].til.removeprefix("def-k-")
        for kolonne, celle in zip(tabell.kolonner[1:], rad[1:], strict=True):
            if kolonne.navn != "median_andre":
                riktig = fasit.kostra(kolonne.navn.removeprefix("kommune_"), fasit.kostra_aar, indikator_id)
            else:
                riktig = median(fasit, indikator_id)
            assert like(bare(celle), riktig), (rad, kolonne)


def median(fasit: Fasit, indikator_id: str) -> Verdi:
    ((tall,),) = fasit.spor(
        "select median(verdi) from bi.ind_kostra "
        "where kommunenummer != :k and rapporteringsaar = ? and indikator_id = ?",
        fasit.kostra_aar,
        indikator_id,
    )
    return verdi(tall)


@sjekk("kostra-mot-andre")
def _mot_andre(fasit: Fasit, tabell: Tabell) -> None:
    for navn, tall in tabell.rader:
        indikator_id, _, _ = fasit.definisjon("indikator", navn)
        egen = fasit.kostra(fasit.nummer, fasit.kostra_aar, indikator_id)
        assert like(tall, 100 * float(egen) / float(median(fasit, indikator_id))), navn


@sjekk("grunnlag")
def _grunnlag(fasit: Fasit, tabell: Tabell) -> None:
    for navn, *celler in tabell.rader:
        if navn == "All stønad":
            alle = [fasit.per(ett, "belop_nok").get(fasit.maaned, Tomt.UKJENT) for ett in (KONTANT, PERIODISERT)]
            ventet = [*alle, fasit.bokfort().get(fasit.maaned, Tomt.UKJENT), Tomt.UKJENT]
        else:
            rader = {
                grunnlag: verdi(belop, skjermet)
                for grunnlag, belop, skjermet in fasit.spor(
                    "select grunnlag, belop_nok, skjermet from bi.fct_utgift_maaned where kommunenummer = :k "
                    "and maaned = ? and stonadsart = ? and stonadsform = 'BIDRAG'",
                    fasit.maaned,
                    ARTER[navn],
                )
            }
            kolonner = [kolonne.navn for kolonne in tabell.kolonner[1:]]
            ventet = [rader.get(grunnlag, Tomt.UKJENT) for grunnlag in kolonner]
        assert all(map(like, celler, ventet)), (navn, celler, ventet)


def test_the_length_of_support_is_the_published_one(sett):
    rapport, fasit = sett
    funnet = {id_: tab for id_, tab in tabeller(rapport).items() if id_.startswith("stonadslengde-")}
    for id_, tabell in funnet.items():
        slutt = id_.removeprefix("stonadslengde-")
        if slutt != "maaned" and not slutt.isdigit():
            continue
        periode, type_ = (fasit.maaned, "maaned") if slutt == "maaned" else (date(int(slutt), 1, 1), "aar")
        for rad in tabell.rader:
            for populasjon, celle in zip(POPULASJONER, rad[1:], strict=True):
                serie = fasit.lengde(LENGDER[bare(rad[0])], populasjon, type_)
                assert like(celle, serie.get(periode, Tomt.UKJENT)), (id_, rad, populasjon)


@sjekk("periodisering-funn")
def _funn(fasit: Fasit, tabell: Tabell) -> None:
    ventet = fasit.spor(
        "select maaned, alvor, forklaring, belop_nok, andel_av_maaned_pst, kvittert from bi.avvik_periodisering "
        "where kommunenummer = :k and maaned <= $1 and maaned > $1 - interval 12 month",
        fasit.maaned,
    )
    funnet = [
        (rad[0], rad[2], rad[3], *(None if v is Tomt.UKJENT else v for v in rad[4:6]), rad[6]) for rad in tabell.rader
    ]
    nokkel = lambda rad: (rad[0], rad[2], str(rad[3]))  # noqa: E731
    assert sorted(funnet, key=nokkel) == sorted(ventet, key=nokkel)


@sjekk("periodisering-maal")
def _maal(fasit: Fasit, tabell: Tabell) -> None:
    ventet = {
        (grunnlag, utvalg): verdi(tall)
        for grunnlag, utvalg, tall in fasit.spor(
            "select grunnlag, utvalg, korrelasjon from bi.periodisering_maal where kommunenummer = :k"
        )
    }
    for lenke, alle, lopende in tabell.rader:
        grunnlag = lenke.til.removeprefix("def-b-")
        assert (alle, lopende) == (ventet[grunnlag, "alle"], ventet[grunnlag, "lopende"])


def _vei(fra: str, til: str, form: str = "ALLE"):
    def sammenlign(fasit: Fasit, tabell: Tabell) -> None:
        sql = (
            "select belop_nok from bi.avstemming where kommunenummer = :k and fra_kilde = ? and til_kilde = ? "
            "and stonadsform = ? and maaned = (select max(maaned) from bi.avstemming where kommunenummer = :k "
            "and fra_kilde = ? and til_kilde = ? and maaned <= ?)"
        )
        ventet = [belop for (belop,) in fasit.spor(sql, fra, til, form, fra, til, fasit.maaned)]
        belop = [rad[1] for rad in tabell.rader]
        assert sorted(belop) == sorted(ventet)
        assert sum(belop[:-1]) == belop[-1]

    return sammenlign


ANDRE |= {
    "avstemming-fagsystem-hovedbok": _vei("fagsystem", "hovedbok"),
    "avstemming-fagsystem-11f": _vei("fagsystem", "11F"),
    "avstemming-hovedbok-0a": _vei("hovedbok", "0A"),
    "avstemming-11cf-hovedbok": _vei("11CF", "hovedbok", "KVP"),
}


@sjekk("avstemming-tolv")
def _tolv(fasit: Fasit, tabell: Tabell) -> None:
    assert len(tabell.rader) == 12
    tall = {
        (maaned, til, aarsak): belop
        for maaned, til, aarsak, belop in fasit.spor(
            "select maaned, til_kilde, aarsak, belop_nok from bi.avstemming where kommunenummer = :k "
            "and fra_kilde = 'fagsystem' and stonadsform = 'ALLE' and aarsak in ('fra', 'til', 'uforklart')"
        )
    }
    for maaned, fagsystem, *resten in tabell.rader:
        fra = tall.get((maaned, "hovedbok", "fra"), tall.get((maaned, "11F", "fra"), Tomt.UKJENT))
        ventet = []
        for til in ("hovedbok", "11F"):
            sum_, uforklart = (tall.get((maaned, til, aarsak), Tomt.UKJENT) for aarsak in ("til", "uforklart"))
            del_ = Tomt.UKJENT if uforklart is Tomt.UKJENT else 100 * abs(uforklart) / tall[maaned, til, "fra"]
            ventet += [sum_, uforklart, del_]
        assert fagsystem == fra
        assert all(map(like, resten, ventet)), (maaned, resten, ventet)


@sjekk("leveranser-maaned")
def _leveranser(fasit: Fasit, tabell: Tabell) -> None:
    ventet = fasit.spor(
        "select filnavn, rader_lest, rader_godtatt, rader_karantene, rader_sumlinje from bi.leveranse "
        "where kommunenummer = :k and fra <= last_day($1) and til >= $1",
        fasit.maaned,
    )
    assert sorted((rad[1], *rad[5:9]) for rad in tabell.rader) == sorted(ventet)


@sjekk("kontroller-funn")
def _kontroller(fasit: Fasit, tabell: Tabell) -> None:
    ventet = fasit.spor(
        """
        select tittel, skjema, regel, sum(antall_funn), bool_or(skjermet), gjor
        from bi.kostra_kontroll
        where
            kommunenummer = :k
            and har_funn
            and rapporteringsaar
            = (
                select max(rapporteringsaar)
                from bi.kostra_kontroll
                where kommunenummer = :k and make_date(rapporteringsaar, 12, 1) <= $1
            )
        group by all
        """,
        fasit.maaned,
    )
    assert {(rad[0], *rad[2:]) for rad in tabell.rader} == {
        (tittel, skjema, regel, verdi(antall, skjermet), gjor)
        for tittel, skjema, regel, antall, skjermet, gjor in ventet
    }
    assert len(tabell.rader) == len(ventet)


def test_the_other_tables_are_the_published_ones(sett):
    rapport, fasit = sett
    for id_, tabell in tabeller(rapport).items():
        if id_ in ANDRE:
            ANDRE[id_](fasit, tabell)


def test_every_number_is_rounded_as_the_database_rounds(sett):
    rapport, fasit = sett
    tall = [
        (celle, kolonne)
        for tabell in tabeller(rapport).values()
        for rad in tabell.rader
        for kolonne, celle in zip(tabell.kolonner, rad, strict=True)
        if isinstance(celle, (Maalt, float, Decimal))
    ]
    assert len(tall) > 100
    vist, ventet = [], []
    for celle, kolonne in tall:
        slag, desimaler = (
            (celle.slag, celle.desimaler) if isinstance(celle, Maalt) else (kolonne.slag, kolonne.desimaler)
        )
        desimaler = desimaler if slag in {Slag.TALL, Slag.PROSENT} else 0
        vist.append(som_csv(celle, kolonne.slag, kolonne.desimaler))
        ventet.append((str(bare(celle)), desimaler))
    for desimaler in {antall for _, antall in ventet}:
        numre = [nr for nr, par in enumerate(ventet) if par[1] == desimaler]
        sql = f"select round(unnest(?)::decimal(38, 18), {desimaler})"
        for nr, (rundet,) in zip(
            numre, fasit.con.execute(sql, [[ventet[nr][0] for nr in numre]]).fetchall(), strict=True
        ):
            assert Decimal(vist[nr].replace(",", ".")) == rundet, ventet[nr]


def test_every_link_leads_to_one_place_and_every_figure_is_described(sett):
    rapport, _ = sett
    ider = [seksjon.id for seksjon in rapport.seksjoner] + [
        blokk.id for blokk in blokker(rapport) if isinstance(blokk, (Tabell, Figur, Definisjon))
    ]
    assert len(ider) == len(set(ider))
    mal = {til for seksjon in rapport.seksjoner for blokk in seksjon.blokker for til in lenker(blokk)}
    assert mal <= set(ider)
    for figur in blokker(rapport):
        if isinstance(figur, Figur):
            assert any(tegn.isdigit() for tegn in figur.beskrivelse) or "ingen tall" in figur.beskrivelse


def skjulte_tall(rapport: Rapport) -> int:
    return sum(celle is Tomt.SKJULT for tabell in tabeller(rapport).values() for rad in tabell.rader for celle in rad)


def test_hidden_numbers_stay_hidden_in_the_smallest_municipality(publisert, con):
    rapport = lag_rapport(publisert, "3412", date(2026, 10, 1))
    assert skjulte_tall(rapport) > 10
    assert not rapport.er_intern


def test_there_is_a_report_of_every_published_month(publisert, con):
    maaneder = con.execute(
        "select kommunenummer, list(distinct maaned order by maaned) from bi.ind_maaned group by all"
    ).fetchall()
    assert {nummer: publisert.maaneder(nummer) for nummer in publisert.med_rapport()} == {
        nummer: tuple(liste) for nummer, liste in maaneder
    }


def test_the_worklist_is_of_the_year_and_internal(leveranser):
    mappe, _ = leveranser
    seksjon = lag_intern_seksjon(mappe.varehus, "3403", 2025)
    with duckdb.connect(str(mappe.varehus), read_only=True) as con:
        ((antall,),) = con.execute(
            "select count(*) from intern.kostra_kontroll semi join intermediate.int_leveranse_gjeldende "
            "using (leveranse_id) where kommunenummer = '3403' and rapporteringsaar = 2025 and not uansett"
        ).fetchall()
    assert seksjon.intern
    rader = next((blokk.rader for blokk in seksjon.blokker if isinstance(blokk, Tabell)), ())
    assert len(rader) == antall
