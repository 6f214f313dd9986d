"""The actor's life cycle, called directly and through a real Ray node."""

import json
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from retort_trainer import documents, jobs
from retort_trainer.actor import TrainerActor
from retort_trainer.artifact import ArtifactRef
from retort_trainer.context import JobContext
from retort_trainer.failures import JobStopped
from retort_trainer.fence import Fence, newest_token
from retort_trainer.job import (
    TrainerJob,
    TrainerProgress,
    TrainerResult,
    TrainerState,
    TrainerStatus,
    TrainingResult,
    TrainingStage,
)

WAIT_SECONDS = 60


class ScriptedJob:
    """Stands in for training: reports one step, then waits to be released or stopped."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, error: Exception | None = None) -> None:
        self.reported = threading.Event()
        self.release = threading.Event()
        self._error = error
        monkeypatch.setattr(jobs, "run", self._run)

    def _run(self, job: TrainerJob, context: JobContext) -> TrainerResult:
        context.progress(TrainerProgress(done=1, total=2, unit="steps", loss=0.5))
        self.reported.set()
        assert self.release.wait(WAIT_SECONDS)
        if self._error is not None:
            raise self._error
        context.raise_if_stopped()
        return TrainerResult(training=TrainingResult(model_uri="file:///m", steps=2))


@pytest.fixture
def job(make_job: Callable[..., TrainerJob]) -> TrainerJob:
    return make_job(TrainingStage.SFT, ArtifactRef(uri="file:///nowhere"))


def parsed(text: str) -> TrainerStatus:
    return documents.parse_json(TrainerStatus, text, source="status")


def finish(actor: TrainerActor) -> TrainerStatus:
    assert actor._thread is not None
    actor._thread.join(WAIT_SECONDS)
    return parsed(actor.status())


def test_job_runs_to_success(monkeypatch: pytest.MonkeyPatch, job: TrainerJob, tmp_path: Path) -> None:
    script, actor = ScriptedJob(monkeypatch), TrainerActor()
    assert actor.ping() == "pong"
    assert parsed(actor.status()).state is TrainerState.STARTING
    text = documents.to_json(job)
    assert parsed(actor.start(text, 1)).error is None
    assert script.reported.wait(WAIT_SECONDS)
    running = parsed(actor.status())
    assert (running.state, running.progress) == (TrainerState.RUNNING, TrainerProgress(1, 2, "steps", 0.5))

    assert parsed(actor.start(text, 4)).state is TrainerState.RUNNING
    assert newest_token((tmp_path / "checkpoints").as_uri()) == 4
    stale = parsed(actor.start(text, 3))
    assert stale.error is not None and stale.error.type == "FENCED"
    other = parsed(actor.start(documents.to_json(replace(job, job_name="other")), 5))
    assert other.error is not None
    assert other.error.message == "this actor runs run-1/sft and was asked to start run-1/other"
    assert parsed(actor.status()).state is TrainerState.RUNNING

    script.release.set()
    done = finish(actor)
    assert done.state is TrainerState.SUCCEEDED
    assert done.result is not None and done.result.training is not None and done.result.training.steps == 2
    assert done.progress == running.progress
    assert parsed(actor.start(text, 5)).state is TrainerState.SUCCEEDED


def test_stop_ends_the_job(monkeypatch: pytest.MonkeyPatch, job: TrainerJob) -> None:
    script, actor = ScriptedJob(monkeypatch), TrainerActor()
    actor.start(documents.to_json(job), 1)
    assert script.reported.wait(WAIT_SECONDS)
    assert parsed(actor.stop()).state is TrainerState.RUNNING
    script.release.set()
    assert finish(actor).state is TrainerState.STOPPED


def test_stop_before_start_is_final(job: TrainerJob) -> None:
    actor = TrainerActor()
    assert parsed(actor.stop()).state is TrainerState.STOPPED
    assert parsed(actor.start(documents.to_json(job), 1)).state is TrainerState.STOPPED
    assert actor._thread is None


def test_failure_is_told_with_its_category(monkeypatch: pytest.MonkeyPatch, job: TrainerJob) -> None:
    script, actor = ScriptedJob(monkeypatch, RuntimeError("odd")), TrainerActor()
    actor.start(documents.to_json(job), 1)
    script.release.set()
    failed = json.loads(documents.to_json(finish(actor)))
    assert failed["state"] == "TRAINER_STATE_FAILED"
    assert failed["error"]["category"] == "FAILURE_CATEGORY_PLATFORM"
    assert failed["error"]["message"] == "RuntimeError: odd"
    assert "in _run" in failed["error"]["traceback"]


def test_bad_job_and_lost_fence_are_answers(job: TrainerJob) -> None:
    actor = TrainerActor()
    bad = parsed(actor.start('{"schema_version": 1, "rn_id": "x"}', 1))
    assert bad.state is TrainerState.FAILED
    assert bad.error is not None and "rn_id: unknown field (did you mean run_id?)" in bad.error.message
    assert job.training is not None
    Fence(job.training.checkpoints_uri, 9).take()
    fenced = parsed(actor.start(documents.to_json(job), 8))
    assert fenced.error is not None and fenced.error.type == "FENCED"


def test_stopped_job_raises_in_the_thread_only(monkeypatch: pytest.MonkeyPatch, job: TrainerJob) -> None:
    script, actor = ScriptedJob(monkeypatch, JobStopped()), TrainerActor()
    actor.start(documents.to_json(job), 1)
    script.release.set()
    assert finish(actor).state is TrainerState.STOPPED


def test_answers_as_a_ray_actor(job: TrainerJob, tmp_path: Path) -> None:
    import ray

    Fence((tmp_path / "checkpoints").as_uri(), 9).take()
    # A separate cluster, independent of those of other tests.
    ray.init(address="local", num_cpus=1, include_dashboard=False, log_to_driver=False, namespace="retort")
    try:
        actor = ray.remote(TrainerActor).options(name="run-1/sft", max_concurrency=4, num_cpus=0).remote()
        assert ray.get(actor.ping.remote()) == "pong"
        adopted = ray.get_actor("run-1/sft")
        status = parsed(ray.get(adopted.start.remote(documents.to_json(job), 8)))
        assert status.error is not None and status.error.type == "FENCED"
        assert parsed(ray.get(adopted.status.remote())).state is TrainerState.STARTING
        assert parsed(ray.get(adopted.stop.remote())).state is TrainerState.STOPPED
    finally:
        ray.shutdown()


def test_actor_is_imported_without_the_heavy_libraries() -> None:
    code = "import sys, retort_trainer.actor; print(sorted(sys.modules))"
    answer = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert "'retort_trainer.actor'" in answer.stdout
    assert not [name for name in ("torch", "trl", "datasets") if f"'{name}'" in answer.stdout]
