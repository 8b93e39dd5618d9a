"""What `orderproof run --dry-run` prints: the checks in scope, and the test data that they need."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import click

from orderproof.conformance.commands.run_arguments import Arguments, chosen_rules, chosen_target
from orderproof.conformance.config.state_kinds import STATES, VALUE_TYPES, StateKind
from orderproof.conformance.errors import VoidError
from orderproof.reports.needs import Supply, recorded_needs, supplies

if TYPE_CHECKING:
    from orderproof.conformance.config.target import Target
    from orderproof.conformance.runner.selection import CollectedCheck


def dry_run_lines(checks: Sequence[CollectedCheck], target: Target) -> Iterator[str]:
    """A line for each check, how many entries of each state they need, and a `states:` block to fill in."""
    recorded = recorded_needs()
    for check in checks:
        states = ", ".join(
            name if need.at_once < 2 else f"{need.at_once} {name}"
            for name, need in recorded.get(check.name, {}).items()
        )
        yield f"{', '.join(check.rules):<16} {check.name}{f'  [{states}]' if states else ''}"
    found = supplies(recorded.get(check.name, {}) for check in checks)
    wanted = {name: found[name] for name, kind in STATES.items() if name in found and kind.feature not in target.absent}
    yield f"{len(checks)} checks, which need {len(wanted) or 'no'} state{'' if len(wanted) == 1 else 's'}"
    if wanted:
        yield from ("", *_table(wanted, target), "", *_block(wanted))


def _table(wanted: Mapping[str, Supply], target: Target) -> Iterator[str]:
    width = max(map(len, wanted))
    listed = target.states.fixed
    yield f"{'state':<{width}}  at least  comfortable  checks{'  listed' if listed else ''}"
    for name, supply in wanted.items():
        has = f"  {len(listed.get(name, ())):>6}" if listed else ""
        note = supply.larger
        yield (
            f"{name:<{width}}  {supply.least:>8}  {supply.comfortable:>11}  {supply.checks:>6}{has}"
            f"{f'  {note}' if note else ''}"
        )
    yield ""
    yield "at least: each check can run, as long as no other has used the entries up, as by canceling the order."
    yield "comfortable: no check takes what another one needs. Both are for the default profile; deep needs more."


def _block(wanted: Mapping[str, Supply]) -> Iterator[str]:
    """YAML for a target file: the least of each state, with the names of its values and nothing in them."""
    yield "# For your target file: fill in the values, and leave out the states that you cannot give."
    yield "states:"
    for name, supply in wanted.items():
        note = supply.larger
        many = f"; for comfort {supply.comfortable} entries" if supply.comfortable > supply.least else ""
        yield f"  # {STATES[name].says}{f', {note}' if note else ''}{many}"
        yield f"  {name}:"
        yield from [f"    - {{{_empty(STATES[name])}}}"] * supply.least


def _empty(kind: StateKind) -> str:
    """The values that an entry must have, empty, since the others are read; and the parameter by which one is told.

    What is left empty is a mistake in the target file, which says where it is.
    """
    return ", ".join(f"{name}: {'[]' if name in VALUE_TYPES else ''}" for name in kind.written)


def dry_run(arguments: Arguments) -> int:
    """Print what a run would check and need; returns the exit code. Raises `VoidError` where no check can be loaded."""
    from orderproof.conformance.kit.settings import Settings
    from orderproof.conformance.runner.concealed import concealed
    from orderproof.conformance.runner.run_checks import CollectionError, collect_checks
    from orderproof.conformance.runner.writing_checks import writing_checks

    selection = chosen_rules(arguments)
    with chosen_target(arguments) as target:
        settings = Settings(
            target, arguments.seed, arguments.profile, str(arguments.folder), read_only=arguments.read_only
        )
    with concealed(target):
        try:
            checks = collect_checks(settings, selection)
        except CollectionError as error:
            raise VoidError(f"the suite itself could not be loaded: {error}") from None
    if arguments.read_only:
        checks = [check for check in checks if check.name not in writing_checks()]
    for line in dry_run_lines(checks, target):
        click.echo(line)
    return 0
