"""Put a file in its place whole, so that nobody opens half of it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def ny_fil(fil: Path) -> Iterator[Path]:
    """Give a hidden path beside the file to write to; it becomes the file once all went well, and else is removed.

    Raises:
        OSError: if it cannot be written there.
    """
    fil.parent.mkdir(parents=True, exist_ok=True)
    # A name of its own, so that two who write at the same time do not write in the same file.
    ny = fil.with_name(f".{fil.name}.{os.getpid()}.ny")
    ny.unlink(missing_ok=True)
    try:
        yield ny
        ny.replace(fil)
    finally:
        ny.unlink(missing_ok=True)
