"""CogPO's loss against values worked out by hand, and against TRL's own DPO."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import torch
from datasets import Dataset
from trl import DPOConfig, DPOTrainer

from retort_trainer import training
from retort_trainer.artifact import ArtifactRef
from retort_trainer.cogpo import CogPOTrainer, PairCollator, smoothing
from retort_trainer.context import JobContext
from retort_trainer.data import PreferencePair
from retort_trainer.failures import RetortError
from retort_trainer.job import TrainerJob, TrainingStage
from retort_trainer.models import load_model
from retort_trainer.reference import Reference
from retort_trainer.rows import encode_pairs
from retort_trainer.settings import resolve
from retort_trainer.spec import PreferenceObjective, TrainingSpec

from .conftest import TEMPLATE


class Case:
    """A trainer over three pairs, a batch of them, and the log-probabilities of their completions."""

    def __init__(
        self,
        folder: Path,
        tokenizer: Any,
        pairs: list[PreferencePair],
        scratch: Path,
        label_smoothing: float = 0.0,
    ) -> None:
        rows = encode_pairs(pairs[:3], tokenizer, TEMPLATE).rows
        self.model = load_model(folder, torch.float32, torch.device("cpu")).train()
        collator = PairCollator(pad_token_id=tokenizer.pad_token_id)
        self.trainer: Any = CogPOTrainer(
            model=self.model,
            args=DPOConfig(
                output_dir="unused",
                use_cpu=True,
                bf16=False,
                activation_checkpointing=False,
                precompute_ref_log_probs=True,
                **smoothing(label_smoothing),
                report_to="none",
                remove_unused_columns=False,
            ),
            data_collator=collator,
            train_dataset=Dataset.from_list(rows),
            processing_class=tokenizer,
            reference=Reference(scratch.as_uri(), JobContext()),
        )
        self.batch = collator(rows)
        self.rows = rows
        self.chosen, self.rejected = self.trainer.compute_ref_log_probs(self.model, self.batch)

    def with_deltas(self, deltas: list[float], betas: list[float]) -> dict[str, Any]:
        """The batch with a reference that makes every pair's delta what is asked."""
        return {
            **self.batch,
            "beta": torch.tensor(betas),
            "ref_chosen_logps": self.chosen - torch.tensor(deltas),
            "ref_rejected_logps": self.rejected,
        }

    def log_probabilities(self) -> list[torch.Tensor]:
        """Sums over the chosen and over the rejected completions, the plain way."""
        sides = []
        for side in ("chosen_ids", "rejected_ids"):
            sums = []
            for row in self.rows:
                ids = torch.tensor([row["prompt_ids"] + row[side]])
                with torch.no_grad():
                    logs = self.model(input_ids=ids).logits[0].log_softmax(-1)
                start = len(row["prompt_ids"])
                sums.append(sum(logs[at - 1, ids[0, at]] for at in range(start, ids.shape[1])))
            sides.append(torch.stack(sums))
        return sides


MakeCase = Callable[..., Case]


@pytest.fixture
def make_case(model_folder: Path, tokenizer: Any, pairs: list[PreferencePair], tmp_path: Path) -> MakeCase:
    return partial(Case, model_folder, tokenizer, pairs, tmp_path)


# delta and beta of three pairs: beta x delta is 0.2, -0.2, 0.25, and -log sigmoid of these is
# 0.598139, 0.798139, 0.575939; of their negatives 0.798139, 0.598139, 0.825939.
DELTAS = [2.0, -1.0, 0.5]
BETAS = [0.1, 0.2, 0.5]


@pytest.mark.parametrize(("label_smoothing", "expected"), [(0.0, 0.657406), (0.1, 0.665739)])
def test_loss_is_the_hand_computed_value(
    make_case: MakeCase, label_smoothing: float, expected: float
) -> None:
    case = make_case(label_smoothing=label_smoothing)
    loss = case.trainer.compute_loss(case.model, case.with_deltas(DELTAS, BETAS))
    assert loss.item() == pytest.approx(expected, abs=1e-5)
    rewards = case.trainer._metrics["train"]
    assert rewards["rewards/chosen"] == [pytest.approx((0.2 - 0.2 + 0.25) / 3, abs=1e-4)]
    assert rewards["rewards/margins"] == [pytest.approx((0.2 - 0.2 + 0.25) / 3, abs=1e-4)]


