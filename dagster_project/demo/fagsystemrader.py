"""The rows of the case systems' files: the fields of the contract, with the file each row belongs to.

Every table has `kommune` (its index) and `maaned` (year * 12 + month - 1) of its file, `versjon` (FEIL_FORST in the
file that came wrong first), `rekkefolge` within the file, and `person`, for what is made up around a person.
"""

from collections.abc import Mapping, Sequence

import duckdb
import numpy as np
import pyarrow as pa

from dagster_project.demo.fasit import BELOP, journalnummer
from dagster_project.demo.levering import Levering, Rettelse
from dagster_project.demo.linje import FORMER, LAAN, STONADSARTER
from dagster_project.demo.region import Region
from dagster_project.demo.utbetaling import STATUSER, UTFALL, Utbetalinger, Vedtak
from dagster_project.demo.verden import forste_dag, maaned_av

ANSVAR, FUNKSJON = "451000", "281"
KONTO = {"LIVSOPPHOLD": "14700", "HOYTID": "14700", "NODHJELP": "14700", "BOUTGIFT": "14701", "STROM": "14702"}
KONTO_ANNET, KONTO_LAAN = "14709", "15200"
LOVHJEMMEL = {"LIVSOPPHOLD": "18", "BOUTGIFT": "18", "STROM": "18"}
LOVHJEMMEL_ANNET = "19"
UKJENT_FORM, UKJENT_STONADSKODE = "Y", "735"
GJELDENDE, FEIL_FORST = 0, 1
KJENNETEGN = {
    "kjonn": "KJONN",
    "sivilstand": "EKTSTAT",
    "antall_barn_under_18": "ANTBU18",
    "hovedinntekt": "VKLO",
    "trygd": "TRYGDESIT",
    "arbeidssituasjon": "ARBSIT",
    "bosituasjon": "BOSIT",
}
MOTTAKERE = f"""
with kontakt_av_person as (
    select kommune, person, min(dato) as forste_dato
    from kontakt
    group by kommune, person
),
registeret as (
    select kontakt_av_person.kommune, kontakt_av_person.person, maaneder.maaned, maaneder.siste_dag
    from kontakt_av_person
    inner join maaneder on kontakt_av_person.forste_dato <= maaneder.siste_dag
),
forste_kjennetegn as (
    select kommune, person, {", ".join(f"arg_min({navn}, fra_dato) as {navn}" for navn in KJENNETEGN)}
    from kjennetegn
    group by kommune, person
)
select
    registeret.kommune,
    registeret.maaned,
    cast({GJELDENDE} as bigint) as versjon,
    registeret.person as rekkefolge,
    registeret.person,
    personer.mottaker_id,
    personer.fodselsnummer,
    personer.duf_nummer,
    personer.fodselsdato,
    {", ".join(f"coalesce(kjennetegn.{navn}, forste_kjennetegn.{navn}) as {navn}" for navn in KJENNETEGN)},
    kontakt.dato as siste_kontakt
from registeret
inner join personer on registeret.person = personer.person
asof left join kontakt
    on registeret.kommune = kontakt.kommune and registeret.person = kontakt.person
    and registeret.siste_dag >= kontakt.dato
asof left join kjennetegn
    on registeret.kommune = kjennetegn.kommune and registeret.person = kjennetegn.person
    and registeret.siste_dag >= kjennetegn.fra_dato
left join forste_kjennetegn
    on registeret.kommune = forste_kjennetegn.kommune and registeret.person = forste_kjennetegn.person
"""


