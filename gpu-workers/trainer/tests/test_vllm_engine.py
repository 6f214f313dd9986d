"""vLLM as a process of its own, played by a program with the same protocol: how it starts and how it ends."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from retort_trainer import documents, store, template
from retort_trainer.artifact import ArtifactRef
from retort_trainer.completions import dtype_of
from retort_trainer.context import JobContext
from retort_trainer.data import Sample
from retort_trainer.engines import vllm_server
from retort_trainer.failures import FailureCategory, JobStopped, RetortError
from retort_trainer.job import TrainerJob
from retort_trainer.spec import Dtype, EngineKind, EngineSpec, ResourceSpec
from tests.conftest import TEMPLATE
from tests.generation import MakeGeneration, rows, run

FAKE = Path(__file__).with_name("fake_vllm.py")
Plan = Callable[..., None]
# A process that is killed is gone within this time.
PATIENT_SECONDS = 60


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    """Where the stand-in writes what it saw."""
    folder = tmp_path / "notes"
    folder.mkdir()
    return folder


@pytest.fixture
def plan(notes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Plan:
    """Sets what the stand-in does."""
    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\nexec {sys.executable} {FAKE} "$@"\n')
    python.chmod(0o755)
    monkeypatch.setenv(vllm_server.PYTHON_VARIABLE, str(python))

    def make(**settings: Any) -> None:
        monkeypatch.setenv("FAKE_VLLM", json.dumps({"folder": str(notes), **settings}))

    make()
    return make


@pytest.fixture
def job(make_generation: MakeGeneration, tmp_path: Path) -> TrainerJob:
    engine = EngineSpec(EngineKind.VLLM, Dtype.FLOAT32, concurrency=3)
    return make_generation(engine=engine, completions_uri=(tmp_path / "completions").as_uri())


def started(notes: Path) -> list[dict[str, Any]]:
    return [json.loads(file.read_text()) for file in sorted(notes.glob("started-*"))]


def asked(notes: Path) -> list[dict[str, Any]]:
    file = notes / "asked.jsonl"
    return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []


def is_alive(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False


def assert_ended(notes: Path) -> None:
    """Every process that was started is gone, or on its way out."""
    pids = [pid for start in started(notes) for pid in start["pids"]]
    assert pids
    deadline = time.monotonic() + PATIENT_SECONDS
    while any(is_alive(pid) for pid in pids):
        assert time.monotonic() < deadline, "processes are left behind"
        time.sleep(0.05)


def failure(job: TrainerJob) -> RetortError:
    with pytest.raises(RetortError) as caught:
        run(job)
    return caught.value


def test_a_server_is_started_asked_and_ended(
    plan: Plan,
    job: TrainerJob,
    notes: Path,
    monkeypatch: pytest.MonkeyPatch,
    tokenizer: Any,
    model_folder: Path,
) -> None:
    not_passed_on = (
        "RETORT_ENDPOINT_KEY",
        "RETORT_SIGNING_KEY",
        "RETORT_SIGNING_KEY_PASSWORD",
        "HF_TOKEN",
        "HUGGING_FACE_HUB_TOKEN",
        "AWS_SECRET_ACCESS_KEY",
        "AZURE_STORAGE_KEY",
        "GOOGLE_APPLICATION_CREDENTIALS",
        "OPENAI_API_KEY",
        "WANDB_API_KEY",
        "MLFLOW_TRACKING_PASSWORD",
        "PYTHONPATH",
    )
    for name in not_passed_on:
        monkeypatch.setenv(name, "/nowhere")
    monkeypatch.setenv(vllm_server.ARGUMENTS_VARIABLE, "--swap-space '0 1'")
    result = run(job)
    assert (result.generated_samples, result.samples.rows) == (10, 10)
    assert {row.text for row in rows(result)} == {str(body["seed"]) for body in asked(notes)}
    assert_ended(notes)
    [start] = started(notes)
    arguments = start["arguments"]
    assert arguments[:2] == ["-m", "vllm.entrypoints.openai.api_server"]
    assert arguments[-2:] == ["--swap-space", "0 1"]
    for option, value in {
        "--model": str(model_folder),
        "--host": "127.0.0.1",
        "--dtype": "float32",
        "--max-num-seqs": "3",
        "--generation-config": "vllm",
    }.items():
        assert arguments[arguments.index(option) + 1] == value
    assert {"--enforce-eager", "--no-enable-prefix-caching"} <= set(arguments)
    assert not {"--tensor-parallel-size", "--trust-remote-code"} & set(arguments)
    longest = max(len(template.prompt_ids(tokenizer, TEMPLATE, f"{n} + {n + 1}?")) for n in range(5))
    assert arguments[arguments.index("--max-model-len") + 1] == str(longest + 8)
    environment = start["environment"]
    assert {"HF_HUB_OFFLINE": "1", "VLLM_NO_USAGE_STATS": "1"}.items() <= environment.items()
    assert not set(not_passed_on) & environment.keys()
    body = asked(notes)[0]
    assert body["skip_special_tokens"] is False
    assert body["stop_token_ids"] == [template.end_of_turn_id(tokenizer)]


def test_no_server_is_started_when_everything_is_there(plan: Plan, job: TrainerJob, notes: Path) -> None:
    run(job)
    assert job.generation is not None
    elsewhere = replace(job.generation, output_uri=job.generation.output_uri + "-again")
    again = run(replace(job, generation=elsewhere))
    assert (again.generated_samples, again.samples.rows, len(started(notes))) == (0, 10, 1)


def test_completions_do_not_grow_beyond_the_context(
    plan: Plan,
    make_generation: MakeGeneration,
    write_rows: Callable[[list[Any]], ArtifactRef],
    notes: Path,
    tokenizer: Any,
) -> None:
    engine = EngineSpec(EngineKind.VLLM, Dtype.FLOAT32)
    long, short = Sample(id="l", problem="7" * 900, answer="7"), Sample(id="s", problem="7?", answer="7")
    run(make_generation(engine=engine, dataset=write_rows([long, short]), samples=1, max_new_tokens=5000))
    [start] = started(notes)
    context = int(start["arguments"][start["arguments"].index("--max-model-len") + 1])
    for body in asked(notes):
        turn = body["messages"][-1]["content"]
        assert body["max_tokens"] == context - len(template.prompt_ids(tokenizer, TEMPLATE, turn))
    too_long = write_rows([Sample(id="x", problem="7" * 9000, answer="7")])
    assert failure(make_generation("y", engine=engine, dataset=too_long)).type == "PROMPT_TOO_LONG"


def test_gpus_share_one_model(
    plan: Plan, job: TrainerJob, tmp_path: Path, notes: Path, model_folder: Path
) -> None:
    server = vllm_server.VllmServer(model_folder, Dtype.BFLOAT16, 2, 4, None, (tmp_path / "log").as_uri())
    server.wait_until_ready(lambda: None)
    server.close()
    [start] = started(notes)
    arguments = start["arguments"]
    assert arguments[arguments.index("--tensor-parallel-size") + 1] == "2"
    assert not {"--enforce-eager", "--max-model-len"} & set(arguments)
    assert_ended(notes)


@pytest.mark.parametrize(
    ("log", "category"),
    [
        ("ValueError: no such architecture", FailureCategory.PLATFORM),
        ("torch.OutOfMemoryError: CUDA out of memory.", FailureCategory.RESOURCE),
    ],
)
def test_a_server_that_does_not_start_is_told_with_its_log(
    plan: Plan, job: TrainerJob, notes: Path, log: str, category: FailureCategory
) -> None:
    plan(exit=3, log=log)
    error = failure(job)
    assert (error.category, error.type) == (category, "ENGINE_DIED")
    assert "vLLM ended with status 3" in error.message and log in error.message
    _assert_log_is_kept(job, log)
    assert_ended(notes)


def test_a_server_that_is_never_ready_is_a_timeout(
    plan: Plan, job: TrainerJob, notes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(vllm_server.READY_VARIABLE, "1")
    plan(never_ready=True, log="loading")
    error = failure(job)
    assert (error.category, error.type) == (FailureCategory.TIMEOUT, "ENGINE_NOT_READY")
    assert "not ready after 1 s (RETORT_VLLM_READY_SECONDS)" in error.message
    _assert_log_is_kept(job, "loading")
    assert_ended(notes)


def test_a_server_that_dies_is_noticed_and_what_it_said_is_kept(
    plan: Plan, job: TrainerJob, notes: Path
) -> None:
    plan(die_after=4)
    error = failure(job)
    assert (error.category, error.type) == (FailureCategory.PLATFORM, "ENGINE_DIED")
    assert_ended(notes)
    plan()
    assert run(job).generated_samples == 6


def test_a_stop_ends_the_server(plan: Plan, job: TrainerJob, notes: Path) -> None:
    plan(never_ready=True, stubborn=True)
    context = JobContext(on_progress=lambda _: context.request_stop() if started(notes) else None)
    with pytest.raises(JobStopped):
        run(job, context)
    assert_ended(notes)


def test_kill_9_of_the_trainer_ends_the_server(
    plan: Plan, job: TrainerJob, notes: Path, tmp_path: Path
) -> None:
    plan(hold_after=4)
    file = tmp_path / "job.json"
    file.write_text(documents.to_json(job))
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-m", "retort_trainer", str(file)]
    with subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL) as trainer:
        while len(asked(notes)) < 5:
            assert trainer.poll() is None
            time.sleep(0.05)
        trainer.send_signal(signal.SIGKILL)
    assert_ended(notes)


@pytest.mark.parametrize("python", ["", "/nowhere/python"])
def test_without_vllm_it_is_said_how_to_have_it(
    job: TrainerJob, monkeypatch: pytest.MonkeyPatch, python: str
) -> None:
    monkeypatch.setenv(vllm_server.PYTHON_VARIABLE, python)
    error = failure(job)
    assert (error.category, error.type) == (FailureCategory.USER, "ENGINE_MISSING")
    assert error.message.startswith(f"RETORT_VLLM_PYTHON: {python or 'not set'} (expected: ")


def test_a_gpu_job_asks_for_bfloat16() -> None:
    assert dtype_of(EngineSpec(), ResourceSpec(gpus=1)) is Dtype.BFLOAT16
    assert dtype_of(EngineSpec(), ResourceSpec()) is Dtype.FLOAT32


def _assert_log_is_kept(job: TrainerJob, text: str) -> None:
    assert job.generation is not None
    [name] = [name for name in store.names(job.generation.output_uri) if name.endswith(".log")]
    assert text in store.read_bytes(store.join(job.generation.output_uri, name)).decode()
