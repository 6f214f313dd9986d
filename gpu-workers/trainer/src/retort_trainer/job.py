"""The documents that driver and trainer exchange: retort/v1/trainer.proto."""

from dataclasses import dataclass, field
from enum import StrEnum

from retort_trainer import documents
from retort_trainer.artifact import ArtifactRef
from retort_trainer.documents import Int64, UInt32, UInt64
from retort_trainer.failures import Failure, user_error
from retort_trainer.spec import Batching, ResourceSpec, TraceFormat, TrainingSpec

SCHEMA_VERSION = 1


class TrainingStage(StrEnum):
    UNSPECIFIED = "TRAINING_STAGE_UNSPECIFIED"
    SFT = "TRAINING_STAGE_SFT"
    COGPO = "TRAINING_STAGE_COGPO"


class TrainerState(StrEnum):
    UNSPECIFIED = "TRAINER_STATE_UNSPECIFIED"
    STARTING = "TRAINER_STATE_STARTING"
    RUNNING = "TRAINER_STATE_RUNNING"
    SUCCEEDED = "TRAINER_STATE_SUCCEEDED"
    FAILED = "TRAINER_STATE_FAILED"
    STOPPED = "TRAINER_STATE_STOPPED"


@dataclass(frozen=True)
class StudentTemplate:
    """How problems and chains become text; identical for training, generation and export."""

    system_prompt: str = ""
    trace_format: TraceFormat = TraceFormat.UNSPECIFIED
    max_length: UInt32 = 0


@dataclass(frozen=True)
class TrainingJob:
    stage: TrainingStage = TrainingStage.UNSPECIFIED
    model_uri: str = ""
    dataset: ArtifactRef = field(default_factory=ArtifactRef)
    checkpoints_uri: str = ""
    template: StudentTemplate = field(default_factory=StudentTemplate)
    settings: TrainingSpec = field(default_factory=TrainingSpec)


@dataclass(frozen=True)
class GenerationJob:
    model_uri: str = ""
    dataset: ArtifactRef = field(default_factory=ArtifactRef)
    output_uri: str = ""
    template: StudentTemplate = field(default_factory=StudentTemplate)
    samples: UInt32 = 0
    temperature: float = 0.0
    top_p: float = 0.0
    max_new_tokens: UInt32 = 0
    batch_size: UInt32 = 0
    # The user's turn; {problem} is replaced by the problem. Empty: the problem alone.
    prompt: str | None = None


@dataclass(frozen=True)
class ExportJob:
    model_uri: str = ""
    output_uri: str = ""
    template: StudentTemplate = field(default_factory=StudentTemplate)
    check_problem: str = ""


@dataclass(frozen=True)
class TrainerJob:
    """One job with all settings resolved. Exactly one of training, generation and export is set."""

    schema_version: UInt32 = 0
    run_id: str = ""
    job_name: str = ""
    seed: UInt64 = 0
    training: TrainingJob | None = None
    generation: GenerationJob | None = None
    export: ExportJob | None = None
    resources: ResourceSpec = field(default_factory=ResourceSpec)


@dataclass(frozen=True)
class LossPoint:
    step: Int64 = 0
    loss: float = 0.0


@dataclass(frozen=True)
class TrainingResult:
    """`rows` were trained on; `truncated_rows` were excluded because they exceed max_length; `dropped_rows`
    were excluded for another reason (empty, or text with control tokens of the chat template)."""

    model_uri: str = ""
    steps: Int64 = 0
    final_loss: float = 0.0
    first_loss: float = 0.0
    rows: Int64 = 0
    truncated_rows: Int64 = 0
    dropped_rows: Int64 = 0
    seconds: float = 0.0
    curve: list[LossPoint] = field(default_factory=list)
    resumed_from_step: Int64 = 0
    tokens: Int64 = 0
    tokens_per_second: float = 0.0
    peak_memory_bytes: Int64 = 0
    model_flops_utilization: float = 0.0
    ranks: UInt32 = 0
    batching: Batching = Batching.UNSPECIFIED
    per_device_batch_size: UInt32 = 0
    gradient_accumulation_steps: UInt32 = 0
    validation_rows: Int64 = 0
    validation_curve: list[LossPoint] = field(default_factory=list)
    best_step: Int64 = 0
    stopped_early: bool = False
    model_sha256: str = ""


@dataclass(frozen=True)
class GenerationResult:
    samples: ArtifactRef = field(default_factory=ArtifactRef)
    generated_tokens: Int64 = 0
    seconds: float = 0.0


@dataclass(frozen=True)
class ExportResult:
    model_uri: str = ""
    check_generation: str = ""
    parameters: Int64 = 0
    files: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class TrainerResult:
    """Exactly one is set."""

    training: TrainingResult | None = None
    generation: GenerationResult | None = None
    export: ExportResult | None = None


@dataclass(frozen=True)
class TrainerProgress:
    done: Int64 = 0
    total: Int64 = 0
    unit: str = ""
    loss: float = 0.0
    learning_rate: float = 0.0
    tokens_per_second: float = 0.0
    eta_seconds: float = 0.0
    checkpoint_uri: str = ""
    validation_loss: float = 0.0
    gpu_memory_bytes: Int64 = 0
    gpu_utilization: float = 0.0
    model_flops_utilization: float = 0.0


@dataclass(frozen=True)
class TrainerStatus:
    """The actor's response. SUCCEEDED, FAILED and STOPPED are terminal."""

    state: TrainerState = TrainerState.UNSPECIFIED
    progress: TrainerProgress | None = None
    result: TrainerResult | None = None
    error: Failure | None = None


def parse_job(text: str | bytes) -> TrainerJob:
    """Parses a job strictly: an unknown field or a wrong type is a USER failure that names the field."""
    job = documents.parse_json(TrainerJob, text, source="job")
    if job.schema_version != SCHEMA_VERSION:
        raise _bad("schema_version", job.schema_version, str(SCHEMA_VERSION))
    for name in ("run_id", "job_name"):
        value = getattr(job, name)
        if not value or "/" in value or value.startswith("."):
            raise _bad(name, value, "a folder-safe name")
    chosen = [name for name in ("training", "generation", "export") if getattr(job, name) is not None]
    if len(chosen) != 1:
        raise user_error(
            "BAD_DOCUMENT",
            f"job: {' and '.join(chosen) or 'nothing'} set (expected: one of training, generation, export)",
        )
    if job.training is not None:
        _check_training(job.training)
    return job


def _check_training(job: TrainingJob) -> None:
    if job.stage is TrainingStage.UNSPECIFIED:
        raise _bad("training.stage", job.stage.value, "TRAINING_STAGE_SFT or TRAINING_STAGE_COGPO")
    for name in ("model_uri", "checkpoints_uri"):
        if not getattr(job, name):
            raise _bad(f"training.{name}", "", "a URI")
    if not job.dataset.uri:
        raise _bad("training.dataset.uri", "", "a URI")
    if job.template.max_length < 16:
        raise _bad("training.template.max_length", job.template.max_length, ">= 16")


def _bad(name: str, value: object, expected: str) -> Exception:
    return user_error("BAD_DOCUMENT", f"job: {name}: {value!r} (expected: {expected})")
