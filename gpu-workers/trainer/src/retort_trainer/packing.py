"""Concatenates whole rows into one sequence: no padding, and no row attends to another."""

from bisect import bisect_left, insort
from collections.abc import Sequence
from typing import Any

from transformers import CONFIG_MAPPING, MODEL_FOR_CAUSAL_LM_MAPPING
from transformers.utils import is_flash_attn_2_available

from retort_trainer import store
from retort_trainer.spec import Batching


def flash_attention(model_uri: str, *, on_gpu: bool) -> str | None:
    """The attention implementation for loading a model, if GPU, package and the model's architecture support
    it.
    """
    if not (on_gpu and is_flash_attn_2_available()):
        return None
    config = store.read_json(store.join(model_uri, "config.json"))
    kind = config.get("model_type") if isinstance(config, dict) else None
    if kind not in CONFIG_MAPPING:
        return None
    architecture = MODEL_FOR_CAUSAL_LM_MAPPING.get(CONFIG_MAPPING[kind], None)
    return "flash_attention_2" if getattr(architecture, "_supports_flash_attn", False) else None


def choose(batching: Batching, flash: str | None) -> Batching:
    """The batching that AUTO selects: PACKED with flash attention, which alone separates rows at no cost."""
    if batching is not Batching.AUTO:
        return batching
    return Batching.PACKED if flash else Batching.LENGTH_GROUPED


def pack(rows: Sequence[dict[str, Any]], max_length: int) -> list[dict[str, Any]]:
    """SFT rows {input_ids, labels, length}, each once, as packs {input_ids, labels, seq_lengths, length}.

    Neither rows nor packs exceed `max_length` tokens. Best-fit decreasing: rows are taken from the longest to
    the shortest, and each is added to the fullest pack with enough room, the first one among equals, so that
    a resumed job packs identically.
    """
    packs: list[list[int]] = []
    # (room, pack), ascending.
    open_packs: list[tuple[int, int]] = []
    for row in sorted(range(len(rows)), key=lambda row: -rows[row]["length"]):
        length = rows[row]["length"]
        assert length <= max_length
        at = bisect_left(open_packs, (length, 0))
        if at < len(open_packs):
            room, number = open_packs.pop(at)
        else:
            room, number = max_length, len(packs)
            packs.append([])
        packs[number].append(row)
        if room > length:
            insort(open_packs, (room - length, number))
    return [_joined([rows[row] for row in members]) for members in packs]


def _joined(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    # A row's first label would be predicted from the previous row; but a row begins with a prompt, which has
    # no labels.
    assert all(row["labels"][0] == -100 for row in rows)
    return {
        "input_ids": [token for row in rows for token in row["input_ids"]],
        "labels": [label for row in rows for label in row["labels"]],
        "seq_lengths": [row["length"] for row in rows],
        "length": sum(row["length"] for row in rows),
    }
