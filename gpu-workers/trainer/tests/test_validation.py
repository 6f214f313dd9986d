from dataclasses import replace
from typing import Any

import pytest

from retort_trainer.context import JobContext
from retort_trainer.data import PreferencePair, Sample
from retort_trainer.failures import FailureCategory, RetortError
from retort_trainer.job import TrainerProgress, TrainingStage
from retort_trainer.spec import Batching
from retort_trainer.validation import held_out
from tests.jobs import MakeJob, WriteRows, run, stop_and_resume


def test_all_rows_of_a_problem_fall_on_the_same_side() -> None:
    problems = [f"problem {number % 20}" for number in range(60)]
    out = held_out(problems, 0.25, seed=3)
    chosen = {problem for problem, is_out in zip(problems, out, strict=True) if is_out}
    assert len(chosen) == 5
    assert [problem in chosen for problem in problems] == out
    assert held_out(problems, 0.25, seed=3) == out
    assert held_out(problems, 0.25, seed=4) != out
    # Of another order of the rows, the same problems.
    assert held_out(problems[::-1], 0.25, seed=3) == out[::-1]


def test_at_least_one_problem_is_on_each_side() -> None:
    assert sum(held_out(["a", "b", "c"], 0.01, seed=1)) == 1
    assert sum(held_out(["a", "b"], 0.5, seed=1)) == 1
    assert held_out(["a"], 0, seed=1) == [False]
    with pytest.raises(RetortError, match=r"0.1 of 1 problem \(expected: at least 2 problems\)") as error:
        held_out(["a", "a"], 0.1, seed=1)
    assert (error.value.category, error.value.type) == (FailureCategory.USER, "NO_VALIDATION_ROWS")


@pytest.mark.parametrize("stage", [TrainingStage.SFT, TrainingStage.COGPO])
def test_held_out_rows_bear_a_loss_and_are_never_trained_on(
    make_job: MakeJob,
    write_rows: WriteRows,
    samples: list[Sample],
    pairs: list[PreferencePair],
    stage: TrainingStage,
) -> None:
    rows: list[Any] = list(samples if stage is TrainingStage.SFT else pairs)
    settings = {"max_steps": 4, "validation_ratio": 0.25, "validation_steps": 2}
    reports: list[TrainerProgress] = []
    result = run(make_job(stage, write_rows(rows), "whole", **settings), JobContext(None, reports.append))
    out = held_out([row.problem for row in rows], 0.25, seed=7)

    assert (result.validation_rows, result.rows) == (sum(out), len(rows) - sum(out))
    assert [point.step for point in result.validation_curve] == [2, 4]
    assert result.validation_curve[0].loss != result.validation_curve[1].loss
    assert reports[-1].validation_loss == result.validation_curve[-1].loss

    # Other chains in the held-out rows change their loss, and nothing of training.
    chain = "chain" if stage is TrainingStage.SFT else "chosen"
    changed = [
        replace(row, **{chain: "Quite another way."}) if is_out else row
        for row, is_out in zip(rows, out, strict=True)
    ]
    other = run(make_job(stage, write_rows(changed), "changed", **settings))
    assert other.curve == result.curve
    assert other.validation_curve != result.validation_curve


@pytest.mark.parametrize(
    ("stage", "batching"),
    [
        (TrainingStage.SFT, Batching.LENGTH_GROUPED),
        (TrainingStage.SFT, Batching.PACKED),
        (TrainingStage.COGPO, Batching.LENGTH_GROUPED),
    ],
)
def test_stopped_training_resumes_on_both_curves(
    make_job: MakeJob,
    write_rows: WriteRows,
    samples: list[Sample],
    pairs: list[PreferencePair],
    stage: TrainingStage,
    batching: Batching,
) -> None:
    dataset = write_rows(samples if stage is TrainingStage.SFT else pairs)
    settings = {
        "max_steps": 6,
        "per_device_batch_size": 2,
        "validation_ratio": 0.25,
        "validation_steps": 2,
        "batching": batching,
    }
    whole = run(make_job(stage, dataset, "whole", **settings))
    job = make_job(stage, dataset, "parts", **settings)
    resumed = stop_and_resume(job)

    assert resumed.resumed_from_step == 4
    for mine, theirs in ((resumed.curve, whole.curve), (resumed.validation_curve, whole.validation_curve)):
        assert [point.step for point in mine] == [point.step for point in theirs]
        assert [point.loss for point in mine] == pytest.approx([point.loss for point in theirs], abs=1e-5)
