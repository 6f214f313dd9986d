"""The parts of retort/v1/run_spec.proto that reach the trainer."""

from dataclasses import dataclass, field
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
    quantize: bool | None = None


class Batching(StrEnum):
    """How rows become batches."""

    UNSPECIFIED = "BATCHING_UNSPECIFIED"
    AUTO = "BATCHING_AUTO"
    LENGTH_GROUPED = "BATCHING_LENGTH_GROUPED"
    PACKED = "BATCHING_PACKED"


class DistributedStrategy(StrEnum):
    """What each of several ranks holds."""

    UNSPECIFIED = "DISTRIBUTED_STRATEGY_UNSPECIFIED"
    DDP = "DISTRIBUTED_STRATEGY_DDP"
    FSDP2 = "DISTRIBUTED_STRATEGY_FSDP2"


class PreferenceObjective(StrEnum):
    """Whether pairs have betas of their own."""

    UNSPECIFIED = "PREFERENCE_OBJECTIVE_UNSPECIFIED"
    COGPO = "PREFERENCE_OBJECTIVE_COGPO"
    DPO = "PREFERENCE_OBJECTIVE_DPO"


class Reporter(StrEnum):
    """Where Hugging Face's trainer reports to beside the job's own progress."""

    UNSPECIFIED = "REPORTER_UNSPECIFIED"
    TENSORBOARD = "REPORTER_TENSORBOARD"
    MLFLOW = "REPORTER_MLFLOW"
    WANDB = "REPORTER_WANDB"


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
    objective: PreferenceObjective | None = None
    beta: float | None = None
    batching: Batching | None = None
    activation_checkpointing: bool | None = None
    liger: bool | None = None
    validation_ratio: float | None = None
    validation_steps: UInt32 | None = None
    early_stopping_patience: UInt32 | None = None
    checkpoints_kept: UInt32 | None = None
    strategy: DistributedStrategy | None = None
    halve_batch_on_out_of_memory: bool | None = None
    reporters: list[Reporter] = field(default_factory=list)


class PlacementStrategy(StrEnum):
    """Where Ray puts the ranks."""

    UNSPECIFIED = "PLACEMENT_STRATEGY_UNSPECIFIED"
    PACK = "PLACEMENT_STRATEGY_PACK"
    SPREAD = "PLACEMENT_STRATEGY_SPREAD"
    STRICT_PACK = "PLACEMENT_STRATEGY_STRICT_PACK"
    STRICT_SPREAD = "PLACEMENT_STRATEGY_STRICT_SPREAD"


@dataclass(frozen=True)
class CustomResource:
    """A resource by the name that the cluster's nodes give it."""

    name: str | None = None
    amount: float | None = None


class EngineKind(StrEnum):
    """What generates answers."""

    UNSPECIFIED = "ENGINE_KIND_UNSPECIFIED"
    IN_PROCESS = "ENGINE_KIND_IN_PROCESS"
    ENDPOINT = "ENGINE_KIND_ENDPOINT"
    VLLM = "ENGINE_KIND_VLLM"


class Dtype(StrEnum):
    """Precision of a model's weights and arithmetic."""

    UNSPECIFIED = "DTYPE_UNSPECIFIED"
    FLOAT32 = "DTYPE_FLOAT32"
    BFLOAT16 = "DTYPE_BFLOAT16"
    FLOAT16 = "DTYPE_FLOAT16"


@dataclass(frozen=True)
class EndpointHeader:
    """A header of every request to an endpoint."""

    name: str = ""
    value: str = ""


@dataclass(frozen=True)
class EndpointSpec:
    """A model that another server serves."""

    # Up to and with "/v1".
    base_url: str = ""
    model: str = ""
    revision: str | None = None
    # Environment variable that holds the key.
    api_key_env: str | None = None
    headers: list[EndpointHeader] = field(default_factory=list)
    # For one answer.
    timeout_seconds: UInt32 | None = None


@dataclass(frozen=True)
class EngineSpec:
    """What generates answers; None where the document is silent."""

    kind: EngineKind | None = None
    dtype: Dtype | None = None
    endpoint: EndpointSpec | None = None
    concurrency: UInt32 | None = None


@dataclass(frozen=True)
class ResourceSpec:
    """What the trainer may use: amounts are of each rank."""

    gpus: float | None = None
    cpus: float | None = None
    waiting_deadline_seconds: UInt32 | None = None
    active_deadline_seconds: UInt32 | None = None
    ranks: UInt32 | None = None
    memory_gib: float | None = None
    accelerator_type: str | None = None
    custom: list[CustomResource] = field(default_factory=list)
    placement: PlacementStrategy | None = None
    allow_autoscaling: bool | None = None
