"""An exchange as a `curl` line that shows it again."""

import base64
import re
import shlex
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from orderproof.reports.redaction.harmless import escaped
from orderproof.reports.redaction.masking import TOKEN_MARK

TOKEN_VARIABLE = "ORDERPROOF_TOKEN"
_HEADER_VARIABLE = "ORDERPROOF_HEADER_"
# As `_header` writes it; a name may have characters that a shell would read something into.
_FROM_VARIABLE = re.compile(rf"""-H (?:"([^"\s]+): |'(\S+): '")\$({_HEADER_VARIABLE}\w+)\"""")
# A shell takes an argument of 128 KiB at most.
_LONGEST_ARGUMENT = 100_000


def variables(lines: Iterable[str]) -> dict[str, str]:
    """The variables of a shell from which `curl` lines take secrets, each with what it must be set to."""
    found: dict[str, str] = {}
    for line in lines:
        if TOKEN_VARIABLE in line:
            found[TOKEN_VARIABLE] = "the access token"
        for match in _FROM_VARIABLE.finditer(line):
            found[match[3]] = f"the value of the header {match[1] or match[2]}"
    return found


def secret_options(lines: Iterable[str]) -> list[str]:
    """The options `-H` with which a run sends the secrets that `curl` lines take from variables."""
    options: dict[str, None] = {}
    for line in lines:
        if TOKEN_VARIABLE in line:
            options[f'-H "Authorization: Bearer ${TOKEN_VARIABLE}"'] = None
        options.update((match[0], None) for match in _FROM_VARIABLE.finditer(line))
    return list(options)


def variables_note(subject: str, lines: Iterable[str]) -> str:
    """A sentence that begins with a subject and says which variables to set; empty where the lines take none."""
    told = [f"{value} from ${name}" for name, value in variables(lines).items()]
    return f"{subject} {' and '.join(told)}: set {'it' if len(told) == 1 else 'them'} first." if told else ""


def curl_line(exchange: Mapping[str, Any], body: bytes | None, secret_headers: Collection[str] = ()) -> str:
    """The request of a masked exchange as a command for a POSIX shell.

    The token comes from `$ORDERPROOF_TOKEN`, the value of each of `secret_headers` (in lower case) from a variable that
    has the header's name.
    """
    parts = ["curl -sS -i"]
    if exchange["method"] == "HEAD" and body is None:
        # With -X HEAD curl would wait for a body.
        parts.append("--head")
    elif exchange["method"] != "GET" or body is not None:
        parts.append(f"-X {shlex.quote(exchange['method'])}")
    # curl would read [] and {} in a URL as ranges, and fold `/./` away, in newer versions `/%2e/` too.
    if any(character in exchange["url"] for character in "[]{}"):
        parts.append("--globoff")
    if "/." in exchange["url"] or "/%2e" in exchange["url"].lower():
        parts.append("--path-as-is")
    parts.append(shlex.quote(exchange["url"]))
    parts += [
        f"-H {_header(name, value, _variable(name, secret_headers))}" for name, value in exchange["request_headers"]
    ]
    sent = {name.lower() for name, _ in exchange["request_headers"]}
    # curl sends headers of its own unless it is told not to.
    parts += [f"-H '{name}:'" for name in _OWN_HEADERS[body is not None] if name.lower() not in sent]
    if body is None:
        return " ".join(parts)
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        text = "\0"
    # A terminal would obey a control character in a copied line, and some terminals drop other characters.
    if escaped(text) != text or len(body) > _LONGEST_ARGUMENT:
        return f"echo {base64.b64encode(body).decode()} | base64 -d | {' '.join(parts)} --data-binary @-"
    # --data-binary would read a file for a body that begins with @.
    return " ".join([*parts, f"--data-raw {shlex.quote(text)}"])


def recorded_line(exchange: Mapping[str, Any]) -> str:
    """The same from what a record has of the request; secrets come from `$ORDERPROOF_TOKEN`, whatever their header."""
    body = exchange["request_body"]
    if body is None:
        return curl_line(exchange, None)
    is_utf_8 = body["encoding"] == "utf-8" or TOKEN_MARK in body["text"]
    return curl_line(exchange, body["text"].encode("utf-8" if is_utf_8 else "latin-1", "replace"))


def without_header_variables(line: str) -> str:
    """A `curl` line that takes all its secrets from `$ORDERPROOF_TOKEN`."""
    return re.sub(rf"{_HEADER_VARIABLE}[A-Z0-9_]*", TOKEN_VARIABLE, line)


_OWN_HEADERS = {False: ("Accept",), True: ("Accept", "Content-Type")}


def _variable(name: str, secret_headers: Collection[str]) -> str:
    if name.lower() not in secret_headers:
        return TOKEN_VARIABLE
    return _HEADER_VARIABLE + re.sub(r"[^A-Z0-9]", "_", name.upper())


def _header(name: str, value: str, variable: str) -> str:
    if not value.strip():
        # `Name:` without a value would remove the header.
        return shlex.quote(f"{name};")
    text = f"{name}: {value}"
    if TOKEN_MARK not in text:
        return shlex.quote(text)
    # Braces if more text follows: the shell would read it as part of the variable's name.
    is_last = text.index(TOKEN_MARK) + len(TOKEN_MARK) == len(text)
    variable = f"${variable}" if is_last else f"${{{variable}}}"
    if not set(text) & set('"$`\\!'):
        return f'"{text.replace(TOKEN_MARK, variable)}"'
    return f'"{variable}"'.join(shlex.quote(part) for part in text.split(TOKEN_MARK))
