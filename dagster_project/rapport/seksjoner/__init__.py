"""The contents of the monthly report: one module per subject, put together here in the order they are read."""

from dagster_project.rapport.seksjoner.kontroller import lag_intern_seksjon
from dagster_project.rapport.seksjoner.rapport import lag_rapport

__all__ = ["lag_intern_seksjon", "lag_rapport"]
