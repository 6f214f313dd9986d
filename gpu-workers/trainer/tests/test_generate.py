"""Generation jobs on the tiny model: results, repeatability, resumption and refusals."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import zstandard

from retort_trainer import answers, grade, jobs, models, template
from retort_trainer.answers import Check
from retort_trainer.artifact import ArtifactRef
from retort_trainer.code_execution import grading, sandbox, self_test
from retort_trainer.context import JobContext
from retort_trainer.data import (
    AnswerKind,
    CodeTest,
    CodeTests,
    CodeTestsKind,
    Completion,
    FinishReason,
    Sample,
    SampleOutcome,
)
from retort_trainer.engines import in_process
from retort_trainer.failures import FailureCategory, JobStopped, RetortError, user_error
from retort_trainer.fence import Fence
from retort_trainer.job import TrainerProgress
from retort_trainer.sampling import Sequence
from retort_trainer.verdicts import Verdict
from tests.code_programs import PATIENT_SECONDS, needs_sandbox
from tests.conftest import TEMPLATE
from tests.generation import MakeGeneration, rows, run


def test_every_problem_is_answered_as_often_as_asked(
    make_generation: MakeGeneration, samples: list[Sample]
) -> None:
    seen: list[TrainerProgress] = []
    result = run(make_generation(), JobContext(on_progress=seen.append))
    found = rows(result)
    assert sorted((row.sample_id, row.index) for row in found) == [
        (sample.id, index) for sample in samples[:5] for index in range(2)
    ]
    gold = {sample.id: sample.answer for sample in samples}
    assert all(row.gold == gold[row.sample_id] for row in found)
    assert all(1 <= row.tokens <= 8 for row in found)
    assert all(row.truncated == (row.tokens == 8) or not row.truncated for row in found)
    assert result.samples.rows == 10
    assert result.generated_tokens == sum(row.tokens for row in found)
    assert (seen[-1].done, seen[-1].total, seen[-1].unit) == (10, 10, "samples")


def test_same_seed_same_answers(make_generation: MakeGeneration) -> None:
    first, again, other = (
        run(make_generation("a")),
        run(make_generation("b")),
        run(make_generation("c", seed=4)),
    )
    assert first.samples.sha256 == again.samples.sha256
    assert rows(first) != rows(other)


def test_temperature_zero_repeats_itself(make_generation: MakeGeneration) -> None:
    texts: dict[str, set[str]] = {}
    for row in rows(run(make_generation(temperature=0.0))):
        texts.setdefault(row.sample_id, set()).add(row.text)
    assert all(len(spoken) == 1 for spoken in texts.values())


def test_finished_parts_are_not_generated_again(
    make_generation: MakeGeneration, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = run(make_generation("whole"))
    job = make_generation("resumed")
    context = JobContext()
    stopper = JobContext(on_progress=lambda progress: stopper.request_stop() if progress.done >= 4 else None)
    with pytest.raises(JobStopped):
        jobs.run(job, stopper)
    batches: list[int] = []
    original = in_process.InProcessEngine.generate

    def counted(self: Any, batch: Any, progress: Any) -> Any:
        batches.append(len(batch))
        return original(self, batch, progress)

    monkeypatch.setattr(in_process.InProcessEngine, "generate", counted)
    resumed = run(job, context)
    assert batches == [4, 2]
    assert resumed.samples.sha256 == whole.samples.sha256
    again = run(job)
    assert batches == [4, 2]
    assert (again.samples, again.generated_tokens) == (resumed.samples, resumed.generated_tokens)


def test_parts_of_another_job_are_refused(make_generation: MakeGeneration) -> None:
    run(make_generation())
    with pytest.raises(RetortError, match="ALREADY_EXISTS"):
        run(make_generation(temperature=0.1))


@pytest.mark.parametrize(
    "damaged",
    [
        lambda content: b"",
        lambda content: content[:40],
        lambda content: b"no Zstandard data",
        lambda content: zstandard.compress(b"no JSON\n"),
    ],
)
def test_a_damaged_part_is_graded_again(
    make_generation: MakeGeneration, tmp_path: Path, damaged: Callable[[bytes], bytes]
) -> None:
    whole = run(make_generation())
    part = tmp_path / "generated" / "part-00001.jsonl.zst"
    part.write_bytes(damaged(part.read_bytes()))
    with pytest.raises(RetortError) as raised:
        run(make_generation())
    assert (raised.value.category, raised.value.type) == (FailureCategory.PLATFORM, "GRADED_PART_DAMAGED")
    again = run(make_generation())
    assert (again.samples, again.generated_samples) == (whole.samples, 0)


def test_a_part_of_other_samples_is_not_taken(make_generation: MakeGeneration, tmp_path: Path) -> None:
    run(make_generation())
    first, second = (tmp_path / "generated" / f"part-0000{number}.jsonl.zst" for number in range(2))
    second.write_bytes(first.read_bytes())
    with pytest.raises(RetortError, match=r"DATA_CORRUPT: .* other samples than this job's") as raised:
        run(make_generation())
    assert raised.value.category is FailureCategory.USER
    assert second.exists()


def test_a_fenced_attempt_writes_nothing(make_generation: MakeGeneration, tmp_path: Path) -> None:
    job = make_generation()
    assert job.generation is not None
    fence = Fence(job.generation.output_uri, 1)
    fence.take()
    Fence(job.generation.output_uri, 2).take()
    with pytest.raises(RetortError, match="FENCED"):
        run(job, JobContext(fence))
    assert not list((tmp_path / "generated").glob("part-*"))


def test_right_answers_are_recognised(
    make_generation: MakeGeneration, monkeypatch: pytest.MonkeyPatch, samples: list[Sample]
) -> None:
    gold = {sample.id: sample.answer for sample in samples}

    def checked(known: answers.Gold, text: str, *, last_number: bool) -> Check:
        return Check(known.answer, Verdict.EQUAL if known.answer == gold["s1"] else Verdict.UNDECIDED)

    monkeypatch.setattr(answers, "check", checked)
    found = rows(run(make_generation()))
    assert {row.sample_id for row in found if row.correct} == {"s1"}
    assert {row.sample_id for row in found if row.undecided} == {row.sample_id for row in found} - {"s1"}


def test_text_that_was_cut_off_concludes_nothing_by_its_last_number(
    make_generation: MakeGeneration, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[bool] = []

    def checked(known: answers.Gold, text: str, *, last_number: bool) -> Check:
        asked.append(last_number)
        return Check("", Verdict.DIFFERENT)

    monkeypatch.setattr(answers, "check", checked)
    found = rows(run(make_generation()))
    # Checked side by side.
    assert sorted(asked) == sorted(not row.truncated for row in found)


def test_options_are_rotated_over_the_samples_and_the_key_is_kept_with_each(
    make_generation: MakeGeneration,
    write_rows: Callable[[list[Any]], ArtifactRef],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[str] = []
    original = template.prompt_ids

    def prompt_ids(tokenizer: Any, chat: Any, problem: str) -> list[int]:
        asked.append(problem)
        return original(tokenizer, chat, problem)

    def checked(known: answers.Gold, text: str, *, last_number: bool) -> Check:
        return Check("A", Verdict.EQUAL if known.answer == "A" else Verdict.DIFFERENT)

    monkeypatch.setattr(template, "prompt_ids", prompt_ids)
    monkeypatch.setattr(answers, "check", checked)
    choice = Sample(
        id="c",
        problem="1?",
        answer="B",
        answer_kind=AnswerKind.CHOICE,
        choices=["x", "y", "z"],
        redacted=True,
    )
    job = make_generation(dataset=write_rows([choice]), samples=6, batch_size=4, prompt="Q: {problem}")
    found = sorted(rows(run(job)), key=lambda row: row.index)
    # A prompt is read once for its samples of a batch.
    assert sorted(set(asked)) == [
        "Q: 1?\n\nA) x\nB) y\nC) z",
        "Q: 1?\n\nA) y\nB) z\nC) x",
        "Q: 1?\n\nA) z\nB) x\nC) y",
    ]
    assert len(asked) == 3
    assert [row.gold for row in found] == ["B", "A", "C"] * 2
    assert [row.unrotated_answer for row in found] == ["A", "B", "C"] * 2
    assert [row.correct for row in found] == [False, True, False] * 2
    assert all(row.choices == 3 and row.redacted for row in found)


def test_a_job_without_a_prompt_is_the_one_from_before_there_were_prompts(
    make_generation: MakeGeneration, tmp_path: Path
) -> None:
    run(make_generation("a", prompt=""))
    assert '"prompt":' not in (tmp_path / "a" / "job.json").read_text()
    run(make_generation("b", prompt="{problem}"))
    assert "{problem}" in (tmp_path / "b" / "job.json").read_text()


def test_a_prompt_without_the_problem_is_refused(make_generation: MakeGeneration) -> None:
    with pytest.raises(RetortError, match=r"generation.prompt: .* \(expected: once\)"):
        run(make_generation(prompt="Solve it."))


def test_code_is_checked_by_its_tests(
    make_generation: MakeGeneration,
    write_rows: Callable[[list[Any]], ArtifactRef],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ran: list[str] = []

    def run_tests(code: str, tests: CodeTests) -> grading.Grade:
        ran.append(tests.program)
        return grading.Grade(tests == grading.assertions("assert f()"))

    monkeypatch.setattr(self_test, "require", lambda: None)
    monkeypatch.setattr(grading, "run", run_tests)
    code = Sample(id="c", problem="f?", answer="x", answer_kind=AnswerKind.CODE, tests="assert f()")
    found = rows(run(make_generation(dataset=write_rows([code]))))
    assert ran == ["assert f()"] * 2
    assert all(row.correct for row in found)


@pytest.fixture
def says(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[str], str]], None]:
    """Has the model say to each user's turn what a function says to it."""

    def patch(answer: Callable[[str], str]) -> None:
        spoken: list[str] = []
        original = template.prompt_ids

        def prompt_ids(tokenizer: Any, chat: Any, problem: str) -> list[int]:
            spoken.append(answer(problem))
            return original(tokenizer, chat, problem)

        def sample_batch(_model: Any, prompts: list[list[int]], seeds: list[list[int]], *_: Any) -> Any:
            first = len(spoken) - len(prompts)
            return [
                [Sequence([first + number, 0], truncated=False) for _ in group]
                for number, group in enumerate(seeds)
            ]

        monkeypatch.setattr(template, "prompt_ids", prompt_ids)
        monkeypatch.setattr(in_process, "sample_batch", sample_batch)
        monkeypatch.setattr(
            in_process.InProcessEngine, "_text", lambda _, sequence: spoken[sequence.token_ids[0]]
        )

    return patch


