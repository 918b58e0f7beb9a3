"""Files of any size are read in flat memory, and fast enough that nobody waits for the reader."""

import io
import tracemalloc
from collections.abc import Callable, Iterator
from typing import BinaryIO

import pytest

from providers import Item, SettledPayment
from providers.bankgirot.bgmax_settlements import read_bgmax
from providers.bankgirot.camt_settlements import read_camt
from tests.providers.bank_files import bgmax, camt054, many

Write = Callable[..., bytes]
Read = Callable[[BinaryIO], Iterator[Item]]

# What is remembered: the serial numbers of the first 2 000 payments of BgMax, a hash of each reference of camt.
FORMATS = [pytest.param(bgmax, read_bgmax, id="BgMax"), pytest.param(camt054, read_camt, id="camt.054")]


def count(read: Read, content: bytes) -> int:
    return sum(isinstance(item, SettledPayment) for item in read(io.BytesIO(content)))


def peak_bytes(read: Read, content: bytes) -> int:
    tracemalloc.start()
    try:
        count(read, content)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(("write", "read"), FORMATS)
def test_memory_does_not_grow_with_the_file(write: Write, read: Read) -> None:
    small, large = (write(*many(number)) for number in (1_000, 4_000))
    assert len(large) - len(small) > 1_000_000
    assert peak_bytes(read, large) - peak_bytes(read, small) < 500_000


@pytest.mark.parametrize(("write", "read"), FORMATS)
def test_one_deposit_of_many_payments_is_streamed_too(write: Write, read: Read) -> None:
    small, large = (write(*many(number, in_a_deposit=number)) for number in (1_000, 4_000))
    assert peak_bytes(read, large) - peak_bytes(read, small) < 500_000
