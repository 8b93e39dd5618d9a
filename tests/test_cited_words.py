"""What a finding expects stands in the words that it cites, and these are of the document of its operation."""

import ast
import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from orderproof.conformance import checks
from orderproof.conformance.kit.trace import Trace
from orderproof.conformance.runner.outcome import outcome_of
from orderproof.conformance.transport.exchange import Exchange
from orderproof.reports import console, page
from orderproof.reports.explanation import explanation
from orderproof.spec.catalogue import Rule, Source, catalogue
from orderproof.spec.description import Operation, operations, resolve
from tests.records import record, row
from tests.samples import answers, samples
from tests.wording import DESCRIPTION_OF, normalised

RULES = catalogue()
DOCUMENT_OF = {"orders": "S0", "order-lines": "S1"}
STATUS = re.compile(r"\b[1-5]\d\d\b")
MEDIA_TYPE = re.compile(r"application/[\w.+-]+(?:;version=2)?")
# What a title demands: not the number of items, nor the media type of a request.
DEMANDED_STATUS = re.compile(r"(?:refused with|returns|not with) ([1-5]\d\d(?:(?:,| or) [1-5]\d\d)*)")
DEMANDED_MEDIA_TYPE = re.compile(rf"has media type ({MEDIA_TYPE.pattern})")
# What checks call with the statuses that they expect.
EXPECTING = ("has_status", "is_problem", "refuses", "expect_unknown")
# Rules of all operations that send nothing to the internal API.
PUBLIC_ONLY = {"ROB-7", "ROB-9", "ROB-11", "ROB-14", "ROB-15"}
OF_ALL_OPERATIONS = [one for one in RULES.values() if one.source.document == "S0" and not one.operation]


def statuses_beside(source: Source, operation: Operation | None) -> set[str]:
    """The statuses that a source's words name, or beside which they stand in the document."""
    words = normalised(source.words)
    named = set(STATUS.findall(words))
    if operation is None or source.document not in DESCRIPTION_OF:
        return named
    description, place = DESCRIPTION_OF[source.document], (operation.method.lower(), operation.path)
    if source.section.endswith("Response samples"):
        found = {one.status for one in samples(description) if (one.method, one.path) == place and one.status}
    elif "Responses" in source.section:
        stated = answers(description)[place].items()
        found = {status for status, told in stated if words in normalised(f"{status} {told}")}
    else:
        found = set()
    return named | found


def unexplained(rule: Rule, demanded: set[str]) -> set[str]:
    """What of it neither the cited words say nor the rule's own note explains."""
    operation = operations()[rule.operation] if rule.operation else None
    said = statuses_beside(rule.source, operation) | set(MEDIA_TYPE.findall(rule.source.words))
    return {one for one in demanded - said if one not in f"{rule.gates_because} {rule.note}"}