@needs_sandbox
def test_programs_are_graded_by_standard_input_and_by_functions(
    make_generation: MakeGeneration,
    write_rows: Callable[[list[Any]], ArtifactRef],
    says: Callable[[Callable[[str], str]], None],
) -> None:
    stdin = CodeTests(
        kind=CodeTestsKind.STDIN,
        tests=[CodeTest("1 2\n", "3\n"), CodeTest("20 22\n", "42\n")],
        timeout_seconds=PATIENT_SECONDS,
    )
    functional = CodeTests(
        kind=CodeTestsKind.FUNCTIONAL,
        function="twice",
        tests=[CodeTest("[1, 2]", "[2, 4]"), CodeTest("[]", "[]")],
        starter_code="class Solution:\n    def twice(self, xs):",
        timeout_seconds=PATIENT_SECONDS,
    )
    problems = [
        Sample(
            id=f"{name}-{wanted}",
            problem=f"{name}, {wanted}?",
            answer_kind=AnswerKind.CODE,
            code_tests=tests,
            errata="wrong-tests" if wanted == "wrong" else "",
        )
        for name, tests in (("sum", stdin), ("twice", functional))
        for wanted in ("right", "wrong")
    ]

    def answer(problem: str) -> str:
        assert "3" not in problem, "no test is told"
        right = "right" in problem
        if "sum" in problem:
            code = "a, b = map(int, input().split())\nprint(a + b)" if right else "print(3)"
        else:
            factor = 2 if right else 3
            code = f"class Solution:\n    def twice(self, xs):\n        return [{factor} * x for x in xs]"
        return f"<think>Easy.</think>\n```python\n{code}\n```"

    says(answer)
    found = rows(run(make_generation(dataset=write_rows(problems), prompt="Q: {problem}")))
    assert len(found) == 8
    for row in found:
        expected = SampleOutcome.CORRECT if row.sample_id.endswith("right") else SampleOutcome.WRONG
        assert (row.outcome, row.correct, row.undecided) == (
            expected,
            expected is SampleOutcome.CORRECT,
            False,
        )
        assert bool(row.reason) == (expected is SampleOutcome.WRONG)
        assert row.errata == ("" if row.correct else "wrong-tests")
        assert (row.choices, row.unrotated_answer) == (0, "")


