"""`viewer`: the one question that needs no role."""

import strawberry

from resolvers.authority import signed_in_query
from schema.context import Context
from schema.viewer import Viewer


@strawberry.type
class ViewerQueries:
    @signed_in_query(description="Who is calling, and until when the sign-in counts as fresh.")
    async def viewer(self, info: strawberry.Info[Context, None]) -> Viewer:
        caller = info.context.caller
        assert caller is not None, "The door lets nobody in without a sign-in."
        return Viewer.of(caller, now=info.context.now)
