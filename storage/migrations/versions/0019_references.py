"""Whom journals, payments and transfers refer to is looked up once a statement, for all its rows: bank files bring them by
the hundred thousand, and a foreign key looks up each row by itself.

It is as strong as a foreign key: what is referred to is never deleted, and what refers never comes to refer to another.
"""

from alembic import op

revision = "0019"
down_revision = "0018"

REFERENCES = {
    "journal": (
        "book_id tenant", "tenant_id tenant", "invoice_id invoice", "payment_id payment", "refund_id refund",
        "bank_transfer_id bank_transfer", "reverses_id journal",
    ),
    "payment": ("tenant_id tenant", "invoice_id invoice", "bank_transfer_id bank_transfer"),
    "bank_transfer": ("bank_file_id bank_file", "deposit_id bank_deposit"),
}  # fmt: skip

# Planned anew each time: a plan made for one row would serve a hundred thousand badly.
REFER_TO_WHAT_IS = """
create function refer_to_what_is() returns trigger language plpgsql set search_path = public, pg_temp as $$
declare
    reference text;
    named text;
    target text;
    missing uuid;
begin
    foreach reference in array tg_argv loop
        named := split_part(reference, ' ', 1);
        target := split_part(reference, ' ', 2);
        execute format('select w.%1$I from written w where w.%1$I is not null
                           and not exists (select from %2$I t where t.id = w.%1$I) limit 1', named, target)
           into missing;
        if missing is not null then
            raise exception 'the % % of a new % is no row of %; nothing was written.',
                named, missing, tg_table_name, target
                using errcode = 'foreign_key_violation', table = tg_table_name, column = named;
        end if;
    end loop;
    return null;
end $$"""


def upgrade() -> None:
    op.execute(REFER_TO_WHAT_IS)
    for table, references in REFERENCES.items():
        for reference in references:
            op.drop_constraint(f"{table}_{reference.split()[0]}_fkey", table)
        arguments = ", ".join(f"'{reference}'" for reference in references)
        op.execute(
            f"create trigger refer_to_what_is after insert on {table} referencing new table as written "
            f"for each statement execute function refer_to_what_is({arguments})"
        )
        op.execute(f"alter table {table} enable always trigger refer_to_what_is")
