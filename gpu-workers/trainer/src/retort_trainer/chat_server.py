"""An OpenAI-compatible endpoint over a model folder, to try a published model.

One request is answered at a time, by plain Transformers, with the folder's own generation settings where the
request has none. For many requests serve the folder with vLLM.
"""

import json
import threading
import time
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import torch

from retort_trainer import model_folder, models, template
from retort_trainer.failures import RetortError

LARGEST_REQUEST = 1 << 20

# In seconds. A client that sends nothing would keep its thread.
_IDLE = 60


class BadRequest(Exception):
    """What is wrong with a request; the client is told."""


class ChatModel:
    """A model folder that answers conversations."""

    def __init__(self, folder: Path, device: torch.device) -> None:
        """Raises RetortError where the folder cannot be loaded."""
        self._tokenizer = model_folder.load_tokenizer(folder)
        self._model = models.load_model(folder, "auto", device)
        self._ends = {template.end_of_turn_id(self._tokenizer), self._tokenizer.eos_token_id}
        self._context = int(getattr(self._model.config, "max_position_embeddings", 0)) or 4096
        self._lock = threading.Lock()

    def complete(self, request: dict[str, Any]) -> dict[str, Any]:
        """The choice and the usage of a chat completion. Raises BadRequest."""
        messages = _messages(request)
        try:
            text = self._tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)
        except Exception as error:  # The template raises what it likes.
            raise BadRequest(f"messages: the chat template refuses them: {error}") from error
        encoded = self._tokenizer(text, add_special_tokens=False, return_tensors="pt")
        prompt = encoded["input_ids"].shape[1]
        room = self._context - prompt
        if room < 1:
            raise BadRequest(f"messages: {prompt} tokens (expected: fewer than {self._context})")
        options = _options(request, room)
        with self._lock, torch.inference_mode():
            seed = _number(request, "seed", 0, 2**63 - 1, int)
            torch.manual_seed(uuid.uuid4().int % 2**63 if seed is None else seed)
            inputs = {name: encoded[name].to(self._model.device) for name in ("input_ids", "attention_mask")}
            said = self._model.generate(**inputs, eos_token_id=sorted(self._ends), **options)[0, prompt:]
        ended = bool(said.numel()) and int(said[-1]) in self._ends
        return {
            "choices": [
                {
                    "index": 0,
                    "message": {
                        "role": "assistant",
                        "content": self._tokenizer.decode(said, skip_special_tokens=True),
                    },
                    "finish_reason": "stop" if ended else "length",
                }
            ],
            "usage": {
                "prompt_tokens": prompt,
                "completion_tokens": int(said.numel()),
                "total_tokens": prompt + int(said.numel()),
            },
        }


def server(model: ChatModel, name: str, host: str, port: int) -> ThreadingHTTPServer:
    """A server that is bound and not yet started; port 0 takes a free one."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = _IDLE

        def do_GET(self) -> None:
            if self.path == "/health":
                self._answer(200, {"status": "ok"})
            elif self.path == "/v1/models":
                self._answer(200, {"object": "list", "data": [{"id": name, "object": "model"}]})
            else:
                self._refuse(404, f"{self.path} (expected: /v1/chat/completions, /v1/models or /health)")

        def do_POST(self) -> None:
            length = self.headers.get("Content-Length", "")
            if not length.isdecimal() or int(length) > LARGEST_REQUEST:
                self.close_connection = True
                self._refuse(413, f"Content-Length: {length!r} (expected: at most {LARGEST_REQUEST})")
                return
            body = self.rfile.read(int(length))
            if self.path != "/v1/chat/completions":
                self._refuse(404, f"{self.path} (expected: /v1/chat/completions)")
                return
            try:
                request = _parse(body)
                self._answer(
                    200,
                    {
                        "id": f"chatcmpl-{uuid.uuid4().hex}",
                        "object": "chat.completion",
                        "created": int(time.time()),
                        "model": name,
                        **model.complete(request),
                    },
                )
            except BadRequest as error:
                self._refuse(400, str(error))
            except RetortError as error:
                self._refuse(500, error.message)

        def log_message(self, format: str, *args: Any) -> None:
            """Prompts are nobody's business."""

        def _refuse(self, status: int, message: str) -> None:
            self._answer(status, {"error": {"message": message, "type": "invalid_request_error"}})

        def _answer(self, status: int, document: dict[str, Any]) -> None:
            content = json.dumps(document).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

    bound = ThreadingHTTPServer((host, port), Handler)
    bound.daemon_threads = True
    return bound


def _parse(body: bytes) -> dict[str, Any]:
    try:
        request = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise BadRequest(f"not JSON: {error}") from error
    if not isinstance(request, dict):
        raise BadRequest("not an object (expected: a chat completion's request)")
    if request.get("stream"):
        raise BadRequest("stream: true (expected: false; this server does not stream)")
    if request.get("n") not in (None, 1):
        raise BadRequest(f"n: {request['n']!r} (expected: 1)")
    return request


def _messages(request: dict[str, Any]) -> list[dict[str, str]]:
    messages = request.get("messages")
    if not isinstance(messages, list) or not messages:
        raise BadRequest("messages: missing (expected: a list of at least 1)")
    for index, message in enumerate(messages):
        wrong = not isinstance(message, dict) or message.get("role") not in ("system", "user", "assistant")
        if wrong or not isinstance(message.get("content"), str):
            raise BadRequest(
                f"messages[{index}]: (expected: a role of system, user or assistant, and a text as content)"
            )
    return [{"role": message["role"], "content": message["content"]} for message in messages]


def _options(request: dict[str, Any], room: int) -> dict[str, Any]:
    """What `generate` is told; the folder's generation_config decides the rest."""
    most = _number(request, "max_completion_tokens", 1, 2**31, int)
    most = _number(request, "max_tokens", 1, 2**31, int) if most is None else most
    options: dict[str, Any] = {"max_new_tokens": room if most is None else min(room, most)}
    temperature = _number(request, "temperature", 0, 2, float)
    if temperature == 0:
        return {**options, "do_sample": False, "temperature": None, "top_p": None, "top_k": None}
    if temperature is not None:
        options |= {"do_sample": True, "temperature": temperature}
    top_p = _number(request, "top_p", 0, 1, float)
    if top_p is not None and top_p > 0:
        options |= {"do_sample": True, "top_p": top_p}
    return options


def _number(request: dict[str, Any], field: str, low: float, high: float, kind: type[Any]) -> Any:
    value = request.get(field)
    if value is None:
        return None
    allowed = (int,) if kind is int else (int, float)
    if isinstance(value, bool) or not isinstance(value, allowed) or not low <= value <= high:
        raise BadRequest(f"{field}: {value!r} (expected: a number from {low} to {high})")
    return kind(value)
