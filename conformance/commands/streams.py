"""Standard streams that never change the exit code: their errors say nothing about the judged server."""

import io
import os
import sys
from typing import TextIO

from orderproof.reports.redaction.harmless import escape_unencodable


class _Tolerant(io.FileIO):
    """A file that drops what is written once its reader has gone away."""

    _is_gone = False

    def write(self, data: "bytes | bytearray | memoryview", /) -> int:  # type: ignore[override]
        if not self._is_gone:
            try:
                return super().write(data) or 0
            except OSError:
                self._is_gone = True
        return len(data)


def protect_streams() -> None:
    """Make stdout and stderr tolerate a reader that goes away, a closed descriptor, and a limited encoding."""
    sys.stdout = _protected(sys.stdout, 1)
    sys.stderr = _protected(sys.stderr, 2)


def _protected(stream: TextIO | None, descriptor: int) -> TextIO:
    # A closed descriptor leaves no stream at all.
    if stream is None:
        return open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123 - it lives as long as the process
    if isinstance(stream, io.TextIOWrapper) and _descriptor_of(stream) == descriptor:
        stream.flush()
        stream = io.TextIOWrapper(
            io.BufferedWriter(_Tolerant(descriptor, "w", closefd=False)),  # type: ignore[type-var]
            encoding=stream.encoding,
            errors=stream.errors,
            line_buffering=stream.line_buffering,
        )
    escape_unencodable(stream)
    return stream


def _descriptor_of(stream: io.TextIOWrapper) -> int | None:
    """The descriptor of a stream; None for a replacement without one."""
    try:
        return stream.fileno()
    except (OSError, ValueError):
        return None
