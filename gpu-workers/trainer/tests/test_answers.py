"""Extraction and verdicts of final answers."""

import json
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from retort_trainer import code_blocks
from retort_trainer.answers import LONGEST_COMPARED, Check, Gold, check, decide, equivalent, extract_answer
from retort_trainer.code_execution import sandbox
from retort_trainer.data import AnswerKind
from retort_trainer.equivalence import AlgebraChecker
from retort_trainer.failures import RetortError
from retort_trainer.verdicts import Verdict

CASES = [json.loads(line) for line in Path(__file__).with_name("answer_cases.jsonl").read_text().splitlines()]
ADD = "def add(a, b):\n    return a + b"
CODE = Gold(ADD, AnswerKind.CODE, "assert add(2, 3) == 5")
needs_sandbox = pytest.mark.skipif(
    sandbox._missing() is not None, reason=f"no sandbox here: {sandbox._missing()}"
)


@pytest.mark.parametrize(
    "row", [row for row in CASES if "answer" in row], ids=lambda row: f"{row['gold']}|{row['answer']}"[:60]
)
def test_pairs(row: dict[str, Any]) -> None:
    gold, answer = row["gold"], row["answer"]
    assert decide(gold, answer).verdict == row["verdict"], decide(gold, answer)
    assert decide(answer, gold).verdict == row["verdict"], "the other way round"


@pytest.mark.parametrize(
    "row",
    [row for row in CASES if "text" in row],
    ids=lambda row: f"{row['kind']}-{row['gold']}-{row['text'][:30]}",
)
def test_texts(row: dict[str, Any]) -> None:
    found = check(Gold(row["gold"], AnswerKind[row["kind"]]), row["text"])
    verdict = "NONE" if not found.answer and found.verdict is Verdict.DIFFERENT else found.verdict
    assert verdict == row["verdict"], found
    if row["kind"] == "MATH" and "stated" in row:
        assert extract_answer(row["text"], last_number=True) == row["stated"]


@pytest.mark.parametrize(
    "text",
    [
        ADD,
        f"Add them.\n```python\n{ADD}\n```\nDone.",
        f"```\nwrong(\n```\nor rather\n~~~py\n{ADD}\n~~~\n```bash\nls\n```",
        f"<think>\n```python\nwrong(\n```\n</think>\n```python\n{ADD}\n```",
        f"<think>\nwrong(\n</think>\n{ADD}",
        f"cut off:\n```python\n{ADD}",
        f"<think>\nTry\n```python\nwrong(\n</think>\nHere:\n```python\n{ADD}\n```\nDone.",
        f"Try\n```python\nwrong(\n\nRather:\n```python\n{ADD}\n```\nDone.",
        f"```text\n{'long ' * 20_000}\n```\n```python\n{ADD}\n```\nDone.",
    ],
)
@needs_sandbox
def test_code_that_passes_its_tests(text: str) -> None:
    assert check(CODE, text) == Check(ADD, Verdict.EQUAL)


@needs_sandbox
def test_code_that_does_not_pass_says_why() -> None:
    assert check(CODE, "```python\ndef add(a, b):\n    return 6\n```").reason.startswith("AssertionError")
    assert check(CODE, "I do not know.").reason.startswith("SyntaxError")
    assert check(CODE, "") == Check("", Verdict.DIFFERENT, "no code")


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
    assert code_blocks.last("```python\nx = (\nRather:\n```python\nx = 1\n```\n") == "x = 1"
    assert code_blocks.last("```python\nx = 1\n```\n```\n```sh\nls\n```") == "x = 1"


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
        ("<think>\n\\boxed{3}\n</think>\n\nWell.", None),
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
    ("gold", "answer", "same"),
    [
        ("19", "19", True),
        ("19", " $19.00 ", True),
        ("1080", "1,080", True),
        ("-3", "\u22123", True),
        ("19", "18", False),
        ("19", None, False),
        ("19", "", False),
        ("", "", False),
        ("Paris", "paris.", True),
        ("B", "(B)", True),
        ("B", "\\text{B}", True),
        ("(B)", "B. Because it is.", True),
        ("B", "C", False),
        ("9" * 600, "9" * 600, True),
    ],
)
def test_decided_without_algebra(
    gold: str, answer: str | None, same: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(AlgebraChecker, "decide", _never)
    assert decide(gold, answer).verdict is (Verdict.EQUAL if same else Verdict.DIFFERENT)


@pytest.mark.parametrize("answer", ["A train leaves", "A"])
def test_article_is_no_letter(answer: str) -> None:
    assert equivalent("A", answer) is (answer == "A")


@pytest.mark.parametrize("answer", ["9" * (LONGEST_COMPARED + 1), "{" * LONGEST_COMPARED])
def test_what_is_not_read_is_told_apart(answer: str) -> None:
    decision = decide("9", answer)
    assert decision.verdict is Verdict.UNDECIDED and decision.reason


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
        "not 1 " * 50_000,
        "$x=1$ " * 50_000,
        "\\[1 " * 50_000,
        "1 1/2 than " * 30_000,
        "If it were so the answer would be 1 " * 10_000,
        "many people think the answer is not 1 but 2, " * 10_000,
        "B is correct, choose B, " * 10_000,
        "\\frac{1}{2" * 20_000,
        "1 dollars and " * 20_000,
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
