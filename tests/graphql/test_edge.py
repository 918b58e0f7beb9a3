import asyncio
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from graphql_api.edge import SECURITY_HEADERS, Edge
from tests.graphql.little_service import SECRET, LittleService
from tests.logs import Logged

PERSONAL = "SE4550000000058398257466"


async def fail(_request: Request) -> Response:
    raise RuntimeError(SECRET)


async def fail_halfway(_request: Request) -> Response:
    async def parts() -> Any:
        yield b"half"
        raise RuntimeError(SECRET)

    return StreamingResponse(parts())


async def cached(_request: Request) -> Response:
    return PlainTextResponse("", headers={"cache-control": "max-age=60"})


ROUTES = [Route("/fail", fail), Route("/half", fail_halfway), Route("/cached", cached), Route("/row/{id}", cached)]


@pytest.fixture
def client() -> httpx.AsyncClient:
    app = Starlette(routes=ROUTES, middleware=[Middleware(Edge)])
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://billing.test")


async def test_every_response_has_the_security_headers(client: httpx.AsyncClient, service: LittleService) -> None:
    ask = service.ask("{ viewer { actor } }", headers={})
    for response in [await ask, await client.get("/fail"), await client.get("/nowhere"), await client.post("/cached")]:
        for name, value in SECURITY_HEADERS.items():
            assert response.headers[name] == value
    assert "frame-ancestors 'none'" in SECURITY_HEADERS["Content-Security-Policy"]


async def test_a_response_may_say_otherwise_itself(client: httpx.AsyncClient) -> None:
    assert (await client.get("/cached")).headers["cache-control"] == "max-age=60"


@pytest.mark.parametrize("given", ["a", "2f6b1c9e-77aa-4f0e-8a6f-1f5d3e1c9b00", "trace.7_x"])
async def test_a_sane_request_id_is_kept(client: httpx.AsyncClient, logged: Logged, given: str) -> None:
    assert (await client.get("/cached", headers={"x-request-id": given})).headers["x-request-id"] == given
    assert logged.events("request")[0]["request_id"] == given


@pytest.mark.parametrize("given", ["", "a" * 65, 'a"b', "a b", "<script>", "a@b.se"])
async def test_any_other_request_id_is_replaced(client: httpx.AsyncClient, logged: Logged, given: str) -> None:
    made = (await client.get("/cached", headers={"x-request-id": given})).headers["x-request-id"]
    assert len(made) == 32
    assert logged.events("request")[0]["request_id"] == made


async def test_a_mistake_of_ours_is_answered_masked_and_logged_without_its_words(
    client: httpx.AsyncClient, logged: Logged
) -> None:
    response = await client.get("/fail", headers={"x-request-id": "r1"})
    assert response.status_code == 500
    assert response.json()["errors"][0]["extensions"] == {"code": "INTERNAL", "request_id": "r1"}
    [mistake] = logged.events("unexpected")
    assert mistake["request_id"] == "r1"
    assert mistake["exception"][0]["kind"] == "builtins.RuntimeError"
    assert any("test_edge.py" in place and place.endswith(" fail") for place in mistake["exception"][0]["places"])
    assert SECRET not in response.text + logged.text


async def test_a_mistake_after_the_response_began_is_logged_and_leaves_it_unfinished(logged: Logged) -> None:
    sent: list[dict[str, Any]] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> dict[str, Any]:
        await asyncio.sleep(60)
        return {"type": "http.disconnect"}

    scope = {"type": "http", "method": "GET", "path": "/half", "query_string": b"", "headers": []}
    await Starlette(routes=ROUTES, middleware=[Middleware(Edge)])(scope, receive, send)
    assert [(message["type"], message.get("more_body")) for message in sent] == [
        ("http.response.start", None),
        ("http.response.body", True),
    ]
    assert len(logged.events("unexpected")) == 1


async def test_a_request_is_logged_by_its_route_and_never_by_what_the_caller_put_into_it(
    client: httpx.AsyncClient, logged: Logged
) -> None:
    await client.get(f"/row/{PERSONAL}?search={PERSONAL}")
    await client.get(f"/{PERSONAL}")
    first, second = logged.events("request")
    assert (first["method"], first["path"], first["status"]) == ("GET", "/row/{id}", 200)
    assert (second["path"], second["status"]) == (None, 404)
    assert first["milliseconds"] >= 0
    assert PERSONAL not in logged.text


async def test_an_operation_is_logged_by_its_name_and_nothing_of_its_values(
    service: LittleService, logged: Logged
) -> None:
    query = "mutation Pay($i: ChangeInput!) { change(input: $i) }"
    good = {"amountCents": 1, "reason": f"paid by {PERSONAL}"}
    for variables in (good, good | {"amountCents": PERSONAL}, good | {PERSONAL: PERSONAL}):
        await service.ask(query, {"i": variables}, operationName="Pay")
    await service.ask(f"query Broken {{ broken a: missing @include(if: true) }} # {PERSONAL}", operationName="Broken")
    assert [line["operation"] for line in logged.events("request")] == ["Pay", "Pay", "Pay", "Broken"]
    assert len(logged.events("unexpected")) == 1
    for secret in (PERSONAL, SECRET, "finance@example.test", service.finance()["authorization"][-40:]):
        assert secret not in logged.text


async def test_an_operation_name_that_is_no_name_is_not_logged(service: LittleService, logged: Logged) -> None:
    await service.ask("query A { viewer { actor } }", operationName=f"A {PERSONAL}")
    assert logged.events("request")[0]["operation"] is None


async def test_web_sockets_are_refused(service: LittleService) -> None:
    sent: list[dict[str, Any]] = []

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "websocket", "path": "/graphql", "headers": [], "subprotocols": ["graphql-transport-ws"]}
    incoming: asyncio.Queue[Any] = asyncio.Queue()
    incoming.put_nowait({"type": "websocket.connect"})
    await service.app(scope, incoming.get, send)
    assert sent == [{"type": "websocket.close", "code": 1008}]
