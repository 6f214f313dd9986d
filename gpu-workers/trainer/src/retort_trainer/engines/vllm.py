"""vLLM on this node, started for the job and ended with it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from retort_trainer import model_folder, store, template
from retort_trainer.draws import Request
from retort_trainer.engines.chat_client import Endpoint
from retort_trainer.engines.engine import Engine, EngineJob
from retort_trainer.engines.http_engine import DEFAULT_CONCURRENCY, HttpEngine
from retort_trainer.engines.vllm_server import VllmServer, python
from retort_trainer.failures import JobStopped
from retort_trainer.pending import Pending
from retort_trainer.recorder import Recorder
from retort_trainer.spec import EngineSpec

# A request ends with the job; no answer of a server next door takes longer.
_TIMEOUT_SECONDS = 86_400.0


@contextmanager
def opened(job: EngineJob) -> Iterator[Engine]:
    """Checks that vLLM is there; the server starts with the first run."""
    python()
    with store.local_folder(job.generation.model_uri) as folder:
        yield VllmEngine(job, folder)


class VllmEngine:
    """Asks a server of its own, which reads the same prompts as the in-process sampler."""

    def __init__(self, job: EngineJob, folder: Path) -> None:
        self._job = job
        self._folder = folder
        self._tokenizer = model_folder.load_tokenizer(folder)
        self._context = model_folder.context_length(folder)
        # Tokens of each prompt.
        self._lengths: dict[str, int] = {}

    def run(self, pending: Pending, recorder: Recorder) -> None:
        job = self._job.generation
        concurrency = (job.engine or EngineSpec()).concurrency or DEFAULT_CONCURRENCY
        self._measure(pending)
        longest = max(self._lengths.values(), default=0) + self._job.sampling.max_new_tokens
        began = datetime.now(UTC).strftime("%Y%m%dT%H%M%S")
        server = VllmServer(
            self._folder,
            self._job.dtype,
            int(self._job.resources.gpus or 0),
            concurrency,
            longest if self._context is None else min(self._context, longest),
            log_uri=store.join(job.output_uri, f"vllm-{began}.log"),
        )
        try:
            server.wait_until_ready(recorder.progress.step)
            self._engine(server, concurrency).run(pending, recorder)
        except JobStopped:
            raise
        except BaseException:
            server.keep_log()
            raise
        finally:
            server.close()

    def _engine(self, server: VllmServer, concurrency: int) -> HttpEngine:
        fields = {
            "stop_token_ids": [template.end_of_turn_id(self._tokenizer)],
            # Markers of the thought may be special tokens.
            "skip_special_tokens": False,
        }
        return HttpEngine(
            Endpoint(
                server.base_url, server.name, server.key, timeout_seconds=_TIMEOUT_SECONDS, fields=fields
            ),
            self._job.generation.template.system_prompt,
            self._job.sampling,
            concurrency,
            limit=self._limit,
            check=server.check,
        )

    def _measure(self, pending: Pending) -> None:
        for request in pending.prompts():
            ids = template.prompt_ids(self._tokenizer, self._job.generation.template, request.turn)
            self._lengths[request.prompt_sha256] = len(ids)
            # Before the server starts, which takes minutes.
            self._job.sampling.room(len(ids), self._context, request.sample_id)

    def _limit(self, request: Request) -> int:
        """The server refuses what asks for more."""
        length = self._lengths[request.prompt_sha256]
        return self._job.sampling.room(length, self._context, request.sample_id)
