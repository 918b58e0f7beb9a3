"""Every order of a list has its index, which ends with the id; searches have trigrams."""

from alembic import op

revision = "0008"
down_revision = "0007"

ORDERS = {
    "tenant": ("name",),
    "subscription": ("started_on",),
    "invoice": (
        "issued_on", "due_on", "total_cents", "outstanding_cents", "number", "status, issued_on", "tenant_id, issued_on",
    ),
    "payment": ("paid_at", "amount_cents", "status, paid_at", "tenant_id, paid_at"),
    "bank_transfer": ("status, booked_on",),
    "accounting_entry": ("booked_on", "account, booked_on"),
}  # fmt: skip
SEARCHED = {
    "tenant": ("name",),
    "invoice": ("number", "ocr", "customer_name"),
    "payment": ("provider_reference",),
}


def upgrade() -> None:
    op.execute("drop index bank_transfer_inbox_idx")
    op.execute("drop index invoice_number_idx")
    for table, orders in ORDERS.items():
        for columns in orders:
            name = "_".join((table, *columns.split(", "), "id", "idx"))
            op.execute(f"create index {name} on {table} ({columns}, id)")
    for table, texts in SEARCHED.items():
        searched = ", ".join(f"{column} gin_trgm_ops" for column in texts)
        op.execute(f"create index {table}_searched_idx on {table} using gin ({searched})")
