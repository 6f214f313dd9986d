"""Events and watches without a control plane."""

import json
from collections.abc import Iterator

import httpx
import pytest

import retort_client
from retort_client import events


def test_reads_events_across_pieces_of_text() -> None:
    text = ': ping\r\n\r\nid: 1\ndata: {"a":\ndata: "\x85\u2028"}\n\nevent: end\ndata: {}\n\ndata: lost'

    read = list(events.read([text[:20], text[20:21], text[21:]]))

    assert read == [
        events.Event("message", '{"a":\n"\x85\u2028"}', "1"),
        events.Event("end", "{}", "1"),
    ]


class _DroppedStream(httpx.SyncByteStream):
    """A response that breaks off after its text."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __iter__(self) -> Iterator[bytes]:
        yield self._text.encode()
        raise httpx.ReadError("cut")


def test_watches_on_after_a_lost_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str | None] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request.headers.get("Last-Event-ID"))
        run = {"run": {"run_id": "a", "phase": "RUN_PHASE_RUNNING"}}
        if len(seen) == 1:
            return httpx.Response(200, stream=_DroppedStream(f"id: 7\ndata: {json.dumps(run)}\n\n"))
        return httpx.Response(200, text="event: end\ndata: {}\n\n")

    monkeypatch.setattr("retort_client.client.time.sleep", lambda seconds: None)
    client = retort_client.Client("control:7400")
    client._http = httpx.Client(base_url="http://control:7400", transport=httpx.MockTransport(answer))

    assert [run.phase for run in client.watch("a")] == ["RUNNING"]
    assert seen == [None, "7"]


def test_watches_on_after_the_control_plane_was_restarted(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = {"status": 503, "detail": "the control plane is shutting down; watch again"}
    answers = [f"event: problem\ndata: {json.dumps(problem)}\n\n", "event: end\ndata: {}\n\n"]
    monkeypatch.setattr("retort_client.client.time.sleep", lambda seconds: None)
    client = retort_client.Client()
    client._http = httpx.Client(
        base_url="http://control:7400",
        transport=httpx.MockTransport(lambda request: httpx.Response(200, text=answers.pop(0))),
    )

    assert list(client.watch("a")) == []
    assert answers == []


def test_ends_a_watch_by_an_error_that_stays() -> None:
    problem = {"status": 404, "detail": "run: a", "code": "NOT_FOUND"}
    text = f"event: problem\ndata: {json.dumps(problem)}\n\n"
    client = retort_client.Client()
    client._http = httpx.Client(
        base_url="http://control:7400",
        transport=httpx.MockTransport(lambda request: httpx.Response(200, text=text)),
    )

    with pytest.raises(retort_client.NotFoundError, match="run: a"):
        list(client.watch("a"))


def test_gives_up_when_nothing_is_reached(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused")

    pauses: list[float] = []
    monkeypatch.setattr("retort_client.client.time.sleep", pauses.append)
    client = retort_client.Client()
    client._http = httpx.Client(base_url="http://control:7400", transport=httpx.MockTransport(refuse))

    with pytest.raises(httpx.ConnectError):
        list(client.watch("a"))
    assert pauses == [2.0, 4.0, 8.0, 15.0, 15.0]


def test_reads_an_error_that_is_no_problem_document() -> None:
    client = retort_client.Client()
    client._http = httpx.Client(
        base_url="http://control:7400",
        transport=httpx.MockTransport(
            lambda request: httpx.Response(502, text="<html>", headers={"Retry-After": "3"})
        ),
    )

    with pytest.raises(retort_client.TemporaryError, match="HTTP status 502") as caught:
        client.get("a")
    assert caught.value.retry_after == 3.0
