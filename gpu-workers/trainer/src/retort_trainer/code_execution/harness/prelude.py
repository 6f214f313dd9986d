"""The names that a program starts with, and the program's own exceptions as texts."""

import importlib
import sys
import types

RECURSION_LIMIT = 50_000
_LONGEST_REASON = 300

# What LiveCodeBench's runner imports before a solution: everything from each module, in this order, so that
# `builtins` takes back the names that others have shadowed; then the modules themselves.
_STARRED = (
    *("string", "re", "datetime", "collections", "heapq", "bisect", "copy", "math", "random", "statistics"),
    *("itertools", "functools", "operator", "io", "sys", "json", "builtins", "typing"),
)
# The imports that solutions with unit tests rely on, as in other harnesses.
_MODULES = (
    *("collections", "copy", "datetime", "functools", "heapq", "itertools", "math", "operator", "random"),
    *("re", "statistics", "string", "sys", "typing"),
)


def competition(name: str) -> types.ModuleType:
    """A new main module with the names that solutions of programming competitions rely on."""
    module = _module(name)
    for starred in _STARRED:
        exec(f"from {starred} import *", module.__dict__)  # noqa: S102
    for imported in _STARRED:
        if imported not in ("builtins", "typing"):
            module.__dict__[imported] = importlib.import_module(imported)
    sys.setrecursionlimit(RECURSION_LIMIT)
    return module


def unit_tests(name: str) -> types.ModuleType:
    """A new module with the names that solutions with unit tests rely on."""
    module = _module(name)
    for imported in _MODULES:
        module.__dict__[imported] = importlib.import_module(imported)
    for typed in sys.modules["typing"].__all__:
        module.__dict__[typed] = getattr(sys.modules["typing"], typed)
    return module


def load() -> None:
    """Imports the modules of both, so that they are already loaded for each program."""
    for name in (*_STARRED, *_MODULES):
        importlib.import_module(name)


def _module(name: str) -> types.ModuleType:
    module = types.ModuleType(name)
    sys.modules[name] = module
    return module


def reason(error: BaseException) -> str:
    """The report of an exception; never raises, whatever the exception's class does."""
    try:
        return f"{type(error).__name__}: {error}"[:_LONGEST_REASON]
    except BaseException:
        return "an exception that cannot be printed"
