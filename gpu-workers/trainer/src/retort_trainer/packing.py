"""Whole rows one after another in one sequence: no padding, and no row attends to another."""

from bisect import bisect_left, insort
from collections.abc import Sequence
from typing import Any

from transformers import CONFIG_MAPPING, MODEL_FOR_CAUSAL_LM_MAPPING
from transformers.utils import is_flash_attn_2_available

from retort_trainer import store
from retort_trainer.spec import Batching


def flash_attention(model_uri: str, *, on_gpu: bool) -> str | None:
    """Its name to load a model with, where GPU, package and the model's architecture have it."""
    if not (on_gpu and is_flash_attn_2_available()):
        return None
    config = store.read_json(store.join(model_uri, "config.json"))
    kind = config.get("model_type") if isinstance(config, dict) else None
    if kind not in CONFIG_MAPPING:
        return None
    architecture = MODEL_FOR_CAUSAL_LM_MAPPING.get(CONFIG_MAPPING[kind], None)
    return "flash_attention_2" if getattr(architecture, "_supports_flash_attn", False) else None


def choose(batching: Batching, flash: str | None) -> Batching:
    """What AUTO means here: PACKED with flash attention, which alone keeps rows apart without cost."""
    if batching is not Batching.AUTO:
        return batching
    return Batching.PACKED if flash else Batching.LENGTH_GROUPED


def pack(rows: Sequence[dict[str, Any]], max_length: int) -> list[dict[str, Any]]:
    """SFT rows {input_ids, labels, length}, each once, as packs {input_ids, labels, seq_lengths, length}.

    No pack is longer than `max_length` tokens, which no row may be. Best-fit decreasing: the longest row
    first, each into the fullest pack that has room for it; of equals the first, so a resumed job packs alike.
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
    # A row's first label would be predicted from the row before it; a prompt comes first and bears no label.
    assert all(row["labels"][0] == -100 for row in rows)
    return {
        "input_ids": [token for row in rows for token in row["input_ids"]],
        "labels": [label for row in rows for label in row["labels"]],
        "seq_lengths": [row["length"] for row in rows],
        "length": sum(row["length"] for row in rows),
    }
