"""What the database keeps in step by itself: what was paid and refunded of invoices and payments, also under contention."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import psycopg
import pytest
from psycopg import errors
from uuid_utils.compat import uuid7

from storage.engine import Database
from tests.books import NOW, LittleBooks

Runtime = psycopg.Connection[Any]


@pytest.fixture
def books(runtime: Runtime) -> LittleBooks:
    return LittleBooks(runtime)


def pay(connection: Runtime, tenant: UUID, invoice: UUID | None, cents: int, allocated: int | None = None) -> UUID:
    key = uuid7()
    connection.execute(
        "insert into payment (id, tenant_id, invoice_id, method, provider, amount_cents, allocated_cents, currency, paid_at,"
        " outcome) values (%s, %s, %s, 'CARD', 'sandbox', %s, %s, 'SEK', %s, 'SUCCEEDED')",
        [key, tenant, invoice, cents, cents if allocated is None else allocated, NOW],
    )
    return key


def refund(connection: Runtime, payment: UUID, cents: int, status: str = "SUCCEEDED", surplus: int = 0) -> UUID:
    key = uuid7()
    connection.execute(
        "insert into refund (id, external_id, payment_id, amount_cents, surplus_cents, tax_cents, status, actor, reason,"
        " created_at, settled_at, needs_review) values (%s, %s, %s, %s, %s, 0, %s, 'a@b.se', 'twice', %s, %s, %s)",
        [
            key,
            key.hex,
            payment,
            cents,
            surplus,
            status,
            NOW,
            NOW if status == "SUCCEEDED" else None,
            status == "PENDING",
        ],
    )
    return key


def invoice_is(books: LittleBooks, invoice: UUID) -> Any:
    return books.one("select paid_cents, refunded_cents, outstanding_cents, status from invoice where id = %s", invoice)


def payment_is(books: LittleBooks, payment: UUID) -> Any:
    return books.one(
        "select refunded_cents, pending_refund_cents, refundable_cents, refunded_at, status from payment where id = %s",
        payment,
    )


def test_an_invoice_follows_its_payments(books: LittleBooks, runtime: Runtime) -> None:
    tenant = books.tenant()
    invoice, other = books.invoice(tenant, 1000), books.invoice(tenant, 1000)

    first = pay(runtime, tenant, invoice, 400)
    assert invoice_is(books, invoice) == (400, 0, 600, "PARTIALLY_PAID")

    pay(runtime, tenant, invoice, 700, allocated=600)
    assert invoice_is(books, invoice) == (1000, 0, 0, "PAID")

    runtime.execute("update payment set allocated_cents = 100 where id = %s", [first])
    assert invoice_is(books, invoice) == (700, 0, 300, "PARTIALLY_PAID")

    runtime.execute("update payment set outcome = 'FAILED', allocated_cents = 0 where invoice_id = %s", [invoice])
    assert invoice_is(books, invoice) == (0, 0, 1000, "OPEN")
    assert invoice_is(books, other) == (0, 0, 1000, "OPEN")


def test_invoices_follow_payments_that_come_in_bulk(books: LittleBooks, runtime: Runtime) -> None:
    tenant = books.tenant()
    invoices = [books.invoice(tenant, 1000) for _ in range(5)]

    with (
        runtime.cursor() as cursor,
        cursor.copy(
            "copy payment (tenant_id, invoice_id, method, provider, amount_cents, allocated_cents, currency, paid_at, outcome)"
            " from stdin"
        ) as copy,
    ):
        for part in (100, 200):
            for nth, invoice in enumerate(invoices):
                copy.write_row((tenant, invoice, "CARD", "sandbox", 500, part + nth, "SEK", NOW, "SUCCEEDED"))
        copy.write_row((tenant, None, "CARD", "sandbox", 500, 0, "SEK", NOW, "SUCCEEDED"))

    assert [invoice_is(books, invoice)[0] for invoice in invoices] == [300, 302, 304, 306, 308]


def test_a_payment_and_its_invoice_follow_refunds(books: LittleBooks, runtime: Runtime) -> None:
    tenant = books.tenant()
    invoice = books.invoice(tenant, 1000)
    payment = pay(runtime, tenant, invoice, 1200, allocated=1000)

    pending = refund(runtime, payment, 300, "PENDING")
    assert payment_is(books, payment) == (0, 300, 900, None, "SUCCEEDED")
    assert invoice_is(books, invoice) == (1000, 0, 0, "PAID")

    runtime.execute("update refund set status = 'SUCCEEDED', settled_at = %s where id = %s", [NOW, pending])
    assert payment_is(books, payment) == (300, 0, 900, NOW, "PARTIALLY_REFUNDED")
    assert invoice_is(books, invoice) == (1000, 300, 0, "PARTIALLY_REFUNDED")

    refund(runtime, payment, 900, surplus=200)
    assert payment_is(books, payment) == (1200, 0, 0, NOW, "REFUNDED")
    assert invoice_is(books, invoice) == (1000, 1000, 0, "REFUNDED")

    runtime.execute("update refund set status = 'FAILED', settled_at = null")
    assert payment_is(books, payment) == (0, 0, 1200, None, "SUCCEEDED")
    assert invoice_is(books, invoice) == (1000, 0, 0, "PAID")


def test_a_refund_of_a_surplus_leaves_the_invoice_paid(books: LittleBooks, runtime: Runtime) -> None:
    tenant = books.tenant()
    invoice = books.invoice(tenant, 1000)

    refund(runtime, pay(runtime, tenant, invoice, 1200, allocated=1000), 200, surplus=200)

    assert invoice_is(books, invoice) == (1000, 0, 0, "PAID")


@pytest.mark.parametrize(
    ("rule", "attempt"),
    [
        ("invoice_never_overpaid_check", lambda c, t, i, _: pay(c, t, i, 401)),
        ("payment_allocation_check", lambda c, t, i, _: pay(c, t, i, 100, allocated=101)),
        ("payment_only_invoices_are_paid_check", lambda c, t, _, __: pay(c, t, None, 100, allocated=1)),
        ("payment_never_overrefunded_check", lambda c, _, __, p: refund(c, p, 701, surplus=100)),
        ("payment_never_overrefunded_check", lambda c, _, __, p: [refund(c, p, 400, "PENDING") for _ in range(2)]),
        ("invoice_never_overrefunded_check", lambda c, _, __, p: refund(c, p, 601)),
        ("refund_parts_check", lambda c, _, __, p: refund(c, p, 100, surplus=101)),
    ],
)
def test_nothing_is_paid_or_refunded_twice(
    books: LittleBooks, runtime: Runtime, rule: str, attempt: Callable[[Runtime, UUID, UUID, UUID], object]
) -> None:
    tenant = books.tenant()
    invoice = books.invoice(tenant, 1000)
    payment = pay(runtime, tenant, invoice, 700, allocated=600)

    with pytest.raises(errors.CheckViolation, match=rule), runtime.transaction():
        attempt(runtime, tenant, invoice, payment)

    assert invoice_is(books, invoice) == (600, 0, 400, "PARTIALLY_PAID")
    assert payment_is(books, payment) == (0, 0, 700, None, "SUCCEEDED")


def test_of_two_who_pay_the_same_invoice_at_once_the_second_is_refused(
    books: LittleBooks, runtime: Runtime, database: Database
) -> None:
    tenant = books.tenant()
    invoice = books.invoice(tenant, 1000)

    both_at_once(
        database,
        lambda c: pay(c, tenant, invoice, 600),
        refused=errors.CheckViolation,
        by="invoice_never_overpaid_check",
    )

    assert invoice_is(books, invoice) == (600, 0, 400, "PARTIALLY_PAID")
    assert books.one("select count(*) from payment") == (1,)


def test_two_who_pay_parts_of_an_invoice_at_once_both_count(
    books: LittleBooks, runtime: Runtime, database: Database
) -> None:
    tenant = books.tenant()
    invoice = books.invoice(tenant, 1000)

    both_at_once(database, lambda c: pay(c, tenant, invoice, 500))

    assert invoice_is(books, invoice) == (1000, 0, 0, "PAID")


@pytest.mark.parametrize("status", ["PENDING", "SUCCEEDED"])
def test_of_two_who_refund_the_same_payment_at_once_the_second_is_refused(
    books: LittleBooks, runtime: Runtime, database: Database, status: str
) -> None:
    tenant = books.tenant()
    payment = pay(runtime, tenant, books.invoice(tenant, 1000), 1000)

    both_at_once(
        database,
        lambda c: refund(c, payment, 600, status),
        refused=errors.CheckViolation,
        by="payment_never_overrefunded_check",
    )

    assert payment_is(books, payment)[2] == 400
    assert books.one("select count(*) from refund") == (1,)


def test_two_refunds_of_one_invoice_by_two_payments_at_once_both_count(
    books: LittleBooks, runtime: Runtime, database: Database
) -> None:
    tenant = books.tenant()
    invoice = books.invoice(tenant, 1000)
    payments = [pay(runtime, tenant, invoice, 500) for _ in range(2)]

    both_at_once(database, lambda c: refund(c, payments.pop(), 300))

    assert invoice_is(books, invoice) == (1000, 600, 0, "PARTIALLY_REFUNDED")


def both_at_once(
    database: Database,
    do: Callable[[Runtime], object],
    *,
    refused: type[psycopg.Error] | None = None,
    by: str = "",
) -> None:
    """The second one comes while the first has not committed, and has to wait; it is then refused, or not."""
    with database.connect() as first, database.connect() as second, ThreadPoolExecutor(1) as thread:
        do(first)
        waiting = thread.submit(do, second)
        wait_until_blocked(first, second.info.backend_pid)
        first.commit()
        if refused is None:
            waiting.result()
            second.commit()
        else:
            with pytest.raises(refused, match=by):
                waiting.result()


def wait_until_blocked(connection: Runtime, backend: int) -> None:
    for _ in range(500):
        [blocked] = connection.execute("select cardinality(pg_blocking_pids(%s)) > 0", [backend]).fetchone()  # type: ignore[misc]
        if blocked:
            return
        connection.execute("select pg_sleep(0.01)")
    raise AssertionError("The second one did not wait for the first.")
