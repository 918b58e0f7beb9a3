from typing import Any

import pytest

from tests.graphql.little_service import LittleService, codes

CHANGE = 'mutation { change(input: {amountCents: 1, reason: "paid twice"}) }'


async def test_a_change_by_a_fresh_finance_person_with_a_reason_is_made(service: LittleService) -> None:
    response = await service.ask(CHANGE)
    assert response.status_code == 200
    assert response.json() == {"data": {"change": "changed"}}
    assert service.calls.made == ["change 1 because paid twice"]


# One request that every check objects to, mended one step at a time: the checks come in this order.
LADDER: list[tuple[str, float, str, tuple[int, str]]] = [
    ("nobody", 0, "", (401, "UNAUTHENTICATED")),
    ("stranger", 301, "", (403, "FORBIDDEN")),
    ("finance", 301, "", (401, "FRESH_AUTH_REQUIRED")),
    ("finance", 300, "", (400, "REASON_REQUIRED")),
    ("finance", 300, "paid twice", (400, "BAD_USER_INPUT")),
]


@pytest.mark.parametrize(("who", "auth_age", "reason", "answer"), LADDER)
async def test_the_door_checks_sign_in_then_role_then_freshness_then_reason_then_the_input(
    service: LittleService, who: str, auth_age: float, reason: str, answer: tuple[int, str]
) -> None:
    headers = {"nobody": {}, "stranger": service.stranger(), "finance": service.finance(auth_age=auth_age)}[who]
    change = f'mutation {{ change(input: {{amountCents: "1", reason: "{reason}", nonsense: 1}}) }}'
    response = await service.ask(change, headers=headers)
    assert (response.status_code, codes(response)[0]) == answer
    assert len(set(codes(response))) == 1
    assert "data" not in response.json()
    assert service.calls.made == []


async def test_a_stale_sign_in_is_challenged_as_rfc_9470_says(service: LittleService) -> None:
    response = await service.ask(CHANGE, headers=service.finance(auth_age=301))
    assert response.headers["www-authenticate"] == 'Bearer error="insufficient_user_authentication", max_age="300"'
    assert response.json()["errors"][0]["extensions"] == {"code": "FRESH_AUTH_REQUIRED", "max_age": 300}


async def test_a_request_without_credentials_is_challenged(service: LittleService) -> None:
    response = await service.ask("{ viewer { actor } }", headers={})
    assert (response.status_code, response.headers["www-authenticate"]) == (401, "Bearer")


async def test_a_sign_in_in_the_future_is_not_fresh(service: LittleService) -> None:
    response = await service.ask(CHANGE, headers=service.finance(auth_age=-1))
    assert (response.status_code, codes(response)) == (401, ["FRESH_AUTH_REQUIRED"])
    assert service.calls.made == []


async def test_an_export_needs_neither_freshness_nor_a_reason(service: LittleService) -> None:
    response = await service.ask("mutation { export }", headers=service.finance(auth_age=4000))
    assert response.json() == {"data": {"export": "link"}}


@pytest.mark.parametrize(
    "query", ["{ undeclared }", 'mutation { undeclaredChange(input: {amountCents: 1, reason: "abc"}) }']
)
async def test_a_root_field_that_nobody_declared_is_open_to_nobody(service: LittleService, query: str) -> None:
    for headers, status in ((service.finance(), 403), (service.stranger(), 403), ({}, 401)):
        assert (await service.ask(query, headers=headers)).status_code == status


async def test_a_field_that_does_not_exist_is_not_told_to_strangers(service: LittleService) -> None:
    assert codes(await service.ask("{ nonsense }", headers={})) == ["UNAUTHENTICATED"]
    assert codes(await service.ask("{ nonsense }", headers=service.stranger())) == ["FORBIDDEN"]
    assert codes(await service.ask("{ nonsense }")) == ["BAD_USER_INPUT"]


HIDDEN = [
    "{ viewer { actor } ...F } fragment F on Query { rows { nodes { name } } }",
    "{ viewer { actor } ... on Query { ... { rows { nodes { name } } } } }",
    "{ viewer { actor } ... @include(if: false) { rows { nodes { name } } } }",
    "{ viewer { actor } rows @skip(if: true) { nodes { name } } }",
    "query($no: Boolean = false) { viewer { actor } x: rows @include(if: $no) { nodes { name } } }",
    "{ viewer { actor } ...A } fragment A on Query { ...B } fragment B on Query { ...A rows { nodes { name } } }",
]


@pytest.mark.parametrize("query", HIDDEN)
async def test_no_fragment_directive_or_alias_hides_a_root_field_from_the_door(
    service: LittleService, query: str
) -> None:
    response = await service.ask(query, headers=service.stranger())
    assert (response.status_code, codes(response)) == (403, ["FORBIDDEN"])
    assert service.calls.made == []


