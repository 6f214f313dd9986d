"""Exports of the tiny model: what a stranger gets, and what is refused."""

import dataclasses
import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
import yaml  # type: ignore[import-untyped]
from huggingface_hub import ModelCard, parse_eval_result_entries
from transformers import AutoModelForCausalLM, AutoTokenizer, GenerationConfig

from retort_trainer import export, export_check, jobs, model_card, models, template
from retort_trainer.context import JobContext
from retort_trainer.failures import FailureCategory, RetortError
from retort_trainer.job import ExportJob, ExportResult, TrainerJob
from retort_trainer.spec import ReleaseDtype, ResourceSpec
from tests.conftest import TEMPLATE

PROBLEM = 'What is "1 + 1"?'


@pytest.fixture
def make_export(model_folder: Path, tmp_path: Path) -> Callable[..., TrainerJob]:
    def make(**changes: Any) -> TrainerJob:
        fields: dict[str, Any] = {
            "model_uri": str(model_folder),
            "output_uri": (tmp_path / "models" / "tiny" / "versions" / "1").as_uri(),
            "template": TEMPLATE,
            "check_problem": PROBLEM,
        }
        return TrainerJob(
            schema_version=1,
            run_id="run-1",
            job_name="export",
            export=ExportJob(**{**fields, **changes}),
            resources=ResourceSpec(cpus=1),
        )

    return make


def run(job: TrainerJob) -> ExportResult:
    result = jobs.run(job, JobContext()).export
    assert result is not None
    return result


def test_published_folder_works_for_anyone(
    make_export: Callable[..., TrainerJob], tmp_path: Path, tokenizer: Any
) -> None:
    result = run(make_export())
    folder = tmp_path / "models" / "tiny" / "versions" / "1"
    assert result.model_uri == folder.as_uri()
    assert {file.name for file in folder.iterdir()} == result.files.keys()
    for name in ("config.json", "generation_config.json", "model.safetensors", "README.md", "tokenizer.json"):
        content = (folder / name).read_bytes()
        assert hashlib.sha256(content).hexdigest() == result.files[name]
    model = AutoModelForCausalLM.from_pretrained(folder)
    found = AutoTokenizer.from_pretrained(folder)
    assert model.num_parameters() == result.parameters
    assert model.generation_config.eos_token_id == template.end_of_turn_id(tokenizer)

    user = [{"role": "user", "content": PROBLEM}]
    system = [{"role": "system", "content": TEMPLATE.system_prompt}]
    prompt = found.apply_chat_template(user, tokenize=False, add_generation_prompt=True)
    assert prompt == template.prompt_text(tokenizer, TEMPLATE, PROBLEM)
    assert prompt == found.apply_chat_template(system + user, tokenize=False, add_generation_prompt=True)
    inputs = found([prompt], return_tensors="pt", add_special_tokens=False)
    generated = model.generate(
        input_ids=inputs.input_ids,
        attention_mask=inputs.attention_mask,
        max_new_tokens=export_check.CHECK_TOKENS,
        do_sample=False,
    )
    said = found.batch_decode(generated[:, inputs.input_ids.shape[1] :], skip_special_tokens=True)[0]
    assert said == result.check_generation

    card = (folder / "README.md").read_text()
    assert "AutoModelForCausalLM.from_pretrained" in card
    assert '"What is \\"1 + 1\\"?"' in card
    assert "| run | `run-1` |" in card


def test_again_gives_the_same_and_leaves_the_reservation(
    make_export: Callable[..., TrainerJob], tmp_path: Path
) -> None:
    folder = tmp_path / "models" / "tiny" / "versions" / "1"
    folder.mkdir(parents=True)
    (folder / "reservation.json").write_text("{}")
    first = run(make_export())
    (folder / "model.safetensors").write_bytes(b"half of i")
    again = run(make_export())
    assert first == again
    assert (folder / "reservation.json").read_text() == "{}"
    assert (
        hashlib.sha256((folder / "model.safetensors").read_bytes()).hexdigest()
        == first.files["model.safetensors"]
    )
    assert [path.name for path in folder.parent.iterdir()] == ["1"]


