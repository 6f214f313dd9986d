"""Supervised fine-tuning on curated chains, with the loss on the completion alone."""

from typing import Any

from datasets import Dataset
from trl import SFTConfig, SFTTrainer

from retort_trainer import lora, store
from retort_trainer.data import Sample
from retort_trainer.job import TrainingJob
from retort_trainer.rows import EncodedRows, encode_samples
from retort_trainer.settings import Settings
from retort_trainer.training import OrderedRows, Setup


class OrderedSFTTrainer(OrderedRows, SFTTrainer):
    """TRL's SFTTrainer in the project's row order."""


def encode(job: TrainingJob, tokenizer: Any, settings: Settings) -> EncodedRows:
    """The job's samples as token ids."""
    return encode_samples(store.read_rows(job.dataset, Sample), tokenizer, job.template)


def build(setup: Setup) -> OrderedRows:
    """A trainer over rows that are already token ids and labels, so TRL neither renders nor cuts them."""
    return OrderedSFTTrainer(
        model=setup.model,
        args=SFTConfig(**setup.arguments, dataset_kwargs={"skip_prepare_dataset": True}),
        train_dataset=Dataset.from_list(setup.rows.rows),
        processing_class=setup.tokenizer,
        callbacks=setup.callbacks,
        peft_config=lora.config(setup.settings.lora),
    )
