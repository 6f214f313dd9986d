"""Verdicts on the answers of real data sets, if they exist next to the checkout."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from retort_trainer.answers import Gold, check, decide
from retort_trainer.mathematics.comparison import compare
from retort_trainer.mathematics.forms import Form
from retort_trainer.mathematics.reading import readings
from retort_trainer.verdicts import EQUAL, Verdict

# Answers of MATH-500 that equal the answer of another problem, manually verified.
_SAME_ELSEWHERE = 25


def _rows(name: str) -> list[dict[str, Any]]:
    for folder in Path(__file__).parents:
        file = folder / "shared" / "data" / name
        if file.is_file():
            return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    pytest.skip(f"shared/data/{name} is not beside the checkout")


@pytest.mark.parametrize(("name", "rows"), [("gsm8k_train.jsonl", 7_473), ("gsm8k_test.jsonl", 1_319)])
def test_solutions_state_their_gold_answers(name: str, rows: int) -> None:
    solutions = [row["answer"] for row in _rows(name)]
    assert len(solutions) == rows
    for solution in solutions:
        stated = solution.rsplit("####", 1)[1].strip()
        gold = stated.replace(",", "")
        assert check(Gold(gold), solution).verdict is Verdict.EQUAL, solution
        assert check(Gold(stated), solution).verdict is Verdict.EQUAL, solution
        for other in (str(int(gold) + 1), f"{gold}0" if gold != "0" else "10", f"{gold}.5"):
            assert check(Gold(other), solution).verdict is Verdict.DIFFERENT, (other, solution)
        boxed = f"{re.sub(r'####.*', '', solution)}\nSo the answer is \\boxed{{{stated}}}."
        assert check(Gold(gold), boxed).verdict is Verdict.EQUAL, boxed


def test_answers_of_math500_are_themselves_and_no_others() -> None:
    golds = [row["true_answer"] for row in _rows("math500.jsonl")]
    assert len(golds) == 500
    read: dict[str, list[Form]] = {gold: readings(gold) for gold in golds}
    for gold in read:
        assert decide(gold, f"${gold}$").verdict is Verdict.EQUAL, gold
        assert check(Gold(gold), f"Hence \\boxed{{{gold}}}.").verdict is Verdict.EQUAL, gold
    same = {
        (one, other)
        for index, one in enumerate(read)
        for other in list(read)[:index]
        if any(compare(left, right) == EQUAL for left in read[one] for right in read[other])
    }
    assert len(same) <= _SAME_ELSEWHERE, sorted(same)


def test_solutions_of_aime_state_their_gold_answers() -> None:
    for row in _rows("aime24.jsonl"):
        if "boxed" in row["solution"]:
            assert check(Gold(row["true_answer"]), row["solution"]).verdict is Verdict.EQUAL, row["solution"]
