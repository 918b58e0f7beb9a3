"""PyPI localstripe (GPL, in an environment of its own): PaymentIntents, balance transactions, signed webhooks.

What it lacks and the shim adds: keys of requests, the window of a list of balance transactions, pages that are short
enough to need several, fees, and what a PaymentIntent has received. All else is as localstripe answers.
"""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.providers.third_party.installing import python_of
from tests.providers.third_party.proxy import Proxy, Reply, Request
from tests.providers.third_party.serving import served

PACKAGE = "localstripe==1.15.10"
PAGE = 3
FEE_CENTS = 175
KEY = "sk_test_of_nobody"
JSON = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}
START = """
import sys
from aiohttp import web
from localstripe import resources, server
resources.Store.dump_to_disk = lambda self: None
web.run_app(server.app, host="127.0.0.1", port=int(sys.argv[1]), print=None)
"""


@contextmanager
def localstripe() -> Iterator[int]:
    """Its port."""
    with served(python_of(PACKAGE), "-c", START) as port:
        yield port


class Shim(Proxy):
    """What localstripe lacks, on the way to it."""

    def __init__(self, upstream: int) -> None:
        super().__init__(upstream)
        self._answers: dict[str, tuple[bytes, Reply]] = {}
        self._lock = threading.Lock()

    def answered(self, request: Request) -> Reply:
        key = request.headers.get("Idempotency-Key")
        if request.method == "POST" and key:
            with self._lock:
                return self._answered_once(key, request)
        if request.method == "GET" and urlsplit(request.target).path == "/v1/balance_transactions":
            return self._page(request)
        reply = super().answered(request)
        if request.method == "GET" and reply.status == HTTPStatus.OK and "/payment_intents/" in request.target:
            intent = json.loads(reply.body)
            return Reply.of({**intent, "amount_received": intent["amount"] if intent["status"] == "succeeded" else 0})
        return reply

    def _answered_once(self, key: str, request: Request) -> Reply:
        if key not in self._answers:
            self._answers[key] = request.body, super().answered(request)
        body, reply = self._answers[key]
        if body != request.body:
            error = {"type": "idempotency_error", "message": "The key was used with other parameters."}
            return Reply.of({"error": error}, 400)
        return reply

    def _page(self, request: Request) -> Reply:
        asked = parse_qs(urlsplit(request.target).query)
        expand = "".join(
            f"&expand[]={path}" for name, paths in asked.items() if name.startswith("expand") for path in paths
        )
        listed = self.asked("GET", f"/v1/balance_transactions?limit=100000{expand}")
        start, end = int(asked["created[gte]"][0]), int(asked["created[lt]"][0])
        rows = [with_fee(row) for row in listed["data"] if start <= row["created"] < end]
        ids = [row["id"] for row in rows]
        first = ids.index(asked["starting_after"][0]) + 1 if "starting_after" in asked else 0
        more = len(rows) > first + PAGE
        return Reply.of({**listed, "data": rows[first : first + PAGE], "has_more": more})

    def asked(self, method: str, target: str, parameters: object = None) -> dict[str, Any]:
        """What localstripe itself answers."""
        body = json.dumps(parameters).encode() if parameters is not None else b""
        reply = Proxy.answered(self, Request(method=method, target=target, headers=JSON, body=body))
        assert reply.status == 200, reply.body
        answer: dict[str, Any] = json.loads(reply.body) if reply.body else {}
        return answer

    def paid(self, cents: int, currency: str = "EUR") -> dict[str, Any]:
        """A PaymentIntent that succeeded."""
        parameters = {"amount": cents, "currency": currency.lower(), "payment_method": "pm_card_visa", "confirm": True}
        return self.asked("POST", "/v1/payment_intents", parameters)


def with_fee(row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "fee": FEE_CENTS, "net": row["amount"] - FEE_CENTS} if row["type"] == "charge" else row
