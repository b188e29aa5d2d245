"""Several hands on one database in memory.

DuckDB shares a table's rows between threads in groups of 122 880, so that a file of 100 000 records is one thread's
work. Here each worker has a table of its own to fill, and takes its turn at the rules.
"""

from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Self

import duckdb

MINNE = "kontroll_minne"
STORST = 4


class Arbeidslag:
    """Cursors in a fresh database in memory, one for each worker and one, `con`, for what is done between.

    `antall` is the number of workers: at most `onsket`, the threads DuckDB may use, and four.
    """

    def __init__(self, con: duckdb.DuckDBPyConnection, onsket: int):
        self.con = con.cursor()
        self.con.execute(f"detach database if exists {MINNE}")
        self.con.execute(f"attach ':memory:' as {MINNE}")
        self.con.execute(f"use {MINNE}")
        traader = self.con.execute("select current_setting('threads')::integer").fetchone()[0]
        self.antall = max(1, min(onsket, traader, STORST))
        # Each worker does its own query alone: what DuckDB spends on sharing out queries of a few milliseconds is more
        # than they take.
        self._traader = traader
        self.con.execute("set threads = 1")
        self._hender = []
        for _ in range(self.antall):
            markor = self.con.cursor()
            markor.execute(f"use {MINNE}")
            self._hender.append((ThreadPoolExecutor(max_workers=1), markor))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, type_: type[BaseException] | None, feil: BaseException | None, spor: TracebackType | None
    ) -> None:
        for traad, markor in self._hender:
            traad.shutdown(cancel_futures=True)
            markor.close()
        self.con.execute(f"set threads = {self._traader}")
        self.con.close()

    def alle(self, sql: str) -> None:
        """Execute on every cursor what each must have for itself, as variables are."""
        for markor in (self.con, *(markor for _, markor in self._hender)):
            markor.execute(sql)

    def fordel(self, arbeid: Callable[..., None], oppgaver: Iterable[tuple]) -> None:
        """Do `arbeid(cursor, *oppgave)` for every task; number k goes to worker k modulo `antall`.

        Tasks are fetched as there are hands for them, so that an iterable of large ones is never all in memory.
        """
        venter: deque[Future] = deque()
        for nummer, oppgave in enumerate(oppgaver):
            traad, markor = self._hender[nummer % self.antall]
            venter.append(traad.submit(arbeid, markor, *oppgave))
            while len(venter) > 2 * self.antall:
                venter.popleft().result()
        for fremtid in venter:
            fremtid.result()
