"""Ids that are nearly one that exists, and names that are no type of id."""

from dataclasses import dataclass

from hypothesis import strategies as st

# Patterns of look-ups that were meant to be exact: SQL's and the shell's wildcards stand beside plain characters.
_ADDED = "09afzAZ-_.*%"


@dataclass(frozen=True, slots=True)
class NearMiss:
    """A way to make an id that names something else or nothing; `text` is what is added or put in place."""

    how: str
    text: str = ""

    def of(self, identifier: str) -> str:
        """The near miss of an id: never the id itself, not even in another case, and never empty."""
        if self.how == "without-first" and len(identifier) > 1:
            return identifier[1:]
        if self.how == "without-last" and len(identifier) > 1:
            return identifier[:-1]
        if self.how == "half" and len(identifier) > 1:
            return identifier[: len(identifier) // 2]
        if self.how == "other-last":
            other = self.text if self.text.casefold() != identifier[-1:].casefold() else "1"
            return identifier[:-1] + other
        if self.how == "before":
            return self.text + identifier
        return identifier + (self.text or "0")


near_misses: st.SearchStrategy[NearMiss] = st.one_of(
    st.sampled_from(["without-last", "without-first", "half"]).map(NearMiss),
    st.builds(NearMiss, st.sampled_from(["other-last", "after", "before"]), st.sampled_from(_ADDED)),
    st.builds(NearMiss, st.sampled_from(["after", "before"]), st.text(_ADDED[:6], min_size=2, max_size=4)),
)
"""Near misses of any id: a part of it, more than it, a wildcard, a neighbour. Upper and lower case are no difference."""

no_id_types: st.SearchStrategy[str] = st.one_of(
    st.sampled_from(["", "uid", "both", "order", "internal,external", "internalexternal", "ext", "int", "null"]),
    # Letters that neither word begins with, so that no abbreviation and no other case of one comes out.
    st.text("abcdfghjklmnopq0123456789_", min_size=1, max_size=12),
)
"""Values of `id_type` that are none. The two words in another case are left out: a server may know them."""
