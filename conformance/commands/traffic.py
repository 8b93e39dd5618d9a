"""`orderproof traffic`: judge traffic that was recorded elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import click

from orderproof.conformance.commands.options import (
    accept_partial_option,
    color_option,
    exclude_option,
    exit_zero_option,
    folder_option,
    keep_personal_data_option,
    quiet_option,
    report_option,
    rules_option,
    waivers_option,
    writing,
)
from orderproof.conformance.commands.telling import tell
from orderproof.conformance.commands.withdrawing import Withdrawing
from orderproof.conformance.errors import UsageError, VoidError

if TYPE_CHECKING:
    from orderproof.reports.acceptance import Acceptance


class _Traffic(Withdrawing):
    # The folder of a run holds its own recording, `traffic.har`, which is judged here.
    out: ClassVar[Path] = Path("orderproof-traffic")
    # Half of all rules are never in anybody's traffic.
    bare_floor: ClassVar[str] = "1"


@dataclass(frozen=True, slots=True)
class _Arguments:
    """The arguments by the names of the parameters in click."""

    files: tuple[Path, ...]
    base_url: str
    internal_base_url: str | None
    patterns: tuple[str, ...]
    excluded: tuple[str, ...]
    complete: bool
    record_folder: Path
    reports: list[tuple[str, Path | None]]
    keep_personal_data: bool
    waivers: Path | None
    acceptance: Acceptance | None
    exit_zero: bool
    quiet: bool
    verbose: bool
    color: str


@click.command("traffic", cls=_Traffic)
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE.har…")
@click.option("--base-url", required=True, metavar="URL", help="Judge the requests below this URL of the server.")
@click.option(
    "--internal-base-url",
    metavar="URL",
    help="Where the internal line-item API is, if not below --base-url too.",
)
@click.option(
    "--complete",
    is_flag=True,
    help="The traffic holds every change to its orders: also judge what only another client could explain otherwise.",
)
@folder_option("--out", "record_folder", default=_Traffic.out, help="Folder for the report.")
@report_option
@rules_option
@exclude_option
@keep_personal_data_option
@waivers_option
@accept_partial_option
@exit_zero_option
@quiet_option
@click.option("-v", "--verbose", is_flag=True, help="Also print how many exchanges each rule rests on.")
@color_option
def command(**options: Any) -> int:
    """Judge traffic that a browser, a proxy or a gateway recorded, in HAR 1.2 (also packed by gzip). Nothing is sent.

    A rule is judged where the traffic proves it, and not run where it does not: the result is non-conforming (exit 1)
    or partial (exit 4), never conforming. Without =FLOOR, --accept-partial demands one rule that was judged.
    """
    from orderproof.conformance.commands.run_arguments import overwritten
    from orderproof.reports.formats.unfinished import begin, stop

    arguments = _Arguments(**options)
    _refuse_to_replace_files(arguments)
    with writing("--out", arguments.record_folder):
        begin(arguments.record_folder, 0, "default", files=overwritten(arguments.reports, arguments.waivers))
    try:
        return _judge(arguments)
    except (UsageError, VoidError) as error:
        with writing("--out", arguments.record_folder):
            stop(arguments.record_folder, str(error))
        raise


def _judge(arguments: _Arguments) -> int:
    from orderproof.conformance.commands.run_arguments import chosen_places, chosen_waivers, selected_rules
    from orderproof.conformance.config.fields import check_url
    from orderproof.conformance.runner.judging import RunResult
    from orderproof.conformance.traffic.judging import TrafficOptions, judge_traffic
    from orderproof.spec.catalogue import catalogue

    base_url = check_url(arguments.base_url, "--base-url")
    internal = arguments.internal_base_url
    selection = selected_rules(arguments.patterns, arguments.excluded)
    waivers = chosen_waivers(arguments)
    places = chosen_places(arguments)
    record = judge_traffic(
        TrafficOptions(
            arguments.files,
            base_url,
            base_url if internal is None else check_url(internal, "--internal-base-url"),
            [catalogue()[rule_id] for rule_id in selection.rules()],
            selection.patterns,
            complete=arguments.complete,
            keep_personal_data=arguments.keep_personal_data,
        )
    )
    return tell(RunResult(record, interrupted=False), waivers, None, arguments, places)


def _refuse_to_replace_files(arguments: _Arguments) -> None:
    """Raise `UsageError` where the report would replace what is to be judged."""
    from orderproof.reports.formats import FORMATS

    given = {path.resolve() for path in arguments.files}
    for _, path in arguments.reports:
        if path and path.resolve() in given:
            raise UsageError(f"--report: {path} is one of the files to judge; give another path")
    for kind in FORMATS.values():
        path = arguments.record_folder / kind.file_name
        if path.resolve() in given:
            raise UsageError(
                f"--out: {path} is one of the files to judge, and a report there replaces it; give another"
            )
