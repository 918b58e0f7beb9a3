"""What a bank file says, put into the temporary table `staged`, item by item, before any of it counts."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any, NamedTuple, assert_never

import orjson
import psycopg

from billing import matching
from providers.settlement_files import (
    Debit,
    Deposit,
    Item,
    OrderReport,
    Reference,
    ReferenceKind,
    SettledPayment,
    StatementBalance,
    Warning,  # noqa: A004 - the contract's word
)

STAGED = """
create temporary table staged (
    place int, kind text, cents bigint, currency text not null, identities text[], deposit int, ordinal int, booked_on date,
    reference text, payee text, account text, counterparty_name text, counterparty_account text, message text,
    ocr_text text, refs jsonb, certain_key text, entry_key text, order_key text,
    id uuid default uuid7(), known_as uuid, order_id uuid,
    check (array_position(identities, null) is null),
    check (kind <> 'PAYMENT' or num_nulls(deposit, ordinal) = 0),
    check (kind not in ('DEPOSIT', 'DEBIT', 'CHARGE') or num_nulls(reference, booked_on) = 0)
) on commit drop"""
# What each item is recognised by: its own identities, and that of its entry, which is of the sum of the entry's debits.
IDENTIFIED = """
select s.place, given.key, given.nth, s.cents::numeric as cents
  from staged s cross join unnest(s.identities) with ordinality as given(key, nth)
 union all
select place, entry_key, null, sum(cents) over (partition by entry_key) from staged where entry_key is not null"""


class Staged(NamedTuple):
    """A row: a PAYMENT of the deposit numbered `deposit`, the DEPOSIT of that number itself, a DEBIT, a CHARGE of
    the bank's, or an order that the bank has REFUSED or TAKEN.

    `certain_key`: the reference by which a machine may match it. `entry_key`: what the debits of one entry share.
    `order_key`: of the order that a debit carries out, a payment brings back (empty: money of ours that comes back, of an
    order that is not named), or the bank has refused or taken. Filled later, `known_as` is what it was booked as before,
    `order_id` an order of ours.
    """

    place: int
    kind: str
    cents: int
    currency: str
    identities: Sequence[str] | str
    deposit: int | None = None
    ordinal: int | None = None
    booked_on: date | None = None
    reference: str | None = None
    payee: str | None = None
    account: str | None = None
    counterparty_name: str | None = None
    counterparty_account: str | None = None
    message: str | None = None
    ocr_text: str | None = None
    refs: str | None = None
    certain_key: str | None = None
    entry_key: str | None = None
    order_key: str | None = None


Progress = Callable[[str, int], None]
"""Told now and then what is being done and how much of it is done."""

ANY_DAY = date.min  # a payment's day comes with its deposit; the references do not depend on it
COPY = f"copy staged ({', '.join(Staged._fields)}) from stdin"
TOLD_EVERY = 5_000


def stage(
    cursor: psycopg.Cursor[Any], items: Iterable[Item], *, progress: Progress
) -> tuple[list[str], list[StatementBalance]]:
    """Stream the items of a file into `staged`; gives the warnings and the balances among them: a few a statement.

    Raises: BankFileInvalid, as the reader does.
    """
    warnings: list[str] = []
    balances: list[StatementBalance] = []
    cursor.execute(STAGED)
    with cursor.copy(COPY) as copy:
        for place, item in enumerate(items, 1):
            if isinstance(item, Warning):
                warnings.append(item.text)
            elif isinstance(item, StatementBalance):
                balances.append(item)
            else:
                copy.write_row(_row(place, item))
            if place % TOLD_EVERY == 0:
                progress("items read", place)
    cursor.execute("analyze staged (place, kind, deposit, certain_key, entry_key, known_as)")
    return warnings, balances


def _row(place: int, item: SettledPayment | Deposit | Debit | OrderReport) -> Staged:
    match item:
        case SettledPayment():
            return _payment(place, item)
        case Deposit():
            return _deposit(place, item)
        case Debit():
            return _debit(place, item)
        case OrderReport():
            return _report(place, item)
        case _:
            assert_never(item)


def _payment(place: int, payment: SettledPayment) -> Staged:
    order_key = payment.end_to_end_id or ("" if payment.comes_back else None)
    return Staged(
        place=place,
        kind="PAYMENT",
        cents=payment.amount.cents,
        currency=payment.amount.currency,
        identities=_array(payment.identities),
        deposit=payment.deposit,
        ordinal=payment.ordinal,
        reference=payment.bank_reference,
        payee=payment.payee,
        counterparty_name=payment.counterparty_name,
        counterparty_account=payment.counterparty_account,
        message=payment.message,
        ocr_text=_shown(payment.references),
        refs=orjson.dumps([_reference(reference) for reference in payment.references]).decode(),
        certain_key=None if order_key is not None else _certain_key(payment),
        order_key=order_key,
    )


def _deposit(place: int, deposit: Deposit) -> Staged:
    return Staged(
        place=place,
        kind="DEPOSIT",
        cents=deposit.amount.cents,
        currency=deposit.amount.currency,
        identities=_array(deposit.identities),
        deposit=deposit.number,
        booked_on=deposit.booked_on,
        reference=deposit.reference,
        payee=deposit.payee,
        account=deposit.account,
    )


def _debit(place: int, debit: Debit) -> Staged:
    return Staged(
        place=place,
        kind="CHARGE" if debit.is_charge else "DEBIT",
        cents=debit.amount.cents,
        currency=debit.amount.currency,
        identities=_array(debit.identities),
        booked_on=debit.booked_on,
        reference=debit.reference,
        message=debit.description,
        entry_key=debit.entry,
        order_key=None if debit.is_charge or debit.is_reversal else debit.end_to_end_id,
    )


def _report(place: int, report: OrderReport) -> Staged:
    return Staged(
        place=place,
        kind="REFUSED" if report.is_refused else "TAKEN",
        cents=0,
        currency="",
        identities="{}",
        message=report.said,
        order_key=report.order_key,
    )


def _array(identities: Sequence[str]) -> Sequence[str] | str:
    """Most payments have none, and an empty list is slow to write."""
    return list(identities) or "{}"


def _reference(reference: Reference) -> dict[str, object]:
    amount = reference.amount
    return {
        "text": reference.text,
        "kind": reference.kind.value,
        "amount_cents": None if amount is None else amount.cents,
    }


def _certain_key(payment: SettledPayment) -> str | None:
    """The rule is `billing.matching`'s; most payments in free text need not be read for it."""
    if all(reference.kind is ReferenceKind.TEXT for reference in payment.references):
        return None
    references = tuple(
        matching.TransferReference(text=one.text, kind=one.kind, amount=one.amount) for one in payment.references
    )
    return matching.certain_key(matching.TransferFacts(amount=payment.amount, booked_on=ANY_DAY, references=references))


def _shown(references: Sequence[Reference]) -> str | None:
    """All references, those first that were checked."""
    surest_first = sorted(references, key=lambda reference: reference.kind is ReferenceKind.TEXT)
    return ", ".join(reference.text for reference in surest_first) or None
