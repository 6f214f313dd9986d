"""What the demo's teacher knows: how to judge, rewrite, check and spoil chains of the generator's problems.

Every rule reads the problem's two calculations and the chain's own words and numbers; none knows how a chain
was made, nor what a model will do with it. The same question has the same answer.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from generate import SEED, VERBS, Dice, Problem, Step, splits, substituted

# Words for each calculation beyond which a small model loses the thread.
WORDS_PER_CALCULATION = 25

_CALCULATION = re.compile(r"(\d+) ([-+*/]) (\d+) = (\d+)")
_NUMBER = re.compile(r"\d+")
_NAMED = re.compile(rf"\b(?:{'|'.join(VERBS.values())})\b", re.IGNORECASE)
_SCALED = re.compile(r"(\d+)x = (\d+)")
_SHIFTED = re.compile(r"z = y \+ (\d+)\b.*?z comes to (\d+)", re.DOTALL)


class UnknownProblemError(Exception):
    """The problem is none of the generator's."""


@dataclass(frozen=True)
class Opinion:
    """`difficulty` is SIMPLE, MEDIUM or HARD; `critique` one sentence on what decides it."""

    difficulty: str
    critique: str


@dataclass(frozen=True)
class Solution:
    """Two calculations and what they are said to come to; `conclusion` is the answer that is drawn."""

    first: Step
    first_result: int
    second: Step
    second_result: int
    conclusion: int


class Teacher:
    """Knows the problems of all splits of a seed."""

    def __init__(self, seed: int = SEED) -> None:
        made = splits(seed).values()
        self._problems = {problem.text: problem for split in made for problem in split}

    def problem(self, text: str) -> Problem:
        try:
            return self._problems[text.strip()]
        except KeyError:
            raise UnknownProblemError(f"{text.strip()!r} (expected: a problem of generate.py)") from None


def assess(problem: Problem, chain: str) -> Opinion:
    """How a small model can follow a chain: by its length, and by how many calculations it writes out."""
    needed = (problem.first, problem.second)
    words = len(chain.split())
    written = len(_CALCULATION.findall(chain))
    if words > WORDS_PER_CALCULATION * len(needed):
        return Opinion("HARD", f"It takes {words} words for {len(needed)} calculations and leads astray.")
    if written < len(needed):
        return Opinion("SIMPLE", f"It writes out {written} of {len(needed)} calculations.")
    return Opinion("MEDIUM", f"It writes out each of {len(needed)} calculations and little else.")


