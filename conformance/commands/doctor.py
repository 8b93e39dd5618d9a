"""`orderproof doctor`: try a target file, step by step, and judge nothing."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from orderproof.conformance.commands.options import (
    color_option,
    folder_option,
    header_option,
    states_option,
    target_option,
    writing,
)
from orderproof.conformance.commands.run_arguments import named_target, shown_file
from orderproof.conformance.commands.signals import ended_by_sigterm
from orderproof.conformance.errors import UsageError

if TYPE_CHECKING:
    from orderproof.conformance.config.target import Target
    from orderproof.conformance.runner.doctor.examination import Examination
    from orderproof.conformance.runner.doctor.step import Step


@click.command("doctor")
@click.argument("base_url", required=False)
@target_option
@states_option
@header_option
@folder_option(
    "--out",
    default=Path("orderproof-report"),
    help="Folder for the journal of what is set up, while it is: `orderproof cleanup` takes it after a crash.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the steps as JSON (docs/formats.md), not as a table.")
@color_option
def command(
    base_url: str | None,
    target_file: Path | None,
    states_file: Path | None,
    headers: tuple[str, ...],
    out: Path,
    as_json: bool,
    color: str,
) -> int:
    """Try what a run needs of the server at BASE_URL or in a target file, a step a line, with a remedy for what fails.

    Judges nothing. Reads, and sets each state up once, which it gives back.

    \b
    Exit codes, as a run's would be: 0 all well (warnings may stand), 2 the
    target file or the command line is wrong, 3 a run would be void (server,
    token, path or callback cannot be used), 4 a run would be partial (usable,
    but states or the internal API are missing), 130 interrupted.
    """
    from orderproof.conformance.runner.doctor.document import document
    from orderproof.conformance.runner.doctor.examination import Examination, without_target
    from orderproof.conformance.runner.doctor.step import exit_code_of
    from orderproof.reports.verdict import EXIT_INTERRUPTED

    if base_url is None and target_file is None:
        raise UsageError("BASE_URL or --target is missing; name the server to try, or its target file")
    tell = _quiet if as_json else _listing(color)
    file = shown_file(target_file)
    target = None
    try:
        target = named_target(base_url, target_file, states_file, headers)
    except UsageError as error:
        found = Examination(without_target(error))
        for step in found.steps:
            tell(step, found.secrets)
    else:
        found = _examined(target, target_file, out, tell)
    code = EXIT_INTERRUPTED if found.is_interrupted else exit_code_of(found.steps)
    told = document(target, file, found, code)
    if as_json:
        click.echo(json.dumps(told, indent=2))
    else:
        _close(color, told)
    return code


def _examined(target: Target, target_file: Path | None, out: Path, tell: Callable[..., None]) -> Examination:
    from orderproof.conformance.kit.settings import Settings
    from orderproof.conformance.runner.concealed import concealed
    from orderproof.conformance.runner.doctor.examination import examine
    from orderproof.conformance.states.journal import empty_journal

    folder = target_file.parent if target_file else Path.cwd()
    with ended_by_sigterm(), _folder(out), concealed(target):
        journal = empty_journal(out)
        settings = Settings(target, folder=str(folder), journal=str(journal.path))
        return examine(settings, journal, tell)


@contextmanager
def _folder(out: Path) -> Iterator[None]:
    """A folder for the journal, which goes again if nothing is left in it."""
    is_new = not out.exists()
    with writing("--out", out):
        out.mkdir(parents=True, exist_ok=True)
    try:
        yield
    finally:
        if is_new and not any(out.iterdir()):
            out.rmdir()


def _quiet(_step: Step, _secrets: frozenset[str]) -> None:
    """For JSON, which is printed at the end."""


def _listing(color: str) -> Callable[[Step, frozenset[str]], None]:
    from orderproof.conformance.runner.doctor.document import masked
    from orderproof.reports.console import make_console
    from orderproof.reports.console.steps_table import StepsTable

    table = StepsTable(make_console(color))

    def tell(step: Step, secrets: frozenset[str]) -> None:
        table.show(masked(step, secrets))

    return tell


def _close(color: str, told: dict[str, Any]) -> None:
    from orderproof.reports.console import make_console
    from orderproof.reports.console.steps_table import show_result

    show_result(told, make_console(color))
