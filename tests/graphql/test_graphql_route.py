import asyncio
import re
from typing import Any

import httpx
import orjson
import pytest

from billing.authority import Role
from graphql_api.bodies import BYTES_MAX, FINANCE_BYTES_MAX
from graphql_api.media_types import GRAPHQL_RESPONSE, JSON, negotiated
from tests.graphql.little_service import LittleService, codes, little_service

ME = '{"query": "{ viewer { actor } }"}'


async def send(service: LittleService, body: str | bytes, **headers: str) -> httpx.Response:
    given = (
        {"content-type": "application/json"} | service.finance() | {k.replace("_", "-"): v for k, v in headers.items()}
    )
    return await service.client.post("/graphql", content=body, headers=given)


NEGOTIATIONS: list[tuple[list[str], str | None]] = [
    ([], GRAPHQL_RESPONSE),
    ([""], GRAPHQL_RESPONSE),
    (["*/*"], GRAPHQL_RESPONSE),
    (["application/*"], GRAPHQL_RESPONSE),
    ([JSON], JSON),
    (["Application/JSON; charset=UTF-8"], JSON),
    ([GRAPHQL_RESPONSE], GRAPHQL_RESPONSE),
    ([f"{GRAPHQL_RESPONSE}, {JSON};q=0.9"], GRAPHQL_RESPONSE),
    ([f"{GRAPHQL_RESPONSE};q=0.5, {JSON};q=0.9"], JSON),
    ([f"{JSON}, {GRAPHQL_RESPONSE}"], GRAPHQL_RESPONSE),
    ([JSON, GRAPHQL_RESPONSE], GRAPHQL_RESPONSE),
    (["text/html, application/json;q=0.9"], JSON),
    ([f"{GRAPHQL_RESPONSE};q=0, */*"], JSON),
    ([f"{JSON};q=0.1, */*;q=0.9"], GRAPHQL_RESPONSE),
    ([f"{JSON};q=many, {GRAPHQL_RESPONSE};q=0.1"], GRAPHQL_RESPONSE),
    (["text/html"], None),
    ([f"{JSON};q=0"], None),
    ([f"{JSON}; charset=iso-8859-1"], None),
    (["nonsense"], None),
]


@pytest.mark.parametrize(("accept", "media_type"), NEGOTIATIONS)
def test_the_media_type_is_the_client_s_choice(accept: list[str], media_type: str | None) -> None:
    assert negotiated(accept) == media_type


@pytest.mark.parametrize("media_type", [GRAPHQL_RESPONSE, JSON])
async def test_the_answer_is_of_the_accepted_media_type_in_utf_8(service: LittleService, media_type: str) -> None:
    response = await send(service, ME, accept=media_type)
    assert response.status_code == 200
    assert response.headers["content-type"] == f"{media_type}; charset=utf-8"
    assert response.headers["vary"] == "Accept"
    assert response.json() == {"data": {"viewer": {"actor": "finance@example.test"}}}


async def test_what_cannot_be_answered_in_an_accepted_media_type_is_not_run(service: LittleService) -> None:
    response = await send(service, ME, accept="text/html")
    assert response.status_code == 406


UNREADABLE: list[tuple[str | bytes, int]] = [
    ("", 400),
    ("{", 400),
    ("null", 400),
    ('"{ viewer { actor } }"', 400),
    (f"[{ME}, {ME}]", 400),
    ("[]", 400),
    (b'{"query": "\xff"}', 400),
    (b"\xef\xbb\xbf" + ME.encode(), 400),
    ("[" * 100_000, 400),
    ('{"query": "{ viewer { actor } }", "variables": {"a":' + "[" * 100_000 + "}", 400),
    ('{"a":' * 100_000, 400),
    ('{"query": NaN}', 400),
    ("{}", 400),
    ('{"query": null}', 400),
    ('{"query": ""}', 400),
    ('{"query": 1}', 400),
    ('{"query": ["{ viewer { actor } }"]}', 400),
    ('{"query": "{ viewer { actor } }", "variables": []}', 400),
    ('{"query": "{ viewer { actor } }", "variables": "{}"}', 400),
    ('{"query": "{ viewer { actor } }", "operationName": 1}', 400),
    ('{"query": "{ viewer { actor } }", "extensions": 1}', 400),
]


