"""One writer at a time: the warehouse is a file, and a run from the web page must not meet one from the shell."""

import contextlib
import fcntl
from collections.abc import Iterator
from pathlib import Path

from dagster_project.feil import Brukerfeil
from dagster_project.settings import Mappe

_holdt: set[Path] = set()


@contextlib.contextmanager
def enerett(mappe: Mappe, *, vent: bool = False) -> Iterator[None]:
    """Hold the folder for the length of the block; a block inside it in the same process passes straight through.

    Raises:
        Brukerfeil: if another process holds it and `vent` is false.
    """
    opptatt = f"En annen kjøring holder på i {mappe.rot}. Prøv igjen når den er ferdig."
    with hold(mappe.lasfil, opptatt, vent=vent):
        yield


@contextlib.contextmanager
def hold(lasfil: Path, opptatt: str, *, vent: bool = False) -> Iterator[None]:
    """Hold a lock for the length of the block; a block inside it in the same process passes straight through.

    Raises:
        Brukerfeil: `opptatt`, if another process holds it and `vent` is false.
    """
    if lasfil in _holdt:
        yield
        return
    lasfil.parent.mkdir(parents=True, exist_ok=True)
    with lasfil.open("w") as las:
        try:
            fcntl.flock(las, fcntl.LOCK_EX if vent else fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Brukerfeil(opptatt) from None
        _holdt.add(lasfil)
        try:
            yield
        finally:
            _holdt.discard(lasfil)
