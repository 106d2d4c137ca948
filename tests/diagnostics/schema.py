"""A validator of JSON Schema, as far as the schemas of docs/schema go: it refuses what it does not know."""
import json
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from cases import Wrong, require

SCHEMAS = pathlib.Path(__file__).resolve().parents[2] / "docs/schema"


TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None)}
SAID = {"$schema", "$defs", "title", "description"}


def schema_of(name):
    return json.loads((SCHEMAS / name).read_text(encoding="utf-8"))


def has_type(value, name):
    if name in ("number", "integer"):
        return isinstance(value, (int, float)) and not isinstance(value, bool) and (name == "number" or value % 1 == 0)
    return isinstance(value, TYPES[name])


def same(a, b):
    return type(a) is type(b) and a == b


def check_type(value, names, *_):
    return any(has_type(value, name) for name in ([names] if isinstance(names, str) else names))


RULES = {
    "type": check_type,
    "enum": lambda value, allowed: any(same(value, item) for item in allowed),
    "pattern": lambda value, pattern: not isinstance(value, str) or re.search(pattern, value),
    "minLength": lambda value, least: not isinstance(value, str) or len(value) >= least,
    "minimum": lambda value, least: not has_type(value, "number") or value >= least,
    "minItems": lambda value, least: not isinstance(value, list) or len(value) >= least,
    "maxItems": lambda value, most: not isinstance(value, list) or len(value) <= most,
    "required": lambda value, keys: not isinstance(value, dict) or all(key in value for key in keys),
}


def resolve(root, reference):
    file, _, pointer = reference.partition("#/")
    root = schema_of(file) if file else root
    found = root
    for part in pointer.split("/"):
        found = found[part]
    return root, found


def validate_members(root, schema, value, at):
    known, more = schema.get("properties", {}), schema.get("additionalProperties", True)
    for key, member in value.items():
        if key in known:
            validate(root, known[key], member, f"{at}.{key}")
        elif isinstance(more, dict):
            validate(root, more, member, f"{at}.{key}")
        else:
            require(more, f"{at} has a member `{key}`, which the schema does not know")


def validate(root, schema, value, at="$"):
    for key, argument in schema.items():
        if key in RULES:
            require(RULES[key](value, argument), f"{at}: {json.dumps(value)[:200]} against {key}: {argument}")
        elif key == "$ref":
            validate(*resolve(root, argument), value, at)
        elif key == "items" and isinstance(value, list):
            for i, item in enumerate(value):
                validate(root, argument, item, f"{at}[{i}]")
        else:
            require(key in SAID | {"items", "properties", "additionalProperties"}, f"the schema says `{key}`")
    if isinstance(value, dict) and ("properties" in schema or "additionalProperties" in schema):
        validate_members(root, schema, value, at)


def validate_by(name, document):
    schema = schema_of(name)
    validate(schema, schema, document)