def verbosity(problem: Problem, chain: str) -> int:
    """From 0 to 9: 5 where every calculation is written out once in a plain sentence."""
    return min(9, 5 * len(chain.split()) // len(rewrite(problem).split()))


def rewrite(problem: Problem) -> str:
    """The solution in two plain sentences, each with its calculation."""
    return f"{problem.first.sentence()}\n\n{problem.second.sentence()}"


def faults(problem: Problem, chain: str) -> Iterator[str]:
    """What is wrong with a chain, in its order; nothing of a sound one."""
    needed = [(step.left, step.sign, step.right) for step in (problem.first, problem.second)]
    for found in _CALCULATION.finditer(chain):
        left, sign, right, result = int(found[1]), found[2], int(found[3]), int(found[4])
        step = Step("", left, sign, right, "")
        if (sign == "/" and right == 0) or step.result != result or (sign == "/" and left % right):
            yield f"{found[0]} does not hold."
        elif not any(_same((left, sign, right), one) for one in needed):
            yield f"{left} {sign} {right} is not what the problem asks for."
    named = [word.lower() for word in _NAMED.findall(chain)]
    if named and named != [VERBS[problem.first.sign], VERBS[problem.second.sign]]:
        yield f"To {' and '.join(named)} is not what the problem asks for."
    for scaled in _SCALED.finditer(chain):
        if int(scaled[1]) * problem.first.result != int(scaled[2]):
            yield f"{scaled[0]} does not hold."
    for shifted in _SHIFTED.finditer(chain):
        if int(shifted[1]) + problem.answer != int(shifted[2]):
            yield f"z does not come to {shifted[2]}."
    numbers = _NUMBER.findall(chain)
    if not numbers or int(numbers[-1]) != problem.answer:
        yield f"It concludes {numbers[-1] if numbers else 'nothing'}, which is not the answer."


def corrupt(problem: Problem, chain: str, kind: str) -> tuple[str, int]:
    """The chain with one mistake, carried on to its end, and what it concludes then.

    Args:
        kind: WRONG_OPERATION, WRONG_NUMBER, DROPPED_STEP, INVALID_INFERENCE or MISREAD_CONDITION.

    Returns:
        The chain as it is, and the answer, where the kind does not apply to it.
    """
    digest = hashlib.sha256(f"{problem.text}\n{chain}\n{kind}".encode()).digest()
    dice = Dice(int.from_bytes(digest[:8], "big"))
    for _ in range(20):
        wrong = _spoiled(problem, kind, dice)
        if wrong is not None and wrong.conclusion != problem.answer and wrong.conclusion > 0:
            written = _written_like(problem, chain, wrong, kind)
            if written is not None:
                return written, wrong.conclusion
    return chain, problem.answer


def _same(left: tuple[int, str, int], right: tuple[int, str, int]) -> bool:
    return left == right or (left[1] in "+*" and left == (right[2], right[1], right[0]))


def _spoiled(problem: Problem, kind: str, dice: Dice) -> Solution | None:
    first, second = problem.first, problem.second
    at_first, slip = dice.below(2) == 0, dice.number(1, 3)
    if kind == "WRONG_NUMBER":
        if at_first:
            return _carried(problem, first, first.result + slip)
        return Solution(first, first.result, second, second.result + slip, second.result + slip)
    if kind == "WRONG_OPERATION":
        step = first if at_first else second
        sign = dice.pick(tuple(sign for sign in VERBS if sign != step.sign))
        other = replace(step, sign=sign)
        if sign == "/" and step.left % step.right:
            return None
        if at_first:
            return _carried(problem, other, other.result)
        return Solution(first, first.result, other, other.result, other.result)
    if kind == "MISREAD_CONDITION":
        if at_first:
            misread = replace(first, right=first.right + slip)
            return _carried(problem, misread, misread.result)
        given = "right" if second.left == first.result else "left"
        other = replace(second, **{given: getattr(second, given) + slip})
        return Solution(first, first.result, other, other.result, other.result)
    if kind == "DROPPED_STEP":
        return _carried(problem, first, first.left)
    if kind == "INVALID_INFERENCE":
        return Solution(first, first.result, second, second.result, first.result)
    return None


def _carried(problem: Problem, first: Step, first_result: int) -> Solution:
    """The second calculation goes on with what the first one came to."""
    second = problem.second
    uses_left = second.left == problem.first.result
    second = replace(second, **{"left" if uses_left else "right": first_result})
    if second.sign == "/" and second.right == 0:
        return Solution(first, first_result, second, 0, 0)
    return Solution(first, first_result, second, second.result, second.result)


def _written_like(problem: Problem, chain: str, wrong: Solution, kind: str) -> str | None:
    """The wrong solution in the style of the chain; None where that style cannot show it."""
    scaled, shifted = _SCALED.search(chain), _SHIFTED.search(chain)
    if scaled and shifted:
        if kind == "DROPPED_STEP":
            return None
        return substituted(
            wrong.first, wrong.first_result, wrong.second, wrong.conclusion, int(scaled[1]), int(shifted[1])
        )
    if _NAMED.search(chain):
        if kind in ("DROPPED_STEP", "MISREAD_CONDITION"):
            return None
        return _terse(chain, wrong)
    sentences = [
        wrong.first.sentence(result=wrong.first_result),
        wrong.second.sentence(result=wrong.second_result),
    ]
    if kind == "DROPPED_STEP":
        del sentences[0]
    if wrong.conclusion != wrong.second_result:
        sentences.append(f"So the result is {wrong.conclusion} {wrong.first.unit}.")
    return "\n\n".join(sentences)


def _terse(chain: str, wrong: Solution) -> str:
    names = iter((VERBS[wrong.first.sign].capitalize(), VERBS[wrong.second.sign]))
    spoiled = _NAMED.sub(lambda found: next(names, found[0]), chain)
    last = list(_NUMBER.finditer(spoiled))[-1]
    return f"{spoiled[: last.start()]}{wrong.conclusion}{spoiled[last.end() :]}"
