"""The steps of `orderproof doctor` on the console: a line each, as soon as it is done, and its remedy below it."""

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from orderproof.reports.console import speaks_unicode
from orderproof.reports.redaction.harmless import harmless, one_line

_MARKS: Mapping[str, tuple[str, str, str]] = {
    "ok": ("✓", "+", "green"),
    "warning": ("!", "!", "yellow"),
    "missing": ("–", "-", "cyan"),
    "unusable": ("✗", "x", "bold red"),
    "wrong": ("✗", "x", "bold red"),
    "not-tried": ("·", ".", "dim"),
}
_RESULTS: Mapping[int, tuple[str, str]] = {
    0: ("usable: a run finds what it needs", "bold green"),
    2: ("a run does not begin: the configuration is wrong", "bold red"),
    3: ("a run would be void: the target cannot be used like this", "bold red"),
    4: ("usable, and a run would be partial: test data or an API is missing", "bold yellow"),
    130: ("interrupted", "bold yellow"),
}
# Names of states are long.
_NAME_WIDTHS: Mapping[str, int] = {"Test data": 35}
_NAME_WIDTH = 15
_LONGEST = 400
_WORTH_A_WORD = 0.05


class StepsTable:
    """Steps, a line each, under the heading of their group."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._unicode_ok = speaks_unicode(console)
        self._group = ""
        self._remedy: str | None = None

    def show(self, step: Mapping[str, Any]) -> None:
        """Print a step, which is masked already."""
        if step["group"] != self._group:
            self._group = step["group"]
            self._console.print(Text(self._group, "bold"))
        fancy, plain, style = _MARKS[step["outcome"]]
        mark = fancy if self._unicode_ok else plain
        took = f" ({step['seconds']:.1f} s)" if step["seconds"] and step["seconds"] >= _WORTH_A_WORD else ""
        text = Text(one_line(step["sentence"], _LONGEST), "dim" if step["outcome"] == "not-tried" else "")
        text.append(took, "dim")
        width = _NAME_WIDTHS.get(self._group, _NAME_WIDTH)
        self._line(Text.assemble("  ", (mark, style), " ", step["name"].ljust(width)), text)
        # Alike below one another, it is read once.
        if step["remedy"] and step["remedy"] != self._remedy:
            arrow = "→" if self._unicode_ok else "->"
            self._line(Text(" " * (width + 4)), Text(f"{arrow} {one_line(step['remedy'], _LONGEST)}", style))
        self._remedy = step["remedy"]

    def _line(self, label: Text, text: Text) -> None:
        if self._console.soft_wrap:
            self._console.print(label + Text(" ") + text)
            return
        # What does not fit continues below the text, not below the mark.
        columns = Table.grid(padding=(0, 1, 0, 0))
        columns.add_column(no_wrap=True, width=label.cell_len)
        columns.add_column(overflow="fold")
        columns.add_row(label, text)
        self._console.print(columns)


def show_result(told: Mapping[str, Any], console: Console) -> None:
    """Print what the steps come to."""
    sentence, style = _RESULTS[told["exit_code"]]
    counts = ", ".join(f"{count} {name}" for name, count in told["summary"].items() if count)
    console.print()
    console.print(Text(harmless(f"{sentence} ({counts})"), style))
