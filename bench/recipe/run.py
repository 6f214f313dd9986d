"""Runs the cells of the benchmark, one after another: every arm with every seed.

    nice -n 10 gpu-workers/trainer/.venv/bin/python bench/recipe/run.py --model FOLDER --out FOLDER

A cell is one arm with one seed: training where the arm has one, then answers to the problems. Each job is a
process `python -m retort_trainer JOB.json` of its own. `OUT/seed-N/ARM/cell.json` is written last; cells that
have one are not run again, and one that was interrupted goes on where its jobs can. Models are deleted when
nothing needs them any more.
"""

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import time
from dataclasses import asdict, fields
from pathlib import Path

# Another copy of the trainer than the checkout's, for runs that outlast a change of it.
TRAINER = os.environ.get("RETORT_TRAINER_PATH", str(Path(__file__).parents[2] / "gpu-workers/trainer/src"))
sys.path.insert(0, TRAINER)

from data import Data, write  # noqa: E402
from retort_trainer import documents, model_digest, store  # noqa: E402
from retort_trainer.artifact import ArtifactRef  # noqa: E402
from retort_trainer.data import GeneratedSample  # noqa: E402
from retort_trainer.job import GenerationJob, TrainerJob, TrainingJob, TrainingStage  # noqa: E402
from retort_trainer.spec import ResourceSpec  # noqa: E402
from settings import ARMS, Settings  # noqa: E402


def cell(out: Path, model: Path, settings: Settings, data: Data, seed: int, arm: str) -> None:
    """Runs one cell unless it is there."""
    folder = out / f"seed-{seed}" / arm
    if (folder / "cell.json").exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    began, cpu_began = time.monotonic(), _cpu_seconds()
    training = None
    asked = model
    if arm != "base":
        # Both objectives have the same reference: what one has computed of it serves the other.
        _share_reference(folder.parent, arm)
        training = _run(folder / "train.json", _training(folder, model, settings, data, seed, arm))[
            "training"
        ]
        asked = folder / "checkpoints" / "final"
    generation = GenerationJob(
        model_uri=str(asked),
        dataset=data.problems,
        output_uri=(folder / "samples").absolute().as_uri(),
        template=settings.template,
        samples=settings.samples,
        temperature=0.6,
        top_p=0.95,
        max_new_tokens=settings.max_new_tokens,
        # All of them: the few longest answers of a batch cost as much as those of many batches.
        batch_size=settings.problems * settings.samples,
    )
    generated = _run(
        folder / "generate.json", _job(settings, seed, f"generate-{arm}", generation=generation)
    )["generation"]
    reference = documents.parse(ArtifactRef, generated["samples"], source="generation", ignore_unknown=True)
    record = {
        "seed": seed,
        "arm": arm,
        "training": training,
        "samples": [
            {
                "problem": sample.sample_id,
                "index": sample.index,
                "outcome": sample.outcome.removeprefix("SAMPLE_OUTCOME_"),
                "tokens": sample.tokens,
                "cut": sample.truncated,
            }
            for sample in store.read_rows(reference, GeneratedSample)
        ],
        "cpu_seconds": round(_cpu_seconds() - cpu_began, 1),
        "seconds": round(time.monotonic() - began, 1),
    }
    partial = folder / "cell.json.partial"
    partial.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    partial.replace(folder / "cell.json")
    print(f"seed {seed} {arm}: {_summary(record)}", flush=True)


def _training(folder: Path, model: Path, settings: Settings, data: Data, seed: int, arm: str) -> TrainerJob:
    sft = arm.startswith("sft")
    dataset = data.raw if arm == "sft-raw" else data.curated if sft else data.pairs
    job = TrainingJob(
        stage=TrainingStage.SFT if sft else TrainingStage.COGPO,
        model_uri=str(model if sft else _curated(folder.parent)),
        dataset=dataset,
        checkpoints_uri=(folder / "checkpoints").absolute().as_uri(),
        template=settings.template,
        settings=settings.training(arm),
    )
    return _job(settings, seed, arm, training=job)


def _job(settings: Settings, seed: int, name: str, **job: TrainingJob | GenerationJob) -> TrainerJob:
    return TrainerJob(
        schema_version=1,
        run_id=f"seed-{seed}",
        job_name=name,
        seed=seed,
        resources=ResourceSpec(cpus=settings.threads),
        **job,
    )


