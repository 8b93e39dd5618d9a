"""Ids that are nearly one that exists, other spellings of one, and names that are no type of id."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from hypothesis import strategies as st

# Patterns of look-ups that were meant to be exact: SQL's and the shell's wildcards stand beside plain characters. No
# zero: a server may read an id that is a number as one, and then a zero before it is nothing.
_ADDED = "19afzAZ-_.*%"


@dataclass(frozen=True, slots=True)
class NearMiss:
    """A way to make an id that names something else or nothing; `text` is what is added or put in place."""

    how: str
    text: str = "1"

    def of(self, identifier: str) -> str:
        """The near miss of an id: never the id itself, not even in another case, and never empty."""
        if len(identifier) > 1:
            if self.how == "without-first" and identifier[0] != "0":
                return identifier[1:]
            if self.how == "without-last":
                return identifier[:-1]
            if self.how == "half":
                return identifier[: len(identifier) // 2]
        if self.how == "other-last":
            last = identifier[-1:].casefold()
            return identifier[:-1] + next(text for text in (self.text, "1", "2") if text.casefold() != last)
        if self.how == "instead":
            return self.text
        if self.how == "around":
            return self.text + identifier + self.text
        if self.how == "before":
            return self.text + identifier
        return identifier + self.text


PATTERNS = (NearMiss("other-last", "%"), NearMiss("other-last", "_"))
"""The patterns of SQL's LIKE that find an id: never to be left to chance."""

QUOTED = (
    NearMiss("other-last", "*"),
    NearMiss("around", '"'),
    NearMiss("after", "' --"),
)
"""An id as a shell or a query would read it: with a wildcard, in quotes, and with a comment sign after it."""

ALWAYS_TRUE, UNEQUAL = NearMiss("instead", "' OR '1'='1"), NearMiss("instead", '{"$ne":null}')
"""What finds everything where an id is put as it is into a query of SQL, or of a document store."""

near_misses: st.SearchStrategy[NearMiss] = st.one_of(
    st.sampled_from(["without-last", "without-first", "half"]).map(NearMiss),
    st.builds(NearMiss, st.sampled_from(["other-last", "after", "before"]), st.sampled_from(_ADDED)),
    st.builds(NearMiss, st.sampled_from(["after", "before"]), st.text(_ADDED[:6], min_size=2, max_size=4)),
)
"""Near misses of any id: a part of it, more than it, a wildcard, a neighbour; never the id in another case."""

_FULL_WIDTH = str.maketrans({str(digit): chr(ord("\uff10") + digit) for digit in range(10)})

SPELLINGS: Mapping[str, Callable[[str], str]] = {
    "without its hyphens": lambda identifier: identifier.replace("-", ""),
    "in braces": "{{{}}}".format,
    "as a URN": "urn:uuid:{}".format,
    "in full-width digits": lambda identifier: identifier.translate(_FULL_WIDTH),
    "with a blank after it": "{} ".format,
}
"""Spellings in which parsers and databases recognize a UUID, beside the one that the document shows."""

no_id_types: st.SearchStrategy[str] = st.one_of(
    st.sampled_from(["", "uid", "both", "order", "internal,external", "internalexternal", "ext", "int", "null"]),
    # Letters that neither word begins with, so that no abbreviation and no other case of one comes out.
    st.text("abcdfghjklmnopq0123456789_", min_size=1, max_size=12),
)
"""Values of `id_type` that are none. The two words in another case are left out: a server may know them."""
