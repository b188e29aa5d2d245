"""Where things lie and what belongs to us: read and validated once, here, and passed on.

A `Mappe` is everything one installation owns. Nothing outside this module builds a path inside it.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from dagster_project.feil import Brukerfeil

STANDARD_NOKKELFIL = Path("stonad") / "personnokkel.key"

FEIL_I_KOMMUNER = {
    "missing": "mangler",
    "extra_forbidden": "er ikke et felt vi kjenner",
    "string_pattern_mismatch": "skal være fire sifre",
    "string_type": "må stå i anførselstegn",
    "model_type": "skal ha feltene kommunenummer og navn",
}

EKSEMPEL_KOMMUNER = """\
# Hvilke kommuner dette varehuset gjelder. En fil fra en annen kommune blir avvist.
kommuner:
  - {kommunenummer: "3411", navn: Ringsaker, fagsystem: velferd, instans: "1"}
"""


class Miljo(BaseSettings):
    """Settings that come from the environment, all with the prefix `STONAD_`.

    `STONAD_NOKKEL` holds the key itself (64 hex digits), `STONAD_NOKKELFIL` the file it stands in,
    `STONAD_MAPPE` the folder to work in, `STONAD_MINNE` the memory limit of each DuckDB connection, `STONAD_PER`
    the day the figures are to be given as of.
    """

    model_config = SettingsConfigDict(env_prefix="STONAD_", frozen=True, extra="ignore")

    mappe: Path | None = None
    nokkel: str | None = Field(default=None, repr=False)
    nokkelfil: Path | None = None
    minne: str = "1GB"
    per: date | None = None

    @property
    def sti_til_nokkelfil(self) -> Path:
        """Return the file the key is read from when it is not in the environment itself."""
        if self.nokkelfil is not None:
            return self.nokkelfil
        config = os.environ.get("XDG_CONFIG_HOME")
        return (Path(config) if config else Path.home() / ".config") / STANDARD_NOKKELFIL


def les_miljo() -> Miljo:
    """Return the settings of the environment.

    Raises:
        Brukerfeil: if one of them cannot be read; its value is not shown, it may be the key.
    """
    try:
        return Miljo()
    except ValidationError as error:
        navn = ", ".join(sorted({f"STONAD_{item['loc'][0]}".upper() for item in error.errors()}))
        raise Brukerfeil(f"Miljøvariabelen {navn} kan ikke leses. Rett den, eller fjern den.") from None


class Kommune(BaseModel):
    """One municipality that is ours, as `konfig/kommuner.yml` has it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kommunenummer: str = Field(pattern=r"^\d{4}$")
    navn: str
    fagsystem: str = ""
    instans: str = ""
    kostragruppe: str | None = None
    gyldig_fra: str | None = None
    gyldig_til: str | None = None

    @field_validator("kommunenummer", mode="before")
    @classmethod
    def _text(cls, value: object) -> object:
        if isinstance(value, int):
            raise ValueError(f'må stå i anførselstegn, slik: "{value:04d}"')
        return value


def _forklar_feil(feil: Mapping[str, Any]) -> str:
    plass, *felt = feil["loc"]
    tekst = FEIL_I_KOMMUNER.get(feil["type"], feil["msg"].removeprefix("Value error, "))
    return " ".join([f"kommune nummer {plass + 1}:", *felt, tekst])


