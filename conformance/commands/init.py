"""`orderproof init`: write a commented target file, and a skeleton of what sets states up."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from orderproof.conformance.commands.init_questions import QUESTIONS, Given, Question, answered
from orderproof.conformance.errors import UsageError


def is_terminal() -> bool:
    """Whether somebody can be asked."""
    # A closed stream is None.
    return bool(sys.stdin and sys.stdin.isatty() and sys.stdout and sys.stdout.isatty())


def _options() -> list[click.Parameter]:
    options: list[click.Parameter] = [
        click.Option(
            ["-o", "--out"],
            type=click.Path(path_type=Path),
            default=Path("target.yaml"),
            show_default=True,
            metavar="FILE",
            help="The file to write; one that exists is never overwritten.",
        )
    ]
    for question in QUESTIONS:
        says = f"{question.says}{_usual(question)}."
        if question.key == "internal":
            options.append(click.Option(["--internal/--no-internal"], default=None, help=says))
        else:
            last_word = question.key.rpartition("_")[2].upper()
            wanted = "|".join(question.choices) if question.choices else {"ENV": "NAME"}.get(last_word, last_word)
            options.append(click.Option([question.option], metavar=wanted, help=says))
    return options


def _usual(question: Question) -> str:
    """The default of an option that has one in all cases, for its help."""
    from_others = question.key in ("internal", "internal_base_url")
    usual = question.default({}) if question.default and not from_others else None
    return f" (default: {usual})" if usual else ""


def _ask(question: Question, suggested: Any, answers: Given) -> Any:
    """Put a question on the terminal until its answer is right."""
    if question.key == "internal":
        return click.confirm(question.says, default=suggested)
    for name, meaning in (question.choices or {}).items():
        click.echo(f"  {name:<10} {meaning}")

    def checked(text: str) -> Any:
        try:
            return question.checked(text, answers)
        except UsageError as error:
            # click shows it and asks again.
            raise click.BadParameter(str(error)) from None

    return click.prompt(question.says, default=suggested, show_default=bool(suggested), value_proc=checked)


def _command(out: Path, **given: Any) -> int:
    """Write a commented target file, by questions on a terminal or by options.

    With --states callback or provider it also writes a skeleton beside the file: a function for each state, to fill in.
    No file is overwritten.
    """
    from orderproof.conformance.commands.init_files import skeleton_name, texts

    _check_free(out, "choose another name with --out")
    answers = answered(given, _ask if is_terminal() else None)
    skeleton = skeleton_name(answers)
    if skeleton:
        _check_free(out.parent / skeleton, "move it away, or give --out another folder")
        if out.name == skeleton:
            raise UsageError(f"--out: {out} is the name of the skeleton; choose another name")
    files = {out.parent / name: text for name, text in texts(answers, out.name).items()}
    _write(files)
    for line in _next_steps(list(files), out, answers):
        click.echo(line)
    return 0


def _check_free(path: Path, remedy: str) -> None:
    # A link that leads nowhere is a file of somebody's as well.
    if str(path) == "-":
        raise UsageError("--out: - is not the name of a file; give a name, such as target.yaml")
    if os.path.lexists(path):
        raise UsageError(f"{path} exists, and is not overwritten; {remedy}")
    if not path.parent.is_dir():
        raise UsageError(f"--out: the folder {path.parent} does not exist; create it first")


def _write(files: Mapping[Path, str]) -> None:
    """Write all files, or none: what was written before an error is removed."""
    written: list[Path] = []
    try:
        for path, text in files.items():
            with path.open("x", encoding="utf-8", newline="\n") as file:
                written.append(path)
                file.write(text)
    except OSError as error:
        for done in written:
            done.unlink(missing_ok=True)
        raise UsageError(f"--out: {path} cannot be written ({error.strerror}); nothing was written") from None


def _next_steps(files: list[Path], out: Path, answers: Given) -> Iterator[str]:
    """What was written and the commands to go on with, as the README prints them."""
    target = f"--target {shlex.quote(str(out))}"
    yield f"Wrote {' and '.join(map(str, files))}."
    if not answers["internal"]:
        yield "The internal order line API is out of scope; internal_base_url in the file brings it in."
    steps = []
    for key, says in (("token_env", "access token"), ("client_id_env", "client id"), ("client_secret_env", "secret")):
        if key in answers:
            steps.append((f"export {answers[key]}=…", f"your {says}; the file holds the variable's name alone"))
    places = {"lists": out, **dict.fromkeys(("callback", "provider"), files[-1])}
    if answers["states"] in places and not answers.get("callback_url"):
        steps.append(("", f"fill in the states that you can give, in {places[answers['states']]}"))
    if answers["states"] == "callback" and len(files) > 1:
        steps.append((f"python {shlex.quote(str(files[-1]))}", "serve the callback, in another terminal"))
    steps += [
        (f"orderproof doctor {target}", "try the file; nothing is judged"),
        (f"orderproof run {target}", "judge the server"),
    ]
    if answers["states"] == "none":
        steps.append((f"orderproof run {target} --read-only --order UUID --customer ID", "or judge it by two ids"))
    width = max(len(step) for step, _ in steps)
    yield from ("", "Next:", "")
    yield from (f"  {step:<{width}}   # {why}" if step else f"  # {why}" for step, why in steps)


command = click.Command("init", callback=_command, params=_options(), help=_command.__doc__)
