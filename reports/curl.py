"""An exchange as a `curl` line that shows it again."""

import base64
import shlex
from collections.abc import Mapping
from typing import Any

from reports.masking import TOKEN_MARK

TOKEN_VARIABLE = "ORDERPROOF_TOKEN"


def curl_line(exchange: Mapping[str, Any], body: bytes | None) -> str:
    """The request of a masked exchange as a command for a POSIX shell; the token comes from `$ORDERPROOF_TOKEN`."""
    parts = ["curl -sS -i"]
    if exchange["method"] != "GET" or body is not None:
        parts.append(f"-X {shlex.quote(exchange['method'])}")
    # curl would read [] and {} in a URL as ranges, and fold `/./` away.
    if any(character in exchange["url"] for character in "[]{}"):
        parts.append("--globoff")
    if "/." in exchange["url"]:
        parts.append("--path-as-is")
    parts.append(shlex.quote(exchange["url"]))
    for name, value in exchange["request_headers"]:
        if TOKEN_MARK in value:
            text = f"{name}: {value}".replace(TOKEN_MARK, f"${TOKEN_VARIABLE}")
            parts.append(f'-H "{text}"')
        else:
            parts.append(f"-H {shlex.quote(f'{name}: {value}')}")
    if body is None:
        return " ".join(parts)
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        return f"echo {base64.b64encode(body).decode()} | base64 -d | {' '.join(parts)} --data-binary @-"
    return " ".join([*parts, f"--data-binary {shlex.quote(text)}"])
