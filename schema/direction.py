"""Which way a list runs."""

from enum import Enum

import strawberry


@strawberry.enum
class Direction(Enum):
    ASC = "ASC"
    DESC = "DESC"
