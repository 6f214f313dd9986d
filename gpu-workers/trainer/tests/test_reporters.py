from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from retort_trainer import reporters, training
from retort_trainer.artifact import ArtifactRef
from retort_trainer.context import JobContext
from retort_trainer.data import Sample
from retort_trainer.failures import FailureCategory, RetortError
from retort_trainer.job import TrainerJob, TrainingStage
from retort_trainer.spec import Reporter


def test_tensorboard_gets_the_losses_of_the_result(
    make_job: Callable[..., TrainerJob],
    write_rows: Callable[[list[Any]], ArtifactRef],
    samples: list[Sample],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TENSORBOARD_LOGGING_DIR", str(tmp_path / "board"))
    job = make_job(TrainingStage.SFT, write_rows(samples), max_steps=3, reporters=[Reporter.TENSORBOARD])

    result = training.run(job, JobContext()).training

    assert result is not None
    board = EventAccumulator(str(tmp_path / "board"))
    board.Reload()
    logged = [(event.step, event.value) for event in board.Scalars("train/loss")]
    assert [step for step, _ in logged] == [1, 2, 3]
    assert [value for _, value in logged] == pytest.approx([point.loss for point in result.curve])


def test_reporter_that_is_not_installed_is_named() -> None:
    with pytest.raises(RetortError) as error:
        reporters.report_to([Reporter.TENSORBOARD, Reporter.MLFLOW])
    assert error.value.category is FailureCategory.USER
    assert error.value.message.startswith("reporters: mlflow (expected: installed")


def test_without_reporters_nothing_reports() -> None:
    assert reporters.report_to([]) == "none"
