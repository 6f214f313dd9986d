"""The answer server as the pipeline runs it: a child process, JSON lines in and out."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from retort_trainer.code_execution import sandbox


def ask(lines: list[bytes]) -> list[dict[str, Any]]:
    done = subprocess.run(
        [sys.executable, "-m", "retort_trainer.answer_server"],
        input=b"\n".join(lines),
        capture_output=True,
        check=True,
        timeout=120,
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_answers_in_order() -> None:
    questions = [
        {"id": 1, "gold": "1/2", "text": "so \\boxed{0.5}"},
        {"id": "two", "gold": "3", "answer": "4"},
        {"id": 3, "gold": "3", "text": "it is 3", "last_number": False},
        {"id": 4, "gold": "3", "text": "it is 3"},
        {"id": 5, "gold": "3", "answer": "\\int x"},
    ]
    assert ask([json.dumps(question).encode() for question in questions]) == [
        {"id": 1, "answer": "0.5", "verdict": "EQUAL", "correct": True},
        {"id": "two", "answer": "4", "verdict": "DIFFERENT", "correct": False},
        {"id": 3, "answer": "", "verdict": "DIFFERENT", "correct": False},
        {"id": 4, "answer": "3", "verdict": "EQUAL", "correct": True},
        {
            "id": 5,
            "answer": "\\int x",
            "verdict": "UNDECIDED",
            "correct": False,
            "reason": "the answer is not read: \\int",
        },
    ]


def test_garbage_is_answered_and_survived() -> None:
    replies = ask(
        [
            b"garbage",
            b"\xff\xfe",
            b"[" * 100_000,
            b"",
            b"[1]",
            b'{"id": 7}',
            b'{"id": 8, "gold": "1", "text": "x", "answer": "y"}',
            b'{"id": 9, "gold": "1", "answer": "1"}',
        ]
    )
    assert [reply["id"] for reply in replies] == [None, None, None, None, 7, 8, 9]
    assert all("error" in reply for reply in replies[:-1])
    assert replies[-1] == {"id": 9, "answer": "1", "verdict": "EQUAL", "correct": True}


def test_prints_do_not_reach_the_protocol() -> None:
    code = (
        "import os, sys; from retort_trainer import answer_server as server; decide = server.compare\n"
        "def noisy(*given):\n    print('printed'); os.write(1, b'written'); return decide(*given)\n"
        "server.compare = noisy; sys.exit(server.main())"
    )
    question = {"id": 1, "gold": "1", "answer": "1"}
    done = subprocess.run(
        [sys.executable, "-c", code],
        input=json.dumps(question).encode(),
        capture_output=True,
        check=True,
        timeout=60,
    )
    assert json.loads(done.stdout) == {"id": 1, "answer": "1", "verdict": "EQUAL", "correct": True}


def test_a_reply_comes_before_the_next_question() -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "retort_trainer.answer_server"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as child:
        assert child.stdin is not None and child.stdout is not None
        for number in range(3):
            child.stdin.write(json.dumps({"id": number, "gold": "1", "answer": "1"}).encode() + b"\n")
            child.stdin.flush()
            assert json.loads(child.stdout.readline())["id"] == number
        child.stdin.close()
        assert child.wait(timeout=60) == 0


@pytest.mark.skipif(sandbox._missing() is not None, reason=f"no sandbox here: {sandbox._missing()}")
def test_code_is_run() -> None:
    code = {"kind": "ANSWER_KIND_CODE", "gold": "", "tests": "assert f() == 1"}
    stdin = {"kind": "KIND_STDIN", "tests": [{"input": "1", "expected_output": "-1"}]}
    tests = {"kind": "ANSWER_KIND_CODE", "gold": "", "code_tests": stdin}
    questions = [
        {"id": 1, **code, "answer": "def f():\n    return 1"},
        {"id": 2, **code, "text": "```python\ndef f():\n    return 2\n```"},
        {"id": 3, "sandbox": True},
        {"id": 4, **tests, "answer": "print(-int(input()))"},
        {"id": 5, **tests, "answer": "print(2)"},
    ]
    assert ask([json.dumps(question).encode() for question in questions]) == [
        {"id": 1, "answer": "def f():\n    return 1", "verdict": "EQUAL", "correct": True},
        {
            "id": 2,
            "answer": "def f():\n    return 2",
            "verdict": "DIFFERENT",
            "correct": False,
            "reason": "AssertionError:",
        },
        {"id": 3, "sandbox": True},
        {"id": 4, "answer": "print(-int(input()))", "verdict": "EQUAL", "correct": True},
        {
            "id": 5,
            "answer": "print(2)",
            "verdict": "DIFFERENT",
            "correct": False,
            "reason": "test 1 of 1: '2' (expected: '-1')",
        },
    ]


@pytest.mark.skipif(sandbox._missing() is not None, reason=f"no sandbox here: {sandbox._missing()}")
def test_tests_that_grade_nothing_have_a_category() -> None:
    question = {"kind": "ANSWER_KIND_CODE", "gold": "", "answer": "x = 1"}
    for tests in ({"kind": "KIND_STDIN"}, {"kind": "STDIN"}, "assert x", {"tests": [{"input": 1}]}):
        (told,) = ask([json.dumps({"id": 1, **question, "code_tests": tests}).encode()])
        assert told["category"] == "FAILURE_CATEGORY_USER", told
        assert "code_tests" in told["error"]


def test_missing_sandbox_has_a_category(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    for question in (
        {"id": 1, "sandbox": True},
        {"id": 1, "kind": "ANSWER_KIND_CODE", "gold": "", "tests": "", "answer": "x = 1"},
    ):
        (told,) = ask([json.dumps(question).encode()])
        assert (told["id"], told["category"], told["type"]) == (1, "FAILURE_CATEGORY_USER", "SANDBOX_MISSING")
        assert "install bubblewrap" in told["error"]


def test_tokens_are_counted(model_folder: Path, tokenizer: Any) -> None:
    texts = ["Add 2 and 3.", "", "\u00e9" * 20]
    (told,) = ask([json.dumps({"id": 1, "tokenizer": str(model_folder), "texts": texts}).encode()])
    expected = [len(tokenizer(text, add_special_tokens=False)["input_ids"]) for text in texts]
    assert told == {"id": 1, "tokens": expected}


def test_missing_tokenizer_has_a_category(tmp_path: Path) -> None:
    (told,) = ask([json.dumps({"id": 1, "tokenizer": str(tmp_path), "texts": ["a"]}).encode()])
    assert told["type"] == "TOKENIZER_MISSING"
    assert str(tmp_path) in told["error"]


def test_no_heavy_library_is_loaded() -> None:
    heavy = "{'torch', 'transformers', 'trl', 'mpmath', 'sympy', 'ray'}"
    code = f"import sys, retort_trainer.answer_server; print(sorted({heavy} & sys.modules.keys()))"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=True, text=True, timeout=60
    )
    assert done.stdout.strip() == "[]"
