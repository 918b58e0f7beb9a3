"""The /sys routes: each is one stored GraphQL operation, run through the same door as any other."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from graphql import GraphQLSchema
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from billing.authority import Caller, Unauthenticated
from billing.refusals import ErrorCode, NotFound, Refusal
from graphql_api.bodies import bytes_max, read_json_object
from graphql_api.callers import Callers
from graphql_api.documents import Document, Operation
from graphql_api.door import Answer, Door, Outcome
from graphql_api.replies import CLIENT_GONE, challenge, client_gone, read, refusal_status, written
from graphql_api.stored_documents import stored
from graphql_api.sys_csv import csv_of
from graphql_api.sys_values import Parameters, camel_keys, global_id, snake, snake_keys
from graphql_api.sys_words import RouteWords
from resolvers.errors import tell_refusal

STATUS: Final[Mapping[ErrorCode, int]] = {
    ErrorCode.UNAUTHENTICATED: 401,
    ErrorCode.FORBIDDEN: 403,
    ErrorCode.FRESH_AUTH_REQUIRED: 401,
    ErrorCode.REASON_REQUIRED: 400,
    ErrorCode.BAD_USER_INPUT: 400,
    ErrorCode.QUERY_TOO_EXPENSIVE: 400,
    ErrorCode.NOT_FOUND: 404,
    ErrorCode.PROVIDER_UNKNOWN: 404,
    ErrorCode.CONFLICT: 409,
    ErrorCode.STALE_PREVIEW: 409,
    ErrorCode.TRANSFER_NOT_UNMATCHED: 409,
    ErrorCode.SUBSCRIPTION_STATE: 409,
    ErrorCode.DUNNING_STATE: 409,
    ErrorCode.BANK_FILE_DUPLICATE: 409,
    ErrorCode.PERIOD_CLOSED: 409,
    ErrorCode.INVOICE_NOT_PAYABLE: 422,
    ErrorCode.CURRENCY_MISMATCH: 422,
    ErrorCode.ALLOCATION_MISMATCH: 422,
    ErrorCode.PAYMENT_NOT_REFUNDABLE: 422,
    ErrorCode.REFUND_EXCEEDS_BALANCE: 422,
    ErrorCode.TRIAL_EXTENSION_LIMIT: 422,
    ErrorCode.BANK_FILE_INVALID: 422,
    ErrorCode.FX_RATE_MISSING: 422,
    ErrorCode.CREDIT_EXCEEDED: 422,
    ErrorCode.PAYER_ACCOUNT_NEEDED: 422,
    ErrorCode.PROVIDER_DECLINED: 422,
    ErrorCode.PROVIDER_UNAVAILABLE: 502,
    ErrorCode.PROVIDER_NOT_CONFIGURED: 503,
    ErrorCode.TIMEOUT: 503,
    ErrorCode.INTERNAL: 500,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SysRoute:
    """`{id}` of the path is a UUID or global id of the type `id_type`, and becomes the variable or input field `id_name`.

    `csv`: the list of the answer that is written as CSV, and its columns.
    """

    method: str
    path: str
    operation: str
    id_name: str | None = None
    id_type: str = ""
    csv: tuple[str, tuple[str, ...]] | None = None


ROUTES: Final = (
    SysRoute(method="GET", path="/sys/billing/dashboard", operation="revenue_dashboard"),
    SysRoute(method="GET", path="/sys/invoices", operation="invoices"),
    SysRoute(method="GET", path="/sys/payments", operation="payments"),
    SysRoute(method="GET", path="/sys/payments/unmatched", operation="unmatched_transfers"),
    SysRoute(method="GET", path="/sys/payments/{id}", operation="payment", id_name="id", id_type="Payment"),
    SysRoute(method="GET", path="/sys/subscriptions", operation="subscriptions"),
    SysRoute(
        method="GET", path="/sys/subscriptions/{id}", operation="subscription", id_name="id", id_type="Subscription"
    ),
    SysRoute(
        method="POST",
        path="/sys/payments/unmatched/{id}/assign",
        operation="assign_transfer",
        id_name="transferId",
        id_type="BankTransfer",
    ),
    SysRoute(
        method="POST",
        path="/sys/payments/unmatched/{id}/ignore",
        operation="ignore_transfer",
        id_name="transferId",
        id_type="BankTransfer",
    ),
    SysRoute(
        method="POST",
        path="/sys/payments/{id}/refund/preview",
        operation="refund_preview",
        id_name="paymentId",
        id_type="Payment",
    ),
    SysRoute(
        method="POST",
        path="/sys/payments/{id}/refund",
        operation="execute_refund",
        id_name="paymentId",
        id_type="Payment",
    ),
    SysRoute(
        method="POST",
        path="/sys/subscriptions/{id}/change-plan",
        operation="change_plan",
        id_name="subscriptionId",
        id_type="Subscription",
    ),
    SysRoute(
        method="POST",
        path="/sys/subscriptions/{id}/pause",
        operation="pause_subscription",
        id_name="subscriptionId",
        id_type="Subscription",
    ),
    SysRoute(
        method="POST",
        path="/sys/subscriptions/{id}/resume",
        operation="resume_subscription",
        id_name="subscriptionId",
        id_type="Subscription",
    ),
    SysRoute(
        method="POST",
        path="/sys/subscriptions/{id}/cancel",
        operation="cancel_subscription",
        id_name="subscriptionId",
        id_type="Subscription",
    ),
    SysRoute(
        method="POST",
        path="/sys/subscriptions/{id}/extend-trial",
        operation="extend_trial",
        id_name="subscriptionId",
        id_type="Subscription",
    ),
    SysRoute(
        method="POST",
        path="/sys/subscriptions/{id}/revoke",
        operation="revoke_scheduled_change",
        id_name="subscriptionId",
        id_type="Subscription",
    ),
    SysRoute(
        method="GET", path="/sys/tenants/{id}/dunning", operation="tenant_dunning", id_name="id", id_type="Tenant"
    ),
    SysRoute(method="GET", path="/sys/billing/churn", operation="churn_report"),
    SysRoute(method="GET", path="/sys/billing/platform-fees", operation="platform_fee_report"),
    SysRoute(
        method="GET",
        path="/sys/billing/platform-fees.csv",
        operation="platform_fee_report",
        csv=(
            "groups",
            ("key", "label", "currency", "invoice_count", "gross", "paid", "outstanding", "booked", "difference"),
        ),
    ),
    SysRoute(method="GET", path="/sys/billing/reconciliation", operation="reconciliation"),
)


def sys_routes(
    schema: GraphQLSchema, door: Door, callers: Callers, *, table: Sequence[SysRoute] = ROUTES
) -> list[Route]:
    """The routes of the table over a door."""
    words = RouteWords(schema)
    return [
        Route(
            route.path,
            SysEndpoint(route, schema, words, door, callers).answer,
            methods=[route.method],
        )
        for route in table
    ]


class SysEndpoint:
    """One route."""

    def __init__(self, route: SysRoute, schema: GraphQLSchema, words: RouteWords, door: Door, callers: Callers) -> None:
        self._route, self._text, self._words = route, stored(route.operation), words
        self._door, self._callers, self._schema = door, callers, schema

    @cached_property
    def _parameters(self) -> Parameters:
        return Parameters(self._schema, Document.read(self._text).operation(None))

    async def answer(self, request: Request) -> Response:
        request.state.operation = self._route.operation
        try:
            caller = await self._callers.caller(request)
            if caller is None:
                raise Unauthenticated
            asked = Operation(text=self._text, variables=await self._variables(request, caller))
        except Refusal as refusal:
            return respond(
                Answer(outcome=Outcome.REFUSED, errors=(tell_refusal(refusal),), refusal=refusal), self._words
            )
        answer = await self._door.answer(
            asked, caller=caller, request_id=request.state.request_id, gone=client_gone(request)
        )
        return respond(answer, self._words, self._route)

    async def _variables(self, request: Request, caller: Caller) -> dict[str, Any]:
        given = {name: request.query_params.getlist(name) for name in request.query_params}
        key = self._key(request)
        if self._route.method == "GET":
            return self._parameters.variables(given) | key
        return self._parameters.of_body(camel_keys(await read_json_object(request, bytes_max=bytes_max(caller))) | key)

    def _key(self, request: Request) -> dict[str, str]:
        if self._route.id_name is None:
            return {}
        return {self._route.id_name: global_id(request.path_params["id"], self._route.id_type)}


def respond(answer: Answer, words: RouteWords, route: SysRoute | None = None) -> Response:
    """The field that was asked for, by itself, as the route writes it; or what went wrong, with a status of its own."""
    if answer.outcome is Outcome.ABANDONED:
        return Response(status_code=CLIENT_GONE)
    data = read(answer.data)
    found = next(iter(data.values()), None) if isinstance(data, dict) else None
    if not answer.errors and found is not None:
        return _json(200, snake_keys(found)) if route is None or route.csv is None else _csv(snake_keys(found), route)
    told = answer.errors[0] if answer.errors else tell_refusal(NotFound("row", key="with this id"))
    code = ErrorCode(told.code)
    status = refusal_status(answer.refusal) if answer.refusal is not None else STATUS[code]
    error = {"message": words.of(told.formatted["message"])} | snake_keys(told.formatted["extensions"])
    if "argument" in error:
        error["argument"] = snake(error["argument"].rpartition(".")[2])
    return _json(status, {"error": error}, challenge(answer.refusal))


def _csv(found: Mapping[str, Any], route: SysRoute) -> Response:
    assert route.csv is not None
    name, columns = route.csv
    file = route.path.rpartition("/")[2]
    headers = {"Content-Disposition": f'attachment; filename="{file}"', "X-Content-Type-Options": "nosniff"}
    return Response(csv_of(found[name], columns), media_type="text/csv; charset=utf-8", headers=headers)


def _json(status: int, body: object, headers: Mapping[str, str] | None = None) -> Response:
    return Response(written(body), status_code=status, media_type="application/json", headers=dict(headers or {}))
