"""Tell whoever is watching how far a run has come. Silent unless the command line listens."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

_lytter: Callable[[str], None] | None = None


def si(tekst: str) -> None:
    """Say, in Norwegian, what is being done now."""
    if _lytter is not None:
        _lytter(tekst)


@contextmanager
def lytt(lytter: Callable[[str], None]) -> Iterator[None]:
    """Send what is said to `lytter` for as long as the block runs."""
    global _lytter
    forrige, _lytter = _lytter, lytter
    try:
        yield
    finally:
        _lytter = forrige
