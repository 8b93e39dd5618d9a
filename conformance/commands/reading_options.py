"""The options of a read-only run: `--read-only`, `--order` and `--customer`."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from orderproof.conformance.config.target import StateSources, Target
from orderproof.conformance.errors import UsageError

if TYPE_CHECKING:
    from orderproof.conformance.commands.run_arguments import Arguments

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_NO_UUID = "is not a UUID such as 0cb4bd4d-2a0c-4a5e-9d7e-30e2b5d7a1c3; give the order's UUID"


def parse_orders(
    _ctx: click.Context, _option: click.Parameter, values: tuple[str, ...]
) -> tuple[tuple[str, str | None], ...]:
    """Pairs of a UUID and a readable id, None where it was not given. Raises `UsageError`."""
    pairs: dict[str, str | None] = {}
    for value in values:
        uuid, comma, readable = (part.strip() for part in value.partition(","))
        if not _UUID.fullmatch(uuid):
            raise UsageError(f"--order: {uuid!r} {_NO_UUID}, and its readable id, if you like, after a comma")
        if comma and (not readable or "," in readable):
            raise UsageError(f"--order: {value!r} must be UUID or UUID,READABLE; repeat --order for another order")
        pairs.setdefault(uuid, readable or None)
    return tuple(pairs.items())


def parse_customers(_ctx: click.Context, _option: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:
    """The ids of customers, each once. Raises `UsageError`."""
    if any(not value.strip() for value in values):
        raise UsageError("--customer: the id is empty; give the id of a customer")
    return tuple(dict.fromkeys(value.strip() for value in values))


def check_given(arguments: Arguments) -> None:
    """Raise `UsageError` for orders and customers that the run cannot take."""
    given = [name for name, ids in (("--order", arguments.order_ids), ("--customer", arguments.customer_ids)) if ids]
    if not given:
        return
    if not arguments.read_only:
        raise UsageError(
            f"{given[0]}: works only with --read-only, which sends GET alone; add --read-only, or list it under "
            "states: in the target file"
        )
    if arguments.base_url is None and arguments.target_file is None:
        raise UsageError(
            f"{given[0]}: the embedded server makes its own orders and knows no other; leave it out, or give BASE_URL"
        )


def only_read(target: Target, arguments: Arguments) -> Target:
    """The target with nothing but lists for states: any other source would make orders. Raises `UsageError`."""
    # A dry run says what could be given.
    if not (arguments.order_ids or arguments.customer_ids or target.states.fixed or arguments.dry_run):
        raise UsageError(
            "--read-only: there is nothing to read; give --order UUID and --customer ID (both repeatable), or list "
            "orders and customers under states: in the target file"
        )
    return replace(target, states=StateSources(fixed=target.states.fixed))
