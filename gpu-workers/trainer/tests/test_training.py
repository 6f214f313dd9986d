import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM, AutoTokenizer, TrainerCallback

from retort_trainer import lora, models, store, tiny_model, training
from retort_trainer.context import JobContext
from retort_trainer.data import PreferencePair, Sample
from retort_trainer.failures import FailureCategory, RetortError
from retort_trainer.fence import Fence
from retort_trainer.job import TrainerProgress, TrainingResult, TrainingStage
from retort_trainer.model_folder import load_tokenizer
from retort_trainer.rows import encode_samples
from retort_trainer.settings import LoraSettings, resolve
from retort_trainer.spec import Batching, LoraSpec, Reporter
from tests.conftest import TEMPLATE
from tests.jobs import MakeJob, WriteRows, run, stop_and_resume


def folder(result: TrainingResult) -> Path:
    path = store.local_path(result.model_uri)
    assert path is not None
    return path


def test_sft_learns_and_publishes_a_model_that_plain_transformers_loads(
    make_job: MakeJob, write_rows: WriteRows, samples: list[Sample], model_folder: Path
) -> None:
    reports: list[TrainerProgress] = []
    result = run(
        make_job(TrainingStage.SFT, write_rows(samples), max_steps=12), JobContext(None, reports.append)
    )
    assert result.final_loss < result.first_loss - 0.5
    assert (result.steps, result.rows, result.truncated_rows, result.resumed_from_step) == (12, 12, 0, 0)
    assert [point.step for point in result.curve] == list(range(1, 13))
    assert (reports[-1].done, reports[-1].total, reports[-1].unit) == (12, 12, "steps")
    assert reports[-1].checkpoint_uri.endswith("/step-12")
    assert reports[-1].loss == result.final_loss
    assert reports[-1].tokens_per_second > 0
    # Twelve steps of four rows are four passes over the twelve rows.
    tokenizer = load_tokenizer(model_folder)
    rows = encode_samples(samples, tokenizer, TEMPLATE).rows
    assert result.tokens == 4 * sum(len(row["input_ids"]) for row in rows)
    assert result.tokens_per_second > 0
    assert result.peak_memory_bytes > 50_000_000
    assert (result.per_device_batch_size, result.gradient_accumulation_steps) == (4, 1)

    published = folder(result)
    assert sorted(entry.name for entry in published.parent.iterdir()) == ["final", "step-10", "step-12"]
    assert not list(published.parent.rglob("training_args.bin"))
    model = AutoModelForCausalLM.from_pretrained(published)
    published_tokenizer = AutoTokenizer.from_pretrained(published)
    assert model.generation_config.eos_token_id == published_tokenizer.convert_tokens_to_ids("<|im_end|>")
    base = AutoModelForCausalLM.from_pretrained(model_folder)
    assert not torch.equal(model.lm_head.weight, base.lm_head.weight)


def test_the_hash_of_a_model_is_that_of_its_weights_wherever_it_lies(
    make_job: MakeJob, write_rows: WriteRows, samples: list[Sample]
) -> None:
    rows = write_rows(samples)
    first = run(make_job(TrainingStage.SFT, rows, "a"))
    same = run(make_job(TrainingStage.SFT, rows, "b"))
    other = run(make_job(TrainingStage.SFT, rows, "c", learning_rate=2e-2))
    again = run(make_job(TrainingStage.SFT, rows, "a"))
    assert len(first.model_sha256) == 64
    assert same.model_sha256 == first.model_sha256
    assert other.model_sha256 != first.model_sha256
    # Of a job that finds its result finished.
    assert again.model_sha256 == first.model_sha256


