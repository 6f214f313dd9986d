import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import torch
from trl.trainer.sft_trainer import DataCollatorForLanguageModeling

from retort_trainer import packing
from retort_trainer.data import PreferencePair, Sample
from retort_trainer.failures import FailureCategory, RetortError
from retort_trainer.job import TrainingStage
from retort_trainer.models import load_model
from retort_trainer.rows import encode_samples
from retort_trainer.settings import resolve
from retort_trainer.spec import Batching, TrainingSpec
from tests.jobs import MakeJob, WriteRows, run, stop_and_resume

from .conftest import TEMPLATE


def row(number: int, length: int) -> dict[str, Any]:
    return {"input_ids": [number] * length, "labels": [-100] + [number] * (length - 1), "length": length}


def test_every_row_is_in_one_pack_and_no_pack_is_too_long() -> None:
    lengths = [2 + (7 * n * n) % 61 for n in range(200)]
    rows = [row(number, length) for number, length in enumerate(lengths)]
    packs = packing.pack(rows, 64)
    assert packs == packing.pack(rows, 64)
    seen: Counter[int] = Counter()
    for packed in packs:
        assert packed["length"] == len(packed["input_ids"]) == len(packed["labels"]) <= 64
        assert packed["length"] == sum(packed["seq_lengths"])
        start = 0
        for length in packed["seq_lengths"]:
            number = packed["input_ids"][start]
            assert packed["input_ids"][start : start + length] == rows[number]["input_ids"]
            assert packed["labels"][start : start + length] == rows[number]["labels"]
            seen[number] += 1
            start += length
    assert seen == Counter(range(200))
    # Best-fit decreasing needs at most 11/9 of the fewest packs, and one.
    assert len(packs) <= 11 / 9 * -(-sum(lengths) // 64) + 1


def test_longest_rows_come_first_into_the_fullest_pack_with_room_and_ties_go_by_row() -> None:
    rows = [row(number, length) for number, length in enumerate([3, 6, 4, 6, 7, 3, 10])]
    members = [list(dict.fromkeys(packed["input_ids"])) for packed in packing.pack(rows, 10)]
    assert members == [[6], [4, 0], [1, 2], [3, 5]]


@pytest.mark.parametrize(("max_length", "count"), [(2048, 1), (256, 6)])
def test_packed_batch_has_the_loss_and_gradients_of_its_rows_one_by_one(
    tokenizer: Any, samples: list[Sample], model_folder: Path, max_length: int, count: int
) -> None:
    rows = encode_samples(samples, tokenizer, TEMPLATE).rows
    packs = packing.pack(rows, max_length)
    assert len(packs) == count
    batch = DataCollatorForLanguageModeling(tokenizer.pad_token_id, padding_free=True)(packs)
    # With a mask, transformers would ignore the positions, and rows would attend to each other.
    assert "attention_mask" not in batch
    assert batch["input_ids"].shape == (1, sum(row["length"] for row in rows))
    assert (batch["position_ids"] == 0).sum() == len(rows)
    assert (batch["labels"][batch["position_ids"] == 0] == -100).all()

    model = load_model(model_folder, torch.float32, torch.device("cpu")).train()
    assert model.config._attn_implementation == "sdpa"
    tokens = torch.tensor(sum(label != -100 for row in rows for label in row["labels"]))

    def loss_and_gradients(batches: list[dict[str, Any]]) -> tuple[float, dict[str, torch.Tensor]]:
        model.zero_grad()
        total = 0.0
        for inputs in batches:
            loss = model(**inputs, use_cache=False, num_items_in_batch=tokens).loss
            loss.backward()
            total += loss.item()
        return total, {name: weight.grad.clone() for name, weight in model.named_parameters()}

    packed_loss, packed_gradients = loss_and_gradients([batch])
    single_loss, single_gradients = loss_and_gradients(
        [{name: torch.tensor([row[name]]) for name in ("input_ids", "labels")} for row in rows]
    )
    assert packed_loss == pytest.approx(single_loss, abs=1e-5)
    torch.testing.assert_close(packed_gradients, single_gradients, atol=1e-5, rtol=0)

    masked = {name: batch[name] for name in ("input_ids", "labels", "position_ids")}
    _, mixed_gradients = loss_and_gradients(
        [{**masked, "attention_mask": torch.ones_like(batch["input_ids"])}]
    )
    apart = [(mixed_gradients[name] - grad).abs().max().item() for name, grad in single_gradients.items()]
    assert max(apart) > 1e-4


def test_packed_training_has_the_curve_of_the_same_rows_in_one_padded_batch(
    make_job: MakeJob, write_rows: WriteRows, samples: list[Sample]
) -> None:
    dataset = write_rows(samples)
    # All rows are in each step in both cases.
    whole = {"per_device_batch_size": len(samples), "max_steps": 4, "learning_rate": 1e-3}
    padded = run(make_job(TrainingStage.SFT, dataset, "padded", batching=Batching.LENGTH_GROUPED, **whole))
    packed = run(make_job(TrainingStage.SFT, dataset, "packed", batching=Batching.PACKED, **whole))
    assert (padded.batching, packed.batching) == (Batching.LENGTH_GROUPED, Batching.PACKED)
    assert (padded.rows, packed.rows) == (len(samples), len(samples))
    assert [point.loss for point in packed.curve] == pytest.approx(
        [point.loss for point in padded.curve], abs=1e-5
    )


def test_stopped_packed_training_resumes_on_the_same_loss_curve(
    make_job: MakeJob, write_rows: WriteRows, samples: list[Sample]
) -> None:
    dataset = write_rows(samples)
    settings = {"max_steps": 7, "per_device_batch_size": 1, "batching": Batching.PACKED}
    whole = run(make_job(TrainingStage.SFT, dataset, "whole", **settings))
    job = make_job(TrainingStage.SFT, dataset, "parts", **settings)
    resumed = stop_and_resume(job)
    assert (resumed.resumed_from_step, resumed.rows, resumed.batching) == (4, 12, Batching.PACKED)
    assert [point.loss for point in resumed.curve] == pytest.approx(
        [point.loss for point in whole.curve], abs=1e-5
    )


@pytest.mark.parametrize(
    ("model_type", "on_gpu", "installed", "flash"),
    [
        ("qwen2", True, True, "flash_attention_2"),
        ("qwen2", True, False, None),
        ("qwen2", False, True, None),
        # Has an attention bias, which flash attention does not support.
        ("bloom", True, True, None),
        ("t5", True, True, None),
        ("nobody's", True, True, None),
    ],
)
def test_auto_packs_where_flash_attention_is(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    model_type: str,
    on_gpu: bool,
    installed: bool,
    flash: str | None,
) -> None:
    monkeypatch.setattr(packing, "is_flash_attn_2_available", lambda: installed)
    (tmp_path / "config.json").write_text(json.dumps({"model_type": model_type}))
    assert packing.flash_attention(str(tmp_path), on_gpu=on_gpu) == flash
    expected = Batching.PACKED if flash else Batching.LENGTH_GROUPED
    assert packing.choose(Batching.AUTO, flash) is expected
    assert packing.choose(Batching.PACKED, flash) is Batching.PACKED
    assert packing.choose(Batching.LENGTH_GROUPED, flash) is Batching.LENGTH_GROUPED


def test_pairs_are_never_packed(
    make_job: MakeJob, write_rows: WriteRows, pairs: list[PreferencePair]
) -> None:
    assert resolve(TrainingSpec(), TrainingStage.SFT).batching is Batching.AUTO
    assert resolve(TrainingSpec(), TrainingStage.COGPO).batching is Batching.LENGTH_GROUPED
    dataset = write_rows(pairs)
    with pytest.raises(
        RetortError, match=r"settings.batching: BATCHING_PACKED \(expected: .*a pair's sides are not packed"
    ) as caught:
        run(make_job(TrainingStage.COGPO, dataset, batching=Batching.PACKED))
    assert caught.value.category is FailureCategory.USER
    result = run(make_job(TrainingStage.COGPO, dataset, max_steps=1, batching=Batching.AUTO))
    assert result.batching is Batching.LENGTH_GROUPED
