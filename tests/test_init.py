"""`orderproof init`: the target file that it writes by options and by questions, and what it refuses."""

import re
from decimal import Decimal

import click
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from orderproof.conformance.commands import init
from orderproof.conformance.commands.init_files import scalar, skeleton_name, texts
from orderproof.conformance.commands.init_questions import QUESTIONS, answered
from orderproof.conformance.config.state_kinds import STATES
from orderproof.conformance.config.target import read_target, target_schema
from orderproof.conformance.errors import UsageError
from orderproof.spec.yamlfile import parse_yaml, read_yaml
from tests.running import orderproof

URL = "https://acme.example/v0"
INJECTION = ("--shop", "us", "--channel-name", "shopify", "--currency", "USD", "--products", "100,200")
VARIABLES = ("ORDERS_TOKEN", "ORDERS_CLIENT_ID", "ORDERS_CLIENT_SECRET")
NOTHING = {question.key: None for question in QUESTIONS}


@pytest.fixture(scope="module", autouse=True)
def variables():
    with pytest.MonkeyPatch.context() as patch:
        for name in VARIABLES:
            patch.setenv(name, f"value-of-{name}")
        yield


def called(folder, *arguments, answers=None):
    """What `init` ends with in a folder: its result, asked on a terminal if `answers` are given."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setattr(init, "is_terminal", lambda: answers is not None)
        lines = None if answers is None else "".join(f"{answer}\n" for answer in answers)
        return CliRunner().invoke(init.command, arguments, input=lines, standalone_mode=False)


def refusal(folder, *arguments):
    """The sentence with which `init` refuses; it must have written nothing."""
    before = sorted(folder.iterdir())
    error = called(folder, *arguments).exception
    assert isinstance(error, UsageError), error
    assert sorted(folder.iterdir()) == before
    return str(error)


odd = st.one_of(
    st.sampled_from(
        [
            *("yes", "null", "~", "1e5", "0123", "2024-03-28", "a: b", "#x", "x #y", 'say "hi"', "it's", "end\\"),
            *("$HOME", "${NAME}", "${", "$$", "[a]", "{a: b}", "-", "- a", "&a", "*a", "!t", "%d"),
            *("ä€😀", "a\nb", "a\ty", "x\u2028y"),
        ]
    ),
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8).filter(str.strip),
)
ids = st.lists(odd.map(lambda text: text.replace(",", "").strip()).filter(bool), min_size=1, max_size=4, unique=True)


class TestScalars:
    @given(odd)
    def test_a_text_is_read_as_it_was_given(self, text):
        written = scalar(text)
        assert "\n" not in written
        assert parse_yaml(f"key: {written}")["key"].replace("$$", "$") == text
        assert parse_yaml(f"[a, {{key: {written}}}]")[1]["key"].replace("$$", "$") == text


@st.composite
def choices(draw):
    """Options that go together."""
    states = draw(st.sampled_from(["injection", "callback", "provider", "lists", "none"]))
    auth = draw(st.sampled_from(["bearer", "oauth2", "none", None]))
    chosen = {"base_url": draw(st.sampled_from([URL, "http://[::1]:80/$x", f"{URL}/", "https://ä.example"]))}
    chosen |= {"states": states, "auth": auth, "internal": draw(st.sampled_from([True, False, None]))}
    if chosen["internal"] is not False:
        chosen["internal_base_url"] = draw(st.sampled_from([None, "https://internal.example/$/v0"]))
    if auth in ("bearer", None):
        chosen["token_env"] = draw(st.sampled_from([None, "ORDERS_TOKEN"]))
    if auth == "oauth2":
        chosen |= {"token_url": f"{URL}/token", "scope": draw(st.one_of(st.none(), odd))}
    if states == "callback":
        chosen["callback_url"] = draw(st.sampled_from([None, "https://acme.example/_state$"]))
    if states == "injection":
        products = draw(ids)
        chosen |= {"shop": draw(odd), "shop_locale": draw(st.one_of(st.none(), odd)), "channel_name": draw(odd)}
        chosen |= {"currency": "USD", "products": ",".join(products[:1]), "shipping_level": draw(odd)}
        chosen |= {"channel_type": draw(st.sampled_from(["web", "mobile", "store", None])), "shipping_price": "5.50"}
        chosen |= {"preordered_products": ",".join(products[1:])}
    return NOTHING | chosen


class TestEveryCombination:
    @given(chosen=choices())
    @settings(max_examples=150)
    def test_gives_a_file_that_keeps_the_schema_and_says_what_was_chosen(self, tmp_path_factory, chosen):
        path = tmp_path_factory.mktemp("init") / "target.yaml"
        path.write_text(texts(answered(chosen, None), path.name)[path.name], encoding="utf-8", newline="\n")

        Draft202012Validator(target_schema()).validate(read_yaml(path))
        target = read_target(path)

        assert target.base_url == chosen["base_url"].rstrip("/")
        wants_internal = chosen["internal"] or chosen["internal_base_url"]
        assert target.internal_base_url == (chosen["internal_base_url"] or target.base_url if wants_internal else None)
        assert (target.auth.bearer is not None) == (chosen["auth"] in ("bearer", None))
        if chosen["auth"] == "oauth2":
            assert target.auth.oauth2.client_secret == "value-of-ORDERS_CLIENT_SECRET"
            assert target.auth.oauth2.scope == (chosen["scope"].strip() if chosen["scope"] else None)
        assert bool(target.states) == (chosen["states"] not in ("lists", "none"))
        if chosen["states"] == "injection":
            made = target.states.injection
            assert (made.shop, made.channel_name) == (chosen["shop"].strip(), chosen["channel_name"].strip())
            assert made.products == [chosen["products"]]
            assert made.preordered_products == list(filter(None, chosen["preordered_products"].split(",")))
            assert Decimal(made.shipping["price"]) == Decimal("5.5")

    def test_lists_load_once_their_entries_are_brought_in(self, tmp_path):
        called(tmp_path, "--base-url", URL, "--states", "lists")
        path = tmp_path / "target.yaml"
        text = path.read_text(encoding="utf-8")
        states = text[text.index("\nstates:") :]
        path.write_text(text.replace(states, re.sub(r"^( +)#(?! )", r"\1", states, flags=re.MULTILINE)), "utf-8")

        listed = read_target(path).states.fixed

        assert list(listed) == list(STATES)
        assert min(map(len, listed.values())) == 5
        assert {entry["status"] for entry in listed["order-with-terminal-preordered-item"]} == {
            "complete",
            "cancelled",
            "returned",
        }


class TestOptions:
    @pytest.mark.parametrize("states", ["callback", "provider", "lists", "none"])
    def test_the_last_lines_say_how_to_go_on(self, tmp_path, states):
        ended = called(tmp_path, "--base-url", URL, "--states", states, "-o", "a b.yaml")
        assert (ended.exception, ended.return_value) == (None, 0)
        said = ended.output
        order = ["export ORDERS_TOKEN=…", "orderproof doctor --target 'a b.yaml'", "orderproof run --target 'a b.yaml'"]
        assert [said.index(line) for line in order] == sorted(said.index(line) for line in order)
        skeleton = skeleton_name({"states": states})
        assert {path.name for path in tmp_path.iterdir()} == {"a b.yaml", skeleton} - {None}
        assert (f"fill in the states that you can give, in {skeleton}" in said) == (skeleton is not None)

    def test_a_callback_that_is_there_needs_no_skeleton(self, tmp_path):
        ended = called(tmp_path, "--base-url", URL, "--states", "callback", "--callback-url", f"{URL}/_state")
        assert [path.name for path in tmp_path.iterdir()] == ["target.yaml"]
        assert "fill in" not in ended.output

    @pytest.mark.parametrize(
        ("arguments", "sentence"),
        [
            (["--states", "none"], "--base-url is missing; give it, or run on a terminal, where it is asked for"),
            (["--base-url", URL], "--states is missing"),
            (["--base-url", URL, "--states", "injection"], "--shop is missing"),
            (["--base-url", "acme.example", "--states", "none"], "--base-url: 'acme.example' is not an absolute URL"),
            (["--base-url", f"{URL}?x=1", "--states", "none"], "--base-url: the URL has a query or fragment"),
            (["--base-url", URL, "--states", "injektion"], "--states: 'injektion' is not known; did you mean"),
            (["--base-url", URL, "--states", "none", "--shop", "us"], "--shop is for --states injection; remove it"),
            (
                ["--base-url", URL, "--states", "none", "--no-internal", "--internal-base-url", URL],
                "--internal-base-url is for --internal; remove it",
            ),
            (
                ["--base-url", URL, "--states", "none", "--token-env", "A", "--token-url", URL],
                "--token-url is for --auth oauth2; remove it",
            ),
            (["--base-url", URL, "--states", "injection", *INJECTION, "--currency", "Dollar"], "--currency: 'Dollar'"),
            (
                ["--base-url", URL, "--states", "injection", *INJECTION, "--products", " ,"],
                "--products names no product",
            ),
            (
                ["--base-url", URL, "--states", "injection", *INJECTION, "--preordered-products", "200"],
                "--preordered-products: the product '200' is also under --products",
            ),
            (
                ["--base-url", URL, "--states", "injection", *INJECTION, "--shipping-price", "5.555"],
                "--shipping-price: 5.555 has more decimals than USD",
            ),
            (
                ["--base-url", URL, "--states", "injection", *INJECTION, "--shop", "\udcff"],
                "--shop holds bytes that are not UTF-8",
            ),
            (["--base-url", URL, "--states", "none", "--scope", "x"], "--token-url is missing"),
            (["--base-url", URL, "--states", "none", "-o", "no/t.yaml"], "--out: the folder no does not exist"),
            (["--base-url", URL, "--states", "provider", "-o", "states_provider.py"], "is the name of the skeleton"),
        ],
    )
    def test_what_is_wrong_gets_a_sentence_that_names_the_option(self, tmp_path, arguments, sentence):
        assert sentence in refusal(tmp_path, *arguments)

    def test_a_token_in_place_of_its_variable_is_not_shown(self, tmp_path):
        said = refusal(tmp_path, "--base-url", URL, "--states", "none", "--token-env", "eyJhbGci.secret")
        assert "not the name of an environment variable" in said
        assert "eyJ" not in said

    @pytest.mark.parametrize("existing", ["target.yaml", "states_callback.py"])
    def test_no_file_is_overwritten_and_none_is_half_written(self, tmp_path, existing):
        (tmp_path / existing).write_text("mine")
        said = refusal(tmp_path, "--base-url", URL, "--states", "callback")
        assert f"{existing} exists, and is not overwritten" in said
        assert (tmp_path / existing).read_text() == "mine"

    def test_a_link_that_leads_nowhere_is_kept(self, tmp_path):
        (tmp_path / "target.yaml").symlink_to("elsewhere.yaml")
        assert "exists" in refusal(tmp_path, "--base-url", URL, "--states", "none")
        assert not (tmp_path / "elsewhere.yaml").exists()

    def test_a_dash_is_no_file(self, tmp_path):
        assert "- is not the name of a file" in refusal(tmp_path, "--base-url", URL, "--states", "none", "--out", "-")

    def test_a_closed_stream_is_no_terminal(self, monkeypatch):
        monkeypatch.setattr("sys.stdin", None)
        assert not init.is_terminal()

    def test_an_error_while_writing_leaves_nothing(self, tmp_path):
        with pytest.raises(UsageError, match="nothing was written"):
            init._write({tmp_path / "a": "a", tmp_path / "none" / "b": "b"})
        assert list(tmp_path.iterdir()) == []

    def test_the_whole_command_line_ends_with_2_and_one_sentence(self, tmp_path):
        ran = orderproof(tmp_path, "init", "--base-url", URL)
        assert ran.code == 2
        assert ran.err == ("orderproof: --states is missing; give it, or run on a terminal, where it is asked for\n")


class TestQuestions:
    def test_what_was_given_is_not_asked_and_a_wrong_answer_is_asked_again(self, tmp_path):
        answers = ["acme.example", URL, "n", "", "", "injection", "us", "", "", "shopify", "usd", "100", "", "", "", ""]
        ended = called(tmp_path, answers=answers)
        assert (ended.exception, ended.return_value) == (None, 0)
        assert "'acme.example' is not an absolute URL" in ended.output
        target = read_target(tmp_path / "target.yaml")
        assert (target.base_url, target.internal_base_url) == (URL, None)
        assert target.auth.bearer == "value-of-ORDERS_TOKEN"
        assert (target.states.injection.currency, target.states.injection.products) == ("USD", ["100"])

    def test_answers_give_the_file_that_options_give(self, tmp_path):
        for name in ("asked", "given"):
            (tmp_path / name).mkdir()
        called(tmp_path / "asked", answers=[URL, "y", "", "oauth2", f"{URL}/token", "", "", "orders", "callback", ""])
        options = ["--internal", "--token-url", f"{URL}/token", "--scope", "orders", "--states", "callback"]
        called(tmp_path / "given", "--base-url", URL, *options)
        for name in ("target.yaml", "states_callback.py"):
            assert (tmp_path / "asked" / name).read_text() == (tmp_path / "given" / name).read_text()

    def test_an_answer_that_is_not_utf_8_is_asked_again(self):
        (shop,) = (question for question in QUESTIONS if question.key == "shop")
        with pytest.raises(UsageError, match="--shop holds bytes that are not UTF-8"):
            shop.checked("\udcff", {})

    def test_an_end_of_the_answers_writes_nothing(self, tmp_path):
        ended = called(tmp_path, answers=[URL])
        assert isinstance(ended.exception, click.Abort)
        assert list(tmp_path.iterdir()) == []


def test_the_help_names_every_option_with_its_default(tmp_path):
    said = " ".join(called(tmp_path, "--help").output.split())
    assert all(question.option in said for question in QUESTIONS)
    assert "(default: ORDERS_TOKEN)" in said
