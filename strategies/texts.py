"""Texts as JSON can carry them: Unicode scalar values, never half of a surrogate pair.

All are in normalization form C: no document says that a server may not normalize what it stores.
"""

import hashlib
import unicodedata

from hypothesis import strategies as st

# Letters, digits, punctuation, symbols and the space: what can be printed on a label.
_PRINTABLE = st.characters(categories=("L", "N", "P", "S"), include_characters=" ", exclude_characters="\ufffd")


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


TRAPS = (
    "",
    " ",
    " SN-1",
    "SN-1 ",
    "\tSN-1\n",
    "SN-1\x00",
    "\ufeffSN-1",
    "null",
    "00012",
    "1e3",
    "+49",
    "<b>SN&amp;1</b>",
    "'; --",
    "%53%4e",
    "\\u0053",
    "sn-1/SN-1",
    "𝟘𝟙👩‍🔧",
    "SN-1/" * 400,
)
"""Texts that stores have trimmed, cut off or changed: spaces, NUL, other planes, and more than a column holds."""


def of_any_characters(max_size: int = 300) -> st.SearchStrategy[str]:
    """Any text at all: control characters, spaces at its ends, the empty text, and very long ones."""
    anything = st.text(st.characters(exclude_categories=("Cs", "Cn")), max_size=max_size)
    long = st.builds(lambda text, times: text * times, st.sampled_from(("SN-1/", "ß", "👩")), st.integers(60, 2000))
    return (st.sampled_from(TRAPS) | anything | long).filter(lambda text: unicodedata.is_normalized("NFC", text))