def _run(path: Path, job: TrainerJob) -> dict[str, object]:
    """Runs a job in a process of its own and returns its result; its progress goes to a log beside it."""
    path.write_text(documents.to_json(job), encoding="utf-8")
    threads = str(job.resources.cpus or 1)
    environment = {
        **os.environ,
        "PYTHONPATH": TRAINER,
        "OMP_NUM_THREADS": threads,
        "HF_HUB_OFFLINE": "1",
        "TOKENIZERS_PARALLELISM": "false",
    }
    with path.with_suffix(".log").open("ab") as log:
        done = subprocess.run(  # noqa: S603
            [sys.executable, "-m", "retort_trainer", str(path)],
            stdout=subprocess.PIPE,
            stderr=log,
            env=environment,
            check=False,
        )
    if done.returncode != 0:
        raise SystemExit(
            f"{path}: exit status {done.returncode} (expected: 0); see {path.with_suffix('.log')}"
        )
    result: dict[str, object] = json.loads(done.stdout)["result"]
    return result


def _curated(seed_folder: Path) -> Path:
    return seed_folder / "sft-curated" / "checkpoints" / "final"


def _share_reference(seed_folder: Path, arm: str) -> None:
    others = {"dpo": "cogpo", "cogpo": "dpo"}
    if arm not in others:
        return
    found, wanted = (seed_folder / name / "checkpoints" / "reference" for name in (others[arm], arm))
    if found.is_dir() and not wanted.exists():
        shutil.copytree(found, wanted)


def _clean(seed_folder: Path) -> None:
    """Deletes models whose cells are done; the curated one's once stage 2 is."""
    done = [arm for arm in ARMS if (seed_folder / arm / "cell.json").exists()]
    for arm in done:
        if arm != "sft-curated" or {"cogpo", "dpo"} <= set(done):
            for folder in (seed_folder / arm / "checkpoints").glob("*"):
                if folder.name != "reference":
                    shutil.rmtree(folder, ignore_errors=True)


def _cpu_seconds() -> float:
    """Of this process's children that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _summary(record: dict[str, object]) -> str:
    samples = record["samples"]
    assert isinstance(samples, list)
    right = sum(sample["outcome"] == "CORRECT" for sample in samples)
    cut = sum(sample["cut"] for sample in samples)
    return (
        f"{right} of {len(samples)} right, {cut} cut, "
        f"{record['cpu_seconds']} CPU seconds, {record['seconds']} seconds"
    )


def keep_settings(file: Path, settings: Settings, model_sha256: str) -> None:
    """Writes what the cells of a folder have in common; SystemExit where it is something else already."""
    wanted = {**asdict(settings), "model_sha256": model_sha256}
    if file.exists():
        kept = json.loads(file.read_text(encoding="utf-8"))
        # Older folders do not say which model.
        if {"model_sha256": model_sha256, **kept} != wanted:
            raise SystemExit(
                f"{file}: other settings or another model than these (expected: the same, or another --out)"
            )
        return
    partial = file.with_suffix(".json.partial")
    partial.write_text(json.dumps(wanted, indent=1) + "\n", encoding="utf-8")
    partial.replace(file)


def parse_arguments(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--model", type=Path, required=True, help="the student, in Hugging Face layout")
    parser.add_argument("--out", type=Path, required=True, help="folder of the cells")
    parser.add_argument("--seeds", default="1,2,3", help="(default: 1,2,3)")
    parser.add_argument(
        "--arms",
        default=",".join(ARMS),
        help=f"in this order; stage 2 needs sft-curated (default: {','.join(ARMS)})",
    )
    defaults = Settings(
        rows=120,
        pair_rows=32,
        pairs_per_problem=3,
        split="eval",
        problems=64,
        samples=2,
        max_new_tokens=320,
        sft_steps=14,
        sft_learning_rate=1e-3,
        stage2_steps=14,
        stage2_learning_rate=2e-4,
        beta=0.1,
        threads=1,
    )
    for field in fields(Settings):
        value = getattr(defaults, field.name)
        flag = f"--{field.name.replace('_', '-')}"
        parser.add_argument(flag, type=type(value), default=value, help=f"(default: {value})")
    return parser.parse_args(arguments)


def main(arguments: list[str] | None = None) -> int:
    options = parse_arguments(arguments)
    settings = Settings(**{field.name: getattr(options, field.name) for field in fields(Settings)})
    arms = options.arms.split(",")
    if not set(arms) <= set(ARMS):
        raise SystemExit(f"--arms: {options.arms} (expected: some of {','.join(ARMS)})")
    out = options.out.absolute()
    out.mkdir(parents=True, exist_ok=True)
    keep_settings(out / "settings.json", settings, model_digest.sha256(str(options.model.absolute())))
    data = write(
        out / "data",
        rows=settings.rows,
        pair_rows=settings.pair_rows,
        most_pairs=settings.pairs_per_problem,
        split=settings.split,
        problems=settings.problems,
    )
    for seed in (int(text) for text in options.seeds.split(",")):
        for arm in arms:
            cell(out, options.model.absolute(), settings, data, seed, arm)
            _clean(out / f"seed-{seed}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
