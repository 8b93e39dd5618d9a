"""What led to a finding, step by step: a walk's story, and a race's timeline."""

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from orderproof.reports.redaction.harmless import one_line


def story(finding: Mapping[str, Any], console: Console, unicode_ok: bool) -> None:
    """A walk, step by step; the last step shows what is wrong."""
    steps = finding.get("story", ())
    arrow = "→" if unicode_ok else "->"
    for number, step in enumerate(steps, 1):
        line = Text(f"{number:>3}. {one_line(step['text'])} {arrow} {one_line(step['answer'])}")
        line.stylize("bold" if number == len(steps) else "")
        indented(console, line)


def timeline(finding: Mapping[str, Any], console: Console, unicode_ok: bool) -> None:
    """A race: when each request was under way, and which answers no sequence explains together."""
    arrow, cross = ("→", "✗") if unicode_ok else ("->", "x")
    for event in finding.get("timeline", ()):
        end = "     ?" if event["end_s"] is None else f"{event['end_s'] * 1000:6.1f}"
        line = Text(f"  {cross if event['impossible'] else ' '} {event['start_s'] * 1000:6.1f} to {end} ms  ")
        line.append(f"{one_line(event['text'])} {arrow} {one_line(event['answer'])}")
        line.stylize("bold" if event["impossible"] else "")
        indented(console, line)


def indented(console: Console, text: Text) -> None:
    """Print a line below a finding."""
    # Padding wraps to the console's width, which is a guess where there is no terminal.
    if console.soft_wrap:
        console.print(Text("   ") + text)
    else:
        console.print(Padding(text, (0, 0, 0, 3)))
