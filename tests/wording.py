"""The documents' words as one line of text each, so that words can be found whatever lines the page broke them into."""

import re
from dataclasses import replace

from orderproof.spec.catalogue import catalogue
from tests.samples import DESCRIPTIONS, text_of

DESCRIPTION_OF = dict(zip(("S0", "S1"), DESCRIPTIONS, strict=True))
"""The OpenAPI description of each document, by the key that rules give the document."""


def normalised(text: str) -> str:
    """Text in one line, without the spaces that the page's lines put where no writer puts one."""
    joined = " ".join(text.split())
    joined = re.sub(r" (?=[.,;:)](?: |$))", "", joined)
    return re.sub(r"\( ", "(", re.sub(r"< (\w+) >", r"<\1>", joined))


TEXT = {document: normalised("\n".join(text_of(name))) for document, name in DESCRIPTION_OF.items()}


CITING = {
    "-".join(filter(None, (rule.id, operation))): replace(rule, source=source)
    for rule in catalogue().values()
    for operation, source in {"": rule.source, **rule.sources_by_operation}.items()
    if source.document in TEXT
}
"""Every rule with each of its sources in the documents, by its id (`ROB-3-createCancellation` where it has several)."""
