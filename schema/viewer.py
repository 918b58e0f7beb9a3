"""Who is calling."""

from datetime import datetime
from typing import Self

import strawberry

from billing.authority import Caller, Role


@strawberry.type(description="Who is calling, and until when the sign-in counts as fresh.")
class Viewer:
    actor: str = strawberry.field(description="The name under which changes are written to the audit trail.")
    roles: list[Role]
    authenticated_at: datetime | None = strawberry.field(
        description="When you last proved yourself; null where that is unknown."
    )
    fresh_until: datetime | None = strawberry.field(
        description="Until when mutations are accepted without a new sign-in."
    )
    is_fresh: bool = strawberry.field(description="Whether a mutation would be accepted right now.")

    @classmethod
    def of(cls, caller: Caller, *, now: datetime) -> Self:
        return cls(
            actor=caller.actor,
            roles=sorted(caller.roles, key=lambda role: role.name),
            authenticated_at=caller.authenticated_at,
            fresh_until=caller.fresh_until(),
            is_fresh=caller.is_fresh(now),
        )
