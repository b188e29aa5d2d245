"""Many payment lines in few files, for measurements: the case system Socio of very many municipalities."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from dagster_project.demo.fagsystemfil import linjer_per_fil
from dagster_project.demo.fagsystemrader import GJELDENDE, journalnumre, koder, sifre, utbetalingsrader, vedtaksrader
from dagster_project.demo.leveranser import lag_konfig
from dagster_project.demo.levering import Levering
from dagster_project.demo.linje import BIDRAG, FORMER, STONADSARTER
from dagster_project.demo.nivaa import nivaa
from dagster_project.demo.personer import lag_personer
from dagster_project.demo.utbetaling import (
    FORSTE_UTBETALINGSNUMMER,
    STATUSER,
    TILBAKEFORT,
    UTBETALT,
    UTFALL,
    Utbetalinger,
    Vedtak,
)
from dagster_project.demo.verden import DemoKommune, forste_dag, maaned_av, trekk_alder, trekk_maaneder
from dagster_project.demo.virkedager import Virkedager

SYSTEM = "socio"
OBJEKTER = MOTTAKER, VEDTAK, UTBETALING = ("mottaker", "vedtak", "utbetaling")
BETALINGSDAG = 20
VEDTAK_MAANEDER = 3
ANDEL_TILBAKEFORT = 0.003
KOMMUNER_PER_RUNDE = 12
UTTREKK_KLOKKA = time(6, 10)


def lag_utbetalinger(
    mappe: Path, antall: int, aar: Sequence[int], kommunenummer: Sequence[str], fro: int
) -> list[Path]:
    """Write `antall` payment lines over the years and municipalities, with decisions and recipients; return the files.

    Shape: one file of each object per municipality and year, and one more for the month after the last year, with
    lines on top like those of the last month: `<kommunenummer>/<year or yyyy-mm>/socio_<objekt>_....csv` by the shipped
    profile, in windows-1252 with æ, ø and å in headings, names and codes. Also `konfig/kommuner.yml`.
    The same arguments give the same bytes.

    Raises:
        ValueError: if the years do not follow each other, or there are fewer lines than files.
    """
    aar = tuple(aar)
    if aar != tuple(range(aar[0], aar[0] + len(aar))) or antall < len(kommunenummer) * len(aar):
        raise ValueError(f"Kan ikke lage {antall} utbetalinger for {len(kommunenummer)} kommuner i {aar}.")
    dager = Virkedager(aar[0], aar[-1] + 1)
    grenser = np.arange(len(kommunenummer) + 1) * antall // len(kommunenummer)
    filer = [mappe / "konfig" / "kommuner.yml"]
    filer[0].parent.mkdir(parents=True, exist_ok=True)
    kommuner = [DemoKommune(nummer, f"Kommune {nummer}", 0, fagsystem=SYSTEM) for nummer in kommunenummer]
    filer[0].write_text(lag_konfig(kommuner), encoding="utf-8", newline="\n")
    with duckdb.connect() as con:
        for fra in range(0, len(kommunenummer), KOMMUNER_PER_RUNDE):
            runde = range(fra, min(fra + KOMMUNER_PER_RUNDE, len(kommunenummer)))
            deler = [_lag_kommune(nr, int(grenser[nr + 1] - grenser[nr]), aar, dager, fro) for nr in runde]
            for objekt, tabeller in zip(OBJEKTER, zip(*deler, strict=True), strict=True):
                rapport, innhold = linjer_per_fil(con, pa.concat_tables(tabeller), SYSTEM, objekt)
                for (kommune, maaned, _), (linjer, sum_) in sorted(innhold.items()):
                    nummer = kommunenummer[kommune]
                    er_ekstra = maaned // 12 > aar[-1]
                    fom = date(maaned // 12, 1, 1)
                    til = date(maaned // 12 + (maaned % 12 == 11), (maaned + 1) % 12 + 1, 1) - timedelta(days=1)
                    uttrukket = datetime.combine(til + timedelta(days=1), UTTREKK_KLOKKA)
                    mappen = mappe / nummer / (f"{til:%Y-%m}" if er_ekstra else f"{til:%Y}")
                    mappen.mkdir(parents=True, exist_ok=True)
                    sti = mappen / rapport.filnavn(nummer, fom, til, uttrukket)
                    sti.write_bytes(rapport.innhold(linjer, sum_, fom, til, uttrukket))
                    filer.append(sti)
    return filer


def _lag_kommune(
    kommune: int, antall: int, aar: Sequence[int], dager: Virkedager, fro: int
) -> tuple[pa.Table, pa.Table, pa.Table]:
    """Make the rows of one municipality: recipients, decisions and payments."""
    rng = np.random.default_rng((fro, kommune))
    forste, etter = aar[0] * 12, (aar[-1] + 1) * 12
    person, maaned, art = _trekk_linjer(rng, antall, forste, etter)
    # The month after has the lines of the last once more.
    siste = np.flatnonzero(maaned == maaned.max())
    person, maaned, art = (
        np.concatenate((person, person[siste])),
        np.concatenate((maaned, np.full(len(siste), etter))),
        np.concatenate((art, art[siste])),
    )
    rekkefolge = np.lexsort((art, person, maaned))
    person, maaned, art = person[rekkefolge], maaned[rekkefolge], art[rekkefolge]
    ore = rng.integers(200_000, 1_500_000, len(person))
    vedtak, linjens_vedtak = _lag_vedtak(kommune, person, maaned, art, ore)
    utbetalinger = _betal(rng, kommune, person, maaned, art, ore, linjens_vedtak, dager)
    ingen = np.zeros(len(person), bool)
    levering = Levering(_filmaaned(maaned, etter), ~ingen, ingen, ingen, ingen, ())
    return (
        _mottakere(rng, kommune, utbetalinger, levering.maaned, aar[0]),
        vedtaksrader(vedtak, _filmaaned(maaned_av(vedtak.vedtatt), etter)),
        utbetalingsrader(utbetalinger, vedtak, levering),
    )


def _filmaaned(maaned: np.ndarray, etter: int) -> np.ndarray:
    """Return the last month of the file each month is in: December of its year, or the month after the last year."""
    return np.where(maaned >= etter, etter, maaned // 12 * 12 + 11)


def _trekk_linjer(
    rng: np.random.Generator, antall: int, forste: int, etter: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Draw persons who receive for some months in a row, with rent for some; person, month and benefit per line."""
    vindu = etter - forste
    lengde = np.minimum(trekk_maaneder(rng, antall).astype(np.int64) * rng.integers(1, vindu // 12 + 1, antall), vindu)
    arter = 1 + (rng.random(antall) < nivaa("andel_med_boutgift"))
    linjer = lengde * arter
    antall_personer = int(np.searchsorted(np.cumsum(linjer), antall)) + 1
    lengde, linjer = lengde[:antall_personer], linjer[:antall_personer]
    start = forste + (rng.random(antall_personer) * (vindu - lengde + 1)).astype(np.int64)
    person = np.repeat(np.arange(antall_personer), linjer)
    nr = np.arange(len(person)) - np.repeat(np.cumsum(linjer) - linjer, linjer)
    art = np.array([STONADSARTER.index(navn) for navn in ("LIVSOPPHOLD", "BOUTGIFT")], np.int8)
    return (
        person[:antall],
        (start[person] + nr // arter[person])[:antall],
        art[nr % arter[person]][:antall],
    )


def _lag_vedtak(
    kommune: int, person: np.ndarray, maaned: np.ndarray, art: np.ndarray, ore: np.ndarray
) -> tuple[Vedtak, np.ndarray]:
    """Decide three months at a time, in the first of them; also return the decision of each line."""
    nokkel = ((maaned // VEDTAK_MAANEDER * (person.max() + 1)) + person) * len(STONADSARTER) + art
    _, forste, plass = np.unique(nokkel, return_index=True, return_inverse=True)
    siste = np.zeros(len(forste), np.int64)
    np.maximum.at(siste, plass, maaned)
    antall = len(forste)
    ingen = np.zeros(antall, np.int8)
    vedtatt = forste_dag(maaned[forste]) + 4
    return (
        Vedtak(
            kommune=np.full(antall, kommune),
            person=person[forste],
            nummer=np.arange(1, antall + 1),
            sokt=vedtatt - 10,
            vedtatt=vedtatt,
            utfall=ingen + UTFALL.index("INNVILGET"),
            art=art[forste],
            form=ingen + FORMER.index(BIDRAG),
            fom=forste_dag(maaned[forste]),
            tom=forste_dag(siste + 1) - 1,
            ore=np.bincount(plass, ore).astype(np.int64),
        ),
        plass,
    )


def _betal(
    rng: np.random.Generator,
    kommune: int,
    person: np.ndarray,
    maaned: np.ndarray,
    art: np.ndarray,
    ore: np.ndarray,
    vedtak: np.ndarray,
    dager: Virkedager,
) -> Utbetalinger:
    """Pay the lines; a few of them instead take back one that was paid before."""
    antall = len(person)
    betalt = dager.betalingsdag(maaned, BETALINGSDAG)
    hva = np.arange(antall)
    par = np.sort(rng.permutation(antall)[: int(antall * ANDEL_TILBAKEFORT) * 2])
    tidligere, senere = par[: len(par) // 2], par[len(par) // 2 :]
    hva[senere] = tidligere
    er_tilbake = hva != np.arange(antall)
    return Utbetalinger(
        kommune=np.full(antall, kommune),
        person=person[hva],
        nummer=np.arange(FORSTE_UTBETALINGSNUMMER, FORSTE_UTBETALINGSNUMMER + antall),
        vedtak=vedtak[hva],
        art=art[hva],
        form=np.full(antall, FORMER.index(BIDRAG), np.int8),
        ore=np.where(er_tilbake, -ore[hva], ore),
        fom=forste_dag(maaned[hva]),
        tom=forste_dag(maaned[hva] + 1) - 1,
        registrert=dager.siste(betalt, 4),
        forfall=betalt,
        utbetalt=betalt,
        status=np.where(er_tilbake, STATUSER.index(TILBAKEFORT), STATUSER.index(UTBETALT)).astype(np.int8),
        reverserer=np.where(er_tilbake, hva, -1),
        aarsak=np.zeros(antall, np.int8),
    )


def _mottakere(
    rng: np.random.Generator, kommune: int, utbetalinger: Utbetalinger, fil: np.ndarray, aar: int
) -> pa.Table:
    """Make the register of each file: everybody with a payment in it or in one before."""
    antall_personer = int(utbetalinger.person.max()) + 1
    personer = lag_personer(rng, trekk_alder(rng, antall_personer), np.full(antall_personer, aar))
    filer = np.unique(fil)
    forste_fil = np.full(antall_personer, filer[-1])
    np.minimum.at(forste_fil, utbetalinger.person, fil)
    hvem, hvilken = np.nonzero(forste_fil[:, None] <= filer)
    hver = personer.ta(hvem)
    antall = len(hvem)
    return pa.table(
        {
            "kommune": np.full(antall, kommune),
            "maaned": filer[hvilken],
            "versjon": np.full(antall, GJELDENDE),
            "rekkefolge": hvem,
            "person": hvem,
            "mottaker_id": journalnumre(hvem),
            "fodselsnummer": sifre(hver.fodselsnummer, 11),
            "duf_nummer": sifre(hver.duf, 12),
            "kjonn": koder(("1", "2"), hver.kjonn - 1),
            "sivilstand": koder(("1", "2", "3", "4", "5"), hver.sivilstand - 1),
            "antall_barn_under_18": hver.barn,
            "hovedinntekt": koder(("5", "3", "1"), hvem % 3),
            "siste_kontakt": forste_dag(filer[hvilken]),
        }
    )
