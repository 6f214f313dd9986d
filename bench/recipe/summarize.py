"""Prints the figures of all finished cells as Markdown, and answers the two claims.

    gpu-workers/trainer/.venv/bin/python bench/recipe/summarize.py --out FOLDER [--readme FILE]

With --readme the figures also take the place of those in FILE, behind the line `<!-- figures -->`.
"""

import argparse
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2] / "gpu-workers/trainer/src"))

from data import BETAS, curate, pairs_of
from intervals import Difference, over_problems, over_problems_and_seeds
from settings import ARMS, Settings

OUTCOMES = ("CORRECT", "WRONG", "NO_ANSWER", "TRUNCATED", "CHECKER_ERROR")
MARK = "<!-- figures -->\n\n"
# Claim, arm, baseline. The first two are the seed's.
CLAIMS = (
    ("Curated chains beat raw ones", "sft-curated", "sft-raw"),
    ("Stage 2 (CogPO) adds to stage 1", "cogpo", "sft-curated"),
    ("Stage 2 (DPO, one beta) adds to stage 1", "dpo", "sft-curated"),
    ("CogPO's betas beat one beta", "cogpo", "dpo"),
    ("Stage 1 beats the base model", "sft-curated", "base"),
)


@dataclass(frozen=True)
class Cells:
    """Finished cells by arm and seed, and the settings that they share."""

    settings: Settings
    found: dict[tuple[str, int], dict[str, Any]]

    def seeds(self, *arms: str) -> list[int]:
        """Seeds that have all of the arms."""
        seeds = {seed for _, seed in self.found}
        return sorted(seed for seed in seeds if all((arm, seed) in self.found for arm in arms))

    @property
    def shared_seeds(self) -> list[int]:
        """Seeds that have all arms of which any cell is finished: means over them compare arms."""
        return self.seeds(*{arm for arm, _ in self.found})

    def samples(self, arm: str) -> list[dict[str, Any]]:
        """Of the shared seeds; none where the arm has no finished cell."""
        return [
            sample
            for seed in self.shared_seeds
            if (arm, seed) in self.found
            for sample in self.found[arm, seed]["samples"]
        ]

    def difference(self, arm: str, baseline: str) -> tuple[Difference, int] | None:
        """Of pass@1, and the number of seeds; None where no seed has both."""
        seeds = self.seeds(arm, baseline)
        if not seeds:
            return None
        scores = [
            (_by_problem(self.found[arm, seed]), _by_problem(self.found[baseline, seed])) for seed in seeds
        ]
        rows = [[one[problem] - other[problem] for problem in sorted(one)] for one, other in scores]
        answers = self.settings.samples
        if len(rows) == 1:
            return over_problems(rows[0], answers), 1
        return over_problems_and_seeds(rows, answers), len(rows)


def read(out: Path) -> Cells:
    kept = json.loads((out / "settings.json").read_text(encoding="utf-8"))
    # No setting; older folders do not have it.
    kept.pop("model_sha256", None)
    settings = Settings(**kept)
    cells = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(out.glob("seed-*/*/cell.json"))]
    return Cells(settings, {(cell["arm"], cell["seed"]): cell for cell in cells})


def _by_problem(cell: dict[str, Any]) -> dict[str, float]:
    right: dict[str, list[bool]] = defaultdict(list)
    for sample in cell["samples"]:
        right[sample["problem"]].append(sample["outcome"] == "CORRECT")
    return {problem: fmean(answers) for problem, answers in right.items()}


def report(cells: Cells) -> Iterator[str]:
    yield from _cells(cells)
    yield from _claims(cells)
    yield from _outcomes(cells)
    yield from _rows(cells.settings)
    yield from _rewards(cells)


def _cells(cells: Cells) -> Iterator[str]:
    settings = cells.settings
    done = len(cells.found)
    cpu = sum(cell["cpu_seconds"] for cell in cells.found.values())
    yield f"{done} finished cells, {cpu / 60:.0f} CPU minutes. {settings.problems} problems of the"
    yield f"{settings.split} split, {settings.samples} answers each, at most {settings.max_new_tokens} tokens"
    shared = cells.shared_seeds
    yield f"an answer. pass@1 in %; means are over the seeds that all arms have ({_listed(shared)}):\n"
    seeds = sorted({seed for _, seed in cells.found})
    yield _line("arm", *(f"seed {seed}" for seed in seeds), "mean")
    yield _line(*["---"] * (len(seeds) + 2))
    for arm in ARMS:
        scores = [
            fmean(_by_problem(cells.found[arm, seed]).values()) if (arm, seed) in cells.found else None
            for seed in seeds
        ]
        known = [
            score for seed, score in zip(seeds, scores, strict=True) if seed in shared and score is not None
        ]
        shown = ["" if score is None else _percent(score) for score in scores]
        yield _line(arm, *shown, _percent(fmean(known)) if known else "")
    yield ""


