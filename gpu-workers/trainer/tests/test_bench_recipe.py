"""The recipe's benchmark: its intervals against closed forms, and the rows of its arms."""

import importlib
import json
import random
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from retort_trainer import store
from retort_trainer.data import PreferencePair, Sample

FOLDER = Path(__file__).resolve().parents[3] / "bench" / "recipe"
# `data` makes the generator importable.
NAMES = ("data", "intervals", "settings", "summarize", "generate", "teacher_rules", "run")


@pytest.fixture(scope="module")
def bench() -> Iterator[dict[str, ModuleType]]:
    path = list(sys.path)
    sys.path.insert(0, str(FOLDER))
    try:
        yield {name: importlib.import_module(name) for name in NAMES}
    finally:
        sys.path[:] = path
        for name in NAMES:
            sys.modules.pop(name, None)


@pytest.mark.parametrize(
    ("freedom", "quantile"), [(1, 12.7062), (2, 4.3027), (10, 2.2281), (49, 2.0096), (1000, 1.9623)]
)
def test_students_quantiles_are_those_of_the_tables(
    bench: dict[str, ModuleType], freedom: float, quantile: float
) -> None:
    assert bench["intervals"].student_quantile(0.975, freedom) == pytest.approx(quantile, abs=1e-4)


def test_interval_over_problems_is_the_hand_computed_value(bench: dict[str, ModuleType]) -> None:
    # With the two more, 1/2 and -1/2: six values, sum 1, squares 1.5, so centre 1/6, variance (1.5 - 1/6)/5
    # = 0.266667, standard error sqrt(0.266667/6) = 0.210819, and Student's quantile at 5 is 2.5706.
    found = bench["intervals"].over_problems([1.0, 0.0, 0.0, 0.0], answers=4)
    assert (found.mean, found.low, found.high) == pytest.approx((0.25, -0.375259, 0.708592), abs=1e-4)
    assert found.answer() == "cannot tell"


def test_equal_seeds_leave_the_uncertainty_over_problems(bench: dict[str, ModuleType]) -> None:
    intervals = bench["intervals"]
    row = [0.5, 0.0, 0.25, -0.25] * 12
    crossed = intervals.over_problems_and_seeds([row, row, row], answers=1)
    alone = intervals.over_problems(row, answers=3)
    assert (crossed.mean, crossed.low, crossed.high) == pytest.approx((alone.mean, alone.low, alone.high))


def test_seeds_that_differ_widen_the_interval(bench: dict[str, ModuleType]) -> None:
    intervals = bench["intervals"]
    rows = [[share] * 48 for share in (0.1, 0.2, 0.3)]
    found = intervals.over_problems_and_seeds(rows, answers=4)
    # All but the variance of the seeds is from the two more values: nearly Student's at two degrees.
    assert found.mean == pytest.approx(0.2)
    assert found.high - found.low == pytest.approx(2 * 4.3027 * 0.1 / 3**0.5, rel=0.1)
    with pytest.raises(ValueError, match="at least 2"):
        intervals.over_problems_and_seeds(rows[:1], answers=4)


def test_interval_over_problems_and_seeds_covers_what_it_should(bench: dict[str, ModuleType]) -> None:
    dice = random.Random(1)
    inside = 0
    for _ in range(300):
        seeds = [dice.gauss(0, 0.05) for _ in range(3)]
        problems = [dice.gauss(0, 0.2) for _ in range(48)]
        rows = [[seed + problem + dice.gauss(0, 0.3) for problem in problems] for seed in seeds]
        found = bench["intervals"].over_problems_and_seeds(rows, answers=4)
        inside += found.low <= 0 <= found.high
    assert 0.92 <= inside / 300 <= 1


