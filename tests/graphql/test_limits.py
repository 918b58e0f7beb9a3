import time
from typing import Any

import pytest

from graphql_api.documents import Operation
from graphql_api.door import Outcome
from tests.graphql.little_service import LittleService, codes


async def extensions(service: LittleService, query: str, variables: dict[str, Any] | None = None) -> dict[str, Any]:
    """What the one error of a refused operation says to programs; nothing ran."""
    response = await service.ask(query, variables)
    assert response.status_code == 400, response.text
    assert "data" not in response.json()
    assert service.calls.made == []
    [error] = response.json()["errors"]
    found: dict[str, Any] = error["extensions"]
    return found


def too_expensive(measure: str, cost: int, allowed: int) -> dict[str, Any]:
    return {"code": "QUERY_TOO_EXPENSIVE", "measure": measure, "cost": cost, "allowed": allowed}


def nested(levels: int) -> str:
    """A query of so many levels of fields, `row` and `name` among them."""
    return "{ row { " + "parent { " * (levels - 2) + "name" + " }" * (levels - 2) + " } }"


async def test_twelve_levels_are_allowed_and_thirteen_are_not(service: LittleService) -> None:
    assert (await service.ask(nested(12))).status_code == 200
    assert await extensions(service, nested(13)) == too_expensive("levels of fields", 13, 12)


async def test_levels_are_counted_through_fragments(service: LittleService) -> None:
    fragments = " ".join(f"fragment F{i} on Row {{ parent {{ ...F{i + 1} }} }}" for i in range(12))
    query = f"{{ row {{ ...F0 }} }} {fragments} fragment F12 on Row {{ name }}"
    assert await extensions(service, query) == too_expensive("levels of fields", 14, 12)


def aliased(count: int) -> str:
    return "{ row { " + " ".join(f"a{i}: name" for i in range(count)) + " } }"


async def test_thirty_aliases_are_allowed_and_thirty_one_are_not(service: LittleService) -> None:
    assert (await service.ask(aliased(30))).status_code == 200
    assert await extensions(service, aliased(31)) == too_expensive("aliases", 31, 30)


async def test_aliases_are_counted_as_often_as_their_fragment_is_spread(service: LittleService) -> None:
    query = "{ row { ...F parent { ...F parent { ...F } } } } fragment F on Row { " + aliased(11)[8:-2]
    assert await extensions(service, query) == too_expensive("aliases", 33, 30)


async def test_ten_root_fields_are_allowed_and_eleven_are_not(service: LittleService) -> None:
    queries = ["{ " + " ".join(f"r{i}: row {{ name }}" for i in range(n)) + " }" for n in (10, 11)]
    assert (await service.ask(queries[0])).status_code == 200
    assert await extensions(service, queries[1]) == too_expensive("root fields", 11, 10)


async def test_one_request_makes_one_change(service: LittleService) -> None:
    one = 'change(input: {amountCents: 1, reason: "paid twice"})'
    for query in (
        f"mutation {{ a: {one} b: {one} }}",
        f"mutation {{ {one} ...F }} fragment F on Mutation {{ b: {one} }}",
    ):
        assert (await extensions(service, query))["code"] == "BAD_USER_INPUT"


async def test_twenty_directives_are_allowed_and_twenty_one_are_not(service: LittleService) -> None:
    queries = ["{ row { " + " ".join(f"a{i}: name @include(if: true)" for i in range(n)) + " } }" for n in (20, 21)]
    assert (await service.ask(queries[0])).status_code == 200
    assert await extensions(service, queries[1]) == too_expensive("directives", 21, 20)


@pytest.mark.parametrize(
    "query",
    [
        "{ row { name " + "@x " * 21 + "} }",
        "query " + "@x " * 21 + "{ row { name } }",
        "query($a: Int " + "@x " * 21 + ") { row { name } }",
        "{ row { ...F } } fragment F on Row " + "@x " * 21 + "{ name }",
        "{ row { ... " + "@x " * 21 + "{ name } } }",
    ],
)
async def test_directives_are_counted_wherever_they_stand(service: LittleService, query: str) -> None:
    assert await extensions(service, query) == too_expensive("directives", 21, 20)


async def test_thirty_fragments_are_allowed_and_thirty_one_are_not(service: LittleService) -> None:
    def query(count: int) -> str:
        spreads = " ".join(f"...F{i}" for i in range(count))
        return f"{{ row {{ {spreads} }} }} " + " ".join(f"fragment F{i} on Row {{ name }}" for i in range(count))

    assert (await service.ask(query(30))).status_code == 200
    assert await extensions(service, query(31)) == too_expensive("fragments", 31, 30)


async def test_the_same_field_may_be_asked_for_again_but_not_without_end(service: LittleService) -> None:
    assert (await service.ask("{ row { " + "name " * 31 + "} }")).status_code == 200
    assert await extensions(service, "{ row { " + "name " * 32 + "} }") == too_expensive("repeated fields", 31, 30)


