"""What an exported folder has besides weights and tokenizer: how it samples, its adapter, and its results."""

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from transformers import GenerationConfig

from retort_trainer import lora
from retort_trainer.failures import user_error
from retort_trainer.job import ExportJob

RESULTS_NAME = "results.json"
EVAL_RESULTS_NAME = ".eval_results"


def generation_config(
    export: ExportJob, end_of_turn: int, end_ids: Sequence[int], tokenizer: Any
) -> GenerationConfig:
    """Samples as the evaluation did, and ends where it ended: at the end of the turn and at `end_ids`.

    Nothing else is inherited: a repetition penalty of the student would change what the model was evaluated
    as.
    """
    ends = sorted({end_of_turn, *end_ids})
    settings: dict[str, Any] = {
        "bos_token_id": tokenizer.bos_token_id,
        "eos_token_id": ends if len(ends) > 1 else end_of_turn,
        "pad_token_id": tokenizer.pad_token_id,
    }
    if export.top_p:
        settings["do_sample"] = export.temperature > 0
        if export.temperature > 0:
            # The default of top_k would cut what the evaluation could draw.
            settings |= {"temperature": export.temperature, "top_p": export.top_p, "top_k": 0}
    return GenerationConfig(**settings)


def add_adapter(source: Path, folder: Path) -> None:
    """Keeps the adapter of a checkpoint beside the merged weights, where the last stage has trained one."""
    adapter = source / lora.ADAPTER_NAME
    if adapter.is_dir():
        shutil.copytree(adapter, folder / lora.ADAPTER_NAME)


def results(export: ExportJob) -> dict[str, Any]:
    """The decoded results of the job; empty where nothing was evaluated."""
    if not export.results:
        return {}
    try:
        decoded = json.loads(export.results)
    except json.JSONDecodeError as error:
        raise user_error("BAD_DOCUMENT", f"job: export.results: not JSON: {error}") from error
    if not isinstance(decoded, dict):
        raise user_error("BAD_DOCUMENT", "job: export.results: not an object (expected: VersionResults)")
    return decoded


def released_scores(results: dict[str, Any]) -> list[dict[str, Any]]:
    """The scores of the model that is published, one per benchmark."""
    return [score for score in results.get("scores", []) if score.get("model") == results.get("released")]


def hub_data_set(score: dict[str, Any]) -> tuple[str, str] | None:
    """Id and commit of a benchmark's data set; None for one that is not on the hub."""
    prefix = "hf://datasets/"
    for revision in score.get("revisions", []):
        if revision.startswith(prefix) and "@" in revision:
            name, _, commit = revision.removeprefix(prefix).partition("@")
            return name, commit
    return None


def first_k(score: dict[str, Any]) -> dict[str, Any]:
    """The first of a score's figures: pass@1, unless the spec asks for others."""
    figures = score.get("pass_at_k", [])
    return figures[0] if figures else {"k": 1, "value": 0.0, "low": 0.0, "high": 0.0}


def notes(score: dict[str, Any]) -> str:
    """How a figure was measured: the hub's formats have no field for it."""
    figure = first_k(score)
    low, high = (100 * figure.get(name, 0.0) for name in ("low", "high"))
    expected = int(score.get("problems_expected", 0)) or int(score.get("problems", 0))
    return (
        f"pass@{figure.get('k', 1)}, 95 % interval {low:.1f} to {high:.1f}, "
        f"{score.get('problems', 0)} of {expected} problems, {score.get('samples', 0)} answers each, "
        f"temperature {score.get('temperature', 0.0):g}"
    )


def write_results(export: ExportJob, folder: Path) -> None:
    """Writes `results.json`, and `.eval_results/*.yaml` for benchmarks whose data sets are on the hub."""
    found = results(export)
    if not found:
        return
    (folder / RESULTS_NAME).write_text(export.results + "\n", encoding="utf-8", newline="\n")
    for score in released_scores(found):
        data_set = hub_data_set(score)
        if data_set is None:
            continue
        date = f"\n  date: {quoted(found['evaluated_at'])}" if found.get("evaluated_at") else ""
        entry = f"""- dataset:
    id: {quoted(data_set[0])}
    task_id: {quoted(score["benchmark"])}
    revision: {quoted(data_set[1])}
  value: {percent(score)}{date}
  notes: {quoted(notes(score))}
"""
        place = folder / EVAL_RESULTS_NAME / f"{score['benchmark']}.yaml"
        place.parent.mkdir(exist_ok=True)
        place.write_text(entry, encoding="utf-8", newline="\n")


def quoted(text: str) -> str:
    """A text as YAML: JSON's strings are YAML's."""
    return json.dumps(text, ensure_ascii=False)


def percent(score: dict[str, Any]) -> float:
    """The first figure of a score."""
    return round(100 * first_k(score).get("value", 0.0), 2)
