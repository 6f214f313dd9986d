"""A tiny model, small data sets and jobs, shared by the tests."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from retort_trainer import store, tiny_model
from retort_trainer.artifact import ArtifactRef
from retort_trainer.data import PreferencePair, Sample
from retort_trainer.job import GenerationJob, StudentTemplate, TrainerJob, TrainingJob, TrainingStage
from retort_trainer.spec import ResourceSpec, TraceFormat, TrainingSpec

TEMPLATE = StudentTemplate(system_prompt="Think.", trace_format=TraceFormat.THINK, max_length=256)


@pytest.fixture(scope="session")
def model_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models") / "tiny"
    tiny_model.write(folder, hidden_size=32, layers=1)
    return folder


@pytest.fixture(scope="session")
def tokenizer(model_folder: Path) -> Any:
    from retort_trainer.model_folder import load_tokenizer

    return load_tokenizer(model_folder)


@pytest.fixture
def samples() -> list[Sample]:
    return [
        Sample(
            id=f"s{n}",
            problem=f"{n} + {n + 1}?",
            chain=f"Add {n} and {n + 1}." + " So." * (n % 4),
            answer=str(2 * n + 1),
        )
        for n in range(12)
    ]


@pytest.fixture
def pairs() -> list[PreferencePair]:
    return [
        PreferencePair(
            id=f"p{n}",
            problem=f"{n} + 1?",
            answer=str(n + 1),
            chosen=f"Add 1 to {n}.",
            chosen_answer=str(n + 1),
            rejected=f"Take 1 from {n}, or so.",
            rejected_answer=str(n - 1),
            beta=(0.1, 0.2, 0.5)[n % 3],
        )
        for n in range(6)
    ]


@pytest.fixture
def write_rows(tmp_path: Path) -> Callable[[list[Any]], ArtifactRef]:
    """Writes rows as a folder of two parts and returns the reference to its manifest."""
    count = 0

    def write(rows: list[Any]) -> ArtifactRef:
        nonlocal count
        count += 1
        folder = (tmp_path / f"rows {count}").as_uri()
        half = len(rows) // 2
        parts = [
            store.write_part(folder, f"part-{number:05d}.jsonl.zst", part)
            for number, part in enumerate((rows[:half], rows[half:]))
        ]
        return store.write_manifest(folder, parts)

    return write


@pytest.fixture
def make_job(model_folder: Path, tmp_path: Path) -> Callable[..., TrainerJob]:
    """A training job with small settings; keyword arguments replace settings."""

    def make(
        stage: TrainingStage, dataset: ArtifactRef, checkpoints: str = "checkpoints", **settings: Any
    ) -> TrainerJob:
        small: dict[str, Any] = {
            "max_steps": 4,
            "learning_rate": 1e-2,
            "per_device_batch_size": 4,
            "gradient_accumulation_steps": 1,
            "checkpoint_steps": 2,
        }
        return TrainerJob(
            schema_version=1,
            run_id="run-1",
            job_name="sft" if stage is TrainingStage.SFT else "cogpo",
            seed=7,
            training=TrainingJob(
                stage=stage,
                model_uri=str(model_folder),
                dataset=dataset,
                checkpoints_uri=(tmp_path / checkpoints).as_uri(),
                template=TEMPLATE,
                settings=TrainingSpec(**{**small, **settings}),
            ),
            resources=ResourceSpec(cpus=1),
        )

    return make


@pytest.fixture
def make_generation(
    model_folder: Path,
    tmp_path: Path,
    samples: list[Sample],
    write_rows: Callable[[list[Any]], ArtifactRef],
) -> Callable[..., TrainerJob]:
    """A generation job over five problems; keyword arguments replace fields of its GenerationJob."""
    dataset = write_rows(samples[:5])

    def make(output: str = "generated", seed: int = 3, **changes: Any) -> TrainerJob:
        generation = GenerationJob(
            model_uri=str(model_folder),
            dataset=dataset,
            output_uri=(tmp_path / output).as_uri(),
            template=TEMPLATE,
            samples=2,
            temperature=0.8,
            top_p=0.95,
            max_new_tokens=8,
            batch_size=4,
        )
        return TrainerJob(
            schema_version=1,
            run_id="run-1",
            job_name="generate-base-demo",
            seed=seed,
            generation=replace(generation, **changes),
            resources=ResourceSpec(cpus=1),
        )

    return make
