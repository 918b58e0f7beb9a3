"""Dunning cases, and taking them over."""

import strawberry

from billing.dunning import Stage
from billing.refusals import BadInput, ErrorCode
from procedures.override_dunning import Overridden, follow, freeze, resume
from resolvers.authority import finance_mutation, finance_query
from resolvers.context import Info
from resolvers.ids import looked_up
from schema.dunning import (
    DunningCase,
    DunningCaseConnection,
    DunningOverridePath,
    DunningPayload,
    OverrideDunningInput,
    ResumeDunningInput,
)
from schema.dunning_lists import DunningCaseFilter, dunning_cases
from schema.ids import from_global
from schema.reading import paging
from schema.reading.questions import PageOf, Question, row

REFUSED = [ErrorCode.NOT_FOUND, ErrorCode.DUNNING_STATE, ErrorCode.CONFLICT]


@strawberry.type
class DunningQueries:
    @finance_query(
        description="Dunning cases, the latest opened first.",
        answers=DunningCaseConnection,
        may_fail=[ErrorCode.NOT_FOUND],
    )
    def dunning_cases(
        self, first: int | None = None, after: str | None = None, filter: DunningCaseFilter | None = None
    ) -> PageOf:
        asked = filter or DunningCaseFilter()
        return dunning_cases(asked, paging.page("dunningCases", first=first, after=after, narrowed_by=asked))

    @finance_query(description="One dunning case, or null.", answers=DunningCase | None)
    def dunning_case(self, id: strawberry.ID) -> Question:
        return row(looked_up(id, "DunningCase"))


@strawberry.type
class DunningMutations:
    @finance_mutation(
        answers=DunningPayload,
        description="Freeze a case, or give it stages of its own; the worker obeys from its next look on.",
        may_fail=REFUSED,
    )
    async def override_dunning(self, info: Info, input: OverrideDunningInput) -> Overridden:
        key = from_global(input.case_id, "DunningCase", argument="caseId")
        order, books, expected = info.context.order(), info.context.books, input.expected_version
        if input.path is DunningOverridePath.FREEZE:
            if input.custom_stages is not None:
                raise BadInput(
                    "A freeze has no stages: leave customStages out, or take CUSTOM.", argument="customStages"
                )
            return await freeze(key, until=input.until, expected_version=expected, order=order, books=books)
        if input.until is not None:
            raise BadInput("Only a freeze ends by itself: leave until out, or take FREEZE.", argument="until")
        stages = [
            Stage(code=stage.code, days_after_due=stage.days_after_due, action=stage.action)
            for stage in input.custom_stages or ()
        ]
        return await follow(key, stages=stages, expected_version=expected, order=order, books=books)

    @finance_mutation(
        answers=DunningPayload,
        description="End an override: the case goes on with the stages that were not taken, and repeats none.",
        may_fail=REFUSED,
    )
    async def resume_dunning(self, info: Info, input: ResumeDunningInput) -> Overridden:
        return await resume(
            from_global(input.case_id, "DunningCase", argument="caseId"),
            expected_version=input.expected_version,
            order=info.context.order(),
            books=info.context.books,
        )
