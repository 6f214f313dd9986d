"""The parts of retort/v1/run_spec.proto that reach the trainer."""

from dataclasses import dataclass
from enum import StrEnum

from retort_trainer.documents import UInt32


class TraceFormat(StrEnum):
    """How a chain and its answer are written as an assistant turn."""

    UNSPECIFIED = "TRACE_FORMAT_UNSPECIFIED"
    THINK = "TRACE_FORMAT_THINK"
    THOUGHT = "TRACE_FORMAT_THOUGHT"


@dataclass(frozen=True)
class LoraSpec:
    """Adapter training."""

    rank: UInt32 | None = None
    alpha: UInt32 | None = None
    dropout: float | None = None


@dataclass(frozen=True)
class TrainingSpec:
    """Settings of one training stage; None where the document is silent."""

    epochs: float | None = None
    max_steps: UInt32 | None = None
    learning_rate: float | None = None
    warmup_ratio: float | None = None
    weight_decay: float | None = None
    per_device_batch_size: UInt32 | None = None
    gradient_accumulation_steps: UInt32 | None = None
    checkpoint_steps: UInt32 | None = None
    max_truncated_ratio: float | None = None
    lora: LoraSpec | None = None
    label_smoothing: float | None = None


@dataclass(frozen=True)
class ResourceSpec:
    """What the trainer may use."""

    gpus: float | None = None
    cpus: float | None = None
    waiting_deadline_seconds: UInt32 | None = None
    active_deadline_seconds: UInt32 | None = None
