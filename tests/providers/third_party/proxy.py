"""A loopback proxy that keeps a record of every request, and spoils those it is told to."""

import http.client
import json
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self

LATE_SECONDS = 1.0
DRIBBLE_SECONDS = 0.05
HTML = b"<html><body>Bad gateway</body></html>"
ERRORS = {
    "400": (400, {"type": "invalid_request_error", "message": "Something is wrong with this.", "code": "parameter_invalid"}),
    "401": (401, {"type": "invalid_request_error", "message": "Invalid API Key provided."}),
    "402": (402, {"type": "card_error", "code": "card_declined", "message": "Your card was declined."}),
    "403": (403, {"type": "invalid_request_error", "message": "This key may not do that."}),
    "409": (409, {"type": "idempotency_error", "code": "idempotency_key_in_use", "message": "The key is in use."}),
    "429": (429, {"type": "invalid_request_error", "code": "rate_limit", "message": "Too many requests."}),
    "500": (500, {"type": "api_error", "message": "An error of ours."}),
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What the plugin sent."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    status: int
    headers: dict[str, str]
    body: bytes

    @classmethod
    def of(cls, value: object, status: int = 200) -> Self:
        return cls(status=status, headers={"Content-Type": "application/json"}, body=json.dumps(value).encode())


class Proxy:
    """Stands before the server on `upstream`; `faults` spoil the next requests for new refunds, one each."""

    def __init__(self, upstream: int) -> None:
        self._upstream = upstream
        self.requests: list[Request] = []
        self.faults: deque[str] = deque()
        self.lists_fail_with: str | None = None

    @contextmanager
    def opened(self) -> Iterator[Self]:
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                _handle(proxy, self)

            do_POST = do_GET  # noqa: N815 - the library's names

            def log_message(self, *_args: object) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            self.url = f"http://127.0.0.1:{server.server_address[1]}"
            yield self
        finally:
            server.shutdown()
            server.server_close()
            thread.join()

    def answered(self, request: Request) -> Reply:
        """What the server upstream says."""
        connection = http.client.HTTPConnection("127.0.0.1", self._upstream, timeout=10)
        try:
            connection.request(request.method, request.target, request.body, request.headers)
            response = connection.getresponse()
            kept = {name: value for name, value in response.getheaders() if name.lower() in KEPT}
            return Reply(status=response.status, headers=kept, body=response.read())
        finally:
            connection.close()


KEPT = ("content-type", "request-id", "idempotent-replayed")


def _handle(proxy: Proxy, handler: BaseHTTPRequestHandler) -> None:
    body = handler.rfile.read(int(handler.headers.get("Content-Length", "0")))
    headers = {name: value for name, value in handler.headers.items() if name.lower() not in ("host", "connection")}
    request = Request(method=handler.command, target=handler.path, headers=headers, body=body)
    proxy.requests.append(request)
    is_refund = request.method == "POST" and request.target == "/v1/refunds"
    fault = proxy.faults.popleft() if is_refund and proxy.faults else None
    if request.method == "GET" and proxy.lists_fail_with:
        fault = proxy.lists_fail_with
    reply = _spoilt(proxy, request, fault)
    handler.close_connection = True
    if reply is None:
        return
    handler.send_response(reply.status)
    for name, value in {**reply.headers, "Content-Length": str(len(reply.body)), "Connection": "close"}.items():
        handler.send_header(name, value)
    handler.end_headers()
    if fault == "dribbled":
        _dribble(handler, reply.body)
        return
    handler.wfile.write(reply.body[: len(reply.body) // 2] if fault == "cut" else reply.body)


def _dribble(handler: BaseHTTPRequestHandler, body: bytes) -> None:
    """Byte by byte, each well in time, until the other side has enough of it."""
    with suppress(ConnectionError):
        for byte in body:
            handler.wfile.write(bytes([byte]))
            time.sleep(DRIBBLE_SECONDS)


def _spoilt(proxy: Proxy, request: Request, fault: str | None) -> Reply | None:
    """The reply; None where the connection is closed without one."""
    if fault == "dropped":
        return None
    if fault in ERRORS:
        status, error = ERRORS[fault]
        return Reply.of({"error": error}, status)
    if fault == "502 HTML":
        return Reply(status=502, headers={"Content-Type": "text/html"}, body=HTML)
    if fault == "duplicate":
        proxy.answered(request)
    reply = proxy.answered(request)
    if fault == "late":
        time.sleep(LATE_SECONDS)
    if fault in ("reply lost", "late"):
        return None
    return Reply(status=200, headers={"Content-Type": "text/html"}, body=HTML) if fault == "200 HTML" else reply
