"""Converts tokens to SymPy expressions, exactly and within limits."""

from collections.abc import Callable

import sympy
from sympy import Expr, Integer, Rational

from retort_trainer.mathematics.lexer import Kind, Token, Unreadable

# Larger numbers are not computed, in bits.
_MOST_BITS = 2**20
_LARGEST_FACTORIAL = 5_000
_DEEPEST = 60

_TRIGONOMETRIC = {name: getattr(sympy, name) for name in ("sin", "cos", "tan", "cot", "sec", "csc")}
_INVERSE = {name: getattr(sympy, f"a{name}") for name in _TRIGONOMETRIC}
_OTHER: dict[str, Callable[..., Expr]] = {
    "arcsin": sympy.asin, "arccos": sympy.acos, "arctan": sympy.atan, "asin": sympy.asin, "acos": sympy.acos,
    "atan": sympy.atan, "sinh": sympy.sinh, "cosh": sympy.cosh, "tanh": sympy.tanh, "ln": sympy.log,
    "abs": sympy.Abs, "floor": sympy.floor, "ceil": sympy.ceiling,
}  # fmt: skip
_MANY: dict[str, Callable[..., Expr]] = {
    "gcd": sympy.gcd, "lcm": sympy.lcm, "max": sympy.Max, "min": sympy.Min,
}  # fmt: skip
_CONSTANTS = {"e": sympy.E, "i": sympy.I}
# Letters that are function names before a bracket.
_FUNCTION_NAMES = frozenset("fghFG")


def expression(tokens: list[Token], *, plus: bool = True, common_logarithm: bool = True) -> Expr:
    """The value of all tokens.

    With `plus`, "±" is a plus and "∓" a minus; with `common_logarithm`, "log" without a base has base 10.
    Raises Unreadable.
    """
    return _Parser(tokens, plus, common_logarithm).whole()


def symbol(name: str) -> sympy.Symbol:
    return sympy.Symbol(name)


