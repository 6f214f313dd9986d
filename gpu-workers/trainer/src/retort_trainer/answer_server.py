"""Answers the pipeline's questions, one JSON object per line: `python -m retort_trainer.answer_server`.

    {"id": 1, "gold": "1/2", "text": "... \\boxed{0.5}"}
                       ->  {"id": 1, "answer": "0.5", "verdict": "EQUAL", "correct": true}
    {"id": 2, "gold": "1/2", "answer": "0.25"}
                       ->  {"id": 2, "answer": "0.25", "verdict": "DIFFERENT", "correct": false}
    {"id": 3, "kind": "ANSWER_KIND_CODE", "gold": "", "tests": "assert f() == 1", "text": "..."}
                       ->  {"id": 3, "answer": "def f(): ...", "verdict": "DIFFERENT", "correct": false,
                            "reason": "AssertionError:"}
    {"id": 4, "kind": "ANSWER_KIND_CODE", "gold": "", "code_tests": {"kind": "KIND_STDIN", ...}, "text": "."}
                       ->  the same for tests that are not a Python program: retort.v1.CodeTests
    {"id": 5, "sandbox": true}                             ->  {"id": 5, "sandbox": true}
    {"id": 6, "tokenizer": "/models/student", "texts": ["a b", ""]}  ->  {"id": 6, "tokens": [2, 0]}
    {"id": 7, "student": "/models/student", "template": {"max_length": 1024}, "max_new_tokens": 512,
     "rows": [{"problem": "1 + 1?", "chain": "...", "answer": "2", "answer_kind": "ANSWER_KIND_MATH"}]}
                       ->  {"id": 7, "context": 8192, "shortest": 51, "tokens": [63]}
    anything else                                          ->  {"id": null, "error": "..."}

`template` is a StudentTemplate of retort/v1/trainer.proto; `context` is null if the model does not state it,
and `tokens` omits rows that training excludes for a reason other than their length.

`id` is any JSON value and is returned unchanged. The default of `kind` is MATH. `verdict` is EQUAL, DIFFERENT
or, with a reason, UNDECIDED. `answer` is empty if a text states none; with `"last_number": false` the last
number of a text does not count as an answer. An error that a user has to fix, or that another attempt may
fix, has a `category` and a `type`. Answers are in the order of the questions, and nothing else is written to
standard output, even if libraries print. The process ends at the end of its input.
"""

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from retort_trainer import documents, tokens
from retort_trainer.answers import Gold, check, compare
from retort_trainer.code_execution import self_test
from retort_trainer.data import AnswerKind, CodeTests, Sample
from retort_trainer.equivalence import protected_output
from retort_trainer.failures import RetortError
from retort_trainer.job import StudentTemplate

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
    try:
        return {"id": identifier, **_answer(question)}
    except RetortError as error:
        reply = {"error": error.message, "category": error.category.value, "type": error.type}
        return {"id": identifier, **reply}
    except _BadQuestion as error:
        return {"id": identifier, "error": str(error)}
    except Exception as error:  # One question must not affect the others.
        return {"id": identifier, "error": f"{type(error).__name__}: {error}"}


class _BadQuestion(Exception):
    pass


def _answer(question: dict[str, Any]) -> dict[str, object]:
    if question.get("sandbox") is True:
        self_test.require()
        return {"sandbox": True}
    if "tokenizer" in question:
        return {"tokens": tokens.count(_string(question, "tokenizer"), _strings(question, "texts"))}
    if "student" in question:
        return _student(question)
    kind = question.get("kind", AnswerKind.MATH.value)
    if kind not in AnswerKind._value2member_map_:
        raise _BadQuestion(f"kind: {kind!r:.100} (expected: one of {', '.join(AnswerKind)})")
    gold = Gold(
        _string(question, "gold"), AnswerKind(kind), _string(question, "tests", ""), _code_tests(question)
    )
    text, answer = question.get("text"), question.get("answer")
    if isinstance(text, str) == isinstance(answer, str):
        raise _BadQuestion("text, answer: expected exactly one of them, a string")
    if isinstance(text, str):
        found = check(gold, text, last_number=question.get("last_number") is not False)
    else:
        found = compare(gold, answer)
    reply: dict[str, object] = {
        "answer": found.answer,
        "verdict": found.verdict.value,
        "correct": found.correct,
    }
    return {**reply, "reason": found.reason} if found.reason else reply


def _code_tests(question: dict[str, Any]) -> CodeTests | None:
    tests = question.get("code_tests")
    if tests is None:
        return None
    return documents.parse(CodeTests, tests, source="code_tests", ignore_unknown=True)


def _student(question: dict[str, Any]) -> dict[str, object]:
    # Imports transformers, which no other question needs.
    from retort_trainer import student_check

    rows = question.get("rows", [])
    if not isinstance(rows, list):
        raise _BadQuestion(f"rows: {rows!r:.100} (expected: a list)")
    longest = question.get("max_new_tokens", 0)
    if not isinstance(longest, int):
        raise _BadQuestion(f"max_new_tokens: {longest!r:.100} (expected: a whole number)")
    lengths = student_check.check(
        Path(_string(question, "student")),
        documents.parse(StudentTemplate, question.get("template", {}), source="template"),
        longest,
        [documents.parse(Sample, row, source="rows", ignore_unknown=True) for row in rows],
    )
    return {"context": lengths.context, "shortest": lengths.shortest, "tokens": lengths.rows}


def _string(question: dict[str, Any], name: str, default: str | None = None) -> str:
    value = question.get(name, default)
    if not isinstance(value, str):
        raise _BadQuestion(f"{name}: {value!r:.100} (expected: a string)")
    return value


def _strings(question: dict[str, Any], name: str) -> list[str]:
    value = question.get(name)
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise _BadQuestion(f"{name}: {value!r:.100} (expected: a list of strings)")
    return value


def serve(source: BinaryIO, sink: BinaryIO) -> None:
    """Answers line by line until the source ends; flushes when no complete line is waiting."""
    for lines in _batches(source):
        for line in lines:
            sink.write(json.dumps(reply(line)).encode() + b"\n")
        sink.flush()


def _batches(source: BinaryIO) -> Iterator[list[bytes]]:
    """Complete lines, as soon as they arrive. A line that is too long is replaced by one that is not JSON."""
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
    output = protected_output()
    try:
        serve(sys.stdin.buffer, output)
    except (BrokenPipeError, KeyboardInterrupt):
        # The caller has ended; another error at interpreter exit would not help.
        os.dup2(os.open(os.devnull, os.O_WRONLY), output.fileno())
    return 0


if __name__ == "__main__":
    sys.exit(main())
