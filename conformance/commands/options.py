"""Options that several commands share."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import click

from orderproof.conformance.config.fields import seconds_of
from orderproof.conformance.config.state_kinds import STATES
from orderproof.conformance.errors import UsageError
from orderproof.reports.formats import FORMATS, STDOUT

if TYPE_CHECKING:
    from orderproof.reports.acceptance import Acceptance

color_option = click.option(
    "--color",
    type=click.Choice(["auto", "always", "never"]),
    default="auto",
    help="Colour the output. auto: on a terminal, unless NO_COLOR, FORCE_COLOR, CLICOLOR or TERM say otherwise.",
)


def folder_option(*names: str, default: Path, help: str) -> Callable[[Any], Any]:  # noqa: A002 - as in click
    """An option for a folder that is written to."""
    folder = click.Path(path_type=Path, file_okay=False)
    return click.option(*names, type=folder, default=default, metavar="DIR", show_default=True, help=help)


rules_option = click.option(
    "--rules", "patterns", multiple=True, metavar="GLOB", help="Judge only these rules, such as 'GRA-*' (repeatable)."
)

exclude_option = click.option(
    "--exclude", "excluded", multiple=True, metavar="GLOB", help="Do not judge these rules (repeatable)."
)

keep_personal_data_option = click.option(
    "--keep-personal-data",
    is_flag=True,
    help="Do not mask names, addresses, phone numbers and e-mail addresses in the report.",
)

exit_zero_option = click.option(
    "--exit-zero", is_flag=True, help="Exit 0 whatever the verdict, for jobs that only want the report."
)

quiet_option = click.option("-q", "--quiet", is_flag=True, help="Print only broken rules and the verdict.")

ALL = "all"
"""What `--report` takes for every format that is a file."""

target_option = click.option(
    "--target", "target_file", type=click.Path(path_type=Path), metavar="FILE", help="Target file (YAML)."
)

states_option = click.option(
    "--states",
    "states_file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="A separate file with the `states:` of the target (YAML).",
)

header_option = click.option(
    "-H",
    "--header",
    "headers",
    multiple=True,
    metavar="'NAME: VALUE'",
    help="Send this header with every request (repeatable). Authorization: Bearer is the access token.",
)

BARE_FLOOR = "50%"
"""What `--accept-partial` means without a value."""


class AcceptingPartial(click.Command):
    """A command with `--accept-partial`, whose value comes after `=` only: a word that follows is an argument."""

    bare_floor: ClassVar[str] = BARE_FLOOR

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse the command line."""
        end = args.index("--") if "--" in args else len(args)
        options = [f"{arg}={self.bare_floor}" if arg == "--accept-partial" else arg for arg in args[:end]]
        return super().parse_args(ctx, [*options, *args[end:]])


def parse_acceptance(_ctx: click.Context, _option: click.Parameter, value: str | None) -> Acceptance | None:
    """What may make a partial run exit 0. Raises `UsageError`."""
    from orderproof.reports.acceptance import AcceptanceError, read_acceptance

    try:
        return None if value is None else read_acceptance(value, STATES)
    except AcceptanceError as error:
        raise UsageError(str(error)) from None


accept_partial_option = click.option(
    "--accept-partial",
    "acceptance",
    callback=parse_acceptance,
    metavar="[=FLOOR]",
    help="Exit 0 also if nothing is broken and enough rules in scope were judged: =95% of the gating rules, =250 of "
    "them, or all but =LIN-*,oms-unavailable (rules, and missing states). Without =FLOOR: "
    f"{BARE_FLOOR}.",
)

waivers_option = click.option(
    "--waivers",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Waivers (TOML): known failures that do not fail a release until they expire.",
)


def parse_shard(_ctx: click.Context, _option: click.Parameter, value: str | None) -> tuple[int, int] | None:
    """`i/n` as a pair. Raises `click.BadParameter`."""
    if value is None:
        return None
    match = re.fullmatch(r"(\d{1,4})/(\d{1,4})", value)
    if match is None or not 1 <= int(match[1]) <= int(match[2]):
        raise click.BadParameter(f"{value!r} must be I/N with I from 1 to N, such as 2/4")
    return int(match[1]), int(match[2])


def parse_time(_ctx: click.Context, option: click.Parameter, value: str | None) -> float | None:
    """A length of time such as `5m` in seconds. Raises `UsageError`."""
    return None if value is None else seconds_of(value, option.opts[0])


def parse_reports(
    _ctx: click.Context, _option: click.Parameter, value: tuple[str, ...]
) -> list[tuple[str, Path | None]]:
    """`FORMAT=PATH` pairs; None for a path that is left out. Raises `UsageError` for an unknown format."""
    from orderproof.spec.structure import did_you_mean

    pairs: list[tuple[str, Path | None]] = []
    is_all = ALL in value
    for text in value:
        name, equals, path = text.partition("=")
        if name == ALL:
            if equals:
                raise UsageError(f"--report: {text!r}: {ALL} takes no path; the formats get their usual file names")
            pairs += [(one, None) for one, kind in FORMATS.items() if kind.file_name != STDOUT]
            continue
        if name not in FORMATS:
            hint = did_you_mean(name, [*FORMATS, ALL])
            raise UsageError(f"--report: unknown format {name!r}{hint} (formats: {', '.join(FORMATS)}, {ALL})")
        if equals and not path:
            raise UsageError(f"--report: {text!r}: the path is missing; write {name}=PATH, or {name} alone")
        pairs.append((name, Path(path) if path else None))
    # What was asked for by name as well, with a path of its own, is not written twice.
    named = {name for name, path in pairs if path}
    return [pair for pair in dict.fromkeys(pairs) if pair[1] or not (is_all and pair[0] in named)]


report_option = click.option(
    "--report",
    "reports",
    multiple=True,
    callback=parse_reports,
    metavar="FORMAT[=PATH]",
    help=f"Also write this format (repeatable): {', '.join(FORMATS)}, or {ALL} that are files. Without PATH it gets "
    "its usual file name in the report's folder; - is standard output.",
)


def place_reports(wanted: list[tuple[str, Path | None]], folder: Path, record: Path) -> list[tuple[str, Path | None]]:
    """The path of each format, None for standard output. Raises `UsageError` for a path that cannot be written."""
    from orderproof.reports.formats.delivery import DeliveryError, places

    try:
        return places(wanted, folder, record)
    except DeliveryError as error:
        raise UsageError(f"--report: {error}") from None


def record_place(path: Path) -> Path:
    """The record's file; `path` may also be the folder that holds it."""
    from orderproof.reports.record import RECORD_NAME

    return path / RECORD_NAME if path.is_dir() else path


def read_record(path: Path, **options: Any) -> dict[str, Any]:
    """Read a record from a file or its folder. Raises `UsageError` with the reason why it cannot be relied on."""
    from orderproof.reports.reading import RecordError, read

    try:
        return read(record_place(path), **options)
    except RecordError as error:
        raise UsageError(str(error)) from None


def load_record(path: Path) -> dict[str, Any]:
    """Read a record that need not be relied on. Raises `UsageError` for what has not the form of one."""
    from orderproof.reports.reading import RecordError, load

    try:
        return load(record_place(path))
    except RecordError as error:
        raise UsageError(str(error)) from None


@contextmanager
def writing(option: str, path: Path) -> Iterator[None]:
    """Write the file that an option asks for. Raises `UsageError` if it cannot be written."""
    try:
        yield
    except OSError as error:
        raise UsageError(f"{option}: {path} cannot be written ({error.strerror})") from None
