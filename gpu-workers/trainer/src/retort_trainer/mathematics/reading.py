"""Parses an answer into all forms that it can have."""

import functools
import re
from collections.abc import Callable, Iterator

from sympy import Expr, oo

from retort_trainer.mathematics import names, quantities, regions, relations
from retort_trainer.mathematics.brackets import cut, is_enclosed, outside
from retort_trainer.mathematics.expressions import expression
from retort_trainer.mathematics.forms import (
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
from retort_trainer.mathematics.lexer import Kind, Token, Unreadable, tokens
from retort_trainer.mathematics.notation import one_spelling

_REMARK = re.compile(
    r"\s?\((?:rounded|approximately|approx\.?|about|nearest|to the nearest|correct to|since|because"
    r"|as required|exact|simplified|in simplest form|exactly)[^()]*\)\.?$",
    re.IGNORECASE,
)
_MODULO = re.compile(
    r"\s?(?:\\pmod\s?\{?\s?(\w+)\s?\}?|\(\s?\\?(?:mod|bmod|text\{mod\})\s?(\w+)\s?\)|\\?b?mod\s(\w+))$"
)
# "(A) 12", "A. 12"
_LABEL = re.compile(r"(?:\\text\{ ?\(?[A-H][).] ?\}|\([A-H]\)|[A-H][.)]) ?(?=[^ ])(.+)$")
_CHOSEN = re.compile(r"^(?:故?选项?|答案)\s?[:是为]?\s?(?=[A-H](?![a-z]))")
_SPOKEN_RATIO = re.compile(r"(\d+) to (\d+)(?: to (\d+))?")
_PLUS_MINUS = ("pm", "mp")
_LARGEST_NESTING = 40


def readings(answer: str, *, common_logarithm: bool = True) -> list[Form]:
    """At least one form. Raises Unreadable if there is none."""
    spelled = _trimmed(one_spelling(answer))
    found, reason = _read(spelled, common_logarithm)
    if not found and (in_words := _trimmed(one_spelling(answer, digits=False))) != spelled:
        # What is no number may be words: "no one".
        found, _ = _read(in_words, common_logarithm)
    if not found:
        raise Unreadable(reason)
    return found


def _trimmed(spelled: str) -> str:
    return _REMARK.sub("", _CHOSEN.sub("", spelled)).rstrip(" .;,").lstrip(" ;,").removesuffix(" only")


def _read(spelled: str, common_logarithm: bool) -> tuple[list[Form], str]:
    """All forms, and why there are none."""
    found: list[Form] = []
    reason = ""
    for read in _ways(spelled, common_logarithm):
        try:
            form = read()
        except (Unreadable, RecursionError) as error:
            reason = reason or str(error) or type(error).__name__
            continue
        if form not in found:
            found.append(form)
    return found, reason


def _ways(spelled: str, common_logarithm: bool) -> Iterator[Callable[[], Form]]:
    yield _Way(spelled, common_logarithm, commas_group=True)
    if re.search(r"\d,\d{3}", spelled):
        yield _Way(spelled, common_logarithm, commas_group=False)
    yield _Way(spelled, common_logarithm, commas_group=True, letter_units=True)
    if "\\approx" in spelled:
        yield _Way(spelled, common_logarithm, commas_group=True, rounded=True)
    if (label := _LABEL.match(spelled)) is not None:
        yield _Way(label[1], common_logarithm, commas_group=True)
    for form in (names.letters(spelled), regions.REALS if spelled == "R" else None):
        if form is not None:
            yield functools.partial(lambda known: known, form)


class _Way:
    """One reading of the answer."""

    def __init__(
        self,
        spelled: str,
        common_logarithm: bool,
        *,
        commas_group: bool,
        letter_units: bool = False,
        rounded: bool = False,
    ):
        self._spelled = spelled
        self._common_logarithm = common_logarithm
        self._commas_group = commas_group
        self._letter_units = letter_units
        self._rounded = rounded

    def __call__(self) -> Form:
        special = self._special()
        if special is not None:
            return special
        found = tokens(self._spelled, commas_group=self._commas_group)
        if self._letter_units:
            with_units = quantities.with_letter_units(found)
            if with_units is None:
                raise Unreadable("no unit of one letter")
            found = with_units
        return Reader(self._common_logarithm, self._rounded).form(_remark_opened(found))

    def _special(self) -> Form | None:
        clock = quantities.clock(self._spelled)
        if clock is not None:
            parts = re.fullmatch(r"(\d+)\s?:\s?(\d+)", self._spelled)
            if parts is not None and not clock.hour_only:
                return Ratio(tuple(Quantity(expression(tokens(part))) for part in parts.groups()), clock)
            return clock
        ratio = _SPOKEN_RATIO.fullmatch(self._spelled)
        if ratio is not None:
            numbers = [Quantity(expression(tokens(part))) for part in ratio.groups() if part]
            return Ratio(tuple(numbers), spoken=True)
        named = names.read(self._spelled)
        if named is not None:
            return named
        residue = _MODULO.search(self._spelled)
        if residue is not None:
            return self._residue(residue)
        return quantities.compound(self._spelled)

    def _residue(self, match: "re.Match[str]") -> Form:
        modulus = next(group for group in match.groups() if group)
        left = tokens(self._spelled[: match.start()])
        sides = cut(left, lambda token: token.is_sign("=", "equiv"))
        name = sides[0][0].text if len(sides) == 2 and len(sides[0]) == 1 else ""
        if len(sides) > 2 or (len(sides) == 2 and not name):
            raise Unreadable("a congruence of expressions")
        return Residue(expression(sides[-1]), expression(tokens(modulus)), name)


class Reader:
    """Parses tokens from the outside in: alternatives, lists, relations, sets, brackets, quantities."""

    def __init__(self, common_logarithm: bool, rounded: bool = False) -> None:
        # Whether "2π ≈ 6.28" is 6.28.
        self.rounded = rounded
        self._common_logarithm = common_logarithm
        self._plus = True
        self._nesting = 0

    def form(self, found: list[Token]) -> Form:
        self._nesting += 1
        try:
            if self._nesting > _LARGEST_NESTING:
                raise Unreadable("too many levels")
            return self._form(_stripped(found))
        finally:
            self._nesting -= 1

    def value(self, found: list[Token]) -> Expr:
        return expression(found, plus=self._plus, common_logarithm=self._common_logarithm)

    def term(self, found: list[Token]) -> Form:
        """Parses tokens without a relation outside of brackets."""
        found = _stripped(found)
        if not found:
            raise Unreadable("nothing")
        if found[0].is_sign("]") or (found[-1].is_sign("[") and len(found) > 1):
            return self._reversed_interval(found)
        if any(bare and token.is_sign("cup", "cap", "setminus") for token, bare in _marked(found)):
            return self._operation(found)
        if len(found) == 1 and found[0].is_sign("ldots"):
            return Ellipsis()
        if len(found) == 1 and found[0].is_sign("emptyset"):
            return regions.NOTHING
        if found[0].is_sign("mathbb"):
            return _numbers("".join(token.text for token in found[1:]).strip("{}"))
        if any(token.is_sign(":", "colon") for token, bare in _marked(found) if bare):
            return self._ratio(found)
        if is_enclosed(found):
            enclosed = self._enclosed(found)
            if enclosed is not None:
                return enclosed
        if any(token.is_sign(*_PLUS_MINUS) for token in found):
            return self._both_signs(found)
        quantity = quantities.quantity(found, plus=self._plus, common_logarithm=self._common_logarithm)
        if isinstance(quantity, Words):
            return names.of_words(quantity.text)
        return quantity

    def _form(self, found: list[Token]) -> Form:
        if not found:
            raise Unreadable("nothing")
        if len(found) > 1 and (found[-1].is_sign("[") or found[0].is_sign("]")):
            return self.term(found)
        alternatives = cut(found, lambda token: token.kind is Kind.WORD and token.text.lower() == "or")
        if len(alternatives) > 1:
            parts = [part for part in alternatives if _stripped(part)]
            return relations.alternatives([self.form(part) for part in parts])
        listed = cut(found, lambda token: token.is_sign(",", ";") or _is_and(token))
        parts = [part for part in listed if _stripped(part)]
        if len(parts) > 1:
            return relations.listed(self._together(parts))
        if relations.has_relation(found):
            return relations.relation(self, found)
        return self.term(parts[0] if parts else found)

    def _together(self, parts: list[list[Token]]) -> list[Form]:
        """Parses the items of a list separately: a sign at one item does not apply to the others."""
        return [self.form(part) for part in parts]

    def _both_signs(self, found: list[Token]) -> Form:
        before = self._plus
        try:
            self._plus = True
            first = quantities.quantity(found, plus=True, common_logarithm=self._common_logarithm)
            second = quantities.quantity(found, plus=False, common_logarithm=self._common_logarithm)
        finally:
            self._plus = before
        return Items(Order.ALTERNATIVES, (first, second))

    def _operation(self, found: list[Token]) -> Form:
        parts = cut(found, lambda token: token.is_sign("cup"))
        if len(parts) > 1:
            region = regions.NOTHING
            for part in parts:
                region = regions.union(region, self._region(part))
            return region
        parts = cut(found, lambda token: token.is_sign("cap", "setminus"))
        signs = [token for token, bare in _marked(found) if bare and token.is_sign("cap", "setminus")]
        region = self._region(parts[0])
        for sign, part in zip(signs, parts[1:], strict=True):
            other = self._region(part)
            region = regions.intersection(region, other if sign.text == "cap" else regions.complement(other))
        return region

    def _region(self, found: list[Token]) -> Region:
        return relations.as_region(self.form(found))

    def _ratio(self, found: list[Token]) -> Form:
        parts = cut(found, lambda token: token.is_sign(":", "colon"))
        read = [quantities.quantity(part, plus=True, common_logarithm=True) for part in parts]
        numbers = tuple(part for part in read if isinstance(part, Quantity))
        if len(numbers) == len(read):
            return Ratio(numbers)
        if len(read) == 2 and isinstance(read[0], Words):
            return self.term(parts[1])
        raise Unreadable("a ratio of words")

    def _enclosed(self, found: list[Token]) -> Form | None:
        """None if the brackets only group an expression."""
        opening, closing, inner = found[0], found[-1], found[1:-1]
        if opening.is_sign("begin"):
            return self._table(inner)
        if opening.is_sign("\\{"):
            return self._set(inner)
        parts = cut(inner, lambda token: token.is_sign(",", ";"))
        if opening.is_sign("{") and not inner:
            return regions.NOTHING
        if len(parts) == 1 and inner[0].is_sign("begin") and is_enclosed(inner):
            return self.form(inner)
        if len(parts) == 1:
            plain = opening.text + closing.text in ("()", "[]", "{}")
            grouped = plain and (
                relations.has_relation(inner) or any(token.kind is Kind.WORD for token in inner)
            )
            return self.form(inner) if grouped else None
        items = tuple(self.form(part) for part in parts)
        match opening.text + closing.text:
            case "()" | "langlerangle":
                return _infinite(items, False, False) or Items(Order.TUPLE, items)
            case "[]":
                return _infinite(items, True, True) or Items(Order.LIST, items)
            case "{}":
                return relations.set_of(items)
            case "[)" | "(]" if len(items) == 2:
                low, high = (_end(item) for item in items)
                return regions.interval(low, high, opening.text == "[", closing.text == "]")
        raise Unreadable(f"brackets {opening.text} {closing.text}")

    def _reversed_interval(self, found: list[Token]) -> Form:
        """ "]0, 1[", the French notation."""
        parts = cut(found[1:-1], lambda token: token.is_sign(",", ";"))
        if len(parts) != 2 or not found[0].is_sign("[", "]", "("):
            raise Unreadable("brackets that are no interval")
        low, high = (_end(self.form(part)) for part in parts)
        return regions.interval(low, high, found[0].is_sign("["), found[-1].is_sign("]"))

    def _set(self, inner: list[Token]) -> Form:
        if not inner:
            return regions.NOTHING
        condition = cut(inner, lambda token: token.is_sign("|", ":", "colon"))
        if len(condition) == 2 and condition[0] and condition[0][0].kind is Kind.NAME:
            return self._builder(condition[0], condition[1])
        parts = cut(inner, lambda token: token.is_sign(",", ";"))
        return relations.set_of(tuple(self.form(part) for part in parts))

    def _builder(self, element: list[Token], condition: list[Token]) -> Form:
        """ "{x | 0 < x < 1}", "{x ∈ Z | 0 < x < 4}" """
        sides = cut(element, lambda token: token.is_sign("in"))
        form = self.form(condition)
        if len(sides) == 1 and isinstance(form, Relation):
            form = relations.solutions(form) or form
        region = relations.as_region(form)
        letters = [token.text for token in sides[-1] if not token.is_sign("mathbb", "{", "}")]
        base = "".join(letters) if len(sides) > 1 else "R"
        return region if base == "R" else regions.of_integers(region, base)

    def _table(self, inner: list[Token]) -> Form:
        rows = [row for row in cut(inner, lambda token: token.is_sign("\\\\")) if row]
        cells = [cut(row, lambda token: token.is_sign("&")) for row in rows]
        return Table(tuple(tuple(self.form(cell) for cell in row) for row in cells))


def _remark_opened(found: list[Token]) -> list[Token]:
    """ "180 (days)": words in brackets at the end count as words after a number."""
    found = _stripped(found)
    start = max((index for index, token in enumerate(found) if token.is_sign("(")), default=0)
    inner = found[start + 1 : -1]
    if (
        not start
        or not found[-1].is_sign(")")
        or not inner
        or any(token.kind is not Kind.WORD for token in inner)
    ):
        return found
    return found[:start] + inner


def _marked(found: list[Token]) -> Iterator[tuple[Token, bool]]:
    return zip(found, outside(found), strict=True)


def _stripped(found: list[Token]) -> list[Token]:
    start, end = 0, len(found)
    while end > start and found[end - 1].is_sign(".", ",", ";"):
        end -= 1
    while start < end and (found[start].is_sign(".", ",", ";") or found[start].text.lower() == "either"):
        start += 1
    return found[start:end]


def _is_and(token: Token) -> bool:
    return token.kind is Kind.WORD and token.text.lower() == "and"


def _infinite(items: tuple[Form, ...], low_closed: bool, high_closed: bool) -> Region | None:
    if len(items) != 2 or not all(isinstance(item, Quantity) for item in items):
        return None
    low, high = (_end(item) for item in items)
    return regions.interval(low, high, low_closed, high_closed) if low == -oo or high == oo else None


def _end(item: Form) -> Expr:
    if not isinstance(item, Quantity):
        raise Unreadable("an interval without its ends")
    return item.value


def _numbers(letter: str) -> Form:
    return regions.REALS if letter == "R" else Words(f"numbers {letter}")


__all__ = ["Named", "Reader", "readings"]
