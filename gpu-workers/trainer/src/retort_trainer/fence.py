"""The fencing token: only the newest owner of a folder may publish to it."""

import re
import threading

from retort_trainer import store
from retort_trainer.failures import platform_error

_FOLDER = "fence"
_OWNER = re.compile(r"owner-(\d+)")


class Fence:
    """Guards one folder of the store, in which every owner writes its token; the owner of the largest token
    owns it.

    An owner writes its own object first and then lists larger tokens. If several owners take the folder at
    once, all except the one with the largest token therefore detect it, on any store.
    """

    def __init__(self, folder_uri: str, token: int) -> None:
        self._folder = folder_uri
        self._token = token
        self._lock = threading.Lock()

    @property
    def token(self) -> int:
        return self._token

    def take(self) -> None:
        """Writes this owner's token; raises FENCED if the folder has a larger one."""
        with self._lock:
            store.put_once(store.join(self._folder, _FOLDER, f"owner-{self._token}"), b"owner")
            self._raise_if_larger()

    def adopt(self, token: int) -> None:
        """Continues with a newer token; refuses a smaller one with FENCED."""
        with self._lock:
            if token < self._token:
                raise _fenced(self._folder, self._token, token)
            self._token = token
        self.take()

    def check(self) -> None:
        """Raises FENCED if the folder has a larger token."""
        with self._lock:
            self._raise_if_larger()

    def _raise_if_larger(self) -> None:
        found = newest_token(self._folder)
        if found > self._token:
            raise _fenced(self._folder, found, self._token)


def newest_token(folder_uri: str) -> int:
    """The largest token in a folder; 0 if it has never been owned."""
    owners = (_OWNER.fullmatch(name) for name in store.names(store.join(folder_uri, _FOLDER)))
    return max((int(owner.group(1)) for owner in owners if owner), default=0)


def _fenced(folder_uri: str, found: int, own: int) -> Exception:
    return platform_error(
        "FENCED", f"{folder_uri}: token {found} is newer than this trainer's {own}; it may publish nothing"
    )
