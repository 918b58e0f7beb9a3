"""VAT that is given back when the rest of a paid period becomes credit is no VAT of what was collected any more: it counts
again when the credit pays an invoice."""

from importlib import import_module

from alembic import op

revision = "0026"
down_revision = "0025"

KEPT = import_module("storage.migrations.versions.0015_revenue_days")
COUNTRIES = import_module("storage.migrations.versions.0022_sums_a_country")
BY_DATE = import_module("storage.migrations.versions.0024_by_date")

CHANGES = {
    "round(f.allocated::numeric * i.tax_cents / i.total_cents) else 0 end,": (
        "round(f.allocated::numeric * i.tax_cents / i.total_cents) else 0 end - f.vat_given_back,"
    ),
    "as platform_fees\n": """as platform_fees,
                   coalesce(sum(w.amount_eur_cents) filter (
                       where w.book_id is null and k.kind = 'PRORATION_CREDIT' and w.account like '26%'), 0) as vat_given_back,
                   j.subject_id
""",
    "'DISPUTE', 'FEE')": "'DISPUTE', 'FEE', 'PRORATION_CREDIT')",
    "j.invoice_id, p.invoice_id) f": "j.invoice_id, p.invoice_id, j.subject_id) f",
    "on s.id = i.subscription_id": """on s.id = coalesce(i.subscription_id, case when f.vat_given_back <> 0 then (
           select h.subscription_id from plan_history h where h.id = f.subject_id) end)""",
    "or f.platform_fees <> 0": "or f.platform_fees <> 0 or f.vat_given_back <> 0",
}
CREDITS = """(
    select e.* from accounting_entry e join journal c on c.id = e.journal_id where c.kind = 'PRORATION_CREDIT')"""


def changed(flows: str) -> str:
    for before, after in CHANGES.items():
        assert flows.count(before) == 1, f"there is no {before}"
        flows = flows.replace(before, after)
    return flows


FLOWS = changed(KEPT.FLOWS)


def upgrade() -> None:
    COUNTRIES.follow("revenue_follows_entries", (FLOWS, KEPT.BOOK_DAYS))
    COUNTRIES.make_anew(BY_DATE.REVENUE_SUMS, flows=FLOWS)
    op.execute(FLOWS.format(source=CREDITS))
