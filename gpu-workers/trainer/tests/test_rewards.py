"""Margins, accuracies and drift by gap class: against values worked out by hand, and against TRL's own."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from datasets import Dataset
from trl import DPOConfig

from retort_trainer import rewards, training
from retort_trainer.artifact import ArtifactRef
from retort_trainer.cogpo import CogPOTrainer, PairCollator
from retort_trainer.context import JobContext
from retort_trainer.data import Gap, PreferencePair
from retort_trainer.job import GapRewards, TrainerJob, TrainerProgress, TrainingStage
from retort_trainer.models import load_model
from retort_trainer.reference import Reference
from retort_trainer.rewards import RewardSums
from retort_trainer.rows import encode_pairs

from .conftest import TEMPLATE
from .jobs import run, stop_and_resume

GAPS = (Gap.SMALL, Gap.MEDIUM, Gap.LARGE)
NAMED = {"GAP_SMALL": 0.1, "GAP_MEDIUM": 0.2, "GAP_LARGE": 0.5}


@pytest.fixture
def graded(pairs: list[PreferencePair]) -> list[PreferencePair]:
    """Two pairs of each gap class, each class with its beta."""
    return [replace(pair, gap=GAPS[number % 3]) for number, pair in enumerate(pairs)]


def sums(*pairs: tuple[Gap, float, float, float]) -> RewardSums:
    found = RewardSums()
    gaps, betas, chosen, rejected = zip(*pairs, strict=True)
    found.add(
        torch.tensor([rewards.index(gap) for gap in gaps]),
        torch.tensor(betas),
        torch.tensor(chosen),
        torch.tensor(rejected),
    )
    return found


# SMALL, beta 0.1: drifts 2 and -1, margin 0.1 x 3 = 0.3. LARGE, beta 0.5: drifts -1 and -4, margin 1.5;
# drifts -2 and -1, margin -0.5; drifts 0 and 0, margin 0, which is not above 0.
PAIRS = (
    (Gap.SMALL, 0.1, 2.0, -1.0),
    (Gap.LARGE, 0.5, -1.0, -4.0),
    (Gap.LARGE, 0.5, -2.0, -1.0),
    (Gap.LARGE, 0.5, 0.0, 0.0),
)


def test_figures_are_the_hand_computed_values() -> None:
    every, small, large = rewards.pooled([sums(*PAIRS).take()])
    assert (every.gap, small.gap, large.gap) == (Gap.UNSPECIFIED, Gap.SMALL, Gap.LARGE)
    assert _figures(small) == pytest.approx((1, 0.3, 1.0, 0.2, -0.1, 2.0, -1.0))
    assert _figures(large) == pytest.approx((3, 1 / 3, 1 / 3, -0.5, -5 / 6, -1.0, -5 / 3))
    assert _figures(every) == pytest.approx((4, 1.3 / 4, 0.5, (0.2 - 1.5) / 4, -2.6 / 4, -0.25, -1.5))


def test_logs_are_pooled_by_their_numbers_of_pairs() -> None:
    apart = [sums(PAIRS[0], PAIRS[1]).take(), sums(PAIRS[2], PAIRS[3]).take()]
    together = rewards.pooled([sums(*PAIRS).take()])
    assert [_figures(found) for found in rewards.pooled(apart)] == [
        pytest.approx(_figures(expected)) for expected in together
    ]


def test_sums_begin_anew_after_a_log() -> None:
    found = sums(*PAIRS)
    found.take()
    assert found.take() == {}


def history(steps: int, steps_in_pass: int) -> list[dict[str, float]]:
    """One SMALL pair a step, whose margin is 0.1 x the step."""
    return [
        {
            "step": step,
            "epoch": step / steps_in_pass,
            "loss": 0.5,
            **sums((Gap.SMALL, 0.1, float(step), 0.0)).take(),
        }
        for step in range(1, steps + 1)
    ]


@pytest.mark.parametrize(("steps", "points"), [(0, 0), (1, 1), (49, 49), (50, 50), (51, 50), (175, 50)])
def test_curve_covers_every_step_once(steps: int, points: int) -> None:
    found = rewards.curve(history(steps, 10))
    assert len(found) == points
    assert sum(point.rewards[0].pairs for point in found) == steps
    assert [point.step for point in found][-1:] == ([steps] if steps else [])
    total = sum(point.rewards[1].pairs * point.rewards[1].margin for point in found)
    assert total == pytest.approx(0.1 * steps * (steps + 1) / 2)


def test_totals_are_of_the_last_pass_up_to_the_model_that_was_taken() -> None:
    log = history(25, 10)
    # Steps 16 to 25, and 12 to 21.
    assert _pairs_and_margin(rewards.last_pass(log, 25)) == pytest.approx((10, 0.1 * 20.5))
    assert _pairs_and_margin(rewards.last_pass(log, 21)) == pytest.approx((10, 0.1 * 16.5))
    assert _pairs_and_margin(rewards.latest(log)) == pytest.approx((10, 0.1 * 20.5))
    # Epochs as they are logged, rounded: 1.3333 - 1 is less than 0.3333.
    rounded = [entry | {"epoch": round(entry["step"] / 3, 4)} for entry in history(4, 3)]
    assert _pairs_and_margin(rewards.last_pass(rounded, 4)) == pytest.approx((3, 0.1 * 3))
    # Less than one pass.
    assert _pairs_and_margin(rewards.last_pass(log[:4], 4)) == pytest.approx((4, 0.25))
    assert (rewards.last_pass([], 0), rewards.curve([]), rewards.latest([])) == ([], [], [])


def test_held_out_figures_are_those_of_the_model_that_was_taken() -> None:
    evaluations = [
        {"step": step, "eval_loss": 0.5, **sums((Gap.LARGE, 0.5, float(step), 0.0)).take("eval_")}
        for step in (2, 4, 6)
    ]
    assert _pairs_and_margin(rewards.held_out(evaluations, 5)) == pytest.approx((1, 2.0))
    assert _pairs_and_margin(rewards.held_out(evaluations, 6)) == pytest.approx((1, 3.0))
    assert rewards.held_out(evaluations, 1) == []


def test_figures_of_a_batch_are_those_of_trl(
    model_folder: Path, tokenizer: Any, graded: list[PreferencePair], tmp_path: Path
) -> None:
    collator = PairCollator(pad_token_id=tokenizer.pad_token_id)
    rows = encode_pairs(graded, tokenizer, TEMPLATE).rows
    trainer: Any = CogPOTrainer(
        model=load_model(model_folder, torch.float32, torch.device("cpu")).train(),
        args=DPOConfig(
            output_dir="unused",
            use_cpu=True,
            bf16=False,
            activation_checkpointing=False,
            precompute_ref_log_probs=True,
            report_to="none",
            remove_unused_columns=False,
        ),
        data_collator=collator,
        train_dataset=Dataset.from_list(rows),
        processing_class=tokenizer,
        reference=Reference(tmp_path.as_uri(), JobContext()),
    )
    batch = collator(rows)
    chosen, rejected = trainer.compute_ref_log_probs(trainer.model, batch)
    drifts = torch.tensor([2.0, -1.0, 0.5, 3.0, -2.0, 1.0])
    batch.update(ref_chosen_logps=chosen - drifts, ref_rejected_logps=rejected + drifts.flip(0))
    trainer.compute_loss(trainer.model, batch)
    theirs = trainer._metrics["train"]
    every, *classes = rewards.pooled([trainer._rewards["train"].take()])
    assert [every.margin] == pytest.approx(theirs["rewards/margins"], abs=1e-4)
    assert [every.accuracy] == pytest.approx(theirs["rewards/accuracies"])
    assert [every.chosen_reward] == pytest.approx(theirs["rewards/chosen"], abs=1e-4)
    assert [every.rejected_reward] == pytest.approx(theirs["rewards/rejected"], abs=1e-4)
    assert every.chosen_log_probability_drift == pytest.approx(drifts.mean().item(), abs=1e-3)
    # Class by class, on the pairs of the class alone.
    for found in classes:
        own = [number for number, pair in enumerate(graded) if pair.gap is found.gap]
        alone = collator([rows[number] for number in own])
        length = alone["input_ids"].shape[1]
        assert length <= batch["input_ids"].shape[1]
        alone.update(
            ref_chosen_logps=batch["ref_chosen_logps"][own],
            ref_rejected_logps=batch["ref_rejected_logps"][own],
        )
        theirs.clear()
        trainer.compute_loss(trainer.model, alone)
        assert found.pairs == len(own) == 2
        assert [found.margin] == pytest.approx(theirs["rewards/margins"], abs=1e-4)
        assert [found.accuracy] == pytest.approx(theirs["rewards/accuracies"])


def test_training_tells_figures_by_gap_class(
    make_job: Callable[..., TrainerJob],
    write_rows: Callable[[list[Any]], ArtifactRef],
    graded: list[PreferencePair],
) -> None:
    told: list[TrainerProgress] = []
    job = make_job(
        TrainingStage.COGPO,
        write_rows(graded),
        max_steps=6,
        per_device_batch_size=2,
        validation_ratio=1 / 3,
        validation_steps=3,
    )
    result = training.run(job, JobContext(None, told.append)).training
    assert result is not None
    assert [point.step for point in result.reward_curve] == [1, 2, 3, 4, 5, 6]
    # Before the first step the model is its own reference.
    assert result.reward_curve[0].rewards[0].margin == pytest.approx(0, abs=1e-5)
    every, *classes = result.rewards
    assert every.gap is Gap.UNSPECIFIED
    assert every.pairs == 4 == sum(found.pairs for found in classes)
    assert {found.gap.value for found in classes} <= NAMED.keys()
    assert every.margin > 0.1
    assert every.accuracy > 0.5
    assert result.validation_rewards[0].pairs == 2
    steps = [progress for progress in told if progress.unit == "steps" and progress.loss]
    assert steps[-1].rewards[0].pairs == 12
    for found in (*classes, *steps[-1].rewards):
        assert found.margin == pytest.approx(found.chosen_reward - found.rejected_reward)
    for found in classes:
        drift = found.chosen_log_probability_drift - found.rejected_log_probability_drift
        assert found.margin == pytest.approx(NAMED[found.gap.value] * drift, abs=1e-4)


def test_figures_outlive_a_resume(
    make_job: Callable[..., TrainerJob],
    write_rows: Callable[[list[Any]], ArtifactRef],
    graded: list[PreferencePair],
) -> None:
    whole = run(make_job(TrainingStage.COGPO, write_rows(graded), "whole", max_steps=6))
    resumed = stop_and_resume(make_job(TrainingStage.COGPO, write_rows(graded), "resumed", max_steps=6))
    assert resumed.resumed_from_step > 0
    for found, expected in zip(resumed.reward_curve, whole.reward_curve, strict=True):
        assert found.step == expected.step
        assert _figures(found.rewards[0]) == pytest.approx(_figures(expected.rewards[0]), abs=1e-4)


def test_sft_has_none(
    make_job: Callable[..., TrainerJob], write_rows: Callable[[list[Any]], ArtifactRef], samples: list[Any]
) -> None:
    result = run(make_job(TrainingStage.SFT, write_rows(samples)))
    assert (result.rewards, result.validation_rewards, result.reward_curve) == ([], [], [])


def _figures(found: GapRewards) -> tuple[float, ...]:
    return (
        found.pairs,
        found.margin,
        found.accuracy,
        found.chosen_reward,
        found.rejected_reward,
        found.chosen_log_probability_drift,
        found.rejected_log_probability_drift,
    )


def _pairs_and_margin(found: list[GapRewards]) -> tuple[float, float]:
    return found[0].pairs, found[0].margin
