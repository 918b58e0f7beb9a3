"""Money sent by bank: an order becomes a pain.001 file in the outbox, and is PENDING until the bank's files confirm it."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from billing.money import Money
from providers.bankgirot import pain001
from providers.bankgirot.debtor import Debtor, outbox_of
from providers.bankgirot.outbox import NotWritten, Outbox
from providers.bankgirot.pain001 import CannotBePaid
from providers.refunding import (
    NotExecuted,
    PayerAccount,
    PayerAccountNeeded,
    RefundOrder,
    RefundOutcome,
    RefundState,
)

KEY_TTL: Final = timedelta(days=365)
"""The outbox remembers for ever; a file that is a year old is not sent again all the same."""


class KeyUsed(Exception):
    """The key of this order names another one: whoever asks has mixed them up."""


class Payouts:
    """Refunds and returns by bank. Two processes that put out the same order put out the same bytes."""

    settles_immediately = False
    needs_payer_account = True
    key_ttl = KEY_TTL

    def __init__(self) -> None:
        self._debtor: Debtor | None = None
        self._outbox: Outbox | None = None

    def configure(self, section: Mapping[str, str]) -> None:
        """Raises: SettingsUnusable, for a setting that cannot be meant."""
        self._debtor, self._outbox = Debtor.of(section), Outbox(outbox_of(section))

    def ailment(self) -> str | None:
        """What is wrong with the outbox, if there is one."""
        return None if self._outbox is None else self._outbox.ailment()

    def objection(self, amount: Money, payer_account: PayerAccount | None, /) -> str | None:
        """Why the payment file could not carry it."""
        return pain001.objection(amount, payer_account)

    async def refund(self, order: RefundOrder, /) -> RefundOutcome:
        """Put the order out, unless it is already. Raises: NotExecuted, PayerAccountNeeded, KeyUsed."""
        if order.payer_account is None:
            raise PayerAccountNeeded("Money goes back by bank to an account only: name payerAccount.")
        debtor, outbox = self._ready()
        try:
            content = pain001.written(order, debtor)
        except CannotBePaid as cannot:
            return RefundOutcome(state=RefundState.FAILED, failure_reason=cannot.reason)
        return await asyncio.to_thread(_put, outbox, order.key, content)

    async def find(self, order: RefundOrder, /) -> RefundOutcome | None:
        """Whether the order was put out. Raises: NotExecuted."""
        _, outbox = self._ready()
        content = await asyncio.to_thread(outbox.found, order.key)
        return None if content is None else _accepted(order.key)

    def _ready(self) -> tuple[Debtor, Outbox]:
        if self._debtor is None or self._outbox is None:
            raise NotExecuted("There is no outbox for orders to the bank.")
        return self._debtor, self._outbox


def _put(outbox: Outbox, key: str, content: bytes) -> RefundOutcome:
    before = outbox.found(key)
    if before is not None and before != content:
        raise KeyUsed(f"The outbox holds another order with the key {key}.")
    if before is None:
        try:
            outbox.put(key, content)
        except NotWritten as failed:
            raise NotExecuted(failed.problem) from failed
    return _accepted(key)


def _accepted(key: str) -> RefundOutcome:
    return RefundOutcome(state=RefundState.PENDING, provider_reference=key)
