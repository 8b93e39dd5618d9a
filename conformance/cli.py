"""The command line. A command is imported only when it is called, so that `--help` and `gate` stay quick."""

import importlib
import sys
import tempfile
import traceback
from collections.abc import Sequence
from typing import Any

import click

from orderproof import __version__
from orderproof.conformance.commands.streams import protect_streams
from orderproof.conformance.errors import InternalError, UsageError, VoidError
from orderproof.reports.redaction.harmless import harmless

_COMMANDS = {
    "init": "Write a target file, by questions or by options.",
    "doctor": "Try a target file, step by step, and judge nothing.",
    "run": "Judge a server and write a report.",
    "serve": "Run the reference server as a sandbox.",
    "rules": "List the rules, or explain a rule.",
    "selftest": "Test the suite itself against seeded faults and correct servers.",
    "report": "Make other formats from a record (report.json).",
    "compare": "Compare two records, or show several side by side.",
    "merge": "Merge the records of a run's shards into one.",
    "gate": "Decide from a record whether a release may go.",
    "traffic": "Judge traffic that was recorded elsewhere (HAR files).",
    "verify": "Hold a record against its own evidence.",
    "cleanup": "Tear down the states that an interrupted run left behind.",
}


class _Commands(click.Group):
    """The commands by name; a mistyped one gets a hint."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All commands, in the order of their use."""
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command's module and return its command."""
        if cmd_name not in _COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"orderproof.conformance.commands.{cmd_name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Resolve a command; for an unknown command, suggest the nearest."""
        from orderproof.spec.structure import did_you_mean

        name = args[0]
        if name not in _COMMANDS and not name.startswith("-"):
            ctx.fail(f"unknown command {name!r}{did_you_mean(name, list(_COMMANDS))}")
        return super().resolve_command(ctx, args)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="orderproof")
def orderproof() -> None:
    """Judge whether a server conforms to the documented order API.

    \b
    Exit codes: 0 conforming, 1 non-conforming, 2 wrong usage or
    configuration, 3 void (nothing could be judged), 4 partial (nothing
    broken, but some rules were not judged), 130 interrupted.
    """


def main(arguments: Sequence[str] | None = None) -> Any:
    """Entry point: every expected problem becomes one sentence on stderr and an exit code."""
    protect_streams()
    try:
        code = orderproof.main(args=arguments, prog_name="orderproof", standalone_mode=False)
    except click.exceptions.Abort:
        code = 130
    except click.UsageError as error:
        error.show()
        code = 2
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except UsageError as error:
        click.echo(f"orderproof: {harmless(str(error))}", err=True)
        code = 2
    except VoidError as error:
        click.echo(f"orderproof: void: {harmless(str(error))}", err=True)
        code = 3
    except OSError as error:
        if error.filename is None:
            traceback.print_exc()
        click.echo(f"orderproof: {error.filename or 'input or output'}: {error.strerror}", err=True)
        code = 2 if error.filename else 3
    except Exception as error:
        # Python would exit with 1, which means that the server is non-conforming.
        details = str(error) if isinstance(error, InternalError) else traceback.format_exc()
        click.echo(
            "orderproof: stopped by an error in orderproof itself; this says nothing about the server; "
            f"please report it, with {_written(details)}",
            err=True,
        )
        code = 3
    raise SystemExit(code if isinstance(code, int) else 0)


def _written(details: str) -> str:
    """Names a new file with the details of an error, outside the working folder; or the details, where none can be."""
    details = f"orderproof {__version__}, Python {sys.version}\n{' '.join(sys.argv[1:2])}\n\n{details}"
    try:
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", errors="backslashreplace", prefix="orderproof-error-", suffix=".txt", delete=False
        ) as file:
            file.write(details)
    except OSError:
        return f"these lines:\n{harmless(details)}"
    return f"the file {file.name}"