def test_first_loss_is_that_of_the_completion_alone(
    make_job: MakeJob, write_rows: WriteRows, samples: list[Sample], model_folder: Path
) -> None:
    job = make_job(TrainingStage.SFT, write_rows(samples[:4]), max_steps=1)
    result = run(job)
    assert job.training is not None
    rows = encode_samples(samples[:4], load_tokenizer(model_folder), job.training.template).rows
    model = AutoModelForCausalLM.from_pretrained(model_folder)
    losses: list[torch.Tensor] = []
    for row in rows:
        logits = model(input_ids=torch.tensor([row["input_ids"]])).logits[0, :-1]
        labels = torch.tensor(row["labels"][1:])
        losses.append(
            torch.nn.functional.cross_entropy(
                logits[labels != -100], labels[labels != -100], reduction="none"
            )
        )
    assert result.first_loss == pytest.approx(torch.cat(losses).mean().item(), abs=1e-4)


@pytest.mark.parametrize("stage", [TrainingStage.SFT, TrainingStage.COGPO])
def test_stopped_training_resumes_on_the_same_loss_curve(
    make_job: MakeJob,
    write_rows: WriteRows,
    samples: list[Sample],
    pairs: list[PreferencePair],
    stage: TrainingStage,
) -> None:
    dataset = write_rows(samples if stage is TrainingStage.SFT else pairs)
    settings = {"max_steps": 7, "per_device_batch_size": 2, "gradient_accumulation_steps": 2}
    whole = run(make_job(stage, dataset, "whole", **settings))
    job = make_job(stage, dataset, "parts", **settings)
    resumed = stop_and_resume(job)
    assert resumed.resumed_from_step == 4
    assert [point.step for point in resumed.curve] == list(range(1, 8))
    assert [point.loss for point in resumed.curve] == pytest.approx(
        [point.loss for point in whole.curve], abs=1e-6
    )
    assert resumed.curve[4:] != resumed.curve[:3]

    adopted = run(job)
    assert adopted == resumed


def test_incomplete_and_corrupt_checkpoints_are_skipped(
    make_job: MakeJob, write_rows: WriteRows, samples: list[Sample], caplog: pytest.LogCaptureFixture
) -> None:
    job = make_job(TrainingStage.SFT, write_rows(samples), max_steps=6)
    checkpoints = folder(run(job)).parent
    shutil.rmtree(checkpoints / "final")
    (checkpoints / "step-6" / "COMPLETE.json").unlink()
    assert run(job).resumed_from_step == 4
    assert "step-6/COMPLETE.json: there is no such object" in caplog.text

    shutil.rmtree(checkpoints / "final")
    (checkpoints / "step-6" / "model.safetensors").write_bytes(b"half")
    (checkpoints / ".staging-dead").mkdir()
    assert run(job).resumed_from_step == 4
    assert "step-6/model.safetensors: sha256 is" in caplog.text
    assert not (checkpoints / ".staging-dead").exists()

    shutil.rmtree(checkpoints / "final")
    complete = checkpoints / "step-6" / "COMPLETE.json"
    document = json.loads(complete.read_text())
    complete.write_text(json.dumps({**document, "files": {"../../secret": "0"}}))
    assert run(job).resumed_from_step == 4
    assert "(expected: a name inside the folder)" in caplog.text


def test_checkpoints_of_other_settings_are_not_resumed(
    make_job: MakeJob, write_rows: WriteRows, samples: list[Sample]
) -> None:
    dataset = write_rows(samples)
    run(make_job(TrainingStage.SFT, dataset, max_steps=2))
    again = run(make_job(TrainingStage.SFT, dataset, max_steps=3))
    assert (again.resumed_from_step, again.steps) == (0, 3)


def test_settings_that_change_no_step_keep_the_checkpoints(
    make_job: MakeJob, write_rows: WriteRows, samples: list[Sample]
) -> None:
    dataset = write_rows(samples)
    job = make_job(TrainingStage.SFT, dataset, checkpoints_kept=1)
    other = make_job(TrainingStage.SFT, dataset, checkpoints_kept=3, reporters=[Reporter.TENSORBOARD])
    assert training.fingerprint(job, Batching.LENGTH_GROUPED) == training.fingerprint(
        other, Batching.LENGTH_GROUPED
    )


