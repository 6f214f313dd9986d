"""Families of values: "x = kπ, k ∈ Z"."""

from collections.abc import Callable
from dataclasses import replace

from sympy import Expr, Integer, expand

from retort_trainer.mathematics import values
from retort_trainer.mathematics.expressions import symbol
from retort_trainer.mathematics.forms import Form, Items, Named, Order, Piece, Quantity, Region, Words
from retort_trainer.verdicts import DIFFERENT, EQUAL, Decision, Verdict, undecided

_INTEGERS = "numbers Z"


def compare(left: Form, right: Form, same: Callable[[Form, Form], Decision]) -> Decision | None:
    """Two families whose parameters may have two names; None if none of both is a family."""
    first, second = _family(left), _family(right)
    if first is None and second is None:
        return None
    if first is None or second is None:
        family, other = (first, right) if first is not None else (second, left)
        assert family is not None
        # The range of the parameter may be left out.
        return EQUAL if same(family[0], other) == EQUAL else None
    if first[2] == second[2] and same(first[0], _renamed(second[0], second[1], first[1])) == EQUAL:
        return EQUAL
    steps = _step(first), _step(second)
    if first[2] == second[2] == _INTEGERS and steps[0] is not None and steps[1] is not None:
        return _same_steps(*steps[0], *steps[1])
    return undecided("families of values")


def _step(family: tuple[Form, str, str]) -> tuple[Expr, Expr] | None:
    """The step and the start of the values; None if they do not have one distance, or hold other names."""
    form, name, _ = family
    value = form.value if isinstance(form, Named) else form
    if not isinstance(value, Quantity) or value.value.free_symbols != {symbol(name)}:
        return None
    whole = expand(value.value)
    step = whole.coeff(symbol(name), 1)
    start = whole - step * symbol(name)
    return None if start.free_symbols or step.is_zero else (step, start)


def _same_steps(step: Expr, start: Expr, other_step: Expr, other_start: Expr) -> Decision:
    """Whether two families of the same distance, up or down, meet."""
    distances = {values.same(step, other_step).verdict, values.same(step, -other_step).verdict}
    if distances == {Verdict.DIFFERENT}:
        return DIFFERENT
    if Verdict.EQUAL not in distances:
        return undecided("families of values")
    shift = (start - other_start) / step
    return values.same(shift, Integer(round(float(shift))))


def _family(form: Form) -> tuple[Form, str, str] | None:
    """The form, its parameter, and the set of its parameter."""
    if not isinstance(form, Items) or form.order is not Order.BARE or len(form.items) < 2:
        return None
    last = form.items[-1]
    if (
        not isinstance(last, Named)
        or not isinstance(last.value, Words)
        or not last.value.text.startswith("numbers ")
    ):
        return None
    rest = form.items[:-1]
    return (rest[0] if len(rest) == 1 else Items(form.order, rest)), last.name, last.value.text


def _renamed(form: Form, old: str, new: str) -> Form:
    names = {symbol(old): symbol(new)}
    match form:
        case Quantity():
            return replace(form, value=form.value.xreplace(names))
        case Named():
            return Named(form.name, _renamed(form.value, old, new))
        case Items():
            return Items(form.order, tuple(_renamed(item, old, new) for item in form.items))
        case Region():
            pieces = [
                Piece(
                    piece.low.xreplace(names), piece.high.xreplace(names), piece.low_closed, piece.high_closed
                )
                for piece in form.pieces
            ]
            return Region(tuple(pieces), form.variable)
        case _:
            return form
