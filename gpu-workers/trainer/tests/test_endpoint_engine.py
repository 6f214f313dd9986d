"""Generation by an endpoint over real HTTP: what is asked, what counts as an answer, faults and crashes."""

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from retort_trainer import documents
from retort_trainer.artifact import ArtifactRef
from retort_trainer.context import JobContext
from retort_trainer.data import FinishReason, Sample, SampleOutcome
from retort_trainer.engines import http_engine, retries
from retort_trainer.engines.chat_client import Endpoint
from retort_trainer.engines.retries import Retries
from retort_trainer.failures import FailureCategory, JobStopped, RetortError, to_failure
from retort_trainer.generation_progress import GenerationProgress
from retort_trainer.job import TrainerJob, TrainerProgress
from retort_trainer.smollm2 import ModelPackageError, packaged_path
from retort_trainer.spec import EndpointHeader, EndpointSpec, EngineKind, EngineSpec
from tests.generation import MakeGeneration, rows, run
from tests.scripted_endpoint import Answer, Asked, ScriptedEndpoint, says

MODEL_SERVER = Path(__file__).resolve().parents[3] / "infra" / "local" / "model-server.py"
MakeAsked = Callable[..., TrainerJob]


@pytest.fixture
def endpoint() -> Iterator[ScriptedEndpoint]:
    with ScriptedEndpoint().serving() as served:
        yield served


