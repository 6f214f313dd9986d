"""A model folder behind an OpenAI-compatible endpoint, as `retort models serve` starts it."""

import json
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

SCRIPT = Path(__file__).resolve().parents[3] / "infra" / "local" / "model-server.py"
USER = {"role": "user", "content": "1 + 1?"}


@pytest.fixture(scope="module")
def address(model_folder: Path) -> Iterator[str]:
    with subprocess.Popen(
        [sys.executable, SCRIPT, "--model", model_folder, "--port", "0", "--alias", "tiny:v1"],
        stdout=subprocess.PIPE,
        text=True,
    ) as child:
        assert child.stdout is not None
        word, _, ready = child.stdout.readline().strip().partition(" ")
        assert word == "ready"
        yield ready
        child.send_signal(signal.SIGTERM)
        assert child.wait(timeout=60) == 0


def post(address: str, body: Any) -> tuple[int, dict[str, Any]]:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    request = urllib.request.Request(f"{address}/v1/chat/completions", content)  # noqa: S310
    try:
        with urllib.request.urlopen(request, timeout=120) as response:  # noqa: S310
            return response.status, json.load(response)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def test_answers_as_openai_does(address: str) -> None:
    status, answer = post(address, {"messages": [USER], "max_tokens": 5, "temperature": 0})
    assert status == 200
    assert (answer["object"], answer["model"]) == ("chat.completion", "tiny:v1")
    choice = answer["choices"][0]
    assert choice["message"]["role"] == "assistant"
    assert choice["finish_reason"] in ("stop", "length")
    usage = answer["usage"]
    assert 1 <= usage["completion_tokens"] <= 5
    assert usage["total_tokens"] == usage["prompt_tokens"] + usage["completion_tokens"]
    with urllib.request.urlopen(f"{address}/v1/models", timeout=60) as response:  # noqa: S310
        assert json.load(response)["data"][0]["id"] == "tiny:v1"


def test_a_seed_gives_the_same_answer_again(address: str) -> None:
    request = {"messages": [USER], "max_completion_tokens": 12, "temperature": 1.0, "seed": 3}
    texts = {post(address, request)[1]["choices"][0]["message"]["content"] for _ in range(2)}
    assert len(texts) == 1


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"{", "not JSON"),
        ([], "not an object"),
        ({}, "messages: missing"),
        ({"messages": [{"role": "user"}]}, "messages[0]: (expected: a role"),
        ({"messages": [{"role": "tool", "content": "x"}]}, "messages[0]: (expected: a role"),
        ({"messages": [USER], "max_tokens": 0}, "max_tokens: 0 (expected: a number from 1"),
        ({"messages": [USER], "temperature": "hot"}, "temperature: 'hot' (expected: a number from 0 to 2)"),
        ({"messages": [USER], "stream": True}, "stream: true (expected: false"),
        ({"messages": [USER], "n": 2}, "n: 2 (expected: 1)"),
        ({"messages": [{"role": "user", "content": "word " * 3000}]}, "tokens (expected: fewer than"),
    ],
)
def test_a_bad_request_is_told_what_is_wrong(address: str, body: Any, message: str) -> None:
    status, answer = post(address, body)
    assert status == 400
    assert message in answer["error"]["message"]


def test_a_folder_that_is_no_model_is_told(tmp_path: Path) -> None:
    ended = subprocess.run(
        [sys.executable, SCRIPT, "--model", tmp_path, "--port", "0"],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ended.returncode == 1
    assert "config.json is missing" in ended.stderr
