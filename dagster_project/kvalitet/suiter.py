"""Read the suites in `expectations/`, with their thresholds from the seeds."""

from decimal import Decimal
from functools import cache, cached_property
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field

from dagster_project.formater import norsk_tall
from dagster_project.seeds import ROOT, read_seed

EXPECTATIONS = ROOT / "expectations"
ERROR, WARNING = "ERROR", "WARNING"


class Terskel(BaseModel):
    """A threshold that stands in a seed: the row whose first column is `rad`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    seed: str
    rad: str

    @property
    def rad_i_seed(self) -> dict[str, str]:
        """Return the row.

        Raises:
            KeyError: if the seed has no such row.
        """
        for rad in read_seed(self.seed):
            if next(iter(rad.values())) == self.rad:
                return rad
        raise KeyError(f"{self.seed}: {self.rad}")

    @property
    def verdi(self) -> Decimal:
        """Return the threshold, in the unit of the row."""
        return Decimal(self.rad_i_seed["verdi"])


class Meta(BaseModel):
    """What people are told of an expectation, in Norwegian.

    `melding` is what is said where it fails; {observert} is the value found and {tekst} that of the column `tekst`.
    `uten_tekst` is said instead where that column is empty. `gjor` may name {kommunenummer}, {maaned} and {id}.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    navn: str
    betyr: str
    tall_fra: str
    melding: str
    gjor: str
    tekst: str | None = None
    uten_tekst: str | None = None
    kan_kvitteres: bool = False
    """Whether `stonad kvitter --serie kvalitet` lets the month through."""
    desimaler: int = 0


class Forventning(BaseModel):
    """One expectation about a column of intern.kvalitetsmaal, by its type in Great Expectations."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(pattern=r"^[a-z_]+$")
    type: str = Field(pattern=r"^Expect\w+$")
    kwargs: dict[str, Terskel | int | float | str]
    alvor: Literal["ERROR", "WARNING"]
    meta: Meta

    @property
    def kolonne(self) -> str:
        """Return the column that is looked at."""
        return str(self.kwargs["column"])

    @cached_property
    def verdier(self) -> dict[str, Any]:
        """Return the arguments with every threshold read from its seed."""
        return {
            navn: float(verdi.verdi) if isinstance(verdi, Terskel) else verdi for navn, verdi in self.kwargs.items()
        }

    @property
    def terskel(self) -> Terskel | None:
        """Return the threshold, or None where the limit is none at all."""
        return next((verdi for verdi in self.kwargs.values() if isinstance(verdi, Terskel)), None)

    @property
    def tall_fra(self) -> str:
        """Return where the number comes from, with the row of the seed."""
        if self.terskel is None:
            return self.meta.tall_fra
        rad = self.terskel.rad_i_seed
        forklaring = (rad.get("beskrivelse") or rad["betydning"]).rstrip(".")
        return (
            f"{self.meta.tall_fra} Grensen er {norsk_tall(self.terskel.verdi)}: {self.terskel.rad} i "
            f"seeds/{self.terskel.seed}.csv. {forklaring}. {rad['kilde'].rstrip('.')}."
        )

    def si(self, observert: float, tekst: str | None) -> str:
        """Return what is said of a failing month."""
        mal = self.meta.melding if tekst or self.meta.uten_tekst is None else self.meta.uten_tekst
        return mal.format(observert=norsk_tall(observert, self.meta.desimaler), tekst=tekst or "")

    def gjor(self, kommunenummer: str, maaned: str) -> str:
        """Return what is to be done about a failing month, written as 2025-04."""
        return self.meta.gjor.format(kommunenummer=kommunenummer, maaned=maaned, id=self.id)


class Suite(BaseModel):
    """The expectations of one border."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    suite: str = Field(pattern=r"^[a-z]+$")
    navn: str
    handler_om: str
    forventninger: tuple[Forventning, ...]


@cache
def suiter() -> tuple[Suite, ...]:
    """Return the suites, in the order of their files' names.

    Raises:
        pydantic.ValidationError: if one says something nobody knows, or leaves out what it must say.
    """
    return tuple(
        Suite.model_validate(yaml.safe_load(sti.read_text(encoding="utf-8")))
        for sti in sorted(EXPECTATIONS.glob("*.yml"))
    )


def forventninger() -> dict[str, Forventning]:
    """Return every expectation by its id, in the order they are shown."""
    return {forventning.id: forventning for suite in suiter() for forventning in suite.forventninger}
