"""The sampling loop against Transformers' own generation and against hand-made distributions."""

from pathlib import Path
from typing import Any

import pytest
import torch

from retort_trainer import models
from retort_trainer.sampling import Sequence, choose, sample_batch
from retort_trainer.sampling_settings import Sampling

GREEDY = Sampling(temperature=0, top_p=1, max_new_tokens=24)
WARM = Sampling(temperature=1.0, top_p=0.95, max_new_tokens=24)
PROMPTS = [[1, 40, 41, 42], [1, 50], [1, 60, 61, 62, 63, 64, 65, 66]]


@pytest.fixture(scope="module")
def model(model_folder: Path) -> Any:
    return models.load_model(model_folder, torch.float32, torch.device("cpu"))


def sample(
    model: Any, sampling: Sampling, prompts: list[list[int]], seeds: list[list[int]], stop: int = 2
) -> list[list[Sequence]]:
    return sample_batch(model, prompts, seeds, sampling, frozenset([stop]), lambda ended: None)


def test_greedy_is_what_transformers_generates(model: Any) -> None:
    found = sample(model, GREEDY, PROMPTS, [[0]] * 3)
    for prompt, (sequence,) in zip(PROMPTS, found, strict=True):
        expected = model.generate(
            input_ids=torch.tensor([prompt]),
            attention_mask=torch.ones(1, len(prompt), dtype=torch.long),
            max_new_tokens=24,
            do_sample=False,
            eos_token_id=2,
            pad_token_id=0,
        )[0, len(prompt) :].tolist()
        assert sequence.token_ids == expected
        assert sequence.truncated == (expected[-1] != 2)


def test_a_sequence_does_not_depend_on_its_batch(model: Any) -> None:
    together = sample(model, WARM, PROMPTS, [[1, 2], [3], [4, 5, 6]])
    assert sample(model, WARM, [PROMPTS[2]], [[5]]) == [[together[2][1]]]
    assert together == sample(model, WARM, PROMPTS, [[1, 2], [3], [4, 5, 6]])
    assert together[2][0] != together[2][1]


def test_sequences_stop_at_the_stop_token_and_leave_the_batch(model: Any) -> None:
    free = [sequence for (sequence,) in sample(model, WARM, PROMPTS * 4, [[seed] for seed in range(12)])]
    # A token that one of them says, taken as the stop token of all.
    stop = free[0].token_ids[3]
    stopped = [
        sequence for (sequence,) in sample(model, WARM, PROMPTS * 4, [[seed] for seed in range(12)], stop)
    ]
    for before, after in zip(free, stopped, strict=True):
        cut = before.token_ids.index(stop) + 1 if stop in before.token_ids else len(before.token_ids)
        assert after.token_ids == before.token_ids[:cut]
        assert after.truncated == (stop not in before.token_ids)


def test_every_sequence_has_its_own_limit(model: Any) -> None:
    free = sample(model, WARM, PROMPTS, [[1, 2], [3], [4]], stop=0)
    limits = [24, 3, 40]
    found = sample_batch(model, PROMPTS, [[1, 2], [3], [4]], WARM, frozenset([0]), lambda ended: None, limits)
    for before, after, limit in zip(free, found, limits, strict=True):
        assert [one.token_ids for one in after] == [one.token_ids[:limit] for one in before]
        assert all(one.truncated == (len(one.token_ids) == min(limit, 24)) for one in after)


def test_no_position_is_beyond_the_limit(model: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also of sequences that have ended and are still in the batch."""
    seen: list[list[int]] = []
    forward = model.forward

    def asked(*arguments: Any, position_ids: torch.Tensor, **options: Any) -> Any:
        seen.append(position_ids[:, -1].tolist())
        return forward(*arguments, position_ids=position_ids, **options)

    monkeypatch.setattr(model, "forward", asked)
    # One of five ends early, which is too few to be taken out.
    prompts, limits = [[1] * 20, *[[1, number] for number in range(40, 44)]], [2, 9, 9, 9, 9]
    sample_batch(model, prompts, [[0]] * 5, WARM, frozenset([0]), lambda ended: None, limits)
    assert len(seen) == 9
    assert [positions[0] for positions in seen] == [19, 20, *[21] * 7]
    assert [positions[1] for positions in seen] == list(range(1, 10))


def test_nucleus_leaves_the_tail_out() -> None:
    logits = torch.log(torch.tensor([[0.5, 0.3, 0.15, 0.05]])).repeat(5, 1)
    draws = torch.tensor([0.0, 0.6, 0.7, 0.99, 1 - 1e-12], dtype=torch.float64)
    # 0.8 is reached by the first two tokens; their shares are 0.625 and 0.375.
    chosen = choose(logits, Sampling(1.0, 0.8, 1), draws)
    assert chosen.tolist() == [0, 0, 1, 1, 1]
    assert choose(logits, Sampling(1.0, 1.0, 1), draws).tolist() == [0, 1, 1, 3, 3]
    assert choose(logits, Sampling(0, 1.0, 1), draws).tolist() == [0] * 5


def test_flat_distribution_sorts_the_whole_vocabulary() -> None:
    draws = torch.tensor([0.0, 0.5, 0.999], dtype=torch.float64)
    chosen = choose(torch.zeros(3, 1000), Sampling(1.0, 1.0, 1), draws)
    assert len(set(chosen.tolist())) == 3


def test_width_of_the_search_does_not_change_the_choice(monkeypatch: pytest.MonkeyPatch) -> None:
    torch.manual_seed(0)
    logits = torch.randn(40, 500) * torch.linspace(0.1, 6, 40).unsqueeze(-1)
    draws = torch.rand(40, dtype=torch.float64)
    found = []
    for widths in ((), (4, 64), (499,)):
        monkeypatch.setattr("retort_trainer.sampling._NUCLEUS_WIDTHS", widths)
        found.append(choose(logits, Sampling(0.8, 0.9, 1), draws).tolist())
    assert found[0] == found[1] == found[2]
