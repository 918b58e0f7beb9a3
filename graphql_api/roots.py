"""The schema: every noun's queries and mutations under one root each."""

from functools import cache

import strawberry
from graphql import (
    GraphQLArgument,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLObjectType,
    GraphQLSchema,
    Undefined,
)
from strawberry.schema.config import StrawberryConfig

from resolvers.accounting import AccountingQueries
from resolvers.audit import AuditQueries
from resolvers.bank_files import BankFileMutations, BankFileQueries
from resolvers.churn import ChurnQueries
from resolvers.closing import ClosingMutations
from resolvers.context import Context
from resolvers.credit import CreditMutations
from resolvers.dunning import DunningMutations, DunningQueries
from resolvers.exports import ExportMutations
from resolvers.invoices import InvoiceQueries
from resolvers.node import NodeQueries
from resolvers.payments import PaymentQueries
from resolvers.platform_fees import PlatformFeeQueries
from resolvers.providers import ProviderQueries
from resolvers.reconciliation import ReconciliationQueries
from resolvers.refunds import RefundMutations, RefundQueries
from resolvers.revenue import RevenueQueries
from resolvers.subscription_changes import SubscriptionMutations, SubscriptionPreviewQueries
from resolvers.subscriptions import SubscriptionQueries
from resolvers.tenants import TenantQueries
from resolvers.transfers import TransferMutations, TransferQueries
from resolvers.viewer import ViewerQueries
from schema.reading.asking import read_from_the_books
from schema.reading.reader import Reader
from schema.scalars import SCALAR_MAP


@strawberry.type
class Query(
    ViewerQueries,
    NodeQueries,
    TenantQueries,
    SubscriptionQueries,
    RevenueQueries,
    SubscriptionPreviewQueries,
    ChurnQueries,
    InvoiceQueries,
    PaymentQueries,
    AccountingQueries,
    TransferQueries,
    BankFileQueries,
    RefundQueries,
    DunningQueries,
    PlatformFeeQueries,
    ReconciliationQueries,
    ProviderQueries,
    AuditQueries,
):
    """What can be asked."""


@strawberry.type
class Mutation(
    BankFileMutations,
    TransferMutations,
    CreditMutations,
    RefundMutations,
    SubscriptionMutations,
    DunningMutations,
    ExportMutations,
    ClosingMutations,
):
    """What can be done."""


@cache
def build_schema() -> strawberry.Schema:
    """The schema as it is served, one a process. Its errors are reported by the door, never by Strawberry's own log."""
    schema = strawberry.Schema(query=Query, mutation=Mutation, config=StrawberryConfig(scalar_map=SCALAR_MAP))
    core = schema._schema  # noqa: SLF001 - Strawberry has no public way to it
    read_from_the_books(schema, core, _reader)
    _leave_null_defaults_out(core)
    return schema


def _reader(context: Context) -> Reader:
    return context.reader


def _leave_null_defaults_out(schema: GraphQLSchema) -> None:
    """What may be left out has no default: that null means the same is Python's way to say it, not the contract's."""
    for type_ in schema.type_map.values():
        if isinstance(type_, GraphQLInputObjectType):
            optional: list[GraphQLArgument | GraphQLInputField] = list(type_.fields.values())
        elif isinstance(type_, GraphQLObjectType):
            optional = [argument for field in type_.fields.values() for argument in field.args.values()]
        else:
            continue
        for one in optional:
            if one.default_value is None:
                one.default_value = Undefined
