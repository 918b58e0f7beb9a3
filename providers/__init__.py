"""The contract of payment providers: all that a partner's plugin imports stands here."""

from billing.money import Money as Money
from billing.ocr import ReferenceKind as ReferenceKind
from providers.ledger_lines import LedgerLine as LedgerLine
from providers.ledger_lines import LedgerLines as LedgerLines
from providers.ledger_lines import MovementKind as MovementKind
from providers.offer import Capability as Capability
from providers.offer import Offer as Offer
from providers.offer import SettingsUnusable as SettingsUnusable
from providers.refunding import ForeseesRefusals as ForeseesRefusals
from providers.refunding import NotExecuted as NotExecuted
from providers.refunding import PayerAccount as PayerAccount
from providers.refunding import PayerAccountNeeded as PayerAccountNeeded
from providers.refunding import RefundOrder as RefundOrder
from providers.refunding import RefundOutcome as RefundOutcome
from providers.refunding import Refunds as Refunds
from providers.refunding import RefundState as RefundState
from providers.registry import hookimpl as hookimpl
from providers.settlement_files import BankFileInvalid as BankFileInvalid
from providers.settlement_files import Debit as Debit
from providers.settlement_files import Deposit as Deposit
from providers.settlement_files import FileFormat as FileFormat
from providers.settlement_files import Finding as Finding
from providers.settlement_files import Item as Item
from providers.settlement_files import OrderReport as OrderReport
from providers.settlement_files import Reference as Reference
from providers.settlement_files import SettledPayment as SettledPayment
from providers.settlement_files import SettlementFiles as SettlementFiles
from providers.settlement_files import StatementBalance as StatementBalance
from providers.settlement_files import Warning as Warning  # noqa: A004 - the contract's word
from providers.webhooks import Event as Event
from providers.webhooks import Fact as Fact
from providers.webhooks import PaymentFact as PaymentFact
from providers.webhooks import RefundFact as RefundFact
from providers.webhooks import WebhookRefused as WebhookRefused
from providers.webhooks import Webhooks as Webhooks
