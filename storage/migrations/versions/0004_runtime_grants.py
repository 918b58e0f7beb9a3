"""What the running service may do. It cannot change or remove a journal, an audit event or a history row, nor set an
amount that follows from others."""

from alembic import op

revision = "0004"
down_revision = "0003"

RUNTIME = "billing_runtime"

INSERTED = (
    "tenant", "plan", "subscription", "plan_history", "subscription_cancellation", "invoice_line", "refund", "bank_file",
    "bank_deposit", "bank_identity", "bank_transfer", "journal", "accounting_entry", "fx_rate",
)  # fmt: skip
INSERTED_IN_PART = {
    "invoice": "id, external_id, tenant_id, number, ocr, issuer_type, customer_name, customer_account, currency, "
    "total_cents, tax_cents, issued_on, due_on, subscription_id, declared_status",
    "payment": "id, external_id, tenant_id, invoice_id, bank_transfer_id, method, provider, provider_reference, "
    "amount_cents, allocated_cents, fee_cents, currency, paid_at, outcome, undone_at",
}
UPDATED = {
    "tenant": "name, email, language, organisation_number, bankgiro, street, post_code, town",
    "plan": "name, tier",
    "subscription": "plan_id, status, amount_cents, amount_eur_cents, trial_ends_on, current_period_start, "
    "current_period_end, cancelled_on, version",
    "invoice": "customer_name, customer_account, declared_status",
    "payment": "allocated_cents, outcome, undone_at",
    "refund": "status, provider_reference, credit_note, settled_at",
    "bank_transfer": "status, ignored_reason",
}


def upgrade() -> None:
    op.execute(f"grant usage on schema public to {RUNTIME}")
    op.execute(f"grant select on all tables in schema public to {RUNTIME}")
    for table in INSERTED:
        op.execute(f"grant insert on {table} to {RUNTIME}")
    for table, columns in INSERTED_IN_PART.items():
        op.execute(f"grant insert ({columns}) on {table} to {RUNTIME}")
    for table, columns in UPDATED.items():
        op.execute(f"grant update ({columns}) on {table} to {RUNTIME}")
    op.execute("revoke execute on function audit_append from public")
    op.execute(f"grant execute on function audit_append to {RUNTIME}")
