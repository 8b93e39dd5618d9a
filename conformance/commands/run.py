"""`orderproof run`: judge a server and write a report."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from orderproof import __version__
from orderproof.conformance.commands.options import (
    accept_partial_option,
    color_option,
    parse_shard,
    place_reports,
    read_record,
    report_option,
    waivers_option,
)
from orderproof.conformance.config.target import Target
from orderproof.conformance.errors import UsageError, VoidError


@click.command("run", short_help="Judge a server and write a report.")
@click.argument("base_url", required=False)
@click.option("--target", "target_file", type=click.Path(path_type=Path), metavar="FILE", help="Target file (YAML).")
@click.option(
    "--states",
    "states_file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="A separate file with the `states:` of the target (YAML).",
)
@click.option(
    "-H",
    "--header",
    "headers",
    multiple=True,
    metavar="'NAME: VALUE'",
    help="Send this header with every request (repeatable). Authorization: Bearer is the access token.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("orderproof-report"),
    metavar="DIR",
    show_default=True,
    help="Folder for the report.",
)
@report_option
@click.option(
    "--rules", "patterns", multiple=True, metavar="GLOB", help="Judge only these rules, such as 'GRA-*' (repeatable)."
)
@click.option(
    "--last-failed", is_flag=True, help="Judge only the rules that the last run in the folder of --out found broken."
)
@click.option(
    "--shard",
    callback=parse_shard,
    metavar="I/N",
    help="Run part I of N of the checks; join the records with `orderproof merge`.",
)
@click.option(
    "--seed",
    type=click.IntRange(0, 2**32 - 1),
    default=1,
    show_default=True,
    help="Seed of the generated requests: the same seed sends the same requests.",
)
@click.option(
    "--profile",
    type=click.Choice(["quick", "default", "deep"]),
    default="default",
    show_default=True,
    help="How many requests are generated.",
)
@click.option("--max-failures", type=click.IntRange(1), metavar="N", help="Stop after N failed checks.")
@click.option(
    "--wait-for-target",
    type=click.FloatRange(0),
    default=0.0,
    metavar="SECONDS",
    help="Wait up to SECONDS until the server answers.",
)
@click.option("--dry-run", is_flag=True, help="List the checks and the states that they need; send nothing.")
@click.option(
    "--keep-personal-data",
    is_flag=True,
    help="Do not mask names, addresses, phone numbers and e-mail addresses in the report.",
)
@click.option("--fault", metavar="NAME", help="Judge the embedded server with this seeded fault.")
@click.option(
    "--variant",
    metavar="NAME",
    help="Judge the embedded server with this other reading of the documents, or several as a+b.",
)
@waivers_option
@accept_partial_option
@click.option("--exit-zero", is_flag=True, help="Exit 0 whatever the verdict, for jobs that only want the report.")
@click.option("-q", "--quiet", is_flag=True, help="Print only broken rules and the verdict.")
@click.option("-v", "--verbose", is_flag=True, help="Also print how many requests and checks each rule rests on.")
@color_option
def command(base_url: str | None, target_file: Path | None, **options: Any) -> int:
    """Judge the server at BASE_URL or in a target file; with neither, the embedded reference server.

    Prints a report to stdout, and writes the record to DIR/report.json and a page for people to DIR/report.html.
    """
    from orderproof.conformance.runner.judging import RunOptions, judge_target
    from orderproof.conformance.runner.selection import Selection
    from orderproof.reports.record import RECORD_NAME

    selection = Selection(_patterns(options), options["shard"])
    if not selection.rules():
        raise UsageError(
            f"--rules {' '.join(selection.patterns)}: no rule has such an id; `orderproof rules` lists all ids"
        )
    waivers = _waivers(options["waivers"])
    wanted = dict.fromkeys([("html", None), *options["reports"]])
    options["places"] = place_reports(list(wanted), options["out"], options["out"] / RECORD_NAME)
    with _target(base_url, target_file, options) as (target, folder):
        if options["dry_run"]:
            _dry_run(target, folder, selection)
            return 0
        # Which rules are waived is known only at the end.
        listing = None if waivers or options["quiet"] else _listing(target, selection.patterns, options)
        how = RunOptions(
            folder=folder,
            file=_shown_file(target_file),
            out=options["out"],
            seed=options["seed"],
            profile=options["profile"],
            wait_seconds=options["wait_for_target"],
            max_failures=options["max_failures"],
            keep_personal_data=options["keep_personal_data"],
            quiet=options["quiet"],
            tell=listing.show if listing else None,
        )
        ended = judge_target(target, selection, how)
    return _report(ended, waivers, listing, options)


def _console(options: dict[str, Any]) -> Any:
    from orderproof.reports.console import make_console

    return make_console(options["color"], sys.stderr if _takes_stdout(options) else None)


def _takes_stdout(options: dict[str, Any]) -> bool:
    """Only one report may use stdout: the console report moves to stderr if a format was asked for there.

    Annotations may stand among other lines.
    """
    return any(place is None and name != "annotations" for name, place in options["places"])


def _listing(target: Target, patterns: tuple[str, ...], options: dict[str, Any]) -> Any:
    """The list of rules, below the header of the run."""
    from orderproof.reports.console import Listing, header

    server = {"name": target.name, "base_url": target.base_url}
    about = {"orderproof": __version__, "target": server, "selection": patterns, **options}
    console = _console(options)
    header(about, console)
    return Listing(console, verbose=options["verbose"])


def _patterns(options: dict[str, Any]) -> tuple[str, ...]:
    if not options["last_failed"]:
        return tuple(options["patterns"])
    if options["patterns"]:
        raise UsageError("--last-failed: give either --last-failed or --rules, not both")
    broken = tuple(row["id"] for row in read_record(options["out"])["rules"] if row["verdict"] == "fail")
    if not broken:
        raise UsageError(
            f"--last-failed: the last run in {options['out']} found no broken rule; run without --last-failed"
        )
    return broken


def _waivers(path: Path | None) -> Any:
    from orderproof.reports.waivers import WaiverError, read_waivers

    try:
        return read_waivers(path) if path else []
    except WaiverError as error:
        raise UsageError(str(error)) from None


@contextmanager
def _target(base_url: str | None, target_file: Path | None, options: dict[str, Any]) -> Iterator[tuple[Target, Path]]:
    from orderproof.conformance.config.fields import check_url
    from orderproof.conformance.config.target import read_states, read_target, with_headers

    folder = target_file.parent if target_file else Path.cwd()
    if base_url is None and target_file is None:
        from orderproof.conformance.runner.embedded import embedded_target

        if options["states_file"]:
            raise UsageError("--states: the embedded server has its own states; give BASE_URL or --target")
        _check_choices(options)
        arguments = [text for name in ("fault", "variant") if options[name] for text in (f"--{name}", options[name])]
        with embedded_target(arguments) as target:
            yield with_headers(target, options["headers"]), folder
        return
    for name in ("fault", "variant"):
        if options[name]:
            raise UsageError(f"--{name} works only with the embedded server; leave out BASE_URL and --target")
    if target_file:
        target = read_target(target_file, base_url)
    else:
        url = check_url(base_url, "BASE_URL")
        target = Target(name=url.partition("://")[2], base_url=url)
    target = with_headers(target, options["headers"])
    if options["states_file"]:
        if target.states:
            raise UsageError(f"--states: {target_file} has states too; give them in only one of the two files")
        target = replace(target, states=read_states(options["states_file"]))
    yield target, folder


def _check_choices(options: dict[str, Any]) -> None:
    from orderproof.conformance.reference.choices import UnknownChoiceError, choose

    try:
        choose(*([options[name]] if options[name] else [] for name in ("fault", "variant")))
    except UnknownChoiceError as error:
        raise UsageError(str(error)) from None


def _dry_run(target: Target, folder: Path, selection: Any) -> None:
    from orderproof.conformance.config.state_kinds import STATES
    from orderproof.conformance.kit.session import Settings
    from orderproof.conformance.runner.run_checks import CollectionError, run_checks

    try:
        result = run_checks(Settings(target, folder=str(folder)), selection, collect_only=True)
    except CollectionError as error:
        raise VoidError(f"the suite itself could not be loaded: {error}") from None
    needed = {}
    for check in result.checks:
        states = [state for state in STATES if state.replace("-", "_") in check.fixtures]
        needed.update(dict.fromkeys(states))
        click.echo(f"{', '.join(check.rules):<16} {check.name}{f'  [{chr(44).join(states)}]' if states else ''}")
    click.echo(f"{len(result.checks)} checks; states by fixture: {', '.join(needed) or 'none'}")


def _shown_file(path: Path | None) -> str | None:
    """The target file's path relative to the working folder; only its name if it is outside."""
    if path is None:
        return None
    here = Path.cwd()
    return (path.absolute().relative_to(here) if path.absolute().is_relative_to(here) else Path(path.name)).as_posix()


