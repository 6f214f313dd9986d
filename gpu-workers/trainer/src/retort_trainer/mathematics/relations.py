"""Equations and inequalities, and lists of them."""

from typing import Protocol

import sympy
from sympy import Expr

from retort_trainer.mathematics import regions
from retort_trainer.mathematics.brackets import cut, outside
from retort_trainer.mathematics.expressions import symbol
from retort_trainer.mathematics.forms import (
    Form,
    Items,
    Named,
    Order,
    Piece,
    Quantity,
    Region,
    Relation,
    Words,
)
from retort_trainer.mathematics.lexer import Kind, Token, Unreadable

_EQUAL = ("=", "approx", "equiv")
_UNEQUAL = ("<", ">", "le", "ge", "ne")
_VERBS = frozenset({"is", "equals", "are"})


class _Reads(Protocol):
    def form(self, found: list[Token]) -> Form: ...

    def term(self, found: list[Token]) -> Form: ...

    def value(self, found: list[Token]) -> Expr: ...


def has_relation(found: list[Token]) -> bool:
    return any(bare and _is_relation(token) for token, bare in zip(found, outside(found), strict=True))


def _is_relation(token: Token) -> bool:
    verb = token.kind is Kind.WORD and token.text.lower() in _VERBS
    return verb or token.is_sign(*_EQUAL, *_UNEQUAL, "in")


def relation(reader: _Reads, found: list[Token]) -> Form:
    sides = cut(found, _is_relation)
    signs = [
        token.text for token, bare in zip(found, outside(found), strict=True) if bare and _is_relation(token)
    ]
    if not sides[0]:
        if signs[0] in _UNEQUAL:
            # "> 5"
            return Region(as_region(_inequality([symbol("x"), reader.value(sides[1])], signs)).pieces)
        # "= 5", "is 5"
        return reader.form(found[1:])
    if "in" in signs:
        return _member(reader, sides, signs)
    if not any(sign in _UNEQUAL for sign in signs):
        return _equation(reader, sides)
    if any(sign not in _UNEQUAL for sign in signs):
        raise Unreadable("a chain of equations and inequalities")
    return _inequality([reader.value(side) for side in sides], signs)


def _member(reader: _Reads, sides: list[list[Token]], signs: list[str]) -> Form:
    if signs != ["in"] or len(sides[0]) != 1 or sides[0][0].kind is not Kind.NAME:
        raise Unreadable("an element that is no variable")
    form = reader.term(sides[1])
    name = sides[0][0].text
    if isinstance(form, Items) and form.order is Order.SET:
        return Named(name, Items(Order.ALTERNATIVES, form.items))
    if isinstance(form, Words):
        return Named(name, form)
    return Region(as_region(form).pieces, name)


def _equation(reader: _Reads, sides: list[list[Token]]) -> Form:
    name = _name(sides[0])
    if name is not None:
        form = reader.form(sides[-1])
        if not (isinstance(form, Quantity) and symbol(name) in form.value.free_symbols):
            return Named(name, form) if name else form
    last_name = _name(sides[-1])
    if last_name and len(sides) == 2 and name is None:
        form = reader.form(sides[0])
        if isinstance(form, Quantity) and symbol(last_name) not in form.value.free_symbols:
            return Named(last_name, form)
    concluded = reader.term(sides[-1])
    try:
        first = reader.value(sides[0])
    except Unreadable:
        # "24 clips + 48 clips = 72 clips": the derivation of a number is not part of it.
        if isinstance(concluded, Quantity) and concluded.value.is_number:
            return concluded
        raise
    if not first.free_symbols:
        return concluded
    return Relation("=", first - reader.value(sides[-1]))


def _name(side: list[Token]) -> str | None:
    """The name of a value; empty for words, None for anything that is not a name."""
    texts = [token.text for token in side]
    if all(token.kind is Kind.WORD for token in side):
        return ""
    if len(side) == 1 and side[0].kind is Kind.NAME and side[0].text not in ("e", "i"):
        return texts[0]
    if side[0].kind is Kind.NAME and len(side) > 3 and side[1].is_sign("(") and side[-1].is_sign(")"):
        inner = side[2:-1]
        return "".join(texts) if len(inner) == 1 or texts[0] in "fghFGPSTpqr" else None
    if side[0].is_sign("(") and side[-1].is_sign(")") and all(
        token.kind is Kind.NAME or token.is_sign(",") for token in side[1:-1]
    ):  # fmt: skip
        return "".join(texts)
    if side[0].is_sign("angle") and all(token.kind is Kind.NAME for token in side[1:]):
        return "".join(texts)
    capitals = all(token.kind is Kind.NAME and token.text.isupper() for token in side)
    if capitals and 2 <= len(side) <= 3:
        return "".join(texts)
    # "the value of x"
    if side[0].kind is Kind.WORD and all(token.kind in (Kind.WORD, Kind.NAME) for token in side):
        return ""
    return None


def _inequality(values: list[Expr], signs: list[str]) -> Form:
    found: list[Region] = []
    for left, sign, right in zip(values, signs, values[1:], strict=False):
        if not (left.free_symbols or right.free_symbols):
            raise Unreadable("an inequality of numbers")
        region = _region(left, sign, right, values)
        if region is None:
            if len(signs) > 1:
                raise Unreadable("a chain of inequalities of several variables")
            return Relation(*_positive(left, sign, right))
        found.append(region)
    if len(found) == 1:
        return found[0]
    if len(found) == 2 and all(len(region.pieces) == 1 for region in found):
        return _between(found[0].pieces[0], found[1].pieces[0], found[0].variable)
    result = found[0]
    for region in found[1:]:
        result = regions.intersection(result, region)
    return result


