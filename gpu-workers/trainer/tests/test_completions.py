"""The store of completions: shared by runs, never generated twice, whatever happens to a writer."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from retort_trainer import completions, documents, generate, sampling_settings, store
from retort_trainer.artifact import ArtifactRef
from retort_trainer.completions import Completions, CompletionSet
from retort_trainer.data import AnswerKind, Completion, FinishReason, Sample
from retort_trainer.draws import Draws
from retort_trainer.engines import in_process
from retort_trainer.failures import RetortError
from retort_trainer.job import StudentTemplate, TrainerJob
from retort_trainer.pending import Pending
from retort_trainer.problems import Problems
from retort_trainer.sampling import sample_batch
from retort_trainer.spec import Dtype, EndpointSpec, EngineKind, EngineSpec, ResourceSpec
from retort_trainer.spool import Spool
from tests import s3_server
from tests.generation import MakeGeneration, rows, run

# Tells the seed of every sample to a file before it is drawn, and dies by SIGKILL at the third batch.
KILLED = """
import os, signal, sys
from pathlib import Path
from retort_trainer.engines import in_process
from retort_trainer.__main__ import main
original, calls = in_process.sample_batch, 0
def counted(model, prompts, seeds, *others):
    global calls
    calls += 1
    if calls == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    with open(sys.argv[2], "a") as log:
        log.writelines(f"{seed}\\n" for group in seeds for seed in group)
    return original(model, prompts, seeds, *others)
in_process.sample_batch = counted
main([sys.argv[1]])
"""
# Says at the end whether PyTorch was loaded.
WITHOUT_TORCH = """
import sys
from retort_trainer.__main__ import main
status = main([sys.argv[1]])
assert not {"torch", "transformers"} & sys.modules.keys(), "loaded"
sys.exit(status)
"""


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Seeds of all samples that the model draws."""
    seeds_drawn: list[int] = []
    original = sample_batch

    def counted(model: Any, prompts: Any, seeds: list[list[int]], *others: Any) -> Any:
        seeds_drawn.extend(seed for group in seeds for seed in group)
        return original(model, prompts, seeds, *others)

    monkeypatch.setattr(in_process, "sample_batch", counted)
    return seeds_drawn


@pytest.fixture
def shared(make_generation: MakeGeneration, tmp_path: Path) -> MakeGeneration:
    """Jobs that keep their completions in one store."""

    def make(output: str = "generated", **changes: Any) -> TrainerJob:
        return make_generation(output, completions_uri=(tmp_path / "completions").as_uri(), **changes)

    return make


def parts(folder: Path) -> list[Path]:
    return sorted(folder.glob("completions/*/part-*"))


def execute(
    program: str, job: TrainerJob, tmp_path: Path, *arguments: str
) -> "subprocess.CompletedProcess[str]":
    file = tmp_path / "asked.json"
    file.write_text(documents.to_json(job))
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    return subprocess.run(
        [sys.executable, "-c", program, str(file), *arguments],
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
    )


def test_more_samples_generate_only_those_that_are_missing(shared: MakeGeneration, drawn: list[int]) -> None:
    few = run(shared("few", samples=2))
    assert (len(drawn), few.generated_samples) == (10, 10)
    more = run(shared("more", samples=5))
    assert (len(drawn), more.generated_samples, more.samples.rows) == (25, 15, 25)
    assert len(set(drawn)) == 25
    texts = {(row.sample_id, row.index): row.text for row in rows(more)}
    assert all(texts[row.sample_id, row.index] == row.text for row in rows(few))
    assert few.completions == more.completions


def test_another_run_generates_nothing_and_needs_no_model(
    shared: MakeGeneration, drawn: list[int], tmp_path: Path
) -> None:
    first = run(shared("first"))
    again = shared("again", batch_size=3, reuse_only=True, model_sha256=_model(first), model_uri="/nowhere")
    done = execute(WITHOUT_TORCH, again, tmp_path)
    assert done.returncode == 0, done.stderr + done.stdout
    assert len(drawn) == 10
    result = run(again)
    assert (len(drawn), result.generated_samples) == (10, 0)
    assert rows(result) == rows(first)


