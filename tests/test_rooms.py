"""The house: every module is in a room, and imports run one way between rooms, whatever lies between them."""

import ast
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest

import orderproof

ROOT = Path(orderproof.__file__).parent

# What each room may import directly, beside itself and standard or third-party packages. Longest prefix wins.
ROOMS: dict[str, tuple[str, ...]] = {
    "spec": (),
    "strategies": ("spec",),
    "conformance.errors": (),
    "conformance.config": ("conformance.errors", "spec"),
    "conformance.transport": ("conformance.config", "conformance.errors"),
    "conformance.states": ("conformance.transport", "conformance.config", "conformance.errors"),
    "conformance.model": (),
    "conformance.kit": (
        "conformance.states",
        "conformance.model",
        "conformance.transport",
        "conformance.config",
        "conformance.errors",
        "spec",
    ),
    "conformance.checks": (
        "conformance.checks.support",
        "conformance.checks.stateful",
        "conformance.kit",
        "strategies",
    ),
    "conformance.checks.support": ("conformance.kit", "strategies", "spec"),
    "conformance.checks.stateful": ("conformance.checks.support", "conformance.kit", "strategies"),
    "conformance.reference": ("spec",),
    "reports.redaction": ("spec",),
    "reports": ("reports.redaction", "spec"),
    "reports.console": ("reports", "reports.redaction", "spec"),
    "reports.page": ("reports", "reports.redaction", "spec"),
    "reports.formats": ("reports", "reports.redaction", "reports.page", "spec"),
    "conformance.runner": (
        "conformance.checks",
        "conformance.kit",
        "conformance.states",
        "conformance.transport",
        "conformance.config",
        "conformance.errors",
        "conformance.reference",
        "reports",
        "reports.redaction",
        "strategies",
        "spec",
    ),
}


def _lower(*more: str) -> tuple[str, ...]:
    return (*(room for room in ROOMS), *more)


ROOMS["conformance.traffic"] = _lower()
ROOMS["conformance.selftest"] = _lower()
ROOMS["conformance.commands"] = _lower()
ROOMS["conformance.cli"] = _lower()
ROOMS["conformance"] = ()
ROOMS[""] = ("conformance.cli",)


def room_of(module: str) -> str:
    """The room that a module is in: the longest room whose name it begins with."""
    return max((room for room in ROOMS if not room or module == room or module.startswith(f"{room}.")), key=len)


@cache
def modules() -> dict[str, Path]:
    """Every module of ours by its name below `orderproof`; the package itself is the empty name."""
    found = {}
    for top in ("", "spec", "strategies", "conformance", "reports"):
        for path in ROOT.joinpath(top).glob("*.py" if not top else "**/*.py"):
            parts = path.relative_to(ROOT).with_suffix("").parts
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


@cache
def imports(module: str) -> frozenset[str]:
    """The modules of ours that a module imports, anywhere in it, by their names below `orderproof`."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(modules()[module].read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module}: relative import"
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                found.add(whole if _below(whole) in modules() else str(node.module))
    return frozenset(_below(name) for name in found if name.split(".")[0] == "orderproof")


def _below(name: str) -> str:
    return name.removeprefix("orderproof").removeprefix(".")


def test_no_module_imports_upwards():
    strays = {
        f"{module} -> {used}"
        for module in modules()
        for used in imports(module)
        # Everybody may ask the package itself for its version.
        if used and room_of(used) not in (room_of(module), *ROOMS[room_of(module)])
    }
    assert strays == set()


def test_the_picture_of_the_rooms_shows_the_table():
    picture = Path(__file__).parent.parent.joinpath("docs", "architecture.md").read_text(encoding="utf-8")
    drawn: dict[str, set[str]] = {}
    for line in picture.partition("flowchart TD\n")[2].partition("```")[0].splitlines():
        steps = [step.split(" & ") for step in line.strip().split(" --> ")]
        for uppers, lowers in pairwise(steps):
            for upper in uppers:
                drawn.setdefault(_whole(upper), set()).update(map(_whole, lowers))
    table = {room: set(lower) for room, lower in ROOMS.items() if room not in ("", "conformance")}

    assert _closure(drawn) == _closure(table)


def _whole(name: str) -> str:
    """A room of the picture by its name in the table."""
    return name if name.partition(".")[0] in ("spec", "strategies", "reports") else f"conformance.{name}"


def _closure(lower: dict[str, set[str]]) -> set[tuple[str, str]]:
    """Every pair of rooms of which the first leads to the second."""
    pairs = {(room, other) for room, others in lower.items() for other in others}
    while more := {(a, d) for a, b in pairs for c, d in pairs if b == c} - pairs:
        pairs |= more
    return pairs


@cache
def reached(room: str) -> frozenset[str]:
    """The rooms that a room's modules lead to, directly or through others, as the imports really are."""
    seen: set[str] = set()
    waiting = [module for module in modules() if room_of(module) == room]
    while waiting:
        module = waiting.pop()
        if module not in seen:
            seen.add(module)
            waiting.extend(imports(module))
    return frozenset(room_of(module) for module in seen) - {room}


def test_there_is_no_circle_between_rooms():
    circles = {
        tuple(sorted((room, other)))
        for room in ROOMS
        for other in reached(room)
        if room and other and room in reached(other)
    }
    assert circles == set()


@pytest.mark.parametrize(
    ("room", "forbidden"),
    [
        ("conformance.checks", ("reports", "conformance.reference", "conformance.runner", "conformance.commands")),
        ("conformance.kit", ("reports", "strategies", "conformance.checks", "conformance.runner")),
        ("conformance.model", ("conformance.transport", "conformance.states", "spec")),
        ("conformance.reference", ("conformance.transport", "conformance.kit", "conformance.checks", "reports")),
        ("reports", ("conformance",)),
        ("strategies", ("conformance", "reports")),
        ("spec", ("strategies", "conformance", "reports")),
    ],
)
def test_what_must_not_know_of_each_other_does_not_by_any_way(room, forbidden):
    found = {
        other
        for name in ROOMS
        if name and (name == room or name.startswith(f"{room}."))
        for other in reached(name)
        if any(other == one or other.startswith(f"{one}.") for one in forbidden)
    }
    assert found == set()


def test_only_one_module_knows_schemathesis():
    users = {
        module
        for module, path in modules().items()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        for used in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
        if used.split(".")[0] == "schemathesis"
    }
    assert users == {"strategies.generated"}


# Faults and variants mirror the catalogue's files, one an area.
LONGEST = 300


def test_a_module_is_short_enough_to_be_read():
    lines = {
        module: len(path.read_text(encoding="utf-8").splitlines())
        for module, path in modules().items()
        if not module.startswith("conformance.reference.")
    }
    assert {module: count for module, count in lines.items() if count > LONGEST} == {}
    assert len(lines) > 200
