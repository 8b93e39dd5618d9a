"""`python -m conformance` is `orderproof`."""

from conformance.cli import main

if __name__ == "__main__":
    main()
