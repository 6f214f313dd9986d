"""Batched sampling from a causal language model: many prompts at once, several samples per prompt.

Every sequence has its own random numbers, so its text does not depend on the other sequences of its batch (up
to rounding). Prompts are processed once for all of their samples, and finished sequences leave the batch.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy
import torch
from transformers import DynamicCache

from retort_trainer.sampling_settings import Sampling

# A finished share of the batch that is worth copying the rest of the cache for.
_COMPACTION_SHARE = 0.25
# Number of most likely tokens that nucleus sampling considers before it sorts the whole vocabulary.
_NUCLEUS_WIDTHS = (64, 2048)


@dataclass(frozen=True)
class Sequence:
    """The text generated after a prompt. `token_ids` end with the stop token unless `truncated`."""

    token_ids: list[int]
    truncated: bool


def sample_batch(
    model: Any,
    prompts: list[list[int]],
    seeds: list[list[int]],
    sampling: Sampling,
    stop_ids: frozenset[int],
    on_step: Callable[[int], None],
    limits: list[int] | None = None,
) -> list[list[Sequence]]:
    """Samples one sequence per prompt and seed; the result has the shape of `seeds`.

    `limits` are the most new tokens after each prompt, at least 1; None: those of `sampling`, which bounds
    them in any case. `on_step` is called before every forward pass with the number of finished sequences; an
    exception from it ends the batch.
    """
    most = sampling.max_new_tokens
    bounded = [min(limit, most) for limit in limits or [most] * len(prompts)]
    return _Batch(model, prompts, seeds, sampling, stop_ids, bounded).run(on_step)


class _Batch:
    def __init__(
        self,
        model: Any,
        prompts: list[list[int]],
        seeds: list[list[int]],
        sampling: Sampling,
        stop_ids: frozenset[int],
        limits: list[int],
    ) -> None:
        self._model = model
        self._sampling = sampling
        self._stop_ids = stop_ids
        self._seeds = seeds
        flat = [seed for row in seeds for seed in row]
        self._tokens: list[list[int]] = [[] for _ in flat]
        # At a stop token, or at its limit.
        self._ended = [False] * len(flat)
        self._truncated = [False] * len(flat)
        self._limits = [limit for limit, row in zip(limits, seeds, strict=True) for _ in row]
        self._most_new_tokens = max(limits)
        self._draws = numpy.stack(
            [numpy.random.Generator(numpy.random.Philox(seed)).random(self._most_new_tokens) for seed in flat]
        )
        # Prompt of each sequence still in the batch, then the sequence itself: compaction shortens the
        # latter.
        self._prompt_of = [number for number, row in enumerate(seeds) for _ in row]
        self._alive = list(range(len(flat)))
        longest = max(len(prompt) for prompt in prompts)
        # Padding is masked out; any token works.
        filler = next(iter(stop_ids))
        rows = [[filler] * (longest - len(prompt)) + prompt for prompt in prompts]
        mask = [[0] * (longest - len(prompt)) + [1] * len(prompt) for prompt in prompts]
        self._input = torch.tensor(rows, device=model.device)
        self._mask = torch.tensor(mask, device=model.device)
        # The position of each sequence's last token. One that has ended and is still in the batch stays
        # there: beyond the context a model may have no positions.
        last = [len(prompt) + limit - 1 for prompt, limit in zip(prompts, limits, strict=True)]
        self._last = torch.tensor(last, device=model.device)
        self._cache = DynamicCache(config=model.config)

    @torch.inference_mode()
    def run(self, on_step: Callable[[int], None]) -> list[list[Sequence]]:
        on_step(0)
        logits = self._forward(self._input, (self._mask.cumsum(-1) - 1).clamp(min=0))
        self._select(self._prompt_of)
        logits = logits[self._prompt_of]
        for step in range(self._most_new_tokens):
            draws = torch.tensor(self._draws[self._alive, step], device=logits.device)
            chosen = choose(logits, self._sampling, draws)
            self._append(chosen.tolist())
            ended = sum(self._ended)
            if ended == len(self._ended):
                break
            chosen = self._compact(chosen)
            on_step(ended)
            self._mask = torch.cat([self._mask, self._mask.new_ones(len(self._alive), 1)], dim=-1)
            positions = torch.minimum(self._mask.sum(-1) - 1, self._last)
            logits = self._forward(chosen.unsqueeze(-1), positions.unsqueeze(-1))
        on_step(sum(self._ended))
        flat = iter(
            Sequence(tokens, truncated)
            for tokens, truncated in zip(self._tokens, self._truncated, strict=True)
        )
        return [[next(flat) for _ in row] for row in self._seeds]

    def _forward(self, input_ids: torch.Tensor, positions: torch.Tensor) -> torch.Tensor:
        output = self._model(
            input_ids=input_ids,
            attention_mask=self._mask,
            position_ids=positions,
            past_key_values=self._cache,
            use_cache=True,
            logits_to_keep=1,
        )
        return output.logits[:, -1].float()

    def _append(self, chosen: list[int]) -> None:
        for sequence, token in zip(self._alive, chosen, strict=True):
            if not self._ended[sequence]:
                tokens = self._tokens[sequence]
                tokens.append(token)
                stopped = token in self._stop_ids
                self._truncated[sequence] = not stopped
                self._ended[sequence] = stopped or len(tokens) == self._limits[sequence]

    def _compact(self, chosen: torch.Tensor) -> torch.Tensor:
        kept = [row for row, sequence in enumerate(self._alive) if not self._ended[sequence]]
        if len(self._alive) - len(kept) < _COMPACTION_SHARE * len(self._alive):
            return chosen
        self._select(kept)
        self._alive = [self._alive[row] for row in kept]
        return chosen[kept]

    def _select(self, rows: list[int]) -> None:
        index = torch.tensor(rows, device=self._mask.device)
        self._cache.batch_select_indices(index)
        self._mask = self._mask[index]
        self._last = self._last[index]


def choose(logits: torch.Tensor, sampling: Sampling, draws: torch.Tensor) -> torch.Tensor:
    """One token per row of `logits` (rows, vocabulary), selected by the row's draw in [0, 1)."""
    if sampling.temperature == 0:
        return logits.argmax(-1)
    probabilities = torch.softmax(logits / sampling.temperature, dim=-1)
    chosen = torch.empty(len(logits), dtype=torch.long, device=logits.device)
    pending = torch.arange(len(logits), device=logits.device)
    # Sorting a whole vocabulary costs as much as the model, and most nuclei are small.
    for width in (*(width for width in _NUCLEUS_WIDTHS if width < logits.shape[-1]), logits.shape[-1]):
        values, tokens = probabilities[pending].topk(width, dim=-1)
        complete = values.double().sum(-1) >= sampling.top_p
        if width == logits.shape[-1]:
            complete[:] = True
        rows = pending[complete]
        chosen[rows] = _draw(
            values[complete].double(), tokens[complete], sampling.top_p, draws[rows].double()
        )
        pending = pending[~complete]
        if len(pending) == 0:
            break
    return chosen


def _draw(values: torch.Tensor, tokens: torch.Tensor, top_p: float, draws: torch.Tensor) -> torch.Tensor:
    """Draws from the nucleus: the most likely tokens, in descending order, up to a mass of `top_p`."""
    before = values.cumsum(-1) - values
    values = values * (before < top_p)
    mass = values.cumsum(-1)
    target = draws.unsqueeze(-1) * mass[:, -1:]
    place = torch.searchsorted(mass, target, right=True)
    # Rounding may select an index after the nucleus, which is not allowed.
    place = torch.minimum(place, (values > 0).sum(-1, keepdim=True) - 1)
    return tokens.gather(-1, place).squeeze(-1)
