"""What is booked, recorded or derived stays as it is: the service may not touch it, and not even the owner changes it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from psycopg import errors

from storage.engine import Database
from tests.database import Clones

APPEND_ONLY = {  # with a column that somebody would like to edit
    "journal": "description",
    "accounting_entry": "account",
    "plan_history": "reason",
    "subscription_cancellation": "reason",
    "fx_rate": "rate",
    "refund_event": "note",
    "provider_movement": "amount_cents",
    "bank_balance": "closing_cents",
    "mrr_movement": "eur_cents",
    "revenue_flow": "gross_cents",
    "closed_month": "reason",
    "dunning_action": "stage",
    "audit_event": "actor",
}
NEVER_REMOVED = (
    "audit_head", "tenant", "plan", "subscription", "invoice", "invoice_line", "payment", "refund", "notice", "bank_file",
    "bank_deposit", "bank_identity", "bank_transfer", "provider_sync", "provider_event",
    "transfer_return", "payout_report",
    "dunning_case",
)  # fmt: skip
TABLES = (*APPEND_ONLY, *NEVER_REMOVED)
NOT_THE_BOOKS = {
    "alembic_version",
    "session",
    "sign_in_attempt",
    "credit_note_series",
    "signing_key",
    "proration_series",
    "invoice_words",
    "mrr_day",
    "mrr_month",
    "mrr_tenant_month",
    "mrr_tenant",
    "mrr_country",
    "revenue_day",
    "revenue_month",
    "revenue_country_month",
    "book_day",
}


@pytest.fixture(scope="module")
def database(database_clones: Clones, full: tuple[str, dict[str, str]]) -> Iterator[Database]:
    """Full books, the same for all of these tests: what each of them tries is refused, and nothing happens."""
    with database_clones.clone(full[0]) as made:
        yield made


@contextmanager
def nothing_happens(connection: psycopg.Connection[Any]) -> Iterator[None]:
    def everything() -> list[Any]:
        query = "select md5(string_agg(t::text, ',' order by t::text)) from public.{} t"
        return [connection.execute(query.format(table).encode()).fetchone() for table in TABLES]

    before = everything()
    yield
    assert everything() == before


def removals(table: str) -> list[str]:
    return [
        f"delete from {table}",
        f"delete from {table} where false",
        f"truncate {table} cascade",
        f"merge into {table} t using (select) s on true when matched then delete",
    ]


def changes(table: str, column: str) -> list[str]:
    """Ways to write a row again: nothing in it need change for it to be refused."""
    return [
        f"update {table} set {column} = {column}",
        f"update {table} set {column} = {column} where false",
        f"merge into {table} t using (select) s on true when matched then update set {column} = t.{column}",
    ]


def test_every_table_of_the_books_is_protected(runtime: psycopg.Connection[Any]) -> None:
    tables = runtime.execute(
        "select relname, exists (select from pg_trigger where tgrelid = c.oid and tgname = 'append_only' and tgenabled = 'A')"
        " from pg_class c where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')"
    ).fetchall()

    assert {name for name, protected in tables if protected} == set(TABLES)
    unprotected = {name for name, protected in tables if not protected and not name.startswith("procrastinate_")}
    assert unprotected == NOT_THE_BOOKS


@pytest.mark.parametrize("table", TABLES)
def test_not_even_the_owner_removes_a_row(owner: psycopg.Connection[Any], table: str) -> None:
    for statement in removals(table):
        with (
            nothing_happens(owner),
            pytest.raises(errors.RestrictViolation, match=r"is refused: its rows are never removed"),
        ):
            owner.execute(statement.encode())


@pytest.mark.parametrize(("table", "column"), APPEND_ONLY.items())
def test_not_even_the_owner_changes_what_is_written_once(
    owner: psycopg.Connection[Any], table: str, column: str
) -> None:
    for statement in changes(table, column):
        with nothing_happens(owner), pytest.raises(errors.RestrictViolation, match=f"UPDATE of {table} is refused"):
            owner.execute(statement.encode())


def test_not_even_the_owner_changes_by_inserting(owner: psycopg.Connection[Any]) -> None:
    insert = "insert into fx_rate values ('SEK', '2024-01-01', 1) on conflict (currency, on_day) do update set rate = 1"

    with nothing_happens(owner), pytest.raises(errors.RestrictViolation, match="UPDATE of fx_rate is refused"):
        owner.execute(insert)


def test_the_rules_hold_for_a_session_that_replicates(database_clones: Clones, owner: psycopg.Connection[Any]) -> None:
    with database_clones.server.connect_as_superuser(owner.info.dbname) as superuser:
        superuser.execute("set session_replication_role = replica")

        with nothing_happens(owner), pytest.raises(errors.RestrictViolation):
            superuser.execute("delete from accounting_entry")


@pytest.mark.parametrize("table", TABLES)
def test_the_service_has_no_right_to_remove_or_to_hang_rules_on_a_table(
    runtime: psycopg.Connection[Any], table: str
) -> None:
    rights = [
        right
        for right in ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER", "MAINTAIN")
        if runtime.execute("select has_table_privilege(%s, %s)", [table, right]).fetchone() == (True,)
    ]

    in_part = {"revenue_flow", "audit_event", "audit_head", "invoice", "payment"}
    assert rights == (["SELECT"] if table in in_part else ["SELECT", "INSERT"])


@pytest.mark.parametrize("table", TABLES)
def test_the_service_removes_nothing(runtime: psycopg.Connection[Any], table: str) -> None:
    for statement in removals(table):
        with nothing_happens(runtime), pytest.raises(errors.InsufficientPrivilege):
            runtime.execute(statement.encode())


@pytest.mark.parametrize(("table", "column"), [*APPEND_ONLY.items(), ("audit_head", "hash")])
def test_the_service_rewrites_nothing_that_is_written_once(
    runtime: psycopg.Connection[Any], table: str, column: str
) -> None:
    for statement in changes(table, column):
        with nothing_happens(runtime), pytest.raises(errors.InsufficientPrivilege):
            runtime.execute(statement.encode())


REVISIONS = [
    "remove_draft_lines(id)",
    "revise_draft(id, tenant_id, number, ocr, issuer_type, currency, 1, 0, due_on, due_on, null)",
]


@pytest.mark.parametrize("revision", REVISIONS)
def test_the_service_revises_no_invoice_that_is_issued(runtime: psycopg.Connection[Any], revision: str) -> None:
    runtime.execute(
        "insert into invoice_line (invoice_id, ordinal, description, net_cents, vat_cents)"
        " select id, 1, 'Club', 1, 0 from invoice where status <> 'DRAFT' on conflict do nothing"
    )

    with nothing_happens(runtime):
        runtime.execute(f"select {revision} from invoice where status <> 'DRAFT'".encode())


def test_the_service_removes_no_line_by_saying_that_it_revises_drafts(runtime: psycopg.Connection[Any]) -> None:
    runtime.execute("set billing.revises_drafts = 'yes'")

    with nothing_happens(runtime), pytest.raises(errors.InsufficientPrivilege):
        runtime.execute("delete from invoice_line")


FOLLOWING = {
    "invoice": ["paid_cents", "refunded_cents", "outstanding_cents", "status"],
    "payment": [
        "refunded_cents",
        "pending_refund_cents",
        "refunded_at",
        "credited_cents",
        "refundable_cents",
        "status",
    ],
}
LOCKED = {
    "invoice": ["total_cents", "tax_cents", "currency", "tenant_id", "number", "issued_on"],
    "payment": ["amount_cents", "currency", "tenant_id", "invoice_id", "bank_transfer_id", "provider_reference"],
    "refund": ["amount_cents", "surplus_cents", "payment_id", "actor", "reason"],
    "bank_transfer": ["amount_cents", "currency", "booked_on", "deposit_id"],
    "bank_deposit": ["amount_cents"],
    "bank_identity": ["key"],
}


@pytest.mark.parametrize(("table", "column"), [(table, column) for table in FOLLOWING for column in FOLLOWING[table]])
def test_the_service_sets_no_amount_that_follows_from_others(
    runtime: psycopg.Connection[Any], table: str, column: str
) -> None:
    with nothing_happens(runtime):
        for statement in (
            f"update {table} set {column} = default",
            f"insert into {table} ({column}) values (default)",
            f"copy {table} ({column}) from stdin",
        ):
            with pytest.raises((errors.InsufficientPrivilege, errors.InvalidColumnReference)):
                runtime.execute(statement.encode())


@pytest.mark.parametrize(("table", "column"), [(table, column) for table in LOCKED for column in LOCKED[table]])
def test_the_service_changes_no_amount_or_fact_once_it_is_there(
    runtime: psycopg.Connection[Any], table: str, column: str
) -> None:
    with nothing_happens(runtime), pytest.raises(errors.InsufficientPrivilege):
        runtime.execute(f"update {table} set {column} = {column}".encode())


@pytest.mark.parametrize(
    "statement",
    [
        "insert into audit_event values (uuid7(), 6, now(), 'a@b.se', 'x', 'x', uuid7(), null, '{}', '')",
        "copy audit_event from stdin",
        "insert into audit_head values (true, 6, '')",
        "copy audit_head from stdin",
        "select from audit_head for update",
        "select from audit_event for share",
        "do $$ begin lock table audit_head; end $$",
        "alter table audit_event disable trigger all",
        "alter table accounting_entry disable trigger journals_balance_insert",
        "alter table accounting_entry add column note text",
        "drop trigger append_only on audit_event",
        "drop trigger journals_balance_insert on accounting_entry",
        "drop function audit_append",
        "alter function audit_append rename to audit_append_before",
        "alter function audit_hash cost 1",
        "create or replace function refuse_change() returns trigger language plpgsql as 'begin return null; end'",
        "create or replace function audit_append(jsonb) returns bigint language sql as 'select 1'",
        "create function public.audit_append(text) returns bigint language sql as 'select 1'",
        "drop table audit_event",
        "alter table audit_event rename to audit_event_before",
        "create rule quietly as on insert to audit_event do instead nothing",
        "create trigger quietly before insert on accounting_entry for each row execute function suppress_redundant_updates_trigger()",
        "update unmatched_bank_transfer set amount_cents = 1",
        "delete from unmatched_bank_transfer",
        "set session_replication_role = replica",
        "set local session_replication_role = replica",
        "select set_config('session_replication_role', 'replica', false)",
        "alter role billing_app superuser",
        "grant billing_owner to billing_app",
        "set session authorization billing_owner",
        "copy (select 1) to program 'true'",
        "comment on table audit_event is ''",
        "vacuum full audit_event",
    ],
)  # fmt: skip
def test_the_service_finds_no_way_around(runtime: psycopg.Connection[Any], statement: str) -> None:
    notices: list[str] = []
    runtime.add_notice_handler(lambda diagnostic: notices.append(diagnostic.message_primary or ""))

    with nothing_happens(runtime):
        try:
            runtime.execute(statement.encode())
        except errors.InsufficientPrivilege as refused:
            notices.append(str(refused))

    assert "permission denied" in "".join(notices) or "must be owner" in "".join(notices)


@pytest.mark.parametrize("function", ["invoices_follow_payments", "payments_follow_refunds"])
def test_the_service_does_not_lend_itself_the_owners_hand(runtime: psycopg.Connection[Any], function: str) -> None:
    """These functions write as the owner; hung on a table of the service's own, they would do it for what it says."""
    runtime.execute("create temporary table mine (invoice_id uuid, payment_id uuid)")

    with pytest.raises(errors.InsufficientPrivilege, match=f"permission denied for function {function}"):
        runtime.execute(
            "create trigger mine after insert on mine referencing new table as written"
            f" for each statement execute function {function}()".encode()
        )


def test_what_the_service_does_may_be_recorded_and_nothing_else(runtime: psycopg.Connection[Any]) -> None:
    found = runtime.execute(
        "select p.oid::regprocedure::text from pg_proc p where p.pronamespace = 'public'::regnamespace and p.prosecdef"
        " and has_function_privilege(p.oid, 'execute')"
    ).fetchall()

    assert {name.split("(")[0] for (name,) in found} == {"audit_append", "remove_draft_lines", "revise_draft"}
