"""What invoices are searched by stands apart from them: being paid leaves it as it is."""

from alembic import op

revision = "0029"
down_revision = "0028"

RUNTIME = "billing_runtime"

TABLE = """
create table invoice_words (
    invoice_id uuid constraint invoice_words_pkey primary key,
    number text not null,
    ocr text,
    customer_name text not null)"""
INDEX = """
create index invoice_words_searched_idx on invoice_words
    using gin (number gin_trgm_ops, ocr gin_trgm_ops, customer_name gin_trgm_ops)"""
# Planned anew each time: a plan made for a few rows would be kept for the session, and serve a million badly.
WORDS_FOLLOW = """
create function invoice_words_follow() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
    if TG_OP = 'INSERT' then
        execute 'insert into invoice_words select id, number, ocr, customer_name from written order by id';
    else
        update invoice_words set number = new.number, ocr = new.ocr, customer_name = new.customer_name
         where invoice_id = new.id;
    end if;
    return null;
end $$"""
TRIGGERS = {
    "invoice_words_follow_insert": "after insert on invoice referencing new table as written for each statement",
    "invoice_words_follow_update": "after update of number, ocr, customer_name on invoice for each row "
    "when ((old.number, old.ocr, old.customer_name) is distinct from (new.number, new.ocr, new.customer_name))",
}


def upgrade() -> None:
    op.execute(TABLE)
    op.execute("insert into invoice_words select id, number, ocr, customer_name from invoice order by id")
    op.execute(INDEX)
    op.execute("drop index invoice_searched_idx")
    op.execute(WORDS_FOLLOW)
    op.execute("revoke execute on function invoice_words_follow from public")
    for name, event in TRIGGERS.items():
        op.execute(f"create trigger {name} {event} execute function invoice_words_follow()")
        op.execute(f"alter table invoice enable always trigger {name}")
    op.execute(f"grant select on invoice_words to {RUNTIME}")
