"""npm stripe-stateful-mock: repeats keys, knows other parameters of a key, refuses over-refunds. It has charges only."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode

from tests.providers.third_party.installing import node_packages
from tests.providers.third_party.proxy import Proxy, Request
from tests.providers.third_party.serving import served

KEY = "sk_test_of_nobody"
START = "require('stripe-stateful-mock').createExpressApp().listen(+process.argv[1], '127.0.0.1')"


@contextmanager
def stateful_mock() -> Iterator[int]:
    """Its port."""
    packages = node_packages()
    with served("node", "-e", START, cwd=packages.parent) as port:
        yield port


def charged(proxy: Proxy, cents: int, currency: str = "EUR", *, source: str = "tok_visa") -> str:
    """A charge made at the server itself, past all faults."""
    return str(
        asked(proxy, "POST", "/v1/charges", {"amount": cents, "currency": currency.lower(), "source": source})["id"]
    )


def refunds_of(proxy: Proxy, charge: str) -> list[dict[str, Any]]:
    """All refunds that the server has made of the charge."""
    listed: list[dict[str, Any]] = asked(proxy, "GET", f"/v1/refunds?charge={charge}&limit=1000", {})["data"]
    return listed


def asked(proxy: Proxy, method: str, target: str, parameters: dict[str, Any]) -> dict[str, Any]:
    """What the server itself answers."""
    headers = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/x-www-form-urlencoded"}
    reply = Proxy.answered(
        proxy, Request(method=method, target=target, headers=headers, body=urlencode(parameters).encode())
    )
    assert reply.status == 200, reply.body
    answer: dict[str, Any] = json.loads(reply.body)
    return answer
