"""What became of one delivered file."""

from dataclasses import dataclass, field

from dagster_project.ingestion.fil import Filinnhold
from dagster_project.ingestion.gjenkjenning import Gjenkjent


@dataclass
class Vurdering:
    """What became of one file. `regel` is None when it was accepted; the counts are records."""

    innhold: Filinnhold
    gjenkjent: Gjenkjent
    kommunenummer: str | None = None
    bydel: str | None = None
    aar: int | None = None
    kvartal: str | None = None
    rader_lest: int = 0
    rader_godtatt: int = 0
    rader_karantene: int = 0
    regel: str | None = None
    melding: str | None = None
    funn: list[tuple[int, str]] = field(default_factory=list)

    @property
    def status(self) -> str:
        """Return `godtatt` or `avvist`."""
        return "godtatt" if self.regel is None else "avvist"