def _claims(cells: Cells) -> Iterator[str]:
    yield "Paired differences of pass@1 in points, with 95 % intervals over problems and seeds (over problems"
    yield "alone where there is one seed):\n"
    yield _line("claim", "arms", "difference", "seeds", "answer")
    yield _line(*["---"] * 5)
    for claim, arm, baseline in CLAIMS:
        found = cells.difference(arm, baseline)
        if found is None:
            yield _line(claim, f"{arm} - {baseline}", "", "0", "cannot tell: no seed has both")
        else:
            difference, seeds = found
            only = ", of this seed alone" if seeds == 1 and difference.answer() != "cannot tell" else ""
            yield _line(
                claim, f"{arm} - {baseline}", str(difference), str(seeds), f"{difference.answer()}{only}"
            )
    yield ""


def _outcomes(cells: Cells) -> Iterator[str]:
    yield "Outcomes of all answers in %, and their length in tokens, over the same seeds:\n"
    yield _line(
        "arm", *(name.lower().replace("_", " ") for name in OUTCOMES), "cut", "mean tokens", "median tokens"
    )
    yield _line(*["---"] * (len(OUTCOMES) + 4))
    for arm in ARMS:
        samples = cells.samples(arm)
        if samples:
            counts = Counter(sample["outcome"] for sample in samples)
            lengths = sorted(sample["tokens"] for sample in samples)
            yield _line(
                arm,
                *(_percent(counts[name] / len(samples)) for name in OUTCOMES),
                _percent(fmean(sample["cut"] for sample in samples)),
                f"{fmean(lengths):.1f}",
                str(lengths[len(lengths) // 2]),
            )
    yield ""


def _rows(settings: Settings) -> Iterator[str]:
    yield "What curation made of the training rows, by difficulty as they came, and words a chain before and"
    yield "after it:\n"
    rows = curate(settings.rows)
    yield _line(
        "difficulty", "rows", "kept as they came", "improved", "rejected", "words before", "words after"
    )
    yield _line(*["---"] * 7)
    for difficulty in ("SIMPLE", "MEDIUM", "HARD", "WRONG"):
        some = [row for row in rows if row.difficulty == difficulty]
        kept = [row for row in some if row.chain]
        same = sum(row.chain == row.original for row in kept)
        yield _line(
            difficulty,
            *(str(count) for count in (len(some), same, len(kept) - same, len(some) - len(kept))),
            _mean(some, lambda row: len(row.original.split())),
            _mean(kept, lambda row: len(row.chain.split())),
        )
    yield ""
    yield f"Pairs of the first {settings.pair_rows} rows by gap class:\n"
    pairs = [
        pair
        for row in rows[: settings.pair_rows]
        if row.chain
        for pair in pairs_of(row, settings.pairs_per_problem)
    ]
    yield _line("gap", "pairs", "beta of CogPO", "kinds of corruption")
    yield _line(*["---"] * 4)
    for gap, beta in BETAS.items():
        some_pairs = [pair for pair in pairs if pair.gap == gap]
        kinds = Counter(pair.corruption.removeprefix("CORRUPTION_KIND_") for pair in some_pairs)
        named = ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items()) if kind)
        yield _line(gap.removeprefix("GAP_"), str(len(some_pairs)), str(beta), named or "the original chain")
    yield ""


def _rewards(cells: Cells) -> Iterator[str]:
    yield "Rewards of the last pass over the pairs, means over the same seeds (margins are weighed by beta;"
    yield "drift is log p - log p_ref in nats):\n"
    yield _line("arm", "gap", "margin", "accuracy in %", "drift of chosen", "drift of rejected")
    yield _line(*["---"] * 6)
    for arm in ("cogpo", "dpo"):
        by_gap: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for seed in cells.shared_seeds:
            if (arm, seed) not in cells.found:
                continue
            for rewards in cells.found[arm, seed]["training"].get("rewards", []):
                by_gap[rewards["gap"]].append(rewards)
        for gap in ("GAP_UNSPECIFIED", *BETAS):
            some = by_gap[gap]
            if some:
                yield _line(
                    arm,
                    "all" if gap == "GAP_UNSPECIFIED" else gap.removeprefix("GAP_"),
                    _mean(some, lambda found: found["margin"], 3),
                    _mean(some, lambda found: 100 * found["accuracy"]),
                    _mean(some, lambda found: found["chosen_log_probability_drift"], 2),
                    _mean(some, lambda found: found["rejected_log_probability_drift"], 2),
                )


def _mean(values: list[Any], of: Callable[[Any], float], digits: int = 1) -> str:
    return f"{fmean(of(value) for value in values):.{digits}f}" if values else ""


def _listed(seeds: list[int]) -> str:
    return ", ".join(str(seed) for seed in seeds) or "none"


def _percent(share: float) -> str:
    return f"{100 * share:.1f}"


def _line(*columns: str) -> str:
    return "| " + " | ".join(columns) + " |"


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, required=True, help="folder of the cells")
    parser.add_argument("--readme", type=Path, metavar="FILE", help="put the figures into this file")
    options = parser.parse_args(arguments)
    text = "\n".join(report(read(options.out.absolute()))) + "\n"
    print(text, end="")
    if options.readme is not None:
        before, mark, _ = options.readme.read_text(encoding="utf-8").partition(MARK)
        if not mark:
            raise SystemExit(f"--readme: {options.readme}: no line {MARK.strip()} (expected: one)")
        options.readme.write_text(f"{before}{mark}{text}", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
