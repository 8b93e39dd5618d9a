"""The report on the console, in the manner of h2spec: areas, rules, a mark each, and the failures at the end."""

import sys
from collections.abc import Mapping, Sequence
from typing import Any, TextIO

from rich.console import Console
from rich.table import Table
from rich.text import Text

from orderproof.reports import waits
from orderproof.reports.completeness import given_up, state_lacking
from orderproof.reports.console.color import use_color
from orderproof.reports.console.missing import show_missing
from orderproof.reports.console.steps import indented, story, timeline
from orderproof.reports.curl import variables_note
from orderproof.reports.explanation import (
    FINDINGS_SHOWN,
    again_note,
    command_again,
    decisive_curl,
    earlier_requests,
    own_source,
    place_of,
    source_line,
)
from orderproof.reports.headline import selected
from orderproof.reports.redaction.harmless import escape_unencodable, harmless, one_line
from orderproof.reports.traffic import files_line
from orderproof.reports.traffic import lines as traffic_lines
from orderproof.reports.waivers import fingerprint
from orderproof.spec.catalogue import AREAS, catalogue

MARKS: Mapping[str, tuple[str, str, str]] = {
    "pass": ("✓", "+", "green"),
    "fail": ("✗", "x", "bold red"),
    "warn": ("!", "!", "yellow"),
    "waived": ("~", "~", "yellow"),
    "inconclusive": ("?", "?", "magenta"),
    "not-run": ("–", "-", "cyan"),
    "not-applicable": ("·", ".", "dim"),
}
_UNEXERCISED = ("not-run", "not-applicable")
_NAMED = 12
_WITH_REASON = ("not-run", "inconclusive", "not-applicable", "waived")
_VERDICT_STYLES = {
    "conforming": "bold green",
    "non-conforming": "bold red",
    "partial": "bold yellow",
    "void": "bold magenta",
}


def make_console(color: str, stream: TextIO | None = None) -> Console:
    """A console for one stream; without a terminal, lines stay long for the reader's own tools."""
    stream = stream or sys.stdout
    escape_unencodable(stream)
    is_terminal = stream.isatty()
    is_colored = use_color(color, stream)
    return Console(
        file=stream,
        force_terminal=is_colored,
        no_color=not is_colored,
        # Left to itself, rich would look at TERM again.
        color_system="standard" if is_colored else None,
        markup=False,
        highlight=False,
        emoji=False,
        soft_wrap=not is_terminal,
        legacy_windows=False,
    )


def header(about: Mapping[str, Any], console: Console) -> None:
    """Print what a run is about: `orderproof`, `target`, `seed`, `profile` and `selection`, as a record has them.

    `proxy` is where the requests go first, if anywhere.
    """
    target = about["target"]
    line = Text(f"orderproof {about['orderproof']}", "bold")
    line.append(harmless(f"  {target['name']}  {target['base_url']}"), "not bold")
    how = (
        f"traffic of {files_line(about)}" if "traffic" in about else f"seed {about['seed']}, profile {about['profile']}"
    )
    line.append(harmless(f"  {how}"), "dim")
    console.print(line)
    if about.get("proxy"):
        console.print(Text(f"through the proxy {about['proxy']} of the environment; NO_PROXY names exceptions", "dim"))
    if about.get("read_only"):
        console.print(Text("read-only: GET alone is sent", "yellow"))
    if about["selection"]:
        console.print(Text(f"rules: {selected(about['selection'])}", "yellow"))