def test_grading_alone_says_what_is_missing(shared: MakeGeneration) -> None:
    run(shared("few", samples=2))
    with pytest.raises(
        RetortError, match=r"COMPLETIONS_MISSING: .* 5 of 15 completions .* sample 2 of problem s0"
    ):
        run(shared("more", samples=3, reuse_only=True))


@pytest.mark.parametrize(
    "changes",
    [
        {"temperature": 0.7},
        {"top_p": 0.9},
        {"max_new_tokens": 9},
        {"prompt": "Q: {problem}"},
        {"model_sha256": "cd"},
        {"template": StudentTemplate(system_prompt="Other.")},
        {"engine": EngineSpec(dtype=Dtype.BFLOAT16)},
        {"engine": EngineSpec(kind=EngineKind.VLLM)},
        {"engine": EngineSpec(EngineKind.ENDPOINT, endpoint=EndpointSpec("http://m/v1", "m"))},
    ],
)
def test_what_decides_a_text_is_in_the_key_of_its_set(
    make_generation: MakeGeneration, changes: dict[str, Any]
) -> None:
    plain = {"model_sha256": "ab"}
    assert key(make_generation(**{**plain, **changes})) != key(make_generation(**plain))


def test_what_decides_no_text_is_not_in_the_key(make_generation: MakeGeneration) -> None:
    job = make_generation(model_sha256="ab")
    assert job.generation is not None
    other = make_generation(
        "elsewhere",
        model_sha256="ab",
        model_uri="/elsewhere",
        samples=9,
        batch_size=2,
        template=replace(job.generation.template, max_length=512),
        engine=EngineSpec(kind=EngineKind.IN_PROCESS, dtype=Dtype.FLOAT32, concurrency=9),
    )
    assert key(other) == key(job)
    assert key(make_generation(seed=4, model_sha256="ab")) != key(job)


def test_endpoints_are_told_apart_by_address_name_and_revision(make_generation: MakeGeneration) -> None:
    def of(base_url: str, model: str, revision: str | None = None) -> str:
        endpoint = EndpointSpec(base_url=base_url, model=model, revision=revision)
        engine = EngineSpec(EngineKind.ENDPOINT, endpoint=endpoint)
        return key(make_generation(engine=engine))

    assert (
        len(
            {
                of("http://a/v1", "m"),
                of("http://b/v1", "m"),
                of("http://a/v1", "n"),
                of("http://a/v1", "m", "2"),
            }
        )
        == 4
    )
    assert of("http://a/v1/", "m") == of("http://a/v1", "m", "")


def test_an_attempt_after_kill_9_generates_nothing_again(
    shared: MakeGeneration, drawn: list[int], tmp_path: Path
) -> None:
    job, log = shared(), tmp_path / "seeds"
    killed = execute(KILLED, job, tmp_path, str(log))
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    before = [int(line) for line in log.read_text().split()]
    assert (len(before), len(parts(tmp_path))) == (8, 2)
    assert not list((tmp_path / "generated").glob("part-*"))
    result = run(job)
    assert (len(drawn), result.generated_samples, result.samples.rows) == (2, 2, 10)
    assert not set(drawn) & set(before)
    assert rows(result) == rows(run(shared("whole")))


