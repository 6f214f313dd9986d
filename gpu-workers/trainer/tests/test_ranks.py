"""Several ranks through real Ray: they train the same curve as one rank, and end together."""

import os
import shutil
import signal
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import ray
import torch
from ray.cluster_utils import Cluster
from ray.job_config import JobConfig
from ray.train._internal.worker_group import WorkerMetadata
from ray.util import get_placement_group, placement_group_table, remove_placement_group
from ray.util.scheduling_strategies import PlacementGroupSchedulingStrategy
from safetensors.torch import load_file

from retort_trainer import documents, jobs, placement, ranks, store, training
from retort_trainer.actor import TERMINAL, TrainerActor
from retort_trainer.artifact import ArtifactRef
from retort_trainer.checkpoints import COMPLETE_NAME
from retort_trainer.context import JobContext
from retort_trainer.data import Gap, PreferencePair, Sample
from retort_trainer.failures import Failure, FailureCategory, RetortError
from retort_trainer.fence import Fence
from retort_trainer.gang import environments
from retort_trainer.job import TrainerJob, TrainerState, TrainerStatus, TrainingResult, TrainingStage
from retort_trainer.rank_worker import PEER_LOST, rank_failure
from retort_trainer.spec import DistributedStrategy
from tests.jobs import PATIENT, MakeJob, WriteRows, with_held_out_rows_unlike

WAIT_SECONDS = 180


class HeldActor(TrainerActor):
    """Holds the ranks at the end of the n-th step of this attempt until it is released."""

    def __init__(self, steps: int) -> None:
        super().__init__()
        self._steps = steps
        self._held = threading.Event()
        self._released = threading.Event()

    def rank_should_stop(self) -> int:
        self._steps -= 1
        if self._steps == 0:
            self._held.set()
            self._released.wait(WAIT_SECONDS)
        return super().rank_should_stop()

    def is_held(self) -> bool:
        return self._held.is_set()

    def release(self) -> None:
        self._released.set()


class Attempt:
    """The driver's actions for one attempt: reserve, create, start, poll, release."""

    def __init__(
        self,
        job: TrainerJob,
        token: int = 1,
        *,
        hold: int = 0,
        bundle: str = '{"CPU": 1}',
        strategy: str = "PACK",
    ) -> None:
        self.name = f"{job.run_id}/{job.job_name}"
        placement.reserve(self.name, f"[{', '.join([bundle] * (job.resources.ranks or 1))}]", strategy)
        self.group = get_placement_group(self.name)
        assert self.group.wait(60)
        actor = ray.remote(HeldActor if hold else TrainerActor).options(
            name=self.name,
            lifetime="detached",
            num_cpus=0,
            max_concurrency=4,
            scheduling_strategy=PlacementGroupSchedulingStrategy(self.group, 0),
        )
        self.actor = actor.remote(hold) if hold else actor.remote()
        self._job_json = documents.to_json(job)
        assert self.start(token).error is None

    def start(self, token: int) -> TrainerStatus:
        return self._parsed(ray.get(self.actor.start.remote(self._job_json, token)))

    def status(self) -> TrainerStatus:
        return self._parsed(ray.get(self.actor.status.remote()))

    def await_hold(self) -> None:
        until(lambda: ray.get(self.actor.is_held.remote()) or self.status().state in TERMINAL)
        assert ray.get(self.actor.is_held.remote()), self.status()

    def end(self) -> TrainerStatus:
        """The terminal status, after the group was released as the driver does it."""
        until(lambda: self.status().state in TERMINAL)
        status = self.status()
        self.give_back()
        return status

    def give_back(self) -> None:
        ray.kill(self.actor)
        remove_placement_group(self.group)
        until(lambda: placement_group_table(self.group)["state"] == "REMOVED" and not self._has_name())

    def succeeded(self) -> TrainingResult:
        status = self.end()
        assert status.error is None, status.error
        assert status.state is TrainerState.SUCCEEDED
        assert status.result is not None and status.result.training is not None
        return status.result.training

    def failed(self) -> Failure:
        status = self.end()
        assert (status.state, status.error is None) == (TrainerState.FAILED, False)
        assert status.error is not None
        return status.error

    def _has_name(self) -> bool:
        try:
            ray.get_actor(self.name)
        except ValueError:
            return False
        return True

    @staticmethod
    def _parsed(text: str) -> TrainerStatus:
        return documents.parse_json(TrainerStatus, text, source="status")


def until(condition: Callable[[], Any]) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def await_checkpoint(job: TrainerJob, step: int) -> None:
    """A checkpoint is published while the next steps are trained."""
    assert job.training is not None
    complete = f"{job.training.checkpoints_uri}/step-{step}/{COMPLETE_NAME}"
    until(lambda: store.exists(complete))


