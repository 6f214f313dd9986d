"""Measurements of a GPU, with fake answers of PyTorch."""

import pynvml
import pytest
import torch

from retort_trainer import flops, gpu
from retort_trainer.context import JobContext
from retort_trainer.data import Sample
from retort_trainer.job import TrainerProgress, TrainingStage
from retort_trainer.spec import LoraSpec
from tests.jobs import MakeJob, WriteRows, run

CUDA = torch.device("cuda")


@pytest.mark.parametrize(
    ("name", "peak"),
    [
        ("NVIDIA H100 80GB HBM3", 989e12),
        ("NVIDIA H100 PCIe", 756e12),
        ("NVIDIA A100-SXM4-80GB", 312e12),
        ("NVIDIA L4", 121e12),
        ("NVIDIA L40S", 362e12),
        ("NVIDIA A100-SXM4-80GB MIG 1g.10gb", 0),
        ("NVIDIA A10G", 0),
    ],
)
def test_peak_is_known_by_the_whole_name(monkeypatch: pytest.MonkeyPatch, name: str, peak: float) -> None:
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda device: name)
    assert gpu.peak_flops(CUDA) == peak
    assert gpu.peak_flops(torch.device("cpu")) == 0


def test_load_is_what_pytorch_and_the_driver_tell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "memory_allocated", lambda device: 5)
    monkeypatch.setattr(torch.cuda, "utilization", lambda device: 87)
    assert gpu.load(CUDA) == gpu.Load(5, 0.87)
    assert gpu.load(torch.device("cpu")) == gpu.Load()

    def silent(device: torch.device) -> int:
        raise pynvml.NVMLError(pynvml.NVML_ERROR_NOT_SUPPORTED)

    monkeypatch.setattr(torch.cuda, "utilization", silent)
    assert gpu.load(CUDA) == gpu.Load(5, 0)


def test_linear_layers_count_by_whether_they_are_trained() -> None:
    model = torch.nn.Sequential(torch.nn.Embedding(10, 4), torch.nn.Linear(4, 8), torch.nn.Linear(8, 2))
    assert flops.per_token(model) == 6 * (32 + 16)
    model[1].weight.requires_grad = False
    assert flops.per_token(model) == 4 * 32 + 6 * 16


@pytest.mark.parametrize("lora", [None, LoraSpec(rank=2)])
def test_utilization_is_the_arithmetic_of_the_tokens_by_the_peak(
    make_job: MakeJob,
    write_rows: WriteRows,
    samples: list[Sample],
    monkeypatch: pytest.MonkeyPatch,
    lora: LoraSpec | None,
) -> None:
    monkeypatch.setattr(gpu, "peak_flops", lambda device: 1e9)
    monkeypatch.setattr(gpu, "load", lambda device: gpu.Load(1000, 0.5))
    reports: list[TrainerProgress] = []
    job = make_job(TrainingStage.SFT, write_rows(samples), lora=lora)
    result = run(job, JobContext(None, reports.append))

    # For the tiny model: q and o, k and v, gate, up and down, and the head over 259 tokens.
    shapes = [(32, 32)] * 2 + [(32, 16)] * 2 + [(32, 64)] * 3
    head = 32 * 259
    if lora is None:
        per_token = 6 * (sum(a * b for a, b in shapes) + head)
    else:
        per_token = 4 * (sum(a * b for a, b in shapes) + head) + 6 * sum(2 * (a + b) for a, b in shapes)
    assert result.model_flops_utilization == pytest.approx(result.tokens_per_second * per_token / 1e9)
    assert (reports[-1].gpu_memory_bytes, reports[-1].gpu_utilization) == (1000, 0.5)
    assert reports[-1].model_flops_utilization > 0
