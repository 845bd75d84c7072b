"""Files that are not in use yet, for a daemon to check."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from . import durable
from .files import File, NotWritten, encoded

_PLACES = (Path("/run"), Path(tempfile.gettempdir()))  # the first is in memory: secrets leave no trace


@contextlib.contextmanager
def candidate(wanted: Sequence[File]) -> Iterator[Path]:
    """Yield a directory in which the files lie below their paths, until it is left. Raises NotWritten."""
    parent = next((each for each in _PLACES if os.access(each, os.W_OK)), None)
    with contextlib.ExitStack() as stack:
        try:
            name = stack.enter_context(tempfile.TemporaryDirectory(prefix="evergate-candidate-", dir=parent))
            for file in wanted:
                place = Path(name, file.path.lstrip("/"))
                durable.make_directories(place.parent, 0o755)
                durable.create(place, encoded(file.content), file.mode)
        except OSError as error:
            raise NotWritten(str(error.filename or parent), error.strerror or str(error)) from error
        yield Path(name)
