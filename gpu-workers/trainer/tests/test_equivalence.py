"""The child process that compares answers by computer algebra: its limits, and repeated questions."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import pytest

from retort_trainer.equivalence import AlgebraChecker
from retort_trainer.failures import RetortError
from retort_trainer.verdicts import EQUAL, Verdict

# Takes years to compute, and is within all limits of the parser.
ENDLESS = "e^{e^{e^{e^{e}}}}"


@pytest.fixture
def checker() -> Iterator[AlgebraChecker]:
    made = AlgebraChecker()
    yield made
    made.close()


def test_what_takes_too_much_computing_is_undecided(checker: AlgebraChecker) -> None:
    checker.decision_seconds = 0.2
    decision = checker.decide("5", ENDLESS)
    assert decision.verdict is Verdict.UNDECIDED
    assert "0.2 s of computing" in decision.reason
    checker.decision_seconds = 60
    assert checker.decide("\\frac{2}{4}", "1/2") == EQUAL


@pytest.mark.parametrize("answer", ["9^{9^{9^{9}}}", "1e999999999", "9999999!", "\\binom{99999999}{55555}"])
def test_numbers_are_bounded(checker: AlgebraChecker, answer: str) -> None:
    checker.decision_seconds = 60
    began = time.process_time()
    assert checker.decide("5", answer).verdict is Verdict.UNDECIDED
    assert time.process_time() - began < 5


def test_killed_child_is_asked_again(checker: AlgebraChecker, monkeypatch: pytest.MonkeyPatch) -> None:
    kills = _killing(checker, monkeypatch, times=2)
    assert checker.decide("x+1", "1+x") == EQUAL
    assert len(kills) == 2


def test_child_that_is_always_killed_is_an_error(
    checker: AlgebraChecker, monkeypatch: pytest.MonkeyPatch
) -> None:
    _killing(checker, monkeypatch, times=100)
    with pytest.raises(RetortError, match="ANSWER_CHECKER_FAILED"):
        checker.decide("x+1", "1+x")


def test_stray_lines_and_other_ids_are_passed_over(checker: AlgebraChecker) -> None:
    assert checker.decide("x+2", "2+x") == EQUAL
    checker._lines.put("Warning: something\n")
    checker._lines.put('{"id": 1, "verdict": "DIFFERENT", "reason": "an old answer"}\n')
    checker._lines.put("[]\n")
    assert checker.decide("x+1", "1+x") == EQUAL


def test_child_ends_by_itself_when_its_parent_is_gone() -> None:
    child = subprocess.Popen(
        [sys.executable, "-m", "retort_trainer.equivalence"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdin is not None and child.stdout is not None
    assert "ready" in child.stdout.readline()
    child.stdin.write(f'{{"id": 1, "gold": "5", "answer": "{ENDLESS}", "seconds": 0.3}}\n')
    child.stdin.close()
    # In the middle of a computation it does not detect that its input has ended. On a machine without a free
    # processor the limit of its wall time ends it first.
    assert child.wait(timeout=60) in (-signal.SIGPROF, -signal.SIGALRM)
    child.stdout.close()


def test_prints_of_libraries_stay_out_of_the_protocol() -> None:
    code = (
        "import os; from retort_trainer import equivalence; output = equivalence.protected_output();"
        "print('printed'); os.write(1, b'written'); output.write(b'reply'); output.flush()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, timeout=60)
    assert done.stdout == b"reply"
    assert b"printed" in done.stderr and b"written" in done.stderr


def _killing(checker: AlgebraChecker, monkeypatch: pytest.MonkeyPatch, times: int) -> list[int]:
    """Kills the child as soon as it is ready, as the kernel does when memory is short."""
    kills: list[int] = []
    started = AlgebraChecker._started

    def start_and_kill(self: AlgebraChecker) -> Any:
        child = started(self)
        if len(kills) < times:
            kills.append(child.pid)
            os.kill(child.pid, signal.SIGKILL)
            child.wait()
        return child

    monkeypatch.setattr(AlgebraChecker, "_started", start_and_kill)
    return kills
