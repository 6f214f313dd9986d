import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from retort_trainer import documents
from retort_trainer.__main__ import main
from retort_trainer.artifact import ArtifactRef
from retort_trainer.data import Sample
from retort_trainer.fence import newest_token
from retort_trainer.job import ExportJob, TrainerJob, TrainingStage


def test_job_file_runs_without_ray(
    make_job: Callable[..., TrainerJob],
    write_rows: Callable[[list[Any]], ArtifactRef],
    samples: list[Sample],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    file = tmp_path / "job.json"
    file.write_text(documents.to_json(make_job(TrainingStage.SFT, write_rows(samples), max_steps=2)))
    assert main([str(file)]) == 0
    captured = capsys.readouterr()
    status = json.loads(captured.out)
    assert status["state"] == "TRAINER_STATE_SUCCEEDED"
    assert status["result"]["training"]["steps"] == 2
    assert "2/2 steps  loss " in captured.err


def test_an_export_takes_the_next_token(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    output = (tmp_path / "versions" / "1").as_uri()
    job = TrainerJob(
        schema_version=1,
        run_id="r",
        job_name="export",
        export=ExportJob(model_uri="/nowhere", output_uri=output),
    )
    file = tmp_path / "job.json"
    file.write_text(documents.to_json(job))
    for token in (1, 2):
        assert main([str(file)]) == 1
        assert newest_token((tmp_path / "versions" / ".1.fence").as_uri()) == token


def test_failure_is_one_line_and_status_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "job.json"
    file.write_text("{}")
    assert main([str(file)]) == 1
    captured = capsys.readouterr()
    assert captured.err == "BAD_DOCUMENT: job: schema_version: 0 (expected: 1)\n"
    assert json.loads(captured.out)["error"]["type"] == "BAD_DOCUMENT"
