"""Media types as RFC 9110 (8.3.1) defines them: type, subtype and parameters in any case, spacing and order."""

import re
from dataclasses import dataclass

JSON = "application/json"
ORDERS_V2 = "application/x.newstore.orders+json;version=2"
PROBLEM = "application/problem+json"

_TOKEN = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_TYPE = re.compile(rf"\s*({_TOKEN})/({_TOKEN})\s*")
_PARAMETER = re.compile(rf'\s*;\s*(?:({_TOKEN})\s*=\s*(?:({_TOKEN})|"((?:[^"\\]|\\.)*)")\s*)?')


@dataclass(frozen=True, slots=True)
class MediaType:
    """A parsed media type: `essence` is `type/subtype` in lower case, `parameters` by name in lower case."""

    essence: str
    parameters: tuple[tuple[str, str], ...] = ()

    def covers(self, other: "MediaType") -> bool:
        """Whether `other` is of this type: it has the same essence and all parameters of this type.

        Further parameters, such as a charset, do not matter.
        """
        theirs = dict(other.parameters)
        return self.essence == other.essence and all(theirs.get(name) == value for name, value in self.parameters)

    @property
    def is_json(self) -> bool:
        """Whether the body is JSON: `application/json` or a `+json` suffix (RFC 6839)."""
        return self.essence == JSON or self.essence.endswith("+json")


def parse_media_type(text: str | None) -> MediaType | None:
    """Parse a `Content-Type` value; None if it is missing or not a media type."""
    match = _TYPE.match(text or "")
    if match is None or text is None:
        return None
    at = match.end()
    parameters = []
    while at < len(text):
        parameter = _PARAMETER.match(text, at)
        if parameter is None:
            return None
        at = parameter.end()
        if parameter[1]:
            value = parameter[2] if parameter[3] is None else re.sub(r"\\(.)", r"\1", parameter[3])
            parameters.append((parameter[1].lower(), value))
    return MediaType(f"{match[1]}/{match[2]}".lower(), tuple(sorted(parameters)))
