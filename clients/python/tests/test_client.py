"""The client against a real control plane, whose address the caller sets."""

import getpass
import os
from collections.abc import Iterator

import pytest

import retort_client

ADDRESS = os.environ.get("RETORT_CONTROL_ADDRESS", "")

pytestmark = pytest.mark.skipif(
    not ADDRESS, reason="RETORT_CONTROL_ADDRESS is not set; PythonClientTest of workers/control sets it"
)


@pytest.fixture
def client() -> Iterator[retort_client.Client]:
    with retort_client.Client(ADDRESS) as client:
        yield client


def spec(name: str) -> dict[str, object]:
    return {"name": name, "data": {"train": [{"path": "/a.jsonl"}]}}


def test_launches_and_watches_until_the_end(client: retort_client.Client) -> None:
    run = client.create(spec("succeeds"))
    states = list(client.watch(run.run_id))

    assert run.phase == "QUEUED"
    assert run.spec["team"] == "default"
    assert states[-1].phase == "SUCCEEDED"
    assert states[-1].is_terminal
    assert states[-1].stages[0].name == "INGEST"
    assert "<table>" in states[-1]._repr_html_()
    assert client.wait(run.run_id) == client.get(run.run_id)


def test_repeats_a_request_without_another_run(client: retort_client.Client) -> None:
    first = client.create(spec("waits"), request_id="order-1")

    assert client.create(spec("waits"), request_id="order-1").run_id == first.run_id
    with pytest.raises(retort_client.ConflictError) as caught:
        client.create(spec("waits") | {"seed": 7}, request_id="order-1")
    assert (caught.value.status, caught.value.reason) == (422, "REQUEST_ID_REUSED")


def test_pauses_resumes_and_cancels(client: retort_client.Client) -> None:
    run_id = client.create(spec("waits")).run_id

    assert client.pause(run_id, "lunch").phase == "PAUSED"
    assert client.resume(run_id, budget=4.5).phase == "RUNNING"
    client.cancel(run_id, "enough")
    assert client.wait(run_id).phase == "CANCELLED"


def test_decides_on_a_release(client: retort_client.Client) -> None:
    approved = client.approve(client.create(spec("waits")).run_id, report_digest="ab12", note="good")
    rejected = client.reject(client.create(spec("waits")).run_id, report_digest="ab12")

    assert approved.raw["summary"]["release"]["approval"]["state"] == "APPROVAL_STATE_APPROVED"
    assert approved.raw["summary"]["release"]["approval"]["actor"] == getpass.getuser()
    assert rejected.raw["summary"]["release"]["approval"]["state"] == "APPROVAL_STATE_REJECTED"
    with pytest.raises(retort_client.ApiError, match="another report"):
        client.approve(client.create(spec("waits")).run_id, report_digest="cd34")


def test_retrains_with_changed_fields(client: retort_client.Client) -> None:
    origin = client.create(spec("succeeds"))
    again = client.retrain(origin.run_id, {"seed": 7, "sft": {"epochs": 2}})

    assert again.origin_run_id == origin.run_id
    assert (again.spec["seed"], again.spec["sft"]["epochs"]) == (7, 2)
    assert again.spec["data"] == origin.spec["data"]


def test_plans_without_a_run(client: retort_client.Client) -> None:
    before = [run.run_id for run in client.list()]
    plan = client.plan(spec("planned"))
    origin = client.create(spec("succeeds"))
    retrain = client.plan_retrain(origin.run_id, {"seed": 7}, from_stage="COGPO")

    assert "planned" in str(plan.raw["warnings"])
    assert plan.problems == ()
    assert "seed: 7" in str(retrain.raw["warnings"])
    assert "STAGE_COGPO" in str(retrain.raw["warnings"])
    assert "planned" not in str([run.spec["name"] for run in client.list() if run.run_id not in before])


def test_lists_runs(client: retort_client.Client) -> None:
    assert all(isinstance(run, retort_client.Run) for run in client.list(page_size=1))


def test_tells_every_violation(client: retort_client.Client) -> None:
    with pytest.raises(retort_client.InvalidRequestError) as caught:
        client.create({"seed": "x", "sft": {"epoch": 1}})

    assert caught.value.category == "USER"
    assert [violation.field for violation in caught.value.violations] == ["spec.seed", "spec.sft.epoch"]
    assert "spec.sft.epoch: unknown (expected: one of " in str(caught.value)


def test_knows_no_such_run(client: retort_client.Client) -> None:
    with pytest.raises(retort_client.NotFoundError, match="none-20260101-aaaaaa"):
        client.get("none-20260101-aaaaaa")
    with pytest.raises(retort_client.NotFoundError):
        list(client.watch("none-20260101-aaaaaa"))
    with pytest.raises(retort_client.NotFoundError):
        client.get("a/b?x=1#c")
