"""The layouts of the KOSTRA extracts, read from `seeds/kostra_layout.csv` and `seeds/kostra_felt.csv`."""

from dataclasses import dataclass
from functools import cache

from dagster_project.seeds import read_seed

OSLO = "0301"
HELE_KOMMUNEN = "00"
"""What stands for the district where the file is from the whole municipality."""


@dataclass(frozen=True)
class Felt:
    """One field of a record: its official name, 1-based position and width in characters."""

    navn: str
    fra: int
    lengde: int
    type: str
    """`tekst`, `heltall` or `dato`."""
    datoformat: str
    """strftime format where the type is `dato`, otherwise empty."""
    obligatorisk: bool


@dataclass(frozen=True)
class Layout:
    """How a record of one form is laid out in the reporting years `fra_aar` to `til_aar`, both included."""

    layout_id: str
    skjema: str
    fra_aar: int
    til_aar: int
    postlengde: int
    felter: tuple[Felt, ...]

    def felt(self, navn: str) -> Felt | None:
        """Return the field with that official name, or None where this layout does not have it."""
        return next((felt for felt in self.felter if felt.navn == navn), None)


@cache
def layouts() -> tuple[Layout, ...]:
    """Return every layout we can read, in the order of the seed."""
    felter: dict[str, list[Felt]] = {}
    for row in read_seed("kostra_felt"):
        felter.setdefault(row["layout_id"], []).append(
            Felt(
                row["felt"],
                int(row["fra"]),
                int(row["lengde"]),
                row["type"],
                row["datoformat"],
                row["obligatorisk"] == "ja",
            )
        )
    return tuple(
        Layout(
            row["layout_id"],
            row["skjema"],
            int(row["gyldig_fra_aar"]),
            int(row["gyldig_til_aar"]),
            int(row["postlengde"]),
            tuple(felter[row["layout_id"]]),
        )
        for row in read_seed("kostra_layout")
    )


def find_layout(skjema: str, aar: int) -> Layout | None:
    """Return the layout of a form in a reporting year, or None where we know of none."""
    return next((item for item in layouts() if item.skjema == skjema and item.fra_aar <= aar <= item.til_aar), None)


def kjente_aar(skjema: str) -> tuple[int, ...]:
    """Return the reporting years we have a layout for, ascending."""
    return tuple(
        sorted(aar for item in layouts() if item.skjema == skjema for aar in range(item.fra_aar, item.til_aar + 1))
    )