def test_an_attempt_that_was_killed_leaves_nothing(
    make_export: Callable[..., TrainerJob], tmp_path: Path
) -> None:
    versions = tmp_path / "models" / "tiny" / "versions"
    for name in (".1-killed", ".10-other"):
        (versions / name).mkdir(parents=True)
        (versions / name / "model.safetensors").write_bytes(b"half of it")
    run(make_export())
    assert {path.name for path in versions.iterdir()} == {"1", ".10-other"}


def test_a_fenced_attempt_publishes_nothing(make_export: Callable[..., TrainerJob], tmp_path: Path) -> None:
    job = make_export()
    older, newer = (jobs.fence_for(job, token) for token in (1, 2))
    assert older is not None and newer is not None
    older.take()
    newer.take()
    with pytest.raises(RetortError, match="FENCED"):
        jobs.run(job, JobContext(older))
    versions = tmp_path / "models" / "tiny" / "versions"
    assert [path.name for path in versions.iterdir()] == [".1.fence"]
    assert set(jobs.run(job, JobContext(newer)).export.files) == {  # type: ignore[union-attr]
        path.name for path in (versions / "1").iterdir()
    }
    assert jobs.fence_for(make_export(output_uri=""), 1) is None


def test_the_folder_ends_where_the_evaluation_did(
    make_export: Callable[..., TrainerJob], tmp_path: Path, tokenizer: Any, model_folder: Path
) -> None:
    source = tmp_path / "checkpoint"
    shutil.copytree(model_folder, source)
    end_of_turn = template.end_of_turn_id(tokenizer)
    GenerationConfig(eos_token_id=[end_of_turn + 7, end_of_turn]).save_pretrained(source)
    run(make_export(model_uri=str(source), dtype=ReleaseDtype.BFLOAT16))
    config = GenerationConfig.from_pretrained(tmp_path / "models" / "tiny" / "versions" / "1")
    assert config.eos_token_id == [end_of_turn, end_of_turn + 7]


