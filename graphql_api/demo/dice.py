"""Chance that falls the same way each time."""

import random


def die(*of: object) -> random.Random:
    """The die of something, named by words and numbers; the same names always throw the same."""
    return random.Random("/".join(map(str, of)))  # noqa: S311 - nothing here is secret
