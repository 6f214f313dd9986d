"""The demo's committed data: as generated, split without overlap, with gold answers that are right."""

import importlib.util
import json
import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

from retort_trainer.answers import equivalent, extract_answer

FOLDER = Path(__file__).resolve().parents[3] / "examples" / "demo"


@pytest.fixture(scope="module")
def demo() -> ModuleType:
    spec = importlib.util.spec_from_file_location("demo_generate", FOLDER / "generate.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["demo_generate"] = module
    spec.loader.exec_module(module)
    return module


def rows(name: str) -> list[dict[str, str]]:
    return [json.loads(line) for line in (FOLDER / name).read_text().splitlines()]


def test_committed_files_are_what_the_generator_writes(demo: ModuleType) -> None:
    for name, content in demo.files().items():
        assert (FOLDER / name).read_bytes() == content.encode(), f"{name}: run examples/demo/generate.py"


def test_splits_share_no_problem(demo: ModuleType) -> None:
    splits = demo.splits()
    assert {name: len(split) for name, split in splits.items()} == {"train": 240, "eval": 64, "dev": 64}
    problems = [problem for split in splits.values() for problem in split]
    assert len({(problem.kind, problem.numbers) for problem in problems}) == len(problems)
    assert len({problem.text for problem in problems}) == len(problems)
    # Nor do they when every word that varies is taken away.
    bare = [(problem.kind, tuple(re.findall(r"\d+", problem.text))) for problem in problems]
    assert len(set(bare)) == len(bare)


def test_every_row_has_the_layout_and_a_right_answer(demo: ModuleType) -> None:
    splits = demo.splits()
    for name in ("train", "eval"):
        for row, problem in zip(rows(f"{name}.jsonl"), splits[name], strict=True):
            assert row.keys() == {"problem", "chain", "answer"}
            assert row["answer"] == str(problem.answer)
            assert 0 < problem.answer < 120
            for step in (problem.first, problem.second):
                assert step.sign != "/" or step.left % step.right == 0


def test_chains_have_the_styles_they_should(demo: ModuleType) -> None:
    styles = demo.train_styles()
    assert {style: styles.count(style) for style in set(styles)} == {
        "balanced": 96,
        "terse": 72,
        "convoluted": 48,
        "wrong": 24,
    }
    for row, style in zip(rows("train.jsonl"), styles, strict=True):
        concluded = extract_answer(row["chain"], last_number=True)
        assert equivalent(row["answer"], concluded) == (style != "wrong"), row
        assert (len(row["chain"]) > 300) == (style == "convoluted")
        assert (row["chain"].count("=") == 2) == (style in ("balanced", "wrong")) or style == "convoluted"


def test_balanced_chains_compute_what_they_say(demo: ModuleType) -> None:
    for row in rows("eval.jsonl"):
        steps = re.findall(r"(\d+) ([-+*/]) (\d+) = (\d+)", row["chain"])
        assert len(steps) == 2
        for left, sign, right, result in steps:
            value = {"+": int(left) + int(right), "-": int(left) - int(right), "*": int(left) * int(right)}
            assert value.get(sign, int(left) / int(right)) == int(result)
        assert steps[1][3] == row["answer"]
