"""Extraction and equivalence of final answers."""

import json
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from retort_trainer import code_blocks, sandbox
from retort_trainer.answers import LONGEST_COMPARED, Check, Gold, check, equivalent, extract_answer
from retort_trainer.data import AnswerKind
from retort_trainer.equivalence import AlgebraChecker
from retort_trainer.failures import RetortError

GOLDEN = [
    json.loads(line) for line in Path(__file__).with_name("golden_answers.jsonl").read_text().splitlines()
]
ADD = "def add(a, b):\n    return a + b"
CODE = Gold(ADD, AnswerKind.CODE, "assert add(2, 3) == 5")
needs_sandbox = pytest.mark.skipif(
    sandbox._missing() is not None, reason=f"no sandbox here: {sandbox._missing()}"
)


@pytest.mark.parametrize("row", GOLDEN, ids=lambda row: f"{row['kind']}-{row['gold']}-{row['text'][:30]}")
def test_golden_answers(row: dict[str, Any]) -> None:
    gold = Gold(row["gold"], AnswerKind[row["kind"]])
    found = check(gold, row["text"])
    assert found.correct is row["correct"], found


@pytest.mark.parametrize(
    "text",
    [
        ADD,
        f"Add them.\n```python\n{ADD}\n```\nDone.",
        f"```\nwrong(\n```\nor rather\n~~~py\n{ADD}\n~~~\n```bash\nls\n```",
        f"<think>\n```python\nwrong(\n```\n</think>\n```python\n{ADD}\n```",
        f"<think>\nwrong(\n</think>\n{ADD}",
        f"cut off:\n```python\n{ADD}",
    ],
)
@needs_sandbox
def test_code_that_passes_its_tests(text: str) -> None:
    assert check(CODE, text) == Check(ADD, True)


@needs_sandbox
def test_code_that_does_not_pass_says_why() -> None:
    assert check(CODE, "```python\ndef add(a, b):\n    return 6\n```").reason.startswith("AssertionError")
    assert check(CODE, "I do not know.").reason.startswith("SyntaxError")
    assert check(CODE, "") == Check("", False, "no code")


def test_code_without_a_sandbox(monkeypatch: pytest.MonkeyPatch) -> None:
    missing = RetortError("FAILURE_CATEGORY_USER", "SANDBOX_MISSING", "no bwrap")  # type: ignore[arg-type]
    monkeypatch.setattr(sandbox, "_missing", lambda: missing)
    with pytest.raises(RetortError, match="SANDBOX_MISSING"):
        check(CODE, ADD)


def test_code_blocks() -> None:
    assert code_blocks.last("no block") is None
    assert code_blocks.last("```python\n\n```") is None
    assert code_blocks.last("```java\nint x;\n```") is None
    assert code_blocks.last("````python\n```\nx\n````") == "```\nx"
    assert code_blocks.last("```\nx = 1\n```\n```sh\nls\n```") == "x = 1"


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("so \\boxed{3} or rather \\boxed{\\frac{1}{2}}.", "\\frac{1}{2}"),
        ("\\boxed{7} and \\boxed{8", "7"),
        ("\\boxed{7} and \\boxed{}", "7"),
        ("The final answer is: $\\boxed{7}$.", "7"),
        ("The answer is 19 dollars. Nice!", "19 dollars"),
        ("The answer is 3.5.", "3.5"),
        ("**Answer:** 12", "12"),
        ("first\n#### 1,080", "1,080"),
        ("<think>\nThe answer is 3.\n</think>\n\nThe answer is \\boxed{4}.", "4"),
        ("<think>\n\\boxed{3}\n</think>\n\nThe answer is 4.", "4"),
        ("<think>\n\\boxed{3}\n</think>\n\nWell.", "3"),
        ("<|begin_of_thought|>\\boxed{1}<|end_of_thought|>The answer is 2.", "2"),
        ("5 + 7 = 12 apples", None),
        ("", None),
    ],
)
def test_extraction(text: str, answer: str | None) -> None:
    assert extract_answer(text) == answer


