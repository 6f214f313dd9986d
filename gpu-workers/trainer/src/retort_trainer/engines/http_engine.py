"""Many requests at once to an endpoint, each for one completion with a seed of its own."""

import queue
import threading
import time
from collections.abc import Callable
from typing import Any

from retort_trainer.data import Completion
from retort_trainer.draws import Request
from retort_trainer.engines.chat_client import ChatClient, Endpoint
from retort_trainer.engines.retries import BUSY_SECONDS, Retries, RetryableError
from retort_trainer.pending import Pending
from retort_trainer.recorder import Recorder
from retort_trainer.sampling_settings import Sampling

DEFAULT_CONCURRENCY = 32

_SECONDS_BETWEEN_LOOKS = 0.2
# For requests that were aborted; their threads do not outlive the process.
_SECONDS_TO_ABORT = 5.0


class HttpEngine:
    """Threads that take requests from a queue, longest expected completion first.

    `limit` answers the most new tokens of a request. `check` is called now and then and raises when the
    endpoint is known to be gone.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        system_prompt: str,
        sampling: Sampling,
        concurrency: int,
        limit: Callable[[Request], int] | None = None,
        check: Callable[[], None] = lambda: None,
        retries: Retries | None = None,
    ) -> None:
        self._endpoint = endpoint
        self._system_prompt = system_prompt
        self._sampling = sampling
        self._concurrency = concurrency
        self._limit = limit or (lambda request: sampling.max_new_tokens)
        self._check = check
        self._retries = retries or Retries(busy_seconds=max(BUSY_SECONDS, endpoint.timeout_seconds))

    def run(self, pending: Pending, recorder: Recorder) -> None:
        """After the first failure nothing new begins; what is under way may end, as it is paid for."""
        pending.longest_first()
        results: queue.Queue[Completion | Exception | None] = queue.Queue()
        clients = [ChatClient(self._endpoint) for _ in range(min(self._concurrency, len(pending)))]
        threads = [
            threading.Thread(target=self._work, args=(client, pending, results), name="endpoint", daemon=True)
            for client in clients
        ]
        for thread in threads:
            thread.start()
        try:
            failure = self._collect(clients, pending, results, recorder)
        except BaseException:
            pending.close()
            self._retries.stop()
            for client in clients:
                client.abort()
            for thread in threads:
                thread.join(_SECONDS_TO_ABORT / len(threads))
            # What has arrived is paid for.
            while not results.empty():
                result = results.get()
                if isinstance(result, Completion):
                    recorder.hold([result])
            raise
        if failure is not None:
            raise failure

    def _collect(
        self,
        clients: list[ChatClient],
        pending: Pending,
        results: "queue.Queue[Completion | Exception | None]",
        recorder: Recorder,
    ) -> Exception | None:
        failure: Exception | None = None
        working = len(clients)
        looked = time.monotonic()
        while working:
            recorder.progress.step()
            if time.monotonic() - looked >= _SECONDS_BETWEEN_LOOKS:
                for client in clients:
                    client.expire()
                looked = time.monotonic()
            try:
                result = results.get(timeout=_SECONDS_BETWEEN_LOOKS)
            except queue.Empty:
                recorder.flush_if_due()
                self._check()
                continue
            if result is None:
                working -= 1
            elif isinstance(result, Completion):
                recorder.add([result])
            else:
                failure = failure or result
                pending.close()
        return failure

    def _work(
        self,
        client: ChatClient,
        pending: Pending,
        results: "queue.Queue[Completion | Exception | None]",
    ) -> None:
        try:
            while taken := pending.take(1):
                results.put(self._complete(client, taken[0]))
        except Exception as error:  # Raised by the thread that collects.
            results.put(error)
        finally:
            client.close()
            results.put(None)

    def _complete(self, client: ChatClient, request: Request) -> Completion:
        settings: dict[str, Any] = {
            "temperature": self._sampling.temperature,
            "top_p": self._sampling.top_p,
            "max_tokens": self._limit(request),
        }
        attempts = busy = 0
        while True:
            try:
                completion = client.complete(request, self._system_prompt, settings)
            except RetryableError as failure:
                attempts += not failure.busy
                busy += failure.busy
                self._retries.pause(failure, attempts, busy)
                continue
            self._retries.succeeded()
            return completion
