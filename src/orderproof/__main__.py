"""`python -m orderproof` is `orderproof`."""

import sys
from pathlib import Path

# `python -m` puts the working folder first, where a file of the user's may be called as a library of ours.
if sys.path and Path(sys.path[0] or ".").resolve() == Path.cwd():
    del sys.path[0]

from orderproof.conformance.cli import main

if __name__ == "__main__":
    main()
