"""Writes the demo's data: two-step word problems with gold answers and chains of thought of four styles.

    python examples/demo/generate.py            writes train.jsonl and eval.jsonl beside this file
    python examples/demo/generate.py --dev F    writes a third, disjoint split to F, to choose settings with

Each row is {"problem", "chain", "answer"}. Chains are balanced (every step with its equation), terse (the
result without the steps: too short for a small model), convoluted (symbols, detours and figures that do not
matter: too long for it) or wrong (one step goes astray and so does the result). Every chain ends with what it
concludes. No two rows, of whatever split, share a problem's kind and numbers. The same seed gives the same
bytes on every machine; only the standard library is used.
"""

import argparse
import json
import random
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

SEED = 20250409
TRAIN_ROWS = 240
EVAL_ROWS = 64
DEV_ROWS = 64
# Of every twenty training rows; evaluation uses problems and answers alone, so its chains are all
# balanced.
STYLES = ("balanced",) * 8 + ("terse",) * 6 + ("convoluted",) * 4 + ("wrong",) * 2

VERBS = {"+": "add", "-": "subtract", "*": "multiply", "/": "divide"}
NAMES = ("Anna", "Ben", "Carla", "David", "Emma", "Felix", "Grace", "Henry", "Ivy", "Jack", "Kate", "Leo")


