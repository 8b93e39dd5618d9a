"""A page as one file: its frame, its one style, its one script, and the policy that allows nothing else."""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from orderproof.reports.page import markup
from orderproof.reports.page.words import LEVEL_MEANINGS, RULE_WORDS
from orderproof.reports.redaction.harmless import harmless

_FOLDER = Path(__file__).parent
_STYLES = ("page.css", "rules.css", "media.css")


def page(template: str, scripts: Sequence[str], **values: Any) -> str:
    """Fill a template. `scripts` are the files of the page's script; strings in `values` are escaped, `Markup` not."""
    style = "".join(_asset(name) for name in _STYLES)
    # In a block, so that its names do not become global names of the page.
    code = '"use strict";\n{\n' + "\n".join(_asset(name) for name in scripts) + "}\n"
    return (
        _environment()
        .get_template(template)
        .render(
            policy=_policy(style, code),
            # Our own files, unchanged: the policy holds their hashes.
            style=Markup(style),
            script=Markup(code),
            **values,
        )
    )


@cache
def _asset(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8")


def _policy(style: str, script: str) -> str:
    """The content security policy: nothing is loaded or sent, and only this script and this style are used."""
    return (
        f"default-src 'none'; script-src 'sha256-{_hash(script)}'; style-src 'sha256-{_hash(style)}'; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode()


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        # Autoescape handles only markup; control characters have to go too.
        finalize=_plain,
    )
    environment.filters |= {
        "counted": markup.counted,
        "sentence": markup.sentence,
        "day_and_time": markup.day_and_time,
        "duration": markup.duration,
        "clipped": markup.clipped,
    }
    environment.globals |= {"words": dict(RULE_WORDS), "levels": dict(LEVEL_MEANINGS)}
    return environment


def _plain(value: Any) -> Any:
    return harmless(value) if type(value) is str else value


def icon(verdict: str) -> str:
    """A small picture of the verdict for the browser's tab, as a `data:` URL."""
    colours: Mapping[str, str] = {
        "conforming": "%232e7d4f",
        "non-conforming": "%23b3261e",
        "partial": "%23b26a00",
        "void": "%237a4fb0",
    }
    circle = f"%3Ccircle cx='8' cy='8' r='7' fill='{colours.get(verdict, '%2354708f')}'/%3E"
    return f"data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E{circle}%3C/svg%3E"
