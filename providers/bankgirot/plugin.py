"""The provider `bankgirot`: reads the files in which Swedish banks report what was paid in and out, and orders payments."""

from collections.abc import Mapping
from importlib.metadata import version

from providers import FileFormat, Offer, hookimpl
from providers.bankgirot import bgmax, camt, pain002
from providers.bankgirot.bgmax_settlements import read_bgmax
from providers.bankgirot.camt_settlements import read_camt
from providers.bankgirot.debtor import NEEDED
from providers.bankgirot.pain002 import read_pain002
from providers.bankgirot.payouts import Payouts


class BankgirotFiles:
    """BgMax by its first record, camt and pain.002 by their XML namespace; the name of a file says nothing."""

    def recognise(self, head: bytes, /) -> FileFormat | None:
        """The format of a file whose first 4 kB are `head`. Raises `BankFileInvalid` for XML that is not safe to read."""
        if layout := bgmax.layout(head):
            return FileFormat(name=layout, read=read_bgmax)
        if message := camt.message_name(head):
            return FileFormat(name=message, read=read_camt)
        if message := pain002.message_name(head):
            return FileFormat(name=message, read=read_pain002)
        return None


@hookimpl
def billing_provider() -> Offer:
    """It reads files without any settings; what it needs to order payments is told apart."""
    payouts = Payouts()

    def configure(section: Mapping[str, str]) -> None:
        if all(section.get(name) for name in NEEDED):
            payouts.configure(section)

    return Offer(
        name="bankgirot",
        display_name="Bankgirot",
        version=version("petanque-billing"),
        refunds=payouts,
        refund_settings=NEEDED,
        settlement_files=BankgirotFiles(),
        configure=configure,
        health=payouts.ailment,
    )
