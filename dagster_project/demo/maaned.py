"""The monthly deliveries: what the case systems of the region send for each municipality and month."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dagster_project.demo.avvik import velg
from dagster_project.demo.fagsystemfil import linjer_per_fil
from dagster_project.demo.fagsystemrader import FEIL_FORST, GJELDENDE, mottakerrader, utbetalingsrader, vedtaksrader
from dagster_project.demo.levering import RETTES_ETTER_DAGER, Levering
from dagster_project.demo.region import Region
from dagster_project.demo.verden import maaned_av

OBJEKTER = MOTTAKER, VEDTAK, UTBETALING = ("mottaker", "vedtak", "utbetaling")
UTTREKK_KLOKKA = time(6, 10)
INGEN_SUM = "0,00"


@dataclass(frozen=True)
class _Fil:
    """A file to write; `versjon` is FEIL_FORST for the wrong one that a later extract corrects."""

    kommune: int
    maaned: int
    objekt: str
    versjon: int
    uttrukket: datetime


def skriv_maanedsleveranser(
    con: duckdb.DuckDBPyConnection, mappe: Path, region: Region, levering: Levering, poster: Mapping[int, pa.Table]
) -> list[Path]:
    """Write the files of the case systems and return them in order.

    Shape: `<kommunenummer>/<yyyy-mm>/<system>_<objekt>_<kommunenummer>_<fra>_<til>_<uttrukket>.csv` by the shipped
    profiles. `poster` has the 11F records of each year, in the order of `region.stonad`: what is known of a person.
    """
    tabeller = {
        MOTTAKER: mottakerrader(con, region, poster),
        VEDTAK: vedtaksrader(region.vedtak, np.maximum(maaned_av(region.vedtak.vedtatt), region.leveres_fra)),
        UTBETALING: utbetalingsrader(region.utbetalinger, region.vedtak, levering),
    }
    systemer = {system: [] for system in sorted({kommune.fagsystem for kommune in region.verden.kommuner})}
    for nr, kommune in enumerate(region.verden.kommuner):
        systemer[kommune.fagsystem].append(nr)
    rapporter, innhold = {}, {}
    for objekt, tabell in tabeller.items():
        for system, kommuner in systemer.items():
            her = tabell.filter(pc.is_in(tabell["kommune"], pa.array(kommuner)))
            rapporter[system, objekt], filer = linjer_per_fil(con, her, system, objekt)
            innhold |= {(objekt, *fil): linjer for fil, linjer in filer.items()}
    historikk_fra = _forste_dato(region)
    stier = []
    for fil in _filer(region, levering):
        kommune = region.verden.kommuner[fil.kommune]
        rapport = rapporter[kommune.fagsystem, fil.objekt]
        fra = historikk_fra if fil.maaned == region.leveres_fra else _dato(fil.maaned)
        til = _dato(fil.maaned + 1) - timedelta(days=1)
        linjer, sum_ = innhold.get((fil.objekt, fil.kommune, fil.maaned, fil.versjon), ("", INGEN_SUM))
        mappen = mappe / kommune.kommunenummer / f"{til:%Y-%m}"
        sti = mappen / rapport.filnavn(kommune.kommunenummer, fra, til, fil.uttrukket)
        sti.parent.mkdir(parents=True, exist_ok=True)
        sti.write_bytes(rapport.innhold(linjer, sum_, fra, til, fil.uttrukket))
        stier.append(sti)
    return stier


def _filer(region: Region, levering: Levering) -> list[_Fil]:
    borte = {(h.kommune, h.maaned) for h in velg(region.hendelser, "manglende_leveranse") if h.styrke == 1}
    rettes = {(rettelse.kommune, rettelse.maaned) for rettelse in levering.rettelser}
    filer = []
    for kommune in range(len(region.verden.kommuner)):
        for maaned in region.maaneder[region.maaneder >= region.leveres_fra].tolist():
            if (kommune, maaned) in borte:
                continue
            uttrukket = datetime.combine(_dato(maaned + 1), UTTREKK_KLOKKA)
            for objekt in OBJEKTER:
                if objekt == UTBETALING and (kommune, maaned) in rettes:
                    filer.append(_Fil(kommune, maaned, objekt, FEIL_FORST, uttrukket))
                    rettet = uttrukket + timedelta(days=RETTES_ETTER_DAGER)
                    filer.append(_Fil(kommune, maaned, objekt, GJELDENDE, rettet))
                else:
                    filer.append(_Fil(kommune, maaned, objekt, GJELDENDE, uttrukket))
    return filer


def _dato(maaned: int) -> date:
    return date(maaned // 12, maaned % 12 + 1, 1)


def _forste_dato(region: Region) -> date:
    """Return the first day of the month the history begins in."""
    eldste = min(region.vedtak.vedtatt.min(), region.utbetalinger.registrert.min())
    return _dato(int(maaned_av(np.array(eldste))))
