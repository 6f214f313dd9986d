# SPDX-License-Identifier: Apache-2.0
"""Retort's trainer beside plain TRL: SFT tokens/s, and seconds and memory of a whole preference stage.

Jobs run one after the other, each in a separate process. Only the printed lines, the process's lifetime and
its peak memory are measured, in the same way for both sides.
"""

import argparse
import itertools
import json
import math
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path

import student
import torch
from retort_trainer import documents, model_folder, models, store
from retort_trainer.artifact import ArtifactRef
from retort_trainer.data import AnswerKind, PreferencePair, Sample
from retort_trainer.job import StudentTemplate, TrainerJob, TrainerStatus, TrainingJob, TrainingStage
from retort_trainer.rows import encode_pairs, encode_samples
from retort_trainer.spec import Batching, PreferenceObjective, ResourceSpec, TraceFormat, TrainingSpec
from transformers import AutoModelForCausalLM

SEED = 42
RUN_ID = "bench"
HELD_OUT = 32
TEMPLATE = StudentTemplate(
    system_prompt="Your role as an assistant involves thoroughly exploring questions through a systematic"
    " long thinking process before providing the final precise and accurate solutions.",
    trace_format=TraceFormat.THINK,
    max_length=1024,
)
HERE = Path(__file__).parent


@dataclass
class Measured:
    """The measurements of one job; losses by step."""

    name: str
    loop_seconds: float
    whole_seconds: float
    peak_mb: float
    losses: list[float]
    model: Path
    places: int = 0


def gsm8k(path: Path) -> list[Sample]:
    samples = []
    with path.open() as lines:
        for number, line in enumerate(lines):
            row = json.loads(line)
            chain, _, answer = re.sub(r"<<.*?>>", "", row["answer"]).partition("\n#### ")
            samples.append(Sample(str(number), row["question"], chain, answer, "gsm8k", AnswerKind.MATH))
    random.Random(SEED).shuffle(samples)
    return samples


def long_tailed(samples: list[Sample], tokenizer, seed: int) -> list[Sample]:
    """Chains with a lognormal number of tokens (median 90, sigma 1, at most 800), composed of GSM8K's
    sentences.
    """
    source = random.Random(seed)
    sentences = [line for sample in samples for line in sample.chain.split("\n") if line.strip()]
    made = []
    for sample in samples:
        wanted = min(800, round(source.lognormvariate(math.log(90), 1)))
        chain, tokens = [], 0
        while tokens < wanted:
            chain.append(source.choice(sentences))
            tokens += len(tokenizer(chain[-1], add_special_tokens=False)["input_ids"]) + 1
        made.append(replace(sample, chain="\n".join(chain)))
    return made


def pairs(samples: list[Sample], tokenizer) -> list[PreferencePair]:
    chosen = long_tailed(samples, tokenizer, SEED + 1)
    rejected = long_tailed(samples, tokenizer, SEED + 2)
    return [pair(good, good.chain, bad.chain) for good, bad in zip(chosen, rejected, strict=True)]


def pair(sample: Sample, chosen: str, rejected: str) -> PreferencePair:
    return PreferencePair(
        id=sample.id,
        sample_id=sample.id,
        problem=sample.problem,
        answer=sample.answer,
        chosen=chosen,
        chosen_answer=sample.answer,
        rejected=rejected,
        rejected_answer=sample.answer + "1",
        gap="LARGE",
        beta=0.1,
        corruption="NONE",
        corrupter="RULES",
        answer_kind=AnswerKind.MATH,
    )