class Listing:
    """Rules, a line each, under their areas: as soon as each is finished, or all of them at the end of a run."""

    def __init__(self, console: Console, *, verbose: bool = False) -> None:
        self._console = console
        self._verbose = verbose
        self._unicode_ok = speaks_unicode(console)
        self._heading = self._note = ""
        self._shown: set[str] = set()

    def note(self, text: str) -> None:
        """Print how the run is done, below its header."""
        self._console.print(Text(text, "dim"))

    def show(self, row: Mapping[str, Any]) -> None:
        """Print the line of a rule that is finished. Reasons wait for the record, where they are masked."""
        self._print(row, row["verdict"])

    def complete(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Print the rows of a record that were not shown before, and the reasons of those that were."""
        # What a missing state would judge stands below that state.
        before = [
            row
            for row in rows
            if row["id"] in self._shown and row["verdict"] in _WITH_REASON and not _state_needed(row)
        ]
        # The rules that were not shown during the run are mostly those that are checked on every answer.
        self._note = ", checked on every answer" if self._shown else ""
        for row in rows:
            if row["id"] not in self._shown:
                self._print(row, f"{row['verdict']}: {one_line(_state_needed(row) or row['reason'], 160)}")
        if before:
            self._console.print()
            self._console.print(Text("Why rules were not judged", "bold"))
        alike: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
        for row in before:
            alike.setdefault((row["verdict"], row["reason"]), []).append(row)
        for (_, reason), (first, *others) in alike.items():
            self._line(first, one_line(reason, 160), _too([row["id"] for row in others]))

    def _print(self, row: Mapping[str, Any], verdict: str) -> None:
        rule = catalogue().get(row["id"])
        heading = AREAS.get(row["area"], row["area"]) + (self._note if rule and rule.passive else "")
        if heading != self._heading:
            self._heading = heading
            self._console.print()
            self._console.print(Text(heading, "bold"))
        self._shown.add(row["id"])
        strength = row["strength"]
        note = ""
        if row["verdict"] == "pass" and row["reason"]:
            note = f"  ({row['reason']})"
        elif row["verdict"] in _WITH_REASON:
            note = f"  ({verdict})"
        elif self._verbose:
            note = f"  ({row['level']}, {strength['requests']} requests, {strength['checks']} checks)"
        self._line(row, row["title"], note)

    def _line(self, row: Mapping[str, Any], text: str, note: str) -> None:
        mark, style = _mark(row["verdict"], self._unicode_ok)
        label = Text.assemble("  ", (mark, style), (f" {row['id']:<7}", "dim"))
        rest = Text.assemble(text, (note, style if row["verdict"] in _WITH_REASON else "dim"))
        if self._console.soft_wrap:
            self._console.print(label + rest)
            return
        # Text that does not fit continues below the text, not below the mark.
        columns = Table.grid()
        columns.add_column(no_wrap=True)
        columns.add_column()
        columns.add_row(label, rest)
        self._console.print(columns)


def _too(others: Sequence[str]) -> str:
    """The other rules with the same reason, the first of them by name."""
    if not others:
        return ""
    more = f" and {len(others) - _NAMED} more" if len(others) > _NAMED else ""
    return f" ({', '.join(others[:_NAMED])}{more} too)"


def _state_needed(row: Mapping[str, Any]) -> str | None:
    """For a rule that lacks a state, that it does: why it is missing is told once, below the name of the state."""
    state = state_lacking(row["reason"]) if row["verdict"] == "not-run" else None
    return f"it needs the state {state}" if state else None


def render(
    record: Mapping[str, Any],
    console: Console,
    *,
    verbose: bool = False,
    quiet: bool = False,
    listing: Listing | None = None,
) -> None:
    """Print a record. `quiet`: only broken rules and the verdict; `verbose`: also how many requests each rule rests on.

    `listing` has already shown the rules that were finished during the run, below a header.
    """
    unicode_ok = speaks_unicode(console)
    if not quiet:
        if listing is None:
            header(record, console)
        if not record["void"]:
            (listing or Listing(console, verbose=verbose)).complete(_listed(record))
    _failures(record, console, unicode_ok)
    if quiet:
        for reason in given_up(record):
            console.print(Text(reason, "cyan"))
    else:
        show_missing(record, console)
    _closing(record, console)


def _listed(record: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """The rules that are listed: of recorded traffic those that it exercised, since most never are."""
    rows: Sequence[Mapping[str, Any]] = record["rules"]
    return [row for row in rows if row["verdict"] not in _UNEXERCISED] if "traffic" in record else rows


def speaks_unicode(console: Console) -> bool:
    """Whether marks beyond ASCII can be printed there."""
    return (console.encoding or "").lower().startswith("utf")


def _mark(verdict: str, unicode_ok: bool) -> tuple[str, str]:
    fancy, plain, style = MARKS[verdict]
    return (fancy if unicode_ok else plain), style


def _failures(record: Mapping[str, Any], console: Console, unicode_ok: bool) -> None:
    for verdict, title in (("fail", "Broken rules"), ("warn", "Warnings (advisory rules, which cannot fail a server)")):
        broken = [row for row in record["rules"] if row["verdict"] == verdict]
        if not broken:
            continue
        console.print()
        console.print(Text(title, "bold"))
        for number, row in enumerate(broken, 1):
            _one_failure(number, row, record, console, unicode_ok)


def _one_failure(
    number: int, row: Mapping[str, Any], record: Mapping[str, Any], console: Console, unicode_ok: bool
) -> None:
    mark, style = _mark(row["verdict"], unicode_ok)
    console.print()
    console.print(Text.assemble(f"{number}. ", (f"{mark} {row['id']}", style), f" {row['title']}"))
    indented(console, Text(_quoted(row["source"], unicode_ok), "italic"))
    indented(console, Text(source_line(row, record), "dim"))
    for finding in row["findings"][:FINDINGS_SHOWN]:
        console.print()
        indented(console, Text(harmless(finding["message"])))
        own = own_source(row, finding)
        if own:
            indented(console, Text(f"{_quoted(own, unicode_ok)} ({place_of(own, record)})", "dim"))
        for label in ("expected", "observed"):
            if finding[label]:
                indented(console, Text.assemble((f"{label}: ", "bold"), harmless(finding[label])))
        story(finding, console, unicode_ok)
        timeline(finding, console, unicode_ok)
        _decisive_request(finding, console)
        if row["verdict"] == "fail":
            indented(console, Text(f"fingerprint: {fingerprint(row, finding)}", "dim"))
    hidden = len(row["findings"]) - FINDINGS_SHOWN
    if hidden > 0:
        indented(console, Text(f"and {hidden} more findings in report.json", "dim"))
    # One line, however long: the terminal folds it, and a copy of it is whole.
    console.print(Text(f"   again: {command_again(row, record)}{again_note(record)}", "dim"), soft_wrap=True)


def _quoted(source: Mapping[str, str], unicode_ok: bool) -> str:
    return f"“{source['words']}”" if unicode_ok else f'"{source["words"]}"'


def _decisive_request(finding: Mapping[str, Any], console: Console) -> None:
    line, note = decisive_curl(finding), earlier_requests(finding)
    if line and note:
        indented(console, Text(f"{note}:", "dim"))
    if line:
        console.print(Text(f"   {line}", "cyan"), soft_wrap=True)


def _closing(record: Mapping[str, Any], console: Console) -> None:
    if record["void"]:
        console.print()
        console.print(Text(harmless(record["headline"]), _VERDICT_STYLES["void"]))
        if "traffic" in record:
            return
        console.print(Text(f"No rule was judged. {record['requests']} requests in {record['duration_s']:.1f} s", "dim"))
        return
    lines = [line for row in record["rules"] for finding in row["findings"] for line in finding["curl"]]
    note = variables_note("The curl lines take", lines)
    if note:
        console.print()
        console.print(Text(note, "dim"))
    counts = ", ".join(f"{count} {name}" for name, count in record["summary"].items() if count)
    console.print()
    console.print(Text(harmless(record["headline"]), _VERDICT_STYLES[record["verdict"]]))
    sent = "" if "traffic" in record else f"{record['requests']} requests in {record['duration_s']:.1f} s; "
    console.print(Text(f"{sent}rules: {counts or 'none'}", "dim"))
    for line in traffic_lines(record):
        console.print(Text(harmless(line), "dim"))
    asked = waits.told(record)
    if asked:
        console.print(Text(asked, "dim"))
