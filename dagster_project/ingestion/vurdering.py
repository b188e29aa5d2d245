"""What became of one delivered file."""

from dataclasses import dataclass, field
from datetime import date, datetime

from dagster_project.ingestion.fil import Filinnhold
from dagster_project.ingestion.gjenkjenning import Gjenkjent


@dataclass(frozen=True)
class Uttrekk:
    """What a monthly delivery from a case system is: whose rows, for when, taken out when, and how it was read.

    `uttrukket` is local time. Fields are None where the file's name or its profile does not tell.
    """

    leveranse_id: str
    profil: str
    profil_avtrykk: str | None
    uttrekkstype: str | None
    system: str | None
    instans: str | None
    kilde_id: str | None
    fra: date | None
    til: date | None
    uttrukket: datetime | None


@dataclass
class Vurdering:
    """What became of one file. `regel` is None when it was accepted; the counts are records.

    `filnavn` is the name it was delivered under. `funn` has line and message of rows set aside, `advarsler` rule and
    message of what somebody should look at in the file as a whole.
    """

    innhold: Filinnhold
    gjenkjent: Gjenkjent
    kommunenummer: str | None = None
    bydel: str | None = None
    aar: int | None = None
    kvartal: str | None = None
    rader_lest: int = 0
    rader_godtatt: int = 0
    rader_karantene: int = 0
    rader_sumlinje: int = 0
    regel: str | None = None
    melding: str | None = None
    funn: list[tuple[int, str]] = field(default_factory=list)
    advarsler: list[tuple[str, str]] = field(default_factory=list)
    uttrekk: Uttrekk | None = None
    filnavn: str = ""

    def __post_init__(self) -> None:
        self.filnavn = self.filnavn or self.innhold.sti.name

    @property
    def status(self) -> str:
        """Return `godtatt` or `avvist`."""
        return "godtatt" if self.regel is None else "avvist"
