"""Texts as JSON can carry them: Unicode scalar values, never half of a surrogate pair.

All are in normalization form C: no document says that a server may not normalize what it stores. Nor does one say
that it may not trim it, so only `BLANK_ENDS` have blanks at their ends.
"""

import hashlib
import unicodedata

from hypothesis import strategies as st

# Letters, digits, punctuation, symbols and the space: what can be printed on a label.
_PRINTABLE = st.characters(categories=("L", "N", "P", "S"), include_characters=" ", exclude_characters="\ufffd")


def _is_blank(character: str) -> bool:
    """Whether some language trims this character away: white space, control characters, a byte order mark."""
    return character.isspace() or unicodedata.category(character) in ("Cc", "Cf")


def has_plain_ends(text: str) -> bool:
    """Whether nothing is lost when a text is trimmed."""
    return not text or not (_is_blank(text[0]) or _is_blank(text[-1]))


def _is_plain(text: str) -> bool:
    return text == text.strip() and unicodedata.is_normalized("NFC", text)


def of_printable_characters(min_size: int = 1, max_size: int = 40) -> st.SearchStrategy[str]:
    """Text of any script that can be printed, without a space at its ends."""
    return st.text(_PRINTABLE, min_size=min_size, max_size=max_size).filter(_is_plain)


def of_item(text: str, item_id: str) -> str:
    """A serial number that no other item is given: that two items may share one, in any order, is said nowhere.

    What is added follows from the item alone, so that the same run sends the same; an empty text stays empty.
    """
    return text and f"{text}-{item_tag(item_id)}"


def item_tag(item_id: str) -> str:
    """Twelve hexadecimal digits for an item: ids may begin or end alike."""
    return hashlib.sha256(item_id.casefold().encode()).hexdigest()[:12]


def look_alikes(item_id: str) -> tuple[str, ...]:
    """Serial numbers that no other item is given, and that look like numbers, a date, a formula.

    All can be printed. Each is the item's own by nine digits, of which neither the first nor the last is a zero.
    """
    digits = f"{1 + int(item_tag(item_id), 16) % 9}{int(item_tag(item_id)[::-1], 16) % 10**7:07d}7"
    forms = ("{}E3", "00{}", "{}.0", "2024-02-29T12:51:39.{}Z", "=1+{}", "+{}", "0x{}", "{}%")
    return tuple(form.format(digits) for form in forms)


SCRIPTS = ("Größe-ß", "Серия", "序列号", "シリアル", "🏷", "a b", "#1/2;3", "\\'\"", "x")
"""Printable texts of several scripts, with signs that have a meaning elsewhere."""

TRAPS = (
    "",
    "SN\x00-1",
    "null",
    "true",
    "NaN",
    "undefined",
    "00012",
    "1e3",
    "12E3",
    "1.0",
    "2024-02-29",
    "=1+1",
    "+49",
    "<b>SN&amp;1</b>",
    "'; --",
    "%53%4e",
    "\\u0053",
    "sn-1/SN-1",
    "𝟘𝟙👩‍🔧",
    "SN-1/" * 400,
)
"""Texts that stores have read, cut off or changed: words for other values, numbers, a date, a formula, NUL, other
planes, and more than a column holds."""

BLANK_ENDS = (" SN-1", "SN-1 ", "\tSN-1\n", "\ufeffSN-1")
"""Texts that stores have trimmed."""


def of_any_characters(max_size: int = 300) -> st.SearchStrategy[str]:
    """Any text that trimming leaves as it is: with control characters in it, the empty text, and very long ones."""
    anything = st.text(st.characters(exclude_categories=("Cs", "Cn")), max_size=max_size)
    long = st.builds(lambda text, times: text * times, st.sampled_from(("SN-1/", "ß", "👩")), st.integers(60, 2000))
    kept = (st.sampled_from(TRAPS) | anything | long).filter(has_plain_ends)
    return kept.filter(lambda text: unicodedata.is_normalized("NFC", text))
