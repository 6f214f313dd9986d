"""Sets of real numbers: intervals, unions of intervals, and solutions of inequalities."""

import sympy
from sympy import Expr, oo

from retort_trainer.mathematics import values
from retort_trainer.mathematics.forms import Piece, Region
from retort_trainer.mathematics.lexer import Unreadable
from retort_trainer.verdicts import DIFFERENT, Verdict

REALS = Region((Piece(-oo, oo, False, False),))
NOTHING = Region(())
_LARGEST_DEGREE = 4
_MOST_INTEGERS = 100
_FLIPPED = {"<": ">", ">": "<", "le": "ge", "ge": "le", "ne": "ne"}


def interval(low: Expr, high: Expr, low_closed: bool, high_closed: bool, variable: str = "") -> Region:
    """Raises Unreadable if it is not an interval; an infinite end is never closed."""
    low_closed, high_closed = low_closed and low != -oo, high_closed and high != oo
    if low == oo or high == -oo or low.has(sympy.I) or high.has(sympy.I):
        raise Unreadable("an interval without its ends")
    if _numeric(low, high):
        if _less(high, low):
            raise Unreadable("an interval whose ends are in the wrong order")
        if not _less(low, high) and not (low_closed and high_closed):
            return Region((), variable)
    return Region((Piece(low, high, low_closed, high_closed),), variable)


def points(numbers: list[Expr], variable: str = "") -> Region:
    region = Region((), variable)
    for value in numbers:
        region = union(region, interval(value, value, True, True))
    return region


def of_integers(region: Region, base: str) -> Region:
    """The integers of a bounded region. Raises Unreadable for other sets, and where 0 may be no element."""
    least = {"Z": None, "N": 0, "N^*": 1, "N^+": 1, "N_+": 1, "Z^+": 1, "Z_+": 1, "Z^*": None}.get(
        base, False
    )
    found: list[Expr] = []
    for piece in region.pieces:
        low = sympy.Integer(least) if piece.low == -oo and least not in (None, False) else piece.low
        if least is False or base == "Z^*" or low.is_infinite or piece.high.is_infinite:
            raise Unreadable(f"the elements of {base} in a set")
        first, last = sympy.ceiling(low), sympy.floor(piece.high)
        if not (first.is_Integer and last.is_Integer and last - first <= _MOST_INTEGERS):
            raise Unreadable("a set of too many integers")
        for number in map(sympy.Integer, range(int(first), int(last) + 1)):
            is_end = (number == piece.low and not piece.low_closed) or (
                number == piece.high and not piece.high_closed
            )
            if not is_end and (least is None or number >= least):
                found.append(number)
    if base == "N" and 0 in found:
        raise Unreadable("whether 0 is a natural number")
    return points(found, region.variable)


def union(left: Region, right: Region) -> Region:
    pieces = [*left.pieces, *right.pieces]
    variable = left.variable or right.variable
    if len(pieces) < 2:
        return Region(tuple(pieces), variable)
    _require_numbers(pieces)
    merged: list[Piece] = []
    for piece in _sorted(pieces):
        last = merged[-1] if merged else None
        if last is not None and (
            _less(piece.low, last.high)
            or (not _less(last.high, piece.low) and (piece.low_closed or last.high_closed))
        ):
            merged[-1] = _joined(last, piece)
        else:
            merged.append(piece)
    return Region(tuple(merged), variable)


def complement(region: Region) -> Region:
    _require_numbers(list(region.pieces))
    pieces: list[Piece] = []
    low, closed = -oo, False
    for piece in region.pieces:
        if _less(low, piece.low) or (closed and not piece.low_closed and low != -oo):
            pieces.append(Piece(low, piece.low, closed, not piece.low_closed and piece.low != -oo))
        low, closed = piece.high, not piece.high_closed
    if low != oo:
        pieces.append(Piece(low, oo, closed and low != -oo, False))
    return Region(tuple(pieces), region.variable)


def intersection(left: Region, right: Region) -> Region:
    for one, other in ((left, right), (right, left)):
        if one.pieces == REALS.pieces:
            return Region(other.pieces, left.variable or right.variable)
    found = complement(union(complement(left), complement(right)))
    return Region(found.pieces, left.variable or right.variable)


