"""What a model is asked of a benchmark's problem: the benchmark's prompt with the problem and its options.

The options of sample i are the row's own, rotated by i modulo their number, so that over the samples
every letter is the right one equally often.
"""

import hashlib

from retort_trainer import choices
from retort_trainer.data import Sample
from retort_trainer.failures import user_error

_PROBLEM = "{problem}"


def check(prompt: str) -> None:
    """Raises a USER failure unless {problem} occurs once in the prompt; an empty prompt is the problem."""
    if prompt and prompt.count(_PROBLEM) != 1:
        raise user_error(
            "BAD_DOCUMENT",
            f"job: generation.prompt: {_PROBLEM} in it {prompt.count(_PROBLEM)} times (expected: once)",
        )


def sha256(turn: str, rotation: int) -> str:
    """What identifies a user's turn among the completions of a set.

    Two rows with the same options in another order may lead to the same turn, and have other right letters.
    """
    return hashlib.sha256(f"{rotation}:{turn}".encode()).hexdigest()


def render(prompt: str, row: Sample, index: int) -> str:
    """The user's turn for the `index`-th sample of a row."""
    problem = row.problem.strip()
    if row.choices:
        options = zip(choices.LETTERS, _shown(row, index), strict=False)
        problem += "\n\n" + "\n".join(f"{letter}) {option}" for letter, option in options)
    return prompt.replace(_PROBLEM, problem) if prompt else problem


def rotation(row: Sample, index: int) -> int:
    """How far the options are rotated to the left; 0 for a row without options."""
    return index % len(row.choices) if row.choices else 0


def gold(row: Sample, rotation: int) -> str:
    """The gold answer as it is shown: of a multiple choice the letter after the rotation."""
    if not row.choices:
        return row.answer
    place = choices.LETTERS.index(row.answer) - rotation
    return choices.LETTERS[place % len(row.choices)]


def unrotated(row: Sample, rotation: int, answer: str) -> str:
    """The letter, in the row's own order, of the option that an answer names as shown; empty for none."""
    letter = choices.letter(answer) if row.choices else None
    place = choices.LETTERS.find(letter) if letter is not None and len(letter) == 1 else -1
    if not 0 <= place < len(row.choices):
        return ""
    return choices.LETTERS[(place + rotation) % len(row.choices)]


def is_answerable(row: Sample) -> bool:
    """Whether the gold answer of a multiple choice is the letter of one of its options."""
    return not row.choices or (
        len(row.choices) <= len(choices.LETTERS) and row.answer in choices.LETTERS[: len(row.choices)]
    )


def _shown(row: Sample, index: int) -> list[str]:
    shift = rotation(row, index)
    return [*row.choices[shift:], *row.choices[:shift]]
