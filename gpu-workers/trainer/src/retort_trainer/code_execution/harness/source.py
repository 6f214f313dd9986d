"""The harness as one text for `python -c`, so that no file of the installation has to be readable in the
sandbox.
"""

import functools
from pathlib import Path

from retort_trainer.code_execution import harness

# In import order.
_MODULES = ("values", "prelude", "programs", "function_tests", "supervisor")
_LOADER = """
import sys, types
def load():
    package = __PACKAGE__
    names = package.split(".")
    for end in range(1, len(names) + 1):
        sys.modules[".".join(names[:end])] = types.ModuleType(".".join(names[:end]))
    for name, text in __SOURCES__:
        module = types.ModuleType(f"{package}.{name}")
        sys.modules[module.__name__] = module
        setattr(sys.modules[package], name, module)
        exec(compile(text, f"<harness {name}>", "exec"), module.__dict__)
    main = module.main
    # A program finds no harness to import.
    for name in [name for name in sys.modules if name.split(".")[0] == names[0]]:
        del sys.modules[name]
    return main
load()()
"""


@functools.cache
def text() -> str:
    """The program that the sandbox's interpreter runs."""
    folder = Path(__file__).parent
    sources = [(name, (folder / f"{name}.py").read_text(encoding="utf-8")) for name in _MODULES]
    return _LOADER.replace("__PACKAGE__", repr(harness.__name__)).replace("__SOURCES__", repr(sources))
