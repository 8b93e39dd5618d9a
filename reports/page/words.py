"""The words of the pages: a mark, a name and a meaning for each verdict and level."""

from collections.abc import Mapping
from typing import NamedTuple


class Word(NamedTuple):
    """A mark, to scan for; a name; and a sentence that says what it means."""

    mark: str
    name: str
    meaning: str


# The gravest first: every list and bar of the page keeps this order.
RULE_WORDS: Mapping[str, Word] = {
    "fail": Word("✗", "broken", "The server breaks the rule. The broken sentence and the evidence are beside it."),
    "warn": Word(
        "!",
        "advice not followed",
        "The server does not follow an advisory rule. This is a warning; it never fails a server.",
    ),
    "waived": Word("~", "waived", "Broken, but known and accepted until the date in the waiver."),
    "inconclusive": Word("?", "inconclusive", "It was tried but could not be judged. It does not count as kept."),
    "not-run": Word(
        "–", "not run", "Its checks need a state or a permission that is missing. It does not count as kept."
    ),
    "pass": Word("✓", "kept", "Its checks ran, and all of them passed."),
    "not-applicable": Word("·", "out of scope", "It does not apply to this target; the reason says why."),
}

LEVEL_MEANINGS: Mapping[str, str] = {
    "documented": "The document says so, in words or as a constraint. A server that breaks it is non-conforming.",
    "implied": "It plainly follows from what the document says. A server that breaks it is non-conforming.",
    "advisory": "Only a sample, the vendor's other pages or good practice say so. Breaking it only gives a warning.",
}

_RUN_MEANINGS: Mapping[str, str] = {
    "conforming": "Every rule in scope that can fail a release was judged, and kept.",
    "non-conforming": "At least one documented or implied rule is broken.",
    "partial": "No broken rule was found, but some rules in scope were not judged, so this is not a pass.",
    "void": "Nothing could be judged. This says nothing about the server, good or bad.",
}

# The style of a print names them too.
FOUND = ("fail", "warn", "waived")
UNJUDGED = ("inconclusive", "not-run")


def run_meaning(verdict: str, *, waived: int) -> str:
    """What a run's verdict means, in a sentence."""
    if verdict == "conforming" and waived:
        return "Every rule in scope that can fail a release was judged. The broken rules are waived."
    return _RUN_MEANINGS[verdict]
