"""The fencing token: only the newest owner of a folder may publish to it."""

import json
import threading

from retort_trainer import store
from retort_trainer.failures import platform_error

FENCE_NAME = "fence.json"


class Fence:
    """Guards one folder of the store by its `fence.json`, `{"token": n}`: the larger token owns it."""

    def __init__(self, folder_uri: str, token: int) -> None:
        self._uri = store.join(folder_uri, FENCE_NAME)
        self._token = token
        self._lock = threading.Lock()

    @property
    def token(self) -> int:
        return self._token

    def take(self) -> None:
        """Writes this owner's token; raises FENCED when the folder already has a larger one."""
        with self._lock:
            self._raise_if_larger()
            store.replace(self._uri, json.dumps({"token": self._token}).encode())

    def adopt(self, token: int) -> None:
        """Goes on under a newer token; a smaller one is refused with FENCED."""
        with self._lock:
            if token < self._token:
                raise _fenced(self._uri, self._token, token)
            self._token = token
        self.take()

    def check(self) -> None:
        """Raises FENCED when a larger token stands in the folder."""
        with self._lock:
            self._raise_if_larger()

    def _raise_if_larger(self) -> None:
        found = read_token(self._uri)
        if found > self._token:
            raise _fenced(self._uri, found, self._token)


def read_token(uri: str) -> int:
    """The token in a fence.json, 0 where there is none."""
    if not store.exists(uri):
        return 0
    text = store.read_bytes(uri)
    try:
        return int(json.loads(text)["token"])
    except (ValueError, KeyError, TypeError) as error:
        raise platform_error("BAD_FENCE", f'{uri}: {text[:80]!r} (expected: {{"token": n}})') from error


def _fenced(uri: str, found: int, own: int) -> Exception:
    return platform_error(
        "FENCED", f"{uri}: token {found} is newer than this trainer's {own}; it may publish nothing"
    )
