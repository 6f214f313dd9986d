"""The local model server as the stack runs it, with the real model file."""

import json
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from retort_trainer.smollm2 import ModelPackageError, packaged_path

SCRIPT = Path(__file__).resolve().parents[3] / "infra" / "local" / "model-server.py"
SCHEMA = {
    "type": "object",
    "properties": {"difficulty": {"type": "string", "enum": ["SIMPLE", "MEDIUM", "HARD"]}},
    "required": ["difficulty"],
    "additionalProperties": False,
}


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    try:
        model = packaged_path()
    except ModelPackageError as error:
        pytest.skip(str(error))
    with subprocess.Popen(
        [sys.executable, SCRIPT, "--model", model, "--port", "0", "--parallel", "2", "--ctx-size", "256"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as child:
        assert child.stdout is not None
        word, _, address = child.stdout.readline().strip().partition(" ")
        assert word == "ready"
        yield address
        child.send_signal(signal.SIGTERM)
        assert child.wait(timeout=60) == 0


def get(address: str) -> str:
    with urllib.request.urlopen(address, timeout=120) as response:  # noqa: S310
        return str(response.read().decode())


def chat(address: str, **fields: Any) -> dict[str, Any]:
    document = {"messages": [{"role": "user", "content": "Say a number."}], "max_tokens": 16, **fields}
    request = urllib.request.Request(  # noqa: S310
        f"{address}/v1/chat/completions",
        json.dumps(document).encode(),
        {"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=120) as response:  # noqa: S310
        answer: dict[str, Any] = json.load(response)
    return answer


def test_serves_what_the_judge_asks(server: str) -> None:
    assert json.loads(get(f"{server}/health")) == {"status": "ok"}
    schema = {"type": "json_schema", "json_schema": {"name": "verdict", "schema": SCHEMA}}
    verdict = chat(server, temperature=0, max_tokens=64, response_format=schema)["choices"][0]["message"][
        "content"
    ]
    assert json.loads(verdict)["difficulty"] in ("SIMPLE", "MEDIUM", "HARD")
    several = chat(server, n=2, seed=5, temperature=0.8)
    assert len(several["choices"]) == 2
    assert several["usage"]["completion_tokens"] > 0
    assert "llamacpp:tokens_predicted_total" in get(f"{server}/metrics")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--model", "/nowhere.gguf"], "--model: /nowhere.gguf (expected: a GGUF file or a model folder)"),
        (["--model", str(SCRIPT)], "does not begin like a GGUF file"),
    ],
)
def test_bad_arguments_are_one_clear_line(arguments: list[str], message: str) -> None:
    done = subprocess.run([sys.executable, SCRIPT, *arguments], capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert done.stderr.startswith("error: ") and message in done.stderr
    assert done.stderr.count("\n") == 1


def test_taken_port_is_refused(tmp_path: Path) -> None:
    model = tmp_path / "model.gguf"
    model.write_bytes(b"GGUF")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = subprocess.run(
            [sys.executable, SCRIPT, "--model", model, "--port", str(port)],
            capture_output=True,
            text=True,
            timeout=60,
        )
    assert done.returncode == 1
    assert f"--port: {port} cannot be used on 127.0.0.1" in done.stderr
