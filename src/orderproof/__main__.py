"""`python -m orderproof` is `orderproof`."""

from orderproof.conformance.cli import main

if __name__ == "__main__":
    main()
