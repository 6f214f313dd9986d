import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from transformers import TrainerControl, TrainerState, TrainingArguments

from retort_trainer import store, training
from retort_trainer.checkpoints import Checkpoint, CheckpointCallback, CheckpointFolder
from retort_trainer.context import JobContext
from retort_trainer.data import Sample
from retort_trainer.failures import RetortError
from retort_trainer.fence import Fence
from retort_trainer.job import TrainingStage
from tests import s3_server
from tests.jobs import MakeJob, WriteRows


@pytest.fixture(params=["file", "s3"])
def root(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A folder of each kind of store."""
    if request.param == "file":
        yield (tmp_path / "store").as_uri()
        return
    (tmp_path / "buckets" / "bucket").mkdir(parents=True)
    with s3_server.serve(tmp_path / "buckets") as endpoint:
        monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
        monkeypatch.setenv("AWS_REGION", "us-east-1")
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", s3_server.ACCESS_KEY)
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", s3_server.SECRET_KEY)
        yield "s3://bucket/store"


class Saved:
    """Stands in for Hugging Face's trainer: saves a checkpoint and calls the callback."""

    def __init__(self, output: Path, callback: CheckpointCallback) -> None:
        self._arguments = TrainingArguments(output_dir=str(output), use_cpu=True, report_to="none")
        self._callback = callback
        self._output = output

    def save(self, step: int) -> None:
        folder = self._output / f"checkpoint-{step}"
        (folder / "part").mkdir(parents=True)
        (folder / "model.safetensors").write_text(f"weights {step}")
        (folder / "part" / "state").write_text(f"state {step}")
        self._callback.on_save(self._arguments, TrainerState(global_step=step), TrainerControl())

    def end_step(self) -> None:
        self._callback.on_step_end(self._arguments, TrainerState(), TrainerControl())

    def end(self) -> None:
        self._callback.on_train_end(self._arguments, TrainerState(), TrainerControl())


def test_objects_and_folders(root: str, tmp_path: Path) -> None:
    uri = store.join(root, "a", "b c.json")
    assert not store.exists(uri)
    assert store.names(root) == []
    store.put_once(uri, b"1")
    store.put_once(uri, b"1")
    with pytest.raises(RetortError, match="ALREADY_EXISTS"):
        store.put_once(uri, b"2")
    store.replace(uri, b"3")
    assert store.read_bytes(uri) == b"3"
    assert store.names(store.join(root, "a")) == ["b c.json"]
    with pytest.raises(RetortError, match="DATA_NOT_FOUND"):
        store.read_bytes(store.join(root, "absent"))

    (tmp_path / "up" / "deep").mkdir(parents=True)
    for number in range(9):
        (tmp_path / "up" / "deep" / f"{number}").write_text(str(number))
    store.upload_folder(tmp_path / "up", store.join(root, "folder"))
    with store.local_folder(store.join(root, "folder")) as copy:
        assert {file.name: file.read_text() for file in (copy / "deep").iterdir()} == {
            str(number): str(number) for number in range(9)
        }
    store.delete(store.join(root, "folder"))
    assert store.names(root) == ["a"]


def test_training_goes_on_while_a_checkpoint_is_on_its_way(
    root: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_go = threading.Event()
    upload = store.upload_folder

    def slow(folder: Path, uri: str) -> None:
        assert may_go.wait(60)
        upload(folder, uri)

    monkeypatch.setattr(store, "upload_folder", slow)
    folder = CheckpointFolder(root, "job", JobContext())
    published: list[str] = []
    callback = CheckpointCallback(folder, published.append)
    trainer = Saved(tmp_path / "output", callback)
    trainer.save(1)
    trainer.end_step()
    assert published == []
    assert folder.last_complete() is None
    may_go.set()
    # The second one waits for the first.
    trainer.save(2)
    assert published == [store.join(root, "step-1")]
    trainer.end()
    callback.close()
    assert folder.last_complete() == Checkpoint(2, store.join(root, "step-2"))
    assert published[1:] == [store.join(root, "step-2")]
    assert store.read_bytes(store.join(root, "step-2", "part", "state")) == b"state 2"


def test_the_newest_and_the_best_are_kept(root: str, tmp_path: Path) -> None:
    folder = CheckpointFolder(root, "job", JobContext())
    best = iter((1, 2, 2, 2))
    callback = CheckpointCallback(folder, lambda uri: None, kept=1, best_step=lambda history: next(best))
    trainer = Saved(tmp_path / "output", callback)
    for step in (1, 2, 3, 4):
        trainer.save(step)
    trainer.end()
    callback.close()
    assert store.names(root) == ["step-2", "step-4"]


def test_a_failed_upload_fails_the_job_with_its_category(root: str, tmp_path: Path) -> None:
    Fence(root, 1).take()
    folder = CheckpointFolder(root, "job", JobContext(Fence(root, 1)))
    callback = CheckpointCallback(folder, lambda uri: None)
    trainer = Saved(tmp_path / "output", callback)
    Fence(root, 2).take()
    trainer.save(1)
    with pytest.raises(RetortError, match="FENCED"):
        trainer.end()
    callback.close()
    assert store.names(root) == ["fence"]


def test_corrupt_and_incomplete_checkpoints_are_skipped(
    root: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = CheckpointFolder(root, "job", JobContext())
    for step in (1, 2, 3):
        saved = tmp_path / f"saved-{step}"
        saved.mkdir()
        (saved / "weights").write_text(str(step))
        folder.publish(saved, f"step-{step}", step)
    store.replace(store.join(root, "step-3", "weights"), b"other")
    store.delete(store.join(root, "step-2", "COMPLETE.json"))
    assert folder.last_complete() == Checkpoint(1, store.join(root, "step-1"))
    assert "step-3/weights: sha256 is" in caplog.text
    assert "step-2/COMPLETE.json: there is no such object" in caplog.text


def test_a_job_trains_and_resumes(
    root: str, make_job: MakeJob, write_rows: WriteRows, samples: list[Sample]
) -> None:
    job = make_job(TrainingStage.SFT, write_rows(samples))
    assert job.training is not None
    job = replace(job, training=replace(job.training, checkpoints_uri=root))
    whole = training.run(job, JobContext()).training
    assert whole is not None
    assert store.names(root) == ["final", "step-2", "step-4"]
    store.delete(store.join(root, "final"))
    store.delete(store.join(root, "step-4"))
    resumed = training.run(job, JobContext()).training
    assert resumed is not None
    assert resumed.resumed_from_step == 2
    assert resumed.final_loss == pytest.approx(whole.final_loss, abs=1e-5)
