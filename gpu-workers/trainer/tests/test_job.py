import json

import pytest

from retort_trainer import documents
from retort_trainer.failures import Failure, FailureCategory, RetortError
from retort_trainer.job import (
    LossPoint,
    TrainerProgress,
    TrainerResult,
    TrainerState,
    TrainerStatus,
    TrainingResult,
    TrainingStage,
    parse_job,
)
from retort_trainer.spec import TraceFormat

JOB = {
    "schema_version": 1,
    "run_id": "run-1",
    "job_name": "sft",
    "seed": "18446744073709551615",
    "training": {
        "stage": "TRAINING_STAGE_SFT",
        "model_uri": "file:///models/base",
        "dataset": {"uri": "file:///data/manifest.json", "sha256": "ab", "bytes": "12", "rows": 3},
        "checkpoints_uri": "file:///checkpoints",
        "template": {"trace_format": "TRACE_FORMAT_THOUGHT", "max_length": 64},
        "settings": {"epochs": 2, "learning_rate": 1e-4, "lora": {"rank": 8}},
    },
    "resources": {"cpus": 2},
}


def changed(**changes: object) -> str:
    return json.dumps({**JOB, **changes})


def changed_training(**changes: object) -> str:
    return json.dumps({**JOB, "training": {**JOB["training"], **changes}})  # type: ignore[dict-item]


def test_job_is_parsed_from_proto_json() -> None:
    job = parse_job(json.dumps(JOB))
    assert job.seed == 2**64 - 1
    assert job.training is not None
    assert job.training.stage is TrainingStage.SFT
    assert job.training.dataset.bytes == 12
    assert job.training.template.trace_format is TraceFormat.THOUGHT
    assert job.training.template.system_prompt == ""
    assert job.training.settings.epochs == 2.0
    assert job.training.settings.max_steps is None
    assert job.training.settings.lora is not None and job.training.settings.lora.alpha is None
    assert parse_job(documents.to_json(job)) == job


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "job: not JSON"),
        ("[]", "job: [] (expected: an object)"),
        (changed(sed=1), "job: sed: unknown field (did you mean seed?)"),
        (changed(schema_version=2), "job: schema_version: 2 (expected: 1)"),
        (changed(seed=-1), "job: seed: -1 (expected: an integer from 0 to 18446744073709551615)"),
        (changed(seed=True), "job: seed: true (expected: an integer"),
        (changed(seed=1.5), "job: seed: 1.5 (expected: an integer"),
        (changed(run_id="a/b"), "job: run_id: 'a/b' (expected: a folder-safe name)"),
        (changed(training=None), "job: nothing set (expected: one of training, generation, export)"),
        (changed(export={}), "job: training and export set (expected: one of"),
        (
            changed_training(stage="SFT"),
            'job: training.stage: "SFT" (expected: one of TRAINING_STAGE_UNSPECIFIED',
        ),
        (
            changed_training(stage=None),
            "training.stage: 'TRAINING_STAGE_UNSPECIFIED' (expected: TRAINING_STAGE_SFT or",
        ),
        (
            changed_training(settings={"epochs": "many"}),
            'job: training.settings.epochs: "many" (expected: a number)',
        ),
        (
            changed_training(settings={"lora": {"rnk": 1}}),
            "job: training.settings.lora.rnk: unknown field (did you mean rank?)",
        ),
        (changed_training(model_uri=3), "job: training.model_uri: 3 (expected: a string)"),
        (changed_training(template={}), "job: training.template.max_length: 0 (expected: >= 16)"),
    ],
)
def test_bad_job_names_the_field(text: str, message: str) -> None:
    with pytest.raises(RetortError) as caught:
        parse_job(text)
    assert message in caught.value.message
    assert caught.value.category is FailureCategory.USER
    assert caught.value.type == "BAD_DOCUMENT"


def test_status_becomes_proto_json() -> None:
    status = TrainerStatus(
        state=TrainerState.SUCCEEDED,
        progress=TrainerProgress(done=3, total=3, unit="steps", loss=float("nan")),
        result=TrainerResult(training=TrainingResult(model_uri="file:///m", curve=[LossPoint(1, 0.5)])),
    )
    value = json.loads(documents.to_json(status))
    assert value["state"] == "TRAINER_STATE_SUCCEEDED"
    assert value["progress"]["loss"] == "NaN"
    assert value["result"] == {
        "training": {
            "model_uri": "file:///m",
            "steps": 0,
            "final_loss": 0.0,
            "first_loss": 0.0,
            "rows": 0,
            "truncated_rows": 0,
            "dropped_rows": 0,
            "seconds": 0.0,
            "curve": [{"step": 1, "loss": 0.5}],
            "resumed_from_step": 0,
            "tokens": 0,
            "tokens_per_second": 0.0,
            "peak_memory_bytes": 0,
            "model_flops_utilization": 0.0,
            "ranks": 0,
            "batching": "BATCHING_UNSPECIFIED",
            "per_device_batch_size": 0,
            "gradient_accumulation_steps": 0,
            "validation_rows": 0,
            "validation_curve": [],
            "best_step": 0,
            "stopped_early": False,
            "model_sha256": "",
            "reward_curve": [],
            "rewards": [],
            "validation_rewards": [],
            "speed_curve": [],
        }
    }
    assert "error" not in value
    failed = TrainerStatus(TrainerState.FAILED, error=Failure(FailureCategory.USER, "NAN_LOSS", "m"))
    assert documents.parse_json(TrainerStatus, documents.to_json(failed), source="status") == failed
