"""The table of the rules that recorded traffic can prove, for docs/traffic.md: `python -m tests.traffic_table`."""

from collections.abc import Iterator

from orderproof.conformance.traffic import answers, limits, listings, lives
from orderproof.conformance.traffic.judging import provable_rules
from orderproof.spec.catalogue import catalogue

_BY_FORM = "the form of each answer, whatever was done before"
_BY_LIMIT = "the request breaks a limit that holds in every state of an order"
_BY_ANSWER = "one answer shows it by itself"


def _why(rule: str) -> Iterator[str]:
    if catalogue()[rule].passive:
        yield _BY_FORM
    if rule in limits.RULES:
        yield _BY_LIMIT
    if rule in answers.RULES:
        yield _BY_ANSWER
    yield from (reasons[rule] for reasons in (lives.RULES, listings.RULES) if rule in reasons)
    if rule in lives.COMPLETE_RULES:
        yield f"`--complete` alone: {lives.COMPLETE_RULES[rule]}"


def table() -> str:
    """The rules by what proves them, a row for each kind of proof."""
    groups: dict[str, list[str]] = {}
    for rule in catalogue():
        if rule in provable_rules():
            groups.setdefault("; ".join(_why(rule)), []).append(rule)
    rows = [f"| {', '.join(rules)} | {why} |" for why, rules in groups.items()]
    return "\n".join(
        ["| rules | what proves them, and why nobody else's request explains a contradiction |", "|---|---|", *rows]
    )


if __name__ == "__main__":
    print(table())
