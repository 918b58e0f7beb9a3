"""The provider `bankgirot`: reads the files in which Swedish banks report what was paid in."""

from importlib.metadata import version

from providers import FileFormat, Offer, hookimpl
from providers.bankgirot import bgmax
from providers.bankgirot.bgmax_settlements import read_bgmax
from providers.bankgirot.camt import message_name
from providers.bankgirot.camt_settlements import read_camt


class BankgirotFiles:
    """BgMax by its first record, camt by its XML namespace; the name of a file says nothing."""

    def recognise(self, head: bytes, /) -> FileFormat | None:
        """The format of a file whose first 4 kB are `head`. Raises `BankFileInvalid` for XML that is not safe to read."""
        if layout := bgmax.layout(head):
            return FileFormat(name=layout, read=read_bgmax)
        if message := message_name(head):
            return FileFormat(name=message, read=read_camt)
        return None


@hookimpl
def billing_provider() -> Offer:
    """It needs no settings and depends on nothing outside this process."""
    return Offer(
        name="bankgirot",
        display_name="Bankgirot",
        version=version("petanque-billing"),
        settlement_files=BankgirotFiles(),
    )
