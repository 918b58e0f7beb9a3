"""The gateway of the refund storm: a process of its own behind a local socket, which keeps keys and fails four times in ten."""

import asyncio
import json
import random
import socket
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from providers.offer import Offer
from providers.refunding import NotExecuted, RefundOrder, RefundOutcome, RefundState
from providers.registry import hookimpl

FAULTS = {
    "none": 60, "reply lost": 10, "duplicated": 6, "dropped": 6, "server error": 5, "cut": 5, "late": 3, "throttled": 3,
    "conflict": 2,
}  # fmt: skip
CARRIED_OUT = {"none", "reply lost", "duplicated", "cut", "late"}
CLIENT_SECONDS = 1.0
ADDRESS: list[tuple[str, int]] = []  # where the gateway of this run listens; set before the processes are forked


@dataclass(kw_only=True)
class Gateway:
    """Runs in a process of its own; it is never killed, as gateways are not ours to kill."""

    draw: random.Random
    sent: dict[str, int] = field(default_factory=dict)
    met: Counter[str] = field(default_factory=Counter)

    async def serve(self, listener: socket.socket) -> None:
        server = await asyncio.start_server(self._answer, sock=listener)
        async with server:
            await server.serve_forever()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            asked = json.loads(await reader.readline())
            answer = await self._done(asked)
            if answer is not None:
                writer.write(answer)
                await writer.drain()
        except (OSError, ValueError):
            pass  # the caller was killed while it asked
        finally:
            writer.close()

    async def _done(self, asked: dict[str, Any]) -> bytes | None:
        if asked["what"] == "tell":
            return _line({"sent": self.sent, "met": self.met})
        key = asked["key"]
        if asked["what"] == "find":
            return _line({"reference": f"re_{key}" if key in self.sent else None})
        fault = self.draw.choices(list(FAULTS), weights=list(FAULTS.values()))[0]
        self.met[fault] += 1
        if fault in CARRIED_OUT:
            self.sent.setdefault(key, asked["cents"])
        if fault == "late":
            await asyncio.sleep(CLIENT_SECONDS * 1.5)
        if fault in {"dropped", "reply lost", "late"}:
            return None
        if fault == "cut":
            return _line({"reference": f"re_{key}"})[:7]
        return _line({"reference": f"re_{key}"} if fault in CARRIED_OUT else {"error": fault})


class SocketRefunds:
    """The gateway's plugin in the API and the worker."""

    settles_immediately = True
    needs_payer_account = False
    key_ttl = timedelta(hours=24)

    async def refund(self, order: RefundOrder, /) -> RefundOutcome:
        return _outcome(await _asked({"what": "refund", "key": order.key, "cents": order.amount.cents}))

    async def find(self, order: RefundOrder, /) -> RefundOutcome | None:
        answer = await _asked({"what": "find", "key": order.key})
        return _outcome(answer) if answer["reference"] else None


@hookimpl
def billing_provider() -> Offer:
    return Offer(name="storm", display_name="Storm", version="1", refunds=SocketRefunds())


def _outcome(answer: dict[str, Any]) -> RefundOutcome:
    if answer.get("error") == "throttled":
        raise NotExecuted("Too many requests at once.")
    return RefundOutcome(state=RefundState.SUCCEEDED, provider_reference=answer["reference"])


async def _asked(question: dict[str, Any]) -> Any:
    async with asyncio.timeout(CLIENT_SECONDS):
        reader, writer = await asyncio.open_connection(*ADDRESS[0])
        try:
            writer.write(_line(question))
            return json.loads(await reader.readline())
        finally:
            writer.close()


def told() -> dict[str, Any]:
    """What the gateway has done, from its own mouth."""
    with socket.create_connection(ADDRESS[0], timeout=10) as connection, connection.makefile("rwb") as stream:
        stream.write(_line({"what": "tell"}))
        stream.flush()
        answer: dict[str, Any] = json.loads(stream.readline())
        return answer


def _line(value: object) -> bytes:
    return json.dumps(value).encode() + b"\n"
