"""Making what a server sent harmless for a terminal or a CI log."""

import codecs
import io
import re
import unicodedata
from typing import TextIO

_ODD = re.compile(r"[^\n\t -~]")
# GitHub reads `::` at the beginning of a line as a command; other CI servers search the whole line.
_COMMAND = re.compile(r"^[^\S\n]*(?=::)|##(?=\[|vso\[|teamcity\[)", re.MULTILINE | re.IGNORECASE)


def harmless(text: str) -> str:
    """A text that moves no cursor, sets no title, reverses no line and gives a CI runner no command.

    Control and format characters are shown escaped (`\\x1b`, `\\u202e`); a character is inserted into what a CI runner
    would read as a command.
    """
    return _COMMAND.sub(lambda match: f"{match[0]}\u2506", escaped(text))


def escaped(text: str) -> str:
    """A text with its control and format characters shown escaped."""
    return _ODD.sub(lambda match: _shown(match[0]), text)


def _shown(character: str) -> str:
    code = ord(character)
    if not is_harmful(character):
        return character
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def is_harmful(character: str) -> bool:
    """Whether a character controls the display, or is not a Unicode character at all."""
    code = ord(character)
    # Noncharacters of Unicode; XML forbids some of them.
    if code & 0xFFFE == 0xFFFE or 0xFDD0 <= code <= 0xFDEF:
        return True
    # Cc control, Cf format (bidirectional overrides), Cs lone surrogates, Zl and Zp separators.
    return unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp")


def shortened(text: str, limit: int) -> str:
    """A text of at most `limit` characters; if it was cut, the last one is an ellipsis."""
    return text if len(text) <= limit else text[: limit - 1] + "…"


def one_line(text: str, limit: int = 300) -> str:
    """A text on one harmless line, shortened."""
    # A text may have megabytes; escaping never shortens it.
    folded = " ".join(text[: 20 * limit].split())
    return shortened(harmless(shortened(folded, limit)), limit)


# Plain forms of the punctuation in our own sentences, for code pages that lack it. Marks of verdicts have their own.
_PLAIN = {"…": "...", "–": "-", "—": "-", "→": "->", "“": '"', "”": '"', "‘": "'", "’": "'", "‹": "<", "›": ">"}


def _plain(error: UnicodeError) -> tuple[str | bytes, int]:
    if not isinstance(error, UnicodeEncodeError) or error.object[error.start] not in _PLAIN:
        return codecs.backslashreplace_errors(error)
    return _PLAIN[error.object[error.start]], error.start + 1


codecs.register_error("orderproof", _plain)


def escape_unencodable(stream: TextIO) -> None:
    """Make a stream write characters that its encoding lacks in a plainer form, or escaped.

    The strict default would end a report with a traceback.
    """
    if isinstance(stream, io.TextIOWrapper) and stream.errors in ("strict", "backslashreplace"):
        stream.reconfigure(errors="orderproof")
