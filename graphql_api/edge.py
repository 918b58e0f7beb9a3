"""The outermost layer of the service: ids, headers and a log line for every request, and a last answer to every mistake."""

import re
import time
from collections.abc import Iterable
from random import getrandbits
from typing import Final

import orjson
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from graphql_api.logs import REQUEST, log_request, log_unexpected
from graphql_api.metrics import REQUESTS
from resolvers.errors import tell_unexpected

Header = tuple[bytes, bytes]

_REQUEST_ID: Final = b"x-request-id"
_SANE_ID: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")
_OPERATION_NAME: Final = re.compile(r"[_A-Za-z][_0-9A-Za-z]{0,63}")

SECURITY_HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    "Cache-Control": "no-store",
}
"""On every response, unless it says otherwise itself."""


HTTPS_ONLY: Final = {"Strict-Transport-Security": f"max-age={365 * 24 * 3600}"}
"""Where the service is known by https: a browser that has been here never asks in the clear again."""


class Edge:
    """ASGI middleware. Web sockets are refused: there are no subscriptions."""

    def __init__(self, app: ASGIApp, *, https: bool = False) -> None:
        self._app = app
        headers = SECURITY_HEADERS | (HTTPS_ONLY if https else {})
        self._headers = tuple((name.lower().encode(), value.encode()) for name, value in headers.items())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        elif scope["type"] == "http":
            await self._http(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        request_id = _request_id(scope)
        scope.setdefault("state", {})["request_id"] = request_id
        started, status = time.perf_counter(), 0

        async def send_marked(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = self._marked(message.get("headers", ()), request_id)
            await send(message)

        before = REQUEST.set(request_id)
        try:
            await self._app(scope, receive, send_marked)
        except Exception as error:  # noqa: BLE001 - the outermost edge: whatever it was, it is logged and answered
            log_unexpected(error)
            if not status:
                await _send_mistake(send_marked, error, request_id)
        finally:
            REQUEST.reset(before)
            seconds = time.perf_counter() - started
            REQUESTS.count(status, seconds)
            _log_request(scope, status, seconds)

    def _marked(self, headers: Iterable[Header], request_id: str) -> list[Header]:
        """The headers with ours: each unless the response says otherwise itself."""
        given = list(headers)
        said = {name for name, _ in given}
        given += [header for header in self._headers if header[0] not in said]
        given.append((_REQUEST_ID, request_id.encode()))
        return given


def _request_id(scope: Scope) -> str:
    """The caller's own id where it is a sane one, so that their log and ours can be laid side by side."""
    for name, value in scope["headers"]:
        if name == _REQUEST_ID:
            given: str = value.decode("latin-1")
            return given if _SANE_ID.fullmatch(given) else _new_id()
    return _new_id()


def _new_id() -> str:
    """Told from any other; no secret."""
    return f"{getrandbits(128):032x}"


async def _send_mistake(send: Send, error: Exception, request_id: str) -> None:
    body = orjson.dumps({"errors": [tell_unexpected(error, request_id=request_id).formatted]})
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 500, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _log_request(scope: Scope, status: int, seconds: float) -> None:
    """The path is the route's pattern: what a caller put into it is theirs. Nothing of the query string is logged."""
    operation = scope["state"].get("operation")
    log_request(
        {
            "request_id": scope["state"]["request_id"],
            "method": scope["method"],
            "path": getattr(scope.get("route"), "path", None),
            "operation": operation if isinstance(operation, str) and _OPERATION_NAME.fullmatch(operation) else None,
            "status": status,
            "milliseconds": round(seconds * 1000, 1),
        }
    )
