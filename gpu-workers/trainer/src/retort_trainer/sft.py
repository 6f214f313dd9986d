"""Supervised fine-tuning on curated chains, with the loss only on the completion."""

from functools import cached_property
from typing import Any

from datasets import Dataset
from trl import SFTConfig, SFTTrainer
from trl.trainer.sft_trainer import DataCollatorForLanguageModeling

from retort_trainer import lora, packing, ranks, store
from retort_trainer.data import Sample
from retort_trainer.job import TrainingJob
from retort_trainer.rows import EncodedRows, encode_samples
from retort_trainer.settings import Settings
from retort_trainer.spec import Batching
from retort_trainer.trainers import OrderedRows, Setup


class OrderedSFTTrainer(OrderedRows, SFTTrainer):
    """TRL's SFTTrainer in the project's row order. Its held-out loss is the mean over tokens."""

    def compute_loss(
        self, model: Any, inputs: dict[str, Any], return_outputs: bool = False, num_items_in_batch: Any = None
    ) -> Any:
        if not self.model.training:
            # Hugging Face's trainer averages held-out batches by their rows. Divided by the average number
            # of tokens of the same number of rows, the loss depends neither on which rows share a batch nor
            # on the number of ranks.
            num_items_in_batch = len(inputs["labels"]) * self._tokens_per_held_out_row * ranks.size()
        return super().compute_loss(model, inputs, return_outputs, num_items_in_batch)

    @cached_property
    def _tokens_per_held_out_row(self) -> float:
        labels = self.eval_dataset["labels"]
        return sum(label != -100 for row in labels for label in row[1:]) / len(labels)


def encode(job: TrainingJob, tokenizer: Any, settings: Settings) -> EncodedRows:
    """The job's samples as token ids."""
    return encode_samples(store.read_rows(job.dataset, Sample), tokenizer, job.template)


def build(setup: Setup) -> OrderedRows:
    """A trainer over rows that are already token ids and labels, so that TRL neither renders nor truncates
    them.
    """
    packed = setup.settings.batching is Batching.PACKED
    rows = setup.rows
    if packed:
        rows = packing.pack(rows, setup.job.template.max_length)
    return OrderedSFTTrainer(
        model=setup.model,
        args=SFTConfig(**setup.arguments, dataset_kwargs={"skip_prepare_dataset": True}),
        # Packed, without an attention mask: transformers then separates rows by positions that restart.
        # TRL's own padding_free uses the same collator, but refuses max_length and advises larger batches.
        data_collator=DataCollatorForLanguageModeling(setup.tokenizer.pad_token_id, padding_free=packed),
        train_dataset=Dataset.from_list(rows),
        eval_dataset=setup.validation_dataset(),
        processing_class=setup.tokenizer,
        callbacks=setup.callbacks,
        peft_config=lora.config(setup.settings.lora),
    )
