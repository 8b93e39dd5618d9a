"""Changes that show a moment after they were answered."""

from datetime import timedelta

#: How much later a change shows that does not at once.
LATER = timedelta(milliseconds=300)
