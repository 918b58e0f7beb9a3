"""The tables of the books: tenants, invoices, payments, transfers, the ledger, the audit trail."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.execute("create extension if not exists pg_trgm")
    op.execute(uuid7())
    op.create_table(
        "accounting_entry",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuid7()"), nullable=False),
        sa.Column("journal_id", sa.Uuid(), nullable=False),
        sa.Column("leg", sa.Integer(), nullable=False),
        sa.Column("book_id", sa.Uuid(), nullable=True),
        sa.Column("tenant_id", sa.Uuid(), nullable=True),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("amount_eur_cents", sa.BigInteger(), nullable=False),
        sa.Column("booked_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("accounting_entry_pkey")),
        sa.UniqueConstraint("journal_id", "leg", name=op.f("accounting_entry_journal_id_leg_key")),
    )
    op.create_index(
        "accounting_entry_tenant_credit_idx",
        "accounting_entry",
        ["tenant_id", "currency"],
        unique=False,
        postgresql_where=sa.text("account = '2420'"),
    )
    op.create_table(
        "audit_event",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuid7()"), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject_type", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("details", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("audit_event_pkey")),
        sa.UniqueConstraint("seq", name=op.f("audit_event_seq_key")),
    )
    op.create_index(op.f("audit_event_actor_idx"), "audit_event", ["actor"], unique=False)
    op.create_index(op.f("audit_event_subject_id_idx"), "audit_event", ["subject_id"], unique=False)
    op.create_table(
        "audit_head",
        sa.Column("single", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.CheckConstraint("single", name=op.f("audit_head_one_row_check")),
        sa.PrimaryKeyConstraint("single", name=op.f("audit_head_pkey")),
    )
    op.create_table(
        "bank_file",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuid7()"), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("format", sa.Text(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("imported_by", sa.Text(), nullable=False),
        sa.Column("transfer_count", sa.Integer(), nullable=False),
        sa.Column("matched_count", sa.Integer(), nullable=False),
        sa.Column("unmatched_count", sa.Integer(), nullable=False),
        sa.Column("warnings", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("bank_file_pkey")),
        sa.UniqueConstraint("sha256", name=op.f("bank_file_sha256_key")),
    )
    op.create_table(
        "bank_identity",
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("provider", "key", name=op.f("bank_identity_pkey")),
    )
    op.create_table(
        "fx_rate",
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("rate", sa.Numeric(precision=18, scale=8), nullable=False),
        sa.CheckConstraint("rate > 0", name=op.f("fx_rate_rate_check")),
        sa.PrimaryKeyConstraint("currency", "on_day", name=op.f("fx_rate_pkey")),
    )
    op.create_table(
        "plan",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuid7()"), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("tier", sa.Integer(), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column(
            "interval",
            sa.Enum(
                "DAY",
                "WEEK",
                "MONTH",
                "YEAR",
                name="known_interval",
                native_enum=False,
                create_constraint=True,
                length=None,
            ),
            nullable=False,
        ),
        sa.Column("interval_count", sa.Integer(), nullable=False),
        sa.Column("vat_rate", sa.Numeric(precision=5, scale=2), nullable=True),
        sa.CheckConstraint("amount_cents >= 0", name=op.f("plan_price_check")),
        sa.CheckConstraint("interval_count between 1 and 1200", name=op.f("plan_intervals_check")),
        sa.PrimaryKeyConstraint("id", name=op.f("plan_pkey")),
        sa.UniqueConstraint("code", name=op.f("plan_code_key")),
    )
    op.create_table(
        "tenant",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuid7()"), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("country", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("created_on", sa.Date(), nullable=False),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("organisation_number", sa.Text(), nullable=True),
        sa.Column("bankgiro", sa.Text(), nullable=True),
        sa.Column("street", sa.Text(), nullable=True),
        sa.Column("post_code", sa.Text(), nullable=True),
        sa.Column("town", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("tenant_pkey")),
        sa.UniqueConstraint("external_id", name=op.f("tenant_external_id_key")),
    )
    op.create_table(
        "bank_deposit",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuid7()"), nullable=False),
        sa.Column("bank_file_id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("payee", sa.Text(), nullable=True),
        sa.Column("account", sa.Text(), nullable=True),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("booked_on", sa.Date(), nullable=False),
        sa.Column("payment_count", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["bank_file_id"], ["bank_file.id"], name=op.f("bank_deposit_bank_file_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("bank_deposit_pkey")),
    )
    op.create_index(op.f("bank_deposit_bank_file_id_idx"), "bank_deposit", ["bank_file_id"], unique=False)
    op.create_table(
        "subscription",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuid7()"), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "TRIALING",
                "ACTIVE",
                "PAST_DUE",
                "PAUSED",
                "CANCELLED",
                name="known_status",
                native_enum=False,
                create_constraint=True,
                length=None,
            ),
            nullable=False,
        ),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("amount_eur_cents", sa.BigInteger(), nullable=False),
        sa.Column("started_on", sa.Date(), nullable=False),
        sa.Column("trial_ends_on", sa.Date(), nullable=True),
        sa.Column("current_period_start", sa.Date(), nullable=False),
        sa.Column("current_period_end", sa.Date(), nullable=False),
        sa.Column("cancelled_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint("current_period_start <= current_period_end", name=op.f("subscription_period_check")),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("subscription_plan_id_fkey")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("subscription_tenant_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("subscription_pkey")),
        sa.UniqueConstraint("external_id", name=op.f("subscription_external_id_key")),
    )
    op.create_index(op.f("subscription_tenant_id_idx"), "subscription", ["tenant_id"], unique=False)
    op.create_table(
        "bank_transfer",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuid7()"), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("bank_file_id", sa.Uuid(), nullable=False),
        sa.Column("deposit_id", sa.Uuid(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "MATCHED",
                "UNMATCHED",
                "ASSIGNED",
                "IGNORED",
                "RETURNED",
                name="known_status",
                native_enum=False,
                create_constraint=True,
                length=None,
            ),
            nullable=False,
        ),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("booked_on", sa.Date(), nullable=False),
        sa.Column("ocr_text", sa.Text(), nullable=True),
        sa.Column("message", sa.Text(), nullable=True),
        sa.Column("refs", postgresql.JSONB(), nullable=False),
        sa.Column("counterparty_name", sa.Text(), nullable=True),
        sa.Column("counterparty_account", sa.Text(), nullable=True),
        sa.Column("bank_reference", sa.Text(), nullable=True),
        sa.Column("ignored_reason", sa.Text(), nullable=True),
        sa.CheckConstraint("amount_cents <> 0", name=op.f("bank_transfer_amount_check")),
        sa.ForeignKeyConstraint(["bank_file_id"], ["bank_file.id"], name=op.f("bank_transfer_bank_file_id_fkey")),
        sa.ForeignKeyConstraint(["deposit_id"], ["bank_deposit.id"], name=op.f("bank_transfer_deposit_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("bank_transfer_pkey")),
    )
    op.create_index(op.f("bank_transfer_bank_file_id_idx"), "bank_transfer", ["bank_file_id"], unique=False)
    op.create_index("bank_transfer_counterparty_account_idx", "bank_transfer", ["counterparty_account"], unique=False)
    op.create_index(op.f("bank_transfer_deposit_id_idx"), "bank_transfer", ["deposit_id"], unique=False)
    op.create_index(
        "bank_transfer_inbox_idx",
        "bank_transfer",
        ["booked_on", "id"],
        unique=False,
        postgresql_where=sa.text("status = 'UNMATCHED'"),
    )
    op.create_table(
        "invoice",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuid7()"), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=True),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("ocr", sa.Text(), nullable=True),
        sa.Column(
            "issuer_type",
            sa.Enum(
                "PLATFORM", "TENANT", name="known_issuer_type", native_enum=False, create_constraint=True, length=None
            ),
            nullable=False,
        ),
        sa.Column("customer_name", sa.Text(), nullable=False),
        sa.Column("customer_account", sa.Text(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("total_cents", sa.BigInteger(), nullable=False),
        sa.Column("tax_cents", sa.BigInteger(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("subscription_id", sa.Uuid(), nullable=True),
        sa.Column(
            "declared_status",
            sa.Enum(
                "DRAFT",
                "VOID",
                "UNCOLLECTIBLE",
                name="known_declared_status",
                native_enum=False,
                create_constraint=True,
                length=None,
            ),
            nullable=True,
        ),
        sa.Column("paid_cents", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("refunded_cents", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column(
            "outstanding_cents",
            sa.BigInteger(),
            sa.Computed("case when declared_status is null then total_cents - paid_cents else 0 end", persisted=True),
            nullable=False,
        ),
        sa.Column(
            "status",
            sa.Text(),
            sa.Computed(
                "\n    case when declared_status is not null then declared_status\n         when paid_cents > 0 and refunded_cents = paid_cents then 'REFUNDED'\n         when refunded_cents > 0 then 'PARTIALLY_REFUNDED'\n         when paid_cents = total_cents then 'PAID'\n         when paid_cents > 0 then 'PARTIALLY_PAID'\n         else 'OPEN' end",
                persisted=True,
            ),
            nullable=False,
        ),
        sa.CheckConstraint("paid_cents between 0 and total_cents", name=op.f("invoice_never_overpaid_check")),
        sa.CheckConstraint("refunded_cents between 0 and paid_cents", name=op.f("invoice_never_overrefunded_check")),
        sa.CheckConstraint(
            "total_cents >= 0 and tax_cents between 0 and total_cents", name=op.f("invoice_amounts_check")
        ),
        sa.ForeignKeyConstraint(["subscription_id"], ["subscription.id"], name=op.f("invoice_subscription_id_fkey")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("invoice_tenant_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("invoice_pkey")),
        sa.UniqueConstraint("external_id", name=op.f("invoice_external_id_key")),
        sa.UniqueConstraint(
            "tenant_id", "issuer_type", "number", name=op.f("invoice_tenant_id_issuer_type_number_key")
        ),
    )
    op.create_index(op.f("invoice_number_idx"), "invoice", ["number"], unique=False)
    op.create_index(
        "invoice_open_amount_idx",
        "invoice",
        ["outstanding_cents", "currency", "due_on"],
        unique=False,
        postgresql_where=sa.text("outstanding_cents > 0"),
    )
    op.create_index(
        "invoice_open_number_idx",
        "invoice",
        ["number"],
        unique=False,
        postgresql_where=sa.text("outstanding_cents > 0"),
    )
    op.create_index(
        "invoice_open_ocr_idx", "invoice", ["ocr"], unique=False, postgresql_where=sa.text("outstanding_cents > 0")
    )
    op.create_table(
        "plan_history",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuid7()"), nullable=False),
        sa.Column("subscription_id", sa.Uuid(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "STARTED",
                "TRIAL_EXTENDED",
                "TRIAL_ENDED",
                "PLAN_CHANGE_SCHEDULED",
                "PLAN_CHANGED",
                "PAUSED",
                "RESUMED",
                "CANCEL_SCHEDULED",
                "CANCELLED",
                "SCHEDULE_REVOKED",
                "REACTIVATED",
                "PAST_DUE",
                "RECOVERED",
                name="known_kind",
                native_enum=False,
                create_constraint=True,
                length=None,
            ),
            nullable=False,
        ),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("amount_eur_cents", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("plan_history_plan_id_fkey")),
        sa.ForeignKeyConstraint(
            ["subscription_id"], ["subscription.id"], name=op.f("plan_history_subscription_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("plan_history_pkey")),
        sa.UniqueConstraint("subscription_id", "ordinal", name=op.f("plan_history_subscription_id_ordinal_key")),
    )
    op.create_table(
        "subscription_cancellation",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuid7()"), nullable=False),
        sa.Column("subscription_id", sa.Uuid(), nullable=False),
        sa.Column("requested_on", sa.Date(), nullable=True),
        sa.Column("cancelled_on", sa.Date(), nullable=False),
        sa.Column(
            "mode",
            sa.Enum("NOW", "PERIOD_END", name="known_mode", native_enum=False, create_constraint=True, length=None),
            nullable=False,
        ),
        sa.Column(
            "reason",
            sa.Enum(
                "TOO_EXPENSIVE",
                "MISSING_FEATURES",
                "SWITCHED_SERVICE",
                "UNUSED",
                "CUSTOMER_SERVICE",
                "LOW_QUALITY",
                "TOO_COMPLEX",
                "PAYMENT_FAILED",
                "CLOSED_DOWN",
                "OTHER",
                name="known_reason",
                native_enum=False,
                create_constraint=True,
                length=None,
            ),
            nullable=False,
        ),
        sa.Column("amount_eur_cents", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["subscription_id"], ["subscription.id"], name=op.f("subscription_cancellation_subscription_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("subscription_cancellation_pkey")),
        sa.UniqueConstraint(
            "subscription_id", "cancelled_on", name=op.f("subscription_cancellation_subscription_id_cancelled_on_key")
        ),
    )
    op.create_table(
        "invoice_line",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuid7()"), nullable=False),
        sa.Column("invoice_id", sa.Uuid(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("net_cents", sa.BigInteger(), nullable=False),
        sa.Column("vat_rate", sa.Numeric(precision=5, scale=2), nullable=True),
        sa.Column("vat_cents", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoice.id"], name=op.f("invoice_line_invoice_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("invoice_line_pkey")),
        sa.UniqueConstraint("invoice_id", "ordinal", name=op.f("invoice_line_invoice_id_ordinal_key")),
    )
    op.create_table(
        "payment",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuid7()"), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=True),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("invoice_id", sa.Uuid(), nullable=True),
        sa.Column("bank_transfer_id", sa.Uuid(), nullable=True),
        sa.Column(
            "method",
            sa.Enum(
                "CARD",
                "BANKGIRO",
                "BANK_TRANSFER",
                "SWISH",
                "SEPA_DEBIT",
                "OTHER",
                name="known_method",
                native_enum=False,
                create_constraint=True,
                length=None,
            ),
            nullable=False,
        ),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("provider_reference", sa.Text(), nullable=True),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("allocated_cents", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("fee_cents", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("paid_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(
                "PENDING",
                "SUCCEEDED",
                "FAILED",
                name="known_outcome",
                native_enum=False,
                create_constraint=True,
                length=None,
            ),
            nullable=False,
        ),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("refunded_cents", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("pending_refund_cents", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("refunded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "credited_cents",
            sa.BigInteger(),
            sa.Computed(
                "case when outcome = 'SUCCEEDED' then amount_cents - allocated_cents else 0 end", persisted=True
            ),
            nullable=False,
        ),
        sa.Column(
            "refundable_cents",
            sa.BigInteger(),
            sa.Computed(
                "case when outcome = 'SUCCEEDED' then amount_cents - refunded_cents - pending_refund_cents else 0 end",
                persisted=True,
            ),
            nullable=False,
        ),
        sa.Column(
            "status",
            sa.Text(),
            sa.Computed(
                "\n    case when outcome <> 'SUCCEEDED' then outcome\n         when refunded_cents = amount_cents then 'REFUNDED'\n         when refunded_cents > 0 then 'PARTIALLY_REFUNDED'\n         else 'SUCCEEDED' end",
                persisted=True,
            ),
            nullable=False,
        ),
        sa.CheckConstraint(
            "outcome = 'SUCCEEDED' or allocated_cents = 0", name=op.f("payment_only_success_pays_check")
        ),
        sa.CheckConstraint("allocated_cents between 0 and amount_cents", name=op.f("payment_allocation_check")),
        sa.CheckConstraint("amount_cents > 0 and fee_cents >= 0", name=op.f("payment_amounts_check")),
        sa.CheckConstraint(
            "invoice_id is not null or allocated_cents = 0", name=op.f("payment_only_invoices_are_paid_check")
        ),
        sa.CheckConstraint(
            "refunded_cents + pending_refund_cents <= amount_cents", name=op.f("payment_never_overrefunded_check")
        ),
        sa.CheckConstraint("refunded_cents >= 0 and pending_refund_cents >= 0", name=op.f("payment_refunds_check")),
        sa.ForeignKeyConstraint(["bank_transfer_id"], ["bank_transfer.id"], name=op.f("payment_bank_transfer_id_fkey")),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoice.id"], name=op.f("payment_invoice_id_fkey")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("payment_tenant_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("payment_pkey")),
        sa.UniqueConstraint("external_id", name=op.f("payment_external_id_key")),
    )
    op.create_index(
        "payment_bank_transfer_id_idx",
        "payment",
        ["bank_transfer_id"],
        unique=False,
        postgresql_where=sa.text("bank_transfer_id is not null"),
    )
    op.create_index(
        "payment_invoice_id_idx",
        "payment",
        ["invoice_id"],
        unique=False,
        postgresql_where=sa.text("invoice_id is not null"),
    )
    op.create_index(
        "payment_provider_reference_key",
        "payment",
        ["provider", "provider_reference"],
        unique=True,
        postgresql_where=sa.text("bank_transfer_id is null and provider_reference is not null"),
    )
    op.create_table(
        "refund",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuid7()"), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=True),
        sa.Column("payment_id", sa.Uuid(), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("surplus_cents", sa.BigInteger(), nullable=False),
        sa.Column("tax_cents", sa.BigInteger(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "PENDING",
                "SUCCEEDED",
                "FAILED",
                name="known_status",
                native_enum=False,
                create_constraint=True,
                length=None,
            ),
            nullable=False,
        ),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("provider_reference", sa.Text(), nullable=True),
        sa.Column("credit_note", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("amount_cents > 0", name=op.f("refund_amount_check")),
        sa.CheckConstraint(
            "surplus_cents between 0 and amount_cents and tax_cents between 0 and amount_cents - surplus_cents",
            name=op.f("refund_parts_check"),
        ),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.id"], name=op.f("refund_payment_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("refund_pkey")),
        sa.UniqueConstraint("external_id", name=op.f("refund_external_id_key")),
    )
    op.create_index(op.f("refund_payment_id_idx"), "refund", ["payment_id"], unique=False)
    op.create_table(
        "journal",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuid7()"), nullable=False),
        sa.Column("book_id", sa.Uuid(), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "INVOICE",
                "VOID",
                "WRITE_OFF",
                "RECEIPT",
                "DEBIT",
                "MATCH",
                "CHARGE",
                "CREDIT_APPLIED",
                "REFUND",
                "COST",
                "OPENING_BALANCE",
                "REVERSAL",
                name="known_kind",
                native_enum=False,
                create_constraint=True,
                length=None,
            ),
            nullable=False,
        ),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("leg_count", sa.Integer(), nullable=False),
        sa.Column("occurred_on", sa.Date(), nullable=False),
        sa.Column("booked_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=True),
        sa.Column("invoice_id", sa.Uuid(), nullable=True),
        sa.Column("payment_id", sa.Uuid(), nullable=True),
        sa.Column("refund_id", sa.Uuid(), nullable=True),
        sa.Column("bank_transfer_id", sa.Uuid(), nullable=True),
        sa.Column("provider", sa.Text(), nullable=True),
        sa.Column("provider_reference", sa.Text(), nullable=True),
        sa.Column("reverses_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("leg_count >= 2", name=op.f("journal_legs_check")),
        sa.ForeignKeyConstraint(["bank_transfer_id"], ["bank_transfer.id"], name=op.f("journal_bank_transfer_id_fkey")),
        sa.ForeignKeyConstraint(["book_id"], ["tenant.id"], name=op.f("journal_book_id_fkey")),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoice.id"], name=op.f("journal_invoice_id_fkey")),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.id"], name=op.f("journal_payment_id_fkey")),
        sa.ForeignKeyConstraint(["refund_id"], ["refund.id"], name=op.f("journal_refund_id_fkey")),
        sa.ForeignKeyConstraint(["reverses_id"], ["journal.id"], name=op.f("journal_reverses_id_fkey")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("journal_tenant_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("journal_pkey")),
        sa.UniqueConstraint(
            "subject_id",
            "kind",
            "book_id",
            name=op.f("journal_subject_id_kind_book_id_key"),
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_index(
        "journal_bank_transfer_id_idx",
        "journal",
        ["bank_transfer_id"],
        unique=False,
        postgresql_where=sa.text("bank_transfer_id is not null"),
    )
    op.create_index(
        "journal_invoice_id_idx",
        "journal",
        ["invoice_id"],
        unique=False,
        postgresql_where=sa.text("invoice_id is not null"),
    )
    op.create_index(
        "journal_payment_id_idx",
        "journal",
        ["payment_id"],
        unique=False,
        postgresql_where=sa.text("payment_id is not null"),
    )
    op.create_index(
        "journal_reverses_id_key",
        "journal",
        ["reverses_id"],
        unique=True,
        postgresql_where=sa.text("reverses_id is not null"),
    )
    op.create_index("bank_transfer_counterparty_name_idx", "bank_transfer", [sa.text("lower(counterparty_name)")])
    op.execute("create view unmatched_bank_transfer as select * from bank_transfer where status = 'UNMATCHED'")


def uuid7() -> str:
    """PostgreSQL 18 makes UUIDv7 itself; before, a random one gets the milliseconds and the version written over it."""
    version = op.get_bind().execute(sa.text("select current_setting('server_version_num')::int")).scalar_one()
    made = "uuidv7()" if version >= VERSION_18 else OWN_UUID7
    return f"create function uuid7() returns uuid language sql volatile parallel safe as $$ select {made} $$"


VERSION_18 = 180000
OWN_UUID7 = """encode(set_bit(set_bit(overlay(uuid_send(gen_random_uuid())
    placing substring(int8send((extract(epoch from clock_timestamp()) * 1000)::bigint) from 3)
    from 1 for 6), 52, 1), 53, 1), 'hex')::uuid"""
