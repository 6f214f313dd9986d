"""Converts proto3 JSON to dataclasses and back.

A document class is a dataclass whose fields have the names of the proto message's fields and whose
annotations are `str`, `bool`, `float`, the integer aliases below, a `StrEnum` of proto value names, another
document class, `list[...]`, `dict[str, str]`, or any of these `| None` for fields with presence. Absent and
null fields have the field's default. Every other mismatch is a USER failure that names the field.
"""

import dataclasses
import difflib
import functools
import json
import math
import re
import types
from enum import StrEnum
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin, get_type_hints

from retort_trainer.failures import user_error

Int32 = Annotated[int, (-(2**31), 2**31 - 1)]
Int64 = Annotated[int, (-(2**63), 2**63 - 1)]
UInt32 = Annotated[int, (0, 2**32 - 1)]
UInt64 = Annotated[int, (0, 2**64 - 1)]

Document = TypeVar("Document")

# JSON can represent them with an escape; tokenizers and UTF-8 cannot.
_SURROGATE = re.compile("[\ud800-\udfff]")


def parse_json(
    cls: type[Document], text: str | bytes, *, source: str, ignore_unknown: bool = False
) -> Document:
    """Parses JSON text into a document; `source` names the text in messages."""
    return parse(cls, decode(text, source=source), source=source, ignore_unknown=ignore_unknown)


def decode(text: str | bytes, *, source: str) -> Any:
    """The value of JSON text."""
    try:
        return json.loads(text)
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise user_error("BAD_DOCUMENT", f"{source}: not JSON: {error}") from error


def parse(cls: type[Document], value: Any, *, source: str, ignore_unknown: bool = False) -> Document:
    """Parses a decoded JSON value into a document. Unknown fields are errors unless `ignore_unknown`."""
    return _parse_message(cls, value, "", source, ignore_unknown)


def to_json(document: Any) -> str:
    """Compact proto3 JSON of a document; omits fields that are None."""
    return json.dumps(to_value(document), ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def to_value(value: Any) -> Any:
    """The JSON value of a document. Doubles that are not finite become the strings of proto3 JSON."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = ((field.name, getattr(value, field.name)) for field in dataclasses.fields(value))
        return {name: to_value(item) for name, item in fields if item is not None}
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    if isinstance(value, (list, tuple)):
        return [to_value(item) for item in value]
    if isinstance(value, dict):
        return {key: to_value(item) for key, item in value.items()}
    return value


def _parse_message(cls: type[Document], value: Any, path: str, source: str, ignore_unknown: bool) -> Document:
    if not isinstance(value, dict):
        raise _mismatch(source, path, value, "an object")
    hints = _hints(cls)  # type: ignore[arg-type]
    unknown = [name for name in value if name not in hints]
    if unknown and not ignore_unknown:
        name = unknown[0]
        near = difflib.get_close_matches(name, hints, n=1)
        hint = f"did you mean {near[0]}?" if near else f"expected: one of {', '.join(hints)}"
        raise user_error("BAD_DOCUMENT", f"{source}: {_join(path, name)}: unknown field ({hint})")
    fields = {
        name: _parse_value(hint, value[name], _join(path, name), source, ignore_unknown)
        for name, hint in hints.items()
        if value.get(name) is not None
    }
    try:
        return cls(**fields)
    except TypeError as error:
        missing = [
            field.name
            for field in dataclasses.fields(cls)  # type: ignore[arg-type]
            if field.default is dataclasses.MISSING
            and field.default_factory is dataclasses.MISSING
            and field.name not in fields
        ]
        raise user_error(
            "BAD_DOCUMENT", f"{source}: {_join(path, missing[0])}: missing (required)"
        ) from error


@functools.cache
def _hints(cls: type[Any]) -> dict[str, Any]:
    hints = get_type_hints(cls, include_extras=True)
    return {field.name: hints[field.name] for field in dataclasses.fields(cls)}


def _parse_value(hint: Any, value: Any, path: str, source: str, ignore_unknown: bool) -> Any:
    origin = get_origin(hint)
    if origin in (Union, types.UnionType):
        hint = next(option for option in get_args(hint) if option is not type(None))
        return _parse_value(hint, value, path, source, ignore_unknown)
    if origin is Annotated:
        low, high = get_args(hint)[1]
        return _parse_integer(value, low, high, path, source)
    if origin is list:
        if not isinstance(value, list):
            raise _mismatch(source, path, value, "a list")
        item = get_args(hint)[0]
        return [
            _parse_value(item, entry, f"{path}[{index}]", source, ignore_unknown)
            for index, entry in enumerate(value)
        ]
    if origin is dict:
        if not isinstance(value, dict):
            raise _mismatch(source, path, value, "an object")
        item = get_args(hint)[1]
        return {
            key: _parse_value(item, entry, _join(path, key), source, ignore_unknown)
            for key, entry in value.items()
        }
    if dataclasses.is_dataclass(hint):
        return _parse_message(hint, value, path, source, ignore_unknown)  # type: ignore[arg-type]
    if hint is float:
        return _parse_double(value, path, source)
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        if not isinstance(value, str) or value not in hint._value2member_map_:
            raise _mismatch(source, path, value, f"one of {', '.join(member.value for member in hint)}")
        return hint(value)
    if hint in (str, bool):
        if type(value) is not hint:
            raise _mismatch(source, path, value, "a string" if hint is str else "true or false")
        if hint is str and _SURROGATE.search(value):
            raise _mismatch(source, path, value, "Unicode text: a half of a surrogate pair stands alone")
        return value
    raise TypeError(f"{path}: annotation {hint} is not one a document may have")


def _parse_integer(value: Any, low: int, high: int, path: str, source: str) -> int:
    number: int | None = None
    if isinstance(value, str):
        try:
            number = int(value)
        except ValueError:
            number = None
    elif isinstance(value, float):
        number = int(value) if value.is_integer() else None
    elif isinstance(value, int) and not isinstance(value, bool):
        number = value
    if number is None or not low <= number <= high:
        raise _mismatch(source, path, value, f"an integer from {low} to {high}")
    return number


def _parse_double(value: Any, path: str, source: str) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise _mismatch(source, path, value, "a number")
    try:
        return float(value)
    except (ValueError, OverflowError) as error:
        raise _mismatch(source, path, value, "a number") from error


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _mismatch(source: str, path: str, value: Any, expected: str) -> Exception:
    shown = json.dumps(value, default=str)
    shown = shown if len(shown) <= 120 else shown[:117] + "..."
    where = f"{source}: {path}" if path else source
    return user_error("BAD_DOCUMENT", f"{where}: {shown} (expected: {expected})")
