"""vLLM's OpenAI-compatible server as a process of its own, in an environment of its own."""

import http.client
import json
import logging
import os
import secrets
import shlex
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from retort_trainer import store
from retort_trainer.engines import supervise
from retort_trainer.failures import FailureCategory, RetortError, platform_error, resource_error, user_error
from retort_trainer.spec import Dtype

PYTHON_VARIABLE = "RETORT_VLLM_PYTHON"
ARGUMENTS_VARIABLE = "RETORT_VLLM_ARGUMENTS"
READY_VARIABLE = "RETORT_VLLM_READY_SECONDS"

_log = logging.getLogger(__name__)

_DEFAULT_READY_SECONDS = 1800.0
_SECONDS_BETWEEN_LOOKS = 0.2
_SHOWN_LINES = 20
_SHOWN_CHARACTERS = 4_000
_KEPT_BYTES = 1024 * 1024
# Of this process, not of the other environment; or secrets that a model server has no use for.
_NOT_PASSED_ON = ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV")
_SECRETS = (
    "RETORT_ENDPOINT_KEY",
    "RETORT_SIGNING_KEY",
    "HF_TOKEN",
    "HUGGING_FACE_HUB_TOKEN",
    "AWS_",
    "AZURE_",
    "GOOGLE_APPLICATION_CREDENTIALS",
    "OPENAI_API_KEY",
    "WANDB_",
    "MLFLOW_TRACKING_",
)
_OUT_OF_MEMORY = ("out of memory", "no available memory for the cache blocks", "cannot allocate memory")
_DTYPES = {Dtype.FLOAT32: "float32", Dtype.BFLOAT16: "bfloat16", Dtype.FLOAT16: "float16"}


def python() -> str:
    """The interpreter of vLLM's environment. ENGINE_MISSING (USER) where there is none."""
    found = os.environ.get(PYTHON_VARIABLE, "")
    if not os.access(found, os.X_OK):
        raise user_error(
            "ENGINE_MISSING",
            f"{PYTHON_VARIABLE}: {found or 'not set'} (expected: the python of an environment with vLLM, on "
            "every node that evaluates; or evaluation.engine.kind: in_process)",
        )
    return found


class VllmServer:
    """One server for one model folder, on the loopback interface, for whoever has its key."""

    def __init__(
        self, folder: Path, dtype: Dtype, gpus: int, concurrency: int, max_model_len: int | None, log_uri: str
    ) -> None:
        """Starts the process.

        `max_model_len`: tokens of the longest prompt and completion together; None: the model's context.
        `log_uri`: where the server's log is kept when it fails.
        """
        self._log_uri = log_uri
        self._scratch = tempfile.TemporaryDirectory(prefix="retort-vllm-")
        self._log = Path(self._scratch.name, "log")
        self.name = f"retort-{secrets.token_hex(8)}"
        self.key = secrets.token_hex(32)
        self._port = _free_port()
        command = [
            *(python(), "-m", "vllm.entrypoints.openai.api_server"),
            *("--model", str(folder), "--served-model-name", self.name),
            *("--host", "127.0.0.1", "--port", str(self._port)),
            *("--dtype", _DTYPES[dtype], "--max-num-seqs", str(concurrency)),
            # The job's sampling alone: none that the model's generation_config brings along.
            *("--generation-config", "vllm"),
            # A completion does not depend on which others came before it.
            "--no-enable-prefix-caching",
        ]
        if max_model_len is not None:
            command += ["--max-model-len", str(max_model_len)]
        if gpus > 1:
            command += ["--tensor-parallel-size", str(gpus)]
        if not gpus:
            # Compiling takes minutes, in which SIGTERM is ignored, and gains little.
            command.append("--enforce-eager")
        command += shlex.split(os.environ.get(ARGUMENTS_VARIABLE, ""))
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(  # noqa: S603 the operator's interpreter
                [sys.executable, "-I", supervise.__file__, *command],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=_environment(self.key),
                start_new_session=True,
            )

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self._port}/v1"

    def wait_until_ready(self, step: Callable[[], None]) -> None:
        """Returns once the server answers with the model's name.

        Calls `step` now and then, which may raise. Raises ENGINE_DIED, or ENGINE_NOT_READY (TIMEOUT) after
        RETORT_VLLM_READY_SECONDS.
        """
        limit = float(os.environ.get(READY_VARIABLE) or _DEFAULT_READY_SECONDS)
        deadline = time.monotonic() + limit
        while not self._answers():
            step()
            self.check()
            if time.monotonic() > deadline:
                raise self._failed(
                    lambda text: RetortError(FailureCategory.TIMEOUT, "ENGINE_NOT_READY", text),
                    f"vLLM was not ready after {limit:g} s ({READY_VARIABLE})",
                )
            time.sleep(_SECONDS_BETWEEN_LOOKS)

    def check(self) -> None:
        """Raises ENGINE_DIED when the process has ended: RESOURCE where memory ran out, else PLATFORM."""
        status = self._process.poll()
        if status is not None:
            memory = any(text in self._tail(_KEPT_BYTES).lower() for text in _OUT_OF_MEMORY)
            raise self._failed(
                lambda text: (resource_error if memory else platform_error)("ENGINE_DIED", text),
                f"vLLM ended with status {status}",
            )

    def close(self) -> None:
        """Ends the server and all processes that it has started; returns once they are gone."""
        assert self._process.stdin is not None
        # The supervisor takes the end of its input for the order to end.
        with suppress(OSError):
            self._process.stdin.close()
        try:
            self._process.wait(2 * supervise.GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            _log.warning("the supervisor of vLLM (process %d) does not end and is killed", self._process.pid)
            self._process.kill()
            self._process.wait()
        self._scratch.cleanup()

    def keep_log(self) -> None:
        """Copies the end of the server's log to the store; a fault of the store is only told."""
        try:
            store.replace(self._log_uri, self._tail(_KEPT_BYTES).encode())
        except (OSError, RetortError) as error:
            _log.warning("the log of vLLM was not kept at %s: %s", self._log_uri, error)

    def _answers(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=10)
        try:
            connection.request("GET", "/v1/models", headers={"Authorization": f"Bearer {self.key}"})
            response = connection.getresponse()
            # Another server may have taken the port.
            models = json.loads(response.read()) if response.status == 200 else {}
            return any(model.get("id") == self.name for model in models.get("data", []))
        except (OSError, ValueError, AttributeError, TypeError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def _failed(self, error: Callable[[str], RetortError], what: str) -> RetortError:
        lines = self._tail(_SHOWN_CHARACTERS).splitlines()[-_SHOWN_LINES:]
        return error(f"{what}; its log is at {self._log_uri} and ends with:\n" + "\n".join(lines))

    def _tail(self, count: int) -> str:
        with self._log.open("rb") as log:
            log.seek(max(0, self._log.stat().st_size - count))
            return log.read().decode(errors="replace")


def _environment(key: str) -> dict[str, str]:
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in _NOT_PASSED_ON and not name.startswith(_SECRETS)
    }
    return {
        **kept,
        "HF_HUB_OFFLINE": "1",
        "VLLM_NO_USAGE_STATS": "1",
        "DO_NOT_TRACK": "1",
        "VLLM_API_KEY": key,
    }


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
