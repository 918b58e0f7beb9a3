"""Random operations over the served schema: any field, to a depth, with aliases, fragments, directives and arguments."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    get_nullable_type,
    is_leaf_type,
)

DEPTH_MAX = 4
FIELDS_MAX = 5
# Arguments that only mean something together, or that cost more than a test has.
LEFT_OUT = {"last", "before", "after"}


@dataclass(slots=True)
class Operations:
    """Makes documents. `ids` holds global ids that name something, by the name of their type."""

    schema: GraphQLSchema
    rng: random.Random
    ids: Mapping[str, Sequence[str]]
    roots: Sequence[str]
    fragments: list[str] = field(default_factory=list)
    variables: dict[str, tuple[str, Any]] = field(default_factory=dict)

    def make(self) -> tuple[str, dict[str, Any]]:
        """A document, and the values of its variables."""
        self.fragments, self.variables = [], {}
        assert self.schema.query_type is not None
        chosen = self.rng.sample(self.roots, self.rng.choice((1, 1, 1, 2)))
        fields = [
            self._field(name, self.schema.query_type.fields[name], 0, key=f"r{i}") for i, name in enumerate(chosen)
        ]
        declared = ", ".join(f"${name}: {type_}" for name, (type_, _) in self.variables.items())
        head = f"query Q({declared})" if declared else "query Q"
        document = f"{head} {{ {' '.join(fields)} }}\n" + "\n".join(self.fragments)
        return document, {name: value for name, (_, value) in self.variables.items()}

    def _field(self, name: str, definition: GraphQLField, depth: int, *, key: str | None = None) -> str:
        alias = f"{key}: " if key else f"a{self.rng.randrange(99)}: " if self.rng.random() < 0.2 else ""
        text = f"{alias}{name}{self._arguments(definition)}{self._directive()}"
        named = get_named_type(definition.type)
        if is_leaf_type(named):
            return text
        assert isinstance(named, GraphQLObjectType | GraphQLInterfaceType)
        return f"{text} {{ {self._selection(named, depth + 1)} }}"

    def _selection(self, type_: GraphQLObjectType | GraphQLInterfaceType, depth: int) -> str:
        names = [name for name, f in type_.fields.items() if depth < DEPTH_MAX or is_leaf_type(get_named_type(f.type))]
        chosen = self.rng.sample(names, min(len(names), self.rng.randint(1, FIELDS_MAX))) if names else []
        parts = [self._field(name, type_.fields[name], depth) for name in chosen]
        if self.rng.random() < 0.3 or not parts:
            parts.append("__typename")
        if isinstance(type_, GraphQLObjectType) and self.rng.random() < 0.2:
            leaves = " ".join(n for n, f in type_.fields.items() if is_leaf_type(get_named_type(f.type)) and not f.args)
            if leaves and self.rng.random() < 0.5:
                parts.append(f"... on {type_.name} {{ {leaves} }}")
            elif leaves:
                name = f"F{len(self.fragments)}"
                self.fragments.append(f"fragment {name} on {type_.name} {{ {leaves} }}")
                parts.append(f"...{name}")
        return " ".join(parts)

    def _directive(self) -> str:
        match self.rng.randrange(30):
            case 0:
                return " @include(if: true)"
            case 1:
                return f" @skip(if: ${self._variable('Boolean!', self.rng.random() < 0.5)})"
        return ""

    def _arguments(self, definition: GraphQLField) -> str:
        given = []
        for name, argument in definition.args.items():
            required = isinstance(argument.type, GraphQLNonNull) and argument.default_value in (None, ...)
            if name in LEFT_OUT or (not required and self.rng.random() < 0.5 and name != "id"):
                continue
            value = self._value(name, argument.type)
            if value is None:
                continue
            if self.rng.random() < 0.3:
                given.append(f"{name}: ${self._variable(str(argument.type), value)}")
            else:
                given.append(f"{name}: {_literal(value, argument.type)}")
        return f"({', '.join(given)})" if given else ""

    def _variable(self, type_: str, value: Any) -> str:
        name = f"v{len(self.variables)}"
        self.variables[name] = (type_, value)
        return name

    def _value(self, name: str, type_: GraphQLInputType) -> Any:
        nullable = get_nullable_type(type_)
        if isinstance(nullable, GraphQLList):
            return [self._value(name, nullable.of_type)]
        if isinstance(nullable, GraphQLEnumType):
            return self.rng.choice(list(nullable.values))
        if isinstance(nullable, GraphQLInputObjectType):
            fields = {n: self._value(n, f.type) for n, f in nullable.fields.items() if self.rng.random() < 0.25}
            return {n: value for n, value in fields.items() if value is not None}
        return self._scalar(name, str(nullable))

    def _scalar(self, name: str, type_: str) -> Any:
        match type_:
            case "ID":
                kind = {"tenantIds": "Tenant", "journalId": "Journal", "bankFileId": "BankFile"}.get(name)
                pool = self.ids.get(kind, ()) if kind else [one for ids in self.ids.values() for one in ids]
                return self.rng.choice(pool) if pool else None
            case "Int":
                return self.rng.randint(1, 5)
            case "Cents":
                return self.rng.choice([0, 1_000, 20_000, 2**40])
            case "Date":
                return self.rng.choice(["2025-06-01", "2026-11-01", "2026-11-19", "2027-01-01"])
            case "DateTime":
                return "2026-11-20T00:00:00Z"
            case "Boolean":
                return self.rng.random() < 0.5
            case "CurrencyCode":
                return self.rng.choice(["SEK", "EUR", "JPY"])
            case "CountryCode":
                return self.rng.choice(["SE", "DK"])
        return (
            self.rng.choice(["sv", "en", "nb"]) if name == "locale" else self.rng.choice(["F-", "boule", "x", "1510"])
        )


def _literal(value: Any, type_: GraphQLInputType) -> str:
    nullable = get_nullable_type(type_)
    if isinstance(nullable, GraphQLEnumType):
        return str(value)
    if isinstance(nullable, GraphQLList):
        return f"[{', '.join(_literal(one, nullable.of_type) for one in value)}]"
    if isinstance(nullable, GraphQLInputObjectType):
        return "{" + ", ".join(f"{n}: {_literal(v, nullable.fields[n].type)}" for n, v in value.items()) + "}"
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{value}"' if isinstance(value, str) else str(value)
