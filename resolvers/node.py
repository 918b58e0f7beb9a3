"""Whatever has a global id, by it."""

from typing import Final

import strawberry

from resolvers.authority import finance_query
from schema.accounting import AccountingEntry
from schema.audit import AuditEvent
from schema.dunning import DunningCase
from schema.ids import parse_global, prefix_of
from schema.invoices import Invoice
from schema.node import Node
from schema.payments import Payment
from schema.reading.questions import BY_ID, Nothing, Question, Row
from schema.refunds import Refund, RefundEvent
from schema.subscriptions import Plan, Subscription
from schema.tenants import Tenant
from schema.transfers import BankFile, BankTransfer, TransferReturn

TYPES: Final = {
    prefix_of(type_.__name__): type_.__name__
    for type_ in (
        Tenant,
        Plan,
        Subscription,
        Invoice,
        Payment,
        Refund,
        RefundEvent,
        DunningCase,
        BankTransfer,
        TransferReturn,
        BankFile,
        AccountingEntry,
        AuditEvent,
    )
}


@strawberry.type
class NodeQueries:
    @finance_query(description="The row with this id, whatever it is, or null.", answers=Node | None)
    def node(self, id: strawberry.ID) -> Question:
        prefix, key = parse_global(id)
        return Row(where=((BY_ID, key),), type_name=TYPES[prefix]) if prefix in TYPES else Nothing()
