"""Media types and `Accept`, as RFC 9110 writes them: any case, any spacing, quoted parameters, weights."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

_TOKEN = r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"
_QUOTED = r'"(?:[^"\\]|\\.)*"'
_ELEMENT = re.compile(rf'(?:[^",]|{_QUOTED})+')
_TYPE = re.compile(rf"[ \t]*({_TOKEN})/({_TOKEN})[ \t]*")
_PARAMETER = re.compile(rf";[ \t]*(?:({_TOKEN})=({_TOKEN}|{_QUOTED}))?[ \t]*")
_WEIGHT = re.compile(r"0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?")


class MediaType(NamedTuple):
    """A media type or range; `weight` is its q-value."""

    type: str
    subtype: str
    parameters: frozenset[tuple[str, str]] = frozenset()
    weight: float = 1.0

    @property
    def full_type(self) -> str:
        """The type and subtype, without parameters."""
        return f"{self.type}/{self.subtype}"


def parse_media_type(text: str) -> MediaType | None:
    """One media type, or None when it is not written as one."""
    start = _TYPE.match(text)
    if start is None:
        return None
    position, parameters, weight = start.end(), set(), 1.0
    while position < len(text):
        parameter = _PARAMETER.match(text, position)
        if parameter is None:
            return None
        position = parameter.end()
        if parameter[1] is None:
            continue
        name, value = parameter[1].lower(), parameter[2]
        if value.startswith('"'):
            value = re.sub(r"\\(.)", r"\1", value[1:-1])
        if name == "q":
            if not _WEIGHT.fullmatch(value):
                return None
            weight = float(value)
        else:
            parameters.add((name, value))
    return MediaType(start[1].lower(), start[2].lower(), frozenset(parameters), weight)


@lru_cache(maxsize=256)
def parse_accept(text: str) -> tuple[MediaType, ...]:
    """The ranges of an `Accept` header; elements that are no media range are left out."""
    elements = (parse_media_type(element[0]) for element in _ELEMENT.finditer(text))
    return tuple(element for element in elements if element is not None)
