"""A row that cannot be trained on ends the job at once, and the message identifies the row."""

import json
from typing import Any

import pytest
import zstandard

from retort_trainer import documents, store
from retort_trainer.artifact import ArtifactRef
from retort_trainer.data import PreferencePair
from retort_trainer.failures import FailureCategory, RetortError
from retort_trainer.job import TrainingStage
from retort_trainer.spec import PreferenceObjective
from tests.jobs import MakeJob, WriteRows, run

# Fills the positions before and after the bad row.
ROW = {"id": "fine"}


def part(folder_uri: str, lines: list[str]) -> ArtifactRef:
    """A data set of one part that was not written by `store.write_part`, which refuses bad rows."""
    content = zstandard.compress("\n".join(lines).encode())
    store.put_once(store.join(folder_uri, "part.jsonl.zst"), content)
    return store.write_manifest(folder_uri, [ArtifactRef(uri="part.jsonl.zst", rows=len(lines))])


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        ('{"id": "s7", "problem": 5}', 'row "s7": problem: 5 (expected: a string)'),
        (
            '{"id": "s7", "chain": "so \\ud83d"}',
            'row "s7": chain: "so \\ud83d" (expected: Unicode text: a half of a surrogate pair stands alone)',
        ),
        ('{"id": 7}', "row 7: id: 7 (expected: a string)"),
        ('{"answer": ["9"]}', 'answer: ["9"] (expected: a string)'),
        ("[]", "[] (expected: an object)"),
        ("five", "not JSON: Expecting value: line 1 column 1 (char 0)"),
    ],
)
def test_bad_sample_is_told_with_its_file_line_and_id(
    make_job: MakeJob, bad: str, message: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("bad").as_uri()
    fine = json.dumps(ROW)
    job = make_job(TrainingStage.SFT, part(folder, [fine, fine, bad, fine]))
    with pytest.raises(RetortError) as caught:
        run(job)
    assert (caught.value.category, caught.value.type) == (FailureCategory.USER, "BAD_ROW")
    assert caught.value.message == f"{folder}/part.jsonl.zst:3: {message}"


@pytest.mark.parametrize(
    ("beta", "message"),
    [
        (0.0, "beta: 0.0 (expected: > 0)"),
        (-0.1, "beta: -0.1 (expected: > 0)"),
        ("NaN", "beta: nan (expected: > 0)"),
        ("Infinity", "beta: inf (expected: > 0)"),
        ("much", 'beta: "much" (expected: a number)'),
    ],
)
def test_bad_pair_is_told_with_its_file_line_and_id(
    make_job: MakeJob,
    pairs: list[PreferencePair],
    beta: Any,
    message: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("bad").as_uri()
    rows = [documents.to_value(pair) for pair in pairs]
    rows[4]["beta"] = beta
    job = make_job(TrainingStage.COGPO, part(folder, [json.dumps(row) for row in rows]))
    with pytest.raises(RetortError) as caught:
        run(job)
    assert (caught.value.category, caught.value.type) == (FailureCategory.USER, "BAD_ROW")
    assert caught.value.message == f'{folder}/part.jsonl.zst:5: row "p4": {message}'


def test_one_beta_for_all_pairs_needs_none_of_their_own(
    make_job: MakeJob, write_rows: WriteRows, pairs: list[PreferencePair]
) -> None:
    dataset = write_rows([PreferencePair(**{**vars(pair), "beta": 0.0}) for pair in pairs])
    job = make_job(TrainingStage.COGPO, dataset, objective=PreferenceObjective.DPO, max_steps=1)
    assert run(job).rows == len(pairs)
