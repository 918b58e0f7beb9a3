"""/graphql, as the GraphQL-over-HTTP specification says: POST with JSON; GET shows people a page and runs nothing."""

from collections.abc import Awaitable, Callable, Mapping
from functools import cache, lru_cache
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from billing.refusals import Refusal
from graphql_api.bodies import Unreadable, bytes_max, read_json_object
from graphql_api.callers import Callers
from graphql_api.documents import Operation
from graphql_api.door import Answer, Door, Outcome
from graphql_api.graphiql import page
from graphql_api.media_types import GRAPHQL_RESPONSE, JSON, negotiated
from graphql_api.replies import CLIENT_GONE, challenge, client_gone, refusal_status, written
from resolvers.errors import tell_refusal

PATH: Final = "/graphql"

_chosen = lru_cache(maxsize=100)(negotiated)


async def shown_page(request: Request) -> Response:
    """What GET answers."""
    if "text/html" in request.headers.get("accept", ""):
        return page()
    return PlainTextResponse("Send operations with POST.", status_code=405, headers={"Allow": "POST"})


class GraphQLRoute:
    """ASGI middleware: the endpoint over a door, before all other routes, for it is asked most and its reads are short."""

    path = PATH  # as the log names it

    def __init__(
        self,
        app: ASGIApp,
        *,
        door: Door,
        callers: Callers,
        shown: Callable[[Request], Awaitable[Response]] = shown_page,
    ) -> None:
        self._app, self._door, self._callers, self._shown = app, door, callers, shown

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] != PATH:
            await self._app(scope, receive, send)
            return
        scope["route"] = self
        await (await self._respond(Request(scope, receive)))(scope, receive, send)

    async def _respond(self, request: Request) -> Response:
        if request.method in {"GET", "HEAD"}:
            return await self._shown(request)
        if request.method != "POST":
            return PlainTextResponse("Send operations with POST.", status_code=405, headers={"Allow": "GET, POST"})
        media_type = _chosen(tuple(request.headers.getlist("accept")))
        if media_type is None:
            return PlainTextResponse(f"This answers {GRAPHQL_RESPONSE} and {JSON}.", status_code=406)
        return respond(await self._answer(request), media_type)

    async def _answer(self, request: Request) -> Answer:
        try:
            caller = await self._callers.caller(request)
            asked = operation_of(await read_json_object(request, bytes_max=bytes_max(caller)))
        except Refusal as refusal:
            return Answer(outcome=Outcome.REFUSED, errors=(tell_refusal(refusal),), refusal=refusal)
        state = request.scope["state"]
        state["operation"] = asked.name
        return await self._door.answer(asked, caller=caller, request_id=state["request_id"], gone=client_gone(request))


def operation_of(body: Mapping[str, Any]) -> Operation:
    """The operation a JSON body asks for. Raises: `Unreadable`."""
    text, name, variables = body.get("query"), body.get("operationName"), body.get("variables")
    if not isinstance(text, str) or not text:
        raise Unreadable("`query` is the document, as a text.")
    if not isinstance(name, str | None):
        raise Unreadable("`operationName` is a text or null.")
    if not isinstance(variables, dict | None):
        raise Unreadable("`variables` is an object or null.")
    if not isinstance(body.get("extensions"), dict | None):
        raise Unreadable("`extensions` is an object or null.")
    return Operation(text=text, name=name or None, variables=variables or {})


class Written(Response):
    """A body with headers that are known by its media type: nothing is left to work out."""

    def __init__(self, body: bytes, media_type: str, status_code: int, headers: Mapping[str, str]) -> None:
        self.body, self.status_code, self.background = body, status_code, None
        self.raw_headers = [*_headers(media_type), (b"content-length", b"%d" % len(body))]
        self.raw_headers += [(name.lower().encode(), value.encode()) for name, value in headers.items()]

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        await send({"type": "http.response.body", "body": self.body})


@cache
def _headers(media_type: str) -> tuple[tuple[bytes, bytes], ...]:
    return (b"content-type", f"{media_type}; charset=utf-8".encode()), (b"vary", b"Accept")


def respond(answer: Answer, media_type: str) -> Response:
    """The answer over HTTP. An older client's well-formed request is answered with 200, valid or not."""
    if answer.outcome is Outcome.ABANDONED:
        return Response(status_code=CLIENT_GONE)
    status = 200
    if answer.refusal is not None:
        status = refusal_status(answer.refusal)
    elif answer.outcome is Outcome.INVALID and media_type != JSON:
        status = 400
    return Written(written(answer.body()), media_type, status, challenge(answer.refusal))