def test_a_choice_is_graded_by_the_letter_that_was_shown(
    make_generation: MakeGeneration,
    write_rows: Callable[[list[Any]], ArtifactRef],
    says: Callable[[Callable[[str], str]], None],
) -> None:
    choice = Sample(
        id="c",
        problem="Which is a noble gas?",
        answer="C",
        answer_kind=AnswerKind.CHOICE,
        choices=["iron", "water", "neon", "salt"],
        redacted=True,
    )
    unknown = replace(choice, id="d", problem="Which?")

    def answer(problem: str) -> str:
        if "noble" not in problem:
            return "<think>Whatever.</think>\nI do not know."
        letter = next(line[0] for line in problem.splitlines() if line.endswith(") neon"))
        return f"<think>Not the first.</think>\nAnswer: {letter}"

    says(answer)
    found = rows(run(make_generation(dataset=write_rows([choice, unknown]), samples=4)))
    known = sorted((row for row in found if row.sample_id == "c"), key=lambda row: row.index)
    assert [(row.gold, row.answer, row.unrotated_answer) for row in known] == [
        (letter, letter, "C") for letter in "CBAD"
    ]
    assert {row.outcome for row in known} == {SampleOutcome.CORRECT}
    others = [row for row in found if row.sample_id == "d"]
    assert {(row.outcome, row.unrotated_answer) for row in others} == {(SampleOutcome.NO_ANSWER, "")}
    assert all(row.redacted for row in found)