def compared(left: Expr, sign: str, right: Expr) -> Region | None:
    """The solution of an inequality in one variable; None if it has several."""
    if left.has(sympy.I) or right.has(sympy.I):
        raise Unreadable("an inequality of complex numbers")
    if right.is_Symbol and right not in left.free_symbols and not left.is_Symbol:
        left, sign, right = right, _FLIPPED[sign], left
    if left.is_Symbol and left not in right.free_symbols:
        return _of_symbol(str(left), sign, right)
    symbols = left.free_symbols | right.free_symbols
    if len(symbols) != 1:
        return None
    return _solved(left, sign, right, symbols.pop())


def _of_symbol(name: str, sign: str, bound: Expr) -> Region:
    match sign:
        case "<" | "le":
            return interval(-oo, bound, False, sign == "le", name)
        case ">" | "ge":
            return interval(bound, oo, sign == "ge", False, name)
        case _:
            found = complement(interval(bound, bound, True, True))
            return Region(found.pieces, name)


def is_of_high_degree(expression: Expr, symbol: sympy.Symbol) -> bool:
    """Whether solving a polynomial may take long, without a result that people would write."""
    return bool(expression.is_polynomial(symbol) and sympy.degree(expression, symbol) > _LARGEST_DEGREE)


def _solved(left: Expr, sign: str, right: Expr, symbol: sympy.Symbol) -> Region:
    real = sympy.Symbol("x", real=True)
    difference = (left - right).subs(symbol, real)
    if is_of_high_degree(difference, real):
        raise Unreadable("an inequality that is not solved")
    relation = {"<": difference < 0, ">": difference > 0, "le": difference <= 0, "ge": difference >= 0}
    try:
        if sign == "ne":
            found = sympy.S.Reals - sympy.solveset(difference, real, sympy.S.Reals)
        else:
            found = sympy.solveset(relation[sign], real, sympy.S.Reals)
    except (NotImplementedError, ValueError, TypeError):
        raise Unreadable("an inequality that is not solved") from None
    return Region(_of_set(found).pieces, str(symbol))


def _of_set(found: sympy.Set) -> Region:
    if found is sympy.S.EmptySet:
        return NOTHING
    if found is sympy.S.Reals:
        return REALS
    if isinstance(found, sympy.Interval):
        return interval(found.start, found.end, not found.left_open, not found.right_open)
    if isinstance(found, sympy.FiniteSet):
        return points(list(found))
    if isinstance(found, sympy.Union):
        region = NOTHING
        for part in found.args:
            region = union(region, _of_set(part))
        return region
    if isinstance(found, sympy.Complement):
        return intersection(_of_set(found.args[0]), complement(_of_set(found.args[1])))
    raise Unreadable("a set that is no union of intervals")


def _numeric(*numbers: Expr) -> bool:
    return all(not number.free_symbols for number in numbers)


def _require_numbers(pieces: list[Piece]) -> None:
    if not all(_numeric(piece.low, piece.high) for piece in pieces):
        raise Unreadable("intervals whose order is not known")


def _less(left: Expr, right: Expr) -> bool:
    if left == right:
        return False
    if left.is_infinite or right.is_infinite or (left.is_Rational and right.is_Rational):
        return bool(left < right)
    same = values.same(left, right)
    if same.verdict is Verdict.UNDECIDED:
        raise Unreadable(same.reason)
    return same == DIFFERENT and bool(sympy.N(left - right, 60, maxn=values.MOST_DIGITS) < 0)


def _sorted(pieces: list[Piece]) -> list[Piece]:
    ordered: list[Piece] = []
    for piece in pieces:
        at = 0
        while at < len(ordered) and not _comes_first(piece, ordered[at]):
            at += 1
        ordered.insert(at, piece)
    return ordered


def _comes_first(left: Piece, right: Piece) -> bool:
    if _less(left.low, right.low):
        return True
    return not _less(right.low, left.low) and left.low_closed and not right.low_closed


def _joined(left: Piece, right: Piece) -> Piece:
    """For two adjacent intervals, the left one first."""
    low_closed = left.low_closed or (right.low_closed and not _less(left.low, right.low))
    if _less(left.high, right.high):
        return Piece(left.low, right.high, low_closed, right.high_closed)
    same_end = not _less(right.high, left.high)
    return Piece(left.low, left.high, low_closed, left.high_closed or (same_end and right.high_closed))
