"""How fast bank files are read, matched and booked, and how that compares with the same work row by row through an ORM.

    .venv/bin/python -m benchmarks.ingest [--transfers 100000]

Makes a durable cluster of its own in a temporary folder, with as many open invoices as transfers (one in eight the
platform's own), and receives one file of each format in a process of its own. About 93 of 100 transfers bear the OCR number of an
invoice and its amount; the others have another amount, a text, or no reference.
"""

import argparse
import resource
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from multiprocessing import get_context
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import psycopg
from sqlalchemy import NullPool, create_engine, select
from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from benchmarks.bank_files import Transfer, write_bgmax, write_camt054
from billing.fx import Rates
from billing.journals import InvoiceRef, PaymentRef, matched, received
from billing.ledger import Posting
from billing.ocr import ocr_of
from procedures.receive_transfers import receive
from providers.registry import Registry
from storage.accounting import AccountingEntry, Journal
from storage.embedded import attached
from storage.engine import Database
from storage.invoices import Invoice
from storage.migrate import migrate
from storage.payments import Payment
from storage.transfers import BankDeposit, BankFile, BankTransfer
