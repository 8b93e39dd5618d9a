"""What may not reach a report: tokens never, personal data unless asked for.

Tokens are replaced wherever they stand, also where the server echoes them: as they are, escaped as URLs, JSON and HTML
escape, and in base64. Personal data is found by where it stands in the descriptions (`x-personal-data`) and by pattern
(e-mail addresses), and what was found there is replaced in the texts of findings too.
"""

import base64
import json
import re
from collections.abc import Iterable
from functools import cache
from typing import Any

from spec.description import personal_members

TOKEN_MARK = "‹token›"
PERSON_MARK = "‹masked›"
_SECRET_HEADER = re.compile(
    r"(proxy-)?authorization|(set-)?cookie2?|.*(token|secret|password|passwd|session|credential|signature).*|(.*[-_])?(api-?)?key",
    re.IGNORECASE,
)
# The address itself may be percent-encoded, as in a query.
_EMAIL = re.compile(r"[A-Za-z0-9._%+-]{1,64}(?:@|%40)[A-Za-z0-9.-]{1,253}\.[A-Za-z]{2,24}")
# Shorter ones would be found in every other word.
_SHORTEST_SECRET = 3
_SHORTEST_PERSONAL = 3

# Members of these names hold a person's data in some places and a product's in others.
_AMBIGUOUS = frozenset({"name", "note", "message"})


@cache
def _personal_names() -> frozenset[str]:
    """Names of members that hold personal data wherever they stand."""
    return frozenset(name for _, name in personal_members()) - _AMBIGUOUS


@cache
def _quoted_member() -> re.Pattern[str]:
    """A personal member in a text that is no whole JSON: an answer cut off in a finding, or malformed.

    Its value may lack its end.
    """
    names = "|".join(map(re.escape, sorted(_personal_names())))
    return re.compile(
        rf'(\\*"(?:{names})\\*"\s*:\s*)' + r'(?:(\\*")(?:[^"\\…]|\\+(?![\\"])|(?!\2)\\*")*(?:\2)?|-?\d[\d.]*)',
    )


def is_secret_header(name: str) -> bool:
    """Whether a header of this name holds credentials."""
    return _SECRET_HEADER.fullmatch(name) is not None


class Masker:
    """Masks texts, headers and bodies; learns personal values from the bodies it has masked."""

    def __init__(self, secrets: Iterable[str] = (), keep_personal_data: bool = False) -> None:
        self._keep = keep_personal_data
        given = sorted({one for one in secrets if len(one) >= _SHORTEST_SECRET}, key=len, reverse=True)
        patterns = [pattern for secret in given for pattern in (_escaped(secret), *_in_base64(secret))]
        self._secrets = re.compile("|".join(patterns)) if patterns else None
        self._persons: set[str] = set()
        self._beginnings: set[str] = set()
        self._longest = 0

    def text(self, text: str) -> str:
        """A text without tokens and e-mail addresses."""
        # JSON can hold half a surrogate pair; UTF-8 files and other processes cannot.
        text = text.encode("utf-8", "backslashreplace").decode()
        if self._secrets:
            text = self._secrets.sub(TOKEN_MARK, text)
        # Looking for the sign first spares the pattern, which is slow on long texts without one.
        return text if self._keep or not ("@" in text or "%40" in text) else _EMAIL.sub(PERSON_MARK, text)

    def telling(self, text: str) -> str:
        """A text that quotes answers: as `text`, and without the personal values learnt from the bodies so far."""
        if not self._keep:
            # A quoted answer may be cut off in the middle of a value.
            text = "…".join(self._without_beginning(part) for part in text.split("…"))
            for value in sorted(self._persons, key=len, reverse=True):
                text = text.replace(value, PERSON_MARK)
            text = _quoted_member().sub(_masked_member, text)
        return self.text(text)

    def _without_beginning(self, text: str) -> str:
        """A text that does not end with the beginning of a personal value."""
        for length in range(min(self._longest, len(text)), _SHORTEST_PERSONAL - 1, -1):
            if text[-length:] in self._beginnings:
                return text[:-length] + PERSON_MARK
        return text

    def headers(self, headers: Iterable[Iterable[str]]) -> list[list[str]]:
        """Headers with credentials masked whole."""
        masked = []
        for name, value in headers:
            if is_secret_header(name):
                scheme = value.partition(" ")[0] + " " if " " in value else ""
                value = scheme + TOKEN_MARK
            masked.append([self.text(name), self.text(value)])
        return masked

    def body(self, body: bytes) -> str | None:
        """A body as masked text, or None for bytes that are no text."""
        try:
            text = body.decode("utf-8")
        except UnicodeDecodeError:
            return None
        return self.text(self._without_persons(text))

    def excerpt(self, body: bytes, length: int) -> str | None:
        """The first `length` characters of a long body, masked without reading all of it; None for no text.

        Twice as much is masked, so that nothing which the cut splits comes into what is shown.
        """
        text = body[: 8 * length].decode("utf-8", "ignore")[: 2 * length]
        masked = self.text(text if self._keep else _quoted_member().sub(_masked_member, text))
        # Much that was masked: what is left may reach up to the cut, so the whole is looked at.
        return masked[:length] if len(masked) > 1.5 * length else self.body(body)

    def latin_1(self, body: bytes) -> str:
        """A body that is no text, byte by byte, with what can be found in it masked."""
        return self.text(self._without_persons(body.decode("latin-1")))

    def _without_persons(self, text: str) -> str:
        if self._keep:
            return text
        try:
            # A reader may pass over a byte order mark, and ours does.
            parsed = json.loads(text.removeprefix("\ufeff"))
        except (ValueError, RecursionError):
            return _quoted_member().sub(_masked_member, text)
        masked, changed = self._members(parsed, "")
        return json.dumps(masked, ensure_ascii=False) if changed else text

    def _members(self, node: Any, parent: str) -> tuple[Any, bool]:
        if isinstance(node, list):
            parts = [self._members(child, parent) for child in node]
            return [part for part, _ in parts], any(changed for _, changed in parts)
        if isinstance(node, str) and '"' in node:
            # JSON may stand in a text of JSON.
            without = _quoted_member().sub(_masked_member, node)
            return without, without != node
        if not isinstance(node, dict):
            return node, False
        result, any_changed = {}, False
        for name, value in node.items():
            is_personal = (parent, name) in personal_members() or name in _personal_names()
            if is_personal and value not in (None, "", [], {}):
                self._learn(value)
                result[name], changed = PERSON_MARK, True
            else:
                result[name], changed = self._members(value, name)
            any_changed = any_changed or changed
        return result, any_changed

    def _learn(self, value: Any) -> None:
        if isinstance(value, str) and len(value.strip()) >= _SHORTEST_PERSONAL:
            # Findings show values as they are and as JSON.
            for form in {value, json.dumps(value, ensure_ascii=False)[1:-1], json.dumps(value)[1:-1]} - self._persons:
                self._persons.add(form)
                self._beginnings.update(form[:length] for length in range(_SHORTEST_PERSONAL, len(form)))
                self._longest = max(self._longest, len(form) - 1)