class Bench:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.model = folder / "student"

    def dataset(self, name: str, rows: list) -> ArtifactRef:
        folder = str(self.folder / name)
        return store.write_manifest(folder, [store.write_part(folder, "part-00000.jsonl.zst", rows)])

    def job(self, name: str, stage: TrainingStage, dataset: ArtifactRef, **settings) -> Path:
        usual = {"epochs": 1, "gradient_accumulation_steps": 1, "checkpoint_steps": 1000}
        spec = TrainingSpec(**usual | settings)
        job = TrainerJob(
            schema_version=1,
            run_id=RUN_ID,
            job_name=name,
            seed=SEED,
            training=TrainingJob(
                stage, str(self.model), dataset, str(self.folder / "out" / name), TEMPLATE, spec
            ),
            # The deadlines apply only to Ray.
            resources=ResourceSpec(
                cpus=os.cpu_count(), waiting_deadline_seconds=600, active_deadline_seconds=86400
            ),
        )
        path = self.folder / f"{name}.json"
        path.write_text(documents.to_json(job))
        return path

    def retort(self, name: str, job: Path) -> Measured:
        measured, output = self._run(name, [sys.executable, "-m", "retort_trainer", str(job)])
        status = documents.parse_json(TrainerStatus, output.strip().splitlines()[-1], source=name)
        measured.losses = [point.loss for point in status.result.training.curve]
        measured.model = Path(status.result.training.model_uri.removeprefix("file://"))
        return measured

    def trl(self, name: str, job: Path, sampling: str) -> Measured:
        output = self.folder / "out" / f"{job.stem}-trl-{sampling}"
        output.mkdir(parents=True)
        measured, _ = self._run(
            name, [sys.executable, str(HERE / "plain_trl.py"), str(job), str(output), sampling]
        )
        found = json.loads((output / "bench.json").read_text())
        measured.losses, measured.places = found["losses"], found["places"]
        measured.model = output / "final"
        return measured

    def _run(self, name: str, command: list[str]) -> tuple[Measured, str]:
        print(f"{time.strftime('%H:%M:%S')} {name}", file=sys.stderr, flush=True)
        began = time.monotonic()
        first = last = 0.0
        shown = []
        with (self.folder / "output").open("w+") as output:
            process = subprocess.Popen(
                command, stdout=output, stderr=subprocess.PIPE, text=True, cwd=self.folder
            )
            for line in process.stderr:
                shown.append(line)
                step = re.match(r"(\d+)/(\d+) steps", line)
                if step and step[1] == "0" and first == 0:
                    first = time.monotonic()
                elif step and step[1] == step[2] and last == 0:
                    last = time.monotonic()
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            whole = time.monotonic() - began
            output.seek(0)
            text = output.read()
        if process.returncode != 0 or not 0 < first < last:
            raise SystemExit(f"error: {name}: exit status {process.returncode}\n{''.join(shown)}")
        return Measured(name, last - first, whole, usage.ru_maxrss / 1024, [], Path()), text


def sums(model, rows: list[dict]) -> list[float]:
    """Log-probability of each row's completion."""
    found = []
    with torch.no_grad():
        for row in rows:
            ids, labels = torch.tensor([row["input_ids"]]), torch.tensor(row["labels"][1:])
            logs = model(input_ids=ids).logits[0, :-1].log_softmax(-1)
            kept = labels != -100
            found.append(float(logs[kept].gather(1, labels[kept][:, None]).sum()))
    return found


def held_out_sft(folder: Path, samples: list[Sample], tokenizer) -> float:
    rows = encode_samples(samples, tokenizer, TEMPLATE).rows
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
    tokens = sum(label != -100 for row in rows for label in row["labels"])
    return -sum(sums(model, rows)) / tokens


def margins(folder: Path, made: list[PreferencePair], tokenizer) -> list[float]:
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
    found = []
    for row in encode_pairs(made, tokenizer, TEMPLATE).rows:
        sides = [
            {
                "input_ids": row["prompt_ids"] + row[side],
                "labels": [-100] * len(row["prompt_ids"]) + row[side],
            }
            for side in ("chosen_ids", "rejected_ids")
        ]
        chosen, rejected = sums(model, sides)
        found.append(chosen - rejected)
    return found