def mottakerrader(con: duckdb.DuckDBPyConnection, region: Region, poster: Mapping[int, pa.Table]) -> pa.Table:
    """Make the register of each month: everybody decided for or paid until then, as they were when last in contact.

    A person is described by the latest 11F record with a payment until then, or else the first.
    """
    vedtak, utbetalinger, personer = region.vedtak, region.utbetalinger, region.verden.personer
    maaneder = region.maaneder[region.maaneder >= region.leveres_fra]
    tabeller = {
        "maaneder": pa.table({"maaned": maaneder, "siste_dag": forste_dag(maaneder + 1) - 1}),
        "kontakt": pa.table(
            {
                "kommune": np.concatenate((vedtak.kommune, utbetalinger.kommune)),
                "person": np.concatenate((vedtak.person, utbetalinger.person)),
                "dato": np.concatenate((vedtak.vedtatt, utbetalinger.registrert)),
            }
        ),
        "kjennetegn": pa.concat_tables([_kjennetegn(region, aar, poster[aar]) for aar in region.verden.aar]),
        "personer": pa.table(
            {
                "person": np.arange(len(personer.kjonn)),
                "mottaker_id": journalnumre(np.arange(len(personer.kjonn))),
                "fodselsnummer": sifre(personer.fodselsnummer, 11),
                "duf_nummer": sifre(personer.duf, 12),
                "fodselsdato": personer.fodselsdato,
            }
        ),
    }
    for navn, tabell in tabeller.items():
        con.register(navn, tabell)
    # The planner takes the register for small, and would join it to the contacts by comparing all with all.
    con.execute("set asof_loop_join_threshold = 0")
    rader = con.sql(MOTTAKERE).to_arrow_table()
    for navn in tabeller:
        con.unregister(navn)
    return rader


def _kjennetegn(region: Region, aar: int, poster: pa.Table) -> pa.Table:
    stonad = region.stonad.ta(region.stonad.aar == aar)
    kolonner = {"kommune": stonad.kommune, "person": stonad.person}
    kolonner["fra_dato"] = forste_dag(aar * 12 + stonad.har_maaned.argmax(axis=1))
    return pa.table(kolonner | {vaart: poster[felt].cast(pa.string()) for vaart, felt in KJENNETEGN.items()})


def kontoer(utbetalinger: Utbetalinger) -> np.ndarray:
    """Return the local account of each payment, five digits."""
    bidrag = np.array([KONTO.get(art, KONTO_ANNET) for art in STONADSARTER])[utbetalinger.art]
    return np.where(utbetalinger.form == FORMER.index(LAAN), KONTO_LAAN, bidrag)


def utbetalingsrader(alle: Utbetalinger, vedtak: Vedtak, levering: Levering) -> pa.Table:
    """Make the payment rows of all files, with the flaws; one file's rows stand twice where it came wrong first."""
    bolig = alle.art == STONADSARTER.index("BOUTGIFT")
    metode = np.select((bolig & (alle.person % 3 == 0), alle.art == STONADSARTER.index("NODHJELP")), (1, 2), 0)
    # A period that ends the month before it begins.
    fom = np.where(levering.snudd_periode, forste_dag(maaned_av(alle.tom) + 1), alle.fom)
    kolonner = {
        "kommune": pa.array(alle.kommune),
        "maaned": pa.array(levering.maaned),
        "versjon": pa.array(np.full(len(alle.person), GJELDENDE)),
        "rekkefolge": pa.array(alle.nummer),
        "person": pa.array(alle.person),
        "utbetaling_id": pa.array(alle.nummer),
        "mottaker_id": journalnumre(alle.person),
        "vedtak_id": _vedtaksnumre(vedtak.vedtatt, vedtak.nummer).take(pa.array(alle.vedtak)),
        "stonadsart": koder(STONADSARTER, alle.art),
        "stonadsart_lokal": pa.array(np.full(len(alle.art), UKJENT_STONADSKODE), mask=~levering.ukjent_art),
        "stonadsform": koder((*FORMER, UKJENT_FORM), np.where(levering.ukjent_form, len(FORMER), alle.form)),
        "belop": _belop(alle.ore),
        "periode_fom": pa.array(fom),
        "periode_tom": pa.array(alle.tom),
        "registrert_dato": pa.array(alle.registrert),
        "forfallsdato": pa.array(alle.forfall),
        "utbetalingsdato": pa.array(alle.utbetalt),
        "status": koder(STATUSER, alle.status),
        "reverserer_utbetaling_id": pa.array(alle.nummer[alle.reverserer], mask=alle.reverserer < 0),
        "betalingsmaate": koder(("KONTO", "REGNING", "KONTANTKORT"), metode),
        "annen_mottaker": pa.array(bolig),
        "ansvar": koder((ANSVAR,), np.zeros(len(alle.art), np.int8)),
        "funksjon": koder((FUNKSJON,), np.zeros(len(alle.art), np.int8)),
        "art": pa.array(kontoer(alle).tolist()),
    }
    tabell = pa.table(kolonner).filter(pa.array(levering.er_levert))
    gjenvaerende = np.flatnonzero(levering.er_levert)
    return pa.concat_tables([tabell, *(_kom_feil(tabell, gjenvaerende, rettelse) for rettelse in levering.rettelser)])


