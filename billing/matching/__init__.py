"""Which open invoices a bank transfer may pay: pure functions from facts to ranked suggestions with evidence.

`lookups` says under which keys candidates are found, `suggestions` ranks them, `certain` is the machine's own rule, and
`allocations` splits a payment that names several invoices.
"""

from billing.matching.allocating import allocations as allocations
from billing.matching.allocating import certain as certain
from billing.matching.allocating import certain_key as certain_key
from billing.matching.facts import Allocation as Allocation
from billing.matching.facts import InvoiceCandidate as InvoiceCandidate
from billing.matching.facts import Signal as Signal
from billing.matching.facts import SignalKind as SignalKind
from billing.matching.facts import Suggestion as Suggestion
from billing.matching.facts import TransferFacts as TransferFacts
from billing.matching.facts import TransferReference as TransferReference
from billing.matching.looking_up import BEARERS_MAX as BEARERS_MAX
from billing.matching.looking_up import NEIGHBOURS_MAX as NEIGHBOURS_MAX
from billing.matching.looking_up import Lookups as Lookups
from billing.matching.looking_up import lookups as lookups
from billing.matching.ranking import suggestions as suggestions
