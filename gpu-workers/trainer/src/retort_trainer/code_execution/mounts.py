"""The files of the machine in the sandbox, read-only: shared libraries, Python and its library."""

import functools
import os
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

_LIBRARIES = ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib")


@functools.cache
def libraries_and_python() -> list[str]:
    """Options of bubblewrap that mount them."""
    return list(_mounts())


@functools.cache
def interpreter() -> str:
    """The interpreter behind a virtual environment: nothing of the environment is in the sandbox."""
    return os.path.realpath(getattr(sys, "_base_executable", sys.executable))


def _mounts() -> Iterator[str]:
    made: set[Path] = set()
    for library in map(Path, _LIBRARIES):
        if library.is_symlink():
            yield from ("--symlink", str(library.readlink()), str(library))
        elif library.is_dir():
            yield from _bind(library, made)
    for path in _installation():
        if not any(path.is_relative_to(library) for library in _LIBRARIES):
            yield from _bind(path, made)


def _bind(path: Path, made: set[Path]) -> Iterator[str]:
    for parent in reversed(path.parents):
        # If a bind created them, the programs' user could not read them.
        if parent not in made and parent != Path("/"):
            yield from ("--perms", "0755", "--dir", str(parent))
        made.add(parent)
    yield from ("--ro-bind", str(path), str(path))
    if path.is_dir():
        for packages in _packages(path):
            yield from ("--perms", "0755", "--size", "4096", "--tmpfs", str(packages))
            yield from ("--remount-ro", str(packages))


def _packages(folder: Path) -> Iterator[Path]:
    """Package folders below a mounted folder, to hide: programs can only use the standard library."""
    for pattern in ("*-packages", "python3*/*-packages"):
        yield from sorted(
            found for found in folder.glob(pattern) if found.is_dir() and not found.is_symlink()
        )


def _installation() -> list[Path]:
    """Files of the dynamic linker, the interpreter and the standard library; none of the environment."""
    shared = Path(sysconfig.get_config_var("LIBDIR") or "/", sysconfig.get_config_var("INSTSONAME") or "")
    cache = Path("/etc/ld.so.cache")
    return [
        *([cache] if cache.is_file() else []),
        Path(interpreter()),
        *([shared] if shared.is_file() and shared.suffix != ".a" else []),
        Path(os.__file__).resolve().parent,
    ]
