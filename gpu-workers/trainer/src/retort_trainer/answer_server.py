"""Answers questions about final answers, one JSON object a line: `python -m retort_trainer.answer_server`.

    {"id": 1, "gold": "1/2", "text": "... \\boxed{0.5}"}   ->  {"id": 1, "answer": "0.5", "correct": true}
    {"id": 2, "gold": "1/2", "answer": "0.5"}              ->  {"id": 2, "answer": "0.5", "correct": true}
    anything else                                          ->  {"id": null, "error": "..."}

`id` is any JSON value and comes back as it was sent. With `"last_number": true` a bare last number counts as
the answer of a text; `answer` is empty where the text states none. Answers come in the order of the
questions. The process ends at the end of its input.
"""

import json
import os
import sys
from collections.abc import Iterator
from typing import BinaryIO

from retort_trainer.answers import check, equivalent

LONGEST_LINE = 16 * 1024 * 1024
_CHUNK_BYTES = 64 * 1024


def reply(line: bytes) -> dict[str, object]:
    """The answer to one line; never raises."""
    try:
        question = json.loads(line)
    except (ValueError, RecursionError) as error:
        return {"id": None, "error": f"not JSON: {error}"}
    if not isinstance(question, dict):
        return {"id": None, "error": f"{type(question).__name__} (expected: an object)"}
    identifier = question.get("id")
    gold, text, answer = question.get("gold"), question.get("text"), question.get("answer")
    if not isinstance(gold, str):
        return {"id": identifier, "error": f"gold: {gold!r:.100} (expected: a string)"}
    if isinstance(text, str) == isinstance(answer, str):
        return {"id": identifier, "error": "text, answer: expected exactly one of them, a string"}
    if isinstance(answer, str):
        return {"id": identifier, "answer": answer, "correct": equivalent(gold, answer)}
    assert isinstance(text, str)
    found, correct = check(gold, text, last_number=question.get("last_number") is True)
    return {"id": identifier, "answer": found, "correct": correct}


def serve(source: BinaryIO, sink: BinaryIO) -> None:
    """Answers line by line until the source ends; flushes when no whole line is waiting."""
    for lines in _batches(source):
        for line in lines:
            sink.write(json.dumps(reply(line)).encode() + b"\n")
        sink.flush()


def _batches(source: BinaryIO) -> Iterator[list[bytes]]:
    """Whole lines, as soon as they are there. One that is too long becomes one that is no JSON."""
    waiting = bytearray()
    skipping = False
    while chunk := os.read(source.fileno(), _CHUNK_BYTES):
        *ends, rest = chunk.split(b"\n")
        lines: list[bytes] = []
        for end in ends:
            if not skipping and (waiting + end).strip():
                lines.append(bytes(waiting + end))
            waiting.clear()
            skipping = False
        if not skipping:
            waiting += rest
            if len(waiting) > LONGEST_LINE:
                lines.append(b"line longer than %d bytes" % LONGEST_LINE)
                waiting.clear()
                skipping = True
        if lines:
            yield lines
    if waiting.strip():
        yield [bytes(waiting)]


def main() -> int:
    try:
        serve(sys.stdin.buffer, sys.stdout.buffer)
    except (BrokenPipeError, KeyboardInterrupt):
        # Whoever asked is gone; a second complaint at interpreter exit would help nobody.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


if __name__ == "__main__":
    sys.exit(main())
