"""Time a command as a whole process, its children included, and watch how much memory they hold together."""

import os
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

INTERVALL = 0.05


@dataclass(frozen=True)
class Maaling:
    """Wall time in seconds; peak memory in MB summed over the process and all its children."""

    sekunder: float
    topp_mb: float
    utgangskode: int


def kjor_og_maal(kommando: Sequence[str], miljo: Mapping[str, str] | None = None) -> Maaling:
    """Run a command to its end, its output thrown away."""
    start = time.perf_counter()
    prosess = subprocess.Popen(
        kommando, env=dict(miljo or os.environ), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    topp = 0
    ferdig = threading.Event()

    def vakt() -> None:
        nonlocal topp
        while not ferdig.wait(INTERVALL):
            topp = max(topp, _minne_av_treet(prosess.pid))

    traad = threading.Thread(target=vakt)
    traad.start()
    kode = prosess.wait()
    slutt = time.perf_counter()
    ferdig.set()
    traad.join()
    return Maaling(slutt - start, topp / 1024 / 1024, kode)


def _minne_av_treet(rot: int) -> int:
    """Return resident bytes of a process and its descendants. Linux only."""
    side = os.sysconf("SC_PAGE_SIZE")
    barn: dict[int, list[int]] = {}
    minne: dict[int, int] = {}
    for mappe in Path("/proc").iterdir():
        if not mappe.name.isdigit():
            continue
        try:
            felt = (mappe / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        barn.setdefault(int(felt[1]), []).append(int(mappe.name))
        minne[int(mappe.name)] = int(felt[21]) * side
    igjen, sum_ = [rot], 0
    while igjen:
        pid = igjen.pop()
        sum_ += minne.get(pid, 0)
        igjen += barn.get(pid, [])
    return sum_
