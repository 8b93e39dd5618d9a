"""What a hostile server sends, and records of runs against one.

Every payload names `evil.example` or `pwned`, so that a test can say where it may stand and where not.
"""

import json
import re
from typing import Any
from urllib.parse import quote

from orderproof.reports.outcome import Outcome
from orderproof.reports.redaction.harmless import is_harmful
from tests.records import ADVISORY, GATING, all_kept, exchange, outcome, record

TOKEN = "hunter2-Sesame+/=tok<3>n&'"
PERSON = {"name": "Jane Exemplar", "email": "jane.exemplar@exemplar.example", "phone": "+1 555 123 4567"}
ADDRESS = {"first_name": "Jane", "last_name": "Exemplar", "address_line_1": "12 Exemplary Road", "zip_code": "98765-4"}
_PERSONAL = ("Jane", "Exempl", "exempl", "555 123", "98765-4")

PAYLOADS = {
    "script": "<script>alert('pwned')</script>",
    "script in a closing tag": "</script><script src=//evil.example/x.js></script>",
    "style": "</style><style>@import '//evil.example'</style>",
    "image": "<img src=x onerror=alert('pwned')>",
    "svg": "<svg/onload=alert('pwned')>",
    "frame": "<iframe srcdoc='<b>pwned</b>'></iframe>",
    "attribute": "\" onmouseover=\"alert('pwned')\" x='",
    "address that runs": "javascript:alert('pwned')//evil.example",
    "data address": "data:text/html,<script>alert('pwned')</script>",
    "end of a comment": "--><b>pwned</b><!--",
    "comment": "<!-- evil.example",
    "end of CDATA": "]]><pwned/>",
    "document type": '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/evil.example">]>&e;',
    "entities": "&lt;script&gt;pwned&#60;/script&#62;&#x0;&nosuch;",
    "end of details": "</summary></details></table><h1>pwned</h1>",
    "template": "{{7*7}}${7*7}{% evil.example %}<%= pwned %>{0}{pwned}%s%n",
    "colour": "\x1b[2J\x1b[31mpwned\x1b[0m",
    "title of the terminal": "\x1b]0;pwned\x07",
    "link of the terminal (OSC 8)": "\x1b]8;;http://evil.example\x1b\\click\x1b]8;;\x1b\\",
    "clipboard of the terminal (OSC 52)": "\x1b]52;c;cHduZWQ=\x07pwned",
    "controls of one byte": "\x9b31mpwned\x9d0;pwned\x9c\x85\x90",
    "overwriting": "harm\rpwned\b\b\b\b\x7f\x0b\x0c",
    "null": "pwned\0after",
    "bidirectional": "\u202epwned\u2066\u2069\u200f\u061c",
    "invisible": "pwn\u200bed\u2060\ufeff\u00ad\U000e0041\U000e007f",
    "separators": "a\u2028pwned\u2029b",
    "half a surrogate": "pwned\ud800\udfff\udc00",
    "no characters of XML": "pwned\ufffe\uffff\x01\x02\x08\x0e\x1f\U0001ffff\ufdd0",
    "GitHub command": "\n::error::pwned\n::set-output name=x::pwned\n::add-mask::evil.example",
    "GitHub command after spaces": "\n \t ::warning file=x::pwned",
    "GitHub command, escaped": "%0A::error::pwned%0D%0A::stop-commands::pwned%250A",
    "GitHub command, old": "x ##[error]pwned ##[group]pwned\n##[debug]evil.example",
    "Azure command": "##vso[task.setvariable variable=pwned]evil.example",
    "TeamCity": "\n##teamcity[testFailed name='pwned' message='|'|n']",
    "GitLab section": "\x1b[0Ksection_start:1700000000:pwned[collapsed=true]\r\x1b[0K",
    "property of a command": "pwned,title=evil.example::pwned%2C",
    "Markdown link": "[click](http://evil.example) ![i](http://evil.example/i.png) [x]: http://evil.example",
    "Markdown autolinks": "http://evil.example www.evil.example <http://evil.example> me@evil.example #1 @evil",
    "Markdown heading and list": "\n# pwned\n\n- pwned\n1. pwned\n> pwned\n---\n",
    "Markdown table": "a | pwned | b\n| --- | --- |\n| pwned | x |",
    "Markdown fences": "`` ``` ```` ~~~ \n```\npwned\n```\n~~~\n`````\n<b>pwned</b>",
    "Markdown code span": "` `` <b>pwned</b> ``` `",
    "Markdown emphasis": "*pwned* __pwned__ ~~pwned~~ \\<b>pwned\\</b>",
    "formula of a spreadsheet": "=HYPERLINK(\"http://evil.example\",\"pwned\")",
    "link in SARIF": "[pwned](http://evil.example) \\[pwned](1) \\\\[pwned](0)",
    "slashes": "\\" * 2_000 + "pwned",
    "many letters above each other": "p" + "\u0300\u0489" * 200 + "wned",
    "long": "pwned " * 20_000,
}  # fmt: skip

BODIES = {
    "no UTF-8": b"\xff\xfe\xc0\xafpwned\x80",
    "UTF-16": "pwned <b>evil.example</b>".encode("utf-16"),
    "a cut character": "pwned €".encode()[:-1],
    "nothing but control": bytes(range(32)) + b"pwned",
    "megabytes": b"<b>pwned</b>" * 400_000,
    "deep": b'{"pwned":' * 900 + b"1" + b"}" * 900,
}


