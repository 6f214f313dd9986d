"""OpenAI's protocol for chat completions, as far as it is needed: one answer to one prompt."""

import http.client
import ipaddress
import json
import socket
import ssl
import threading
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from retort_trainer.data import Completion, FinishReason
from retort_trainer.draws import Request
from retort_trainer.engines.retries import RetryableError, retry_after_seconds
from retort_trainer.failures import FailureCategory, RetortError, platform_error, user_error

# A longer answer is refused: it would be more text than the longest limit of tokens allows.
LARGEST_ANSWER_BYTES = 8 * 1024 * 1024
_SHOWN_CHARACTERS = 500
_TIMEOUT_STATUSES = (408, 504)
# No key, no money, no permission: nothing is wrong with what was asked.
_ACCOUNT_STATUSES = (401, 402, 403)
_METADATA_ADDRESSES = ("fd00:ec2::254", "100.100.100.200")
_HIDDEN = "***"

# What endpoints call the end of a completion. Others are not known to be complete.
_FINISH_REASONS = {
    "stop": FinishReason.STOP,
    "length": FinishReason.LENGTH,
    "content_filter": FinishReason.CONTENT_FILTER,
}


@dataclass(frozen=True)
class Endpoint:
    """A served model and how to ask it."""

    # Up to and with "/v1", without a slash at the end.
    base_url: str
    model: str
    # Sent as a bearer token.
    key: str | None = field(repr=False)
    headers: dict[str, str] = field(default_factory=dict)
    # Of one attempt, from connecting to the last byte of the answer.
    timeout_seconds: float = 3600.0
    # Fields of every request beside those of `ChatClient.body`.
    fields: dict[str, Any] = field(default_factory=dict)