class _Parser:
    def __init__(self, tokens: list[Token], plus: bool, common_logarithm: bool) -> None:
        self._tokens = tokens
        self._at = 0
        self._plus = plus
        self._common_logarithm = common_logarithm
        self._depth = 0
        self._bars = 0
        self._in_function = 0

    def whole(self) -> Expr:
        if not self._tokens:
            raise Unreadable("nothing")
        value = self._sum()
        if self._at < len(self._tokens):
            raise Unreadable(f"{self._tokens[self._at].text!r} in an expression")
        if value.has(sympy.zoo, sympy.nan):
            raise Unreadable("an expression without a value")
        return value

    def _peek(self, ahead: int = 0) -> Token | None:
        index = self._at + ahead
        return self._tokens[index] if index < len(self._tokens) else None

    def _take(self) -> Token:
        token = self._peek()
        if token is None:
            raise Unreadable("an expression that ends early")
        self._at += 1
        return token

    def _accept(self, *signs: str) -> bool:
        token = self._peek()
        if token is not None and token.is_sign(*signs):
            self._at += 1
            return True
        return False

    def _expect(self, sign: str) -> None:
        if not self._accept(sign):
            raise Unreadable(f"an expression without its {sign!r}")

    def _sum(self) -> Expr:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise Unreadable("an expression of too many levels")
        value = self._product()
        while (token := self._peek()) is not None and token.is_sign("+", "-", "pm", "mp"):
            self._at += 1
            term = self._product()
            value = value + term if self._is_plus(token) else value - term
        self._depth -= 1
        return value

    def _is_plus(self, token: Token) -> bool:
        return token.text == "+" or (token.text in ("pm", "mp") and (token.text == "pm") == self._plus)

    def _product(self) -> Expr:
        value = self._signed()
        while (token := self._peek()) is not None:
            if token.is_sign("*", "cdot", "times"):
                self._at += 1
                value = value * self._signed()
            elif token.is_sign("/"):
                self._at += 1
                value = value / _not_zero(self._signed())
            elif self._starts_factor(token):
                value = value * self._power(self._at - 1)
            else:
                break
        return value

    def _signed(self) -> Expr:
        token = self._peek()
        if token is not None and token.is_sign("+", "-", "pm", "mp"):
            self._at += 1
            value = self._signed_or_mixed()
            return value if self._is_plus(token) else -value
        return self._signed_or_mixed()

    def _signed_or_mixed(self) -> Expr:
        token = self._peek()
        if token is not None and token.is_sign("+", "-", "pm", "mp"):
            return self._signed()
        return self._power(self._at - 1)

    def _starts_factor(self, token: Token) -> bool:
        if token.kind in (Kind.NAME, Kind.FUNCTION):
            return True
        if token.is_sign("|"):
            return not self._bars
        if token.kind is Kind.NUMBER:
            previous = self._tokens[self._at - 1]
            if previous.kind is Kind.NUMBER:
                raise Unreadable(f"{previous.text} beside {token.text}")
            return True
        return token.is_sign("(", "[", "{", "pi", "infty", "lfloor", "lceil")

    def _power(self, before: int) -> Expr:
        mixed = self._mixed(before)
        if mixed is not None:
            return mixed
        base = self._postfix(self._primary())
        if self._accept("^"):
            if self._accept("circ"):
                return base * sympy.pi / 180 if self._in_function else base
            return _raise(base, self._exponent())
        return base

    def _exponent(self) -> Expr:
        if self._accept("{"):
            value = self._sum()
            self._expect("}")
            return value
        token = self._peek()
        if token is not None and token.is_sign("-", "+"):
            self._at += 1
            value = self._exponent()
            return -value if token.text == "-" else value
        base = self._postfix(self._primary())
        if self._accept("^"):
            return _raise(base, self._exponent())
        return base

    def _mixed(self, before: int) -> Expr | None:
        """Three and a half, "3 1/2" or "3\\frac{1}{2}", unless it is part of a preceding term."""
        whole, next_one = self._peek(), self._peek(1)
        if whole is None or next_one is None or not whole.is_whole or whole.base != 10:
            return None
        if before >= 0 and not self._tokens[before].is_sign(
            "+", "-", "(", "[", "{", "pm", "mp", "|", "=", ","
        ):
            return None
        start = self._at
        if next_one.is_whole and next_one.spaced:
            slash, below = self._peek(2), self._peek(3)
            if slash is None or below is None or not slash.is_sign("/") or not below.is_whole:
                return None
            top, bottom, length = next_one.value, below.value, 4
        elif next_one.kind is Kind.FUNCTION and next_one.text == "frac":
            self._at += 2
            try:
                top, bottom = self._whole_argument(), self._whole_argument()
            except Unreadable:
                self._at = start
                return None
            length = self._at - start
            self._at = start
        else:
            return None
        if not 0 < top < bottom:
            return None
        after = self._peek(length)
        if after is not None and after.is_sign("^", "!"):
            return None
        self._at += length
        value = whole.value + top / bottom
        return Rational(value.numerator, value.denominator)

    def _whole_argument(self) -> sympy.Rational:
        value = self._argument()
        if not value.is_Integer:
            raise Unreadable("no whole number")
        return value

    def _postfix(self, value: Expr) -> Expr:
        while (token := self._peek()) is not None and token.is_sign("!"):
            self._at += 1
            following = self._peek()
            if following is not None and following.is_sign("!"):
                raise Unreadable("a double factorial")
            if not (value.is_Integer and 0 <= value <= _LARGEST_FACTORIAL) and value.is_number:
                raise Unreadable(f"a factorial beyond {_LARGEST_FACTORIAL}")
            value = sympy.factorial(value)
        return value

    def _primary(self) -> Expr:
        token = self._take()
        match token.kind:
            case Kind.NUMBER:
                return Rational(token.value.numerator, token.value.denominator)
            case Kind.NAME:
                following = self._peek()
                if token.text in _FUNCTION_NAMES and following is not None and following.is_sign("("):
                    self._at += 1
                    return sympy.Function(token.text)(*self._arguments(")"))
                return _CONSTANTS.get(token.text) or symbol(token.text)
            case Kind.FUNCTION:
                return self._function(token.text)
            case Kind.SIGN:
                return self._sign(token)
            case _:
                raise Unreadable(f"{token.text!r} in an expression")

    def _sign(self, token: Token) -> Expr:
        closing = {"(": ")", "[": "]", "{": "}", "lfloor": "rfloor", "lceil": "rceil"}.get(token.text)
        if closing is not None:
            bars, self._bars = self._bars, 0
            value = self._sum()
            self._bars = bars
            self._expect(closing)
            if token.text == "lfloor":
                return sympy.floor(value)
            return sympy.ceiling(value) if token.text == "lceil" else value
        if token.text == "|":
            self._bars += 1
            value = self._sum()
            self._bars -= 1
            self._expect("|")
            return sympy.Abs(value)
        if token.text == "pi":
            return sympy.pi
        if token.text == "infty":
            return sympy.oo
        raise Unreadable(f"{token.text!r} in an expression")

    def _arguments(self, closing: str) -> list[Expr]:
        values = [self._sum()]
        while self._accept(","):
            values.append(self._sum())
        self._expect(closing)
        return values

    def _argument(self) -> Expr:
        """The argument of a command: in braces, or a single digit or sign, "\\frac34"."""
        if self._accept("{"):
            value = self._sum()
            self._expect("}")
            return value
        token = self._peek()
        if token is not None and token.is_whole and len(token.text) > 1 and token.text.isdigit():
            rest = Token(token.kind, token.text[1:], False, type(token.value)(int(token.text[1:])))
            self._tokens = [*self._tokens[: self._at], rest, *self._tokens[self._at + 1 :]]
            return Integer(int(token.text[0]))
        return self._primary()

    def _function(self, name: str) -> Expr:
        if name == "frac":
            top = self._argument()
            return top / _not_zero(self._argument())
        if name == "binom":
            top, bottom = self._argument(), self._argument()
            if top.is_number and abs(top) > _LARGEST_FACTORIAL:
                raise Unreadable(f"a binomial beyond {_LARGEST_FACTORIAL}")
            return sympy.binomial(top, bottom)
        if name in ("sqrt", "cbrt"):
            return self._root(name)
        if name in _MANY:
            if not self._accept("("):
                raise Unreadable(f"{name} without brackets")
            return _MANY[name](*self._arguments(")"))
        base = self._base() if name == "log" else None
        power = self._exponent() if self._accept("^") else None
        if base is None and name == "log":
            base = self._base()
        if power == -1 and name in _INVERSE:
            return _INVERSE[name](self._operand(degrees=False))
        value = self._apply(name, base, self._operand(degrees=name in _TRIGONOMETRIC))
        return value if power is None else _raise(value, power)

    def _apply(self, name: str, base: Expr | None, operand: Expr) -> Expr:
        if name == "exp":
            return _raise(sympy.E, operand)
        if name in ("log", "lg"):
            if base is None:
                base = Integer(10) if name == "lg" or self._common_logarithm else sympy.E
            return sympy.log(operand) / sympy.log(base)
        return (_TRIGONOMETRIC.get(name) or _OTHER[name])(operand)

    def _base(self) -> Expr | None:
        return self._argument() if self._accept("_") else None

    def _root(self, name: str) -> Expr:
        degree: Expr = Integer(3 if name == "cbrt" else 2)
        if self._accept("["):
            degree = self._sum()
            self._expect("]")
        following = self._peek()
        if following is not None and following.is_sign("{"):
            return _root(self._argument(), degree)
        if following is not None and following.kind is Kind.FUNCTION:
            return _root(self._function(self._take().text), degree)
        return _root(self._primary(), degree)

    def _operand(self, degrees: bool) -> Expr:
        """The argument of a function: in brackets, or the factors up to the next sign or function."""
        self._in_function += degrees
        try:
            token = self._peek()
            if token is not None and token.is_sign("(", "{", "|"):
                value = self._postfix(self._primary())
                if self._accept("^"):
                    return value * sympy.pi / 180 if self._accept("circ") else _raise(value, self._exponent())
                return value
            negative = self._accept("-")
            value = self._power(self._at - 1)
            while (token := self._peek()) is not None and token.kind is not Kind.FUNCTION:
                if token.is_sign("/"):
                    self._at += 1
                    value = value / _not_zero(self._power(self._at - 1))
                elif token.is_sign("(", "[", "|") or not self._starts_factor(token):
                    break
                else:
                    value = value * self._power(self._at - 1)
            return -value if negative else value
        finally:
            self._in_function -= degrees


def _not_zero(value: Expr) -> Expr:
    if value.is_zero:
        raise Unreadable("a division by zero")
    return value


def _root(value: Expr, degree: Expr) -> Expr:
    if value.is_negative and degree == 3:
        return sympy.real_root(value, degree)
    return _raise(value, 1 / _not_zero(degree))


def _raise(base: Expr, exponent: Expr) -> Expr:
    if base.is_zero and exponent.is_negative:
        raise Unreadable("a division by zero")
    if base.is_Rational and exponent.is_Rational:
        bits = max(abs(base.p), base.q).bit_length() * abs(exponent)
        if bits > _MOST_BITS and abs(base) != 1:
            raise Unreadable("a power that is too large to be computed")
    return base**exponent
