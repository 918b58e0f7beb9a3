"""The clubs and open invoices of a world, written to a database. Without their journals: matching reads none."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import psycopg

from benchmarks.matchers import candidate
from benchmarks.open_invoices import Club, OpenInvoice


def fill_clubs(connection: psycopg.Connection[Any], clubs: Sequence[Club]) -> None:
    with connection.cursor() as cursor:
        cursor.executemany(
            "insert into tenant (id, external_id, name, country, currency, created_on, bankgiro)"
            " values (%s, %s, %s, 'SE', %s, '2020-01-01', %s)",
            [(UUID(int=club.id), str(club.id), club.name, club.currency, club.payee) for club in clubs],
        )


def fill_invoices(connection: psycopg.Connection[Any], invoices: Sequence[OpenInvoice]) -> None:
    with (
        connection.cursor() as cursor,
        cursor.copy(
            "copy invoice (id, tenant_id, number, ocr, issuer_type, customer_name, customer_account, currency, total_cents,"
            " tax_cents, issued_on, due_on) from stdin"
        ) as copy,
    ):
        for invoice in invoices:
            row, issuer = candidate(invoice), "PLATFORM" if invoice.platform else "TENANT"
            copy.write_row((
                row.id, row.tenant_id, row.number, row.ocr, issuer, row.customer_name, row.customer_account, row.currency,
                row.outstanding_cents, 0, row.issued_on, row.due_on,
            ))  # fmt: skip