@pytest.mark.parametrize(
    ("device", "installed", "wanted", "used"),
    [
        ("cuda", True, None, True),
        ("cuda", True, False, False),
        ("cuda", False, None, False),
        ("cpu", True, True, False),
    ],
)
def test_liger_is_used_on_gpus_where_it_is_installed(
    make_job: MakeJob,
    write_rows: WriteRows,
    samples: list[Sample],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    device: str,
    installed: bool,
    wanted: bool | None,
    used: bool,
) -> None:
    monkeypatch.setattr(training, "is_liger_kernel_available", lambda: installed)
    job = make_job(TrainingStage.SFT, write_rows(samples), liger=wanted)
    assert job.training is not None
    settings = resolve(job.training.settings, TrainingStage.SFT)
    arguments = training.trainer_arguments(job, settings, torch.device(device), tmp_path)
    assert arguments["use_liger_kernel"] is used


def test_fenced_trainer_publishes_nothing_more(
    make_job: MakeJob, write_rows: WriteRows, samples: list[Sample]
) -> None:
    job = make_job(TrainingStage.SFT, write_rows(samples))
    assert job.training is not None
    uri = job.training.checkpoints_uri

    def overtake(progress: TrainerProgress) -> None:
        if progress.done == 3:
            Fence(uri, 2).take()

    mine = Fence(uri, 1)
    mine.take()
    with pytest.raises(RetortError) as caught:
        run(job, JobContext(mine, overtake))
    assert (caught.value.category, caught.value.type) == (FailureCategory.PLATFORM, "FENCED")
    assert store.names(uri) == ["fence", "step-2"]


def test_lora_ends_in_a_merged_model(
    make_job: MakeJob, write_rows: WriteRows, samples: list[Sample], model_folder: Path
) -> None:
    from retort_trainer.spec import LoraSpec

    job = make_job(TrainingStage.SFT, write_rows(samples), lora=LoraSpec(rank=4))
    result = run(job)
    checkpoints = folder(result).parent
    assert (checkpoints / "step-4" / "adapter_model.safetensors").is_file()
    # A folder: beside the weights the adapter's configuration would make Transformers add it once more.
    assert [path.name for path in (checkpoints / "final").glob("adapter*")] == ["adapter"]
    adapter = json.loads((checkpoints / "final" / "adapter" / "adapter_config.json").read_text())
    assert adapter["base_model_name_or_path"] == str(model_folder)
    merged = AutoModelForCausalLM.from_pretrained(checkpoints / "final")
    base = AutoModelForCausalLM.from_pretrained(model_folder)
    changed = {
        name
        for name, weight in merged.named_parameters()
        if not torch.equal(weight, base.get_parameter(name))
    }
    assert {name.split(".")[-2] for name in changed} == {
        "q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj",
    }  # fmt: skip

    shutil.rmtree(checkpoints / "final")
    shutil.rmtree(checkpoints / "step-4")
    resumed = run(job)
    assert resumed.resumed_from_step == 2
    assert [point.loss for point in resumed.curve] == pytest.approx(
        [point.loss for point in result.curve], abs=1e-6
    )


def test_loss_that_is_not_a_number_stops_with_the_step(
    make_job: MakeJob, write_rows: WriteRows, samples: list[Sample], model_folder: Path, tmp_path: Path
) -> None:
    broken = tmp_path / "broken"
    shutil.copytree(model_folder, broken)
    model = AutoModelForCausalLM.from_pretrained(broken)
    model.model.norm.weight.data.fill_(float("nan"))
    model.save_pretrained(broken)
    job = make_job(TrainingStage.SFT, write_rows(samples))
    assert job.training is not None
    job = replace(job, training=replace(job.training, model_uri=str(broken)))
    with pytest.raises(RetortError, match="loss is nan at step 1 of 4") as caught:
        run(job)
    assert (caught.value.category, caught.value.type) == (FailureCategory.USER, "NAN_LOSS")
    assert store.names(job.training.checkpoints_uri if job.training else "") == []