async def test_two_thousand_tokens_are_read_and_no_more(service: LittleService) -> None:
    def query(tokens: int) -> str:
        return "{ row { " + " ".join(f"x{i}" for i in range(tokens - 5)) + " } }"

    assert await extensions(service, query(2000)) == too_expensive("fields", 1996, 1000)
    response = await service.ask(query(2001))
    assert (response.status_code, codes(response)) == (400, ["BAD_USER_INPUT"])
    assert "more than 2000 tokens" in response.json()["errors"][0]["message"]


ROWS: list[tuple[str, dict[str, Any], int]] = [
    ("{ rows { nodes { name } } }", {}, 50),
    ("{ rows(first: 200) { nodes { name } } }", {}, 200),
    ("{ rows(last: 7) { nodes { name } } }", {}, 7),
    ("{ rows(first: null, last: 7) { nodes { name } } }", {}, 7),
    ("query($n: Int) { rows(first: $n) { nodes { name } } }", {"n": 8}, 8),
    ("query($n: Int) { rows(first: $n) { nodes { name } } }", {"n": 8.0}, 8),
    ("query($n: Int) { rows(first: $n) { nodes { name } } }", {}, 50),
    ("query($n: Int = 9) { rows(first: $n) { nodes { name } } }", {}, 9),
    ("query($n: Int = 9) { rows(first: $n) { nodes { name } } }", {"n": None}, 50),
    ("{ rows(first: 10) { nodes { children { name } } } }", {}, 10 + 10 * 20),
    ("{ rows(first: 10) { nodes { children(first: 3) { name children(first: 2) { name } } } } }", {}, 10 + 30 + 60),
    ("{ rows(first: 10) { nodes { tags { name } } } }", {}, 10 + 10 * 10),
    ("{ rows(first: 10) { ...F } } fragment F on Rows { nodes { name } }", {}, 10),
    ("{ a: rows(first: 10) { ...F } b: rows(first: 20) { ...F } } fragment F on Rows { nodes { name } }", {}, 30),
    ("{ rows(first: 10) { ... { nodes { parent { parent { name } } } } } }", {}, 10),
    ("{ row { name } viewer { actor } }", {}, 0),
]


