"""Equations and inequalities, and lists of them."""

from typing import Protocol

import sympy
from sympy import Expr

from retort_trainer.mathematics import regions, values
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
from retort_trainer.verdicts import DIFFERENT

_EQUAL = ("=", "approx", "equiv")
_UNEQUAL = ("<", ">", "le", "ge", "ne")
_VERBS = frozenset({"is", "equals", "are"})


class _Reads(Protocol):
    def form(self, found: list[Token]) -> Form: ...

    def term(self, found: list[Token]) -> Form: ...

    def value(self, found: list[Token]) -> Expr: ...

    @property
    def rounded(self) -> bool: ...


def has_relation(found: list[Token]) -> bool:
    return any(bare and _is_relation(token) for token, bare in zip(found, outside(found), strict=True))


def _is_relation(token: Token) -> bool:
    verb = token.kind is Kind.WORD and token.text.lower() in _VERBS
    return verb or token.is_sign(*_EQUAL, *_UNEQUAL, "in")


def relation(reader: _Reads, found: list[Token]) -> Form:
    if len(found) > 3 and found[0].kind is Kind.NAME and found[1].is_sign(":"):
        # "l: x + y = 1"
        found = found[2:]
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
    if "approx" in signs and not reader.rounded:
        exact = signs.index("approx")
        if exact or _name(sides[0]) is None:
            # "2π ≈ 6.28": the value before its rounding.
            sides, signs = sides[: exact + 1], signs[:exact]
            if not signs:
                return reader.form(sides[0])
    if "in" in signs:
        return _member(reader, sides, signs)
    if not any(sign in _UNEQUAL for sign in signs):
        return _equation(reader, sides)
    if any(sign not in _UNEQUAL for sign in signs):
        raise Unreadable("a chain of equations and inequalities")
    if any(token.is_sign("pm", "mp") for token in found):
        return _unequal_to_both(reader, sides, signs)
    return _inequality([reader.value(side) for side in sides], signs)


def _unequal_to_both(reader: _Reads, sides: list[list[Token]], signs: list[str]) -> Form:
    """ "x ≠ ±1" """
    both = reader.form(sides[-1])
    if signs != ["ne"] or not isinstance(both, Items):
        raise Unreadable("an inequality with two signs")
    found = regions.REALS
    for item in both.items:
        if not isinstance(item, Quantity):
            raise Unreadable("an inequality with two signs")
        found = regions.intersection(
            found, as_region(_inequality([reader.value(sides[0]), item.value], signs))
        )
    return found


def _member(reader: _Reads, sides: list[list[Token]], signs: list[str]) -> Form:
    if signs != ["in"] or len(sides[0]) != 1 or sides[0][0].kind is not Kind.NAME:
        raise Unreadable("an element that is no variable")
    letters = [token.text for token in sides[1]]
    form = Words(f"numbers {letters[0]}") if letters in (["Z"], ["N"], ["Q"]) else reader.term(sides[1])
    if letters == ["R"]:
        form = regions.REALS
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
        has_names = any(token.kind is Kind.NAME for token in sides[0])
        if isinstance(concluded, Quantity) and concluded.value.is_number and not has_names:
            return concluded
        raise
    if not first.free_symbols:
        return concluded
    constant = concluded if isinstance(concluded, Quantity) and not concluded.value.free_symbols else None
    return Relation("=", first - reader.value(sides[-1]), constant)


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
    if side[0].kind is Kind.NAME and side[0].text == "m" and len(side) > 2 and side[1].is_sign("angle"):
        # "m∠A"
        side = side[1:]
    if side[0].is_sign("overline") and all(
        token.kind is Kind.NAME or token.is_sign("{", "}") for token in side[1:]
    ):  # fmt: skip
        return "".join(token.text for token in side if token.kind is Kind.NAME)
    if side[0].is_sign("angle") and all(token.kind is Kind.NAME for token in side[1:]):
        return "".join(texts)
    if any(token.is_sign("cup", "cap", "setminus") for token in side) and all(
        token.kind is Kind.NAME or token.is_sign("cup", "cap", "setminus", "(", ")") for token in side
    ):  # fmt: skip
        return "".join(texts)
    capitals = all(token.kind is Kind.NAME and token.text.isupper() for token in side)
    if capitals and 2 <= len(side) <= 3:
        return "".join(texts)
    # "the value of x"
    if side[0].kind is Kind.WORD and all(token.kind in (Kind.WORD, Kind.NAME) for token in side):
        return ""
    return None


def _inequality(parts: list[Expr], signs: list[str]) -> Form:
    found: list[Region] = []
    for left, sign, right in zip(parts, signs, parts[1:], strict=False):
        if not (left.free_symbols or right.free_symbols):
            raise Unreadable("an inequality of numbers")
        region = _region(left, sign, right, parts)
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