@pytest.mark.parametrize("stage", [TrainingStage.SFT, TrainingStage.COGPO])
def test_loss_that_is_not_a_number_leaves_the_last_good_checkpoint(
    make_job: MakeJob,
    write_rows: WriteRows,
    samples: list[Sample],
    pairs: list[PreferencePair],
    stage: TrainingStage,
) -> None:
    class Poison(TrainerCallback):
        """After the second step, and its checkpoint."""

        def on_step_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
            if state.global_step == 2:
                kwargs["model"].lm_head.weight.data[0].fill_(float("nan"))

    dataset = write_rows(samples if stage is TrainingStage.SFT else pairs)
    job = make_job(stage, dataset, checkpoint_steps=1)
    with pytest.raises(RetortError, match="loss is nan at step 3 of 4"):
        run(job, callbacks=[Poison()])
    assert job.training is not None
    steps = [name for name in store.names(job.training.checkpoints_uri) if name != "reference"]
    assert steps == ["step-1", "step-2"]
    good = AutoModelForCausalLM.from_pretrained(
        store.local_path(store.join(job.training.checkpoints_uri, "step-2"))
    )
    assert all(weight.isfinite().all() for weight in good.parameters())
    assert run(job).resumed_from_step == 2


class Malicious:
    """Touches a file when it is unpickled."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def __reduce__(self) -> Any:
        return Path.touch, (self._file,)


@pytest.mark.parametrize("name", ["optimizer.pt", "scheduler.pt", "rng_state.pth"])
def test_pickled_code_in_a_checkpoint_is_not_run(
    make_job: MakeJob, write_rows: WriteRows, samples: list[Sample], tmp_path: Path, name: str
) -> None:
    job = make_job(TrainingStage.SFT, write_rows(samples), checkpoint_steps=1, checkpoints_kept=3)
    checkpoints = folder(run(job)).parent
    shutil.rmtree(checkpoints / "final")
    shutil.rmtree(checkpoints / "step-4")
    step = checkpoints / "step-3"
    touched = tmp_path / "touched"
    torch.save(Malicious(touched), step / name)
    complete = json.loads((step / "COMPLETE.json").read_text())
    complete["files"][name] = store.sha256_of((step / name).as_uri())
    (step / "COMPLETE.json").write_text(json.dumps(complete))

    with pytest.raises(RetortError, match=f"{step.as_uri()}: the trainer's state is not one") as caught:
        run(job)
    assert (caught.value.category, caught.value.type) == (FailureCategory.USER, "DATA_CORRUPT")
    assert not touched.exists()
    torch.load(step / name, weights_only=False)
    assert touched.exists()

    shutil.rmtree(step)
    assert run(job).resumed_from_step == 2


def test_store_elsewhere_keeps_checkpoints_and_models(
    make_job: MakeJob, write_rows: WriteRows, samples: list[Sample], pairs: list[PreferencePair]
) -> None:
    job = make_job(TrainingStage.SFT, write_rows(samples))
    assert job.training is not None
    job = replace(job, training=replace(job.training, checkpoints_uri="memory://run/sft"))
    Fence("memory://run/sft", 1).take()
    first = run(job, JobContext(Fence("memory://run/sft", 1)))
    assert first.model_uri == "memory://run/sft/final"
    assert store.names("memory://run/sft") == ["fence", "final", "step-2", "step-4"]
    assert run(job) == first
    store.delete("memory://run/sft/final")
    store.delete("memory://run/sft/step-4")
    assert run(job).resumed_from_step == 2

    second = make_job(TrainingStage.COGPO, write_rows(pairs), max_steps=1)
    assert second.training is not None
    second = replace(second, training=replace(second.training, model_uri=first.model_uri))
    assert run(second).first_loss == pytest.approx(0.693147, abs=1e-5)
    store.delete("memory://run")


@pytest.mark.parametrize("name", ["config.json", "tokenizer.json", "model.safetensors"])
def test_incomplete_model_names_the_missing_file(
    make_job: MakeJob,
    write_rows: WriteRows,
    samples: list[Sample],
    model_folder: Path,
    tmp_path: Path,
    name: str,
) -> None:
    partial = tmp_path / "partial"
    shutil.copytree(model_folder, partial)
    (partial / name).unlink()
    job = make_job(TrainingStage.SFT, write_rows(samples))
    assert job.training is not None
    with pytest.raises(RetortError, match=f"{name}.* is missing") as caught:
        run(replace(job, training=replace(job.training, model_uri=str(partial))))
    assert (caught.value.category, caught.value.type) == (FailureCategory.USER, "MODEL_INCOMPLETE")


def test_max_length_beyond_the_model_is_refused(
    make_job: MakeJob, write_rows: WriteRows, samples: list[Sample]
) -> None:
    job = make_job(TrainingStage.SFT, write_rows(samples))
    assert job.training is not None
    template = replace(job.training.template, max_length=100_000)
    with pytest.raises(RetortError, match=r"max_length: 100000 \(expected: <= 4096"):
        run(replace(job, training=replace(job.training, template=template)))


@pytest.mark.parametrize("stage", [TrainingStage.SFT, TrainingStage.COGPO])
def test_adapter_over_four_bit_weights_is_merged_into_the_whole_ones(
    make_job: MakeJob,
    write_rows: WriteRows,
    samples: list[Sample],
    pairs: list[PreferencePair],
    tmp_path: Path,
    stage: TrainingStage,
) -> None:
    whole, rounded = tmp_path / "whole", tmp_path / "rounded"
    # Of whole blocks of 64 weights.
    tiny_model.write(whole, hidden_size=64, layers=1)
    shutil.copytree(whole, rounded)
    quantization = lora.quantization(LoraSettings(4, 8, 0, quantize=True), torch.float32)
    models.load_model(
        whole, torch.float32, torch.device("cpu"), None, quantization
    ).dequantize().save_pretrained(rounded)
    dataset = write_rows(samples if stage is TrainingStage.SFT else pairs)

    def trained(model: Path, *, quantize: bool) -> TrainingResult:
        spec = LoraSpec(rank=4, quantize=quantize)
        job = make_job(stage, dataset, f"{quantize}", max_steps=6, lora=spec)
        assert job.training is not None
        return run(replace(job, training=replace(job.training, model_uri=str(model))))

    result, expected = trained(whole, quantize=True), trained(rounded, quantize=False)
    # The adapter itself is kept in bfloat16 here, in float32 there.
    losses, expected_losses = ([point.loss for point in each.curve] for each in (result, expected))
    assert losses == pytest.approx(expected_losses, abs=1e-2)
    assert losses[0] - losses[-1] > 0.1

    checkpoints = folder(result).parent
    factors = load_file(checkpoints / "step-6" / "adapter_model.safetensors")
    final, base = (AutoModelForCausalLM.from_pretrained(each) for each in (checkpoints / "final", whole))
    assert final.dtype is torch.float32
    merged = 0
    for name, weight in final.named_parameters():
        layer = f"base_model.model.{name.removesuffix('.weight')}"
        target = base.get_parameter(name)
        if f"{layer}.lora_A.weight" in factors:
            # alpha / rank is 2.
            b, a = (factors[f"{layer}.lora_{factor}.weight"].float() for factor in "BA")
            target = target + 2 * b @ a
            merged += 1
        assert torch.allclose(weight, target, atol=1e-6), name
    assert merged == 7


def test_four_bit_weights_need_bitsandbytes(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = LoraSettings(rank=4, alpha=8, dropout=0, quantize=True)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert lora.quantization(replace(settings, quantize=False), torch.float32) is None
    with pytest.raises(
        RetortError, match=r"lora.quantize: true \(expected: bitsandbytes installed"
    ) as caught:
        lora.quantization(settings, torch.float32)
    assert (caught.value.category, caught.value.type) == (FailureCategory.USER, "QUANTIZATION_MISSING")
