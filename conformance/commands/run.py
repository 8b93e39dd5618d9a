"""`orderproof run`: judge a server and write a report."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import click

from orderproof import __version__
from orderproof.conformance.commands.dry_run import dry_run
from orderproof.conformance.commands.options import (
    accept_partial_option,
    color_option,
    exclude_option,
    exit_zero_option,
    folder_option,
    header_option,
    keep_personal_data_option,
    parse_shard,
    parse_time,
    quiet_option,
    report_option,
    rules_option,
    states_option,
    target_option,
    waivers_option,
    writing,
)
from orderproof.conformance.commands.reading_options import parse_customers, parse_orders
from orderproof.conformance.commands.run_arguments import (
    Arguments,
    chosen_places,
    chosen_rules,
    chosen_target,
    chosen_waivers,
    shown_file,
)
from orderproof.conformance.commands.signals import ended_by_sigterm
from orderproof.conformance.commands.telling import Places, console_of, tell
from orderproof.conformance.commands.withdrawing import Withdrawing
from orderproof.conformance.errors import UsageError, VoidError

if TYPE_CHECKING:
    from orderproof.conformance.config.target import Target


@click.command("run", cls=Withdrawing, short_help="Judge a server and write a report.")
@click.argument("base_url", required=False)
@target_option
@states_option
@header_option
@folder_option("--out", default=Withdrawing.out, help="Folder for the report.")
@report_option
@rules_option
@exclude_option
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
    "--read-only", is_flag=True, help="Send GET alone: judge what reading can judge, and change nothing on the server."
)
@click.option(
    "--order",
    "order_ids",
    multiple=True,
    callback=parse_orders,
    metavar="UUID[,READABLE]",
    help="With --read-only: an order to read, by its UUID; the rest is looked up (repeatable).",
)
@click.option(
    "--customer",
    "customer_ids",
    multiple=True,
    callback=parse_customers,
    metavar="ID",
    help="With --read-only: a customer whose history to read (repeatable).",
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
    "--max-time",
    callback=parse_time,
    metavar="TIME",
    help="Begin no check after this time, such as 5m: the record holds what was judged until then, and is cut short.",
)
@click.option(
    "--wait-for-target",
    type=click.FloatRange(0),
    default=0.0,
    metavar="SECONDS",
    help="Wait up to SECONDS until the API, the token endpoint and the callback answer.",
)
@click.option("--dry-run", is_flag=True, help="List the checks, and how many of which states they need; send nothing.")
@keep_personal_data_option
@click.option("--fault", metavar="NAME", help="Judge the embedded server with this seeded fault.")
@click.option(
    "--variant",
    metavar="NAME",
    help="Judge the embedded server with this other reading of the documents, or several as a+b.",
)
@waivers_option
@accept_partial_option
@exit_zero_option
@quiet_option
@click.option("-v", "--verbose", is_flag=True, help="Also print how many requests and checks each rule rests on.")
@color_option
def command(**options: Any) -> int:
    """Judge the server at BASE_URL or in a target file; with neither, the embedded reference server.

    Prints a report to stdout, and writes the record to DIR/report.json and a page for people to DIR/report.html.
    """
    from orderproof.conformance.runner.surroundings import closed_surroundings, require_assertions, temporary_files_in
    from orderproof.reports.formats.unfinished import begin, stop

    arguments = Arguments(**options)
    if arguments.dry_run:
        return dry_run(arguments)
    with writing("--out", arguments.record_folder):
        begin(arguments.record_folder, arguments.seed, arguments.profile, files=arguments.overwritten)
    try:
        require_assertions()
        with ended_by_sigterm(), temporary_files_in(arguments.record_folder), closed_surroundings():
            return _run(arguments)
    except (UsageError, VoidError) as error:
        with writing("--out", arguments.record_folder):
            stop(arguments.record_folder, str(error), arguments.seed, arguments.profile)
        raise


def _run(arguments: Arguments) -> int:
    from orderproof.conformance.kit.settings import Settings
    from orderproof.conformance.runner.concealed import concealed
    from orderproof.conformance.runner.judging import RunOptions, judge_target
    from orderproof.conformance.runner.look_up import Given, OrderIds

    selection = chosen_rules(arguments)
    waivers = chosen_waivers(arguments)
    places = chosen_places(arguments)
    with chosen_target(arguments) as target, concealed(target):
        # Which rules are waived is known only at the end.
        listing = None if waivers or arguments.quiet else _listing(target, selection.patterns, arguments, places)
        ended = judge_target(
            RunOptions(
                Settings(
                    target,
                    arguments.seed,
                    arguments.profile,
                    str(arguments.folder),
                    ends_at=time.time() + arguments.max_time if arguments.max_time else None,
                    read_only=arguments.read_only,
                ),
                arguments.record_folder,
                selection,
                target_file=shown_file(arguments.target_file),
                wait_seconds=arguments.wait_for_target,
                given=Given(tuple(OrderIds(*ids) for ids in arguments.order_ids), arguments.customer_ids),
                max_failures=arguments.max_failures,
                keep_personal_data=arguments.keep_personal_data,
                show_progress=not arguments.quiet,
                tell=listing.show if listing else None,
                note=listing.note if listing else None,
            )
        )
    return tell(ended, waivers, listing, arguments, places)


def _listing(target: Target, patterns: tuple[str, ...], arguments: Arguments, places: Places) -> Any:
    """The list of rules, below the header of the run."""
    from orderproof.conformance.config.secret_values import secrets_of
    from orderproof.conformance.transport.origin import origin_and_path
    from orderproof.conformance.transport.proxy import proxy_of
    from orderproof.reports.console import Listing, header
    from orderproof.reports.redaction.masking import Masker

    masker = Masker(secrets_of(target))
    told = {
        "orderproof": __version__,
        "target": {"name": masker.text(target.name), "base_url": masker.text(target.base_url)},
        "selection": patterns,
        "seed": arguments.seed,
        "profile": arguments.profile,
        "read_only": arguments.read_only,
        "proxy": proxy_of(origin_and_path(target.base_url)[0]),
    }
    console = console_of(arguments.color, places)
    header(told, console)
    return Listing(console, verbose=arguments.verbose)
