"""Which completions a job needs, which of them are there, and what they say."""

import hashlib
from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from retort_trainer import benchmark_prompt, documents
from retort_trainer.data import Completion
from retort_trainer.failures import platform_error
from retort_trainer.problems import Problems, Task
from retort_trainer.spool import Spool

_NOT_NEEDED = -2
_MISSING = -1


@dataclass(frozen=True)
class Request:
    """One completion to generate."""

    prompt_sha256: str
    # The user's turn.
    turn: str
    index: int
    rotation: int
    # Below 2^63: decided by the run's seed, the prompt and the index.
    seed: int
    # Of a row with this prompt, for messages.
    sample_id: str
    # Messages must not quote the turn.
    redacted: bool

    def completed(self, completion: Completion) -> bool:
        """Whether a completion answers this request."""
        return (completion.prompt_sha256, completion.index) == (self.prompt_sha256, self.index)


class Draws:
    """The completions of a job's answers. Their texts are in a temporary file.

    Rows with the same prompt share their completions. `is_missing` may be called from any thread.
    """

    def __init__(self, problems: Problems, samples: int, seed: int, spool: Spool) -> None:
        self._problems = problems
        self._samples = samples
        self._seed = seed
        self._spool = spool
        self._numbers: dict[bytes, int] = {}
        # For each prompt: a row, how far its options are rotated, and what it was answered with.
        self._row_of = array("q")
        self._rotation_of = array("q")
        self._answers_of = array("q")
        self._tokens_of = array("q")
        self._answers = self._tokens = 0
        self._prompts_of: list[list[int]] = [self._prompts(row) for row in range(len(problems))]
        # For each prompt and index: a place in the spool, or that there is none.
        self._places = array("q", [_NOT_NEEDED]) * (len(self._row_of) * samples)

    def need(self, tasks: Iterable[Task]) -> None:
        """Declares that the completions of some answers are needed."""
        for task in tasks:
            slot = self._slot(task)
            if self._places[slot] == _NOT_NEEDED:
                self._places[slot] = _MISSING

    def missing(self, tasks: Iterable[Task]) -> Iterator[int]:
        """Slots of needed completions that are not there, each once, in the order of the answers."""
        seen = bytearray(len(self._places))
        for task in tasks:
            slot = self._slot(task)
            if self._places[slot] == _MISSING and not seen[slot]:
                seen[slot] = 1
                yield slot

    def is_missing(self, completion: Completion) -> bool:
        """Whether a completion is needed and not there."""
        slot = self._slot_of(completion)
        return slot is not None and self._places[slot] == _MISSING

    def is_slot_missing(self, slot: int) -> bool:
        return self._places[slot] == _MISSING

    def keep(self, completion: Completion) -> bool:
        """Takes a completion if it is missing; False where it is not needed, or there already."""
        slot = self._slot_of(completion)
        if slot is None or self._places[slot] != _MISSING:
            return False
        self._places[slot] = self._spool.append(documents.to_json(completion).encode())
        self._answers_of[slot // self._samples] += 1
        self._tokens_of[slot // self._samples] += completion.tokens
        self._answers += 1
        self._tokens += completion.tokens
        return True

    def forget(self) -> None:
        """Takes none of the needed completions for there."""
        for slot, place in enumerate(self._places):
            if place >= 0:
                self._places[slot] = _MISSING

    def completion(self, task: Task) -> Completion:
        """A completion that is there. COMPLETION_LOST (PLATFORM) where its part is not whole any more."""
        place = self._places[self._slot(task)]
        if place < 0:
            name = f"sample {task.index} of problem {self._problems.row(task.row).id}"
            raise platform_error("COMPLETION_LOST", f"{name}: its completion was there, and is not any more")
        record = self._spool.read(place)
        return documents.parse_json(Completion, record, source="completion")

    def request(self, slot: int) -> Request:
        """What to generate for a slot."""
        prompt, index = divmod(slot, self._samples)
        row, rotation = self._row_of[prompt], self._rotation_of[prompt]
        turn = self._problems.turn(Task(row, rotation))
        digest = benchmark_prompt.sha256(turn, rotation)
        sample = self._problems.row(row)
        return Request(
            prompt_sha256=digest,
            turn=turn,
            index=index,
            rotation=rotation,
            seed=request_seed(self._seed, digest, index),
            sample_id=sample.id,
            redacted=sample.redacted,
        )

    def prompts(self, slots: Iterable[int]) -> Iterator[Request]:
        """One request for each prompt of some slots."""
        seen: set[int] = set()
        for slot in slots:
            prompt = slot // self._samples
            if prompt not in seen:
                seen.add(prompt)
                yield self.request(slot)

    def expected_length(self, slot: int) -> tuple[float, int]:
        """Sorts slots by how long their completions may become: as long as others to the same prompt were.

        A prompt without any is taken for average, and a longer prompt for a harder one.
        """
        prompt = slot // self._samples
        answers = self._answers_of[prompt]
        known = (self._tokens_of[prompt], answers) if answers else (self._tokens, self._answers)
        mean = known[0] / max(1, known[1])
        return mean, len(self._problems.row(self._row_of[prompt]).problem)

    def _prompts(self, row: int) -> list[int]:
        """Numbers of the row's prompts, by rotation."""
        rotations = max(1, len(self._problems.row(row).choices))
        numbers = []
        for rotation in range(rotations):
            turn = self._problems.turn(Task(row, rotation))
            digest = bytes.fromhex(benchmark_prompt.sha256(turn, rotation))
            number = self._numbers.setdefault(digest, len(self._row_of))
            if number == len(self._row_of):
                self._row_of.append(row)
                self._rotation_of.append(rotation)
                self._answers_of.append(0)
                self._tokens_of.append(0)
            numbers.append(number)
        return numbers

    def _slot(self, task: Task) -> int:
        return self._prompts_of[task.row][self._problems.rotation(task)] * self._samples + task.index

    def _slot_of(self, completion: Completion) -> int | None:
        try:
            number = self._numbers.get(bytes.fromhex(completion.prompt_sha256))
        except ValueError:
            return None
        if number is None or completion.index >= self._samples:
            return None
        return number * self._samples + completion.index


def request_seed(seed: int, prompt_sha256: str, index: int) -> int:
    """The seed of one request, below 2^63, which is the largest that endpoints take."""
    digest = hashlib.sha256(f"{seed}/{prompt_sha256}/{index}".encode()).digest()
    return int.from_bytes(digest[:8], "big") >> 1