def _masked_member(match: re.Match[str]) -> str:
    quote_mark = match[2] or '"'
    return f"{match[1]}{quote_mark}{PERSON_MARK}{quote_mark}"


def _escaped(secret: str) -> str:
    """A pattern for a secret as it is, and as URLs, JSON and HTML escape it."""
    return "".join(_character(one) for one in secret)


def _character(one: str) -> str:
    if one.isascii() and one.isalnum():
        return one
    code = ord(one)
    forms = [
        re.escape(one),
        rf"\\*[uU]0*{_caseless(f'{code:x}')}",
        rf"&#0*{code};",
        rf"&#[xX]0*{_caseless(f'{code:x}')};",
    ]
    forms.append("".join(f"%(?:25)*{_caseless(f'{byte:02x}')}" for byte in one.encode("utf-8", "surrogatepass")))
    forms += {"&": ["&amp;"], '"': ["&quot;"], "<": ["&lt;"], ">": ["&gt;"], " ": [r"\+"]}.get(one, [])
    # Backslashes before it: a slash or a quote inside JSON, or inside JSON that stands in JSON.
    return rf"(?:\\|%(?:25)*5[cC])*(?:{'|'.join(forms)})"


def _caseless(text: str) -> str:
    return "".join(f"[{one}{one.upper()}]" if one.isalpha() else one for one in text)


def _in_base64(secret: str) -> list[str]:
    """Patterns for the base64 of any text that holds the secret, such as `Bearer` and the token."""
    patterns = []
    for before in range(3):
        raw = b"\0" * before + secret.encode("utf-8", "surrogatepass")
        # The characters at either end mix the secret's bits with its neighbours'.
        inner = base64.b64encode(raw)[(0, 2, 3)[before] : len(raw) * 8 // 6].decode()
        if len(inner) < 2 * _SHORTEST_SECRET:
            continue
        safe = "".join({"+": r"(?:[+-]|%2[bB])", "/": r"(?:\\*[/_]|%2[fF])"}.get(one, one) for one in inner)
        # A character before it may tell the secret's first bits; looking for one everywhere would cost too much.
        patterns.append(safe + "[A-Za-z0-9+/_-]?={0,2}")
    return patterns
