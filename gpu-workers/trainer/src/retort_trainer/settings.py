"""Settings of a training stage with all defaults filled in."""

from dataclasses import dataclass
from typing import TypeVar

from retort_trainer.failures import user_error
from retort_trainer.job import TrainingStage
from retort_trainer.spec import Batching, PreferenceObjective, Reporter, TrainingSpec

Value = TypeVar("Value")


@dataclass(frozen=True)
class LoraSettings:
    rank: int
    alpha: int
    dropout: float
    # Whether the frozen weights are in 4 bits.
    quantize: bool


@dataclass(frozen=True)
class Settings:
    epochs: float
    # None: determined by epochs.
    max_steps: int | None
    learning_rate: float
    warmup_ratio: float
    weight_decay: float
    per_device_batch_size: int
    gradient_accumulation_steps: int
    checkpoint_steps: int
    checkpoints_kept: int
    max_truncated_ratio: float
    lora: LoraSettings | None
    batching: Batching
    label_smoothing: float
    # For all pairs; None: every pair has its own.
    beta: float | None
    # None: only on GPUs.
    activation_checkpointing: bool | None
    # On GPUs where liger-kernel is installed.
    liger: bool
    reporters: list[Reporter]
    halve_batch_on_out_of_memory: bool
    validation_ratio: float
    validation_steps: int
    # 0: never.
    early_stopping_patience: int


def resolve(spec: TrainingSpec, stage: TrainingStage) -> Settings:
    """Fills in the defaults of run_spec.proto and checks its ranges."""
    sft = stage is TrainingStage.SFT
    lora = None
    if spec.lora is not None:
        rank = _or(spec.lora.rank, 16)
        lora = LoraSettings(
            rank,
            alpha=_or(spec.lora.alpha, 2 * rank),
            dropout=_or(spec.lora.dropout, 0.0),
            quantize=_or(spec.lora.quantize, False),
        )
        _check("lora.rank", lora.rank, lora.rank >= 1, ">= 1")
        _check("lora.dropout", lora.dropout, 0 <= lora.dropout < 1, "from 0 to below 1")
    default_rate = (2e-5 if sft else 1e-6) if lora is None else (2e-4 if sft else 5e-6)
    checkpoint_steps = _or(spec.checkpoint_steps, 50)
    settings = Settings(
        epochs=_or(spec.epochs, 3.0 if sft else 1.0),
        max_steps=spec.max_steps or None,
        learning_rate=_or(spec.learning_rate, default_rate),
        warmup_ratio=_or(spec.warmup_ratio, 0.1),
        weight_decay=_or(spec.weight_decay, 0.05 if sft else 0.0),
        per_device_batch_size=_or(spec.per_device_batch_size, 1),
        gradient_accumulation_steps=_or(spec.gradient_accumulation_steps, 8),
        checkpoint_steps=checkpoint_steps,
        checkpoints_kept=_or(spec.checkpoints_kept, 2),
        max_truncated_ratio=_or(spec.max_truncated_ratio, 0.01),
        lora=lora,
        batching=_batching(spec.batching, sft),
        label_smoothing=_or(spec.label_smoothing, 0.0),
        beta=_or(spec.beta, 0.1) if spec.objective is PreferenceObjective.DPO else None,
        activation_checkpointing=spec.activation_checkpointing,
        liger=_or(spec.liger, True),
        reporters=spec.reporters,
        halve_batch_on_out_of_memory=_or(spec.halve_batch_on_out_of_memory, False),
        validation_ratio=_or(spec.validation_ratio, 0.0),
        validation_steps=_or(spec.validation_steps, checkpoint_steps),
        early_stopping_patience=_or(spec.early_stopping_patience, 0),
    )
    _check("epochs", settings.epochs, settings.epochs > 0, "> 0")
    _check("learning_rate", settings.learning_rate, 0 < settings.learning_rate <= 1, "above 0, at most 1")
    _check("warmup_ratio", settings.warmup_ratio, 0 <= settings.warmup_ratio < 1, "from 0 to below 1")
    _check("weight_decay", settings.weight_decay, 0 <= settings.weight_decay <= 1, "from 0 to 1")
    for name in (
        "per_device_batch_size",
        "gradient_accumulation_steps",
        "checkpoint_steps",
        "checkpoints_kept",
        "validation_steps",
    ):
        _check(name, getattr(settings, name), getattr(settings, name) >= 1, ">= 1")
    ratio = settings.max_truncated_ratio
    _check("max_truncated_ratio", ratio, 0 <= ratio <= 1, "from 0 to 1")
    held_out = settings.validation_ratio
    _check("validation_ratio", held_out, 0 <= held_out <= 0.5, "from 0 to 0.5")
    patience = settings.early_stopping_patience
    _check(
        "early_stopping_patience", patience, not patience or held_out > 0, "0, unless validation_ratio > 0"
    )
    _check(
        "label_smoothing",
        settings.label_smoothing,
        0 <= settings.label_smoothing < 0.5,
        "from 0 to below 0.5",
    )
    _check(
        "reporters", settings.reporters, Reporter.UNSPECIFIED not in settings.reporters, "names of reporters"
    )
    if settings.beta is None:
        _check("beta", spec.beta, spec.beta is None, "nothing without objective DPO")
    else:
        _check("beta", settings.beta, settings.beta > 0, "> 0")
    return settings


def _batching(asked: Batching | None, sft: bool) -> Batching:
    batching = _or(asked, Batching.AUTO)
    _check("batching", batching, batching is not Batching.UNSPECIFIED, "BATCHING_AUTO or another")
    if sft:
        return batching
    expected = f"{Batching.AUTO} or {Batching.LENGTH_GROUPED}: a pair's sides are not packed"
    _check("batching", batching, batching is not Batching.PACKED, expected)
    return Batching.LENGTH_GROUPED


def _or(value: Value | None, default: Value) -> Value:
    return default if value is None else value


def _check(name: str, value: object, valid: bool, expected: str) -> None:
    if not valid:
        raise user_error("BAD_DOCUMENT", f"job: training.settings.{name}: {value} (expected: {expected})")
