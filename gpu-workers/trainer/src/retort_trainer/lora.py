"""Adapters on every linear layer."""

from peft import LoraConfig

from retort_trainer.settings import LoraSettings


def config(settings: LoraSettings | None) -> LoraConfig | None:
    """The adapter to train; None trains the whole model."""
    if settings is None:
        return None
    return LoraConfig(
        r=settings.rank,
        lora_alpha=settings.alpha,
        lora_dropout=settings.dropout,
        target_modules="all-linear",
        task_type="CAUSAL_LM",
    )
