"""Splits tokens at separators outside of all brackets."""

from collections.abc import Callable

from retort_trainer.mathematics.lexer import Token, Unreadable

_OPENING = frozenset({"(", "[", "{", "\\{", "lfloor", "lceil", "langle", "begin"})
_CLOSING = frozenset({")", "]", "}", "\\}", "rfloor", "rceil", "rangle", "end"})


def outside(tokens: list[Token]) -> list[bool]:
    """For each token, whether it is outside of all brackets; brackets themselves are not."""
    found: list[bool] = []
    depth = 0
    # "\begin{pmatrix}" consists of three more tokens, which are inside of it.
    for token in tokens:
        if token.is_sign(*_OPENING):
            depth += 1
            found.append(False)
        elif token.is_sign(*_CLOSING):
            depth -= 1
            found.append(False)
        else:
            found.append(depth == 0)
        if depth < 0:
            raise Unreadable(f"{token.text!r} that closes nothing")
    if depth:
        raise Unreadable("a bracket that is not closed")
    return found


def cut(tokens: list[Token], separates: Callable[[Token], bool]) -> list[list[Token]]:
    """The parts between separators; one part if there are none."""
    parts: list[list[Token]] = [[]]
    for token, bare in zip(tokens, outside(tokens), strict=True):
        if bare and separates(token):
            parts.append([])
        else:
            parts[-1].append(token)
    return parts


def is_enclosed(tokens: list[Token]) -> bool:
    """Whether the first token is a bracket that the last token closes."""
    if len(tokens) < 2 or not tokens[0].is_sign(*_OPENING) or not tokens[-1].is_sign(*_CLOSING):
        return False
    depth = 0
    for index, token in enumerate(tokens):
        depth += token.is_sign(*_OPENING)
        depth -= token.is_sign(*_CLOSING)
        if depth == 0:
            return index == len(tokens) - 1
    return False
