"""The audit trail writes itself: one function appends, hashes and moves the head; nothing else may touch the tables."""

from alembic import op

revision = "0003"
down_revision = "0002"

# What the hash covers: the hash before and every column, as one JSON array, so that no two events look alike. The instant
# is in microseconds since 1970, as text. `storage/audit_chain.py` proves it without this function.
HASH = """
create function audit_hash(previous text, seq bigint, id uuid, occurred_at timestamptz, actor text, action text,
                           subject_type text, subject_id uuid, reason text, details text)
    returns text language sql stable parallel safe as $$
    select encode(sha256(convert_to(json_build_array(previous, seq, id,
        trunc(extract(epoch from occurred_at) * 1000000)::text, actor, action, subject_type, subject_id, reason,
        details)::text, 'UTF8')), 'hex')
$$"""

# `happened`: an array of events, in order. However many they are, the head is taken once and moved once.
APPEND = """
create function audit_append(happened jsonb) returns bigint language plpgsql
    security definer set search_path = public, pg_temp as $$
declare
    head audit_head;
    event record;
begin
    select * into strict head from audit_head for update;
    for event in
        select uuid7() as id, e.*
          from jsonb_to_recordset(happened) as e(occurred_at timestamptz, actor text, action text, subject_type text,
                                                 subject_id uuid, reason text, details text)
    loop
        head.seq := head.seq + 1;
        head.hash := audit_hash(head.hash, head.seq, event.id, event.occurred_at, event.actor, event.action,
                                event.subject_type, event.subject_id, event.reason, event.details);
        insert into audit_event (id, seq, occurred_at, actor, action, subject_type, subject_id, reason, details, hash)
        values (event.id, head.seq, event.occurred_at, event.actor, event.action, event.subject_type, event.subject_id,
                event.reason, event.details, head.hash);
    end loop;
    update audit_head set seq = head.seq, hash = head.hash;
    return head.seq;
end $$"""


def upgrade() -> None:
    op.execute(HASH)
    op.execute(APPEND)
    op.execute("insert into audit_head (single, seq, hash) values (true, 0, repeat('0', 64))")
    op.execute(
        "create trigger append_only before update or delete or truncate on audit_event "
        "for each statement execute function refuse_change()"
    )
    op.execute("alter table audit_event enable always trigger append_only")
    op.execute(
        "create trigger append_only before delete or truncate on audit_head "
        "for each statement execute function refuse_change()"
    )
    op.execute("alter table audit_head enable always trigger append_only")
