"""The demo's teacher: an OpenAI-compatible endpoint that answers the judge's questions by rules.

    python examples/demo/teacher.py [--port 8092]

A program in the place of the large model that a real run asks: it knows the problems of generate.py, reads
the judge's own prompts and answers in the forms that they ask for. It serves the roles evaluate, improve,
validate, corrupt and rate on the loopback interface, as /v1/chat/completions, and /health. What it cannot
answer it refuses with status 400 and says why. Prints `ready http://HOST:PORT` once it answers; ends with
status 0 on SIGTERM or SIGINT. Only the standard library is used.
"""

import argparse
import json
import re
import signal
import sys
import threading
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from generate import SEED, Problem
from teacher_rules import Teacher, UnknownProblemError, assess, corrupt, faults, rewrite, verbosity

MODEL = "retort-demo-teacher"
MAX_REQUEST_BYTES = 1 << 20
# Of every problem: two plain calculations, on the scale of the judge's prompt.
COGNITIVE_DIFFICULTY = 2

# The judge writes untrusted text into such blocks, and no block holds a tag of its own.
_BLOCK = re.compile(r'<data name="(\w+)">\n(.*?)\n</data>', re.DOTALL)
# What the corruptions of the judge's prompt say, and their kinds.
_MISTAKES = {
    "wrong operation": "WRONG_OPERATION",
    "wrong number": "WRONG_NUMBER",
    "left out": "DROPPED_STEP",
    "does not follow": "INVALID_INFERENCE",
    "misread": "MISREAD_CONDITION",
}


class UnknownQuestionError(Exception):
    """The request is none of the judge's questions; the message says why."""


def answer(teacher: Teacher, messages: Any) -> str:
    """The answer to a conversation that begins with one of the judge's prompts.

    Raises:
        UnknownQuestionError: the messages are not of that form.
        UnknownProblemError: the problem is none of the generator's.
    """
    prompt = _first_question(messages)
    blocks = dict(_BLOCK.findall(prompt))
    # What the judge itself asks, without what is in the blocks.
    asked = _BLOCK.sub("", prompt)
    for sign, role in _ROLES.items():
        if sign in asked:
            missing = [name for name in ("problem", "answer", "chain") if name not in blocks]
            if missing:
                raise UnknownQuestionError(
                    f"data blocks {missing} are missing (expected: the judge's prompt)"
                )
            return role(teacher.problem(blocks["problem"]), blocks["chain"], asked)
    raise UnknownQuestionError(f"the prompt asks for none of: {', '.join(_ROLES)}")


def _evaluate(problem: Problem, chain: str, asked: str) -> str:
    opinion = assess(problem, chain)
    return json.dumps({"critique": opinion.critique, "difficulty": opinion.difficulty})


def _improve(problem: Problem, chain: str, asked: str) -> str:
    return _concluded(rewrite(problem), problem.answer)


def _validate(problem: Problem, chain: str, asked: str) -> str:
    found = next(faults(problem, chain), None)
    reason = "Every calculation holds and leads to the answer." if found is None else found
    return json.dumps({"reason": reason, "sound": found is None})


def _corrupt(problem: Problem, chain: str, asked: str) -> str:
    mistake = asked.partition("The mistake:")[2]
    kind = next((kind for words, kind in _MISTAKES.items() if words in mistake), None)
    if kind is None:
        raise UnknownQuestionError(f"the mistake is none of: {', '.join(_MISTAKES)}")
    return _concluded(*corrupt(problem, chain, kind))


def _rate(problem: Problem, chain: str, asked: str) -> str:
    return json.dumps({"verbosity": verbosity(problem, chain), "cognitive_difficulty": COGNITIVE_DIFFICULTY})


def _concluded(chain: str, conclusion: int) -> str:
    return f"{chain}\n\nThe answer is \\boxed{{{conclusion}}}."