def rank_processes() -> list[int]:
    return [
        actor["Pid"]
        for actor in ray._private.state.actors().values()
        if actor["ActorClassName"].endswith("RankWorker") and actor["State"] == "ALIVE"
    ]


def losses(result: TrainingResult) -> list[float]:
    return [point.loss for point in result.curve]


def with_ranks(job: TrainerJob, count: int) -> TrainerJob:
    return replace(job, resources=replace(job.resources, ranks=count))


def alone(job: TrainerJob) -> TrainingResult:
    result = training.run(job, JobContext()).training
    assert result is not None
    return result


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    cluster = Cluster(
        initialize_head=True,
        head_node_args={
            "num_cpus": 4,
            "_system_config": {"health_check_period_ms": 500, "health_check_failure_threshold": 4},
        },
    )
    # As in the driver's job: classes are found on the code search path before they are unpickled.
    sources = [str(Path(__file__).parent.parent), str(Path(training.__file__).parent.parent)]
    ray.init(
        cluster.address,
        namespace="retort",
        log_to_driver=False,
        job_config=JobConfig(code_search_path=sources),
    )
    yield cluster
    ray.shutdown()
    cluster.shutdown()


def test_ranks_train_like_one_rank_with_the_same_global_batch(
    cluster: Cluster, make_job: MakeJob, write_rows: WriteRows, samples: list[Sample], tmp_path: Path
) -> None:
    count = 4
    dataset = write_rows(samples + samples[:4])
    settings = {"max_steps": 4, "gradient_accumulation_steps": 2}
    one = alone(make_job(TrainingStage.SFT, dataset, "one", per_device_batch_size=count, **settings))
    logs = tmp_path / "logs"
    job = make_job(TrainingStage.SFT, dataset, "several", per_device_batch_size=1, **settings)
    job = replace(job, logs_uri=logs.as_uri())
    several = Attempt(with_ranks(job, count)).succeeded()
    assert (several.ranks, one.ranks) == (count, 1)
    assert [point.step for point in several.curve] == [1, 2, 3, 4]
    assert losses(several) == pytest.approx(losses(one), abs=1e-5)
    assert losses(several)[-1] < losses(several)[0]

    checkpoint = store.local_path(several.model_uri)
    assert checkpoint is not None
    names = {file.name for file in (checkpoint.parent / "step-4").iterdir()}
    assert {f"rng_state_{rank}.pth" for rank in range(count)} < names
    kept = {folder.name: (folder / "000000.log").read_text() for folder in logs.glob("*/rank-*")}
    assert set(kept) == {f"rank-{rank}" for rank in range(count)}
    assert len({text.split("pid ")[1].split()[0] for text in kept.values()}) == count


def test_stop_and_lost_rank_end_all_ranks_and_the_next_attempt_goes_on(
    cluster: Cluster, make_job: MakeJob, write_rows: WriteRows, samples: list[Sample]
) -> None:
    dataset = write_rows(samples)
    whole = alone(make_job(TrainingStage.SFT, dataset, "whole", max_steps=7, per_device_batch_size=4))
    job = make_job(TrainingStage.SFT, dataset, "parts", max_steps=7, per_device_batch_size=2)
    job = with_ranks(job, 2)

    # A newer driver adopts the attempt at the third step, and stops it.
    attempt = Attempt(job, hold=3)
    attempt.await_hold()
    assert attempt.start(5).state is TrainerState.RUNNING
    assert attempt.start(4).error is not None
    ray.get(attempt.actor.stop.remote())
    ray.get(attempt.actor.release.remote())
    stopped = attempt.end()
    assert (stopped.state, stopped.error) == (TrainerState.STOPPED, None)
    assert stopped.progress is not None
    assert (stopped.progress.done, stopped.progress.checkpoint_uri[-7:]) == (3, "/step-3")

    # From there to the fifth step, where one rank is killed.
    attempt = Attempt(job, 6, hold=2)
    attempt.await_hold()
    await_checkpoint(job, 4)
    killed, other = rank_processes()
    os.kill(killed, signal.SIGKILL)
    lost = attempt.failed()
    assert (lost.category, lost.type) == (FailureCategory.PLATFORM, "RANK_LOST")
    assert f"process {killed})" in lost.message
    until(lambda: not Path(f"/proc/{other}").exists())

    resumed = Attempt(job, 7).succeeded()
    assert resumed.resumed_from_step == 4
    assert losses(resumed) == pytest.approx(losses(whole), abs=1e-5)