def _report(ended: Any, waivers: Any, listing: Any, options: dict[str, Any]) -> int:
    from orderproof.reports.console import render
    from orderproof.reports.formats import FORMATS
    from orderproof.reports.formats.delivery import append_step_summary, deliver
    from orderproof.reports.record import RECORD_NAME, write
    from orderproof.reports.redaction.harmless import harmless
    from orderproof.reports.verdict import EXIT_INTERRUPTED, EXIT_USAGE, exit_code_of
    from orderproof.reports.waivers import apply

    record, problems = apply(ended.record, waivers)
    path = options["out"] / RECORD_NAME
    write(record, path)
    console = _console(options)
    render(record, console, verbose=options["verbose"], quiet=options["quiet"], listing=listing)
    failed = deliver(record, options["places"])
    # A single shard has no result of its own to summarize.
    notes = [*problems, *failed, *filter(None, [None if record["shard"] else append_step_summary(record)])]
    for note in notes:
        click.echo(harmless(note), err=True)
    if not options["quiet"]:
        click.echo(f"record: {path}; page: {options['out'] / FORMATS['html'].file_name}", err=_takes_stdout(options))
    if failed:
        return EXIT_USAGE
    if ended.interrupted:
        return EXIT_INTERRUPTED
    code = exit_code_of(record, accept_partial=options["accept_partial"])
    if problems and code == 0:
        code = 1
    return 0 if options["exit_zero"] else code
