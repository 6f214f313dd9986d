"""Stands in for the python of vLLM's environment: `fake_vllm.py -m vllm.entrypoints.openai.api_server ...`.

Serves the protocol with texts that hold the seed. What it does beside that is up to the JSON object in
FAKE_VLLM: `folder` (required) for its notes, `log` to print, `exit` to end with at once, `never_ready`,
`die_after` so many answers, `hold_after` so many requests, `stubborn` to ignore SIGTERM.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any


def main() -> None:
    plan: dict[str, Any] = json.loads(os.environ["FAKE_VLLM"])
    folder = Path(plan["folder"])
    if plan.get("stubborn"):
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    # As vLLM has an engine beside its server.
    engine = subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"])
    (folder / f"started-{os.getpid()}.json").write_text(
        json.dumps(
            {"pids": [os.getpid(), engine.pid], "arguments": sys.argv[1:], "environment": dict(os.environ)}
        )
    )
    print(plan.get("log", "starting"), flush=True)
    if "exit" in plan:
        os._exit(plan["exit"])
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int)
    parser.add_argument("--served-model-name")
    options, _ = parser.parse_known_args()
    lock = threading.Condition()
    answered: list[int] = []
    asked: list[dict[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            ready = self._is_allowed() and not plan.get("never_ready")
            self._send(200 if ready else 401, {"data": [{"id": options.served_model_name}]})

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            with lock:
                asked.append(body)
                number = len(asked)
                with (folder / "asked.jsonl").open("a") as notes:
                    notes.write(json.dumps(body) + "\n")
            if number > plan.get("hold_after", 10**9):
                threading.Event().wait()
            if number > plan.get("die_after", 10**9):
                with lock:
                    lock.wait_for(lambda: len(answered) >= plan["die_after"])
                os._exit(3)
            known = self._is_allowed() and body["model"] == options.served_model_name
            choice = {"message": {"content": str(body["seed"])}, "finish_reason": "stop"}
            self._send(200 if known else 404, {"choices": [choice], "usage": {"completion_tokens": 2}})
            with lock:
                answered.append(number)
                lock.notify_all()

        def _is_allowed(self) -> bool:
            return self.headers["Authorization"] == f"Bearer {os.environ['VLLM_API_KEY']}"

        def _send(self, status: int, document: Any) -> None:
            content = json.dumps(document).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: Any) -> None:
            """Says nothing."""

    ThreadingHTTPServer(("127.0.0.1", options.port), Handler).serve_forever()


if __name__ == "__main__":
    main()