@pytest.mark.parametrize(
    ("label_smoothing", "expected"),
    [(0.0, [0.598139, 0.798139, 0.575939]), (0.1, [0.618139, 0.778139, 0.600939])],
)
def test_loss_of_each_pair_is_the_hand_computed_value(
    make_case: MakeCase, label_smoothing: float, expected: list[float]
) -> None:
    case = make_case(label_smoothing=label_smoothing)
    batch = case.with_deltas(DELTAS, BETAS)
    for pair, loss in enumerate(expected):
        # Both sides of the pair where a value has sides, chosen before rejected.
        alone = {
            name: value[[pair]] if len(value) == 3 else value[[pair, pair + 3]]
            for name, value in batch.items()
        }
        assert case.trainer.compute_loss(case.model, alone).item() == pytest.approx(loss, abs=1e-5)


# beta / 3 x [(1 - eps) sigmoid(-beta delta) - eps sigmoid(beta delta)]: sigmoid of -0.2, 0.2, -0.25 is
# 0.450166, 0.549834, 0.437823.
@pytest.mark.parametrize(
    ("label_smoothing", "expected"),
    [(0.0, [0.0150055, 0.0366556, 0.0729705]), (0.1, [0.0116722, 0.0299889, 0.0563038])],
)
def test_gradient_of_each_token_is_the_hand_computed_value(
    make_case: MakeCase, label_smoothing: float, expected: list[float]
) -> None:
    case = make_case(label_smoothing=label_smoothing)
    seen: list[torch.Tensor] = []

    def keep(module: Any, inputs: Any, output: Any) -> None:
        output.log_probs.retain_grad()
        seen.append(output.log_probs)

    case.model.register_forward_hook(keep)
    case.trainer.compute_loss(case.model, case.with_deltas(DELTAS, BETAS)).backward()
    [log_probabilities] = seen
    completion = case.batch["completion_mask"][:, 1:].bool()
    assert log_probabilities.detach()[~completion].eq(0).all()
    assert log_probabilities.grad is not None
    # A completion's log-probability is the sum of its tokens', so each has the gradient of the sum.
    by_side = zip(log_probabilities.grad, completion, strict=True)
    found = [gradient[tokens].tolist() for gradient, tokens in by_side]
    for gradients, each in zip(found, [-value for value in expected] + expected, strict=True):
        assert gradients == pytest.approx([each] * len(gradients), abs=1e-6)


def test_reference_is_the_model_before_training(make_case: MakeCase) -> None:
    case = make_case()
    dataset = case.trainer.train_dataset
    chosen, rejected = case.log_probabilities()
    assert list(dataset["ref_chosen_logps"]) == pytest.approx(chosen.tolist(), abs=1e-3)
    assert list(dataset["ref_rejected_logps"]) == pytest.approx(rejected.tolist(), abs=1e-3)


def test_equal_betas_are_plain_dpo(make_case: MakeCase) -> None:
    case = make_case()
    batch = case.with_deltas(DELTAS, [0.2, 0.2, 0.2])
    loss = case.trainer.compute_loss(case.model, batch)
    loss.backward()
    gradient = case.model.lm_head.weight.grad.clone()
    case.model.zero_grad()

    case.trainer.beta = 0.2
    batch.pop("beta")
    plain = DPOTrainer.compute_loss(case.trainer, case.model, batch)
    plain.backward()
    assert loss.item() == pytest.approx(plain.item(), abs=1e-7)
    assert torch.allclose(gradient, case.model.lm_head.weight.grad, atol=1e-8)


class PlainDPO(DPOTrainer):
    """TRL's trainer on rows that are token ids already."""

    def _prepare_dataset(self, dataset: Any, *args: Any, **kwargs: Any) -> Any:
        return dataset


