"""HAR files as a stream of their entries: however large a file is, one entry of it is held at a time."""

import gzip
import io
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast

import ijson

from orderproof.conformance.errors import UsageError

_BOM = b"\xef\xbb\xbf"
_GZIP = b"\x1f\x8b"
_SNIFFED = 65_536
# Members that some recorders write for themselves may be anything; the name of the creator stands near the beginning.
_OWN = re.compile(rb'"creator"\s*:\s*\{[^{}]{0,500}"name"\s*:\s*"orderproof"')


@dataclass(slots=True)
class Archive:
    """A HAR file that is being read: `entries` so far, and `cut`, why it was not read to its end."""

    path: Path
    name: str
    is_own: bool = False
    entries: int = 0
    cut: str | None = None

    def read(self) -> Iterator[Any]:
        """The entries of the file, in its order. Raises `UsageError` for a file that is no HAR."""
        try:
            with _opened(self.path) as file:
                beginning = file.peek(_SNIFFED)[:_SNIFFED]
                self.is_own = _OWN.search(beginning) is not None
                if beginning.startswith(_BOM):
                    file.read(len(_BOM))
                self._refuse_other_files(beginning)
                yield from self._entries(file)
        except OSError as error:
            raise UsageError(f"{self.path}: cannot be read ({error.strerror or error})") from None
        if not self.entries and self.cut is None:
            self._refuse_without_entries()

    def _entries(self, file: IO[bytes]) -> Iterator[Any]:
        try:
            for entry in ijson.items(file, "log.entries.item", use_float=True):
                self.entries += 1
                yield entry
        except ijson.IncompleteJSONError:
            self.cut = "the file ends in the middle"
        except (ijson.JSONError, ValueError) as error:
            # ijson tells by the same error what is cut off and what is wrong.
            self.cut = f"it is not valid JSON from there on ({_first_line(error)})"
        if self.cut and not self.entries:
            raise UsageError(
                f"{self.path}: holds no whole entry ({self.cut}); record it again, or export it once more as HAR 1.2"
            )

    def _refuse_other_files(self, beginning: bytes) -> None:
        text = beginning.removeprefix(_BOM).lstrip()
        if not text:
            raise UsageError(f"{self.path}: is empty; record the traffic again")
        if not text.startswith(b"{"):
            kind = "UTF-16 text" if beginning[:2] in (b"\xff\xfe", b"\xfe\xff") else "no JSON object"
            raise UsageError(
                f"{self.path}: is {kind}, so it is not a HAR file; export the traffic as HAR 1.2, in UTF-8"
            )

    def _refuse_without_entries(self) -> None:
        with _opened(self.path) as file:
            if file.peek(3).startswith(_BOM):
                file.read(len(_BOM))
            if not any(True for _ in ijson.items(file, "log.entries")):
                raise UsageError(
                    f"{self.path}: has no log.entries, so it is not a HAR file; export the traffic as HAR 1.2"
                )


class _UpToTheCut(io.RawIOBase):
    """What can be unpacked of a file that may be cut off: its JSON tells that it is."""

    def __init__(self, unpacked: gzip.GzipFile) -> None:
        self._unpacked = unpacked

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Read what comes next into a buffer; 0 at the end, and at the cut."""
        try:
            data = self._unpacked.read1(len(buffer))
        except (EOFError, gzip.BadGzipFile, zlib.error):
            return 0
        buffer[: len(data)] = data
        return len(data)


@contextmanager
def _opened(path: Path) -> Iterator[io.BufferedReader]:
    """A file, unpacked where it is packed by gzip, whatever its name."""
    with path.open("rb", buffering=_SNIFFED) as plain:
        file = cast(io.BufferedReader, plain)
        if not file.peek(2).startswith(_GZIP):
            yield file
            return
        with gzip.GzipFile(fileobj=file) as unpacked:
            yield io.BufferedReader(_UpToTheCut(unpacked), _SNIFFED)


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
