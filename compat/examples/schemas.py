"""A value that a JSON schema allows, the same one each time."""

from __future__ import annotations

from typing import Any

__all__ = ["value_of"]

# Deeper than that a schema names itself.
_DEPTH = 8
_FORMATS = {
    "date": "2026-01-02",
    "date-time": "2026-01-02T03:04:05Z",
    "email": "someone@example.com",
    "uri": "http://127.0.0.1/",
}


def value_of(schema: Any, name: str = "text", root: Any = None, depth: int = 0) -> Any:
    """What stands under ``name``: the first choice where there are several.

    >>> value_of({"properties": {"city": {"type": "string"}, "days": {"type": "integer"}}})
    {'city': 'city', 'days': 1}

    """
    root = schema if root is None else root
    if not isinstance(schema, dict) or depth > _DEPTH:
        return None
    for known in ("const", "default"):
        if schema.get(known) is not None:
            return schema[known]
    if "enum" in schema:
        return schema["enum"][0]
    if "$ref" in schema:
        return value_of(_referred(schema["$ref"], root), name, root, depth + 1)
    for choice in ("anyOf", "oneOf", "allOf"):
        if schema.get(choice):
            return value_of(schema[choice][0], name, root, depth + 1)
    kind = schema.get("type", "object" if "properties" in schema else "string")
    kind = kind[0] if isinstance(kind, list) else kind
    if kind == "object":
        properties = schema.get("properties", {})
        return {key: value_of(one, key, root, depth + 1) for key, one in properties.items()}
    if kind == "array":
        count = max(1, schema.get("minItems", 1))
        return [value_of(schema.get("items", {}), name, root, depth + 1)] * count
    if kind in ("integer", "number"):
        return schema.get("minimum", 1)
    if kind in ("boolean", "null"):
        return True if kind == "boolean" else None
    return _FORMATS.get(schema.get("format", ""), name)


def _referred(pointer: str, root: Any) -> Any:
    for step in pointer.split("/")[1:]:
        root = root[step]
    return root
