"""Logs of attempts in the store: pieces, what is lost, and what a trainer writes."""

import logging
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from retort_trainer import attempt_log, documents, jobs, rank_worker, store, training
from retort_trainer.actor import TrainerActor
from retort_trainer.artifact import ArtifactRef
from retort_trainer.attempt_log import PIECE_BYTES, AttemptLog
from retort_trainer.context import JobContext
from retort_trainer.failures import user_error
from retort_trainer.job import (
    TrainerJob,
    TrainerProgress,
    TrainerResult,
    TrainerState,
    TrainerStatus,
    TrainingStage,
)


def text(folder: Path) -> str:
    pieces = sorted(folder.glob("*.log"))
    assert all(piece.stat().st_size == PIECE_BYTES for piece in pieces[:-1])
    return b"".join(piece.read_bytes() for piece in pieces).decode()


def test_a_log_is_pieces_of_one_size(tmp_path: Path) -> None:
    log = AttemptLog(tmp_path.as_uri())
    lines = [f"{number} " + "x" * 10_000 for number in range(250)]
    for line in lines:
        log.line("INFO", line)
    log.flush()
    log.line("INFO", "the last")
    log.close()

    assert [line.split(" ", 2)[2] for line in text(tmp_path).splitlines()] == [*lines, "the last"]
    assert len(list(tmp_path.glob("*.log"))) == 3
    assert (tmp_path / "complete").exists()


def test_a_store_that_fails_once_loses_nothing(tmp_path: Path) -> None:
    failing = [True]

    def write(uri: str, content: bytes) -> None:
        if failing:
            failing.pop()
            raise OSError("disk full")
        store.replace(uri, content)

    log = AttemptLog(tmp_path.as_uri(), write)
    log.line("INFO", "first")
    with pytest.raises(OSError, match="disk full"):
        log.flush()
    log.close()

    assert text(tmp_path).endswith("INFO first\n")


def test_more_than_the_memory_holds_is_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attempt_log, "_MOST_WAITING_BYTES", 100)
    log = AttemptLog(tmp_path.as_uri())
    for _ in range(3):
        log.line("INFO", "y" * 60)
    log.close()

    assert text(tmp_path).splitlines()[1] == "... 174 bytes are missing here"


def test_a_log_ends_at_its_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attempt_log, "MOST_BYTES", 100)
    log = AttemptLog(tmp_path.as_uri())
    for _ in range(5):
        log.line("INFO", "y" * 60)
    log.close()

    assert text(tmp_path).splitlines()[1:] == ["... the log ends here, at 100 bytes"]


def test_secrets_of_the_environment_are_hidden(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JUDGE_API_KEY", "sk-1234567890")
    log = AttemptLog(tmp_path.as_uri())
    log.line("INFO", "Authorization: Bearer sk-1234567890")
    log.close()

    assert text(tmp_path).endswith("Authorization: Bearer ***\n")


def test_an_attempt_keeps_what_its_trainer_logs(
    monkeypatch: pytest.MonkeyPatch, make_job: Callable[..., TrainerJob], tmp_path: Path
) -> None:
    def run(job: TrainerJob, context: JobContext) -> TrainerResult:
        context.progress(TrainerProgress(done=1, total=2, unit="steps", loss=0.5))
        logging.getLogger("datasets").warning("a column is missing")
        raise user_error("NAN_LOSS", "loss is nan")

    monkeypatch.setattr(jobs, "run", run)
    logs = tmp_path / "logs" / "sft"
    job = replace(make_job(TrainingStage.SFT, ArtifactRef(uri="file:///nowhere")), logs_uri=logs.as_uri())
    actor = TrainerActor()
    actor.start(documents.to_json(job), 7)
    assert actor._thread is not None
    actor._thread.join(60)

    written = text(logs / "7")
    assert "begins on" in written
    assert "1 of 2 steps, loss 0.5000" in written
    assert "WARNING datasets: a column is missing" in written
    assert "loss is nan" in written
    assert written.endswith("ends: FAILED\n")


def test_each_rank_keeps_a_log_of_its_own(
    monkeypatch: pytest.MonkeyPatch, make_job: Callable[..., TrainerJob], tmp_path: Path
) -> None:
    def run(job: TrainerJob, context: JobContext, callbacks: list[object]) -> TrainerResult:
        logging.getLogger("nccl").warning("a link is slow")
        if os.environ["RANK"] == "1":
            raise user_error("NAN_LOSS", "loss is nan")
        return TrainerResult()

    monkeypatch.setattr(training, "run", run)
    logs = tmp_path / "logs" / "sft"
    job = replace(make_job(TrainingStage.SFT, ArtifactRef(uri="file:///nowhere")), logs_uri=logs.as_uri())
    states = []
    for rank in range(2):
        monkeypatch.setenv("RANK", str(rank))
        answer = rank_worker.train(documents.to_json(job), 7, coordinator=None)
        states.append(documents.parse_json(TrainerStatus, answer, source="rank").state)

    assert states == [TrainerState.SUCCEEDED, TrainerState.FAILED]
    for rank in range(2):
        assert "WARNING nccl: a link is slow" in text(logs / "7" / f"rank-{rank}")
        assert (logs / "7" / f"rank-{rank}" / "complete").exists()
    assert "loss is nan" not in text(logs / "7" / "rank-0")
    assert "loss is nan" in text(logs / "7" / "rank-1")
    assert not list((logs / "7").glob("*.log"))