# By what only the prompt of the role says.
_ROLES: Mapping[str, Callable[[Problem, str, str], str]] = {
    "Classify the chain.": _evaluate,
    "Write the chain in more detail.": _improve,
    "Write the chain more simply.": _improve,
    "Go through the chain step by step.": _validate,
    "Write the chain again with this mistake.": _corrupt,
    "Rate the chain.": _rate,
}


def _first_question(messages: Any) -> str:
    """The judge's own prompt; a second question only says that the first answer had another form."""
    if isinstance(messages, list):
        for message in messages:
            if isinstance(message, dict) and message.get("role") == "user":
                content = message.get("content")
                if isinstance(content, str):
                    return content
    raise UnknownQuestionError("messages: no user message with a text (expected: the judge's prompt)")


class Handler(BaseHTTPRequestHandler):
    """One connection of the judge."""

    protocol_version = "HTTP/1.1"
    # Seconds that a connection may be silent.
    timeout = 600
    teacher: Teacher

    def do_GET(self) -> None:
        found = self.path == "/health"
        self._reply(200 if found else 404, {"status": "ok"} if found else _error(f"{self.path}: not found"))

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "")
        if not re.fullmatch("[0-9]{1,8}", length) or int(length) > MAX_REQUEST_BYTES:
            self.close_connection = True
            self._reply(413, _error(f"Content-Length: {length!r} (expected: at most {MAX_REQUEST_BYTES})"))
            return
        body = self.rfile.read(int(length))
        if self.path != "/v1/chat/completions":
            self._reply(404, _error(f"{self.path}: not found (expected: /v1/chat/completions)"))
            return
        try:
            request = json.loads(body)
            messages = request.get("messages") if isinstance(request, dict) else None
            text = answer(self.teacher, messages)
        except (ValueError, RecursionError) as error:
            self._reply(400, _error(f"the request is not JSON: {error}"))
        except (UnknownQuestionError, UnknownProblemError) as error:
            self._reply(400, _error(str(error)))
        else:
            self._reply(200, _completion(text, _words(messages)))

    def log_message(self, format: str, *arguments: object) -> None:
        """Nothing: a run asks hundreds of questions."""

    def _reply(self, status: int, document: dict[str, Any]) -> None:
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def _completion(text: str, prompt_words: int) -> dict[str, Any]:
    words = len(text.split())
    return {
        "id": "teacher",
        "object": "chat.completion",
        "model": MODEL,
        "choices": [{"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}],
        # Words: a program has no tokens.
        "usage": {
            "prompt_tokens": prompt_words,
            "completion_tokens": words,
            "total_tokens": prompt_words + words,
        },
    }


def _words(messages: Any) -> int:
    return sum(len(str(message.get("content")).split()) for message in messages if isinstance(message, dict))


def _error(message: str) -> dict[str, Any]:
    return {"error": {"message": message, "type": "invalid_request_error"}}


class Server(ThreadingHTTPServer):
    """Answers on the loopback interface, every connection in a thread of its own."""

    daemon_threads = True
    request_queue_size = 256

    def __init__(self, port: int, seed: int = SEED) -> None:
        handler = type("TeacherHandler", (Handler,), {"teacher": Teacher(seed)})
        super().__init__(("127.0.0.1", port), handler)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="teacher.py", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--port", type=int, default=8092, help="0 takes a free one (default: 8092)")
    parser.add_argument("--seed", type=int, default=SEED, help=f"of the problems (default: {SEED})")
    options = parser.parse_args(arguments)
    try:
        server = Server(options.port, options.seed)
    except (OSError, OverflowError) as error:
        print(f"error: --port: {options.port} cannot be used: {error}", file=sys.stderr)
        return 1
    for number in (signal.SIGTERM, signal.SIGINT):
        # A thread of its own: shutdown waits for the loop, which the handler interrupts.
        signal.signal(number, lambda *_: threading.Thread(target=server.shutdown).start())
    print(f"ready {server.address}", flush=True)
    server.serve_forever()
    server.server_close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
