"""Shortening what a server sent: a text that was cut says so."""


def shortened(text: str, limit: int = 200) -> str:
    """A text of at most `limit` characters and an ellipsis.

    The ellipsis matters: where it stands, the report looks for the beginning of a token that the cut left over.
    """
    return text if len(text) <= limit else text[:limit] + "…"


def body_text(body: bytes) -> str:
    """The beginning of a body as text, for a sentence that quotes it."""
    # A character takes four bytes at most.
    return shortened(body[: 4 * 301].decode("utf-8", "replace"), 300)
