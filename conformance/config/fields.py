"""Checks of values in the target file and on the command line; a message says what is wrong and where."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from orderproof.conformance.errors import UsageError
from orderproof.spec.structure import kind

_LONGEST_SECONDS = 3600.0
_HOST = re.compile(r"([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?")


def text_of(value: Any, where: str) -> str:
    """A text that is not blank, without the spaces around it."""
    if not isinstance(value, str):
        # YAML reads 0123 as 83 and 1.10 as 1.1: a number may differ from what was written.
        hint = "; put it in quotes" if isinstance(value, int | float) else ""
        raise UsageError(f"{where} must be text, not {kind(value)}{hint}")
    if not value.strip():
        raise UsageError(f"{where} is empty; give a value or leave the key out")
    return value.strip()


def _text_or_number(value: Any, where: str) -> str:
    return text_of(str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value, where)


def check_url(value: Any, where: str, *, is_shown: bool = True) -> str:
    """An absolute http or https URL without its trailing slash.

    Raises `UsageError` that says what is wrong. It shows the URL if it may be shown and can hold no credentials.
    """
    text = text_of(value, where)
    shown = repr(text) if is_shown and not set("@?#") & set(text) else "the URL"
    try:
        parts = urlsplit(text)
        if parts.username is not None or parts.password is not None:
            raise UsageError(f"{where}: remove the user name and password from the URL; use auth for credentials")
        port = parts.port
    except ValueError:
        raise UsageError(f"{where}: {shown} is not valid; write for example https://acme.example/v0") from None
    if parts.scheme not in ("http", "https") or not parts.hostname or port == 0:
        raise UsageError(f"{where}: {shown} is not an absolute URL; write for example https://acme.example/v0")
    if "?" in text or "#" in text:
        raise UsageError(f"{where}: {shown} has a query or fragment; remove it")
    if any(character <= " " or character == "\x7f" for character in text):
        raise UsageError(f"{where}: {shown} contains white space; remove it")
    if not parts.path.isascii():
        raise UsageError(f"{where}: {shown}: its path has characters that are not ASCII; write them as %XX")
    return text.rstrip("/")


def sendable_token(token: str) -> bool:
    """Whether an `Authorization` header can carry a token: visible ASCII characters, without spaces."""
    return re.fullmatch(r"[\x21-\x7e]+", token) is not None


def check_token(value: Any, where: str) -> str:
    """An access token. Raises `UsageError`, whose message does not show the token."""
    token = text_of(value, where)
    if not sendable_token(token):
        raise UsageError(
            f"{where} holds a space or a character that a header cannot carry; give only the token, without Bearer"
        )
    return token


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def rate_of(value: Any, where: str) -> float:
    """A rate such as `25/s`, in requests a second."""
    count, _, unit = _text_or_number(value, where).partition("/")
    number = _number(count)
    seconds = {"s": 1, "sec": 1, "m": 60, "min": 60, "": 1}.get(unit.strip())
    if number is None or seconds is None or not 0 < number < float("inf"):
        raise UsageError(f"{where}: {value!r} is not a rate; write for example 25/s or 600/m")
    return number / seconds


def seconds_of(value: Any, where: str) -> float:
    """A length of time such as `10s` or `500ms`, in seconds."""
    match = re.fullmatch(r"([0-9.]+)\s*(ms|s|m|)", _text_or_number(value, where))
    number = _number(match[1]) if match else None
    seconds = number * {"ms": 0.001, "s": 1, "m": 60, "": 1}[match[2]] if match and number else 0.0
    # A socket's time-out has an upper limit.
    if not 0 < seconds <= _LONGEST_SECONDS:
        raise UsageError(f"{where}: {value!r} is not a time of at most an hour; write for example 10s or 500ms")
    return seconds


def workers_of(value: Any, where: str) -> int | None:
    """A whole number from 1 to 64, or None for `auto`."""
    text = _text_or_number(value, where)
    if text == "auto":
        return None
    if not re.fullmatch(r"[0-9]{1,2}", text) or not 1 <= int(text) <= 64:
        raise UsageError(f"{where}: {value!r} must be auto or a whole number from 1 to 64")
    return int(text)


def is_header_name(text: str) -> bool:
    """Whether a text can be the name of a header."""
    return re.fullmatch(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", text) is not None


def check_header_form(name: str, value: str, where: str) -> None:
    """Raise `UsageError` for a name or a value that HTTP does not allow; the value is not shown."""
    if not is_header_name(name):
        raise UsageError(f"{where}: {name!r} is not a header name")
    if not re.fullmatch(r"[\t\x20-\x7e\x80-\xff]*", value):
        raise UsageError(f"{where}.{name}: the value holds characters that a header cannot carry; remove them")


def check_header(name: str, value: str, where: str) -> tuple[str, str]:
    """A header that may be sent with every request. Raises `UsageError` for an invalid or reserved header."""
    check_header_form(name, value, where)
    if name.lower() in ("accept", "content-type", "content-length", "transfer-encoding", "connection"):
        raise UsageError(f"{where}: {name} cannot be set for all requests, because checks set it themselves; remove it")
    if name.lower() == "host" and not _HOST.fullmatch(value):
        raise UsageError(f"{where}: {name} must be a host and perhaps a port; write for example api.acme.example")
    if name.lower() == "authorization":
        raise UsageError(
            f"{where}: write the token under auth.bearer instead of Authorization, so that checks can leave it out"
        )
    return name, value


def headers_of(data: Mapping[str, Any], where: str) -> dict[str, str]:
    """The headers that may be sent with every request, each once whatever its case."""
    names = [name.lower() for name in data]
    twice = next((name for index, name in enumerate(data) if name.lower() in names[:index]), None)
    if twice is not None:
        raise UsageError(f"{where}.{twice} is given twice, in upper and lower case; leave one of them out")
    return dict(check_header(name, text_of(item, f"{where}.{name}"), where) for name, item in data.items())