@dataclass(frozen=True)
class Mappe:
    """The folder one installation works in.

    `innboks`, `arkiv`, `karantene` and `nokkel` are the protected part: they hold, or may hold, identity
    numbers, and only their owner may read them. Everything else is free of them.
    """

    rot: Path
    per: date | None = None
    """Set when the figures are to be built as they were known at the end of that day, beside today's."""

    @cached_property
    def innboks(self) -> Path:
        """Deliveries are dropped here."""
        return self.rot / "innboks"

    @cached_property
    def arkiv(self) -> Path:
        """Accepted files, as they were received."""
        return self.rot / "arkiv"

    @cached_property
    def karantene(self) -> Path:
        """Refused files, each with an explanation beside it."""
        return self.rot / "karantene"

    @cached_property
    def konfig(self) -> Path:
        """What the municipality itself decides."""
        return self.rot / "konfig"

    @cached_property
    def profiler(self) -> Path:
        """The municipality's own profiles: how the reports of its case system are read."""
        return self.konfig / "profiler"

    @cached_property
    def kvitteringer(self) -> Path:
        """The findings a controller has accepted."""
        return self.konfig / "kvittering.csv"

    @cached_property
    def nokkel(self) -> Path:
        """The encrypted identities, and scratch space for files on their way in."""
        return self.rot / "nokkel"

    @cached_property
    def personnokkel(self) -> Path:
        """The encrypted database that joins pseudonyms to identity numbers."""
        return self.nokkel / "personnokkel.duckdb"

    @cached_property
    def varehus(self) -> Path:
        """The warehouse database: raw, staging, intermediate, marts and intern."""
        return self.rot / "varehus" / (f"per_{self.per}.duckdb" if self.per else "varehus.duckdb")

    @cached_property
    def publisert(self) -> Path:
        """What BI tools read; figures as of an earlier day lie in a folder of their own."""
        return self.rot / "publisert" / f"per_{self.per}" if self.per else self.rot / "publisert"

    @cached_property
    def nettsted(self) -> Path:
        """The site: a link to the folder of its newest version."""
        return self.publisert / "nettsted"

    @cached_property
    def rapporter(self) -> Path:
        """Reports somebody has asked for, to be passed on by hand."""
        return self.rot / "rapporter"

    @cached_property
    def dagster(self) -> Path:
        """DAGSTER_HOME: run history and its settings."""
        return self.rot / "dagster"

    @cached_property
    def lasfil(self) -> Path:
        """Held while a run is going on, so that two never write at once."""
        return self.rot / "varehus" / ".las"

    def lag(self) -> None:
        """Make the folders that are missing; only their owner reads those that are not meant for readers."""
        for path in (self.innboks, self.arkiv, self.karantene, self.nokkel, self.varehus.parent, self.dagster):
            path.mkdir(parents=True, exist_ok=True, mode=0o700)
        for path in (self.konfig, self.publisert):
            path.mkdir(parents=True, exist_ok=True)

    def kommuner(self) -> tuple[Kommune, ...]:
        """Read `konfig/kommuner.yml`.

        Shape: one per kommunenummer, in the file's order.

        Raises:
            Brukerfeil: if the file is missing, cannot be read, or names a municipality twice.
        """
        path = self.konfig / "kommuner.yml"
        if not path.exists():
            raise Brukerfeil(
                f"Finner ikke {path}. Den sier hvilke kommuner varehuset gjelder. "
                f"Kjør «stonad init --mappe {self.rot}» for et eksempel, eller skriv den slik:\n\n{EKSEMPEL_KOMMUNER}"
            )
        try:
            innhold = yaml.safe_load(path.read_text(encoding="utf-8"))
            kommuner = TypeAdapter(tuple[Kommune, ...]).validate_python(list(innhold["kommuner"]))
        except ValidationError as error:
            feil = "; ".join(map(_forklar_feil, error.errors()))
            raise Brukerfeil(f"{path} har feil: {feil}.") from None
        except (yaml.YAMLError, KeyError, TypeError, OSError, UnicodeDecodeError):
            raise Brukerfeil(f"{path} kan ikke leses. Den skal se slik ut:\n\n{EKSEMPEL_KOMMUNER}") from None
        numre = [kommune.kommunenummer for kommune in kommuner]
        if doble := sorted({nummer for nummer in numre if numre.count(nummer) > 1}):
            raise Brukerfeil(f"{path} nevner samme kommune to ganger: {', '.join(doble)}.")
        if not kommuner:
            raise Brukerfeil(f"{path} nevner ingen kommuner. Den skal se slik ut:\n\n{EKSEMPEL_KOMMUNER}")
        return kommuner