def test_error_of_one_rank_is_told_and_a_dead_coordinator_takes_its_ranks_along(
    cluster: Cluster, make_job: MakeJob, write_rows: WriteRows, samples: list[Sample]
) -> None:
    job = with_ranks(make_job(TrainingStage.SFT, write_rows(samples), per_device_batch_size=2), 2)
    assert job.training is not None
    attempt = Attempt(job, hold=2)
    attempt.await_hold()
    Fence(job.training.checkpoints_uri, 2).take()
    ray.get(attempt.actor.release.remote())
    # Only rank 0 publishes; the other one waits for it in the next step.
    fenced = attempt.failed()
    assert (fenced.type, fenced.message[:8]) == ("FENCED", "rank 0: ")
    assert "in _raise_if_larger" not in fenced.traceback
    assert "in publish" in fenced.traceback

    attempt = Attempt(job, 3, hold=1)
    attempt.await_hold()
    processes = rank_processes()
    assert len(processes) == 2
    attempt.give_back()
    until(lambda: not any(Path(f"/proc/{process}").exists() for process in processes))


def test_node_that_goes_ends_the_attempt_and_another_one_takes_over(
    cluster: Cluster, make_job: MakeJob, write_rows: WriteRows, samples: list[Sample]
) -> None:
    dataset = write_rows(samples)
    whole = alone(make_job(TrainingStage.SFT, dataset, "whole", max_steps=5, per_device_batch_size=4))
    job = make_job(TrainingStage.SFT, dataset, "nodes", max_steps=5, per_device_batch_size=2)
    job = with_ranks(job, 2)
    nodes = [cluster.add_node(num_cpus=1, resources={"far": 1}) for _ in range(2)]
    bundle, strategy = '{"CPU": 1, "far": 1}', "STRICT_SPREAD"
    attempt = Attempt(job, hold=3, bundle=bundle, strategy=strategy)
    attempt.await_hold()
    await_checkpoint(job, 2)
    # Not the coordinator's process, whose end the driver has to detect.
    last = placement_group_table(attempt.group)["bundles_to_node_id"][1]
    lost_node = next(node for node in nodes if node.node_id == last)
    cluster.remove_node(lost_node, allow_graceful=False)
    lost = attempt.failed()
    assert (lost.category, lost.type) == (FailureCategory.PLATFORM, "RANK_LOST")
    assert f"(node {last}, " in lost.message

    replacement = cluster.add_node(num_cpus=1, resources={"far": 1})
    resumed = Attempt(job, 2, bundle=bundle, strategy=strategy).succeeded()
    assert resumed.resumed_from_step == 2
    assert losses(resumed) == pytest.approx(losses(whole), abs=1e-5)
    for node in (*nodes, replacement):
        if node is not lost_node:
            cluster.remove_node(node, allow_graceful=True)


def test_sharded_ranks_train_resume_and_end_in_a_plain_model(
    cluster: Cluster, make_job: MakeJob, write_rows: WriteRows, samples: list[Sample]
) -> None:
    from transformers import AutoModelForCausalLM

    dataset = write_rows(samples)
    whole = alone(make_job(TrainingStage.SFT, dataset, "whole", per_device_batch_size=4))
    job = make_job(
        TrainingStage.SFT,
        dataset,
        "shards",
        per_device_batch_size=2,
        strategy=DistributedStrategy.FSDP2,
    )
    job = with_ranks(job, 2)
    sharded = Attempt(job).succeeded()
    assert losses(sharded) == pytest.approx(losses(whole), abs=1e-4)
    published, expected = store.local_path(sharded.model_uri), store.local_path(whole.model_uri)
    assert published is not None
    model = AutoModelForCausalLM.from_pretrained(published)
    plain = AutoModelForCausalLM.from_pretrained(expected)
    for name, weight in model.named_parameters():
        assert torch.allclose(weight, plain.get_parameter(name), atol=1e-3), name

    shutil.rmtree(published)
    shutil.rmtree(published.parent / "step-4")
    resumed = Attempt(job, 2).succeeded()
    assert resumed.resumed_from_step == 2
    assert losses(resumed) == pytest.approx(losses(sharded), abs=1e-5)


@pytest.mark.parametrize("strategy", list(DistributedStrategy)[1:])
def test_ranks_end_early_together_with_the_best_model(
    cluster: Cluster,
    make_job: MakeJob,
    write_rows: WriteRows,
    samples: list[Sample],
    strategy: DistributedStrategy,
) -> None:
    dataset = write_rows(with_held_out_rows_unlike(list(samples)))
    settings = {**PATIENT, "strategy": strategy}
    one = alone(make_job(TrainingStage.SFT, dataset, "one", **settings))
    job = make_job(TrainingStage.SFT, dataset, "several", **settings, per_device_batch_size=2)
    several = Attempt(with_ranks(job, 2)).succeeded()
    assert (several.best_step, several.steps) == (one.best_step, one.steps)
    assert several.stopped_early and one.stopped_early
    assert [point.loss for point in several.validation_curve] == pytest.approx(
        [point.loss for point in one.validation_curve], abs=1e-3
    )
    with store.local_folder(several.model_uri) as mine, store.local_folder(one.model_uri) as theirs:
        weights, expected = (load_file(folder / "model.safetensors") for folder in (mine, theirs))
    for name, weight in weights.items():
        assert torch.allclose(weight, expected[name], atol=1e-3), name


