"""What the database itself refuses: unbalanced journals, rewritten history. And what it keeps in step: amounts paid."""

from alembic import op

revision = "0002"
down_revision = "0001"

APPEND_ONLY = ("journal", "accounting_entry", "plan_history", "subscription_cancellation", "fx_rate")
NEVER_DELETED = ("tenant", "plan", "subscription", "invoice", "invoice_line", "payment", "refund", "bank_file",
                 "bank_deposit", "bank_identity", "bank_transfer")  # fmt: skip

REFUSE_CHANGE = """
create function refuse_change() returns trigger language plpgsql as $$
begin
    raise exception '% of % is refused: its rows are never %; correct them with a new one.',
        tg_op, tg_table_name, case tg_op when 'UPDATE' then 'changed' else 'removed' end
        using errcode = 'restrict_violation';
end $$"""

BALANCED = """
create function journals_balance() returns trigger language plpgsql set search_path = public, pg_temp as $$
declare broken record;
begin
    select w.journal_id, count(*) as legs, j.leg_count, sum(w.amount_cents) as residue,
           sum(w.amount_eur_cents) as residue_eur
      into broken
      from written w left join journal j on j.id = w.journal_id
     group by w.journal_id, j.leg_count
    having j.leg_count is null or count(*) <> j.leg_count or min(w.leg) <> 1 or max(w.leg) <> j.leg_count
        or sum(w.amount_cents) <> 0 or sum(w.amount_eur_cents) <> 0
        or not bool_and(w.currency = j.currency and w.booked_on = j.booked_on
                        and w.book_id is not distinct from j.book_id
                        and w.tenant_id is not distinct from j.tenant_id)
     limit 1;
    if found then
        raise exception 'journal %: its % legs (of %) sum to % (EUR %) or do not agree with it; nothing was written.',
            broken.journal_id, broken.legs, broken.leg_count, broken.residue, broken.residue_eur
            using errcode = 'check_violation';
    end if;
    return null;
end $$"""

# Rows are locked before they are summed up: the sum is then taken after everybody else who changed it has committed.
INVOICES_FOLLOW_PAYMENTS = """
create function invoices_follow_payments() returns trigger language plpgsql
    security definer set search_path = public, pg_temp as $$
begin
    perform from invoice where id in (select invoice_id from written) order by id for no key update;
    update invoice i set paid_cents = p.paid
      from (select t.invoice_id, coalesce(sum(q.allocated_cents), 0) as paid
              from (select distinct invoice_id from written where invoice_id is not null) t
              left join payment q on q.invoice_id = t.invoice_id
             group by t.invoice_id) p
     where i.id = p.invoice_id and i.paid_cents <> p.paid;
    return null;
end $$"""

PAYMENTS_FOLLOW_REFUNDS = """
create function payments_follow_refunds() returns trigger language plpgsql
    security definer set search_path = public, pg_temp as $$
begin
    perform from payment where id in (select payment_id from written) order by id for no key update;
    update payment p set refunded_cents = r.refunded, pending_refund_cents = r.pending, refunded_at = r.refunded_at
      from (select t.payment_id,
                   coalesce(sum(q.amount_cents) filter (where q.status = 'SUCCEEDED'), 0) as refunded,
                   coalesce(sum(q.amount_cents) filter (where q.status = 'PENDING'), 0) as pending,
                   max(q.settled_at) filter (where q.status = 'SUCCEEDED') as refunded_at
              from (select distinct payment_id from written) t
              join refund q on q.payment_id = t.payment_id
             group by t.payment_id) r
     where p.id = r.payment_id;
    -- the payments' own trigger has locked their invoices by now
    update invoice i set refunded_cents = r.refunded
      from (select p.invoice_id, coalesce(sum(q.amount_cents - q.surplus_cents)
                                          filter (where q.status = 'SUCCEEDED'), 0) as refunded
              from (select distinct p.invoice_id from written w join payment p on p.id = w.payment_id) t
              join payment p on p.invoice_id = t.invoice_id
              join refund q on q.payment_id = p.id
             group by p.invoice_id) r
     where i.id = r.invoice_id and i.refunded_cents <> r.refunded;
    return null;
end $$"""


def after(event: str, table: str, function: str) -> None:
    """Run `function` once a statement, over the rows it wrote."""
    op.execute(
        f"create trigger {function}_{event} after {event} on {table} referencing new table as written "
        f"for each statement execute function {function}()"
    )


def upgrade() -> None:
    for function in (REFUSE_CHANGE, BALANCED, INVOICES_FOLLOW_PAYMENTS, PAYMENTS_FOLLOW_REFUNDS):
        op.execute(function)
    for table in APPEND_ONLY:
        refuse("update or delete or truncate", table)
    for table in NEVER_DELETED:
        refuse("delete or truncate", table)
    after("insert", "accounting_entry", "journals_balance")
    op.execute("alter table accounting_entry enable always trigger journals_balance_insert")
    for event in ("insert", "update"):
        after(event, "payment", "invoices_follow_payments")
        after(event, "refund", "payments_follow_refunds")
    for function in ("invoices_follow_payments", "payments_follow_refunds"):
        op.execute(f"revoke execute on function {function} from public")  # nobody hangs them on a table of their own


def refuse(events: str, table: str) -> None:
    op.execute(
        f"create trigger append_only before {events} on {table} for each statement execute function refuse_change()"
    )
    op.execute(f"alter table {table} enable always trigger append_only")
