"""Commands that write a record: a wrong command line withdraws that of an earlier run.

A gate would take it for this one's.
"""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import ClassVar

import click

from orderproof.conformance.commands.options import AcceptingPartial, writing
from orderproof.conformance.errors import UsageError


class Withdrawing(AcceptingPartial):
    """Withdraws the record of an earlier run in the folder of `--out` if the command line is wrong."""

    out: ClassVar[Path] = Path("orderproof-report")

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse the command line."""
        given = list(args)
        try:
            return super().parse_args(ctx, args)
        except (click.UsageError, UsageError) as error:
            from orderproof.reports.formats.unfinished import withdraw

            folder = self._out_among(given)
            with writing("--out", folder):
                withdraw(folder, error.format_message() if isinstance(error, click.UsageError) else str(error))
            raise

    def _out_among(self, args: list[str]) -> Path:
        """The folder that `--out` names, in a command line that may be wrong elsewhere."""
        for arg, value in pairwise([*args, ""]):
            if arg == "--out" and value:
                return Path(value)
            if arg.startswith("--out="):
                return Path(arg.removeprefix("--out="))
        return self.out