def test_a_damaged_part_is_told_and_generated_again(
    shared: MakeGeneration, drawn: list[int], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    first = run(shared("first"))
    damaged = parts(tmp_path)[0]
    content = bytearray(damaged.read_bytes())
    content[len(content) // 2] ^= 255
    damaged.write_bytes(content)
    drawn.clear()
    second = run(shared("second"))
    assert (len(drawn), second.unreadable_parts) == (4, [damaged.as_uri()])
    assert f"{damaged.as_uri()} is damaged" in caplog.text
    assert rows(second) == rows(first)
    # What was generated again is kept.
    drawn.clear()
    run(shared("third"))
    assert drawn == []


def test_of_two_completions_the_one_of_the_first_part_counts(shared: MakeGeneration, tmp_path: Path) -> None:
    run(shared("first"))
    part = parts(tmp_path)[0]
    whole = [documents.parse_json(Completion, line, source="part") for line in store.lines(part.as_uri())]
    for name, text in (("part-0-a.jsonl.zst", "7"), ("part-9-a.jsonl.zst", "9")):
        store.write_part(part.parent.as_uri(), name, [replace(row, text=text) for row in whole])
    texts = [row.text for row in rows(run(shared("second")))]
    assert texts.count("7") == len(whole)
    assert "9" not in texts


def test_rows_that_are_not_asked_for_are_ignored(shared: MakeGeneration, tmp_path: Path) -> None:
    first = run(shared("first"))
    part = parts(tmp_path)[0]
    known = documents.parse_json(Completion, next(iter(store.lines(part.as_uri()))), source="part")
    hostile = [
        replace(known, index=2**32 - 1, text="x"),
        replace(known, prompt_sha256="zz", text="x"),
        replace(known, prompt_sha256="", text="x"),
        replace(known, prompt_sha256="00" * 32, text="x"),
    ]
    store.write_part(part.parent.as_uri(), "part-0-a.jsonl.zst", hostile)
    assert rows(run(shared("second"))) == rows(first)


def test_two_writers_at_once_meet_in_the_middle(
    shared: MakeGeneration, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second one begins while the first one generates its second batch, and stops after three."""
    job, other = shared("one", batch_size=2), shared("other", batch_size=2)
    original = in_process.InProcessEngine.generate
    batches: list[list[str]] = []

    def generated(self: Any, batch: Any, progress: Any) -> Any:
        batches.append([f"{request.sample_id}/{request.index}" for request in batch])
        if len(batches) == 2:
            run(other)
        return original(self, batch, progress)

    monkeypatch.setattr(in_process.InProcessEngine, "generate", generated)
    result = run(job)
    # One batch before, one that both generate, and the others by the second alone.
    assert len(batches) == 2 + 4
    assert result.generated_samples == 4
    assert rows(result) == rows(run(shared("third", batch_size=2)))


def test_of_what_two_writers_generate_both_grade_the_same(
    shared: MakeGeneration, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A writer that began earlier appends what this one has generated already."""
    original = in_process.InProcessEngine.generate
    batches: list[int] = []

    def generated(self: Any, batch: Any, progress: Any) -> Any:
        batches.append(len(batch))
        if len(batches) == 2:
            [own] = parts(tmp_path)
            lines = store.lines(own.as_uri())
            same = [documents.parse_json(Completion, line, source="part") for line in lines]
            earlier = [replace(completion, text="7") for completion in same]
            store.write_part(own.parent.as_uri(), "part-0-a.jsonl.zst", earlier)
        return original(self, batch, progress)

    monkeypatch.setattr(in_process.InProcessEngine, "generate", generated)
    found = rows(run(shared("first")))
    assert [row.text for row in found].count("7") == batches[0]
    assert rows(run(shared("second"))) == found


def test_the_later_of_two_writers_takes_from_the_end(tmp_path: Path) -> None:
    described = CompletionSet(seed=1)
    first, second = (Completions(tmp_path.as_uri(), described) for _ in range(2))
    one = Completion(prompt_sha256="00" * 32)

    def look(writer: Completions) -> bool:
        assert list(writer.new(lambda _: False)) == []
        return writer.behind

    first.append([one])
    assert not look(second), "what was there before it began to write may be old"
    second.append([one])
    assert not look(first) and not look(second)
    first.append([one])
    assert look(second) and not look(first)


def test_the_queue_hands_out_from_both_ends_and_longest_first(
    make_generation: MakeGeneration, write_rows: Callable[[list[Any]], ArtifactRef]
) -> None:
    samples = [Sample(id=f"s{n}", problem="?" * (n + 1), answer="1") for n in range(4)]
    job = make_generation(dataset=write_rows(samples), samples=2).generation
    assert job is not None
    with Spool() as texts, Spool() as rows_spool:
        problems = Problems(job, rows_spool)
        draws = Draws(problems, 2, 7, texts)
        draws.need(problems.tasks())
        pending = Pending(draws, draws.missing(problems.tasks()))
        known = pending.take(1)[0]
        long = Completion(prompt_sha256=known.prompt_sha256, index=0, tokens=9)
        assert draws.keep(long)
        assert not draws.keep(long)
        pending.longest_first()
        names = [(request.sample_id, request.index) for request in pending.take(3)]
        assert names == [("s3", 0), ("s3", 1), ("s2", 0)]
        pending.take_from_end()
        assert [request.sample_id for request in pending.take(1)] == ["s0"]
        pending.close()
        assert pending.take(1) == []


def test_tests_of_code_are_not_kept_in_memory(
    make_generation: MakeGeneration,
    write_rows: Callable[[list[Any]], ArtifactRef],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from retort_trainer.code_execution import self_test

    monkeypatch.setattr(self_test, "require", lambda: None)
    code = Sample(id="c", problem="f?", chain="c", answer_kind=AnswerKind.CODE, tests="assert f()")
    job = make_generation(dataset=write_rows([code])).generation
    assert job is not None
    with Spool() as spool:
        problems = Problems(job, spool)
        assert (problems.row(0).tests, problems.row(0).chain) == ("", "")
        assert problems.whole(0) == code


def test_rows_with_the_same_prompt_share_completions_but_not_the_key_of_their_options(
    shared: MakeGeneration, write_rows: Callable[[list[Any]], ArtifactRef], drawn: list[int]
) -> None:
    twin = Sample(id="a", problem="1 + 1?", answer="2")
    found = rows(run(shared("twins", dataset=write_rows([twin, replace(twin, id="b")]))))
    assert len(drawn) == 2
    assert [row.text for row in found[:2]] == [row.text for row in found[2:]]
    drawn.clear()
    # The same turn in another rotation: another letter is right.
    choice = Sample(id="a", problem="Which?", answer="A", answer_kind=AnswerKind.CHOICE, choices=["x", "y"])
    turned = replace(choice, id="b", choices=["y", "x"])
    found = rows(run(shared("turned", dataset=write_rows([choice, turned]))))
    assert len(drawn) == 4
    assert [(row.sample_id, row.gold) for row in found] == [("a", "A"), ("a", "B"), ("b", "A"), ("b", "B")]


def test_completions_are_kept_in_s3(
    make_generation: MakeGeneration, drawn: list[int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "buckets" / "b").mkdir(parents=True)
    with s3_server.serve(tmp_path / "buckets") as endpoint:
        monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", s3_server.ACCESS_KEY)
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", s3_server.SECRET_KEY)
        monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
        first = run(make_generation("first", completions_uri="s3://b/completions"))
        again = run(make_generation("again", completions_uri="s3://b/completions"))
    assert len(drawn) == 10
    assert first.samples.sha256 == again.samples.sha256
    assert first.completions is not None and first.completions.uri.startswith("s3://b/completions/")


def test_an_attempt_begun_before_there_was_a_store_goes_on(make_generation: MakeGeneration) -> None:
    """Its job document holds none of the store's fields, and its graded parts stay."""
    job = make_generation(model_sha256="ab", engine=EngineSpec(EngineKind.IN_PROCESS, Dtype.FLOAT32))
    old = make_generation()
    assert job.generation is not None and old.generation is not None
    assert generate._identity(job.generation, 3) == generate._identity(old.generation, 3)
    for name in ("completions_uri", "model_sha256", "engine", "reuse_only"):
        assert name not in generate._identity(job.generation, 3)


def test_a_set_says_what_its_key_is_made_of(shared: MakeGeneration) -> None:
    result = run(shared())
    assert result.completions is not None
    content = store.read_bytes(result.completions.uri)
    described = documents.parse_json(CompletionSet, content, source="set")
    assert described.key == result.completions.sha256 == result.completions.uri.split("/")[-2]
    assert (described.system_prompt, described.seed, described.dtype) == ("Think.", 3, Dtype.FLOAT32)
    assert {row.finish_reason for row in rows(result)} <= {FinishReason.STOP, FinishReason.LENGTH}


def key(job: TrainerJob) -> str:
    assert job.generation is not None
    sampling = sampling_settings.of(job.generation)
    return completions.describe(job.generation, job.seed, sampling, ResourceSpec(cpus=1)).key


def _model(result: Any) -> str:
    content = store.read_bytes(result.completions.uri)
    return documents.parse_json(CompletionSet, content, source="set").model_sha256