async def test_only_the_chosen_operation_counts(service: LittleService) -> None:
    document = f"query Me {{ viewer {{ actor }} }} {CHANGE.replace('mutation', 'mutation Change')}"
    response = await service.ask(document, headers=service.stranger(), operationName="Me")
    assert response.json() == {"data": {"viewer": {"actor": "finance@example.test"}}}
    assert codes(await service.ask(document, headers=service.stranger(), operationName="Change")) == ["FORBIDDEN"]


REASONS: list[tuple[str, dict[str, Any] | None]] = [
    ('mutation { change(input: {amountCents: 1, reason: "  "}) }', None),
    ("mutation { change(input: {amountCents: 1, reason: null}) }", None),
    ("mutation { change(input: {amountCents: 1}) }", None),
    ("mutation { change(input: null) }", None),
    ("mutation { change }", None),
    ("mutation($r: String!) { change(input: {amountCents: 1, reason: $r}) }", {}),
    ("mutation($r: String!) { change(input: {amountCents: 1, reason: $r}) }", {"r": None}),
    ("mutation($r: String!) { change(input: {amountCents: 1, reason: $r}) }", {"r": " \n"}),
    ('mutation($r: String = " ") { change(input: {amountCents: 1, reason: $r}) }', {}),
    ("mutation($i: ChangeInput!) { change(input: $i) }", {"i": {"amountCents": 1}}),
    ("mutation($i: ChangeInput!) { change(input: $i) }", {"i": {"amountCents": 1, "reason": ""}}),
    ("mutation($i: ChangeInput!) { change(input: $i) }", {"i": None}),
    ("mutation($i: ChangeInput!) { change(input: $i) }", {"i": ["reason"]}),
    ("mutation($i: ChangeInput!) { change(input: $i) }", {}),
    ("mutation($i: ChangeInput = {amountCents: 1}) { change(input: $i) }", {}),
    ("mutation { ...F } fragment F on Mutation { change(input: {amountCents: 1}) }", None),
]


@pytest.mark.parametrize(("query", "variables"), REASONS)
async def test_a_change_without_a_reason_is_refused_wherever_the_reason_would_stand(
    service: LittleService, query: str, variables: dict[str, Any] | None
) -> None:
    response = await service.ask(query, variables)
    assert (response.status_code, codes(response)) == (400, ["REASON_REQUIRED"])
    assert service.calls.made == []


@pytest.mark.parametrize("reason", ["ab", "x" * 501, 12, ["paid twice"], 10**30])
async def test_a_reason_of_another_length_or_kind_is_refused_before_the_rest_is_looked_at(
    service: LittleService, reason: object
) -> None:
    response = await service.ask("mutation($i: ChangeInput!) { change(input: $i) }", {"i": {"reason": reason}})
    assert (response.status_code, codes(response)) == (400, ["BAD_USER_INPUT"])
    assert response.json()["errors"][0]["extensions"]["argument"] == "input.reason"


REASONED: list[tuple[str, dict[str, Any]]] = [
    ("mutation($r: String!) { change(input: {amountCents: 2, reason: $r}) }", {"r": " paid twice "}),
    ('mutation($r: String = "paid twice") { change(input: {amountCents: 2, reason: $r}) }', {}),
    ("mutation($i: ChangeInput!) { change(input: $i) }", {"i": {"amountCents": 2, "reason": "paid twice"}}),
    ('mutation($i: ChangeInput = {amountCents: 2, reason: "paid twice"}) { change(input: $i) }', {}),
    ('mutation { change(input: {amountCents: 2, reason: """\n  paid twice\n"""}) }', {}),
]


@pytest.mark.parametrize(("query", "variables"), REASONED)
async def test_the_reason_reaches_the_books_trimmed_however_it_was_sent(
    service: LittleService, query: str, variables: dict[str, Any]
) -> None:
    assert (await service.ask(query, variables)).json() == {"data": {"change": "changed"}}
    assert service.calls.made == ["change 2 because paid twice"]


INTROSPECTION = [
    "{ __schema { queryType { name } } }",
    '{ __type(name: "Query") { name } }',
    "{ ...F } fragment F on Query { __schema { queryType { name } } }",
]


@pytest.mark.parametrize("query", INTROSPECTION)
async def test_the_schema_is_open_in_development_and_for_finance_alone_in_production(
    service: LittleService, production: LittleService, query: str
) -> None:
    assert (await service.ask(query, headers={})).status_code == 200
    assert (await production.ask(query, headers={})).status_code == 401
    assert (await production.ask(query, headers=production.stranger())).status_code == 403
    assert (await production.ask(query)).status_code == 200


async def test_in_production_errors_suggest_names_to_finance_alone(production: LittleService) -> None:
    misspelt = "{ viewer { actr } }"
    stranger = await production.ask(misspelt, headers=production.stranger())
    assert stranger.json()["errors"][0]["message"] == "Cannot query field 'actr' on type 'Viewer'."
    finance = await production.ask(misspelt)
    assert "Did you mean 'actor'" in finance.json()["errors"][0]["message"]


async def test_anybody_may_ask_for_the_root_s_type_name(production: LittleService) -> None:
    assert (await production.ask("{ __typename }", headers={})).json() == {"data": {"__typename": "Query"}}
