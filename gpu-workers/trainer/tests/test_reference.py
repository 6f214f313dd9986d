"""The reference's values are computed once: later attempts compute only the missing ones."""

import json
import multiprocessing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from transformers import TrainerCallback

from retort_trainer import reference, store
from retort_trainer.cogpo import CogPOTrainer
from retort_trainer.context import JobContext
from retort_trainer.data import PreferencePair
from retort_trainer.failures import JobStopped, RetortError
from retort_trainer.fence import Fence
from retort_trainer.job import TrainerJob, TrainerProgress, TrainingResult, TrainingStage
from retort_trainer.spec import LoraSpec
from tests import reference_ranks
from tests.jobs import MakeJob, WriteRows, run

PAIRS = 6
SHARD_ROWS = 2


class Crash(Exception):
    """Stands in for the end of the process."""


class CrashAtStep(TrainerCallback):
    def __init__(self, step: int) -> None:
        self._step = step

    def on_step_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        if state.global_step == self._step:
            raise Crash


class Pass:
    """Counts the rows of the reference's pass; may crash before it computes more than a given number."""

    def __init__(self) -> None:
        self.rows = 0
        self.crash_after = 1000

    def counted(self, rows: int) -> None:
        if self.rows + rows > self.crash_after:
            raise Crash
        self.rows += rows


