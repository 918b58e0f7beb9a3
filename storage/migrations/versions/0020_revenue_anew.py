"""The sums of revenue made anew from the books: what a large load asks for once, where it has set their triggers aside."""

from importlib import import_module

from alembic import op

revision = "0020"
down_revision = "0019"

KEPT = import_module("storage.migrations.versions.0015_revenue_days")
UNSEEN = """(
    select e.* from accounting_entry e
     where not exists (select from revenue_flow seen where seen.journal_id = e.journal_id))"""


def upgrade() -> None:
    sums = (
        "delete from book_day",
        KEPT.BOOK_DAYS.format(source="accounting_entry"),
        KEPT.FLOWS.format(source=UNSEEN),
        "delete from revenue_day",
        KEPT.DAYS.format(source="revenue_flow"),
        "delete from revenue_month",
        KEPT.MONTHS.format(source="revenue_flow"),
    )
    op.execute(
        "create function make_revenue_anew() returns void language plpgsql set search_path = public, pg_temp as $$ begin"
        f" {'; '.join(sums)}; end $$"
    )
    op.execute("revoke execute on function make_revenue_anew from public")
