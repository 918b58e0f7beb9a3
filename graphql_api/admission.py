"""Who may pass: the declarations of an operation's root fields against the caller, before anything else is looked at."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Self

from graphql import FieldNode, GraphQLField, GraphQLObjectType, GraphQLSchema, ObjectValueNode, OperationDefinitionNode
from strawberry.types.field import StrawberryField

from billing.authority import Caller, Forbidden, FreshAuthRequired, Role, Unauthenticated, stated_reason
from graphql_api.documents import Document, raw_value
from schema.directives import RequiresFreshAuth, RequiresRole, RequiresSignIn

_STRAWBERRY_FIELD: Final = "strawberry-definition"


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """What fields ask of their caller. `closed`: nobody declared who may call, so nobody may."""

    sign_in: bool = False
    roles: frozenset[Role] = frozenset()
    max_age_seconds: int | None = None
    closed: bool = False

    @classmethod
    def declared(cls, field: GraphQLField) -> Self:
        """The requirement that the field's directives state."""
        definition = field.extensions.get(_STRAWBERRY_FIELD)
        directives = definition.directives if isinstance(definition, StrawberryField) else ()
        roles = frozenset(directive.role for directive in directives if isinstance(directive, RequiresRole))
        ages = [directive.max_age_seconds for directive in directives if isinstance(directive, RequiresFreshAuth)]
        open_to_all_signed_in = any(isinstance(directive, RequiresSignIn) for directive in directives)
        return cls(
            sign_in=True,
            roles=roles,
            max_age_seconds=min(ages, default=None),
            closed=not (roles or open_to_all_signed_in),
        )

    @classmethod
    def together(cls, several: Iterable["Requirement"]) -> Self:
        """What all of them ask."""
        parts = list(several)
        ages = [part.max_age_seconds for part in parts if part.max_age_seconds is not None]
        return cls(
            sign_in=any(part.sign_in for part in parts),
            roles=frozenset().union(*(part.roles for part in parts)),
            max_age_seconds=min(ages, default=None),
            closed=any(part.closed for part in parts),
        )

    def check(self, caller: Caller | None, now: datetime) -> None:
        """Raises: `Unauthenticated`, `Forbidden`, `FreshAuthRequired`, in this order."""
        if caller is None:
            if self.sign_in:
                raise Unauthenticated
            return
        if self.closed:
            raise Forbidden("A field of this request is open to nobody.")
        if not self.roles <= caller.roles:
            missing = ", ".join(sorted(role.value for role in self.roles - caller.roles))
            raise Forbidden(f"This needs the role {missing}.")
        if self.max_age_seconds is not None and not caller.is_fresh(now, max_age_seconds=self.max_age_seconds):
            raise FreshAuthRequired(max_age=self.max_age_seconds)


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """What an operation asks of its caller, and those of its fields that a reason is stated for."""

    operation: OperationDefinitionNode
    requirement: Requirement
    explained: tuple[FieldNode, ...]

    def admit(self, variables: Mapping[str, object], *, caller: Caller | None, now: datetime) -> str | None:
        """Let the whole operation pass, or nothing of it; answers a mutation's stated reason.

        Raises: `Unauthenticated`, `Forbidden`, `FreshAuthRequired`, then what `stated_reason` raises.
        """
        self.requirement.check(caller, now)
        reasons = [stated_reason(_raw_reason(node, self.operation, variables)) for node in self.explained]
        return reasons[0] if reasons else None


NOTHING: Final = Requirement()
FINANCE: Final = Requirement(sign_in=True, roles=frozenset({Role.SYS_FINANCE}))


class Admission:
    """The declarations of one schema. `open_introspection`: whether strangers may read the schema."""

    def __init__(self, schema: GraphQLSchema, *, open_introspection: bool) -> None:
        schema_fields = NOTHING if open_introspection else FINANCE
        self._meta = {"__typename": NOTHING, "__schema": schema_fields, "__type": schema_fields}
        self._roots = {
            root.name: _requirements(root) for root in (schema.query_type, schema.mutation_type) if root is not None
        }
        self._schema = schema

    def demand(self, document: Document, operation: OperationDefinitionNode) -> Demand:
        """What the operation asks of its caller."""
        asked = [(node, self._requirement(operation, node.name.value)) for node in document.root_fields(operation)]
        return Demand(
            operation=operation,
            requirement=Requirement.together(requirement for _, requirement in asked),
            explained=tuple(node for node, requirement in asked if requirement.max_age_seconds is not None),
        )

    def _requirement(self, operation: OperationDefinitionNode, name: str) -> Requirement:
        """A field that does not exist asks for the strictest of readers, so that strangers cannot probe for names."""
        root = self._schema.get_root_type(operation.operation)
        declared = self._roots.get(root.name, {}) if root else {}
        return self._meta.get(name) or declared.get(name, FINANCE)


def _requirements(root: GraphQLObjectType) -> dict[str, Requirement]:
    return {name: Requirement.declared(field) for name, field in root.fields.items()}


def _raw_reason(node: FieldNode, operation: OperationDefinitionNode, variables: Mapping[str, object]) -> object:
    """`input.reason` as the client wrote it, whichever part of it is a variable."""
    given = next((argument.value for argument in node.arguments or () if argument.name.value == "input"), None)
    if isinstance(given, ObjectValueNode):
        reason = next((field.value for field in given.fields if field.name.value == "reason"), None)
        return raw_value(reason, operation, variables)
    value = raw_value(given, operation, variables)
    return value.get("reason") if isinstance(value, dict) else None
