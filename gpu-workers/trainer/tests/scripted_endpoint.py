"""A real HTTP server with OpenAI's protocol that answers by a function and remembers what it was asked."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Answer:
    """Status, body and headers of a response; no status: the connection is closed without one."""

    status: int | None = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Asked:
    """One request."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]

    @property
    def turn(self) -> str:
        return str(self.body["messages"][-1]["content"])


def says(text: str, finish_reason: Any = "stop", **message: Any) -> Answer:
    """A completion of three tokens."""
    choice = {"index": 0, "message": {"role": "assistant", "content": text, **message}}
    return Answer(
        body={
            "choices": [{**choice, "finish_reason": finish_reason}],
            "usage": {"prompt_tokens": 5, "completion_tokens": 3},
        }
    )


class ScriptedEndpoint:
    """Answers every request by `answer`, which may be replaced, and may wait for whatever it likes."""

    def __init__(self) -> None:
        self.answer: Callable[[Asked], Answer] = lambda asked: says("The answer is \\boxed{1}.")
        self.asked: list[Asked] = []
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    @contextmanager
    def serving(self) -> Iterator["ScriptedEndpoint"]:
        thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            self._server.server_close()
            thread.join()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        endpoint = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                asked = Asked(self.path, dict(self.headers), json.loads(body))
                with endpoint._lock:
                    endpoint.asked.append(asked)
                answer = endpoint.answer(asked)
                if answer.status is None:
                    self.close_connection = True
                    return
                content = answer.body if isinstance(answer.body, bytes) else json.dumps(answer.body).encode()
                try:
                    self.send_response(answer.status)
                    for name, value in {"Content-Length": str(len(content)), **answer.headers}.items():
                        self.send_header(name, value)
                    self.end_headers()
                    self.wfile.write(content)
                except OSError:
                    # Whoever asked is gone.
                    self.close_connection = True

            def log_message(self, format: str, *args: Any) -> None:
                """Says nothing."""

        return Handler
