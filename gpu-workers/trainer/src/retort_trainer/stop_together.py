"""Ends several ranks at the same step.

Not in rank_worker, because the coordinator imports that module, and transformers takes seconds.
"""

from typing import Any

from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from retort_trainer.rank_context import RankContext


class StopTogether(TrainerCallback):
    """Lets all ranks learn of a stop at the end of the same step. Precedes callbacks that check for it."""

    def __init__(self, context: RankContext) -> None:
        self._context = context

    def on_step_end(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        self._context.agree_on_stop()
