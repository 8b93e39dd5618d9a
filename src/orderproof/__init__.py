"""orderproof: says whether a server keeps the documented NewStore order API."""

__version__ = "0.2.0"
