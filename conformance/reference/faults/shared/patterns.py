"""What several faults share: a look-up by SQL's LIKE in place of an equal sign."""

from __future__ import annotations

import re


def is_like(text: str, pattern: str) -> bool:
    """Whether a text is like a pattern: `%` is any text, `_` any one character."""
    wildcards = {"%": ".*", "_": "."}
    expression = "".join(wildcards.get(character) or re.escape(character) for character in pattern)
    return re.fullmatch(expression, text, re.DOTALL) is not None