@pytest.mark.parametrize("media_type", [GRAPHQL_RESPONSE, JSON])
@pytest.mark.parametrize(("body", "status"), UNREADABLE)
async def test_a_body_that_is_no_request_is_refused_in_either_media_type(
    service: LittleService, body: str | bytes, status: int, media_type: str
) -> None:
    response = await send(service, body, accept=media_type)
    assert (response.status_code, codes(response)) == (status, ["BAD_USER_INPUT"])
    assert "data" not in response.json()


@pytest.mark.parametrize(
    "headers",
    [
        {"content_type": "text/plain"},
        {"content_type": "application/x-www-form-urlencoded"},
        {"content_type": "multipart/form-data; boundary=x"},
        {"content_type": "application/graphql"},
        {"content_type": ""},
        {"content_type": "application/json; charset=utf-16"},
        {"content_encoding": "gzip"},
    ],
)
async def test_another_kind_of_body_is_not_read(service: LittleService, headers: dict[str, str]) -> None:
    assert (await send(service, ME, **headers)).status_code == 415


@pytest.mark.parametrize("content_type", ["application/json; charset=utf-8", 'Application/Json;charset="UTF-8"'])
async def test_json_in_utf_8_is_read_however_it_is_announced(service: LittleService, content_type: str) -> None:
    assert (await send(service, ME, content_type=content_type)).status_code == 200


INVALID: list[dict[str, Any]] = [
    {"query": "{ viewer {"},
    {"query": "{ viewer { nonsense } }"},
    {"query": "query A { viewer { actor } } query B { viewer { actor } }"},
    {"query": "query A { viewer { actor } }", "operationName": "B"},
    {"query": "query A { viewer { actor } } query A { viewer { isFresh } }", "operationName": "A"},
    {"query": "fragment F on Query { viewer { actor } }"},
    {"query": "subscription { viewer { actor } }"},
    {"query": "type Query { a: Int }"},
    {"query": "query($v: Cents!) { cents(value: $v) }", "variables": {"v": "1"}},
    {"query": "query($v: Cents!) { cents(value: $v) }"},
]


@pytest.mark.parametrize("body", INVALID)
async def test_an_invalid_operation_is_400_or_for_older_clients_200_and_never_has_data(
    service: LittleService, body: dict[str, Any]
) -> None:
    for media_type, status in ((GRAPHQL_RESPONSE, 400), (JSON, 200)):
        response = await send(service, orjson.dumps(body), accept=media_type)
        assert response.status_code == status
        assert set(codes(response)) == {"BAD_USER_INPUT"}
        assert "data" not in response.json()


@pytest.mark.parametrize(
    ("query", "variables"),
    [
        ('{ echo(text: "a\\u0000b") }', {}),
        ('{ echo(text: "a\\u{000}b") }', {}),
        ('{ echo(text: """a\0b""") }', {}),
        ("query($t: String!) { echo(text: $t) }", {"t": "a\0b"}),
        ("query($t: [[String]]) { viewer { actor } }", {"t": [["a"], ["b", {"c": "\0"}]]}),
    ],
)
async def test_no_text_may_hold_the_character_nul(
    service: LittleService, query: str, variables: dict[str, Any]
) -> None:
    response = await service.ask(query, variables)
    assert (response.status_code, set(codes(response))) == (400, {"BAD_USER_INPUT"})
    assert service.calls.made == []


async def test_any_other_text_arrives_as_it_was_sent(service: LittleService) -> None:
    text = "Åsa \N{GRINNING FACE} \\ \x01 \N{RIGHT-TO-LEFT MARK}"
    response = await service.ask("query($t: String!) { echo(text: $t) }", {"t": text})
    assert response.json() == {"data": {"echo": text}}


async def test_a_refusal_at_the_door_has_its_status_in_either_media_type(service: LittleService) -> None:
    for media_type in (GRAPHQL_RESPONSE, JSON):
        response = await service.client.post(
            "/graphql", content=ME, headers={"content-type": "application/json", "accept": media_type}
        )
        assert response.status_code == 401
        assert response.headers["content-type"] == f"{media_type}; charset=utf-8"


async def test_a_bad_token_is_told_from_none(service: LittleService) -> None:
    response = await send(service, ME, authorization="Bearer nonsense")
    assert (response.status_code, codes(response)) == (401, ["UNAUTHENTICATED"])
    assert response.headers["www-authenticate"] == 'Bearer error="invalid_token"'


