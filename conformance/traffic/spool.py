"""Recorded exchanges on disk, in a file without a name: memory holds their times alone."""

import pickle
import tempfile
from collections.abc import Iterator

from orderproof.conformance.traffic.entry import Recorded


class Spool:
    """Exchanges by their number, from 0, in the order in which they were added."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile(prefix="orderproof-")  # noqa: SIM115 - closed by `close`
        self._places: list[int] = []
        self._starts: list[float] = []

    def close(self) -> None:
        """Give up the file, and with it all exchanges."""
        self._file.close()

    def __len__(self) -> int:
        return len(self._places)

    def add(self, recorded: Recorded) -> None:
        """Put an exchange at the end."""
        self._places.append(self._file.tell())
        # What tells no time stays behind what was recorded before it.
        self._starts.append(recorded.start if recorded.start is not None else (self._starts or [0.0])[-1])
        pickle.dump(recorded, self._file, pickle.HIGHEST_PROTOCOL)

    def by_time(self) -> Iterator[tuple[int, Recorded]]:
        """Every exchange with its number, by the time at which it was sent: files are not always in that order."""
        for number in sorted(range(len(self)), key=self._starts.__getitem__):
            yield number, self.get(number)

    def get(self, number: int) -> Recorded:
        """The exchange with a number."""
        self._file.seek(self._places[number])
        # Nobody else can write into a file without a name.
        found: Recorded = pickle.load(self._file)
        return found
