"""The arguments of `orderproof run` as values, and the target, rules and waivers that they name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from orderproof.conformance.commands.options import place_reports, read_record
from orderproof.conformance.commands.reading_options import check_given, only_read
from orderproof.conformance.config.target import Target
from orderproof.conformance.errors import UsageError
from orderproof.reports.waivers import Waiver

if TYPE_CHECKING:
    from orderproof.conformance.runner.selection import Selection
    from orderproof.reports.acceptance import Acceptance


@dataclass(frozen=True, slots=True)
class Arguments:
    """The arguments of `orderproof run`, by the names of the parameters in click."""

    base_url: str | None
    target_file: Path | None
    states_file: Path | None
    headers: tuple[str, ...]
    out: Path
    reports: list[tuple[str, Path | None]]
    patterns: tuple[str, ...]
    excluded: tuple[str, ...]
    last_failed: bool
    shard: tuple[int, int] | None
    read_only: bool
    order_ids: tuple[tuple[str, str | None], ...]
    customer_ids: tuple[str, ...]
    seed: int
    profile: str
    max_failures: int | None
    max_time: float | None
    wait_for_target: float
    dry_run: bool
    keep_personal_data: bool
    fault: str | None
    variant: str | None
    waivers: Path | None
    acceptance: Acceptance | None
    exit_zero: bool
    quiet: bool
    verbose: bool
    color: str

    @property
    def folder(self) -> Path:
        """The folder from which relative paths of the target start."""
        return self.target_file.parent if self.target_file else Path.cwd()

    @property
    def record_folder(self) -> Path:
        """The folder of the record; `--last-failed` writes into a subfolder, beside the record that it reads."""
        return self.out / "last-failed" if self.last_failed else self.out

    @property
    def overwritten(self) -> list[Path]:
        """Files of an earlier run at the paths of this run's formats, without files that this run reads."""
        return overwritten(self.reports, self.target_file, self.states_file, self.waivers)

    @property
    def choices(self) -> dict[str, str]:
        """The fault and the variant of the embedded server, by the name of their option."""
        return {name: value for name, value in (("fault", self.fault), ("variant", self.variant)) if value}


def overwritten(reports: Sequence[tuple[str, Path | None]], *read: Path | None) -> list[Path]:
    """Files of an earlier run at the paths of this one's formats, without the files that it reads."""
    kept = {path.absolute() for path in read if path}
    named = [path for _, path in reports if path]
    return [path for path in named if path.is_file() and path.absolute() not in kept]


@contextmanager
def chosen_target(arguments: Arguments) -> Iterator[Target]:
    """The server to judge; with neither URL nor file, the embedded server, which is stopped at the end.

    Raises `UsageError`.
    """
    from orderproof.conformance.config.target import with_headers

    check_given(arguments)
    if arguments.base_url is None and arguments.target_file is None:
        with _embedded(arguments) as target:
            yield with_headers(target, arguments.headers)
        return
    for name in arguments.choices:
        raise UsageError(f"--{name} works only with the embedded server; leave out BASE_URL and --target")
    target = named_target(arguments.base_url, arguments.target_file, arguments.states_file, arguments.headers)
    yield only_read(target, arguments) if arguments.read_only else target


@contextmanager
def _embedded(arguments: Arguments) -> Iterator[Target]:
    from orderproof.conformance.reference.choices import UnknownChoiceError, choose
    from orderproof.conformance.runner.embedded import embedded_target

    if arguments.states_file:
        raise UsageError("--states: the embedded server has its own states; give BASE_URL or --target")
    try:
        choose(*([value] if value else [] for value in (arguments.fault, arguments.variant)))
    except UnknownChoiceError as error:
        raise UsageError(str(error)) from None
    with embedded_target(
        [text for name, value in arguments.choices.items() for text in (f"--{name}", value)]
    ) as target:
        yield target