def answered(payload: str) -> bytes:
    """A body that holds the payload, the token and a person in members, names and texts."""
    told = {
        payload: payload,
        "detail": f"{payload} {TOKEN} {PERSON['email']}",
        "echo": TOKEN,
        "items": [{"id": payload, "product_attributes": {"name": payload}}],
        "customer": PERSON,
        "shipping_address": ADDRESS,
        "note": f"call {PERSON['name']} at {PERSON['phone']}",
    }
    return json.dumps(told).encode()


def hostile_exchange(payload: str, **parts: Any) -> dict[str, Any]:
    """An exchange whose answer has the payload, the token and a person in every place."""
    everything = f"{payload} {TOKEN} {PERSON['name']} {PERSON['email']}"
    text = payload.encode("utf-8", "surrogatepass")
    return exchange(
        **{
            "method": "POST",
            "url": f"http://acme.example/v0/orders/{quote(text)}?id_type={quote(text)}&token={quote(TOKEN, safe='')}",
            "request_headers": [["Authorization", f"Bearer {TOKEN}"], ["X-Sent", payload]],
            "request_body": json.dumps({"reason": payload, "note": TOKEN}).encode(),
            "response_headers": [
                ["Content-Type", everything],
                ["Location", everything],
                [f"X-{payload}", everything],
                ["Set-Cookie", f"session={TOKEN}; Path=/"],
            ],
            "response_body": answered(payload),
            "error": everything,
            **parts,
        }
    )


def hostile_outcomes() -> list[Outcome]:
    """Outcomes in which every payload stands wherever a check quotes a server."""
    outcomes = []
    rules = [*GATING[: len(PAYLOADS) - 4], *ADVISORY[:4]]
    for rule, payload in zip(rules, PAYLOADS.values(), strict=True):
        everything = f"{payload} {TOKEN} {PERSON['name']} {PERSON['email']} {TOKEN[:12]}"
        finding = {
            "message": f"GET /orders was answered {everything}… instead of 404",
            "expected": everything,
            "observed": f"200 {answered(payload)[:300].decode()}…",
            "story": [{"text": everything, "answer": everything, "exchange": 0}],
            "timeline": [
                {"text": everything, "start_s": 0, "end_s": 1, "answer": everything, "exchange": 1, "impossible": True}
            ],
        }
        exchanges = [hostile_exchange(payload), hostile_exchange(payload)]
        outcomes.append(outcome(rule.id, result="fail", exchanges=exchanges, finding=finding))
    bodies = [hostile_exchange("pwned", response_body=body) for body in BODIES.values()]
    rest = [rule.id for rule in GATING[len(PAYLOADS) :][: len(PAYLOADS)]]
    outcomes.append(outcome(rest[0], result="fail", exchanges=bodies))
    for number, payload in enumerate(PAYLOADS.values()):
        result = ("inconclusive", "not-run", "not-applicable")[number % 3]
        reason = f"{payload} {TOKEN} {PERSON['email']}"
        outcomes.append(outcome(rest[1 + number % (len(rest) - 1)], result=result, reason=reason, exchanges=[]))
    return outcomes


def hostile_records() -> dict[str, dict[str, Any]]:
    """Records of runs against a hostile server, by how the run ended."""
    everything = " ".join(PAYLOADS.values())[:3_000] + f" {TOKEN} {PERSON['email']}"
    base_url = f"http://acme.example/{everything}"
    run: dict[str, Any] = {
        "secrets": frozenset({TOKEN}),
        "target": {
            "name": everything,
            "base_url": base_url,
            "internal_base_url": base_url,
            "file": "acme, staging.yaml",
        },
        "missing_states": {f"order {number}": f"{text} {TOKEN}" for number, text in enumerate(PAYLOADS.values())},
        "requests_before": [hostile_exchange(payload) for payload in PAYLOADS.values()],
    }
    hostile = hostile_outcomes()
    unjudged = [one for one in hostile if one.result in ("inconclusive", "not-run", "not-applicable")]
    return {
        "broken": record([*all_kept(), *hostile], **run),
        "void": record(hostile, void=everything, **run),
        "cut short": record([*all_kept(), *hostile], cut_short=everything, **run),
        "partial": record([*all_kept(), *unjudged], **run),
    }


_BETWEEN_LETTERS = re.compile(r"[\W_]+")


def leaks(text: str) -> list[str]:
    """What of the token and of the person a text tells."""
    bare = _BETWEEN_LETTERS.sub("", text)
    told = [part for part in ("hunter2", "Sesame", "tok3n") if part in bare]
    return told + [part for part in _PERSONAL if part in text]


def harms(text: str) -> list[str]:
    """Characters and commands in a text that do something to a terminal or to a CI runner."""
    found = sorted({f"U+{ord(one):04X}" for one in set(text) if one not in "\n\t" and is_harmful(one)})
    lines = [line for line in text.split("\n") if line.lstrip().startswith("::")]
    return found + lines + re.findall(r"(?i)##(?:\[|vso\[|teamcity\[).{,20}", text)
