"""What all rows and all lists have in common."""

import strawberry


@strawberry.interface(description="Something with a global id.")
class Node:
    id: strawberry.ID


@strawberry.type(description="Where a page stands in its list.")
class PageInfo:
    has_next_page: bool
    has_previous_page: bool
    start_cursor: str | None
    end_cursor: str | None
