"""The contract of payment providers: all that a partner's plugin imports stands here."""

from billing.money import Money as Money
from billing.ocr import ReferenceKind as ReferenceKind
from providers.offer import Capability as Capability
from providers.offer import Offer as Offer
from providers.registry import hookimpl as hookimpl
from providers.settlement_files import BankFileInvalid as BankFileInvalid
from providers.settlement_files import Debit as Debit
from providers.settlement_files import Deposit as Deposit
from providers.settlement_files import FileFormat as FileFormat
from providers.settlement_files import Finding as Finding
from providers.settlement_files import Item as Item
from providers.settlement_files import Reference as Reference
from providers.settlement_files import SettledPayment as SettledPayment
from providers.settlement_files import SettlementFiles as SettlementFiles
from providers.settlement_files import StatementBalance as StatementBalance
from providers.settlement_files import Warning as Warning  # noqa: A004 - the contract's word
