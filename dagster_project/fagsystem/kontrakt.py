"""The contract for monthly deliveries: `seeds/fagsystem_objekt.csv`, `seeds/fagsystem_felt.csv` and the code lists.

It is ours, and no format of a vendor: a municipality maps its own report to it in a profile.
"""

from dataclasses import dataclass
from functools import cache

from dagster_project.seeds import read_seed

TYPER = {
    "tekst": "en tekst",
    "kode": "en kjent kode",
    "dato": "en dato",
    "belop": "et beløp",
    "heltall": "et helt tall",
    "ja_nei": "ja eller nei",
}
"""What a value of each type is called in a message."""


@dataclass(frozen=True)
class Felt:
    """One field of the contract.

    `kolonne` is its column in `raw`, empty for what never gets there; `fra` the field it is made from, empty for
    most; `personvern` is `direkte` or `indirekte` for what tells who somebody is.
    """

    navn: str
    kolonne: str
    type: str
    lengde: int | None
    kreves: bool
    kreves_ved_status: tuple[str, ...]
    kodeliste: str
    fra: str
    personvern: str

    @property
    def koder(self) -> tuple[str, ...]:
        """Return the codes the field may hold; empty for a field without a code list."""
        return koder(self.kodeliste) if self.kodeliste else ()


@dataclass(frozen=True)
class Objekt:
    """One object of the contract: what a file holds rows of.

    `periodedato` is the field a period extract is cut by, empty where there is none; `uttrekkstype` how it is
    delivered unless the profile says otherwise.
    """

    navn: str
    tittel: str
    nokkel: str
    periodedato: str
    uttrekkstype: str
    felter: tuple[Felt, ...]

    def felt(self, navn: str) -> Felt | None:
        """Return the field with that name, or None."""
        return next((felt for felt in self.felter if felt.navn == navn), None)

    @property
    def raatabell(self) -> str:
        """Return the table its rows are kept in."""
        return f"raw.fagsystem_{self.navn}"


@cache
def koder(liste: str) -> tuple[str, ...]:
    """Return the codes of a list in `seeds/kodeliste.csv`, of any year, each once."""
    return tuple(dict.fromkeys(rad["kode"] for rad in read_seed("kodeliste") if rad["liste"] == liste))


@cache
def objekter() -> dict[str, Objekt]:
    """Return the objects of the contract by name, in the order of the seed."""
    felter: dict[str, list[Felt]] = {}
    for rad in read_seed("fagsystem_felt"):
        felter.setdefault(rad["objekt"], []).append(
            Felt(
                rad["felt"],
                rad["kolonne"],
                rad["type"],
                int(rad["lengde"]) if rad["lengde"] else None,
                rad["kreves"] == "ja",
                tuple(rad["kreves_ved_status"].split()),
                rad["kodeliste"],
                rad["fra"],
                rad["personvern"],
            )
        )
    return {
        rad["objekt"]: Objekt(
            rad["objekt"],
            rad["navn"],
            rad["nokkel"],
            rad["periodedato"],
            rad["uttrekkstype"],
            tuple(felter[rad["objekt"]]),
        )
        for rad in read_seed("fagsystem_objekt")
    }