def test_code_without_a_sandbox_is_refused_before_anything_is_generated(
    make_generation: MakeGeneration,
    write_rows: Callable[[list[Any]], ArtifactRef],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.setattr(sandbox, "_missing", lambda: user_error("SANDBOX_MISSING", "no bwrap"))
    code = Sample(id="c", problem="f?", answer="x", answer_kind=AnswerKind.CODE, tests="assert f()")
    with pytest.raises(RetortError, match="SANDBOX_MISSING"):
        run(make_generation(dataset=write_rows([code])))
    assert not (tmp_path / "generated").exists()


def test_tests_that_grade_nothing_are_refused_before_anything_is_generated(
    make_generation: MakeGeneration,
    write_rows: Callable[[list[Any]], ArtifactRef],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(self_test, "require", lambda: None)
    none = CodeTests(kind=CodeTestsKind.STDIN)
    code = Sample(id="c", problem="f?", answer_kind=AnswerKind.CODE, code_tests=none)
    with pytest.raises(RetortError, match=r"BAD_CODE_TESTS: .*: sample c: code_tests.tests: none"):
        run(make_generation(dataset=write_rows([code])))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"samples": 0}, r"generation.samples: 0 \(expected: >= 1\)"),
        ({"max_new_tokens": 0}, r"generation.max_new_tokens: 0 \(expected: >= 1\)"),
        ({"batch_size": 0}, r"generation.batch_size: 0 \(expected: >= 1\)"),
        ({"temperature": -1.0}, r"generation.temperature: -1.0 \(expected: from 0 to 2\)"),
        ({"top_p": 1.5}, r"generation.top_p: 1.5 \(expected: above 0, at most 1\)"),
    ],
)
def test_bad_settings_are_named(
    make_generation: MakeGeneration, changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(RetortError, match=message):
        run(make_generation(**changes))


def test_a_long_prompt_shortens_no_other_completion(
    make_generation: MakeGeneration,
    write_rows: Callable[[list[Any]], ArtifactRef],
    monkeypatch: pytest.MonkeyPatch,
    tokenizer: Any,
) -> None:
    short, long = (
        Sample(id="s", problem="1?", answer="1"),
        Sample(id="l", problem="1 + " * 9 + "1?", answer="9"),
    )
    context = len(template.prompt_ids(tokenizer, TEMPLATE, long.problem)) + 3
    load = models.load_model

    def with_short_context(*arguments: Any, **options: Any) -> Any:
        model = load(*arguments, **options)
        model.config.max_position_embeddings = context
        return model

    monkeypatch.setattr(models, "load_model", with_short_context)
    monkeypatch.setattr(models, "end_ids", lambda _: [])
    monkeypatch.setattr(template, "end_of_turn_id", lambda _: 0)
    found = rows(run(make_generation(dataset=write_rows([short, long]), max_new_tokens=8)))
    assert {(row.sample_id, row.tokens, row.truncated) for row in found} == {("s", 8, True), ("l", 3, True)}


def test_bad_data_is_named(
    make_generation: MakeGeneration, write_rows: Callable[[list[Any]], ArtifactRef]
) -> None:
    sample = Sample(id="s", problem="1?", answer="1")
    for bad, message in (
        ([], "no problem to answer"),
        ([sample, sample], "there twice"),
        ([replace(sample, answer="")], "problem or answer is empty"),
        ([replace(sample, problem="x" * 5000)], "PROMPT_TOO_LONG"),
    ):
        with pytest.raises(RetortError, match=message):
            run(make_generation(output=f"out-{message[:4].strip()}", dataset=write_rows(bad)))


@pytest.mark.parametrize(
    ("answer", "verdict", "truncated", "outcome"),
    [
        ("7", Verdict.EQUAL, False, SampleOutcome.CORRECT),
        ("7", Verdict.EQUAL, True, SampleOutcome.CORRECT),
        ("8", Verdict.DIFFERENT, False, SampleOutcome.WRONG),
        ("8", Verdict.DIFFERENT, True, SampleOutcome.TRUNCATED),
        ("", Verdict.DIFFERENT, False, SampleOutcome.NO_ANSWER),
        (" \n", Verdict.DIFFERENT, False, SampleOutcome.NO_ANSWER),
        ("", Verdict.DIFFERENT, True, SampleOutcome.TRUNCATED),
        ("f(x)", Verdict.UNDECIDED, False, SampleOutcome.CHECKER_ERROR),
        ("f(x)", Verdict.UNDECIDED, True, SampleOutcome.CHECKER_ERROR),
    ],
)
def test_every_answer_has_exactly_one_outcome(
    monkeypatch: pytest.MonkeyPatch, answer: str, verdict: Verdict, truncated: bool, outcome: SampleOutcome
) -> None:
    monkeypatch.setattr(answers, "check", lambda *_, **__: Check(answer, verdict, "why"))
    ended = FinishReason.LENGTH if truncated else FinishReason.STOP
    completion = Completion(text="text", finish_reason=ended, tokens=2)
    sample = grade.grade_one(Sample(id="s", answer="7"), 3, completion)
    assert (sample.outcome, sample.reason) == (outcome, "why")
    assert sample.undecided == (outcome is SampleOutcome.CHECKER_ERROR)
