"""What SFT's and CogPO's trainers are built from, and the order in which both take their rows."""

from dataclasses import dataclass
from typing import Any

import datasets
from transformers import Trainer, TrainerCallback

from retort_trainer import ranks
from retort_trainer.context import JobContext
from retort_trainer.job import TrainingJob
from retort_trainer.ordering import LengthGroupedOrder
from retort_trainer.settings import Settings


@dataclass(frozen=True)
class Setup:
    """What a stage needs to build its trainer."""

    job: TrainingJob
    settings: Settings
    tokenizer: Any
    model: Any
    rows: list[dict[str, Any]]
    # Never trained on; none without validation_ratio.
    validation_rows: list[dict[str, Any]]
    # Keyword arguments that TRL's configurations share.
    arguments: dict[str, Any]
    callbacks: list[TrainerCallback]
    context: JobContext

    def validation_dataset(self) -> datasets.Dataset | None:
        return datasets.Dataset.from_list(self.validation_rows) if self.validation_rows else None


class OrderedRows(Trainer):
    """Mixed into TRL's trainers: batches in the project's own order."""

    # Of about the same length, on each rank; set before training.
    grouped_rows: int

    def _get_train_sampler(self, train_dataset: Any = None) -> LengthGroupedOrder:
        rows = self.train_dataset if train_dataset is None else train_dataset
        # The ranks take batches in turn: rows of about the same length fill one batch of every rank.
        together = self.grouped_rows * ranks.size()
        self._order = LengthGroupedOrder(list(rows["length"]), together, self.args.data_seed)
        return self._order

    def _run_epoch(self, *, epoch: int, **arguments: Any) -> None:
        # Resumed at its very end, within an epoch, Hugging Face's trainer would take one step more.
        self.control.should_training_stop |= self.state.global_step >= self.state.max_steps
        if self.control.should_training_stop:
            return
        # Of several ranks that resume within an epoch, Hugging Face's trainer sets the epoch of none.
        self._order.set_epoch(epoch)
        super()._run_epoch(epoch=epoch, **arguments)