async def test_a_body_may_be_as_large_as_its_sender_is_trusted(service: LittleService) -> None:
    def padded(size: int) -> bytes:
        return ME.encode() + b" " * (size - len(ME))

    stranger, finance = service.stranger(), service.finance()
    for headers, limit in (({}, BYTES_MAX), (stranger, BYTES_MAX), (finance, FINANCE_BYTES_MAX)):
        full = await service.client.post(
            "/graphql", content=padded(limit), headers=headers | {"content-type": "application/json"}
        )
        assert full.status_code in {200, 401}
        over = await service.client.post(
            "/graphql", content=padded(limit + 1), headers=headers | {"content-type": "application/json"}
        )
        assert over.status_code == 413
        assert over.json()["errors"][0]["extensions"] == {"code": "BAD_USER_INPUT", "bytes_max": limit}


async def test_a_body_of_unknown_length_is_read_no_further_than_its_limit(service: LittleService) -> None:
    sent = 0

    async def endless() -> Any:
        nonlocal sent
        while True:
            sent += 65_536
            yield b" " * 65_536

    headers = service.stranger() | {"content-type": "application/json"}
    response = await service.client.post("/graphql", content=endless(), headers=headers)
    assert response.status_code == 413
    assert sent <= BYTES_MAX + 2 * 65_536


async def test_a_body_that_does_not_arrive_is_not_waited_for(
    service: LittleService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("graphql_api.bodies.READ_SECONDS_MAX", 0.05)

    async def slow() -> Any:
        yield b"{"
        await asyncio.sleep(60)

    headers = service.finance() | {"content-type": "application/json"}
    response = await service.client.post("/graphql", content=slow(), headers=headers)
    assert response.status_code == 408


@pytest.mark.parametrize(
    "query", ["{ viewer { actor } }", 'mutation { change(input: {amountCents: 1, reason: "abc"}) }']
)
async def test_get_runs_nothing(service: LittleService, query: str) -> None:
    response = await service.client.get("/graphql", params={"query": query}, headers=service.finance())
    assert (response.status_code, response.headers["allow"]) == (405, "POST")
    assert service.calls.made == []


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS"])
async def test_other_methods_are_not_allowed(service: LittleService, method: str) -> None:
    response = await service.client.request(method, "/graphql", content=ME)
    assert response.status_code == 405


async def test_a_browser_is_shown_a_page_that_loads_nothing_from_anywhere_else(service: LittleService) -> None:
    response = await service.client.get("/graphql", headers={"accept": "text/html,*/*;q=0.8"})
    assert response.status_code == 200
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert all(re.match("/[^/]", place) for place in re.findall('(?:src|href)="([^"]*)"', response.text))
    assert "http:" not in response.text
    assert "https:" not in response.text


async def test_several_operations_run_as_one_is_chosen(service: LittleService) -> None:
    document = "query A { viewer { actor } } query B { viewer { isFresh } }"
    response = await service.ask(document, operationName="B")
    assert response.json() == {"data": {"viewer": {"isFresh": True}}}


async def test_a_query_that_takes_too_long_is_stopped() -> None:
    service = little_service(query_seconds_max=0.05)
    response = await service.ask("{ slow }")
    assert (response.status_code, codes(response)) == (200, ["TIMEOUT"])
    assert response.json()["data"] is None
    assert service.calls.cancelled.is_set()


async def call_and_hang_up(service: LittleService, body: bytes) -> list[int]:
    """Speak ASGI ourselves: the client hangs up as soon as its operation has begun. The statuses it was sent."""
    statuses: list[int] = []
    incoming: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    incoming.put_nowait({"type": "http.request", "body": body, "more_body": False})

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    headers = [
        (b"content-type", b"application/json"),
        (b"authorization", f"Bearer {service.token(Role.SYS_FINANCE)}".encode()),
    ]
    scope = {"type": "http", "method": "POST", "path": "/graphql", "query_string": b"", "headers": headers}
    running = asyncio.ensure_future(service.app(scope, incoming.get, send))
    await asyncio.wait_for(service.calls.started.wait(), 5)
    incoming.put_nowait({"type": "http.disconnect"})
    await asyncio.wait_for(running, 5)
    return statuses


async def test_a_query_is_stopped_when_its_client_goes_away(service: LittleService) -> None:
    assert await call_and_hang_up(service, b'{"query": "{ slow }"}') == [499]
    assert service.calls.cancelled.is_set()


async def test_a_change_that_began_is_carried_through_when_its_client_goes_away(service: LittleService) -> None:
    change = 'mutation { changeSlowly(input: {amountCents: 1, reason: "paid twice"}) }'
    assert await call_and_hang_up(service, orjson.dumps({"query": change})) == [200]
    assert service.calls.finished.is_set()
    assert not service.calls.cancelled.is_set()
