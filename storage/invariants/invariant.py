"""What an invariant is."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Invariant:
    """A fact about the books. `counterexamples` selects the rows for which it is false: an id and a sentence each."""

    name: str
    counterexamples: str
