"""Importing this loads what `orderproof run` needs: the checks, the command, and the templates of its page."""

from orderproof.conformance import cli
from orderproof.conformance.commands import gate, report, run
from orderproof.conformance.selftest import preloaded
from orderproof.reports.formats import FORMATS, render
from tests.records import RULES, record

__all__ = ["cli", "gate", "preloaded", "report", "run"]

for name in FORMATS:
    render(name, record([], RULES[:1]))
