"""Shortening what a server sent, with an ellipsis where it was cut."""


def shortened(text: str, limit: int = 200) -> str:
    """A text of at most `limit` characters and an ellipsis.

    The ellipsis matters: before it, the report looks for the beginning of a token that was cut off.
    """
    return text if len(text) <= limit else text[:limit] + "…"


def body_text(body: bytes) -> str:
    """The beginning of a body as text, for a sentence that quotes it."""
    # A character takes four bytes at most.
    return shortened(body[: 4 * 301].decode("utf-8", "replace"), 300)
