"""Runs a command in a process group that ends with whoever asked for it, also by SIGKILL.

    python supervise.py COMMAND...

The group ends when standard input does, when this process is asked to end, or with the command itself; first
by SIGTERM, and by SIGKILL where that is ignored. The exit status is the command's. Imports nothing of the
package.
"""

import os
import signal
import subprocess
import sys
import threading
from contextlib import suppress

GRACE_SECONDS = 10.0


def main(command: list[str]) -> int:
    """Runs a command to its end, or to that of standard input."""
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True)  # noqa: S603
    ended = threading.Event()

    def end() -> None:
        with suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGTERM)
        if not ended.wait(GRACE_SECONDS):
            with suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)

    def watch() -> None:
        while os.read(0, 1024):
            pass
        end()

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: threading.Thread(target=end, daemon=True).start())
    threading.Thread(target=watch, daemon=True).start()
    # Not reaped yet, so that the number of its group is no other's.
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    ended.set()
    with suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    return child.wait()


if __name__ == "__main__":
    status = main(sys.argv[1:])
    sys.exit(status if status >= 0 else 128 - status)
