"""Months that are closed: nothing is booked into them any more. And the key that export links are signed with."""

from alembic import op

revision = "0016"
down_revision = "0015"

RUNTIME = "billing_runtime"

CLOSED_MONTH = """
create table closed_month (
    month date primary key,
    closed_at timestamptz not null,
    closed_by text not null,
    reason text not null,
    drift_accepted boolean not null,
    journal_count bigint not null,
    audit_seq bigint not null,
    audit_hash text not null,
    recorded_at timestamptz not null default now(),
    constraint closed_month_first_day_check check (extract(day from month) = 1))"""

# Whoever books holds the lock shared until its transaction ends; closing takes it alone. So a month is closed either before
# a journal is judged here or after the journal is in the books.
NOTHING_IN_CLOSED_MONTHS = """
create function closed_months_stay_closed() returns trigger language plpgsql set search_path = public, pg_temp as $$
declare late record;
begin
    perform pg_advisory_xact_lock_shared(hashtext('closed_month'));
    select w.id, w.booked_on into late
      from written w where w.booked_on < (select max(month) + interval '1 month' from closed_month)
     limit 1;
    if found then
        raise exception 'journal % is booked on %, in a month that is closed; nothing was written.', late.id, late.booked_on
            using errcode = 'restrict_violation';
    end if;
    return null;
end $$"""


def upgrade() -> None:
    op.execute(CLOSED_MONTH)
    op.execute(NOTHING_IN_CLOSED_MONTHS)
    op.execute(
        "create trigger closed_months_stay_closed_insert after insert on journal referencing new table as written "
        "for each statement execute function closed_months_stay_closed()"
    )
    op.execute("alter table journal enable always trigger closed_months_stay_closed_insert")
    op.execute(
        "create trigger append_only before update or delete or truncate on closed_month"
        " for each statement execute function refuse_change()"
    )
    op.execute("alter table closed_month enable always trigger append_only")
    op.execute(f"grant select, insert on closed_month to {RUNTIME}")
    op.execute(
        "insert into signing_key (purpose, key) values ('export_link', sha256(uuid_send(gen_random_uuid())"
        " || uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())))"
    )
