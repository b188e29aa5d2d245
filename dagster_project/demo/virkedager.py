"""Working days for whole columns of dates at a time."""

from datetime import date, timedelta

import numpy as np

from dagster_project.demo.verden import forste_dag
from dagster_project.kalender import er_virkedag


class Virkedager:
    """The working days from January of the year before `fra_aar` to December of the year after `til_aar`."""

    def __init__(self, fra_aar: int, til_aar: int) -> None:
        start, slutt = date(fra_aar - 1, 1, 1), date(til_aar + 1, 12, 31)
        alle = (start + timedelta(days=n) for n in range((slutt - start).days + 1))
        self._dager = np.array([dag for dag in alle if er_virkedag(dag)], "datetime64[D]")

    def siste(self, dato: np.ndarray, foer: int = 0) -> np.ndarray:
        """Return the days themselves where they are working days, otherwise the last before; then go `foer` back."""
        return self._dager[np.searchsorted(self._dager, dato, side="right") - 1 - foer]

    def neste(self, dato: np.ndarray, etter: int = 0) -> np.ndarray:
        """Return the days themselves where they are working days, otherwise the next; then go `etter` on."""
        return self._dager[np.searchsorted(self._dager, dato) + etter]

    def betalingsdag(self, maaned: np.ndarray, dag: np.ndarray | int) -> np.ndarray:
        """Return when a benefit of the months (year * 12 + month - 1) is paid that is due on a day of the month.

        The last working day before where it is none, as Stange's routine is described in the report on
        Hamarregionen; for the 1st that can be in the month before.
        """
        return self.siste(forste_dag(maaned) + (np.asarray(dag) - 1))
