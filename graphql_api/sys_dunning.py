"""/sys/tenants/{id}/dunning/override and …/resume: a tenant's dunning is steered, `case_id` said only where it has several."""

from collections.abc import Awaitable, Callable
from typing import Any, Final

from graphql import GraphQLSchema
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from billing.authority import Caller, Unauthenticated
from billing.refusals import ErrorCode, NotFound, Refusal
from graphql_api.bodies import bytes_max, read_json_object
from graphql_api.callers import Callers
from graphql_api.documents import Operation
from graphql_api.door import Answer, Door, Outcome
from graphql_api.replies import client_gone, read
from graphql_api.stored_documents import stored
from graphql_api.sys_routes import respond
from graphql_api.sys_values import camel_keys, global_id
from graphql_api.sys_words import RouteWords
from resolvers.errors import tell_refusal

CASES: Final = """query DunningOfTenant($id: ID!) { tenant(id: $id) { dunningCases { id status } } }"""
VERBS: Final = {"override": "override_dunning", "resume": "resume_dunning"}

Ask = Callable[[str, dict[str, Any]], Awaitable[Answer]]


class CaseNotTold(Refusal):
    """The tenant has not exactly one open case, so that it must be said which is meant."""

    code = ErrorCode.CONFLICT

    def __init__(self, *, open_cases: list[str]) -> None:
        self.open_cases = open_cases
        super().__init__(f"The tenant has {len(open_cases)} open dunning cases: say in case_id which is meant.")


def dunning_routes(schema: GraphQLSchema, door: Door, callers: Callers) -> list[Route]:
    """One for each verb."""
    words = RouteWords(schema)
    return [
        Route(
            f"/sys/tenants/{{id}}/dunning/{verb}",
            DunningEndpoint(operation, words, door, callers).answer,
            methods=["POST"],
        )
        for verb, operation in VERBS.items()
    ]


class DunningEndpoint:
    """Looks up the case that is meant, and runs a stored operation on it."""

    def __init__(self, operation: str, words: RouteWords, door: Door, callers: Callers) -> None:
        self._operation, self._text, self._words = operation, stored(operation), words
        self._door, self._callers = door, callers

    async def answer(self, request: Request) -> Response:
        request.state.operation = self._operation
        try:
            caller = await self._callers.caller(request)
            if caller is None:
                raise Unauthenticated
            body = camel_keys(await read_json_object(request, bytes_max=bytes_max(caller)))
        except Refusal as refusal:
            return respond(
                Answer(outcome=Outcome.REFUSED, errors=(tell_refusal(refusal),), refusal=refusal), self._words
            )
        tenant = global_id(request.path_params["id"], "Tenant")
        return respond(await self._steered(tenant, body, self._asking(request, caller)), self._words)

    def _asking(self, request: Request, caller: Caller) -> Ask:
        async def ask(text: str, variables: dict[str, Any]) -> Answer:
            asked = Operation(text=text, variables=variables)
            return await self._door.answer(
                asked, caller=caller, request_id=request.state.request_id, gone=client_gone(request)
            )

        return ask

    async def _steered(self, tenant: str, body: dict[str, Any], ask: Ask) -> Answer:
        listed = await ask(CASES, {"id": tenant})
        data = read(listed.data)
        if listed.errors or not isinstance(data, dict):
            return listed
        meant = case_meant(data["tenant"], tenant, body.get("caseId"))
        if isinstance(meant, str):
            return await ask(self._text, {"input": body | {"caseId": meant}})
        nothing = {name: value for name, value in body.items() if name != "caseId"}  # no case: it cannot be carried out
        kept_out = await ask(self._text, {"input": nothing})  # but who may not do it at all is told that first
        return kept_out if kept_out.refusal else Answer(outcome=Outcome.EXECUTED, errors=(tell_refusal(meant),))


def case_meant(found: Any, tenant: str, told: object) -> str | Refusal:
    """The id of the tenant's case that was told, or of its only open one; or why there is none."""
    if found is None:
        return NotFound("tenant", key=tenant)
    cases = found["dunningCases"]
    if told is not None:
        return str(told) if any(case["id"] == told for case in cases) else NotFound("dunning case", key=str(told))
    unresolved = [case["id"] for case in cases if case["status"] != "RESOLVED"]
    return unresolved[0] if len(unresolved) == 1 else CaseNotTold(open_cases=unresolved)
