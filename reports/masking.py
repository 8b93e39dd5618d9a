"""What may not reach a report: tokens never, personal data unless asked for.

Tokens are replaced wherever they stand, also where the server echoes them: as they are, percent-encoded and in base64.
Personal data is found by where it stands in the descriptions (`x-personal-data`) and by pattern (e-mail addresses), and
what was found there is replaced in the texts of findings too.
"""

import base64
import json
import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

from spec.description import personal_members

TOKEN_MARK = "‹token›"
PERSON_MARK = "‹masked›"
_SECRET_HEADERS = frozenset({"authorization", "proxy-authorization", "cookie", "set-cookie", "x-api-key"})
_EMAIL = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9.-]{1,253}\.[A-Za-z]{2,24}")


class Masker:
    """Masks texts, headers and bodies; learns personal values from the bodies it has masked."""

    def __init__(self, secrets: Iterable[str] = (), keep_personal_data: bool = False) -> None:
        self._keep = keep_personal_data
        forms: set[str] = set()
        for secret in secrets:
            encoded = base64.b64encode(secret.encode()).decode()
            # Inside JSON, a token's own quotes and slashes may be escaped.
            forms |= {secret, quote(secret), quote(secret, safe=""), encoded, json.dumps(secret)[1:-1]}
        self._secrets = sorted((form for form in forms if len(form) >= 3), key=len, reverse=True)
        self._persons: set[str] = set()

    def text(self, text: str) -> str:
        """A text without tokens and e-mail addresses."""
        for secret in self._secrets:
            text = text.replace(secret, TOKEN_MARK)
        return text if self._keep else _EMAIL.sub(PERSON_MARK, text)

    def telling(self, text: str) -> str:
        """A text that quotes answers: as `text`, and without the personal values learnt from the bodies so far."""
        if not self._keep:
            for value in sorted(self._persons, key=len, reverse=True):
                text = text.replace(value, PERSON_MARK)
        return self.text(text)

    def headers(self, headers: Iterable[Iterable[str]]) -> list[list[str]]:
        """Headers with credentials masked whole."""
        masked = []
        for name, value in headers:
            if name.lower() in _SECRET_HEADERS:
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
        if not self._keep and text.lstrip()[:1] in ("{", "["):
            try:
                parsed = json.loads(text)
            except (ValueError, RecursionError):
                return self.text(text)
            masked, changed = self._members(parsed, "")
            if changed:
                text = json.dumps(masked, ensure_ascii=False)
        return self.text(text)

    def _members(self, node: Any, parent: str) -> tuple[Any, bool]:
        if isinstance(node, list):
            parts = [self._members(child, parent) for child in node]
            return [part for part, _ in parts], any(changed for _, changed in parts)
        if not isinstance(node, dict):
            return node, False
        result, any_changed = {}, False
        for name, value in node.items():
            if (parent, name) in personal_members() and value not in (None, "", [], {}):
                if isinstance(value, str) and len(value) >= 3:
                    self._persons.add(value)
                result[name], changed = PERSON_MARK, True
            else:
                result[name], changed = self._members(value, name)
            any_changed = any_changed or changed
        return result, any_changed
