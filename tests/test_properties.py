"""Properties: examples come from the seed, and from nothing that happens to be loaded."""

import ast
import importlib.util
import inspect
import sys

import hypothesis
from hypothesis import given, seed, settings
from hypothesis import strategies as st
from hypothesis.internal.conjecture import providers

from orderproof.conformance.kit import generation
from orderproof.conformance.kit.properties import property_of

CONSTANT = 918273645546372819


def test_constants_of_other_modules_are_no_examples(tmp_path, monkeypatch):
    assert property_of is not None, "loaded: it is what keeps such constants out"
    path = tmp_path / "users_module.py"
    path.write_text(f"CONSTANT = {CONSTANT}\n")
    users_module = importlib.util.module_from_spec(importlib.util.spec_from_file_location("users_module", path))
    monkeypatch.setitem(sys.modules, "users_module", users_module)
    drawn = []

    @seed(1)
    @settings(max_examples=2000, database=None)
    @given(st.integers(CONSTANT - 10**9, CONSTANT + 10**9))
    def draw(number):
        drawn.append(number)

    draw()
    assert len(drawn) > 1000
    assert CONSTANT not in drawn


def test_hypothesis_still_asks_what_is_replaced_for_its_constants(monkeypatch):
    monkeypatch.setattr(providers, "_get_local_constants", lambda: "ours")

    asked = providers.HypothesisProvider(None)._local_constants

    assert asked == "ours", (
        f"hypothesis {hypothesis.__version__} reads constants in another way: look for it, replace it in "
        "kit/properties.py, and move the bounds of hypothesis in pyproject.toml"
    )


def test_every_setting_of_hypothesis_is_given():
    """One that is left out comes from whatever profile is loaded: in CI from Hypothesis' own."""
    source = ast.parse(inspect.getsource(generation))
    (call,) = [node for node in ast.walk(source) if isinstance(node, ast.Call) and ast.unparse(node.func) == "settings"]
    known = set(inspect.signature(settings.__init__).parameters) - {"self", "parent"}
    assert {keyword.arg for keyword in call.keywords} == known
