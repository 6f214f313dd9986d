from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from retort_trainer import store
from retort_trainer.context import JobContext
from retort_trainer.data import PreferencePair, Sample
from retort_trainer.failures import FailureCategory, RetortError
from retort_trainer.job import TrainerProgress, TrainingStage
from retort_trainer.spec import Batching, LoraSpec
from retort_trainer.validation import EarlyStop, best_step, held_out
from tests.jobs import PATIENT, MakeJob, WriteRows, run, stop_and_resume, with_held_out_rows_unlike


def test_all_rows_of_a_problem_fall_on_the_same_side() -> None:
    problems = [f"problem {number % 20}" for number in range(60)]
    out = held_out(problems, 0.25, seed=3)
    chosen = {problem for problem, is_out in zip(problems, out, strict=True) if is_out}
    assert len(chosen) == 5
    assert [problem in chosen for problem in problems] == out
    assert held_out(problems, 0.25, seed=3) == out
    assert held_out(problems, 0.25, seed=4) != out
    # The same problems for another order of the rows.
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

    # Other chains in the held-out rows change their loss, but not the training.
    chain = "chain" if stage is TrainingStage.SFT else "chosen"
    changed = [
        replace(row, **{chain: "Quite another way."}) if is_out else row
        for row, is_out in zip(rows, out, strict=True)
    ]
    other = run(make_job(stage, write_rows(changed), "changed", **settings))
    assert other.curve == result.curve
    assert other.validation_curve != result.validation_curve


@pytest.mark.parametrize("stage", [TrainingStage.SFT, TrainingStage.COGPO])
def test_held_out_loss_does_not_depend_on_the_batches(
    make_job: MakeJob,
    write_rows: WriteRows,
    samples: list[Sample],
    pairs: list[PreferencePair],
    stage: TrainingStage,
) -> None:
    rows: list[Any] = list(samples if stage is TrainingStage.SFT else pairs)
    rows[0] = replace(rows[0], **{"chain" if stage is TrainingStage.SFT else "chosen": "Long. " * 12})
    dataset = write_rows(rows)

    def look(batch_size: int) -> float:
        # The first step of the warm-up, which does not change the weights yet.
        settings = {"max_steps": 1, "validation_ratio": 0.5, "validation_steps": 1}
        name = f"by {batch_size}"
        result = run(make_job(stage, dataset, name, per_device_batch_size=batch_size, **settings))
        return result.validation_curve[0].loss

    assert look(4) == pytest.approx(look(1), abs=1e-6)


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


def looks(*losses: float) -> list[dict[str, float]]:
    """The log of a trainer that evaluates the held-out loss at every second step."""
    log: list[dict[str, float]] = []
    for number, loss in enumerate(losses, start=1):
        log += [{"loss": 1.0, "step": 2 * number - 1}, {"loss": 1.0, "step": 2 * number}]
        log.append({"eval_loss": loss, "step": 2 * number})
    return log


def test_patience_counts_looks_since_the_best() -> None:
    assert best_step(looks()) is None
    assert best_step(looks(3.0, 2.0, 2.0, 2.5)) == 4
    assert not EarlyStop(1).is_over(looks())
    assert not EarlyStop(2).is_over(looks(3.0, 2.0, 2.0))
    assert EarlyStop(2).is_over(looks(3.0, 2.0, 2.0, 2.5))
    assert not EarlyStop(2).is_over(looks(3.0, 2.0, 2.0, 1.5))


@pytest.mark.parametrize("lora", [None, LoraSpec(rank=4)])
@pytest.mark.parametrize("stage", [TrainingStage.SFT, TrainingStage.COGPO])
def test_training_ends_early_with_the_best_model(
    make_job: MakeJob,
    write_rows: WriteRows,
    samples: list[Sample],
    pairs: list[PreferencePair],
    stage: TrainingStage,
    lora: LoraSpec | None,
) -> None:
    rows: list[Any] = list(samples if stage is TrainingStage.SFT else pairs)
    job = make_job(stage, write_rows(with_held_out_rows_unlike(rows)), lora=lora, **PATIENT)
    result = run(job)

    curve = {point.step: point.loss for point in result.validation_curve}
    best = min(curve, key=lambda step: curve[step])
    assert (result.best_step, result.steps, result.stopped_early) == (best, best + 3, True)
    assert result.steps < 30
    assert job.training is not None
    checkpoints = job.training.checkpoints_uri
    kept = {name for name in store.names(checkpoints) if name.startswith("step-")}
    assert kept == {f"step-{best}", f"step-{best + 3}"}
    if lora is None:
        with store.local_folder(checkpoints) as folder:
            saved = load_file(folder / f"step-{best}" / "model.safetensors")
            final = load_file(folder / "final" / "model.safetensors")
        assert saved.keys() == final.keys()
        assert all(torch.equal(saved[name], final[name]) for name in saved)

    # If the attempt died before the model was published, the next one makes no further steps.
    with store.local_folder(checkpoints) as folder:
        before = weights(folder)
    store.delete(store.join(checkpoints, "final"))
    again = run(job)
    assert (again.best_step, again.steps, again.stopped_early) == (best, best + 3, True)
    assert again.validation_curve == result.validation_curve
    with store.local_folder(checkpoints) as folder:
        assert weights(folder) == before


def weights(folder: Path) -> bytes:
    return (folder / "final" / "model.safetensors").read_bytes()


def test_early_stop_that_never_comes_takes_the_best_look_and_sees_the_last_step(
    make_job: MakeJob, write_rows: WriteRows, samples: list[Sample]
) -> None:
    settings = {"max_steps": 5, "validation_ratio": 0.25, "validation_steps": 2, "early_stopping_patience": 9}
    result = run(make_job(TrainingStage.SFT, write_rows(samples), **settings))
    assert [point.step for point in result.validation_curve] == [2, 4, 5]
    assert min(point.loss for point in result.validation_curve) == result.validation_curve[-1].loss
    assert (result.steps, result.best_step, result.stopped_early) == (5, 0, False)


@pytest.mark.parametrize("max_steps", [4, 5])
def test_resumed_at_its_very_end_training_takes_no_further_step(
    make_job: MakeJob, write_rows: WriteRows, samples: list[Sample], max_steps: int
) -> None:
    job = make_job(TrainingStage.SFT, write_rows(samples), max_steps=max_steps)
    whole = run(job)
    assert job.training is not None
    store.delete(store.join(job.training.checkpoints_uri, "final"))
    again = run(job)
    assert (again.steps, again.resumed_from_step, again.curve) == (max_steps, max_steps, whole.curve)
