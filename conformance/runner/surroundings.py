"""A run's surroundings decide nothing: only seed, profile and target decide what is sent.

Each library that reads its environment or the working folder is a door, and each is shut here or where it is used:

- pytest: variables of its own, plugins that are installed beside us, `conftest.py` and settings of the folder in which
  a run is started or above it (the checks are named by their folder, whose `pytest.ini` is the only one read);
- Hypothesis: plugins, a profile for CI systems (every setting is given in `kit/properties.py`), its example database
  (none is used) and its folder of cached tables, which is kept out of the working folder;
- Schemathesis: its configuration file and hooks (the configuration is given, in `strategies/generated.py`).
"""

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from orderproof.conformance.errors import UsageError

_PREFIXES = ("PYTEST_", "HYPOTHESIS_", "SCHEMATHESIS_")
_HYPOTHESIS_FOLDER = "HYPOTHESIS_STORAGE_DIRECTORY"
_GIVEN = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "HYPOTHESIS_NO_PLUGINS": "1"}


def require_assertions() -> None:
    """Raise `UsageError` where Python leaves out what checks assert: everything would pass."""
    if sys.flags.optimize:
        raise UsageError("PYTHONOPTIMIZE or -O leaves assertions out of the checks; run orderproof without it")


@contextmanager
def temporary_files_in(folder: Path) -> Iterator[None]:
    """Have temporary files in a folder of `folder` where no other can be written, as with a read-only root."""
    try:
        tempfile.gettempdir()
    except FileNotFoundError:
        with tempfile.TemporaryDirectory(prefix=".temporary-", dir=folder) as name:
            tempfile.tempdir = os.environ["TMPDIR"] = str(Path(name).absolute())
            try:
                yield
            finally:
                tempfile.tempdir = None
                del os.environ["TMPDIR"]
    else:
        yield


@contextmanager
def closed_surroundings() -> Iterator[None]:
    """Shut what the environment and the working folder may decide, for as long as a run takes."""
    before = {name: value for name, value in os.environ.items() if name.startswith(_PREFIXES)}
    for name in before:
        del os.environ[name]
    os.environ.update(_GIVEN)
    try:
        with _hypothesis_folder():
            yield
    finally:
        for name in (*_GIVEN, _HYPOTHESIS_FOLDER):
            os.environ.pop(name, None)
        os.environ.update(before)


@contextmanager
def _hypothesis_folder() -> Iterator[None]:
    """Keep Hypothesis' cached tables of Unicode with the user's other caches, or where there are none for this run."""
    # Imported only now: it looks for plugins as it is imported.
    from hypothesis.configuration import set_hypothesis_home_dir

    with ExitStack() as stack:
        folder = _cache_folder() or stack.enter_context(tempfile.TemporaryDirectory(prefix="orderproof-"))
        # By the environment, which workers have too: theirs would be in the working folder.
        os.environ[_HYPOTHESIS_FOLDER] = str(folder)
        set_hypothesis_home_dir(None)
        try:
            yield
        finally:
            # It remembers the folder, which may be gone now.
            set_hypothesis_home_dir(None)


def _cache_folder() -> Path | None:
    """The folder for it among the user's caches; None where it cannot be had, as for a user without a home."""
    home = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA")
    try:
        folder = (Path(home) if home else Path.home() / ".cache") / "orderproof" / "hypothesis"
        folder.mkdir(parents=True, exist_ok=True)
    except (OSError, RuntimeError):
        return None
    return folder if os.access(folder, os.W_OK) else None