def test_arms_get_the_rows_that_curation_and_pairing_make(
    bench: dict[str, ModuleType], tmp_path: Path
) -> None:
    data = bench["data"]
    made = data.write(tmp_path, rows=40, pair_rows=20, most_pairs=3, split="dev", problems=5)
    assert made == data.write(tmp_path, rows=40, pair_rows=20, most_pairs=3, split="dev", problems=5)
    raw = list(store.read_rows(made.raw, Sample))
    curated = {row.id: row for row in store.read_rows(made.curated, Sample)}
    # Of twenty rows eight are balanced, six terse, four convoluted and two wrong.
    assert (len(raw), len(curated)) == (40, 36)
    assert sum(curated[row.id].chain == row.chain for row in raw if row.id in curated) == 16
    pairs = list(store.read_rows(made.pairs, PreferencePair))
    assert Counter(pair.gap.value for pair in pairs) == {"GAP_LARGE": 18, "GAP_SMALL": 10, "GAP_MEDIUM": 10}
    for pair in pairs:
        assert pair.beta == data.BETAS[pair.gap.value]
        assert pair.chosen != pair.rejected
        assert (pair.rejected_answer == pair.answer) == (pair.gap.value == "GAP_SMALL")
    assert made.problems.rows == 5


def test_summary_answers_from_the_cells_that_there_are(bench: dict[str, ModuleType], tmp_path: Path) -> None:
    summarize = bench["summarize"]
    bench["run"].keep_settings(tmp_path / "settings.json", settings_of(bench), "ab" * 32)
    for arm, right in (("sft-raw", 0), ("sft-curated", 10)):
        _write_cell(tmp_path, arm, right)
    text = "\n".join(summarize.report(summarize.read(tmp_path)))
    [curated] = [line for line in text.splitlines() if line.startswith("| Curated chains beat raw ones")]
    assert curated.endswith("| 1 | yes, of this seed alone |")
    [stage2] = [line for line in text.splitlines() if line.startswith("| Stage 2 (CogPO)")]
    assert "cannot tell: no seed has both" in stage2


def test_means_are_over_the_seeds_that_all_arms_have(bench: dict[str, ModuleType], tmp_path: Path) -> None:
    summarize = bench["summarize"]
    # Without the digest of the model, as older folders are.
    (tmp_path / "settings.json").write_text(json.dumps(settings_of(bench).__dict__))
    for arm, right, seed in (("sft-raw", 0, 1), ("sft-curated", 5, 1), ("sft-raw", 10, 2)):
        _write_cell(tmp_path, arm, right, seed)
    text = "\n".join(summarize.report(summarize.read(tmp_path)))
    assert "means are over the seeds that all arms have (1)" in text
    scores = [line for line in text.splitlines() if line.startswith("| sft-raw |")]
    assert scores[0] == "| sft-raw | 0.0 | 100.0 | 0.0 |"
    # Of the outcomes: none is correct, all are wrong.
    assert scores[1].startswith("| sft-raw | 0.0 | 100.0 |")


def test_cells_of_another_model_or_other_settings_are_not_mixed(
    bench: dict[str, ModuleType], tmp_path: Path
) -> None:
    keep, file, settings = bench["run"].keep_settings, tmp_path / "settings.json", settings_of(bench)
    keep(file, settings, "ab" * 32)
    keep(file, settings, "ab" * 32)
    with pytest.raises(SystemExit, match="other settings or another model"):
        keep(file, settings, "cd" * 32)
    with pytest.raises(SystemExit, match="other settings or another model"):
        keep(file, replace(settings, samples=3), "ab" * 32)
    file.write_text(json.dumps(settings.__dict__))
    keep(file, settings, "cd" * 32)
    assert [path.name for path in tmp_path.iterdir()] == ["settings.json"]


def settings_of(bench: dict[str, ModuleType]) -> Any:
    return bench["settings"].Settings(
        rows=20,
        pair_rows=10,
        pairs_per_problem=3,
        split="dev",
        problems=10,
        samples=2,
        max_new_tokens=320,
        sft_steps=1,
        sft_learning_rate=1e-3,
        stage2_steps=1,
        stage2_learning_rate=1e-4,
        beta=0.1,
        threads=1,
    )


def _write_cell(out: Path, arm: str, right: int, seed: int = 1) -> None:
    samples: list[dict[str, Any]] = [
        {
            "problem": f"p{number}",
            "index": index,
            "outcome": "CORRECT" if number < right else "WRONG",
            "tokens": 40,
            "cut": False,
        }
        for number in range(10)
        for index in range(2)
    ]
    folder = out / f"seed-{seed}" / arm
    folder.mkdir(parents=True)
    cell = {
        "seed": seed,
        "arm": arm,
        "training": {},
        "samples": samples,
        "cpu_seconds": 60.0,
        "seconds": 90.0,
    }
    (folder / "cell.json").write_text(json.dumps(cell))