@pytest.mark.parametrize("strategy", [DistributedStrategy.DDP, DistributedStrategy.FSDP2])
def test_ranks_prefer_like_one_rank_and_agree_on_held_out_pairs(
    cluster: Cluster,
    make_job: MakeJob,
    write_rows: WriteRows,
    pairs: list[PreferencePair],
    strategy: DistributedStrategy,
) -> None:
    graded = [replace(pair, gap=Gap.LARGE if pair.beta > 0.2 else Gap.SMALL) for pair in pairs]
    dataset = write_rows([*graded, replace(graded[0], id="p6", problem="6 + 1?")])
    # Three of the seven are held out: a number that two ranks cannot share evenly.
    settings = {"validation_ratio": 0.4, "validation_steps": 2, "strategy": strategy}
    one = alone(make_job(TrainingStage.COGPO, dataset, "one", per_device_batch_size=2, **settings))
    job = make_job(TrainingStage.COGPO, dataset, "several", per_device_batch_size=1, **settings)
    several = Attempt(with_ranks(job, 2)).succeeded()
    assert (several.ranks, several.rows, several.validation_rows) == (2, 4, 3)
    assert losses(several) == pytest.approx(
        losses(one), abs=1e-4 if strategy is DistributedStrategy.FSDP2 else 1e-5
    )
    assert losses(several)[-1] < losses(several)[0] - 0.01
    assert [point.step for point in several.validation_curve] == [2, 4]
    assert [point.loss for point in several.validation_curve] == pytest.approx(
        [point.loss for point in one.validation_curve], abs=1e-4
    )
    # Over the pairs of all ranks, each counted once.
    assert (several.rewards[0].pairs, several.validation_rewards[0].pairs) == (4, 3)
    for found, expected in zip(
        several.rewards + several.validation_rewards, one.rewards + one.validation_rewards, strict=True
    ):
        assert (found.gap, found.pairs) == (expected.gap, expected.pairs)
        assert found.margin == pytest.approx(expected.margin, abs=1e-3)


def test_several_ranks_need_ray(make_job: MakeJob) -> None:
    job = with_ranks(make_job(TrainingStage.SFT, ArtifactRef(uri="file:///nowhere")), 2)
    with pytest.raises(RetortError, match=r"resources\.ranks: 2 \(expected: 1 without Ray") as caught:
        jobs.run(job, JobContext())
    assert (caught.value.category, caught.value.type) == (FailureCategory.USER, "NEEDS_RAY")


def test_environment_of_ranks_on_two_nodes() -> None:
    def on(node: str, gpu: str) -> WorkerMetadata:
        return WorkerMetadata(
            node_id=node, node_ip="10.0.0.1", hostname=node, resource_ids={"GPU": [gpu]}, pid=1
        )

    found = environments([on("a", "0"), on("a", "3"), on("b", "1")])
    assert found[1] == {
        "RANK": "1",
        "WORLD_SIZE": "3",
        "LOCAL_RANK": "1",
        "LOCAL_WORLD_SIZE": "2",
        "NODE_RANK": "0",
        "CUDA_VISIBLE_DEVICES": "0,3",
    }
    assert [(each["LOCAL_RANK"], each["CUDA_VISIBLE_DEVICES"]) for each in found] == [
        ("0", "0,3"),
        ("1", "0,3"),
        ("0", "1"),
    ]
    assert found[2]["NODE_RANK"] == "1"


def test_broken_process_group_is_told_from_a_rank_of_its_own_trouble() -> None:
    broken = RuntimeError(
        "[/pytorch/third_party/gloo/gloo/transport/tcp/pair.cc:547] Connection closed by peer"
    )
    assert rank_failure(broken).type == PEER_LOST
    assert rank_failure(RuntimeError("odd")).type == "TRAINER_ERROR"
    assert rank_failure(RetortError(FailureCategory.USER, "BAD_ROW", "gloo")).type == "BAD_ROW"


def test_shards_of_an_adapter_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    assert ranks.arguments(DistributedStrategy.FSDP2, lora=True, on_gpu=False) == {}
    monkeypatch.setattr(ranks, "size", lambda: 2)
    with pytest.raises(RetortError, match=r"FSDP2 with lora \(expected: .*DDP, or no lora\)"):
        ranks.arguments(DistributedStrategy.FSDP2, lora=True, on_gpu=False)
    assert ranks.arguments(DistributedStrategy.DDP, lora=True, on_gpu=True)["ddp_backend"] == "nccl"