def named_target(
    base_url: str | None, target_file: Path | None, states_file: Path | None, headers: tuple[str, ...]
) -> Target:
    """The target that a URL or a file names, with what other options add to it. Raises `UsageError`."""
    from orderproof.conformance.config.fields import check_url
    from orderproof.conformance.config.target import read_target, with_headers, with_states

    if target_file:
        target = read_target(target_file, base_url)
    else:
        url = check_url(base_url, "BASE_URL")
        target = Target(name=url.partition("://")[2], base_url=url)
    target = with_headers(target, headers)
    if not states_file:
        return target
    if target.states:
        raise UsageError(f"--states: {target_file} has states too; give them in only one of the two files")
    return with_states(target, states_file)


def chosen_rules(arguments: Arguments) -> Selection:
    """The rules to judge. Raises `UsageError`."""
    if not arguments.last_failed:
        return selected_rules(arguments.patterns, arguments.excluded, arguments.shard)
    if arguments.patterns or arguments.excluded:
        raise UsageError("--last-failed: cannot be combined with --rules or --exclude; leave them out")
    return _with_rules(_last_failed(arguments))


def selected_rules(
    patterns: tuple[str, ...], excluded: tuple[str, ...], shard: tuple[int, int] | None = None
) -> Selection:
    """The rules that `--rules` and `--exclude` leave. Raises `UsageError` for a pattern that names none."""
    from orderproof.conformance.runner.selection import Selection

    for option, named in (("--rules", patterns), ("--exclude", excluded)):
        for pattern in named:
            if not Selection((pattern,)).rules():
                raise UsageError(f"{option} {pattern}: no rule has such an id; `orderproof rules` lists all ids")
    return _with_rules(Selection((*patterns, *(f"!{pattern}" for pattern in excluded)), shard))


def _with_rules(selection: Selection) -> Selection:
    if not selection.rules():
        raise UsageError("--exclude: no rule is left to judge; exclude fewer rules")
    return selection


def _last_failed(arguments: Arguments) -> Selection:
    """The rules that the last run found broken. A passive rule is judged on the answers of the checks that found it."""
    from orderproof.conformance.runner.selection import Selection
    from orderproof.spec.catalogue import catalogue

    broken = [row for row in read_record(arguments.out)["rules"] if row["verdict"] == "fail"]
    if not broken:
        raise UsageError(
            f"--last-failed: the last run in {arguments.out} found no broken rule; run without --last-failed"
        )
    passive = [row for row in broken if row["id"] in catalogue() and catalogue()[row["id"]].passive]
    checks = sorted({finding["check"] for row in passive for finding in row["findings"]})
    return Selection(tuple(row["id"] for row in broken), arguments.shard, is_narrow=True, checks=tuple(checks))


class _WithWaivers(Protocol):
    @property
    def waivers(self) -> Path | None: ...


class _WithReports(Protocol):
    @property
    def reports(self) -> list[tuple[str, Path | None]]: ...

    @property
    def record_folder(self) -> Path: ...


def chosen_waivers(arguments: _WithWaivers) -> list[Waiver]:
    """The waivers of the file in `--waivers`. Raises `UsageError`."""
    from orderproof.reports.waivers import WaiverError, read_waivers

    try:
        return read_waivers(arguments.waivers) if arguments.waivers else []
    except WaiverError as error:
        raise UsageError(str(error)) from None


def chosen_places(arguments: _WithReports) -> list[tuple[str, Path | None]]:
    """The path of each format, the page included; None for standard output. Raises `UsageError`."""
    from orderproof.reports.record import RECORD_NAME

    wanted = dict.fromkeys([("html", None), *arguments.reports])
    return place_reports(list(wanted), arguments.record_folder, arguments.record_folder / RECORD_NAME)


def shown_file(path: Path | None) -> str | None:
    """The target file's path relative to the working folder; only its name if it is outside."""
    if path is None:
        return None
    here = Path.cwd()
    return (path.absolute().relative_to(here) if path.absolute().is_relative_to(here) else Path(path.name)).as_posix()
