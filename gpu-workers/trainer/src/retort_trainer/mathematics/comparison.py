"""Compares two parsed answers."""

from collections.abc import Sequence

import sympy

from retort_trainer.mathematics import (
    han_numerals,
    numerals,
    progressions,
    quantity_comparison,
    relations,
    values,
)
from retort_trainer.mathematics.expressions import symbol
from retort_trainer.mathematics.forms import (
    Clock,
    Ellipsis,
    Form,
    Items,
    Named,
    Order,
    Quantity,
    Ratio,
    Region,
    Relation,
    Residue,
    Table,
    Words,
)
from retort_trainer.verdicts import DIFFERENT, EQUAL, Decision, Verdict, of, undecided

_ORDERED = (Order.TUPLE, Order.LIST)
_UNORDERED = (Order.SET, Order.ALTERNATIVES)
_MOST_WORDS = 4
_FREE_NAMES = ("y", "f(x)", "g(x)", "h(x)", "")


def compare(left: Form, right: Form) -> Decision:
    """Symmetric."""
    for one, other in ((left, right), (right, left)):
        decision = _one_sided(one, other)
        if decision is not None:
            return decision
    return DIFFERENT


def _one_sided(left: Form, right: Form) -> Decision | None:
    """The result for two kinds in this order; None if it is not defined in this order."""
    match left, right:
        case Quantity(), Quantity():
            return quantity_comparison.compare(left, right)
        case Named(), _:
            return _named(left, right)
        case Relation(), _:
            return _relations(left, right)
        case Region(), _:
            return _regions(left, right)
        case Items(), Items():
            return _items(left, right)
        case Items(), Quantity() | Clock() | Ratio():
            return _single(left, right)
        case Items(), Table():
            return _vector(left, right)
        case Table(), Table():
            return _tables(left, right)
        case Ratio(), _:
            return _ratios(left, right)
        case Clock(), Clock():
            return _clocks(left, right)
        case Clock(), Quantity():
            return _hour(left, right)
        case Residue(), _:
            return _residues(left, right)
        case Ellipsis(), Ellipsis():
            return EQUAL
        case Words(), _:
            return _words(left, right)
        case _:
            return None


def _named(left: Named, right: Form) -> Decision:
    if isinstance(right, Relation):
        equation = _equation(left)
        return _same_equation(right, equation) if equation else _relations(right, left.value) or DIFFERENT
    if not isinstance(right, Named):
        if isinstance(right, Items) and isinstance(left.value, Items | Quantity):
            return _of_list(left, right)
        return compare(left.value, right)
    decision = compare(left.value, right.value)
    if left.name == right.name or (left.name in _FREE_NAMES and right.name in _FREE_NAMES):
        return decision
    first, second = _equation(left), _equation(right)
    if first and second and (first.difference.free_symbols == second.difference.free_symbols):
        return _same_equation(first, second)
    return undecided(f"{left.name} and {right.name} are two names") if decision == EQUAL else decision


def _of_list(left: Named, right: Items) -> Decision:
    if right.items and all(isinstance(item, Named) for item in right.items):
        return _items(Items(Order.BARE, (left,)), right)
    return compare(left.value, right)


def _equation(named: Named) -> Relation | None:
    if not isinstance(named.value, Quantity) or not named.name:
        return None
    name = "y" if named.name in _FREE_NAMES else named.name
    return Relation("=", symbol(name) - named.value.value)


def _relations(left: Relation, right: Form) -> Decision | None:
    if isinstance(right, Named):
        return None
    if isinstance(right, Items | Region | Quantity):
        found = relations.solutions(left)
        return DIFFERENT if found is None else compare(found, right)
    return _same_equation(left, right) if isinstance(right, Relation) else DIFFERENT


def _same_equation(left: Relation, right: Relation) -> Decision:
    if left.sign != right.sign:
        return DIFFERENT
    same = values.same_zeros if left.sign in ("=", "!=") else values.same_sign
    return same(left.difference, right.difference)


def _regions(left: Region, right: Form) -> Decision | None:
    other = relations.region_or_none(right)
    point = len(left.pieces) == 1 and left.pieces[0].low == left.pieces[0].high
    if other is None and point and isinstance(right, Quantity):
        return values.same(left.pieces[0].low, right.value, (0, right.decimals))
    if other is None:
        return None if isinstance(right, Named | Relation | Words) else DIFFERENT
    if len(left.pieces) != len(other.pieces):
        return DIFFERENT
    decisions = []
    for one, two in zip(left.pieces, other.pieces, strict=True):
        if (one.low_closed, one.high_closed) != (two.low_closed, two.high_closed):
            return DIFFERENT
        decisions += [_ends(one.low, two.low), _ends(one.high, two.high)]
    decision = _all(decisions)
    if decision == EQUAL and left.variable and other.variable and left.variable != other.variable:
        return undecided(f"{left.variable} and {other.variable} are two names")
    return decision


def _ends(left: sympy.Expr, right: sympy.Expr) -> Decision:
    return of(left == right) if left.is_infinite or right.is_infinite else values.same(left, right)


def _items(left: Items, right: Items) -> Decision:
    if any(isinstance(item, Ellipsis) for side in (left, right) for item in side.items):
        return progressions.compare(left, right, compare)
    orders = {left.order, right.order}
    if orders == {Order.TUPLE, Order.LIST} and len(left.items) == len(right.items) == 2:
        return DIFFERENT
    if Order.SET in orders and orders & set(_ORDERED):
        return DIFFERENT
    if orders <= set(_ORDERED) or (Order.BARE in orders and orders & set(_ORDERED)):
        return _in_order(left.items, right.items)
    if left.order is right.order is Order.BARE and len(left.items) == len(right.items):
        return _in_any_order(list(left.items), list(right.items))
    return _in_any_order(_distinct(left.items), _distinct(right.items))


