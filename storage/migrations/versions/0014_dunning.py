"""Dunning cases, the actions taken in them, the overrides they obeyed, and the mails they send."""

from alembic import op

revision = "0014"
down_revision = "0013"

RUNTIME = "billing_runtime"
NOTICES = "('REFUND', 'REMINDER', 'FINAL_NOTICE')"

TABLES = (
    """
    create table dunning_case (
        id uuid primary key default uuid7(),
        invoice_id uuid not null references invoice (id) unique,
        opened_on date not null,
        default_stages jsonb not null,
        override_path varchar
            constraint dunning_case_known_override_path_check check (override_path in ('FREEZE', 'CUSTOM')),
        override_custom_stages jsonb,
        override_until date,
        override_reason text,
        version integer not null default 1,
        stage text,
        acted_on date,
        next_action_on date,
        waiting_because text,
        paused_entry_id uuid references plan_history (id),
        closed_on date,
        constraint dunning_case_custom_has_stages_check
            check (override_path <> 'CUSTOM' or override_custom_stages is not null),
        constraint dunning_case_stages_have_path_check
            check (override_path is not null or override_custom_stages is null),
        constraint dunning_case_until_has_freeze_check
            check (override_path is not null and override_path = 'FREEZE' or override_until is null),
        constraint dunning_case_stage_has_day_check check ((stage is null) = (acted_on is null)))""",
    "create index dunning_case_opened_on_id_idx on dunning_case (opened_on, id)",
    "create index dunning_case_stage_idx on dunning_case (stage)",
    "create index dunning_case_next_action_on_idx on dunning_case (next_action_on) where closed_on is null",
    "create index dunning_case_paused_idx on dunning_case (id) where paused_entry_id is not null",
    """
    create table dunning_action (
        id uuid primary key default uuid7(),
        case_id uuid not null references dunning_case (id),
        stage text not null,
        action varchar not null constraint dunning_action_known_action_check
            check (action in ('REMINDER', 'FINAL_NOTICE', 'PAUSE_SUBSCRIPTION', 'HAND_OVER')),
        taken_at timestamptz not null,
        override_version integer not null,
        not_done_because text,
        unique (case_id, stage))""",
    "create index invoice_overdue_idx on invoice (due_on) where outstanding_cents > 0",
)

MAILS = (
    "alter table notice add column withdrawn_because text",
    "alter table notice drop constraint notice_known_kind_check",
    f"alter table notice add constraint notice_known_kind_check check (kind in {NOTICES})",
)

GRANTS = (
    f"grant select, insert on dunning_case, dunning_action to {RUNTIME}",
    (
        "grant update (override_path, override_custom_stages, override_until, override_reason, version, stage, acted_on,"
        f" next_action_on, waiting_because, paused_entry_id, closed_on) on dunning_case to {RUNTIME}"
    ),
    f"grant update (withdrawn_because) on notice to {RUNTIME}",
)


def upgrade() -> None:
    for statement in (*TABLES, *MAILS, *GRANTS):
        op.execute(statement)
    for events, table in (("update or delete or truncate", "dunning_action"), ("delete or truncate", "dunning_case")):
        op.execute(
            f"create trigger append_only before {events} on {table} for each statement execute function refuse_change()"
        )
        op.execute(f"alter table {table} enable always trigger append_only")
