"""Prompts of benchmarks: the placeholder of the problem, and the even rotation of options over samples."""

import pytest

from retort_trainer import benchmark_prompt
from retort_trainer.data import AnswerKind, Sample
from retort_trainer.failures import RetortError

CHOICE = Sample(
    id="c",
    problem="Which is a metal?",
    answer="C",
    answer_kind=AnswerKind.CHOICE,
    choices=["neon", "argon", "iron", "helium"],
)


def test_a_problem_without_a_prompt_is_asked_as_it_is() -> None:
    row = Sample(id="m", problem=" 1 + 1? ", answer="2")
    assert benchmark_prompt.render("", row, 3) == "1 + 1?"
    assert benchmark_prompt.gold(row, 3) == "2"
    assert benchmark_prompt.unrotated(row, 3, "B") == ""


def test_the_problem_stands_where_the_prompt_says() -> None:
    row = Sample(id="m", problem="What is {x}?", answer="2")
    assert (
        benchmark_prompt.render("Think.\n{problem}\n\\boxed{}", row, 0) == "Think.\nWhat is {x}?\n\\boxed{}"
    )


@pytest.mark.parametrize("prompt", ["no place", "{problem} {problem}"])
def test_a_prompt_without_one_place_is_refused(prompt: str) -> None:
    with pytest.raises(RetortError, match=r"generation.prompt: .* \(expected: once\)"):
        benchmark_prompt.check(prompt)


def test_options_are_lettered_as_shown() -> None:
    assert benchmark_prompt.render("", CHOICE, 0).endswith("\n\nA) neon\nB) argon\nC) iron\nD) helium")
    assert benchmark_prompt.render("", CHOICE, 5).endswith("\n\nA) argon\nB) iron\nC) helium\nD) neon")


def test_the_right_option_stands_at_every_letter_equally_often() -> None:
    golds = [benchmark_prompt.gold(CHOICE, index) for index in range(8)]
    assert golds == ["C", "B", "A", "D", "C", "B", "A", "D"]
    for index, gold in enumerate(golds):
        assert f"{gold}) iron" in benchmark_prompt.render("", CHOICE, index).splitlines()


def test_an_option_has_one_letter_whatever_the_rotation() -> None:
    for index in range(8):
        assert benchmark_prompt.unrotated(CHOICE, index, benchmark_prompt.gold(CHOICE, index)) == "C"
    assert benchmark_prompt.unrotated(CHOICE, 1, "(d)") == "A"
    for none in ("", "E", "several letters"):
        assert benchmark_prompt.unrotated(CHOICE, 1, none) == ""


def test_an_answer_beyond_the_options_is_not_answerable() -> None:
    assert benchmark_prompt.is_answerable(CHOICE)
    assert not benchmark_prompt.is_answerable(Sample(problem="?", answer="E", choices=list("abcd")))
    assert not benchmark_prompt.is_answerable(Sample(problem="?", answer="iron", choices=list("abcd")))
