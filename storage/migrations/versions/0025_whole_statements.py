"""Statements of a hundred thousand rows. What their rows refer to is looked up for all of them: with a limit of one the planner
hoped to find a missing row at once, and looked up each by itself. Invoices are locked without carrying their payments along,
and changed in the order of their ids, which is mostly the one in which they lie."""

from importlib import import_module

from alembic import op

revision = "0025"
down_revision = "0024"

RULES = import_module("storage.migrations.versions.0002_ledger_rules")
REFERENCES = import_module("storage.migrations.versions.0019_references")
PROVEN = import_module("storage.migrations.versions.0021_references_proven")

WHOLE = {" limit 1'": "'"}
IN_ORDER = {
    "(select invoice_id from written)": "(select distinct invoice_id from written)",
    "group by t.invoice_id)": "group by t.invoice_id order by t.invoice_id)",
}
CHANGES = {
    REFERENCES.REFER_TO_WHAT_IS: WHOLE,
    PROVEN.PROVE_REFERENCES: WHOLE,
    RULES.INVOICES_FOLLOW_PAYMENTS: IN_ORDER,
}


def upgrade() -> None:
    for function, changes in CHANGES.items():
        changed = function.replace("create function", "create or replace function")
        for before, after in changes.items():
            assert before in changed, f"there is no {before}"
            changed = changed.replace(before, after)
        op.execute(changed)