def test_steps_at_equal_betas_are_those_of_trl(
    model_folder: Path, tokenizer: Any, pairs: list[PreferencePair], tmp_path: Path
) -> None:
    rows = encode_pairs([*pairs, *(replace(pair, chosen="So.") for pair in pairs)], tokenizer, TEMPLATE, 0.2)
    arguments: dict[str, Any] = {
        "output_dir": str(tmp_path / "output"),
        "use_cpu": True,
        "bf16": False,
        "activation_checkpointing": False,
        "report_to": "none",
        "save_strategy": "no",
        "remove_unused_columns": False,
        "logging_steps": 1,
        "learning_rate": 1e-2,
        "per_device_train_batch_size": 2,
        "num_train_epochs": 1,
        "data_seed": 5,
    }
    own = CogPOTrainer(
        model=load_model(model_folder, torch.float32, torch.device("cpu")),
        args=DPOConfig(precompute_ref_log_probs=True, **arguments),
        data_collator=PairCollator(pad_token_id=tokenizer.pad_token_id),
        train_dataset=Dataset.from_list(rows.rows),
        processing_class=tokenizer,
        reference=Reference((tmp_path / "reference").as_uri(), JobContext()),
    )
    own.grouped_rows = 2
    order = list(own._get_train_sampler())
    # With its own collator and a reference model that it keeps.
    plain = PlainDPO(
        model=load_model(model_folder, torch.float32, torch.device("cpu")),
        args=DPOConfig(beta=0.2, train_sampling_strategy="sequential", **arguments),
        train_dataset=Dataset.from_list([rows.rows[row] for row in order]),
        processing_class=tokenizer,
    )
    for trainer in (own, plain):
        trainer.train()
    losses = [[log["loss"] for log in trainer.state.log_history if "loss" in log] for trainer in (own, plain)]
    assert len(losses[0]) == 6
    assert losses[0][-1] < losses[0][0] - 0.1
    assert losses[0] == pytest.approx(losses[1], abs=1e-6)
    for name, weight in own.model.named_parameters():
        assert torch.allclose(weight, plain.model.get_parameter(name), rtol=0, atol=1e-6), name


def test_beta_weighs_its_own_pair(make_case: MakeCase) -> None:
    case = make_case()

    def gradient(betas: list[float]) -> torch.Tensor:
        case.model.zero_grad()
        case.trainer.compute_loss(case.model, case.with_deltas([0.0, 0.0, 0.0], betas)).backward()
        result: torch.Tensor = case.model.lm_head.weight.grad.clone()
        return result

    first, second = gradient([0.4, 1e-12, 1e-12]), gradient([1e-12, 0.2, 1e-12])
    assert first.abs().sum() > 0
    assert second.abs().sum() > 0
    # At delta 0 the gradient is linear in each pair's beta.
    assert torch.allclose(gradient([0.4, 0.2, 1e-12]), first + second, atol=1e-6)
    assert torch.allclose(gradient([0.8, 1e-12, 1e-12]), 2 * first, atol=1e-6)


def test_prompt_and_padding_bear_no_loss(
    make_case: MakeCase, tokenizer: Any, pairs: list[PreferencePair]
) -> None:
    case = make_case()
    mask, ids = case.batch["completion_mask"], case.batch["input_ids"]
    for row, (bits, tokens) in enumerate(zip(mask, ids, strict=True)):
        pair = pairs[row % 3]
        chain, answer = (
            (pair.chosen, pair.chosen_answer) if row < 3 else (pair.rejected, pair.rejected_answer)
        )
        text = tokenizer.decode(tokens[bits.bool()])
        assert text == f"<think>\n{chain}\n</think>\n\nThe answer is \\boxed{{{answer}}}.<|im_end|>"
    assert case.batch["beta"].tolist() == pytest.approx([0.1, 0.2, 0.5])


def test_objective_dpo_trains_like_pairs_of_one_beta(
    make_job: Callable[..., TrainerJob],
    write_rows: Callable[[list[Any]], ArtifactRef],
    pairs: list[PreferencePair],
) -> None:
    plain = make_job(
        TrainingStage.COGPO, write_rows(pairs), "dpo", objective=PreferenceObjective.DPO, beta=0.3
    )
    alike = make_job(TrainingStage.COGPO, write_rows([replace(pair, beta=0.3) for pair in pairs]), "cogpo")
    own = make_job(TrainingStage.COGPO, write_rows(pairs), "own")
    curves = []
    for job in (plain, alike, own):
        result = training.run(job, JobContext()).training
        assert result is not None
        curves.append([point.loss for point in result.curve])
    assert curves[0] == pytest.approx(curves[1], abs=1e-6)
    assert curves[0] != pytest.approx(curves[2], abs=1e-4)


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        (TrainingSpec(objective=PreferenceObjective.DPO, beta=-1.0), r"beta: -1.0 \(expected: > 0\)"),
        (TrainingSpec(beta=0.1), r"beta: 0.1 \(expected: nothing without objective DPO\)"),
    ],
)
def test_beta_out_of_place_is_refused(spec: TrainingSpec, message: str) -> None:
    with pytest.raises(RetortError, match=message):
        resolve(spec, TrainingStage.COGPO)


def test_one_beta_is_a_tenth_by_default() -> None:
    assert resolve(TrainingSpec(objective=PreferenceObjective.DPO), TrainingStage.COGPO).beta == 0.1
    assert resolve(TrainingSpec(), TrainingStage.COGPO).beta is None