def _region(left: Expr, sign: str, right: Expr, values: list[Expr]) -> Region | None:
    if left.is_Symbol and right.is_Symbol:
        # "a < x < b": the middle one is the variable.
        if len(values) == 3 and right == values[1]:
            return regions.compared(
                right, {"<": ">", ">": "<", "le": "ge", "ge": "le", "ne": "ne"}[sign], left
            )
        if len(values) == 3:
            return regions.compared(left, sign, right)
        return None
    return regions.compared(left, sign, right)


def _between(left: Piece, right: Piece, name: str) -> Region:
    infinite = (sympy.oo, -sympy.oo)
    for one, other in ((left, right), (right, left)):
        if (
            one.high in infinite
            and other.low in infinite
            and one.low not in infinite
            and other.high not in infinite
        ):
            return regions.interval(one.low, other.high, one.low_closed, other.high_closed, name)
    return regions.intersection(Region((left,), name), Region((right,), name))


def _positive(left: Expr, sign: str, right: Expr) -> tuple[str, Expr]:
    """The sign ">", ">=" or "!=" and the expression that is compared with 0."""
    if sign in (">", "ge"):
        return (">" if sign == ">" else ">="), left - right
    if sign in ("<", "le"):
        return (">" if sign == "<" else ">="), right - left
    return "!=", left - right


def as_region(form: Form) -> Region:
    """Intervals, pairs that can be intervals, and finite sets of numbers. Raises Unreadable."""
    region = region_or_none(form)
    if region is None:
        raise Unreadable("what is no set of numbers")
    return region


def region_or_none(form: Form) -> Region | None:
    if isinstance(form, Region):
        return form
    if not isinstance(form, Items) or not all(isinstance(item, Quantity) for item in form.items):
        return None
    values = [item.value for item in form.items if isinstance(item, Quantity)]
    if form.order in (Order.SET, Order.ALTERNATIVES):
        return regions.points(values)
    if form.order in (Order.TUPLE, Order.LIST) and len(values) == 2:
        closed = form.order is Order.LIST
        try:
            return regions.interval(values[0], values[1], closed, closed)
        except (Unreadable, TypeError):
            return None
    return None


def solutions(equation: Relation) -> Form | None:
    """The values of the only variable of an equation; None if it has several. Raises Unreadable."""
    if equation.sign != "=" or len(equation.difference.free_symbols) != 1:
        return None
    symbol = next(iter(equation.difference.free_symbols))
    if regions.is_of_high_degree(equation.difference, symbol):
        raise Unreadable("an equation that is not solved")
    found = sympy.solveset(equation.difference, symbol)
    if not isinstance(found, sympy.FiniteSet):
        raise Unreadable("an equation that is not solved")
    return Items(Order.ALTERNATIVES, tuple(Quantity(value) for value in found))


def set_of(items: tuple[Form, ...]) -> Form:
    return Items(Order.SET, _flat(items))


def _flat(items: tuple[Form, ...]) -> tuple[Form, ...]:
    """Alternatives within a set or list become items: "1 ± √2, 3"."""
    found: list[Form] = []
    for item in items:
        found.extend(item.items if isinstance(item, Items) and item.order is Order.ALTERNATIVES else (item,))
    return tuple(found)


def _is_choice(form: Form) -> bool:
    return isinstance(form, Items) and form.order is Order.ALTERNATIVES


def alternatives(forms: list[Form]) -> Form:
    """ "x < 1 or x > 2" is one region; "x = 1 or x = 2" are two values of x."""
    if all(isinstance(form, Region) for form in forms):
        region = regions.NOTHING
        for form in forms:
            region = regions.union(region, as_region(form))
        return region
    return _named_together(forms, Order.ALTERNATIVES)


def listed(forms: list[Form]) -> Form:
    """Simultaneous conditions, values of one variable, or a plain list."""
    if all(isinstance(form, Region) and form.variable for form in forms):
        names = {form.variable for form in forms if isinstance(form, Region)}
        if len(names) == 1:
            return _conditions([form for form in forms if isinstance(form, Region)])
    return _named_together(forms, Order.BARE)


def _conditions(found: list[Region]) -> Region:
    together, apart = found[0], found[0]
    for region in found[1:]:
        together = regions.intersection(together, region)
        apart = regions.union(apart, region)
    # "x < 1, x > 2" denotes alternatives.
    return together if together.pieces else apart


def _named_together(forms: list[Form], order: Order) -> Form:
    first = forms[0]
    if isinstance(first, Named):
        rest = forms[1:]
        if all(isinstance(form, Named) and form.name == first.name for form in rest):
            values = tuple(form.value for form in forms if isinstance(form, Named))
            return Named(first.name, Items(Order.ALTERNATIVES, _flat(values)))
        if all(isinstance(form, Quantity) or _is_choice(form) for form in rest):
            return Named(first.name, Items(order, _flat((first.value, *rest))))
    return Items(order, _flat(tuple(forms)))