def test_a_folder_that_says_something_else_is_not_published(
    make_export: Callable[..., TrainerJob], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = export_check.Said(["something else"], [[1]], [0.0])
    monkeypatch.setattr(export_check, "say_plainly", lambda *_: said)
    with pytest.raises(RetortError, match=r"EXPORT_MISMATCH.*something else") as raised:
        run(make_export())
    assert raised.value.category is FailureCategory.PLATFORM
    assert not list((tmp_path / "models" / "tiny" / "versions").iterdir())


def test_missing_model_and_fields_are_named(make_export: Callable[..., TrainerJob], tmp_path: Path) -> None:
    with pytest.raises(RetortError, match="there is no such folder"):
        run(make_export(model_uri=str(tmp_path / "nowhere")))
    with pytest.raises(RetortError, match=r"export\.check_problem"):
        run(make_export(check_problem=" "))


@pytest.mark.parametrize("prompt", ["Think.", 'Say "it" {{ x }} %} {% y \\n\n\tZürich 🙂', "it's"])
def test_any_system_prompt_survives_the_template(tokenizer: Any, prompt: str) -> None:
    user = [{"role": "user", "content": "1?"}]
    expected = tokenizer.apply_chat_template([{"role": "system", "content": prompt}, *user], tokenize=False)
    changed = export.with_default_system_prompt(tokenizer.chat_template, prompt)
    assert tokenizer.apply_chat_template(user, tokenize=False, chat_template=changed) == expected
    own = [{"role": "system", "content": "Mine."}, *user]
    assert tokenizer.apply_chat_template(
        own, tokenize=False, chat_template=changed
    ) == tokenizer.apply_chat_template(own, tokenize=False)


def test_no_system_prompt_leaves_the_template_alone(tokenizer: Any) -> None:
    assert export.with_default_system_prompt(tokenizer.chat_template, "") == tokenizer.chat_template


RESULTS = {
    "schema_version": 1,
    "released": "stage-1",
    "evaluated_at": "2026-11-01T00:00:00Z",
    "scores": [
        {
            "model": model,
            "benchmark": benchmark,
            "problems": 40,
            "problems_expected": "50",
            "samples": 4,
            "temperature": 0.6,
            "truncated_ratio": 0.125,
            "pass_at_k": [{"k": 1, "value": value, "low": 0.3, "high": 0.6}],
            "revisions": revisions,
        }
        for model, value in (("base", 0.1), ("stage-1", 0.4512))
        for benchmark, revisions in (("math500", ["hf://datasets/HuggingFaceH4/MATH-500@abc1"]), ("own", []))
    ],
}


def test_weights_are_rounded_to_bfloat16_and_the_card_tells_by_how_much(
    make_export: Callable[..., TrainerJob], tmp_path: Path
) -> None:
    result = run(make_export(dtype=ReleaseDtype.BFLOAT16, more_check_problems=["2 + 2?", "3 + 9?"]))

    assert result.dtype == "bfloat16"
    assert 0 < result.dtype_shift <= export.LARGEST_SHIFT
    folder = tmp_path / "models" / "tiny" / "versions" / "1"
    assert AutoModelForCausalLM.from_pretrained(folder, dtype="auto").dtype == torch.bfloat16
    assert f"| weights | bfloat16, rounding moved log-probabilities by {result.dtype_shift:.4f}" in (
        folder / "README.md"
    ).read_text(encoding="utf-8")
    assert torch.__version__.startswith(result.libraries["torch"])
    assert result.hardware


def test_rotary_frequencies_are_not_rounded(
    make_export: Callable[..., TrainerJob], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []
    say = export_check.say

    def seen(model: Any, *arguments: Any) -> export_check.Said:
        asked.append((model.dtype, model.model.rotary_emb.inv_freq.dtype))
        return say(model, *arguments)

    monkeypatch.setattr(export_check, "say", seen)
    run(make_export(dtype=ReleaseDtype.BFLOAT16))
    # They are no weights: a folder that is loaded in bfloat16 has them in float32.
    assert asked == [(dtype, torch.float32) for dtype in (torch.float32, torch.bfloat16, torch.bfloat16)]


def test_as_trained_nothing_is_rounded(make_export: Callable[..., TrainerJob]) -> None:
    result = run(make_export(dtype=ReleaseDtype.TRAINED))
    assert (result.dtype, result.dtype_shift) == ("float32", 0.0)


def test_rounding_that_changes_the_model_is_refused(
    make_export: Callable[..., TrainerJob], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "LARGEST_SHIFT", 0.0)
    with pytest.raises(RetortError, match=r"release.dtype: bfloat16.*Publish with release.dtype: trained"):
        run(make_export(dtype=ReleaseDtype.BFLOAT16))


def test_other_weights_that_say_the_same_are_not_published(
    make_export: Callable[..., TrainerJob], monkeypatch: pytest.MonkeyPatch
) -> None:
    plainly = export_check.say_plainly

    def other(*arguments: Any) -> export_check.Said:
        said = plainly(*arguments)
        return export_check.Said(said.texts, said.tokens, [value - 0.01 for value in said.log_probabilities])

    monkeypatch.setattr(export_check, "say_plainly", other)
    with pytest.raises(RetortError, match=r"other log-probabilities, by 0\.01.* per token"):
        run(make_export())


def test_the_folder_samples_as_the_evaluation_did(
    make_export: Callable[..., TrainerJob], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load = models.load_model

    def with_penalty(*arguments: Any, **options: Any) -> Any:
        model = load(*arguments, **options)
        model.generation_config.repetition_penalty = 1.1
        return model

    monkeypatch.setattr(models, "load_model", with_penalty)
    run(make_export(temperature=0.6, top_p=0.95))
    config = GenerationConfig.from_pretrained(tmp_path / "models" / "tiny" / "versions" / "1")
    assert (config.do_sample, config.temperature, config.top_p, config.top_k) == (True, 0.6, 0.95, 0)
    assert config.repetition_penalty in (None, 1.0)


def test_large_weights_are_in_shards(
    make_export: Callable[..., TrainerJob], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "SHARD_SIZE", "20KB")
    result = run(make_export())
    assert "model.safetensors.index.json" in result.files
    assert sum(name.endswith(".safetensors") for name in result.files) > 1


def test_an_adapter_stays_beside_the_merged_weights(
    make_export: Callable[..., TrainerJob], model_folder: Path, tmp_path: Path
) -> None:
    source = tmp_path / "checkpoint"
    shutil.copytree(model_folder, source)
    (source / "adapter").mkdir()
    (source / "adapter" / "adapter_config.json").write_text("{}")
    result = run(make_export(model_uri=str(source)))
    assert "adapter/adapter_config.json" in result.files


def test_scores_are_in_the_card_and_where_hubs_read_them(
    make_export: Callable[..., TrainerJob], tmp_path: Path
) -> None:
    result = run(make_export(results=json.dumps(RESULTS), base_model="HuggingFaceTB/SmolLM2-135M"))
    folder = tmp_path / "models" / "tiny" / "versions" / "1"

    card = ModelCard.load(folder / "README.md")
    assert card.data.base_model == "HuggingFaceTB/SmolLM2-135M"
    math, own = card.data.eval_results
    assert (math.dataset_type, math.dataset_revision) == ("HuggingFaceH4/MATH-500", "abc1")
    assert (math.metric_type, math.metric_value) == ("pass@1", 45.12)
    assert (own.dataset_type, own.dataset_revision) == ("own", None)
    assert "| math500 | 45.1 % | 30.0 to 60.0 | 40 x 4 | 12.5 % |" in card.text

    assert json.loads((folder / "results.json").read_text()) == RESULTS
    assert [name for name in result.files if name.startswith(".eval_results/")] == [
        ".eval_results/math500.yaml"
    ]
    (entry,) = parse_eval_result_entries(
        yaml.safe_load((folder / ".eval_results" / "math500.yaml").read_text())
    )
    assert (entry.dataset_id, entry.task_id, entry.value) == ("HuggingFaceH4/MATH-500", "math500", 45.12)
    assert entry.date == "2026-11-01T00:00:00Z"
    assert entry.notes == (
        "pass@1, 95 % interval 30.0 to 60.0, 40 of 50 problems, 4 answers each, temperature 0.6"
    )


def test_the_example_of_the_card_runs(
    make_export: Callable[..., TrainerJob], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(make_export(dtype=ReleaseDtype.BFLOAT16, temperature=0.6, top_p=0.95))
    folder = tmp_path / "models" / "tiny" / "versions" / "1"
    card = (folder / "README.md").read_text(encoding="utf-8")
    example = card.split("```python\n")[1].split("```")[0]
    assert '"path/to/this/folder"' in example
    exec(example.replace('"path/to/this/folder"', repr(str(folder))), {})  # noqa: S102
    assert capsys.readouterr().out.strip()


def test_without_a_system_prompt_the_card_has_no_system_turn(
    make_export: Callable[..., TrainerJob],
) -> None:
    without = dataclasses.replace(TEMPLATE, system_prompt="")

    card = model_card.render(make_export(template=without), None, 1, "float32", 0.0)

    assert '"role": "system"' not in card
    assert "system message" not in card
    assert 'messages = [\n    {"role": "user"' in card
    assert '"role": "system"' in model_card.render(make_export(), None, 1, "float32", 0.0)
