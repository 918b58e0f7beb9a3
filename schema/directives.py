"""What the API declares about its fields, for the reader of the schema and for the door, which enforces it."""

import strawberry
from strawberry.schema_directive import Location

from billing.authority import FRESH_SECONDS, Role
from billing.refusals import ErrorCode

strawberry.enum(Role, description="What a caller is trusted with.")
strawberry.enum(ErrorCode, description="Stable codes of `errors[].extensions.code`.")


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION],
    name="requiresSignIn",
    description="Any signed-in caller may ask for this field.",
)
class RequiresSignIn:
    pass


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION], name="requiresRole", description="Only a signed-in caller with this role."
)
class RequiresRole:
    role: Role


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION],
    name="requiresFreshAuth",
    description="The caller proved themselves at most `maxAgeSeconds` ago, and says why in `input.reason`.",
)
class RequiresFreshAuth:
    max_age_seconds: int = FRESH_SECONDS


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION],
    name="mayFail",
    description="The codes that `errors[].extensions.code` can carry for this field, besides the auth and input ones.",
)
class MayFail:
    codes: list[ErrorCode] = strawberry.directive_field(name="with")
