"""What is judged, and the machinery that runs it."""

__version__ = "0.1.0"
