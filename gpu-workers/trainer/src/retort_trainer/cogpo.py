"""CogPO: direct preference optimisation where every pair has its own beta.

With sums of log-probabilities over completion tokens and the frozen stage-1 model as the reference:

    delta_i = [log p(chosen) - log p(rejected)] - [log p_ref(chosen) - log p_ref(rejected)]
    loss    = mean_i  -(1 - eps) log sigmoid(beta_i delta_i) - eps log sigmoid(-beta_i delta_i)
"""

import math
from dataclasses import dataclass
from typing import Any

import torch
from datasets import Dataset
from trl import DPOConfig, DPOTrainer
from trl.trainer.dpo_trainer import DataCollatorForPreference

from retort_trainer import lora, store
from retort_trainer.data import PreferencePair
from retort_trainer.job import TrainingJob
from retort_trainer.reference import REFERENCE_NAME, Reference
from retort_trainer.rewards import RewardSums
from retort_trainer.rows import EncodedRows, encode_pairs
from retort_trainer.settings import Settings
from retort_trainer.trainers import OrderedRows, Setup


@dataclass
class PairCollator(DataCollatorForPreference):
    """TRL's preference batch with the pairs' betas and gap classes, each a tensor of shape (pairs,)."""

    def torch_call(self, examples: list[dict[str, Any]]) -> dict[str, Any]:
        batch: dict[str, Any] = super().torch_call(examples)
        batch["beta"] = torch.tensor([example["beta"] for example in examples], dtype=torch.float32)
        batch["gap"] = torch.tensor([example["gap"] for example in examples])
        return batch


class CogPOTrainer(OrderedRows, DPOTrainer):
    """TRL's DPOTrainer on rows {prompt_ids, chosen_ids, rejected_ids, beta, gap, length}.

    It needs a `PairCollator`. The reference's pass comes before training and computes what `reference`
    does not have yet.
    """

    def __init__(self, *args: Any, reference: Reference, **kwargs: Any) -> None:
        self._reference = reference
        self._rewards = {"train": RewardSums(), "eval": RewardSums()}
        super().__init__(*args, **kwargs)

    def compute_loss(
        self, model: Any, inputs: dict[str, Any], return_outputs: bool = False, num_items_in_batch: Any = None
    ) -> Any:
        inputs = dict(inputs)
        # TRL multiplies per-pair values by self.beta, in loss and rewards: a vector weighs each its own way.
        self.beta = inputs.pop("beta")
        gaps = inputs.pop("gap")
        outputs: list[Any] = []

        def kept(**arguments: Any) -> Any:
            outputs.append(model(**arguments))
            return outputs[-1]

        loss = super().compute_loss(kept, inputs, return_outputs, num_items_in_batch)
        self._add_rewards(gaps, inputs, outputs[0].log_probs)
        return loss

    def _add_rewards(
        self, gaps: torch.Tensor, inputs: dict[str, Any], log_probabilities: torch.Tensor
    ) -> None:
        """`log_probabilities` has shape (2 pairs, tokens), chosen before rejected; 0 outside completions."""
        tokens = inputs["completion_mask"].shape[1] - 1
        chosen, rejected = log_probabilities.detach()[:, -tokens:].sum(dim=1).chunk(2)
        pairs = torch.stack(
            [
                gaps.double(),
                self.beta.double(),
                (chosen - inputs["ref_chosen_logps"]).double(),
                (rejected - inputs["ref_rejected_logps"]).double(),
            ],
            dim=1,
        )
        # Without those that fill up the last batch of several ranks.
        every = self.accelerator.gather_for_metrics(pairs)
        self._rewards[self._mode].add(*every.unbind(dim=1))

    @property
    def _mode(self) -> str:
        """As TRL tells training from evaluation."""
        return "train" if self.model.training else "eval"

    def log(self, logs: dict[str, float], start_time: float | None = None) -> None:
        mode = self._mode
        logs.update(self._rewards[mode].take("eval_" if mode == "eval" else ""))
        super().log(logs, start_time)

    def compute_ref_log_probs(self, model: Any, inputs: dict[str, Any]) -> Any:
        own = ("beta", "gap")
        return super().compute_ref_log_probs(
            model, {key: value for key, value in inputs.items() if key not in own}
        )

    def _precompute_ref_logps(self, dataset: Dataset, name: str, batch_size: int) -> Dataset:
        """The reference's values as columns. TRL keeps them on rank 0's own disk, for itself."""

        def compute(rows: list[dict[str, Any]]) -> torch.Tensor:
            batch = self._prepare_inputs(self.data_collator(rows))
            return torch.stack(self.compute_ref_log_probs(self.model, batch), dim=1)

        weights = f"{self._precompute_model_hash}/{self.accelerator.mixed_precision}"
        values = self._reference.values(weights, dataset, batch_size, compute)
        chosen, rejected = values.T.tolist()
        return dataset.add_column("ref_chosen_logps", chosen).add_column("ref_rejected_logps", rejected)

    def _prepare_dataset(self, dataset: Any, *args: Any, **kwargs: Any) -> Any:
        return dataset


def encode(job: TrainingJob, tokenizer: Any, settings: Settings) -> EncodedRows:
    """The job's preference pairs as token ids."""

    def wrong(pair: PreferencePair) -> str:
        usable = settings.beta is not None or 0 < pair.beta < math.inf
        return "" if usable else f"beta: {pair.beta} (expected: > 0)"

    pairs = store.read_rows(job.dataset, PreferencePair, wrong)
    return encode_pairs(pairs, tokenizer, job.template, settings.beta)


def smoothing(epsilon: float) -> dict[str, Any]:
    """DPOConfig's arguments for the smoothed loss above.

    TRL's sigmoid loss S knows no smoothing; its robust loss is R = ((1 - eps) S - eps S') / (1 - 2 eps),
    where S' is S with the sides exchanged. So ours, (1 - eps) S + eps S', is 2 (1 - eps) S - (1 - 2 eps) R.
    """
    if epsilon == 0:
        return {"loss_type": ["sigmoid"]}
    return {
        "label_smoothing": epsilon,
        "loss_type": ["sigmoid", "robust"],
        "loss_weights": [2 * (1 - epsilon), -(1 - 2 * epsilon)],
    }


def build(setup: Setup) -> OrderedRows:
    """A trainer that computes the reference's log-probabilities once, so no reference stays in memory."""
    return CogPOTrainer(
        model=setup.model,
        args=DPOConfig(
            **setup.arguments,
            precompute_ref_log_probs=True,
            precompute_ref_batch_size=setup.settings.per_device_batch_size,
            **smoothing(setup.settings.label_smoothing),
        ),
        data_collator=PairCollator(pad_token_id=setup.tokenizer.pad_token_id),
        train_dataset=Dataset.from_list(setup.rows),
        eval_dataset=setup.validation_dataset(),
        processing_class=setup.tokenizer,
        callbacks=setup.callbacks,
        peft_config=lora.config(setup.settings.lora),
        reference=Reference(store.join(setup.job.checkpoints_uri, REFERENCE_NAME), setup.context),
    )