def _kom_feil(tabell: pa.Table, plass: np.ndarray, rettelse: Rettelse) -> pa.Table:
    """Return the rows of the file that came wrong: some are missing, and one amount is ten times too high."""
    kommune, maaned = tabell["kommune"].to_numpy(), tabell["maaned"].to_numpy()
    med = (kommune == rettelse.kommune) & (maaned == rettelse.maaned) & ~np.isin(plass, rettelse.mangler)
    rader = tabell.filter(pa.array(med))
    faktor = np.where(plass[med] == rettelse.tidobbelt, 10, 1)
    belop = [verdi * int(ganger) for verdi, ganger in zip(rader["belop"].to_pylist(), faktor, strict=True)]
    rader = rader.set_column(rader.column_names.index("belop"), "belop", pa.array(belop, BELOP))
    return rader.set_column(rader.column_names.index("versjon"), "versjon", pa.array(np.full(len(belop), FEIL_FORST)))


def vedtaksrader(vedtak: Vedtak, maaned: np.ndarray) -> pa.Table:
    """Make the decisions of all files, each in the file of its month; one that was turned down has no amount."""
    avslag = vedtak.utfall == UTFALL.index("AVSLATT")
    hjemmel = np.array([LOVHJEMMEL.get(art, LOVHJEMMEL_ANNET) for art in STONADSARTER])[vedtak.art]
    return pa.table(
        {
            "kommune": pa.array(vedtak.kommune),
            "maaned": pa.array(maaned),
            "versjon": pa.array(np.full(len(vedtak.person), GJELDENDE)),
            "rekkefolge": pa.array(np.arange(len(vedtak.person))),
            "person": pa.array(vedtak.person),
            "vedtak_id": _vedtaksnumre(vedtak.vedtatt, vedtak.nummer),
            "mottaker_id": journalnumre(vedtak.person),
            "soknadsdato": pa.array(vedtak.sokt),
            "vedtaksdato": pa.array(vedtak.vedtatt),
            "utfall": koder(UTFALL, vedtak.utfall),
            "lovhjemmel": pa.array(hjemmel.tolist()),
            "stonadsart": koder(STONADSARTER, vedtak.art),
            "stonadsart_lokal": pa.nulls(len(vedtak.person), pa.string()),
            "stonadsform": koder(FORMER, vedtak.form),
            "periode_fom": pa.array(vedtak.fom),
            "periode_tom": pa.array(vedtak.tom),
            "belop": _belop(vedtak.ore, mangler=avslag),
        }
    )


def journalnumre(person: np.ndarray) -> pa.Array:
    """Return the case number of each person, as text."""
    unike, plass = np.unique(person, return_inverse=True)
    return pa.array([journalnummer(nr) for nr in unike.tolist()], pa.string()).take(pa.array(plass))


def _vedtaksnumre(vedtatt: np.ndarray, nummer: np.ndarray) -> pa.Array:
    aar = vedtatt.astype("datetime64[Y]").astype(np.int64) + 1970
    return pa.array([f"{ett}-{nr}" for ett, nr in zip(aar.tolist(), nummer.tolist(), strict=True)])


def sifre(nummer: np.ndarray, antall: int) -> pa.Array:
    """Make texts of numbers with their zeros in front; 0 is none."""
    return pa.array([f"{nr:0{antall}d}" if nr else None for nr in nummer.tolist()], pa.string())


def koder(alle: Sequence[str], indeks: np.ndarray) -> pa.Array:
    """Return the code with each number, as text."""
    return pa.DictionaryArray.from_arrays(pa.array(np.asarray(indeks).astype(np.int8)), list(alle)).cast(pa.string())


def _belop(ore: np.ndarray, mangler: np.ndarray | None = None) -> pa.Array:
    """Make decimals of øre without a loop: the number's bytes are those of a decimal with two places."""
    to_ord = np.empty((len(ore), 2), np.int64)
    to_ord[:, 0], to_ord[:, 1] = ore, np.where(ore < 0, -1, 0)
    alle = pa.Array.from_buffers(BELOP, len(ore), [None, pa.py_buffer(to_ord.tobytes())])
    return alle if mangler is None else alle.take(pa.array(np.arange(len(ore)), mask=mangler))