def _in_order(left: Sequence[Form], right: Sequence[Form]) -> Decision:
    if len(left) != len(right):
        return DIFFERENT
    return _all([compare(one, other) for one, other in zip(left, right, strict=True)])


def _in_any_order(left: list[Form], right: list[Form]) -> Decision:
    if len(left) != len(right):
        return DIFFERENT
    lonely: list[Form] = []
    rest = list(right)
    for one in left:
        partner = next((index for index, other in enumerate(rest) if compare(one, other) == EQUAL), None)
        if partner is None:
            lonely.append(one)
        else:
            del rest[partner]
    if not lonely:
        return EQUAL
    for some, others in ((lonely, rest), (rest, lonely)):
        for one in some:
            if all(compare(one, other).verdict is Verdict.DIFFERENT for other in others):
                return DIFFERENT
    return undecided("items of a list that may be the same")


def _distinct(items: Sequence[Form]) -> list[Form]:
    found: list[Form] = []
    for item in items:
        if not any(compare(item, other) == EQUAL for other in found):
            found.append(item)
    return found


def _single(left: Items, right: Form) -> Decision:
    if any(isinstance(item, Words) for item in left.items):
        return undecided("words beside numbers")
    if left.order in (*_UNORDERED, Order.BARE):
        items = _distinct(left.items)
        if len(items) == 1:
            return compare(items[0], right)
    return DIFFERENT


def _vector(left: Items, right: Table) -> Decision:
    cells = [cell for row in right.rows for cell in row]
    is_vector = len(right.rows) == 1 or all(len(row) == 1 for row in right.rows)
    return _in_order(left.items, cells) if is_vector and left.order is not Order.SET else DIFFERENT


def _tables(left: Table, right: Table) -> Decision:
    if [len(row) for row in left.rows] != [len(row) for row in right.rows]:
        return DIFFERENT
    return _in_order(
        [cell for row in left.rows for cell in row], [cell for row in right.rows for cell in row]
    )


def _ratios(left: Ratio, right: Form) -> Decision | None:
    if isinstance(right, Clock):
        return _clocks(left.clock, right) if left.clock else DIFFERENT
    if isinstance(right, Ratio):
        if left.clock and right.clock:
            same = _clocks(left.clock, right.clock)
            return (
                undecided("times or ratios")
                if same != EQUAL and _proportional(left, right) == EQUAL
                else same
            )
        return _proportional(left, right)
    if isinstance(right, Quantity) and len(left.parts) == 2:
        return _quotient(left, right)
    return None


def _quotient(left: Ratio, right: Quantity) -> Decision:
    """Compares a:b with a number."""
    above, below = (part.value for part in left.parts)
    if below.is_zero:
        return DIFFERENT if left.clock else undecided("a ratio with zero")
    same = values.same(above / below, right.value / 100 if right.percent else right.value)
    return undecided("a time or a ratio") if left.clock and same == EQUAL else same


def _proportional(left: Ratio, right: Ratio) -> Decision:
    if len(left.parts) != len(right.parts):
        return DIFFERENT
    first, second = left.parts[0].value, right.parts[0].value
    return _all(
        [
            values.same(one.value * second, other.value * first)
            for one, other in zip(left.parts[1:], right.parts[1:], strict=True)
        ]
    )


def _clocks(left: Clock, right: Clock) -> Decision:
    if left.seconds == right.seconds:
        return EQUAL
    half = 12 * 3600
    if left.known_half and right.known_half:
        return of((left.seconds - right.seconds) % (2 * half) == 0)
    return of(left.seconds % half == right.seconds % half)


def _hour(left: Clock, right: Quantity) -> Decision:
    if not left.hour_only or right.unit or right.words:
        return DIFFERENT
    return of(right.value in (left.seconds // 3600, left.seconds // 3600 % 12 or 12))


def _residues(left: Residue, right: Form) -> Decision | None:
    if isinstance(right, Residue):
        if left.modulus != right.modulus or (left.name and right.name and left.name != right.name):
            return DIFFERENT
        return of(bool(sympy.Mod(left.value - right.value, left.modulus) == 0))
    if isinstance(right, Quantity):
        same = values.same(left.value, right.value)
        return undecided("a number without its modulus") if same == EQUAL else same
    return None


def _words(left: Words, right: Form) -> Decision | None:
    if isinstance(right, Named):
        return None
    if isinstance(right, Words) and _bare(left.text) == _bare(right.text):
        return EQUAL
    if not isinstance(right, Words) and (numerals.is_in(left.text) or han_numerals.is_part(left.text)):
        return undecided("a number in words")
    longest = max(len(side.text.split()) for side in (left, right) if isinstance(side, Words))
    return DIFFERENT if longest <= _MOST_WORDS else undecided("words that may say the same")


def _bare(text: str) -> str:
    return text.removeprefix("the ").removeprefix("a ").removeprefix("an ")


def _all(decisions: Sequence[Decision]) -> Decision:
    doubt: Decision | None = None
    for decision in decisions:
        if decision.verdict is Verdict.DIFFERENT:
            return decision
        if decision.verdict is Verdict.UNDECIDED:
            doubt = decision
    return doubt or EQUAL
