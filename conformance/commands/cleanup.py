"""`orderproof cleanup`: tear down the states that an interrupted run left behind."""

from pathlib import Path

import click

from orderproof.conformance.errors import UsageError


@click.command("cleanup")
@click.argument("folder", type=click.Path(path_type=Path), default=Path("orderproof-report"), metavar="DIR")
@click.option(
    "--target",
    "target_file",
    type=click.Path(path_type=Path),
    required=True,
    metavar="FILE",
    help="The target file of the run.",
)
def command(folder: Path, target_file: Path) -> int:
    """Tear down every state that the run in DIR set up and left behind (injected orders are canceled)."""
    from orderproof.conformance.config.target import read_target
    from orderproof.conformance.kit.session import Session
    from orderproof.conformance.kit.settings import Settings
    from orderproof.conformance.runner.concealed import concealed
    from orderproof.conformance.states.journal import JOURNAL_NAME, Journal

    target = read_target(target_file)
    journal = Journal(folder / JOURNAL_NAME)
    if not journal.path.exists():
        click.echo(f"{folder}: no states were left behind")
        return 0
    if not (target.states.callback or target.states.provider or target.states.injection):
        raise UsageError(
            f"{target_file}: states has neither callback nor provider nor injection, so states cannot be torn down; "
            "add the one that the run had"
        )
    with concealed(target):
        session = Session(Settings(target, folder=str(target_file.parent), journal=str(journal.path)))
        left = journal.left_over()
        for state in left:
            session.states.teardown(state)
        session.close()
    remaining = len(journal.left_over())
    if remaining:
        click.echo(
            f"{remaining} of {len(left)} states could not be torn down; {journal.path} still lists them", err=True
        )
        return 1
    journal.path.unlink()
    click.echo(f"{len(left)} states torn down")
    return 0
