"""Importing this loads what `orderproof run` and `selftest` need: checks, commands, faults, the console, and pages."""

import io

import jsonschema

from orderproof.conformance import cli
from orderproof.conformance.commands import gate, report, run, selftest
from orderproof.conformance.reference import faults, spoilers, variants
from orderproof.conformance.runner import concealed, embedded
from orderproof.conformance.selftest import preloaded
from orderproof.reports import console
from orderproof.reports.formats import FORMATS, delivery, render, unfinished
from tests.records import RULES, record

__all__ = [
    "cli",
    "concealed",
    "delivery",
    "embedded",
    "gate",
    "jsonschema",
    "preloaded",
    "report",
    "run",
    "selftest",
    "unfinished",
]

for collect in (faults.all_faults, spoilers.all_spoilers, variants.all_variants):
    collect()
kept = record([], RULES[:1])
for name in FORMATS:
    render(name, kept)
console.render(kept, console.make_console("never", io.StringIO()))
