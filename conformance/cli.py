"""The command line. Commands are imported when they are called, so that `--help` and `gate` stay quick."""

import importlib
import sys
import tempfile
import traceback
from collections.abc import Sequence
from typing import Any

import click

from orderproof import __version__
from orderproof.conformance.commands.streams import protect_streams
from orderproof.conformance.errors import UsageError, VoidError
from orderproof.reports.redaction.harmless import harmless

_COMMANDS = {
    "run": "Judge a server and report.",
    "serve": "Serve the reference server, as a sandbox or to try the suite on.",
    "rules": "List the rules, or explain one.",
    "selftest": "Judge the suite: run it against every seeded fault and every open choice.",
    "report": "Make any format from a record.",
    "compare": "Compare two records, or show several side by side.",
    "merge": "Merge the records of a run's shards into one.",
    "gate": "Decide a release from a record: waivers, partial runs, exit code.",
    "cleanup": "Give back the states that an interrupted run left on the target.",
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
        """Resolve a command; suggests the nearest for one that does not exist."""
        from orderproof.conformance.config.fields import did_you_mean

        name = args[0]
        if name not in _COMMANDS and not name.startswith("-"):
            ctx.fail(f"no command {name!r}{did_you_mean(name, list(_COMMANDS))}")
        return super().resolve_command(ctx, args)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="orderproof")
def orderproof() -> None:
    """Judge whether a server keeps the documented order API.

    \b
    Exit codes: 0 conforming, 1 non-conforming, 2 usage or configuration,
    3 void (nothing could be judged), 4 partial (nothing broken, but rules
    in scope were not judged), 130 interrupted.
    """


def main(arguments: Sequence[str] | None = None) -> Any:
    """Entry point: every foreseen problem is one sentence on stderr and an exit code."""
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
    except Exception:
        # Python would end with 1, which says that the server is non-conforming.
        click.echo(
            "orderproof: stopped by an error of its own, which says nothing about the target; "
            f"please report it, with the file {_written(traceback.format_exc())}",
            err=True,
        )
        code = 3
    raise SystemExit(code if isinstance(code, int) else 0)


def _written(details: str) -> str:
    """The name of a file with the details of an error, which is not in the working folder."""
    with tempfile.NamedTemporaryFile(
        "w", encoding="utf-8", errors="backslashreplace", prefix="orderproof-error-", suffix=".txt", delete=False
    ) as file:
        file.write(f"orderproof {__version__}, Python {sys.version}\n{' '.join(sys.argv[1:2])}\n\n{details}")
    return file.name
