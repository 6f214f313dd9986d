"""Compares two parsed answers."""

import sympy

from retort_trainer.mathematics import (
    han_numerals,
    list_comparison,
    numerals,
    parameters,
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
from retort_trainer.verdicts import DIFFERENT, EQUAL, Decision, of, undecided

_ORDERED = (Order.TUPLE, Order.LIST)
_UNORDERED = (Order.SET, Order.ALTERNATIVES)
_MOST_WORDS = 4
_DENYING = frozenset({"not", "no", "non", "never", "neither", "isn't", "un"})
_FREE_NAMES = ("y", "f(x)", "g(x)", "h(x)", "")


def compare(left: Form, right: Form) -> Decision:
    """Symmetric."""
    family = parameters.compare(left, right, compare)
    if family is not None:
        return family
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
            return list_comparison.compare(left, right, compare)
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
        if equation is None:
            return _relations(right, left.value) or DIFFERENT
        same = _same_equation(right, equation)
        is_solved = right.difference.free_symbols == {symbol(left.name)} and right.sign == "="
        if not is_solved and same == DIFFERENT and right.constant is not None:
            # "AB = 5", "|AB| = 5"
            stated = compare(left.value, right.constant)
            return undecided("one value of two expressions") if stated == EQUAL else same
        if same == EQUAL or not is_solved:
            return same
        return compare(relations.solutions(right) or right, left.value)
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
    if not right.items or not all(isinstance(item, Named) for item in right.items):
        return compare(left.value, right)
    names = left.name.strip("()").split(",")
    if isinstance(left.value, Items) and len(names) == len(left.value.items) > 1:
        # "(x, y) = (1, 2)"
        named = tuple(Named(*pair) for pair in zip(names, left.value.items, strict=True))
        return list_comparison.compare(Items(Order.BARE, named), right, compare)
    roots = [item for item in right.items if isinstance(item, Named)]
    if all(_is_index_of(item.name, left.name) for item in roots):
        # "x_1 = 1, x_2 = 2"
        return compare(left.value, Items(Order.ALTERNATIVES, tuple(item.value for item in roots)))
    return list_comparison.compare(Items(Order.BARE, (left,)), right, compare)


def _is_index_of(name: str, letter: str) -> bool:
    return name.startswith(f"{letter}_") and name[len(letter) + 1 :].isdigit()


def _equation(named: Named) -> Relation | None:
    if not isinstance(named.value, Quantity) or not named.name:
        return None
    name = "y" if named.name in _FREE_NAMES else named.name
    return Relation("=", symbol(name) - named.value.value)


def _relations(left: Relation, right: Form) -> Decision | None:
    if isinstance(right, Named):
        return None
    if isinstance(right, Quantity) and left.constant is not None:
        return _stated_value(left, left.constant, right)
    if isinstance(right, Items | Region | Quantity):
        found = relations.solutions(left)
        return DIFFERENT if found is None else compare(found, right)
    return _same_equation(left, right) if isinstance(right, Relation) else DIFFERENT


def _stated_value(left: Relation, constant: Quantity, right: Quantity) -> Decision:
    """Compares "a + b = 5" with a number: it may state the value of its first side."""
    same = quantity_comparison.compare(constant, right)
    symbols = left.difference.free_symbols
    if len(symbols) > 1:
        is_curve = same == EQUAL and relations.is_curve(left)
        return undecided("an equation, or the value of its side") if is_curve else same
    is_angle = left.difference.has(sympy.sin, sympy.cos, sympy.tan)
    if is_angle and same == EQUAL:
        return EQUAL
    if is_angle:
        return undecided("an angle") if relations.may_be_angle(left, right) else same
    found = compare(relations.solutions(left) or constant, right)
    return (
        undecided("an equation, or the value of its side") if found == DIFFERENT and same == EQUAL else found
    )


def _same_equation(left: Relation, right: Relation) -> Decision:
    if left.sign != right.sign:
        return DIFFERENT
    same = values.same_zeros if left.sign in ("=", "!=") else values.same_sign
    decision = same(left.difference, right.difference)
    of_others = left.difference.free_symbols != right.difference.free_symbols
    if decision == DIFFERENT and of_others and left.constant is not None and right.constant is not None:
        stated = quantity_comparison.compare(left.constant, right.constant)
        return undecided("one value of two expressions") if stated == EQUAL else decision
    return decision


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
    decision = list_comparison.all_equal(decisions)
    if decision == EQUAL and left.variable and other.variable and left.variable != other.variable:
        return undecided(f"{left.variable} and {other.variable} are two names")
    return decision


def _ends(left: sympy.Expr, right: sympy.Expr) -> Decision:
    return of(left == right) if left.is_infinite or right.is_infinite else values.same(left, right)


def _single(left: Items, right: Form) -> Decision:
    if any(isinstance(item, Words) for item in left.items):
        return undecided("words beside numbers")
    if left.order in (*_UNORDERED, Order.BARE):
        items = list_comparison.distinct(left.items, compare)
        if len(items) == 1:
            return compare(items[0], right)
    return DIFFERENT


def _vector(left: Items, right: Table) -> Decision:
    rows = [item.items for item in left.items if isinstance(item, Items) and item.order is not Order.SET]
    if len(rows) == len(left.items) > 0 and left.order is not Order.SET:
        # "[[1, 2], [3, 4]]"
        return _tables(Table(tuple(rows)), right)
    cells = [cell for row in right.rows for cell in row]
    is_vector = len(right.rows) == 1 or all(len(row) == 1 for row in right.rows)
    return (
        list_comparison.in_order(left.items, cells, compare)
        if is_vector and left.order is not Order.SET
        else DIFFERENT
    )


def _tables(left: Table, right: Table) -> Decision:
    if [len(row) for row in left.rows] != [len(row) for row in right.rows]:
        return DIFFERENT
    return list_comparison.in_order(
        [cell for row in left.rows for cell in row], [cell for row in right.rows for cell in row], compare
    )


def _ratios(left: Ratio, right: Form) -> Decision | None:
    if left.spoken and not isinstance(right, Ratio):
        return undecided("a ratio, or a range")
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
    return list_comparison.all_equal(
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
        is_residue = bool(sympy.Mod(left.value - right.value, left.modulus) == 0)
        return undecided("a number without its modulus") if same == EQUAL or is_residue else same
    return None


def _words(left: Words, right: Form) -> Decision | None:
    if isinstance(right, Named):
        return None
    if isinstance(right, Words) and _bare(left.text) == _bare(right.text):
        return EQUAL
    if not isinstance(right, Words) and _has_number(left.text):
        return undecided("a number in words")
    if isinstance(right, Words) and _may_say_the_same(left.text, right.text):
        return undecided("words that may say the same")
    if isinstance(right, Quantity) and right.value.is_infinite:
        return undecided("words, or infinity")
    longest = max(len(side.text.split()) for side in (left, right) if isinstance(side, Words))
    return DIFFERENT if longest <= _MOST_WORDS else undecided("words that may say the same")


def _has_number(text: str) -> bool:
    has_digit = any(sign.isdigit() for sign in text)
    return has_digit or numerals.is_in(text) or han_numerals.is_part(text)


def _may_say_the_same(left: str, right: str) -> bool:
    """Whether the words of one, in any order, are words of the other, which denies nothing."""
    fewer, more = sorted((set(_bare(left).split()), set(_bare(right).split())), key=len)
    return fewer <= more and not (more - fewer) & _DENYING


def _bare(text: str) -> str:
    return text.removeprefix("the ").removeprefix("a ").removeprefix("an ")
