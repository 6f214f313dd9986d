"""The rows of the benchmark: the demo's generator, and what the demo's teacher makes of its chains.

The rules are those of a run: curation judges each chain, rewrites what is not MEDIUM and drops what is wrong;
pairing makes LARGE, SMALL and MEDIUM gaps. Here they are applied in this process, without workers and
endpoints, so that the benchmark needs the trainer alone.
"""

import hashlib
import sys
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "examples" / "demo"))

from generate import Problem, splits, to_lines, train_styles
from retort_trainer import documents, store
from retort_trainer.artifact import ArtifactRef
from retort_trainer.data import AnswerKind, PreferencePair, Sample
from teacher_rules import assess, corrupt, faults, rewrite

# CogPO's beta of each gap class: the defaults of preference.beta.
BETAS = {"GAP_SMALL": 0.1, "GAP_MEDIUM": 0.2, "GAP_LARGE": 0.5}
KINDS = ("WRONG_OPERATION", "WRONG_NUMBER", "DROPPED_STEP", "INVALID_INFERENCE", "MISREAD_CONDITION")


@dataclass(frozen=True)
class Curated:
    """A training row: its difficulty as it came, and the chain that is kept, empty where none is."""

    problem: Problem
    original: str
    difficulty: str
    chain: str


@dataclass(frozen=True)
class Data:
    """References to the manifests of what the arms train on and are asked."""

    raw: ArtifactRef
    curated: ArtifactRef
    pairs: ArtifactRef
    problems: ArtifactRef


def curate(rows: int) -> list[Curated]:
    """The first `rows` training rows as curation leaves them."""
    made = splits()["train"][:rows]
    lines = to_lines(made, train_styles()[:rows]).splitlines()
    chains = [documents.decode(line, source="row")["chain"] for line in lines]
    return [_curated(problem, chain) for problem, chain in zip(made, chains, strict=True)]


def _curated(problem: Problem, chain: str) -> Curated:
    if any(faults(problem, chain)):
        return Curated(problem, chain, "WRONG", "")
    difficulty = assess(problem, chain).difficulty
    kept = chain if difficulty == "MEDIUM" else rewrite(problem)
    assert assess(problem, kept).difficulty == "MEDIUM" and not any(faults(problem, kept))
    return Curated(problem, chain, difficulty, kept)


def pairs_of(row: Curated, most: int) -> list[PreferencePair]:
    """At most `most` pairs of a kept row, in the order in which a run tries the gaps."""
    made = [_corrupted("GAP_LARGE", row, row.chain)]
    if row.chain != row.original:
        made.append(_pair("GAP_SMALL", row, row.chain, row.original, row.problem.answer))
        made.append(_corrupted("GAP_MEDIUM", row, row.original))
    return [pair for pair in made if pair is not None][:most]


def _corrupted(gap: str, row: Curated, chosen: str) -> PreferencePair | None:
    first = _number(gap, row.problem.text) % len(KINDS)
    for kind in KINDS[first:] + KINDS[:first]:
        chain, answer = corrupt(row.problem, chosen, kind)
        if chain != chosen and any(faults(row.problem, chain)):
            return _pair(gap, row, chosen, chain, answer, kind)
    return None


def _pair(
    gap: str, row: Curated, chosen: str, rejected: str, rejected_answer: int, kind: str = ""
) -> PreferencePair:
    return PreferencePair(
        id=hashlib.sha256(f"{gap}\n{chosen}\n{rejected}".encode()).hexdigest(),
        sample_id=_id(row.problem),
        problem=row.problem.text,
        answer=str(row.problem.answer),
        chosen=chosen,
        chosen_answer=str(row.problem.answer),
        rejected=rejected,
        rejected_answer=str(rejected_answer),
        gap=gap,
        beta=BETAS[gap],
        corruption=f"CORRUPTION_KIND_{kind}" if kind else "",
        corrupter="judge" if kind else "original",
        answer_kind=AnswerKind.MATH,
    )


def write(folder: Path, *, rows: int, pair_rows: int, most_pairs: int, split: str, problems: int) -> Data:
    """Writes the rows of all arms below `folder` as a run's store has them; the same again does nothing.

    Args:
        pair_rows: pairs are made of the first so many rows.
        split: whose problems the models are asked, "eval" or "dev".
    """
    curated = curate(rows)
    kept = [row for row in curated if row.chain]
    paired = [row for row in curated[:pair_rows] if row.chain]
    asked = splits()[split][:problems]
    return Data(
        raw=_write(folder / "raw", [_sample(row.problem, row.original) for row in curated]),
        curated=_write(folder / "curated", [_sample(row.problem, row.chain) for row in kept]),
        pairs=_write(folder / "pairs", [pair for row in paired for pair in pairs_of(row, most_pairs)]),
        problems=_write(folder / split, [_sample(problem, rewrite(problem)) for problem in asked]),
    )


def _sample(problem: Problem, chain: str) -> Sample:
    return Sample(
        id=_id(problem),
        problem=problem.text,
        chain=chain,
        answer=str(problem.answer),
        answer_kind=AnswerKind.MATH,
    )


def _write(folder: Path, rows: list[Sample] | list[PreferencePair]) -> ArtifactRef:
    uri = folder.absolute().as_uri()
    return store.write_manifest(uri, [store.write_part(uri, "part-00000.jsonl.zst", rows)])


def _id(problem: Problem) -> str:
    return hashlib.sha256(problem.text.encode()).hexdigest()


def _number(*words: str) -> int:
    return int.from_bytes(hashlib.sha256("\n".join(words).encode()).digest()[:8], "big")
