"""Who uses this process."""

import getpass
import os


def local_user() -> str:
    """The name of the user of this process, or ``uid 1000`` for one without a name, as in containers."""
    try:
        return getpass.getuser()
    # Before Python 3.13: KeyError, and on Windows ImportError.
    except (ImportError, KeyError, OSError):
        return f"uid {os.getuid()}" if hasattr(os, "getuid") else "a user without a name"
