"""Dunning: one case an overdue invoice, with the stages it follows, and the actions taken in it."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from billing.dunning import Stage
from storage.columns import Id, Row, link, whole, word

PATHS = ("FREEZE", "CUSTOM")
ACTIONS = ("REMINDER", "FINAL_NOTICE", "PAUSE_SUBSCRIPTION", "HAND_OVER")


class DunningCase(Row):
    """The dunning of one invoice. Whether it is resolved, frozen, exhausted or open follows from the invoice and from here.

    `default_stages` are those that held when it was opened; `override_custom_stages` replace them, under a freeze too.
    `version` counts the overrides. `stage` is the last one taken, on the day `acted_on`; `next_action_on` is null when all
    were taken. `paused_entry_id`: the entry with which dunning paused the subscription, until that is over.
    `closed_on`: since when the worker leaves it alone, because nothing is outstanding.
    """

    __tablename__ = "dunning_case"
    __table_args__ = (
        UniqueConstraint("invoice_id"),
        whole("override_path <> 'CUSTOM' or override_custom_stages is not null", name="custom_has_stages"),
        whole("override_path is not null or override_custom_stages is null", name="stages_have_path"),
        whole("override_path is not null and override_path = 'FREEZE' or override_until is null", name="until_has_freeze"),
        whole("(stage is null) = (acted_on is null)", name="stage_has_day"),
        Index("dunning_case_opened_on_id_idx", "opened_on", "id"),
        Index("dunning_case_stage_idx", "stage"),
        Index("dunning_case_next_action_on_idx", "next_action_on", postgresql_where=text("closed_on is null")),
        Index("dunning_case_paused_idx", "id", postgresql_where=text("paused_entry_id is not null")),
    )  # fmt: skip

    id: Mapped[Id]
    invoice_id: Mapped[UUID] = link("invoice")
    opened_on: Mapped[date]
    default_stages: Mapped[list[dict[str, Any]]] = mapped_column(JSONB())
    override_path: Mapped[str | None] = mapped_column(word(*PATHS, name="override_path"))
    override_custom_stages: Mapped[list[dict[str, Any]] | None] = mapped_column(JSONB(none_as_null=True))
    override_until: Mapped[date | None]
    override_reason: Mapped[str | None]
    version: Mapped[int] = mapped_column(server_default="1")
    stage: Mapped[str | None]
    acted_on: Mapped[date | None]
    next_action_on: Mapped[date | None]
    waiting_because: Mapped[str | None]
    paused_entry_id: Mapped[UUID | None] = link("plan_history", nullable=True)
    closed_on: Mapped[date | None]

    @property
    def stages(self) -> list[Stage]:
        """The stages that the case follows now."""
        kept = self.default_stages if self.override_custom_stages is None else self.override_custom_stages
        return [Stage.read(stage) for stage in kept]


class DunningAction(Row):
    """A stage that was taken: once a case, never changed. `override_version` is the version of the case that it obeyed."""

    __tablename__ = "dunning_action"
    __table_args__ = (UniqueConstraint("case_id", "stage"),)

    id: Mapped[Id]
    case_id: Mapped[UUID] = link("dunning_case")
    stage: Mapped[str]
    action: Mapped[str] = mapped_column(word(*ACTIONS, name="action"))
    taken_at: Mapped[datetime]
    override_version: Mapped[int]
    not_done_because: Mapped[str | None]
