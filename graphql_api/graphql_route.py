"""/graphql, as the GraphQL-over-HTTP specification says: POST with JSON; GET shows people a page and runs nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from billing.refusals import Refusal
from graphql_api.bodies import Unreadable, bytes_max, read_json_object
from graphql_api.callers import Callers
from graphql_api.documents import Operation
from graphql_api.door import Answer, Door, Outcome
from graphql_api.graphiql import page
from graphql_api.media_types import GRAPHQL_RESPONSE, JSON, negotiated
from graphql_api.replies import CLIENT_GONE, challenge, client_gone, refusal_status
from resolvers.errors import tell_refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphQLRoute:
    """The endpoint over a door."""

    door: Door
    callers: Callers

    async def answer(self, request: Request) -> Response:
        if request.method != "POST":
            return _page(request)
        media_type = negotiated(request.headers.getlist("accept"))
        if media_type is None:
            return PlainTextResponse(f"This answers {GRAPHQL_RESPONSE} and {JSON}.", status_code=406)
        try:
            caller = await self.callers.caller(request)
            asked = operation_of(await read_json_object(request, bytes_max=bytes_max(caller)))
        except Refusal as refusal:
            answer = Answer(outcome=Outcome.REFUSED, errors=(tell_refusal(refusal),), refusal=refusal)
            return respond(answer, media_type)
        request.state.operation = asked.name
        answer = await self.door.answer(
            asked, caller=caller, request_id=request.state.request_id, gone=client_gone(request)
        )
        return respond(answer, media_type)


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


def respond(answer: Answer, media_type: str) -> Response:
    """The answer over HTTP. An older client's well-formed request is answered with 200, valid or not."""
    if answer.outcome is Outcome.ABANDONED:
        return Response(status_code=CLIENT_GONE)
    status = 200
    if answer.refusal is not None:
        status = refusal_status(answer.refusal)
    elif answer.outcome is Outcome.INVALID and media_type != JSON:
        status = 400
    return Response(
        orjson.dumps(answer.body()),
        status_code=status,
        headers={"Content-Type": f"{media_type}; charset=utf-8", "Vary": "Accept"} | challenge(answer.refusal),
    )


def _page(request: Request) -> Response:
    if "text/html" in request.headers.get("accept", ""):
        return page()
    return PlainTextResponse("Send operations with POST.", status_code=405, headers={"Allow": "POST"})
