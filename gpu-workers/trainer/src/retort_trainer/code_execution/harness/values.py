"""Exchanges plain Python data as frames of JSON between the process of a solution and that of its tests.

Decoding a frame only creates data, and the size of a frame is limited. A subclass of a plain type arrives as
the plain type, so that comparisons of the tests do not call methods of a solution's class.
"""

import decimal
import fractions
import json
import socket
import struct
from collections.abc import Callable, Iterable, Iterator
from typing import Any

LARGEST_FRAME_BYTES = 8 * 1024 * 1024
# An endless iterator is not a result.
_MOST_ITEMS = 1_000_000
_LONG_BITS = 256
_HEADER = struct.Struct("=I")


class NotPlainError(Exception):
    """A value is not, or not only, plain data."""


class ClosedError(Exception):
    """The other side has ended."""


def send(connection: socket.socket, value: object) -> None:
    """Writes one frame. Raises NotPlainError before anything is written."""
    try:
        content = json.dumps(value).encode()
    except (ValueError, RecursionError, MemoryError) as error:
        raise NotPlainError(f"{type(error).__name__}: {error}") from error
    if len(content) > LARGEST_FRAME_BYTES:
        raise NotPlainError(f"{len(content)} bytes (expected: at most {LARGEST_FRAME_BYTES})")
    try:
        connection.sendall(_HEADER.pack(len(content)) + content)
    except OSError as error:
        raise ClosedError from error


def receive(connection: socket.socket) -> Any:
    """The next frame's JSON value."""
    (length,) = _HEADER.unpack(_exactly(connection, _HEADER.size))
    if length > LARGEST_FRAME_BYTES:
        raise NotPlainError(f"{length} bytes (expected: at most {LARGEST_FRAME_BYTES})")
    try:
        return json.loads(_exactly(connection, length))
    except (ValueError, RecursionError) as error:
        raise NotPlainError(f"{type(error).__name__}: {error}") from error


def _exactly(connection: socket.socket, length: int) -> bytes:
    content = bytearray()
    while len(content) < length:
        try:
            chunk = connection.recv(min(65_536, length - len(content)))
        except OSError as error:
            raise ClosedError from error
        if not chunk:
            raise ClosedError
        content += chunk
    return bytes(content)


def encode(value: object) -> Any:
    """The JSON of a value: the value itself, or a list of the name of its type and its parts."""
    if value is None or value is True or value is False or isinstance(value, (float, str)):
        return value
    if isinstance(value, int):
        # Parsing decimal digits in JSON is limited, and takes quadratic time.
        return value if value.bit_length() < _LONG_BITS else ["int", hex(value)]
    for kind, parts in _ENCODERS.items():
        if isinstance(value, kind):
            return [kind.__name__, *parts(value)]
    raise NotPlainError(f"{type(value).__name__} (expected: plain data)")


def decode(value: Any) -> Any:
    """The value of JSON that `encode` created. Raises NotPlainError for any other JSON."""
    if isinstance(value, dict):
        raise NotPlainError("an object (expected: a value)")
    if not isinstance(value, list):
        return value
    try:
        return _DECODERS[value[0]](value[1:])
    except (ArithmeticError, IndexError, KeyError, RecursionError, TypeError, ValueError) as error:
        raise NotPlainError(f"{type(error).__name__}: {error}") from error


def _items(values: Iterable[object]) -> Iterator[Any]:
    for number, item in enumerate(values):
        if number == _MOST_ITEMS:
            raise NotPlainError(f"more than {_MOST_ITEMS} items")
        yield encode(item)


_ENCODERS: dict[type[Any], Callable[[Any], Iterable[Any]]] = {
    list: _items,
    tuple: _items,
    dict: lambda value: ([encode(key), encode(item)] for key, item in value.items()),
    set: _items,
    frozenset: _items,
    bytes: lambda value: [value.hex()],
    bytearray: lambda value: [value.hex()],
    complex: lambda value: [value.real, value.imag],
    range: lambda value: [value.start, value.stop, value.step],
    decimal.Decimal: lambda value: [str(value)],
    fractions.Fraction: lambda value: [hex(value.numerator), hex(value.denominator)],
    Iterator: _items,
}

_DECODERS: dict[str, Callable[[list[Any]], Any]] = {
    "int": lambda parts: int(parts[0], 16),
    "list": lambda parts: [decode(part) for part in parts],
    "tuple": lambda parts: tuple(decode(part) for part in parts),
    "dict": lambda parts: {decode(key): decode(item) for key, item in parts},
    "set": lambda parts: {decode(part) for part in parts},
    "frozenset": lambda parts: frozenset(decode(part) for part in parts),
    "bytes": lambda parts: bytes.fromhex(parts[0]),
    "bytearray": lambda parts: bytearray.fromhex(parts[0]),
    "complex": lambda parts: complex(parts[0], parts[1]),
    "range": lambda parts: range(parts[0], parts[1], parts[2]),
    "Decimal": lambda parts: decimal.Decimal(parts[0]),
    "Fraction": lambda parts: fractions.Fraction(int(parts[0], 16), int(parts[1], 16)),
    "Iterator": lambda parts: iter([decode(part) for part in parts]),
}
