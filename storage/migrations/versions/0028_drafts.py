"""A draft may change until it is issued: nothing of it is booked. The service may say what it is by now, and take away its
lines to write others; no invoice that is issued is touched by either."""

from alembic import op

revision = "0028"
down_revision = "0027"

RUNTIME = "billing_runtime"

REVISE_DRAFT = """
create function revise_draft(uuid, uuid, text, text, text, text, bigint, bigint, date, date, uuid) returns void
    language sql security definer set search_path = public, pg_temp as $$
    update invoice
       set tenant_id = $2, number = $3, ocr = $4, issuer_type = $5, currency = $6, total_cents = $7, tax_cents = $8,
           issued_on = $9, due_on = $10, subscription_id = $11
     where id = $1 and declared_status = 'DRAFT'
$$"""

REMOVE_DRAFT_LINES = """
create function remove_draft_lines(draft uuid) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    perform set_config('billing.revises_drafts', 'yes', true);
    delete from invoice_line
     where invoice_id = (select id from invoice where id = draft and declared_status = 'DRAFT' for update);
    perform set_config('billing.revises_drafts', 'no', true);
end $$"""

NOT_REMOVED = """
create trigger append_only before delete or truncate on invoice_line for each statement
    when (current_setting('billing.revises_drafts', true) is distinct from 'yes') execute function refuse_change()"""


def upgrade() -> None:
    op.execute("drop trigger append_only on invoice_line")
    op.execute(NOT_REMOVED)
    op.execute("alter table invoice_line enable always trigger append_only")
    for function in (REVISE_DRAFT, REMOVE_DRAFT_LINES):
        op.execute(function)
    for name in ("revise_draft", "remove_draft_lines"):
        op.execute(f"revoke execute on function {name} from public")
        op.execute(f"grant execute on function {name} to {RUNTIME}")