def _region(left: Expr, sign: str, right: Expr, parts: list[Expr]) -> Region | None:
    if left.is_Symbol and right.is_Symbol:
        # "a < x < b": the middle one is the variable.
        if len(parts) == 3 and right == parts[1]:
            return regions.compared(
                right, {"<": ">", ">": "<", "le": "ge", "ge": "le", "ne": "ne"}[sign], left
            )
        if len(parts) == 3:
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
    numbers = [item.value for item in form.items if isinstance(item, Quantity)]
    if form.order in (Order.SET, Order.ALTERNATIVES):
        return regions.points(numbers)
    if form.order in (Order.TUPLE, Order.LIST) and len(numbers) == 2:
        closed = form.order is Order.LIST
        try:
            return regions.interval(numbers[0], numbers[1], closed, closed)
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
    found = _solved(equation.difference, symbol)
    if found is None:
        raise Unreadable("an equation that is not solved")
    return Items(Order.ALTERNATIVES, tuple(Quantity(value) for value in found))


def _solved(difference: Expr, symbol: sympy.Symbol) -> sympy.FiniteSet | None:
    """The solutions, or the real ones where those are finitely many."""
    for domain in (sympy.S.Complexes, sympy.S.Reals):
        try:
            found = sympy.solveset(difference, symbol, domain)
        except (NotImplementedError, ValueError, TypeError):
            continue
        if isinstance(found, sympy.FiniteSet):
            return found
    return None


def is_curve(equation: Relation) -> bool:
    """Whether an equation is likely to describe a line or a curve: "x - 2y = 0", "x^2 + y^2 = 25"."""
    names = [name for name in equation.difference.free_symbols if str(name) in ("x", "y", "z")]
    if len(names) != len(equation.difference.free_symbols) or not equation.difference.is_polynomial(*names):
        return False
    is_general = equation.constant is not None and equation.constant.value.is_zero
    return bool(is_general) or any(sympy.degree(equation.difference, name) > 1 for name in names)


def may_be_angle(equation: Relation, right: Quantity) -> bool:
    """Whether a number solves an equation of an angle, in radians or degrees."""
    if right.value.free_symbols or len(equation.difference.free_symbols) != 1:
        return True
    name = next(iter(equation.difference.free_symbols))
    angles = (right.value, right.value * sympy.pi / 180)
    return any(
        values.same(equation.difference.subs(name, angle), sympy.Integer(0)) != DIFFERENT for angle in angles
    )


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
    if any(isinstance(form, Region) for form in forms):
        region = regions.NOTHING
        for form in forms:
            region = regions.union(region, _solution(form))
        return region
    bound = _bound(forms)
    return bound if bound is not None else _named_together(forms, Order.ALTERNATIVES)


def _bound(forms: list[Form]) -> Region | None:
    """ "5 or more" """
    if len(forms) != 2 or not isinstance(forms[0], Quantity) or not isinstance(forms[1], Words):
        return None
    if forms[1].text in ("more", "greater", "higher", "above"):
        return regions.interval(forms[0].value, sympy.oo, True, False)
    if forms[1].text in ("less", "fewer", "lower", "below"):
        return regions.interval(-sympy.oo, forms[0].value, False, True)
    return None


def _solution(form: Form) -> Region:
    """The region of "x < 1", and of "x = 1"."""
    if isinstance(form, Named) and isinstance(form.value, Quantity):
        return regions.points([form.value.value], form.name)
    return as_region(form)


def listed(forms: list[Form]) -> Form:
    """Simultaneous conditions, values of one variable, or a plain list."""
    if all(isinstance(form, Region) and form.variable for form in forms):
        names = {form.variable for form in forms if isinstance(form, Region)}
        if len(names) == 1:
            return _conditions([form for form in forms if isinstance(form, Region)])
    first = forms[0]
    if isinstance(first, Region) and first.variable and all(isinstance(form, Quantity) for form in forms[1:]):
        return _excluded(first, [form.value for form in forms if isinstance(form, Quantity)])
    return _named_together(forms, Order.BARE)


def _excluded(first: Region, others: list[Expr]) -> Region:
    """ "x ≠ 0, 1" """
    out = regions.complement(first)
    if not all(piece.low == piece.high for piece in out.pieces):
        raise Unreadable("an inequality and numbers")
    return regions.complement(regions.union(out, regions.points(others, first.variable)))


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
            each = tuple(form.value for form in forms if isinstance(form, Named))
            return Named(first.name, Items(Order.ALTERNATIVES, _flat(each)))
        if all(isinstance(form, Quantity) or _is_choice(form) for form in rest):
            return Named(first.name, Items(order, _flat((first.value, *rest))))
    return Items(order, _flat(tuple(forms)))
