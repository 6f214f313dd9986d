"""Rows held out of training, to measure the student on problems that it has not seen."""

import hashlib
from collections.abc import Sequence
from typing import Any

from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from retort_trainer.failures import user_error

# The name under which Hugging Face's trainer logs the held-out loss.
LOSS = "eval_loss"


def held_out(problems: Sequence[str], ratio: float, seed: int) -> list[bool]:
    """For each row, given by its problem, whether it is held out; all rows of a problem are on the same side.

    `ratio` (0 to 0.5) is the share of the distinct problems, rounded, but at least one of them. The choice
    depends only on `seed` and the problems. Raises a USER failure if one side would have no problem.
    """
    distinct = set(problems)
    if ratio == 0:
        return [False] * len(problems)
    if len(distinct) < 2:
        raise user_error(
            "NO_VALIDATION_ROWS",
            f"validation_ratio: {ratio:g} of {len(distinct)} problem (expected: at least 2 problems). "
            "Give more data, or leave validation_ratio out.",
        )
    ranked = sorted(distinct, key=lambda problem: hashlib.sha256(f"{seed}/{problem}".encode()).digest())
    chosen = set(ranked[: max(1, round(ratio * len(distinct)))])
    return [problem in chosen for problem in problems]


def best_step(history: Sequence[dict[str, float]]) -> int | None:
    """The step with the lowest held-out loss in a trainer's log, the first of equal ones; None if there is
    none.
    """
    evaluations = [entry for entry in history if LOSS in entry]
    return int(min(evaluations, key=lambda entry: entry[LOSS])["step"]) if evaluations else None


class EarlyStop(TrainerCallback):
    """Ends training after `patience` (>= 1) consecutive evaluations that did not improve the held-out loss.

    Saves the checkpoint of the best evaluation, and also evaluates the very last step. Decisions depend only
    on the trainer's log, so training that is resumed after its end stays ended.
    """

    def __init__(self, patience: int) -> None:
        self._patience = patience

    def is_over(self, history: Sequence[dict[str, float]]) -> bool:
        """Whether the patience is exhausted."""
        best = best_step(history)
        since = [entry for entry in history if LOSS in entry and best is not None and entry["step"] > best]
        return len(since) >= self._patience

    def on_train_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        control.should_training_stop |= self.is_over(state.log_history)

    def on_step_end(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        control.should_evaluate |= state.global_step >= state.max_steps

    def on_evaluate(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        over = self.is_over(state.log_history)
        control.should_training_stop |= over
        control.should_save |= over or best_step(state.log_history) == state.global_step
