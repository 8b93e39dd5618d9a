"""How a server may spell what it echoes."""

import base64
import json
from html import escape
from urllib.parse import quote, quote_plus

SPELLINGS = {
    "as it is": lambda token: token,
    "in a URL": lambda token: quote(token, safe=""),
    "in a URL's path": quote,
    "in a form": quote_plus,
    "in a URL, lower case": lambda token: quote(token, safe="").replace("%2F", "%2f").replace("%2B", "%2b"),
    "in JSON": json.dumps,
    "in JSON that is in JSON": lambda token: json.dumps(json.dumps({"a": token})),
    "in JSON with slashes escaped": lambda token: json.dumps(token).replace("/", "\\/"),
    "in JSON, escaped for HTML": lambda token: (
        json.dumps(token)
        .replace("&", "\\u0026")
        .replace("<", "\\u003c")
        .replace(">", "\\u003E")
        .replace("+", "\\u002B")
    ),
    "in HTML": escape,
    "in HTML, by number": lambda token: token.replace("+", "&#43;").replace("/", "&#x2F;").replace('"', "&#x22;"),
    "in UTF-16, read byte by byte": lambda token: token.encode("utf-16-le").decode(),
    "in base64": lambda token: base64.b64encode(token.encode()).decode(),
    "in base64 of a header": lambda token: base64.b64encode(f"Bearer {token}".encode()).decode(),
    "in base64 of a pair": lambda token: base64.b64encode(f"me:{token}:".encode()).decode(),
    "in base64 of a pair of four": lambda token: base64.urlsafe_b64encode(f"four:{token}".encode()).decode(),
}
