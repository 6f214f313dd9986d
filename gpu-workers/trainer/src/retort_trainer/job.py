"""The documents that driver and trainer exchange: retort/v1/trainer.proto."""

from dataclasses import dataclass, field
from enum import StrEnum

from retort_trainer import documents
from retort_trainer.artifact import ArtifactRef
from retort_trainer.data import Gap
from retort_trainer.documents import Int64, UInt32, UInt64
from retort_trainer.failures import Failure, user_error
from retort_trainer.spec import (
    Batching,
    EngineSpec,
    ReleaseDtype,
    ResourceSpec,
    TraceFormat,
    TrainingSpec,
)

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
    # Folder of the store of completions. Empty: output_uri/completions.
    completions_uri: str | None = None
    # What identifies weights, tokenizer and chat template. Empty: computed from the folder's files.
    model_sha256: str | None = None
    # None: in-process.
    engine: EngineSpec | None = None
    # Grade completions that are there and generate none.
    reuse_only: bool | None = None


@dataclass(frozen=True)
class ExportJob:
    model_uri: str = ""
    output_uri: str = ""
    template: StudentTemplate = field(default_factory=StudentTemplate)
    check_problem: str = ""
    dtype: ReleaseDtype = ReleaseDtype.UNSPECIFIED
    temperature: float = 0.0
    # 0: the sampling is not known.
    top_p: float = 0.0
    # JSON of VersionResults; empty: nothing was evaluated.
    results: str = ""
    base_model: str = ""
    more_check_problems: list[str] = field(default_factory=list)


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
    # Folder of the job's logs; empty: none are kept.
    logs_uri: str = ""


@dataclass(frozen=True)
class LossPoint:
    step: Int64 = 0
    loss: float = 0.0


@dataclass(frozen=True)
class GapRewards:
    """Means over the pairs of one gap class, or of all (UNSPECIFIED); see `rewards`."""

    gap: Gap = Gap.UNSPECIFIED
    pairs: Int64 = 0
    margin: float = 0.0
    # Share of pairs with a margin above 0.
    accuracy: float = 0.0
    chosen_reward: float = 0.0
    rejected_reward: float = 0.0
    chosen_log_probability_drift: float = 0.0
    rejected_log_probability_drift: float = 0.0


@dataclass(frozen=True)
class RewardPoint:
    step: Int64 = 0
    rewards: list[GapRewards] = field(default_factory=list)


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
    reward_curve: list[RewardPoint] = field(default_factory=list)
    # Of the last pass over the pairs, and of the held-out ones.
    rewards: list[GapRewards] = field(default_factory=list)
    validation_rewards: list[GapRewards] = field(default_factory=list)


@dataclass(frozen=True)
class GenerationResult:
    samples: ArtifactRef = field(default_factory=ArtifactRef)
    # Of all samples, whoever generated them.
    generated_tokens: Int64 = 0
    seconds: float = 0.0
    # set.json of the completions that were graded.
    completions: ArtifactRef | None = None
    # By this attempt.
    generated_samples: Int64 = 0
    # Parts of completions that cannot be read.
    unreadable_parts: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class ExportResult:
    model_uri: str = ""
    check_generation: str = ""
    parameters: Int64 = 0
    files: dict[str, str] = field(default_factory=dict)
    dtype: str = ""
    dtype_shift: float = 0.0
    libraries: dict[str, str] = field(default_factory=dict)
    hardware: str = ""


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
    rewards: list[GapRewards] = field(default_factory=list)


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
