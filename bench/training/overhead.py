# SPDX-License-Identifier: Apache-2.0
"""Measures the overhead of Temporal and Ray for a training stage, compared with the same job as a plain
Python process.

Uses the local stack with separate ports and a separate home. Temporal's client measures the duration of the
stage; another Ray client queries the trainer's actor for the time of its first step.
"""

import argparse
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import ray
import student
from ray.job_config import JobConfig
from retort_trainer import documents
from retort_trainer.artifact import ArtifactRef
from retort_trainer.job import TrainerStatus, TrainingStage
from retort_trainer.spec import Batching
from side_by_side import RUN_ID, Bench, gsm8k

ROOT = Path(__file__).resolve().parents[2]
BATCH = 8
# Enough to measure the duration of a step.
WARM_UP_STEPS = 12
LOOK_SECONDS = 0.05


@dataclass
class Measured:
    """Seconds of a job from its start: to the beginning of its training loop, its first step, and its end."""

    loop: float
    first_step: float
    whole: float
    step: float


class Stack:
    """The local stack in a folder, without a model server, because nothing is judged."""

    def __init__(self, home: Path, model: Path) -> None:
        self._environment = {**os.environ, "RETORT_HOME": str(home), "RETORT_STUDENT_MODEL": str(model)}
        self._home = home

    def __enter__(self) -> Self:
        nobody = "http://127.0.0.1:9/v1"
        self._retort(
            *("up", "--port-offset", str(random.randrange(1000, 20000))),
            *("--judge-url", nobody, "--judge-model", "nobody"),
            *("--student-url", nobody, "--student-model", "nobody"),
        )
        self.state = json.loads((self._home / "stack.json").read_text())
        address = (Path(self.state["rayFolder"]) / "ray_current_cluster").read_text()
        # As in the driver's job; otherwise Ray does not find the trainer's class.
        sources = JobConfig(code_search_path=[str(ROOT / "gpu-workers/trainer/src")])
        ray.init(address, namespace="retort", job_config=sources, log_to_driver=False)
        return self

    def __exit__(self, *_: object) -> None:
        ray.shutdown()
        self._retort("down")

    def _retort(self, *arguments: str) -> None:
        command = java("cli/target/retort.jar", "cli/target/lib/*", "io.retort.cli.Retort", *arguments)
        subprocess.run(command, env=self._environment, stdout=sys.stderr, check=True)


def java(jar: str, libraries: str, main_class: str, *arguments: str) -> list[str]:
    home = os.environ.get("JAVA_HOME")
    return [
        str(Path(home, "bin", "java")) if home else "java",
        f"-Dretort.repository={ROOT}",
        "-cp",
        f"{ROOT / jar}:{ROOT / libraries}",
        main_class,
        *arguments,
    ]


def job(bench: Bench, name: str, dataset: ArtifactRef, steps: int) -> Path:
    """Writes a job that trains all rows for the number of epochs that its steps need, with default
    checkpoints.
    """
    return bench.job(
        name,
        TrainingStage.SFT,
        dataset,
        epochs=1000,
        max_steps=steps,
        checkpoint_steps=None,
        learning_rate=1e-3,
        weight_decay=0.0,
        per_device_batch_size=BATCH,
        batching=Batching.LENGTH_GROUPED,
    )


def bare(path: Path) -> Measured:
    """The job as `python -m retort_trainer`, from the start of the process to its end."""
    began = time.monotonic()
    seen: dict[int, float] = {}
    process = subprocess.Popen(
        [sys.executable, "-m", "retort_trainer", str(path)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    for line in process.stderr:
        step = re.match(r"(\d+)/\d+ steps", line)
        if step:
            seen.setdefault(int(step[1]), time.monotonic() - began)
    if process.wait() != 0:
        raise SystemExit(f"error: {path}: exit status {process.returncode}")
    return measured(seen, time.monotonic() - began)


def stage(path: Path, stack: Stack) -> Measured:
    """The job as a run's stage, from the start of its activity; the whole from the start of its workflow."""
    seen: dict[int, float] = {}
    watch = threading.Thread(target=watch_steps, args=(f"{RUN_ID}/{path.stem}", seen), daemon=True)
    watch.start()
    main_class, address = "io.retort.bench.TrainingStage", stack.state["temporalAddress"]
    client = subprocess.run(
        java("bench/target/retort-bench.jar", "bench/target/lib/*", main_class, address, str(path)),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    # The output also contains lines of the log.
    found = re.search(r"^(\d+\.\d+) (\d+\.\d+)$", client.stdout, re.MULTILINE)
    if found is None:
        raise SystemExit(f"error: {path}: no times of the stage in\n{client.stdout}")
    whole, started = (float(number) for number in found.groups())
    return measured({step: at - started for step, at in seen.items()}, whole)


def watch_steps(name: str, seen: dict[int, float]) -> None:
    """Records when the trainer's actor reported its first steps, in seconds since the epoch."""
    actor = None
    while 1 not in seen:
        time.sleep(LOOK_SECONDS)
        try:
            actor = actor or ray.get_actor(name)
        except ValueError:
            # The actor does not exist yet.
            continue
        answer = ray.get(actor.status.remote())
        progress = documents.parse_json(TrainerStatus, answer, source="status").progress
        if progress is not None and progress.total:
            for step in range(min(progress.done, 1) + 1):
                seen.setdefault(step, time.time())


def measured(seen: dict[int, float], whole: float) -> Measured:
    last = max(seen)
    step = (seen[last] - seen[1]) / (last - 1) if last > 1 else 0.0
    return Measured(seen[0], seen[1], whole, step)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="GSM8K's train.jsonl")
    parser.add_argument("--minutes", type=float, default=5.0, help="of the job's training loop")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="retort-bench-") as scratch:
        bench = Bench(Path(scratch))
        samples = gsm8k(options.data)
        student.write(bench.model, (text for row in samples for text in (row.problem, row.chain)))
        dataset = bench.dataset("rows", samples)
        with Stack(bench.folder / "stack", bench.model) as stack:
            # Brings the libraries and the model into the page cache for both variants.
            warm = bare(job(bench, "warm-up-bare", dataset, WARM_UP_STEPS))
            stage(job(bench, "warm-up-stage", dataset, WARM_UP_STEPS), stack)
            steps = max(2, round(options.minutes * 60 / warm.step))
            print(f"{os.cpu_count()} CPUs; SFT, {steps} steps of {BATCH} GSM8K rows\n", flush=True)
            through = stage(job(bench, "stage", dataset, steps), stack)
            alone = bare(job(bench, "bare", dataset, steps))
    print("| | training loop begins | first step done | whole |\n|---|---|---|---|")
    for name, one in (("through Temporal and Ray", through), ("bare Python process", alone)):
        print(f"| {name} | {one.loop:.1f} s | {one.first_step:.1f} s | {one.whole:.1f} s |")
    more = through.whole - alone.whole
    print(f"\noverhead: {more:.1f} s, {more / alone.whole:.1%} of the bare job")


if __name__ == "__main__":
    main()
