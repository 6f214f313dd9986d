"""When completions become parts, and what happens where they cannot."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from retort_trainer import store
from retort_trainer.artifact import ArtifactRef
from retort_trainer.completions import Completions, CompletionSet
from retort_trainer.context import JobContext
from retort_trainer.data import Completion, Sample
from retort_trainer.draws import Draws
from retort_trainer.generation_progress import GenerationProgress
from retort_trainer.job import GenerationJob
from retort_trainer.pending import Pending
from retort_trainer.problems import Problems
from retort_trainer.recorder import FEWEST_COMPLETIONS, Recorder, part_size
from retort_trainer.spool import Spool

SAMPLES = 1000


class Recording:
    """A recorder of one problem's completions, its queue, and a clock that stands still."""

    def __init__(self, job: GenerationJob, rows: Spool, texts: Spool, folder: Path) -> None:
        problems = Problems(job, rows)
        draws = Draws(problems, SAMPLES, 1, texts)
        draws.need(problems.tasks())
        self.pending = Pending(draws, draws.missing(problems.tasks()))
        self.completions = Completions(folder.as_uri(), CompletionSet(seed=1))
        self.now = 0.0
        context = JobContext()
        progress = GenerationProgress(context, problems.total)
        self.recorder = Recorder(self.completions, draws, self.pending, context, progress, lambda: self.now)

    def add(self, count: int) -> None:
        taken = self.pending.take(count)
        self.recorder.add([Completion(prompt_sha256=it.prompt_sha256, index=it.index) for it in taken])

    @property
    def parts(self) -> list[int]:
        """Rows of each part."""
        folder = self.completions.uri
        names = store.names(folder)
        return [sum(1 for _ in store.lines(store.join(folder, name))) for name in names]


@pytest.fixture
def recording(tmp_path: Path, write_rows: Callable[[list[Any]], ArtifactRef]) -> Iterator[Recording]:
    dataset = write_rows([Sample(id="s", problem="1?", answer="1")])
    job = GenerationJob(dataset=dataset, samples=SAMPLES, batch_size=1, max_new_tokens=1)
    with Spool() as rows, Spool() as texts:
        yield Recording(job, rows, texts, tmp_path / "completions")


def test_parts_are_small_at_first_and_larger_later(recording: Recording) -> None:
    recording.add(1)
    assert recording.parts == []
    recording.now = 1.0
    recording.recorder.flush_if_due()
    assert recording.parts == [1]
    # After an hour a part may hold what came in 36 seconds.
    recording.now = 3600.0
    recording.add(2)
    assert recording.parts == [1, 2]
    recording.now += 35
    recording.add(3)
    assert recording.parts == [1, 2]
    recording.now += 2
    recording.recorder.flush_if_due()
    assert recording.parts == [1, 2, 3]
    recording.recorder.flush()
    assert recording.parts == [1, 2, 3]


def test_many_completions_do_not_wait(recording: Recording) -> None:
    recording.add(FEWEST_COMPLETIONS - 1)
    assert recording.parts == []
    recording.add(1)
    assert recording.parts == [FEWEST_COMPLETIONS]


@pytest.mark.parametrize(("generated", "size"), [(1, 64), (6_400, 64), (50_000, 500), (10**7, 1024)])
def test_parts_grow_with_the_set(generated: int, size: int) -> None:
    assert part_size(generated) == size


def test_the_folder_is_listed_by_time_and_not_for_each_part(
    recording: Recording, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[float] = []
    new = Completions.new

    def listed(self: Completions, wanted: Callable[[Completion], bool]) -> Iterator[Completion]:
        looks.append(recording.now)
        return new(self, wanted)

    monkeypatch.setattr(Completions, "new", listed)
    for _ in range(5):
        recording.add(FEWEST_COMPLETIONS)
    assert (len(recording.parts), looks) == (5, [])
    recording.now = 1.0
    recording.recorder.flush_if_due()
    recording.recorder.flush_if_due()
    assert looks == [1.0]
    recording.recorder.flush()
    assert looks == [1.0, 1.0]


def test_what_the_store_did_not_take_is_written_at_the_next_attempt(
    recording: Recording, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(Completions, "append", full)
        with pytest.raises(OSError, match="No space left"):
            recording.add(FEWEST_COMPLETIONS)
    recording.recorder.flush()
    assert recording.parts == [FEWEST_COMPLETIONS]