def by_quarter(losses: list[float]) -> str:
    parts = min(4, len(losses))
    borders = [len(losses) * part // parts for part in range(parts + 1)]
    return " ".join(f"{statistics.fmean(losses[a:b]):.3f}" for a, b in itertools.pairwise(borders))


def sft(bench: Bench, name: str, train: list[Sample], held: list[Sample], tokenizer) -> None:
    rows = encode_samples(train, tokenizer, TEMPLATE).rows
    tokens = sum(row["length"] for row in rows)
    data = bench.dataset(name, train)
    common = {"learning_rate": 1e-3, "weight_decay": 0.0, "per_device_batch_size": 8}
    job = bench.job(name, TrainingStage.SFT, data, batching=Batching.LENGTH_GROUPED, **common)
    plain = bench.trl("TRL SFTTrainer, its default (random order)", job, "random")
    grouped = bench.trl("TRL SFTTrainer, group_by_length", job, "group_by_length")
    ours = bench.retort("Retort, length_grouped", job)
    # As close to the same number of tokens per step as whole packs allow.
    packs = max(1, round(8 * tokens / len(rows) / TEMPLATE.max_length))
    packing = {**common, "batching": Batching.PACKED, "per_device_batch_size": packs}
    packed_job = bench.job(f"{name}-packed", TrainingStage.SFT, data, **packing)
    packed = bench.retort(f"Retort, packed, {packs} packs a step", packed_job)
    lengths = sorted(row["length"] for row in rows)
    print(
        f"\n### SFT, {name} lengths: {len(rows)} rows, {tokens} tokens (median {lengths[len(rows) // 2]}, "
        f"longest {lengths[-1]}), batch 8, 1 epoch\n\n"
        "| trainer | real tokens/s | against default | places a real token "
        "| loss by quarter | held-out loss |\n"
        "|---|---|---|---|---|---|"
    )
    for one in (plain, grouped, ours, packed):
        places = f"{one.places / tokens:.2f}" if one.places else ""
        print(
            f"| {one.name} | {tokens / one.loop_seconds:.0f} | {plain.loop_seconds / one.loop_seconds:.2f}x "
            f"| {places} | {by_quarter(one.losses)} | {held_out_sft(one.model, held, tokenizer):.3f} |",
            flush=True,
        )


def preferences(
    bench: Bench, name: str, made: list[PreferencePair], batch_size: int
) -> tuple[Measured, Measured]:
    """The same preference stage by plain TRL, which keeps its reference model, and by Retort."""
    job = bench.job(
        name,
        TrainingStage.COGPO,
        bench.dataset(f"{name}-pairs", made),
        batching=Batching.LENGTH_GROUPED,
        learning_rate=1e-5,
        weight_decay=0.0,
        per_device_batch_size=batch_size,
        objective=PreferenceObjective.COGPO,
    )
    plain = bench.trl("TRL DPOTrainer with its reference model", job, "random")
    return plain, bench.retort("Retort, CogPO", job)


def cogpo(bench: Bench, samples: list[Sample], held: list[Sample], tokenizer) -> None:
    made = pairs(samples, tokenizer)
    plain, ours = preferences(bench, "cogpo", made, batch_size=4)
    checked = pairs(held, tokenizer)
    reference = margins(bench.model, checked, tokenizer)
    print(
        f"\n### CogPO, {len(made)} pairs of mixed lengths, batch 4, 1 epoch, every beta 0.1\n\n"
        "| trainer | whole job s | against TRL | steps alone s | peak resident MB "
        "| loss by quarter | held-out loss |\n"
        "|---|---|---|---|---|---|---|"
    )
    for one in (plain, ours):
        gains = [a - b for a, b in zip(margins(one.model, checked, tokenizer), reference, strict=True)]
        loss = statistics.fmean(math.log1p(math.exp(-0.1 * gain)) for gain in gains)
        print(
            f"| {one.name} | {one.whole_seconds:.1f} | {plain.whole_seconds / one.whole_seconds:.2f}x "
            f"| {one.loop_seconds:.1f} | {one.peak_mb:.0f} | {by_quarter(one.losses)} | {loss:.3f} |",
            flush=True,
        )


def memory(bench: Bench, samples: list[Sample]) -> None:
    """Preference stages with one pair per batch, where weights and not activations fill the memory."""
    texts = (text for sample in samples for text in (sample.problem, sample.chain))
    weights = student.write(bench.model, texts, hidden_size=768) * 4 / 1e6
    made = [pair(sample, sample.chain, sample.chain.replace("1", "2")) for sample in samples[:8]]
    plain, ours = preferences(bench, "memory", made, batch_size=1)
    print(
        f"\n### Memory of CogPO: weights of {weights:.0f} MB, {len(made)} pairs of GSM8K lengths, batch 1\n\n"
        "| trainer | peak resident MB |\n|---|---|"
    )
    for one in (plain, ours):
        print(f"| {one.name} | {one.peak_mb:.0f} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="GSM8K's train.jsonl")
    parser.add_argument("--rows", type=int, default=384, help="rows of each SFT job")
    parser.add_argument("--pairs", type=int, default=160, help="pairs of the preference jobs")
    parser.add_argument("--parts", default="sft,cogpo,memory")
    options = parser.parse_args()
    samples = gsm8k(options.data)
    with tempfile.TemporaryDirectory(prefix="retort-bench-") as scratch:
        bench = Bench(Path(scratch))
        texts = (text for sample in samples for text in (sample.problem, sample.chain))
        parameters = student.write(bench.model, texts)
        tokenizer = model_folder.load_tokenizer(bench.model)
        print(
            f"{os.cpu_count()} CPUs, no GPU; random Llama of {parameters / 1e6:.1f} M parameters "
            f"({parameters * 4 / 1e6:.0f} MB in float32), torch {torch.__version__}"
        )
        held, train = samples[:HELD_OUT], samples[HELD_OUT:]
        # Brings the libraries into the page cache.
        warm_up = bench.job(
            "warm-up",
            TrainingStage.SFT,
            bench.dataset("warm-up", train[:8]),
            per_device_batch_size=8,
            learning_rate=1e-3,
            weight_decay=0.0,
        )
        bench.trl("warm-up", warm_up, "random")
        bench.retort("warm-up", warm_up)
        if "sft" in options.parts:
            sft(bench, "GSM8K", train[: options.rows], held, tokenizer)
            made = long_tailed(train[: options.rows], tokenizer, SEED)
            sft(bench, "long-tailed", made, long_tailed(held, tokenizer, SEED + 3), tokenizer)
        if "cogpo" in options.parts:
            cogpo(bench, train[: options.pairs], held, tokenizer)
        if "memory" in options.parts:
            memory(bench, train)


if __name__ == "__main__":
    main()
