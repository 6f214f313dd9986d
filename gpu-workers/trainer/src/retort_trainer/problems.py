"""The problems of a benchmark and the prompts that they lead to.

Rows are checked before anything is generated and then kept in a temporary file: the tests of code alone
may be larger than memory.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from retort_trainer import answers, benchmark_prompt, documents, store
from retort_trainer.code_execution import grading, self_test
from retort_trainer.data import AnswerKind, Sample
from retort_trainer.failures import RetortError, user_error
from retort_trainer.job import GenerationJob
from retort_trainer.spool import Spool


@dataclass(frozen=True)
class Task:
    """One answer to generate: the `index`-th sample of a row."""

    row: int
    index: int


class Problems:
    """The rows of a job's data set, by number."""

    def __init__(self, job: GenerationJob, spool: Spool) -> None:
        """Reads and checks all rows. Raises RetortError (USER) that names the row and what is wrong."""
        self._prompt = job.prompt or ""
        self._samples = job.samples
        self._batch_size = job.batch_size
        self._spool = spool
        self._rows: list[Sample] = []
        self._places: list[int] = []
        benchmark_prompt.check(self._prompt)
        seen: set[str] = set()
        for row in store.read_rows(job.dataset, Sample):
            _check(job, row, seen)
            self._places.append(spool.append(documents.to_json(row).encode()))
            self._rows.append(replace(row, chain="", tests="", code_tests=None))
        if not self._rows:
            raise user_error("NO_ROWS", f"{job.dataset.uri}: no problem to answer (expected: at least 1)")
        if any(row.answer_kind is AnswerKind.CODE for row in self._rows):
            self_test.require()

    def __len__(self) -> int:
        return len(self._rows)

    @property
    def total(self) -> int:
        """Number of answers: every problem `samples` times."""
        return len(self._rows) * self._samples

    def row(self, number: int) -> Sample:
        """A row without its chain and tests."""
        return self._rows[number]

    def whole(self, number: int) -> Sample:
        """A row with everything, read from disk."""
        record = self._spool.read(self._places[number])
        return documents.parse_json(Sample, record, source=f"row {number}", ignore_unknown=True)

    def turn(self, task: Task) -> str:
        """The user's turn."""
        return benchmark_prompt.render(self._prompt, self._rows[task.row], task.index)

    def rotation(self, task: Task) -> int:
        """How far the options are rotated to the left."""
        return benchmark_prompt.rotation(self._rows[task.row], task.index)

    def tasks(self) -> Iterator[Task]:
        """All answers: rows of like length together, samples of one prompt side by side."""
        order = sorted(
            range(len(self._rows)), key=lambda row: (len(self._rows[row].problem), self._rows[row].id)
        )
        for row in order:
            for index in sorted(range(self._samples), key=lambda index: self.rotation(Task(row, index))):
                yield Task(row, index)

    def batches(self) -> Iterator[list[Task]]:
        """The answers of each part of the result, always the same for the same job."""
        batch: list[Task] = []
        for task in self.tasks():
            batch.append(task)
            if len(batch) == self._batch_size:
                yield batch
                batch = []
        if batch:
            yield batch


def _check(job: GenerationJob, row: Sample, seen: set[str]) -> None:
    code = row.answer_kind is AnswerKind.CODE
    # Code is graded by its tests; benchmarks have no solution of their own.
    if not row.problem.strip() or not (code or row.answer.strip()):
        raise user_error("BAD_ROW", f"{job.dataset.uri}: sample {row.id}: problem or answer is empty")
    if code:
        _check_tests(job, row)
    if not benchmark_prompt.is_answerable(row):
        raise user_error(
            "BAD_ROW", f"{job.dataset.uri}: sample {row.id}: the answer is the letter of none of its choices"
        )
    if row.id in seen:
        raise user_error("BAD_ROW", f"{job.dataset.uri}: sample {row.id}: there twice (expected: once)")
    seen.add(row.id)


def _check_tests(job: GenerationJob, row: Sample) -> None:
    try:
        grading.validate(answers.Gold.of(row).graded_by())
    except RetortError as error:
        # A message quotes tests, which a redacted row must not show.
        why = "its tests cannot grade" if row.redacted else error.message
        raise user_error(error.type, f"{job.dataset.uri}: sample {row.id}: {why}") from error