@pytest.mark.parametrize(("query", "variables", "rows"), ROWS)
async def test_the_cost_is_how_many_rows_could_come_back(
    service: LittleService, query: str, variables: dict[str, Any], rows: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("graphql_api.limits.ROWS_MAX", -1)
    assert await extensions(service, query, variables) == too_expensive("rows", rows, -1)


async def test_twenty_thousand_rows_are_allowed_and_more_are_not(service: LittleService) -> None:
    assert (await service.ask("{ rows(first: 200) { nodes { children(first: 50) { name } } } }")).status_code == 200
    service.calls.made.clear()
    two = "a: children(first: 50) { name } b: children(first: 50) { name }"
    assert await extensions(service, f"{{ rows(first: 200) {{ nodes {{ {two} }} }} }}") == too_expensive(
        "rows", 20_200, 20_000
    )


PAGES: list[tuple[str, dict[str, Any], str]] = [
    ("{ rows(first: 201) { nodes { name } } }", {}, "first"),
    ("{ rows(last: 201) { nodes { name } } }", {}, "last"),
    ("{ rows(first: -1) { nodes { name } } }", {}, "first"),
    ("{ rows(first: 1, last: 1) { nodes { name } } }", {}, "last"),
    ("query($n: Int) { rows(first: $n) { nodes { name } } }", {"n": 201}, "first"),
    ("query($n: Int) { rows(first: $n) { nodes { name } } }", {"n": 1e9}, "first"),
    ("query($n: Int = 1000) { rows(first: $n) { nodes { name } } }", {}, "first"),
    ("{ row { children(first: 51) { name } } }", {}, "first"),
    ("{ report { rows(first: 201) { name } } }", {}, "first"),
    ("{ rows { ...F } } fragment F on Rows { nodes { children(first: 51) { name } } }", {}, "first"),
]


@pytest.mark.parametrize(("query", "variables", "argument"), PAGES)
async def test_a_page_size_out_of_range_is_bad_input(
    service: LittleService, query: str, variables: dict[str, Any], argument: str
) -> None:
    assert await extensions(service, query, variables) == {"code": "BAD_USER_INPUT", "argument": argument}


async def test_a_report_s_lists_may_be_as_long_as_a_root_list(service: LittleService) -> None:
    assert (await service.ask("{ report { rows(first: 200) { name } } }")).status_code == 200


INTROSPECTION = """
query { __schema { queryType { name } types { ...T } directives { name args { ...V } } } }
fragment T on __Type {
  kind name fields(includeDeprecated: true) { name args { ...V } type { ...R } } inputFields { ...V }
  interfaces { ...R } enumValues { name } possibleTypes { ...R }
}
fragment V on __InputValue { name type { ...R } defaultValue }
fragment R on __Type { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name
  ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { name } } } } } } } } } }
"""


async def test_the_tools_introspection_passes_and_a_circular_one_does_not(service: LittleService) -> None:
    assert (await service.ask(INTROSPECTION)).status_code == 200
    circular = "{ __schema { types { fields { type { fields { type { fields { type { fields { type { fields { name } } } } } } } } } } } }"
    assert await extensions(service, circular) == too_expensive("rows", 1_111_110, 20_000)


def fan_out(levels: int) -> str:
    doubled = "fragment F{0} on Row {{ a: parent {{ ...F{1} }} b: parent {{ ...F{1} }} }}"
    fragments = " ".join(doubled.format(i, i + 1) for i in range(levels))
    return f"{{ row {{ ...F0 }} }} {fragments} fragment F{levels} on Row {{ name }}"


LONG = 64_000
HOSTILE = {
    "fan out of 2^22": fan_out(22),
    "fan out of 2^29": fan_out(29),
    "wide fan out": "{ row { ...F0 } } " + " ".join(f"fragment F{i} on Row {{ parent {{ ...F{i + 1} }} " + f"children {{ ...F{i + 1} }} }}" for i in range(10)) + " fragment F10 on Row { name }",
    "the same field": "{ row { " + "name " * 1990 + "} }",
    "the same object": "{ row { " + "parent { name } " * 480 + "} }",
    "the same object in many fragments": "{ row { " + " ".join(f"...F{i}" for i in range(30)) + " } } " + " ".join(f"fragment F{i} on Row {{ " + "parent { name } " * 10 + "}" for i in range(30)),
    "unknown fields": "{ row { " + " ".join(f"x{i}" for i in range(1990)) + " } }",
    "unknown arguments": "{ rows(" + " ".join(f"x{i}: 1" for i in range(600)) + ") { nodes { name } } }",
    "unused variables": "query(" + " ".join(f"$x{i}: Int" for i in range(390)) + ") { row { name } }",
    "directives": "{ row { name " + "@a " * 990 + "} }",
    "one long text": '{ row(a: "' + "a" * LONG + '") { name } }',
    "one long block text": '{ row(a: """' + "\n  a" * (LONG // 4) + '""") { name } }',
    "escapes": '{ row(a: "' + r"\u00e9" * (LONG // 6) + '") { name } }',
    "one long number": "{ rows(first: " + "9" * LONG + ") { nodes { name } } }",
    "one long name": "{ " + "a" * LONG + " }",
    "white space": " " * LONG + "{ row { name }",
    "line ends": "\n" * LONG + "{ row { name }",
    "commas": "," * LONG,
    "comments": "#\n" * (LONG // 2),
    "one long comment": "#" + "a" * LONG,
    "open braces": "{" * LONG,
    "open lists": "{ row(a: " + "[" * LONG,
    "nested objects": "{ row(a: " + "{a: " * 190 + "1" + "}" * 190 + ") { name } }",
    "many operations": " ".join(f"query Q{i} {{ row {{ name }} }}" for i in range(240)),
    "cyclic fragments": "{ row { ...A } } fragment A on Row { parent { ...B } } fragment B on Row { parent { ...A } }",
    "fragment of itself": "{ row { ...A } } fragment A on Row { ...A }",
    "unknown fragment": "{ row { ...Nope } }",
    "inline fragments": "{ row { " + "... { " * 190 + "name" + " }" * 190 + " } }",
    "chained inline fragments": "{ row { ...F0 } } " + " ".join(f"fragment F{i} on Row {{ " + "... { " * 18 + f"...F{i + 1}" + " }" * 18 + " }" for i in range(29)) + " fragment F29 on Row { name }",
    "pages of pages": "{ row { ...F0 } } " + " ".join(f"fragment F{i} on Row {{ " + " ".join(f"c{n}: children(first: {n}) {{ ...F{i + 1} }}" for n in range(1, 8)) + " }" for i in range(20)) + " fragment F20 on Row { name }",
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
async def test_a_hostile_document_is_refused_for_little_work(service: LittleService, name: str) -> None:
    asked = Operation(text=HOSTILE[name], name=None)
    assert len(asked.text) <= 65_000
    caller = await service.authentication.caller([service.finance()["authorization"]])
    seconds = []
    for _ in range(2):
        started = time.process_time()
        answer = await service.door.answer(asked, caller=caller, request_id="test")
        seconds.append(time.process_time() - started)
    assert answer.outcome is Outcome.INVALID, answer
    assert {error.code for error in answer.errors} <= {"BAD_USER_INPUT", "QUERY_TOO_EXPENSIVE"}
    assert service.calls.made == []
    assert min(seconds) < 0.3


async def test_a_hostile_document_is_not_read_further_for_strangers_than_to_see_who_may_ask(
    service: LittleService,
) -> None:
    response = await service.ask(fan_out(29), headers={})
    assert codes(response) == ["UNAUTHENTICATED"]
