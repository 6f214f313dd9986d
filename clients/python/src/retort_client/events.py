"""Server-sent events, as in the HTML standard."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Event:
    """One event; ``name`` is ``message`` unless the server names it."""

    name: str
    data: str
    event_id: str


def read(texts: Iterable[str]) -> Iterator[Event]:
    """Events of a response's text; comments, which keep the connection open, are left out."""
    name, event_id = "message", ""
    data: list[str] = []
    for line in _lines(texts):
        if not line:
            if data:
                yield Event(name, "\n".join(data), event_id)
            name, data = "message", []
            continue
        key, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if key == "data":
            data.append(value)
        elif key == "event":
            name = value
        elif key == "id":
            event_id = value


def _lines(texts: Iterable[str]) -> Iterator[str]:
    """Lines by line feeds alone: JSON may contain what else ends a line in Unicode."""
    rest = ""
    for text in texts:
        *lines, rest = (rest + text).split("\n")
        yield from (line.removesuffix("\r") for line in lines)
