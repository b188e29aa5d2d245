"""The one place the clock is read; everything else is given its time."""

from datetime import UTC, datetime


def naa() -> datetime:
    """Return the time now, UTC without zone, in whole seconds."""
    return datetime.now(UTC).replace(tzinfo=None, microsecond=0)
