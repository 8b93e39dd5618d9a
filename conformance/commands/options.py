"""Options that several commands share."""

import re
from pathlib import Path
from typing import Any

import click

from conformance.problems import UsageError

color_option = click.option(
    "--color",
    type=click.Choice(["auto", "always", "never"]),
    default="auto",
    help="Colour the output. auto: NO_COLOR, FORCE_COLOR, CLICOLOR, TERM and whether it is a terminal decide.",
)

accept_partial_option = click.option(
    "--accept-partial", is_flag=True, help="Exit 0 where nothing is broken but rules in scope were not judged."
)

waivers_option = click.option(
    "--waivers",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Waivers (TOML): known failures that do not gate until they expire.",
)


def parse_shard(_ctx: click.Context, _option: click.Parameter, value: str | None) -> tuple[int, int] | None:
    """`i/n` as a pair. Raises `click.BadParameter`."""
    if value is None:
        return None
    match = re.fullmatch(r"(\d{1,4})/(\d{1,4})", value)
    if match is None or not 1 <= int(match[1]) <= int(match[2]):
        raise click.BadParameter(f"{value!r} must be i/n with 1 <= i <= n, such as 2/4")
    return int(match[1]), int(match[2])


def parse_reports(_ctx: click.Context, _option: click.Parameter, value: tuple[str, ...]) -> list[tuple[str, Path]]:
    """`FORMAT=PATH` pairs. Raises `click.BadParameter` for a format that there is none of."""
    from reports.formats import FORMATS

    pairs = []
    for text in value:
        name, equals, path = text.partition("=")
        if not equals or not path:
            raise click.BadParameter(f"{text!r} must be FORMAT=PATH, such as json=out/report.json")
        if name not in FORMATS:
            raise click.BadParameter(f"no format {name!r}; there are: {', '.join(FORMATS)}")
        pairs.append((name, Path(path)))
    return pairs


def read_record(path: Path, **options: Any) -> dict[str, Any]:
    """Read a record, or the one in a folder. Raises `UsageError` with the reason why it cannot be relied on."""
    from reports.record import RECORD_NAME, RecordError, read

    try:
        return read(path / RECORD_NAME if path.is_dir() else path, **options)
    except RecordError as error:
        raise UsageError(str(error)) from None
