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

APPEND = """
create function audit_append(occurred_at timestamptz, actor text, action text, subject_type text, subject_id uuid,
                             reason text, details text)
    returns bigint language plpgsql security definer set search_path = public, pg_temp as $$
declare
    head audit_head;
    event_id uuid := uuid7();
    next_hash text;
begin
    select * into strict head from audit_head for update;
    next_hash := audit_hash(head.hash, head.seq + 1, event_id, occurred_at, actor, action, subject_type, subject_id,
                            reason, details);
    insert into audit_event (id, seq, occurred_at, actor, action, subject_type, subject_id, reason, details, hash)
    values (event_id, head.seq + 1, occurred_at, actor, action, subject_type, subject_id, reason, details, next_hash);
    update audit_head set seq = head.seq + 1, hash = next_hash;
    return head.seq + 1;
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