@pytest.fixture
def ask(make_generation: MakeGeneration, endpoint: ScriptedEndpoint, tmp_path: Path) -> MakeAsked:
    """Jobs whose answers come from the endpoint: five problems, two samples each."""

    def make(output: str = "generated", concurrency: int = 4, **changes: Any) -> TrainerJob:
        settings: dict[str, Any] = {"base_url": endpoint.base_url, "model": "m", "timeout_seconds": 60}
        settings.update(changes.pop("endpoint", {}))
        engine = EngineSpec(EngineKind.ENDPOINT, endpoint=EndpointSpec(**settings), concurrency=concurrency)
        return make_generation(
            output,
            completions_uri=(tmp_path / "completions").as_uri(),
            engine=engine,
            model_uri="/nowhere",
            **changes,
        )

    return make


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses between attempts, in seconds; none is made, but the clock goes on by it."""
    found: list[float] = []
    began = time.monotonic()
    monkeypatch.setattr(
        http_engine,
        "Retries",
        lambda **options: Retries(**options, clock=lambda: began + sum(found), wait=found.append),
    )
    return found


def failure(job: TrainerJob) -> RetortError:
    with pytest.raises(RetortError) as caught:
        run(job)
    return caught.value


def test_every_sample_is_one_request_with_a_seed_of_its_own(
    ask: MakeAsked, endpoint: ScriptedEndpoint, samples: list[Sample]
) -> None:
    endpoint.answer = lambda asked: says(f"\\boxed{{{2 * int(asked.turn.split()[0]) + 1}}}")
    result = run(
        ask(prompt="{problem} Answer in a box.", endpoint={"headers": [EndpointHeader("X-Team", "a")]})
    )
    assert Counter(asked.turn for asked in endpoint.asked) == {
        f"{sample.problem} Answer in a box.": 2 for sample in samples[:5]
    }
    for asked in endpoint.asked:
        assert asked.path == "/v1/chat/completions"
        assert asked.headers["X-Team"] == "a" and "Authorization" not in asked.headers
        assert asked.body["messages"][0] == {"role": "system", "content": "Think."}
        expected = {"model": "m", "temperature": 0.8, "top_p": 0.95, "max_tokens": 8, "n": 1, "stream": False}
        assert expected.items() <= asked.body.items()
    seeds = {asked.body["seed"] for asked in endpoint.asked}
    assert len(seeds) == 10
    assert all(0 <= seed < 2**63 for seed in seeds)
    found = rows(result)
    assert {(row.outcome, row.finish_reason, row.tokens) for row in found} == {
        (SampleOutcome.CORRECT, FinishReason.STOP, 3)
    }
    assert (result.generated_samples, result.generated_tokens) == (10, 30)


def test_samples_that_are_added_later_are_asked_for_alone(ask: MakeAsked, endpoint: ScriptedEndpoint) -> None:
    run(ask("few", samples=4))
    few = {asked.body["seed"] for asked in endpoint.asked}
    endpoint.asked.clear()
    assert run(ask("many", samples=7)).generated_samples == 15
    assert len(endpoint.asked) == 15
    assert not few & {asked.body["seed"] for asked in endpoint.asked}


def test_longer_problems_are_asked_first(
    ask: MakeAsked, endpoint: ScriptedEndpoint, write_rows: Callable[[list[Any]], ArtifactRef]
) -> None:
    problems = [Sample(id=f"s{n}", problem="1" * n + "?", answer="1") for n in (2, 4, 1, 3)]
    run(ask(concurrency=1, samples=1, dataset=write_rows(problems)))
    assert [len(asked.turn) for asked in endpoint.asked] == [5, 4, 3, 2]


@pytest.mark.parametrize(
    ("answer", "reason", "text"),
    [
        (says("x 7", "length"), FinishReason.LENGTH, "x 7"),
        (says("x", "content_filter"), FinishReason.CONTENT_FILTER, "x"),
        (says("7", reasoning_content="Hm."), FinishReason.STOP, "<think>\nHm.\n</think>\n\n7"),
        (says("7", reasoning="Hm."), FinishReason.STOP, "<think>\nHm.\n</think>\n\n7"),
        (says("", "length", reasoning_content="Hm"), FinishReason.LENGTH, "<think>\nHm"),
    ],
)
def test_texts_are_kept_as_they_ended(
    ask: MakeAsked, endpoint: ScriptedEndpoint, answer: Answer, reason: FinishReason, text: str
) -> None:
    endpoint.answer = lambda asked: answer
    for row in rows(run(ask())):
        assert (row.text, row.finish_reason, row.truncated) == (text, reason, reason is not FinishReason.STOP)


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (says("x", "tool_calls"), r"finish_reason: 'tool_calls' \(expected: one of stop, length"),
        (says("x", None), r"finish_reason: 'None'"),
        (says("x", ["stop"]), r"finish_reason: "),
        (Answer(body=b"<html>"), r"JSONDecodeError"),
        (Answer(body={"choices": []}), r"IndexError"),
        (Answer(body={"error": "x"}), r"KeyError"),
        (Answer(body=[]), r"TypeError"),
        (says("\ud800"), r"UnicodeEncodeError"),
        (Answer(body=says("x").body | {"usage": {"completion_tokens": float("inf")}}), r"OverflowError"),
    ],
)
def test_what_is_no_complete_answer_is_asked_again_and_never_counts(
    ask: MakeAsked, endpoint: ScriptedEndpoint, waits: list[float], answer: Answer, why: str, tmp_path: Path
) -> None:
    first: list[Asked] = []

    def once(asked: Asked) -> Answer:
        first.append(asked)
        return answer if len(first) == 1 else says("1")

    endpoint.answer = once
    run(ask("recovers", samples=1))
    assert (len(endpoint.asked), len(waits)) == (6, 1)
    endpoint.answer = lambda asked: answer
    error = failure(ask("fails", samples=2, concurrency=1))
    assert (error.category, error.type) == (FailureCategory.PLATFORM, "ENDPOINT_ANSWER")
    assert re.search(why, error.message)
    assert len(waits) == 1 + retries.MOST_ATTEMPTS - 1
    assert not (tmp_path / "fails" / "manifest.json").exists()


def test_faults_that_pass_are_waited_out(
    ask: MakeAsked, endpoint: ScriptedEndpoint, waits: list[float]
) -> None:
    faults = [
        Answer(500, {}),
        Answer(503, {}),
        Answer(None),
        Answer(408, {}),
        Answer(429, {}, {"Retry-After": "7"}),
        Answer(429, {}, {"Retry-After": "Mon, 01 Jan 2001 00:00:00 GMT"}),
        Answer(502, {}, {"Retry-After": "soon"}),
        Answer(429, {}, {"Retry-After": "999999"}),
        Answer(503, {}, {"Retry-After": "9" * 400}),
    ]
    endpoint.answer = lambda asked: faults.pop(0) if faults else says("1")
    result = run(ask(concurrency=1))
    assert (len(endpoint.asked), len(waits), result.samples.rows) == (19, 9, 10)
    assert waits[4] >= 7 and waits[7] == 300
    assert max(waits[:7] + waits[8:]) <= 60


def test_a_busy_endpoint_is_given_up_after_a_while_and_not_by_attempts(
    ask: MakeAsked, endpoint: ScriptedEndpoint, waits: list[float]
) -> None:
    endpoint.answer = lambda asked: Answer(429, {}, {"Retry-After": "20"})
    error = failure(ask(concurrency=1))
    assert (error.category, error.type) == (FailureCategory.PLATFORM, "ENDPOINT_BUSY")
    assert len(waits) > retries.MOST_ATTEMPTS
    assert sum(waits[:-1]) <= retries.BUSY_SECONDS < sum(waits)
    waits.clear()
    # One that may take half an hour for an answer is not given up after ten minutes without one.
    failure(ask("slow", concurrency=1, endpoint={"timeout_seconds": 1800}))
    assert sum(waits[:-1]) <= 1800 < sum(waits)


def test_an_endpoint_that_is_not_there_is_a_fault_of_the_platform(ask: MakeAsked, waits: list[float]) -> None:
    error = failure(ask(endpoint={"base_url": "http://127.0.0.1:9/v1"}, concurrency=1))
    assert (error.category, error.type) == (FailureCategory.PLATFORM, "ENDPOINT_UNAVAILABLE")
    assert "http://127.0.0.1:9/v1: m: problem s" in error.message
    assert len(waits) == retries.MOST_ATTEMPTS - 1


def test_no_answer_in_time_is_a_timeout(
    ask: MakeAsked, endpoint: ScriptedEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retries, "MOST_ATTEMPTS", 1)
    over = threading.Event()
    endpoint.answer = lambda asked: says("1") if over.wait(60) else says("2")
    error = failure(ask(concurrency=1, endpoint={"timeout_seconds": 1}))
    over.set()
    assert (error.category, error.type) == (FailureCategory.TIMEOUT, "ENDPOINT_TIMEOUT")
    assert "no answer within 1 s (endpoint.timeout_seconds)" in error.message


@pytest.mark.parametrize("head", ["", "Connection: close\r\n"])
def test_an_answer_that_never_ends_is_a_timeout(
    ask: MakeAsked, monkeypatch: pytest.MonkeyPatch, head: str
) -> None:
    monkeypatch.setattr(retries, "MOST_ATTEMPTS", 1)

    def drip() -> None:
        connection, _ = listener.accept()
        with connection, contextlib.suppress(OSError):
            connection.recv(65536)
            connection.sendall(f"HTTP/1.1 200 OK\r\n{head}Content-Length: 100000\r\n\r\n".encode())
            while not over.wait(0.05):
                connection.sendall(b" ")

    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=drip, daemon=True)
        thread.start()
        try:
            base_url = f"http://127.0.0.1:{listener.getsockname()[1]}/v1"
            error = failure(ask(concurrency=1, endpoint={"base_url": base_url, "timeout_seconds": 1}))
        finally:
            over.set()
            thread.join()
    assert (error.category, error.type) == (FailureCategory.TIMEOUT, "ENDPOINT_TIMEOUT")


@pytest.mark.parametrize(
    ("peer", "forbidden"),
    [
        ("169.254.169.254", True),
        ("::ffff:169.254.169.254", True),
        ("fd00:ec2::254", True),
        ("::ffff:100.100.100.200", True),
        ("::ffff:10.0.0.1", False),
    ],
)
def test_the_cloud_of_the_machine_is_not_asked(
    ask: MakeAsked, monkeypatch: pytest.MonkeyPatch, waits: list[float], peer: str, forbidden: bool
) -> None:
    """No packet leaves: the socket says whom it is connected to."""

    class Connected(socket.socket):
        def getpeername(self) -> tuple[str, int]:
            return peer, 80

        def sendall(self, *_: Any) -> None:
            raise ConnectionResetError("asked")

    monkeypatch.setattr(socket, "create_connection", lambda *_: Connected())
    error = failure(ask(concurrency=1))
    assert error.type == ("ENDPOINT_FORBIDDEN" if forbidden else "ENDPOINT_UNAVAILABLE")


@pytest.mark.parametrize("status", [401, 402, 403])
def test_a_refused_key_is_not_the_fault_of_the_spec(
    ask: MakeAsked, endpoint: ScriptedEndpoint, status: int
) -> None:
    endpoint.answer = lambda asked: Answer(status, {})
    error = failure(ask(concurrency=1))
    assert (error.category, error.type) == (FailureCategory.PLATFORM, "ENDPOINT_REFUSED")
    assert len(endpoint.asked) == 1


def test_a_key_is_in_no_message(
    ask: MakeAsked, endpoint: ScriptedEndpoint, monkeypatch: pytest.MonkeyPatch, waits: list[float]
) -> None:
    settings = {"api_key_env": "RETORT_ENDPOINT_KEY"}
    monkeypatch.setenv("RETORT_ENDPOINT_KEY_URL", endpoint.base_url)
    for wrong in ("sk-secret\nX: y", "sk-sécret", "sk- secret"):
        monkeypatch.setenv("RETORT_ENDPOINT_KEY", wrong)
        error = failure(ask(endpoint=settings))
        assert (error.category, error.type) == (FailureCategory.PLATFORM, "ENDPOINT_KEY")
        assert "cret" not in error.message
    assert endpoint.asked == []
    monkeypatch.setenv("RETORT_ENDPOINT_KEY", " sk-secret\r\n")
    run(ask("whole", endpoint=settings))
    assert {asked.headers["Authorization"] for asked in endpoint.asked} == {"Bearer sk-secret"}
    quoted = says("x", "sk-secret")
    for answer in (Answer(401, {"error": "x" * 480 + " sk-secret"}), quoted, Answer(500, "sk-secret")):
        endpoint.answer = lambda asked, answer=answer: answer  # type: ignore[misc]
        error = failure(ask("quoted", concurrency=1, samples=3, endpoint=settings))
        told = to_failure(error)
        assert "sk-sec" not in told.message + told.traceback
        assert "***" in told.message


def test_what_the_endpoint_refuses_is_for_a_person(
    ask: MakeAsked, endpoint: ScriptedEndpoint, write_rows: Callable[[list[Any]], ArtifactRef]
) -> None:
    endpoint.answer = lambda asked: Answer(400, {"error": f"too long: {asked.turn}"})
    error = failure(ask(concurrency=1))
    assert (error.category, error.type) == (FailureCategory.USER, "ENDPOINT_REFUSED")
    assert "status 400: " in error.message and "too long" in error.message
    assert len(endpoint.asked) == 1
    hidden = write_rows([Sample(id="h", problem="hidden?", answer="1", redacted=True)])
    error = failure(ask("redacted", dataset=hidden))
    assert "status 400 (expected" in error.message and "hidden" not in error.message
    endpoint.answer = lambda asked: Answer(302, {}, {"Location": "http://169.254.169.254/"})
    assert "status 302" in failure(ask("moved", dataset=hidden)).message


def test_a_key_goes_to_the_address_that_it_is_for_alone(
    ask: MakeAsked, endpoint: ScriptedEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = "RETORT_ENDPOINT_KEY_LAB"
    settings = {"api_key_env": name}
    unset = failure(ask(endpoint=settings))
    assert unset.category is FailureCategory.PLATFORM and f"{name}: not set" in unset.message
    monkeypatch.setenv(name, "sk-secret")
    assert f"{name}_URL: not set" in failure(ask(endpoint=settings)).message
    monkeypatch.setenv(f"{name}_URL", "https://elsewhere/v1")
    error = failure(ask(endpoint=settings))
    assert (error.category, error.type) == (FailureCategory.USER, "ENDPOINT_KEY")
    assert "sk-secret" not in error.message
    assert endpoint.asked == []
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "aws")
    assert (
        "api_key_env: 'AWS_SECRET_ACCESS_KEY'"
        in failure(ask(endpoint={"api_key_env": "AWS_SECRET_ACCESS_KEY"})).message
    )
    monkeypatch.setenv(f"{name}_URL", endpoint.base_url)
    run(ask(endpoint=settings))
    assert {asked.headers["Authorization"] for asked in endpoint.asked} == {"Bearer sk-secret"}


@pytest.mark.parametrize("base_url", ["", "ftp://a/v1", "file:///etc/passwd", "http://"])
def test_an_address_of_another_kind_is_refused(ask: MakeAsked, base_url: str) -> None:
    assert failure(ask(endpoint={"base_url": base_url})).type == "BAD_DOCUMENT"


@pytest.mark.parametrize(
    ("name", "value"), [("X-Team", "a\nb"), ("X-Team", "a\r\nCookie: b"), ("X-Team", "\x00"), ("X\n", "a")]
)
def test_a_header_that_breaks_its_line_is_refused(ask: MakeAsked, name: str, value: str) -> None:
    refused = failure(ask(endpoint={"headers": [EndpointHeader(name, value)]}))
    assert (refused.type, refused.category) == ("BAD_DOCUMENT", FailureCategory.USER)
    assert "engine.endpoint.headers[0]." in refused.message


def test_a_failure_keeps_what_was_answered(
    ask: MakeAsked, endpoint: ScriptedEndpoint, waits: list[float]
) -> None:
    endpoint.answer = lambda asked: says("1") if len(endpoint.asked) <= 6 else Answer(401, {})
    assert failure(ask(concurrency=1)).type == "ENDPOINT_REFUSED"
    endpoint.answer = lambda asked: says("1")
    result = run(ask())
    assert (result.generated_samples, len(endpoint.asked)) == (4, 7 + 4)


def test_a_stop_keeps_what_was_answered_and_ends_what_is_under_way(
    ask: MakeAsked, endpoint: ScriptedEndpoint
) -> None:
    held = threading.Event()

    def answer(asked: Asked) -> Answer:
        if len(endpoint.asked) > 5:
            context.request_stop()
            held.wait(60)
        return says("1")

    endpoint.answer = answer
    context = JobContext()
    with pytest.raises(JobStopped):
        run(ask(concurrency=1), context)
    held.set()
    assert run(ask()).generated_samples == 5


def test_answers_that_have_arrived_when_the_job_stops_are_kept(
    ask: MakeAsked, endpoint: ScriptedEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    fifth, held = threading.Event(), threading.Event()

    def answer(asked: Asked) -> Answer:
        if len(endpoint.asked) == 5:
            fifth.set()
            held.wait(60)
        return says("1")

    def stop(*_: Any) -> None:
        # The fifth request is sent once four answers wait for the thread that collects.
        assert fifth.wait(60)
        raise JobStopped

    endpoint.answer = answer
    with monkeypatch.context() as patched:
        patched.setattr(GenerationProgress, "step", stop)
        with pytest.raises(JobStopped):
            run(ask(concurrency=1))
    held.set()
    assert run(ask()).generated_samples == 6


def test_an_attempt_after_kill_9_asks_for_nothing_again(
    ask: MakeAsked, endpoint: ScriptedEndpoint, tmp_path: Path
) -> None:
    """The first attempt is killed once parts with six completions are there and the others are under way."""
    held = threading.Event()
    answered = 6

    def answer(asked: Asked) -> Answer:
        with lock:
            number = len(seeds)
            seeds.append(asked.body["seed"])
        if number >= answered:
            held.wait(120)
        return says(f"{asked.body['seed']}")

    lock, seeds = threading.Lock(), list[int]()
    endpoint.answer = answer
    job = ask(concurrency=3)
    file = tmp_path / "asked.json"
    file.write_text(documents.to_json(job))
    command = [sys.executable, "-m", "retort_trainer", str(file)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL) as attempt:
        kept: set[str] = set()
        while len(kept) < answered:
            assert attempt.poll() is None
            time.sleep(0.05)
            kept = set(_texts(tmp_path / "completions"))
        attempt.send_signal(signal.SIGKILL)
    assert attempt.returncode == -signal.SIGKILL
    held.set()
    first, seeds[:] = set(seeds), []
    result = run(job)
    assert (result.generated_samples, result.samples.rows) == (4, 10)
    assert len(seeds) == len(set(seeds)) == 4
    assert not {str(seed) for seed in seeds} & kept
    assert len(first | set(seeds)) == 10


def test_progress_is_told_while_answers_come(ask: MakeAsked) -> None:
    seen: list[TrainerProgress] = []
    run(ask(), JobContext(on_progress=seen.append))
    assert (seen[-1].done, seen[-1].total, seen[-1].unit) == (10, 10, "samples")


def test_a_real_model_server_answers(make_generation: MakeGeneration) -> None:
    try:
        model = packaged_path()
    except ModelPackageError as error:
        pytest.skip(str(error))
    command = [
        sys.executable,
        str(MODEL_SERVER),
        "--model",
        str(model),
        "--port",
        "0",
        "--parallel",
        "2",
        "--ctx-size",
        "256",
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        try:
            assert server.stdout is not None
            word, _, address = server.stdout.readline().strip().partition(" ")
            assert word == "ready"
            endpoint = EndpointSpec(base_url=f"{address}/v1", model="smollm2")
            engine = EngineSpec(EngineKind.ENDPOINT, endpoint=endpoint, concurrency=2)
            found = rows(run(make_generation(engine=engine, model_uri="/nowhere", max_new_tokens=12)))
        finally:
            server.send_signal(signal.SIGTERM)
    assert len(found) == 10
    assert all(row.text and 1 <= row.tokens <= 12 for row in found)
    assert {row.finish_reason for row in found} <= {FinishReason.STOP, FinishReason.LENGTH}


def test_an_endpoint_shows_no_key() -> None:
    assert "secret" not in repr(Endpoint("http://a/v1", "m", "secret"))


def _texts(folder: Path) -> Iterator[str]:
    from retort_trainer import store

    for part in folder.glob("*/part-*"):
        for line in store.lines(part.as_uri()):
            yield json.loads(line)["text"]