class Dice:
    """Draws from `random.Random.random`, the one method whose sequence Python promises to keep."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def below(self, bound: int) -> int:
        return int(self._random.random() * bound)

    def number(self, low: int, high: int) -> int:
        return low + self.below(high - low + 1)

    def pick(self, options: tuple[str, ...]) -> str:
        return options[self.below(len(options))]


@dataclass(frozen=True)
class Step:
    """`label` `left` `sign` `right` = `result` `unit`."""

    label: str
    left: int
    sign: str
    right: int
    unit: str

    @property
    def result(self) -> int:
        if self.sign == "+":
            return self.left + self.right
        if self.sign == "-":
            return self.left - self.right
        if self.sign == "*":
            return self.left * self.right
        return self.left // self.right

    def sentence(self, left: int | None = None, result: int | None = None) -> str:
        shown_left = self.left if left is None else left
        shown_result = self.result if result is None else result
        return f"{self.label} {shown_left} {self.sign} {self.right} = {shown_result} {self.unit}."


@dataclass(frozen=True)
class Problem:
    """The second step's left number is the first step's result."""

    kind: str
    numbers: tuple[int, ...]
    text: str
    first: Step
    second: Step

    @property
    def answer(self) -> int:
        return self.second.result


def buying(dice: Dice) -> Problem:
    name = dice.pick(NAMES)
    item = dice.pick(("pens", "cups", "toys", "cakes", "balls"))
    extra = dice.pick(("book", "bag", "hat", "lamp"))
    count, price, more = dice.number(2, 6), dice.number(2, 5), dice.number(1, 9)
    text = (
        f"{name} buys {count} {item} for {price} dollars each and a {extra} for {more} dollars. "
        f"How many dollars does {name} pay?"
    )
    first = Step(f"The {item} cost", count, "*", price, "dollars")
    return Problem(
        "buying", (count, price, more), text, first, Step("Together", first.result, "+", more, "dollars")
    )


def change(dice: Dice) -> Problem:
    name = dice.pick(NAMES)
    item = dice.pick(("tickets", "apples", "cards", "books"))
    count, price = dice.number(2, 6), dice.number(2, 5)
    money = count * price + dice.number(1, 9)
    text = (
        f"{name} has {money} dollars and buys {count} {item} for {price} dollars each. "
        f"How many dollars are left?"
    )
    first = Step(f"The {item} cost", count, "*", price, "dollars")
    second = Step("Left are", money, "-", first.result, "dollars")
    return Problem("change", (money, count, price), text, first, second)


def sharing(dice: Dice) -> Problem:
    name = dice.pick(NAMES)
    item = dice.pick(("cookies", "sweets", "stickers", "marbles"))
    friends, each, eaten = dice.number(2, 6), dice.number(2, 5), dice.number(1, 9)
    total = friends * each + eaten
    text = (
        f"{name} has {total} {item}, keeps {eaten} and shares the rest equally among {friends} friends. "
        f"How many {item} does each friend get?"
    )
    first = Step("To share are", total, "-", eaten, item)
    return Problem(
        "sharing", (total, eaten, friends), text, first, Step("Each gets", first.result, "/", friends, item)
    )


def travelling(dice: Dice) -> Problem:
    name = dice.pick(NAMES)
    way = dice.pick(("rides", "walks", "runs"))
    days, daily, more = dice.number(2, 6), dice.number(2, 5), dice.number(1, 9)
    text = (
        f"{name} {way} {daily} km a day for {days} days and then {more} km more. How many km is that in all?"
    )
    first = Step(f"In {days} days it is", days, "*", daily, "km")
    return Problem(
        "travelling", (days, daily, more), text, first, Step("In all", first.result, "+", more, "km")
    )


def growing(dice: Dice) -> Problem:
    plant = dice.pick(("tree", "sunflower", "bush", "vine"))
    start, weeks, rate = dice.number(1, 9), dice.number(2, 6), dice.number(2, 5)
    text = (
        f"A {plant} is {start} cm tall and grows {rate} cm every week. "
        f"How many cm tall is it after {weeks} weeks?"
    )
    first = Step("It grows", weeks, "*", rate, "cm")
    return Problem(
        "growing", (start, weeks, rate), text, first, Step("Now it is", first.result, "+", start, "cm")
    )


def packing(dice: Dice) -> Problem:
    name = dice.pick(NAMES)
    item = dice.pick(("eggs", "pears", "rolls", "lemons"))
    size, boxes = dice.number(2, 6), dice.number(2, 5)
    total = size * boxes
    morning = dice.number(1, total - 1)
    text = (
        f"{name} has {morning} {item}, gets {total - morning} more and packs them in boxes of {size}. "
        f"How many boxes does {name} fill?"
    )
    first = Step("There are", morning, "+", total - morning, item)
    return Problem(
        "packing",
        (morning, total - morning, size),
        text,
        first,
        Step("They fill", first.result, "/", size, "boxes"),
    )


KINDS: tuple[Callable[[Dice], Problem], ...] = (buying, change, sharing, travelling, growing, packing)


def balanced(problem: Problem, dice: Dice) -> str:
    return f"{problem.first.sentence()}\n\n{problem.second.sentence()}"


def terse(problem: Problem, dice: Dice) -> str:
    opening = VERBS[problem.first.sign].capitalize()
    closing = dice.pick(("That makes", "So it is", "The result is"))
    return f"{opening}, then {VERBS[problem.second.sign]}. {closing} {problem.answer}."


def convoluted(problem: Problem, dice: Dice) -> str:
    factor, shift = dice.number(3, 7), dice.number(11, 29)
    return substituted(problem.first, problem.first.result, problem.second, problem.answer, factor, shift)


def substituted(first: Step, result: int, second: Step, answer: int, factor: int, shift: int) -> str:
    """A chain by way of x and z; `result` and `answer` are what its two steps are said to come to."""
    scaled = result * factor
    return (
        f"Let x denote the intermediate magnitude and y the quantity sought, so that y follows from x by one "
        f"further operation. Scaling by {factor} one has {factor}x = {scaled}, for {scaled} / {factor} "
        f"recovers x, which is what {first.left} {first.sign} {first.right} would have been.\n\n"
        f"Now consider z = y + {shift}, a substitution that shortens nothing. The operands {second.left} and "
        f"{second.right} enter by {second.sign}, and z comes to {answer + shift}, from which the "
        f"shift is yet to be taken.\n\n"
        f"Undoing the substitution one arrives at {answer}."
    )


def wrong(problem: Problem, dice: Dice) -> str:
    first, second = problem.first, problem.second
    slip = dice.number(1, 3)
    if dice.below(2) == 0:
        return f"{first.sentence()}\n\n{second.sentence(result=second.result + slip)}"
    astray = first.result + slip
    if second.left == first.result:
        step = Step(second.label, astray, second.sign, second.right, second.unit)
    else:
        step = Step(second.label, second.left, second.sign, astray, second.unit)
    result = step.result if step.result != problem.answer else problem.answer + slip
    return f"{first.sentence(result=astray)}\n\n{step.sentence(result=result)}"


CHAINS: dict[str, Callable[[Problem, Dice], str]] = {
    "balanced": balanced,
    "terse": terse,
    "convoluted": convoluted,
    "wrong": wrong,
}


def problems(dice: Dice) -> Iterator[Problem]:
    """Endless problems, kinds in turn, no kind with the same numbers twice."""
    seen: set[tuple[str, tuple[int, ...]]] = set()
    while True:
        for kind in KINDS:
            problem = kind(dice)
            while (problem.kind, problem.numbers) in seen:
                problem = kind(dice)
            seen.add((problem.kind, problem.numbers))
            yield problem


def splits(seed: int = SEED) -> dict[str, list[Problem]]:
    """Disjoint problems for train, eval and dev."""
    stream = problems(Dice(seed))
    return {
        "train": list(islice(stream, TRAIN_ROWS)),
        "eval": list(islice(stream, EVAL_ROWS)),
        "dev": list(islice(stream, DEV_ROWS)),
    }


def train_styles(seed: int = SEED) -> list[str]:
    """The style of each training row: every twenty rows hold the same mix, in an order of their own."""
    dice = Dice(seed + 1)
    styles: list[str] = []
    while len(styles) < TRAIN_ROWS:
        deck = list(STYLES)
        while deck:
            styles.append(deck.pop(dice.below(len(deck))))
    return styles[:TRAIN_ROWS]


def to_lines(split: list[Problem], styles: list[str], seed: int = SEED) -> str:
    dice = Dice(seed + 2)
    rows = (
        {"problem": problem.text, "chain": CHAINS[style](problem, dice), "answer": str(problem.answer)}
        for problem, style in zip(split, styles, strict=True)
    )
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def files() -> dict[str, str]:
    """Content of the committed files by name."""
    made = splits()
    return {
        "train.jsonl": to_lines(made["train"], train_styles()),
        "eval.jsonl": to_lines(made["eval"], ["balanced"] * EVAL_ROWS),
    }


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--dev", type=Path, metavar="FILE", help="write the development split to FILE and nothing else"
    )
    options = parser.parse_args(arguments)
    if options.dev is not None:
        options.dev.write_text(
            to_lines(splits()["dev"], ["balanced"] * DEV_ROWS), encoding="utf-8", newline="\n"
        )
        return 0
    for name, content in files().items():
        path = Path(__file__).with_name(name)
        path.write_text(content, encoding="utf-8", newline="\n")
        print(f"{path}: {content.count(chr(10))} rows")
    return 0


if __name__ == "__main__":
    sys.exit(main())
