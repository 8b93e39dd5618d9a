"""Why an order is canceled: texts that every server must take for a reason or a note, and values that are none."""

from typing import Any

from hypothesis import strategies as st

from orderproof.strategies.texts import of_printable_characters

OF_OTHER_TYPES: tuple[Any, ...] = (0, 1, -1.5, True, False, [], ["Customer remorse"], {}, {"text": "Customer remorse"})
"""JSON values that are neither a string nor null; the falsy ones too, which a careless check takes for absent."""

# Control characters are left out, since a server that keeps its texts in a database may have to refuse some; so are
# blank texts, which are not empty and give no reason; so are lengths at which a server may draw a line.
reasons: st.SearchStrategy[str] = of_printable_characters(max_size=200)
"""Any reason that a person can write, in any script."""

notes: st.SearchStrategy[str | None] = st.none() | st.just("") | of_printable_characters(max_size=500)
"""Any note: a text, which may be empty, or null."""
