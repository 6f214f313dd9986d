"""Compares two lists: in order, in any order, by the names of their items."""

from collections.abc import Callable, Sequence

from retort_trainer.mathematics import progressions
from retort_trainer.mathematics.forms import Ellipsis, Form, Items, Named, Order
from retort_trainer.verdicts import DIFFERENT, EQUAL, Decision, Verdict, undecided

Same = Callable[[Form, Form], Decision]
_ORDERED = (Order.TUPLE, Order.LIST)


def compare(left: Items, right: Items, same: Same) -> Decision:
    if any(isinstance(item, Ellipsis) for side in (left, right) for item in side.items):
        return progressions.compare(left, right, same)
    named = _by_name(left, right, same)
    if named is not None:
        return named
    orders = {left.order, right.order}
    if orders == {Order.TUPLE, Order.LIST} and len(left.items) == len(right.items) == 2:
        return DIFFERENT
    if Order.SET in orders and orders & set(_ORDERED):
        return DIFFERENT
    if orders <= set(_ORDERED) or (Order.BARE in orders and orders & set(_ORDERED)):
        return in_order(left.items, right.items, same)
    if left.order is right.order is Order.BARE and len(left.items) == len(right.items):
        return _in_any_order(list(left.items), list(right.items), same)
    return _in_any_order(distinct(left.items, same), distinct(right.items, same), same)


def _by_name(left: Items, right: Items, same: Same) -> Decision | None:
    """Compares "x = 1, y = 2" with the same names in any order; None for other lists."""
    values_of: list[dict[str, Form]] = []
    for side in (left, right):
        named = {item.name: item.value for item in side.items if isinstance(item, Named)}
        if len(named) != len(side.items):
            return None
        values_of.append(named)
    first, second = values_of
    if first.keys() != second.keys():
        return None
    decision = all_equal([same(first[name], second[name]) for name in first])
    if decision == DIFFERENT and len({name.partition("_")[0] for name in first}) == 1:
        roots = _in_any_order(list(first.values()), list(second.values()), same)
        return undecided("roots in another order") if roots == EQUAL else decision
    return decision


def in_order(left: Sequence[Form], right: Sequence[Form], same: Same) -> Decision:
    if len(left) != len(right):
        return DIFFERENT
    return all_equal([same(one, other) for one, other in zip(left, right, strict=True)])


def _in_any_order(left: list[Form], right: list[Form], same: Same) -> Decision:
    if len(left) != len(right):
        return DIFFERENT
    lonely: list[Form] = []
    rest = list(right)
    for one in left:
        partner = next((index for index, other in enumerate(rest) if same(one, other) == EQUAL), None)
        if partner is None:
            lonely.append(one)
        else:
            del rest[partner]
    if not lonely:
        return EQUAL
    for some, others in ((lonely, rest), (rest, lonely)):
        for one in some:
            if all(same(one, other).verdict is Verdict.DIFFERENT for other in others):
                return DIFFERENT
    return undecided("items of a list that may be the same")


def distinct(items: Sequence[Form], same: Same) -> list[Form]:
    found: list[Form] = []
    for item in items:
        if not any(same(item, other) == EQUAL for other in found):
            found.append(item)
    return found


def all_equal(decisions: Sequence[Decision]) -> Decision:
    doubt: Decision | None = None
    for decision in decisions:
        if decision.verdict is Verdict.DIFFERENT:
            return decision
        if decision.verdict is Verdict.UNDECIDED:
            doubt = decision
    return doubt or EQUAL