@pytest.fixture
def passed(monkeypatch: pytest.MonkeyPatch) -> Pass:
    count = Pass()
    compute = CogPOTrainer.compute_ref_log_probs

    def counting(self: CogPOTrainer, model: Any, inputs: dict[str, Any]) -> Any:
        count.counted(inputs["input_ids"].shape[0] // 2)
        return compute(self, model, inputs)

    monkeypatch.setattr(CogPOTrainer, "compute_ref_log_probs", counting)
    monkeypatch.setattr(reference, "SHARD_ROWS", SHARD_ROWS)
    return count


@pytest.fixture
def job(make_job: MakeJob, write_rows: WriteRows, pairs: list[PreferencePair]) -> TrainerJob:
    return make_job(TrainingStage.COGPO, write_rows(pairs), "job", per_device_batch_size=2)


@pytest.fixture
def whole(job: TrainerJob, passed: Pass) -> TrainingResult:
    """The same job without a crash."""
    assert job.training is not None
    uri = f"{job.training.checkpoints_uri}-undisturbed"
    result = run(replace(job, training=replace(job.training, checkpoints_uri=uri)))
    assert passed.rows == PAIRS
    passed.rows = 0
    return result


def folder(job: TrainerJob) -> Path:
    assert job.training is not None
    path = store.local_path(job.training.checkpoints_uri)
    assert path is not None
    return path / "reference"


def losses(result: TrainingResult) -> list[float]:
    return [point.loss for point in result.curve]


def test_an_attempt_after_the_pass_computes_nothing_again(
    job: TrainerJob, passed: Pass, whole: TrainingResult
) -> None:
    with pytest.raises(Crash):
        run(job, callbacks=[CrashAtStep(3)])
    assert passed.rows == PAIRS
    reports: list[TrainerProgress] = []
    resumed = run(job, JobContext(None, reports.append))
    assert (passed.rows, resumed.resumed_from_step) == (PAIRS, 2)
    assert {report.unit for report in reports} == {"steps"}
    assert losses(resumed) == pytest.approx(losses(whole), abs=1e-5)
    assert len(list(folder(job).iterdir())) == 2 * PAIRS / SHARD_ROWS


def test_the_pass_tells_of_its_pairs(job: TrainerJob, passed: Pass) -> None:
    reports: list[TrainerProgress] = []
    stepping: list[bool] = []

    def note(report: TrainerProgress) -> None:
        reports.append(report)
        stepping.append(context.stepping)

    context = JobContext(None, note)
    run(job, context)
    told = [(report.done, report.total) for report in reports if report.unit == "pairs"]
    assert told == [(2, PAIRS), (4, PAIRS), (6, PAIRS)]
    assert [report.unit for report in reports[:4]] == ["pairs"] * 3 + ["steps"]
    assert stepping[:4] == [False] * 3 + [True]


def test_an_attempt_that_dies_in_the_pass_loses_its_shard(
    job: TrainerJob, passed: Pass, whole: TrainingResult, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Its second one, of which the first batch is done.
    monkeypatch.setattr(reference, "SHARD_ROWS", 3)
    passed.crash_after = 5
    with pytest.raises(Crash):
        run(job)
    passed.rows, passed.crash_after = 0, 1000
    resumed = run(job)
    assert passed.rows == PAIRS - 3
    assert losses(resumed) == pytest.approx(losses(whole), abs=1e-5)


def test_a_stop_in_the_pass_keeps_what_is_done(job: TrainerJob, passed: Pass) -> None:
    class StopAsked(JobContext):
        """A stop is requested once the first shard exists."""

        def should_stop(self) -> bool:
            return passed.rows == SHARD_ROWS

        def raise_if_stopped(self) -> None:
            if self.should_stop():
                raise JobStopped

    with pytest.raises(JobStopped):
        run(job, StopAsked())
    assert passed.rows == SHARD_ROWS
    run(job)
    assert passed.rows == PAIRS


def test_settings_of_the_optimizer_leave_the_values_alone(
    make_job: MakeJob, write_rows: WriteRows, pairs: list[PreferencePair], passed: Pass
) -> None:
    run(make_job(TrainingStage.COGPO, write_rows(pairs), max_steps=1))
    other = [replace(pair, beta=0.3) for pair in pairs]
    other[0] = replace(other[0], chosen="Otherwise.")
    run(
        make_job(
            TrainingStage.COGPO,
            write_rows(other),
            max_steps=2,
            learning_rate=1e-3,
            label_smoothing=0.1,
            per_device_batch_size=1,
        )
    )
    # The changed pair and its neighbour.
    assert passed.rows == PAIRS + SHARD_ROWS


def test_other_weights_have_other_values(job: TrainerJob, passed: Pass, whole: TrainingResult) -> None:
    run(job)
    assert job.training is not None
    run(replace(job, training=replace(job.training, model_uri=whole.model_uri)))
    assert passed.rows == 2 * PAIRS


def test_held_out_pairs_and_adapters_have_stored_values_too(
    make_job: MakeJob, write_rows: WriteRows, pairs: list[PreferencePair], passed: Pass
) -> None:
    job = make_job(TrainingStage.COGPO, write_rows(pairs), validation_ratio=0.4, lora=LoraSpec(rank=4))
    with pytest.raises(Crash):
        run(job, callbacks=[CrashAtStep(1)])
    assert passed.rows == PAIRS
    assert run(job).validation_rows > 0
    assert passed.rows == PAIRS


def test_damaged_values_are_computed_anew(
    job: TrainerJob, passed: Pass, whole: TrainingResult, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(Crash):
        run(job, callbacks=[CrashAtStep(0)])
    marks = sorted(folder(job).glob("*.json"))
    marks[0].with_suffix(".safetensors").write_bytes(b"half")
    marks[1].unlink()
    marks[2].write_text("{")
    resumed = run(job)
    assert passed.rows == 2 * PAIRS
    assert losses(resumed) == pytest.approx(losses(whole), abs=1e-5)
    assert f"computed anew: {marks[0].with_suffix('.safetensors').as_uri()}: sha256 is" in caplog.text
    assert f"computed anew: {marks[1].as_uri()}: there is no such object" in caplog.text
    assert f"computed anew: {marks[2].as_uri()}: not JSON" in caplog.text
    (folder(job).parent / "final" / "COMPLETE.json").unlink()
    run(job)
    assert passed.rows == 2 * PAIRS


def test_an_older_owner_stores_nothing(job: TrainerJob, passed: Pass) -> None:
    assert job.training is not None
    uri = job.training.checkpoints_uri

    class TakenOver(JobContext):
        def raise_if_stopped(self) -> None:
            Fence(uri, 2).take()

    fence = Fence(uri, 1)
    fence.take()
    with pytest.raises(RetortError, match="FENCED"):
        run(job, TakenOver(fence))
    assert passed.rows == SHARD_ROWS
    assert store.names(uri) == ["fence"]


def test_two_ranks_share_the_pass_and_the_store_of_rank_0(tmp_path: Path) -> None:
    spawn = multiprocessing.get_context("spawn")
    processes = [
        spawn.Process(target=reference_ranks.compute_twice, args=(rank, tmp_path)) for rank in range(2)
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
        assert process.exitcode == 0
    seen = [json.loads((tmp_path / f"seen-{rank}").read_text()) for rank in range(2)]
    # By length, the longest first, four at a time: 1 4 6 2, then 3 0 5.
    assert [each["computed"] for each in seen] == [[[1, 6], [3, 5]], [[4, 2], [0]]]
    expected = [[-float(row), -10.0 * row] for row in range(len(reference_ranks.ROWS))]
    assert [each["values"] for each in seen] == [[expected, expected]] * 2
    assert not (tmp_path / "stored-1").exists()