class ChatClient:
    """One connection, kept open between requests.

    For one thread, but `abort` and `expire` may come from others.
    """

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._url = urlsplit(endpoint.base_url)
        self._connection: http.client.HTTPConnection | None = None
        # Also where the connection has let go of it and only the answer is still being read.
        self._sock: socket.socket | None = None
        self._aborted = False
        self._lock = threading.Lock()
        # Of the attempt that is under way, by the monotonic clock.
        self._deadline: float | None = None
        self._expired = False

    def complete(self, request: Request, system_prompt: str, settings: dict[str, Any]) -> Completion:
        """One attempt. Raises RetryableError, or RetortError where another attempt is in vain."""
        status, headers, content = self._post(self._body(request, system_prompt, settings), request)
        if status == 200:
            return self._completion(content, request)
        shown = "" if request.redacted else f": {self._shown(content)}"
        what = f"{self._what(request)}: status {status}{shown}"
        after = retry_after_seconds(headers.get("Retry-After"))
        if status == 429:
            raise RetryableError(platform_error("ENDPOINT_BUSY", what), after, busy=True)
        if status in _TIMEOUT_STATUSES:
            raise RetryableError(_timeout(what), after)
        if status >= 500:
            raise RetryableError(platform_error("ENDPOINT_UNAVAILABLE", what), after)
        if status in _ACCOUNT_STATUSES:
            raise platform_error("ENDPOINT_REFUSED", f"{what} (expected: 200; check the key and its account)")
        raise user_error("ENDPOINT_REFUSED", f"{what} (expected: 200; check base_url, model and limits)")

    def abort(self) -> None:
        """Ends the request that is under way, which frees the endpoint."""
        self._aborted = True
        with self._lock:
            self._shut_down()

    def expire(self) -> None:
        """Ends the request that is under way if it has taken longer than the endpoint's timeout.

        The timeout of a socket begins anew with every byte.
        """
        with self._lock:
            if self._deadline is not None and time.monotonic() > self._deadline:
                self._expired = True
                self._shut_down()

    def close(self) -> None:
        """Closes the connection; the next request opens another one."""
        connection, self._connection, self._sock = self._connection, None, None
        if connection is not None:
            connection.close()

    def _shut_down(self) -> None:
        sock = self._sock
        if sock is not None:
            try:
                # Of TCP alone: that of TLS would take the session from the thread that reads.
                socket.socket.shutdown(sock, socket.SHUT_RDWR)
            except OSError:
                # The other side was faster.
                return

    def _body(self, request: Request, system_prompt: str, settings: dict[str, Any]) -> bytes:
        messages = [{"role": "user", "content": request.turn}]
        if system_prompt:
            messages.insert(0, {"role": "system", "content": system_prompt})
        document = {
            "model": self._endpoint.model,
            "messages": messages,
            "seed": request.seed,
            "n": 1,
            "stream": False,
            **settings,
            **self._endpoint.fields,
        }
        return json.dumps(document).encode()

    def _post(self, body: bytes, request: Request) -> tuple[int, http.client.HTTPMessage, bytes]:
        headers = {"Content-Type": "application/json", **self._endpoint.headers}
        if self._endpoint.key is not None:
            headers["Authorization"] = f"Bearer {self._endpoint.key}"
        self._begin()
        try:
            connection = self._connected()
            connection.request("POST", f"{self._url.path}/chat/completions", body, headers)
            response = connection.getresponse()
            content = response.read(LARGEST_ANSWER_BYTES + 1)
        except TimeoutError as error:
            self._end()
            self.close()
            raise self._too_late(request) from error
        except (OSError, http.client.HTTPException) as error:
            expired = self._end()
            self.close()
            if expired:
                raise self._too_late(request) from error
            what = f"{self._what(request)}: {type(error).__name__}: {self._without_key(str(error))}"
            # The stack trace would quote what the endpoint has sent.
            raise RetryableError(platform_error("ENDPOINT_UNAVAILABLE", what)) from None
        # The end of a socket that was shut down may look like that of the answer.
        if self._end():
            self.close()
            raise self._too_late(request)
        if len(content) > LARGEST_ANSWER_BYTES:
            self.close()
            raise self._bad_answer(request, f"longer than {LARGEST_ANSWER_BYTES} bytes")
        if response.will_close:
            self.close()
        return response.status, response.headers, content

    def _begin(self) -> None:
        with self._lock:
            self._expired = False
            self._deadline = time.monotonic() + self._endpoint.timeout_seconds

    def _end(self) -> bool:
        """Whether the request has expired."""
        with self._lock:
            self._deadline = None
            return self._expired

    def _connected(self) -> http.client.HTTPConnection:
        if self._connection is None:
            self._connection = self._connect()
        if self._aborted:
            raise ConnectionAbortedError("the job stops")
        return self._connection

    def _connect(self) -> http.client.HTTPConnection:
        secure = self._url.scheme == "https"
        host, timeout = self._url.hostname or "", self._endpoint.timeout_seconds
        port = self._url.port or (443 if secure else 80)
        sock = socket.create_connection((host, port), timeout)
        try:
            # After the name was resolved, so that no second answer of the name service counts.
            address = _peer(sock)
            if address.is_link_local or str(address) in _METADATA_ADDRESSES:
                raise user_error(
                    "ENDPOINT_FORBIDDEN",
                    f"{self._endpoint.base_url}: {address} is an address of the machine's cloud",
                )
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection = http.client.HTTPConnection(host, port, timeout=timeout)
            if secure:
                tls = ssl.create_default_context()
                connection = http.client.HTTPSConnection(host, port, timeout=timeout, context=tls)
                sock = tls.wrap_socket(sock, server_hostname=host, do_handshake_on_connect=False)
            self._sock = sock
            if isinstance(sock, ssl.SSLSocket):
                sock.do_handshake()
        except BaseException:
            sock.close()
            raise
        connection.sock = sock
        # It would not look at the address.
        connection.auto_open = 0
        return connection

    def _completion(self, content: bytes, request: Request) -> Completion:
        try:
            document = json.loads(content)
            choice = document["choices"][0]
            text = _text(choice["message"])
            reason = choice["finish_reason"]
            usage = document.get("usage") or {}
            tokens = int(usage.get("completion_tokens") or 0)
            # Halves of surrogate pairs, which no later reader takes.
            text.encode()
        except (ValueError, LookupError, TypeError, AttributeError, OverflowError, RecursionError) as error:
            raise self._bad_answer(request, f"{type(error).__name__}: {error}") from error
        finish_reason = _FINISH_REASONS.get(reason) if isinstance(reason, str) else None
        if finish_reason is None:
            expected = ", ".join(_FINISH_REASONS)
            shown = self._without_key(str(reason))[:80]
            raise self._bad_answer(request, f"finish_reason: {shown!r} (expected: one of {expected})")
        return Completion(
            prompt_sha256=request.prompt_sha256,
            index=request.index,
            text=text,
            finish_reason=finish_reason,
            tokens=min(max(tokens, 0), 2**32 - 1),
            rotation=request.rotation,
        )

    def _bad_answer(self, request: Request, why: str) -> RetryableError:
        return RetryableError(
            platform_error("ENDPOINT_ANSWER", f"{self._what(request)}: the answer is {why}")
        )

    def _too_late(self, request: Request) -> RetryableError:
        what = f"{self._what(request)}: no answer within {self._endpoint.timeout_seconds:g} s"
        return RetryableError(_timeout(f"{what} (endpoint.timeout_seconds)"))

    def _shown(self, content: bytes) -> str:
        text = " ".join(content.decode(errors="replace").split())
        # Before the text is cut, which may part a key.
        return self._without_key(text)[:_SHOWN_CHARACTERS] or "no body"

    def _without_key(self, text: str) -> str:
        key = self._endpoint.key
        return text.replace(key, _HIDDEN) if key else text

    def _what(self, request: Request) -> str:
        return f"{self._endpoint.base_url}: {self._endpoint.model}: problem {request.sample_id}"


def _text(message: dict[str, Any]) -> str:
    """The text as the model wrote it, where the endpoint has parted it into a thought and a conclusion."""
    content = message.get("content") or ""
    thought = message.get("reasoning_content") or message.get("reasoning") or ""
    if not isinstance(content, str) or not isinstance(thought, str):
        raise TypeError("content that is no text")
    if not thought:
        return content
    return f"<think>\n{thought.strip()}\n</think>\n\n{content}" if content else f"<think>\n{thought}"


def _timeout(message: str) -> RetortError:
    return RetortError(FailureCategory.TIMEOUT, "ENDPOINT_TIMEOUT", message)


def _peer(sock: socket.socket) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """The address at the other end; an IPv4 address that is written as an IPv6 one as the former."""
    address = ipaddress.ip_address(sock.getpeername()[0].partition("%")[0])
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address
