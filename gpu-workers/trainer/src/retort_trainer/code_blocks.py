"""Fenced code blocks of a text.

Implements the same rules as io.retort.answers.CodeBlocks; `tests/answer_cases.jsonl` tests both.
"""

import re

_FENCE = re.compile(r"^[ \t]{0,3}(`{3,}|~{3,})[ \t]*([A-Za-z0-9_+-]{0,20})[^\n`]{0,200}$", re.MULTILINE)
_PYTHON = frozenset({"", "python", "python3", "py"})


def last(text: str) -> str | None:
    """The content of the last Python block; None if there is none.

    A block without a language counts as Python, also if the text ends before the closing fence. A fence with
    a language starts a block even if another block is open, because that one was never closed.
    """
    found: str | None = None
    opened: re.Match[str] | None = None
    for fence in _FENCE.finditer(text):
        if opened is None or (fence.group(1).startswith(opened.group(1)) and fence.group(2)):
            opened = fence
        elif fence.group(1).startswith(opened.group(1)):
            if opened.group(2).lower() in _PYTHON:
                found = text[opened.end() : fence.start()]
            opened = None
    if opened is not None and opened.group(2).lower() in _PYTHON:
        found = text[opened.end() :]
    return found.strip("\n") if found is not None and found.strip() else None
