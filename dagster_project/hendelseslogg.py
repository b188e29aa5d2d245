"""Dagster's event log in SQLite, with its databases kept open.

Dagster opens the database anew for each event and so compiles each statement and writes the log through each time; of a
run of a thousand events that was a fifth. The files are the same, so the log can be read by the class it comes from.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from dagster import _check as check
from dagster._core.storage.event_log import SqliteEventLogStorage
from dagster._core.storage.sqlite import SQLITE_BUSY_TIMEOUT_SECONDS
from sqlalchemy import Connection, Engine, create_engine, event

MAKS_AAPNE = 4
"""Databases kept open: the index, the run that goes on, and what a page looks at. There is one for each run."""


class Hendelseslogg(SqliteEventLogStorage):
    """The event log, one open connection to each database in use."""

    def __init__(self, base_dir: str, inst_data: Any = None) -> None:
        self._motorer: dict[str, Engine] = {}
        super().__init__(base_dir, inst_data)

    @classmethod
    def from_config_value(cls, inst_data: Any, config_value: Any) -> "Hendelseslogg":
        """Return the log as dagster.yaml asks for it."""
        return cls(inst_data=inst_data, **config_value)

    @contextmanager
    def _connect(self, shard: str) -> Iterator[Connection]:
        with self._db_lock:
            motor = self._motor(check.str_param(shard, "shard"))
            if shard not in self._initialized_dbs:
                self._initdb(motor)
                self._initialized_dbs.add(shard)
            with motor.begin() as forbindelse:
                yield forbindelse

    def _motor(self, shard: str) -> Engine:
        # Taken out and put back, so that the one not used for longest stands first.
        motor = self._motorer.pop(shard, None) or _ny_motor(self.conn_string_for_shard(shard))
        self._motorer[shard] = motor
        while len(self._motorer) > MAKS_AAPNE:
            self._motorer.pop(next(iter(self._motorer))).dispose()
        return motor

    def dispose(self) -> None:
        """Close the databases."""
        while self._motorer:
            self._motorer.popitem()[1].dispose()
        super().dispose()


def _ny_motor(tilkobling: str) -> Engine:
    motor = create_engine(tilkobling, connect_args={"timeout": SQLITE_BUSY_TIMEOUT_SECONDS})

    @event.listens_for(motor, "connect")
    def _(forbindelse: Any, _: Any) -> None:
        # With a write-ahead log this is as safe against a crash of the program; a power failure may lose last events.
        forbindelse.execute("pragma synchronous = normal")

    return motor
