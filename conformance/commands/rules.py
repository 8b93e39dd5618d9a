"""`orderproof rules`: list the rules, or explain a rule."""

import fnmatch
import json
import textwrap

import click

from orderproof.conformance.errors import UsageError


@click.command("rules")
@click.argument("words", nargs=-1, metavar="[explain] [GLOB]…")
@click.option("--level", type=click.Choice(["documented", "implied", "advisory"]), help="Only rules of this level.")
@click.option("--json", "as_json", is_flag=True, help="Print the rules as JSON.")
@click.option("--markdown", is_flag=True, help="Print docs/rules.md, the page of all rules.")
def command(words: tuple[str, ...], level: str | None, as_json: bool, markdown: bool) -> int:
    """List the rules, or those whose id matches a GLOB such as 'GRA-*'; `rules explain GRA-4` explains a rule."""
    from orderproof.conformance.config.fields import did_you_mean
    from orderproof.spec.catalogue import AREAS, DOCUMENTS, catalogue
    from orderproof.spec.rules_page import rules_page

    if markdown:
        if words or level or as_json:
            raise UsageError("rules: --markdown prints the page of all rules; leave out GLOB, --level and --json")
        click.echo(rules_page(), nl=False)
        return 0
    explain = bool(words) and words[0] == "explain"
    patterns = [word.upper() for word in (words[1:] if explain else words)]
    if explain and not patterns:
        raise UsageError("rules explain: give the id of a rule, such as GRA-1")
    for pattern in patterns:
        if not any(fnmatch.fnmatchcase(rule_id, pattern) for rule_id in catalogue()):
            raise UsageError(f"rules: no rule has the id {pattern}{did_you_mean(pattern, list(catalogue()))}")
    chosen = [
        rule
        for rule in catalogue().values()
        if (not patterns or any(fnmatch.fnmatchcase(rule.id, pattern) for pattern in patterns))
        and level in (None, rule.level)
    ]
    if as_json:
        click.echo(json.dumps([rule.to_dict() for rule in chosen], ensure_ascii=False, indent=1))
        return 0
    area = None
    for rule in chosen:
        if explain:
            click.echo(f"{rule.id}: {rule.title}\n")
            click.echo(f"  level      {rule.level}")
            click.echo(f"  area       {AREAS[rule.area]}")
            click.echo(f"  operation  {rule.operation or 'all'}")
            click.echo(f"  source     {DOCUMENTS[rule.source.document]}, {rule.source.section}")
            click.echo(textwrap.indent(textwrap.fill(f"“{rule.source.words}”", 90), "             "))
            if rule.passive:
                click.echo("  judged on  every answer of the run, whichever check sent the request")
            if rule.note:
                click.echo(textwrap.indent(textwrap.fill(rule.note, 90), "  "))
            click.echo()
            continue
        if rule.area != area:
            area = rule.area
            click.echo(f"\n{AREAS[area]}")
        click.echo(f"  {rule.id:<7} {rule.level:<10} {rule.source.document:<3} {rule.title}")
    if not explain:
        gating = sum(rule.gates for rule in chosen)
        count = f"{len(chosen)} rule{'s' if len(chosen) != 1 else ''}"
        click.echo(
            f"\n{count}: {gating} can fail a release, {len(chosen) - gating} are advice. "
            "`orderproof rules explain ID` explains a rule"
        )
    return 0
