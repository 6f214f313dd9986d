import json
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import TrainerCallback

from retort_trainer import models, store, training
from retort_trainer.cogpo import CogPOTrainer
from retort_trainer.context import JobContext
from retort_trainer.data import PreferencePair, Sample
from retort_trainer.failures import FailureCategory, RetortError, to_failure
from retort_trainer.fence import Fence
from retort_trainer.job import TrainingStage
from retort_trainer.spec import Batching
from tests.jobs import MakeJob, WriteRows, run


class OutOfMemory(TrainerCallback):
    """A step with four rows runs out of memory."""

    def __init__(self, step: int) -> None:
        self._step = step

    def on_step_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        if state.global_step == self._step and args.per_device_train_batch_size == 4:
            raise torch.OutOfMemoryError("CUDA out of memory")


@pytest.mark.parametrize("stage", [TrainingStage.SFT, TrainingStage.COGPO])
def test_the_next_attempt_goes_on_with_half_the_batch_and_the_same_rows(
    make_job: MakeJob,
    write_rows: WriteRows,
    samples: list[Sample],
    pairs: list[PreferencePair],
    stage: TrainingStage,
) -> None:
    dataset = write_rows(samples if stage is TrainingStage.SFT else pairs)
    settings = {"max_steps": 6, "halve_batch_on_out_of_memory": True}
    whole = run(make_job(stage, dataset, "whole", **settings))
    job = make_job(stage, dataset, "halved", **settings)

    with pytest.raises(RetortError, match="goes on with per_device_batch_size 2 instead of 4") as error:
        run(job, callbacks=[OutOfMemory(3)])
    result = run(job, callbacks=[OutOfMemory(3)])

    assert (error.value.category, error.value.type) == (FailureCategory.RESOURCE, "CUDA_OUT_OF_MEMORY")
    assert (result.per_device_batch_size, result.gradient_accumulation_steps) == (2, 2)
    assert (result.steps, result.resumed_from_step) == (6, 2)
    assert [point.loss for point in result.curve] == pytest.approx(
        [point.loss for point in whole.curve], abs=1e-5
    )


def test_the_reference_pass_halves_the_batch_too(
    make_job: MakeJob,
    write_rows: WriteRows,
    pairs: list[PreferencePair],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    compute = CogPOTrainer.compute_ref_log_probs

    def limited(self: CogPOTrainer, model: Any, inputs: dict[str, Any]) -> Any:
        # Two sides of a pair.
        if inputs["input_ids"].shape[0] > 2:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return compute(self, model, inputs)

    dataset = write_rows(pairs)
    whole = run(make_job(TrainingStage.COGPO, dataset, "whole"))
    monkeypatch.setattr(CogPOTrainer, "compute_ref_log_probs", limited)
    job = make_job(TrainingStage.COGPO, dataset, "halved", halve_batch_on_out_of_memory=True)
    for size in (2, 1):
        with pytest.raises(RetortError, match=f"goes on with per_device_batch_size {size} instead"):
            run(job)
    result = run(job)
    assert (result.per_device_batch_size, result.gradient_accumulation_steps) == (1, 4)
    assert [point.loss for point in result.curve] == pytest.approx(
        [point.loss for point in whole.curve], abs=1e-5
    )


def test_memory_that_the_model_alone_fills_is_not_the_batch(
    make_job: MakeJob,
    write_rows: WriteRows,
    samples: list[Sample],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def load(*arguments: Any) -> Any:
        raise torch.OutOfMemoryError("CUDA out of memory")

    monkeypatch.setattr(models, "load_model", load)
    job = make_job(TrainingStage.SFT, write_rows(samples), halve_batch_on_out_of_memory=True)
    with pytest.raises(torch.OutOfMemoryError) as error:
        run(job)
    failure = to_failure(error.value)
    assert (failure.category, failure.type) == (FailureCategory.RESOURCE, "CUDA_OUT_OF_MEMORY")
    assert not (tmp_path / "checkpoints" / "batch-size.json").exists()


def test_without_the_setting_nothing_is_halved(
    make_job: MakeJob, write_rows: WriteRows, samples: list[Sample], tmp_path: Path
) -> None:
    job = make_job(TrainingStage.SFT, write_rows(samples))
    with pytest.raises(torch.OutOfMemoryError):
        run(job, callbacks=[OutOfMemory(1)])
    assert not (tmp_path / "checkpoints" / "batch-size.json").exists()


def test_a_single_row_cannot_be_made_smaller(
    make_job: MakeJob, write_rows: WriteRows, samples: list[Sample], tmp_path: Path
) -> None:
    class NoMemory(TrainerCallback):
        def on_step_begin(self, *args: Any, **kwargs: Any) -> None:
            raise torch.OutOfMemoryError("CUDA out of memory")

    job = make_job(
        TrainingStage.SFT, write_rows(samples), per_device_batch_size=1, halve_batch_on_out_of_memory=True
    )
    with pytest.raises(torch.OutOfMemoryError):
        run(job, callbacks=[NoMemory()])
    assert not (tmp_path / "checkpoints" / "batch-size.json").exists()


def test_an_older_owner_records_nothing(
    make_job: MakeJob, write_rows: WriteRows, samples: list[Sample], tmp_path: Path
) -> None:
    job = make_job(TrainingStage.SFT, write_rows(samples), halve_batch_on_out_of_memory=True)
    assert job.training is not None
    checkpoints = job.training.checkpoints_uri
    fence = Fence(checkpoints, 1)
    fence.take()

    class TakenOver(OutOfMemory):
        def on_step_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
            Fence(checkpoints, 2).take()
            super().on_step_begin(args, state, control)

    with pytest.raises(RetortError, match="FENCED"):
        run(job, JobContext(fence), [TakenOver(0)])
    assert not (tmp_path / "checkpoints" / "batch-size.json").exists()


@pytest.mark.parametrize(
    ("record", "size"),
    [({"per_device_batch_size": 2}, 2), ({"per_device_batch_size": 2, "fingerprint": "of another job"}, 4)],
)
def test_only_the_same_job_goes_by_the_record(
    make_job: MakeJob, write_rows: WriteRows, samples: list[Sample], record: dict[str, Any], size: int
) -> None:
    job = make_job(TrainingStage.SFT, write_rows(samples), max_steps=1, halve_batch_on_out_of_memory=True)
    assert job.training is not None
    uri = store.join(job.training.checkpoints_uri, "batch-size.json")
    store.replace(
        uri,
        json.dumps({"fingerprint": training.fingerprint(job, Batching.LENGTH_GROUPED), **record}).encode(),
    )
    assert run(job).per_device_batch_size == size


def test_a_damaged_record_says_what_to_do(
    make_job: MakeJob, write_rows: WriteRows, samples: list[Sample]
) -> None:
    job = make_job(TrainingStage.SFT, write_rows(samples), halve_batch_on_out_of_memory=True)
    assert job.training is not None
    uri = store.join(job.training.checkpoints_uri, "batch-size.json")
    record = {"fingerprint": training.fingerprint(job, Batching.LENGTH_GROUPED), "per_device_batch_size": 3}
    store.replace(uri, json.dumps(record).encode())
    with pytest.raises(RetortError, match=r"per_device_batch_size: 3 \(expected: a divisor of 4\)"):
        run(job)
