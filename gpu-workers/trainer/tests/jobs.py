"""Runs training jobs in the tests' own process."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest
from transformers import TrainerCallback

from retort_trainer import training
from retort_trainer.artifact import ArtifactRef
from retort_trainer.context import JobContext
from retort_trainer.data import Sample
from retort_trainer.failures import JobStopped
from retort_trainer.job import TrainerJob, TrainerProgress, TrainingResult
from retort_trainer.validation import held_out

# The fixtures make_job and write_rows.
MakeJob = Callable[..., TrainerJob]
WriteRows = Callable[[list[Any]], ArtifactRef]
# Settings of a job that ends early on rows by `with_held_out_rows_unlike`.
PATIENT: dict[str, Any] = {
    "max_steps": 30,
    "learning_rate": 5e-2,
    "checkpoint_steps": 100,
    "checkpoints_kept": 1,
    "validation_ratio": 1 / 3,
    "validation_steps": 1,
    "early_stopping_patience": 3,
}


def run(
    job: TrainerJob, context: JobContext | None = None, callbacks: Sequence[TrainerCallback] = ()
) -> TrainingResult:
    result = training.run(job, context or JobContext(), callbacks).training
    assert result is not None
    return result


def stop_and_resume(job: TrainerJob, told_step: int = 3) -> TrainingResult:
    """Requests a stop when the job reports a step, so that it ends one step later, and runs it again."""

    def stop(progress: TrainerProgress) -> None:
        if progress.done == told_step:
            context.request_stop()

    context = JobContext(None, stop)
    with pytest.raises(JobStopped):
        run(job, context)
    return run(job)


def with_held_out_rows_unlike(rows: list[Any]) -> list[Any]:
    """The rows; training on the others makes those that a `PATIENT` job holds out less likely."""
    out = held_out([row.problem for row in rows], PATIENT["validation_ratio"], seed=7)
    return [_unlike(row) if is_out else row for row, is_out in zip(rows, out, strict=True)]


def _unlike(row: Any) -> Any:
    if isinstance(row, Sample):
        return replace(row, chain="zq xj " * 12)
    return replace(row, chosen=row.rejected, rejected=row.chosen)
