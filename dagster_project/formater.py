"""How a figure, an amount, a day and a month are written to a Norwegian reader, and the one place that rounds."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

from dagster_project.seeds import kodenavn

MELLOMROM = "\N{NO-BREAK SPACE}"
MINUS = "\N{MINUS SIGN}"
MAANEDER = tuple(kodenavn("MAANED").values())
NORSK_TID = ZoneInfo("Europe/Oslo")
MILLION = 1_000_000

Tall = int | float | Decimal


def avrund(verdi: Tall, desimaler: int) -> Decimal:
    """Return the number with so many decimals, half away from zero; what a double shows is what is rounded."""
    return Decimal(str(verdi)).quantize(Decimal(1).scaleb(-desimaler), ROUND_HALF_UP)


def norsk_tall(verdi: Tall, desimaler: int | None = None) -> str:
    """Return a number as Norwegians write it, with a space between thousands; `desimaler` None keeps what is there.

    A number that rounds to zero has no sign.
    """
    tall = Decimal(str(verdi)) if desimaler is None else avrund(verdi, desimaler)
    tekst = f"{abs(tall):,f}".replace(",", MELLOMROM).replace(".", ",")
    return MINUS + tekst if tall < 0 else tekst


def kroner(verdi: Tall) -> str:
    """Return an amount in whole kroner: `1 234 567 kr`."""
    return norsk_tall(verdi, 0) + MELLOMROM + "kr"


def runde_kroner(verdi: Tall) -> str:
    """Return an amount for a sentence: `1,32 mill. kr` from one million up, `45 000 kr` below."""
    if abs(avrund(verdi, 0)) < MILLION:
        return kroner(verdi)
    return norsk_tall(Decimal(str(verdi)) / MILLION, 2) + MELLOMROM + "mill." + MELLOMROM + "kr"


def prosent(verdi: Tall, desimaler: int = 1) -> str:
    """Return a share that is already in percent: `12,5 %`."""
    return norsk_tall(verdi, desimaler) + MELLOMROM + "%"


def endring(verdi: Tall, desimaler: int = 1) -> str:
    """Return a change in percent with its sign: `+3,2 %`, `−0,4 %`, `0,0 %`."""
    return ("+" if avrund(verdi, desimaler) > 0 else "") + prosent(verdi, desimaler)


def maaned(dag: date) -> str:
    """Return the month in words: `oktober 2026`."""
    return f"{MAANEDER[dag.month - 1]}{MELLOMROM}{dag.year}"


def dato(dag: date) -> str:
    """Return the day as Norwegians write it: `1. oktober 2026`."""
    return f"{dag.day}.{MELLOMROM}{maaned(dag)}"


def kort_maaned(dag: date) -> str:
    """Return a month as it stands over a narrow column: `okt 26`."""
    return f"{MAANEDER[dag.month - 1][:3]}{MELLOMROM}{dag:%y}"


def tidspunkt(tid: datetime) -> str:
    """Return a time of the warehouse, which is UTC without zone, as it was in Norway: `1. oktober 2026 kl. 08.00`."""
    her = tid.replace(tzinfo=UTC).astimezone(NORSK_TID)
    return f"{dato(her.date())} kl.{MELLOMROM}{her:%H.%M}"


def oppramsing(verdier: Iterable[object]) -> str:
    """Return values as a Norwegian list: `a, b og c`."""
    tekst = [str(verdi) for verdi in verdier]
    return " og ".join([", ".join(tekst[:-1]), tekst[-1]]) if len(tekst) > 1 else "".join(tekst)
