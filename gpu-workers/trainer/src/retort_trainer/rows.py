"""From rows of the store to token ids: nothing is cut, what does not fit is left out and counted."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from retort_trainer import rewards, validation
from retort_trainer import template as templates
from retort_trainer.data import PreferencePair, Sample
from retort_trainer.failures import user_error
from retort_trainer.job import StudentTemplate


@dataclass
class EncodedRows:
    """Rows ready for a trainer, and how many were left out and why."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    # Of each row.
    problems: list[str] = field(default_factory=list)
    # Longer than max_length.
    truncated: int = 0
    # Empty, or with control tokens of the chat template in their text.
    dropped: int = 0
    # Tokens of the longest row that was read.
    longest: int = 0

    def split(self, ratio: float, seed: int) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        """The rows to train on, and those held out; see `validation.held_out`."""
        held = validation.held_out(self.problems, ratio, seed)
        training = [row for row, out in zip(self.rows, held, strict=True) if not out]
        return training, [row for row, out in zip(self.rows, held, strict=True) if out]

    def require(self, max_length: int, max_truncated_ratio: float) -> None:
        """Raises a USER failure when too many rows were too long, or none is left."""
        total = len(self.rows) + self.truncated + self.dropped
        if total and self.truncated / total > max_truncated_ratio:
            raise user_error(
                "TOO_MANY_TRUNCATED",
                f"{self.truncated} of {total} rows ({self.truncated / total:.1%}) are longer than "
                f"max_length {max_length} tokens (longest: {self.longest}); "
                f"max_truncated_ratio is {max_truncated_ratio:g}. "
                "Raise max_length, shorten the chains, or raise max_truncated_ratio.",
            )
        if not self.rows:
            raise user_error(
                "NO_ROWS",
                f"no row to train on: {total} read, {self.truncated} longer than {max_length} tokens, "
                f"{self.dropped} empty or with control tokens (expected: at least 1)",
            )


def encode_samples(samples: Iterable[Sample], tokenizer: Any, template: StudentTemplate) -> EncodedRows:
    """SFT rows {input_ids, labels, length}; labels are -100 on the prompt, so it bears no loss."""
    encoded = EncodedRows()
    control = templates.control_tokens(tokenizer)
    for sample in samples:
        if not templates.usable(control, [sample.problem, sample.chain, sample.answer]):
            encoded.dropped += 1
            continue
        row = templates.encode(
            tokenizer, template, sample.problem, sample.chain, sample.answer, sample.answer_kind
        )
        encoded.longest = max(encoded.longest, len(row))
        if len(row) > template.max_length:
            encoded.truncated += 1
            continue
        encoded.problems.append(sample.problem)
        encoded.rows.append(
            {
                "input_ids": row.prompt_ids + row.completion_ids,
                "labels": [-100] * len(row.prompt_ids) + row.completion_ids,
                "length": len(row),
            }
        )
    return encoded


def encode_pairs(
    pairs: Iterable[PreferencePair], tokenizer: Any, template: StudentTemplate, beta: float | None = None
) -> EncodedRows:
    """CogPO rows {prompt_ids, chosen_ids, rejected_ids, beta, gap, length}; `gap` by `rewards.index`.

    A pair with either side too long is left out whole. `beta` is taken for all pairs; None: each has its own.
    """
    encoded = EncodedRows()
    control = templates.control_tokens(tokenizer)
    for pair in pairs:
        texts = [pair.problem, pair.chosen, pair.chosen_answer, pair.rejected, pair.rejected_answer]
        if not templates.usable(control, texts):
            encoded.dropped += 1
            continue
        chosen, rejected = (
            templates.encode(tokenizer, template, pair.problem, chain, answer, pair.answer_kind)
            for chain, answer in ((pair.chosen, pair.chosen_answer), (pair.rejected, pair.rejected_answer))
        )
        length = max(len(chosen), len(rejected))
        encoded.longest = max(encoded.longest, length)
        if length > template.max_length:
            encoded.truncated += 1
            continue
        encoded.problems.append(pair.problem)
        encoded.rows.append(
            {
                "prompt_ids": chosen.prompt_ids,
                "chosen_ids": chosen.completion_ids,
                "rejected_ids": rejected.completion_ids,
                "beta": pair.beta if beta is None else beta,
                "gap": rewards.index(pair.gap),
                "length": length,
            }
        )
    return encoded