def demands_of_checks() -> Iterator[tuple[str, str, int]]:
    """Each refusal's status that a check expects, with the check and a rule that it names."""
    for path in sorted(Path(checks.__path__[0]).glob("test_*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if not isinstance(node, ast.FunctionDef):
                continue
            marks = [
                one for one in node.decorator_list if isinstance(one, ast.Call) and ast.unparse(one.func) == "rule"
            ]
            for status in statuses_expected(node):
                for mark in marks:
                    yield from ((node.name, ast.literal_eval(argument), status) for argument in mark.args)


def statuses_expected(check: ast.FunctionDef) -> set[int]:
    calls = [one for one in ast.walk(check) if isinstance(one, ast.Call)]
    expecting = [one for one in calls if ast.unparse(one.func).rpartition(".")[2] in EXPECTING]
    numbers = [one.value for call in expecting for one in ast.walk(call) if isinstance(one, ast.Constant)]
    return {one for one in numbers if isinstance(one, int) and 400 <= one < 600}


def answered(operation: Operation, status: int, media: str, accept: str) -> Exchange:
    return Exchange(
        method=operation.method,
        url=f"http://acme.example/v0{re.sub(r'{[^}]*}', 'x', operation.path)}",
        request_headers=[("Accept", accept)],
        request_body=None,
        started_at=0.0,
        operation=operation.id,
        status=status,
        response_headers=[("Content-Type", media)],
        response_body=b"{}",
    )


def judged(*exchanges: Exchange):
    """The record of a run with these exchanges alone."""
    trace = Trace()
    trace.exchanges.extend(exchanges)
    return record([outcome_of("test_x.py::test_it", (), trace, None)])


def bodies(is_shown) -> list:
    """Every documented body that fits, as operation, status and media type."""
    return [
        pytest.param(operation, int(status), media, id=f"{operation.id}-{status}-{media}")
        for operation in operations().values()
        for status, answer in operation.responses.items()
        for media, body in resolve(operation.api, answer).get("content", {}).items()
        if is_shown(status, body)
    ]


def test_what_a_title_demands_stands_in_the_words_or_the_note_says_why():
    for rule in RULES.values():
        statuses = {one for found in DEMANDED_STATUS.findall(rule.title) for one in STATUS.findall(found)}
        demanded = statuses | set(DEMANDED_MEDIA_TYPE.findall(rule.title))

        assert not unexplained(rule, demanded), f"{rule.id} cites “{rule.source.words}” and explains no more"


def test_the_status_that_a_check_expects_stands_beside_the_words_or_the_note_says_why():
    found = list(demands_of_checks())

    assert {("test_an_unknown_order_is_not_found", "CAN-17", 404)} < set(found)
    unsaid = [(check, rule, status) for check, rule, status in found if unexplained(RULES[rule], {str(status)})]
    assert not unsaid


@pytest.mark.parametrize(("operation", "status", "media"), bodies(lambda _, body: body.get("x-shown")))
def test_a_refusal_of_another_media_type_cites_its_own_operation(operation, status, media):
    made = judged(answered(operation, status, "text/html", f"application/json, {media}"))

    found = row(made, "ERR-1")
    (finding,) = found["findings"]
    assert finding["expected"] == media == finding["source"]["words"]
    assert finding["source"] == found["source"]
    assert finding["source"]["document"] == DOCUMENT_OF[operation.api]
    assert any(
        (one.method, one.path, one.status, one.media_type)
        == (operation.method.lower(), operation.path, str(status), media)
        for one in samples(DESCRIPTION_OF[finding["source"]["document"]])
    )


@pytest.mark.parametrize(("operation", "status", "media"), bodies(lambda status, _: status.startswith("2")))
def test_a_success_of_another_media_type_cites_the_requested_one(operation, status, media):
    made = judged(answered(operation, status, "text/html", media))

    broken = [one for one in made["rules"] if RULES[one["id"]].passive == "media" and one["findings"]]
    assert [one["findings"][0]["expected"] for one in broken] == [media]
    assert media in MEDIA_TYPE.findall(broken[0]["source"]["words"])


@pytest.mark.parametrize("operation", operations().values(), ids=list(operations()))
def test_an_undocumented_success_cites_the_documented_one(operation):
    made = judged(answered(operation, 299, "application/json", "application/json"))

    broken = [one for one in made["rules"] if RULES[one["id"]].passive == "status" and one["findings"]]
    assert len(broken) == 1
    assert set(STATUS.findall(broken[0]["findings"][0]["expected"])) <= statuses_beside(
        Source(**broken[0]["source"]), operation
    )


@pytest.mark.parametrize("operation", operations().values(), ids=list(operations()))
def test_a_server_error_cites_the_document_of_its_operation(operation):
    source = row(judged(answered(operation, 500, "text/html", "*/*")), "ROB-1")["source"]

    assert source["document"] == DOCUMENT_OF[operation.api]
    assert "500" in statuses_beside(Source(**source), operation)


@pytest.mark.parametrize("rule", OF_ALL_OPERATIONS, ids=[one.id for one in OF_ALL_OPERATIONS])
def test_a_rule_of_all_operations_has_words_for_the_internal_api(rule):
    assert (rule.source_for("cancelLineItem").document == "S1") != (rule.id in PUBLIC_ONLY)


def test_the_words_of_an_operation_are_of_its_document():
    for rule in RULES.values():
        sources = {**rule.sources_by_operation, **({rule.operation: rule.source} if rule.operation else {})}

        assert not (rule.operation and rule.sources_by_operation), rule.id
        for name, source in sources.items():
            assert source.document in (DOCUMENT_OF[operations()[name].api], "V", "RFC"), rule.id


def test_each_finding_shows_its_own_words_where_a_rule_is_broken_in_both_documents():
    public, internal = operations()["createCancellation"], operations()["cancelLineItem"]
    made = judged(
        answered(public, 400, "text/html", "application/problem+json"),
        answered(internal, 400, "text/html", "application/json"),
    )

    found = row(made, "ERR-1")
    assert found["source"]["document"] == "S0"
    assert [one["source"]["document"] for one in found["findings"]] == ["S0", "S1"]
    place = "Order line internal APIs v0, Cancel line item, Response samples"
    assert explanation(found, made).count(f"“application/json” ({place})") == 1
    stream = io.StringIO()
    console.render(made, console.make_console("never", stream), quiet=True)
    assert " ".join(stream.getvalue().split()).count(f"application/json” ({place})") == 1
    assert page.render(made).count(f'<blockquote>application/json</blockquote><p class="source">{place}</p>') == 1