def test_last_number_counts_only_when_allowed() -> None:
    assert extract_answer("5 + 7 = 12 apples") is None
    assert extract_answer("5 + 7 = 1,200 apples", last_number=True) == "1,200"
    assert extract_answer("it costs $4.50", last_number=True) == "4.50"
    assert extract_answer("none at all", last_number=True) is None


@pytest.mark.parametrize(
    ("gold", "answer"),
    [
        ("19", "19"),
        ("19", " $19.00 "),
        ("19", "19 dollars."),
        ("1080", "1,080"),
        ("1,080", "1{,}080"),
        ("-3", "\u22123"),
        ("50", "50%"),
        ("0.5", "50\\%"),
        ("1/2", "0.5"),
        ("\\frac{1}{2}", "\\dfrac12"),
        ("5", "\\text{5 km}"),
        ("5 km", "5 kilometers"),
        ("Paris", "paris."),
        ("B", "(B)"),
        ("B", "\\text{B}"),
        ("(B)", "B. Because it is."),
    ],
)
def test_equivalent_without_algebra(gold: str, answer: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(AlgebraChecker, "equivalent", _never)
    assert equivalent(gold, answer)


@pytest.mark.parametrize(
    ("gold", "answer"),
    [
        ("19", "18"),
        ("19", None),
        ("19", ""),
        ("", ""),
        ("5 km", "5 m"),
        ("5", "5 million"),
        ("A", "A train leaves"),
        ("B", "C"),
        ("Paris", "London is not it"),
        ("9", "9" * (LONGEST_COMPARED + 1)),
        ("9", "{" * LONGEST_COMPARED),
    ],
)
def test_not_equivalent(gold: str, answer: str | None) -> None:
    assert not equivalent(gold, answer)


@pytest.mark.parametrize(
    ("gold", "answer", "same"),
    [
        ("\\frac{\\sqrt{2}}{2}", "\\frac{1}{\\sqrt{2}}", True),
        ("x^2+2x+1", "(x+1)^2", True),
        ("(1,2)", "(1, 2)", True),
        ("(0,1)", "[0,1]", False),
        ("3", "x=3", True),
    ],
)
def test_algebra_decides_expressions(gold: str, answer: str, same: bool) -> None:
    assert equivalent(gold, answer) is same


def test_hostile_expression_is_killed_and_the_next_one_answered() -> None:
    checker = AlgebraChecker(decision_seconds=0.2)
    try:
        assert not checker.equivalent("5", "9^{9^{9^{9}}}")
        checker.decision_seconds = 120
        assert checker.equivalent("\\frac{2}{4}", "1/2")
    finally:
        checker.close()


def test_works_outside_the_main_thread() -> None:
    results: list[bool] = []
    thread = threading.Thread(target=lambda: results.append(equivalent("y^2 - 1", "(y-1)(y+1)")))
    thread.start()
    thread.join()
    assert results == [True]


@pytest.mark.parametrize(
    "text",
    [
        "\\boxed{" * 20_000,
        "answer is " * 20_000,
        "#" * 200_000,
        "the answer is " + "*" * 200_000,
        "1," * 100_000,
        "9" * 200_000,
        "$" * 200_000,
        "A) " * 70_000,
        '"' * 200_000,
        '"answer is ' * 20_000,
        "```\n" * 50_000,
        "option is " * 20_000,
    ],
)
def test_hostile_text_is_read_in_linear_time(text: str) -> None:
    began = time.process_time()
    for kind in (AnswerKind.MATH, AnswerKind.CHOICE, AnswerKind.EXACT):
        check(Gold("12", kind), text, last_number=True)
    code_blocks.last(text)
    equivalent("12", text[:LONGEST_COMPARED])
    # Quadratic behaviour would take minutes.
    assert time.process_time() - began < 20


def _never(*_: object) -> bool:
    raise AssertionError("algebra was asked")
