"""`orderproof rules`: list the rules, or explain a rule."""

from __future__ import annotations

import fnmatch
import json
import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from orderproof.conformance.errors import UsageError

if TYPE_CHECKING:
    from orderproof.spec.catalogue import Rule


class _ListByDefault(click.Group):
    """Reads `rules GRA-*` and `rules --json` as `rules list …`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Insert the command `list` if there is none."""
        if not args or (args[0] not in self.commands and args[0] not in ctx.help_option_names):
            args = ["list", *args]
        return super().parse_args(ctx, args)


@click.group("rules", cls=_ListByDefault)
def command() -> None:
    """List the rules (`orderproof rules 'GRA-*'`), or explain a rule (`orderproof rules explain GRA-4`)."""


@command.command("list")
@click.argument("patterns", nargs=-1, metavar="[GLOB]…")
@click.option("--level", type=click.Choice(["documented", "implied", "advisory"]), help="Only rules of this level.")
@click.option("--json", "as_json", is_flag=True, help="Print the rules as JSON.")
@click.option("--markdown", is_flag=True, help="Print docs/rules.md, the page of all rules.")
def list_command(patterns: tuple[str, ...], level: str | None, as_json: bool, markdown: bool) -> int:
    """List all rules, or those whose id matches a GLOB such as 'GRA-*'."""
    if markdown:
        from orderproof.spec.rules_page import rules_page

        if patterns or level or as_json:
            raise UsageError("rules: --markdown prints the page of all rules; leave out GLOB, --level and --json")
        click.echo(rules_page(), nl=False)
        return 0
    rules = [rule for rule in _matching(patterns) if level in (None, rule.level)]
    if as_json:
        click.echo(_as_json(rules))
    else:
        _print_list(rules)
    return 0


@command.command("explain")
@click.argument("patterns", nargs=-1, metavar="ID…")
@click.option("--json", "as_json", is_flag=True, help="Print the rules as JSON.")
def explain_command(patterns: tuple[str, ...], as_json: bool) -> int:
    """Explain a rule: its level, its source, and the document's own words."""
    if not patterns:
        raise UsageError("rules explain: give the id of a rule, such as GRA-1")
    rules = _matching(patterns)
    if as_json:
        click.echo(_as_json(rules))
        return 0
    for rule in rules:
        _print_explanation(rule)
    return 0


def _matching(patterns: Sequence[str]) -> list[Rule]:
    """The rules whose ids match any of the patterns; without patterns, all rules. Raises `UsageError`."""
    from orderproof.spec.catalogue import catalogue
    from orderproof.spec.structure import did_you_mean

    wanted = [pattern.upper() for pattern in patterns]
    for pattern in wanted:
        if not fnmatch.filter(catalogue(), pattern):
            raise UsageError(f"rules: no rule has the id {pattern}{did_you_mean(pattern, list(catalogue()))}")
    return [
        rule
        for rule in catalogue().values()
        if not wanted or any(fnmatch.fnmatchcase(rule.id, pattern) for pattern in wanted)
    ]


def _as_json(rules: Sequence[Rule]) -> str:
    return json.dumps([rule.to_dict() for rule in rules], ensure_ascii=False, indent=1)


def _print_list(rules: Sequence[Rule]) -> None:
    from orderproof.spec.catalogue import AREAS

    area = None
    for rule in rules:
        if rule.area != area:
            area = rule.area
            click.echo(f"\n{AREAS[area]}")
        click.echo(f"  {rule.id:<7} {rule.level:<10} {rule.source.document:<3} {rule.title}")
    gating = sum(rule.gates for rule in rules)
    count = f"{len(rules)} rule{'s' if len(rules) != 1 else ''}"
    click.echo(
        f"\n{count}: {gating} can fail a release, {len(rules) - gating} are advice. "
        "`orderproof rules explain ID` explains a rule"
    )


def _print_explanation(rule: Rule) -> None:
    from orderproof.spec.catalogue import AREAS, DOCUMENTS, KIND_WORDS

    click.echo(f"{rule.id}: {rule.title}\n")
    click.echo(f"  level      {rule.level}, since it rests on {KIND_WORDS[rule.kind]}")
    click.echo(f"  area       {AREAS[rule.area]}")
    click.echo(f"  operation  {rule.operation or 'all'}")
    for operation, source in {"": rule.source, **rule.sources_by_operation}.items():
        of_operation = f", for {operation}" if operation else ""
        click.echo(f"  source     {DOCUMENTS[source.document]}, {source.section}{of_operation}")
        click.echo(textwrap.indent(textwrap.fill(f"“{source.words}”", 90), "             "))
    if rule.passive:
        click.echo("  judged on  every answer of the run, whichever check sent the request")
    for note in filter(None, (rule.gates_because, rule.note)):
        click.echo(textwrap.indent(textwrap.fill(note, 90), "  "))
    click.echo()
