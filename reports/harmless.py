"""Server bytes on their way to a terminal or a CI log, made harmless."""

import io
import re
import unicodedata
from typing import TextIO

# GitHub takes `::` at the beginning of a line; the others are looked for anywhere in it.
_COMMAND = re.compile(r"^\s*(?=::)|##(?=\[|vso\[|teamcity\[)", re.MULTILINE | re.IGNORECASE)


def harmless(text: str) -> str:
    """A text that moves no cursor, sets no title, reverses no line and gives a CI runner no command.

    Control and format characters are shown escaped (`\\x1b`, `\\u202e`); what a runner would take for a command gets a
    character more that keeps it from being one.
    """
    return _COMMAND.sub(lambda match: f"{match[0]}\u2506", escaped(text))


def escaped(text: str) -> str:
    """A text with its control and format characters shown escaped."""
    # Nearly every text has nothing to escape, and looking at each character would take most of a page's time.
    is_plain = text.replace("\n", "").replace("\t", "").isprintable()
    return text if is_plain else "".join(_shown(character) for character in text)


def _shown(character: str) -> str:
    if character in "\n\t":
        return character
    # Cc control, Cf format (bidirectional overrides), Cs lone surrogates, Zl and Zp separators.
    if unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp"):
        code = ord(character)
        return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
    return character


def one_line(text: str, limit: int = 300) -> str:
    """A text on one harmless line, shortened."""
    folded = harmless(" ".join(text.split()))
    return folded if len(folded) <= limit else folded[: limit - 1] + "…"


def escape_unencodable(stream: TextIO) -> None:
    """Make a stream show escaped what its encoding lacks; the strict default would end a report in a traceback."""
    if isinstance(stream, io.TextIOWrapper) and stream.errors == "strict":
        stream.reconfigure(errors="backslashreplace")
