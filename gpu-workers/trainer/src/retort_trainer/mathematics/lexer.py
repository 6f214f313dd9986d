"""Words and signs of an answer in canonical notation."""

import re
from dataclasses import dataclass
from enum import Enum, auto
from fractions import Fraction

from retort_trainer.mathematics.units import is_letter_unit, is_unit

# Limits within which exact arithmetic stays cheap.
MOST_DIGITS = 2_000
LARGEST_EXPONENT = 10_000


class Unreadable(Exception):
    """The meaning of an answer is unknown."""


class Kind(Enum):
    NUMBER = auto()
    # A single letter, with subscript and primes, or the name of a Greek letter.
    NAME = auto()
    FUNCTION = auto()
    # A word of prose or a unit.
    WORD = auto()
    # An operator, bracket or sign, by its LaTeX name without a backslash if it has one.
    SIGN = auto()


@dataclass(frozen=True)
class Token:
    kind: Kind
    text: str
    # Whether a blank precedes it.
    spaced: bool = False
    value: Fraction = Fraction(0)
    # Significant digits of a number with a point or an exponent, 0 for other numbers.
    decimals: int = 0
    base: int = 10

    def is_sign(self, *texts: str) -> bool:
        return self.kind is Kind.SIGN and self.text in texts

    @property
    def is_whole(self) -> bool:
        return self.kind is Kind.NUMBER and self.value.denominator == 1 and not self.decimals


_FUNCTIONS_TEXT = (
    "sin cos tan cot sec csc arcsin arccos arctan asin acos atan sinh cosh tanh exp log ln lg sqrt "
    "cbrt frac binom abs gcd lcm max min floor ceil"
)
FUNCTIONS = frozenset(_FUNCTIONS_TEXT.split())
_GREEK_TEXT = (
    "alpha beta gamma delta epsilon zeta eta theta kappa lambda mu nu xi rho sigma tau phi chi psi "
    "omega Gamma Delta Theta Lambda Sigma Phi Psi Omega ell"
)
_GREEK = frozenset(_GREEK_TEXT.split())
_CONSTANTS = {
    "pi": "pi",
    "infinity": "infty",
    "infty": "infty",
    "inf": "infty",
    "oo": "infty",
    "Infinity": "infty",
}
_SIGN_COMMANDS_TEXT = (
    "cdot times pm mp le ge ne approx equiv in cup cap setminus emptyset ldots circ infty pi "
    "overline lfloor rfloor lceil rceil langle rangle angle pmod bmod mod mathbb begin end to colon "
    "dot prime"
)
_SIGN_COMMANDS = frozenset(_SIGN_COMMANDS_TEXT.split())
_NOT_A_WORD = frozenset(
    {"abc", "xyz", "abcd", "wxyz", "xyzw", "pqr", "mnp", "rst", "uvw", "abx", "axy", "bxy"}
)
# Products of letters, unless they follow a number.
_PRODUCTS = frozenset({"mg", "ms", "ml", "mi", "mo", "ha"})
_JOINING_TEXT = "or and to is of per mod in at by as an no so it am pm"
_JOINING = frozenset(_JOINING_TEXT.split())

_SEPARATOR = r"(?:\{,\}|,\\!\s?|\\,|\\!|(?<=\d) (?=\d{3}(?!\d)))"
_GROUPED = rf"\d{{1,3}}(?:{_SEPARATOR}\s?\d{{3}})+(?!\d)"
# Groups of three digits; lakhs and crores have groups of two before the last one.
_COMMAS = r"(?:\d{1,3}(?:,\d{3})+|\d{1,2}(?:,\d{2})+,\d{3})(?!\d)"
_EXPONENT = r"(?:[eE][-+]?\d{1,12}(?![\dA-Za-z]))?"
_NUMBER = re.compile(
    rf"(?P<whole>{_GROUPED}|\d+)(?P<point>\.\d+)?(?P<power>{_EXPONENT})|(?P<bare>\.\d+)(?P<power2>{_EXPONENT})"
)
_NUMBER_WITH_COMMAS = re.compile(rf"(?P<whole>{_COMMAS})(?P<point>\.\d+)?(?P<power>{_EXPONENT})")
_REPEATING = re.compile(r"\s?(?:\\overline\s?\{\s?(\d+)\s?\}|\\dot\s?\{?(\d)\}?(?!\\dot)|\((\d+)\)(?=\s*$))")
_BASE = re.compile(
    r"([0-9A-Fa-f]+)\s?(?:_\s?(?:\{\s?\(?(?:\\text\{\s?)?([a-z]+|\d{1,2})\s?\}?\)?\s?\}|(\d{1,2})(?!\d))"
    r"|\s\(?base[ -]?(\d{1,2}|[a-z]+)\)?)"
)
_HEXADECIMAL = re.compile(r"[0-9A-F]{2,}\s?_\s?(?:\{\s?16\s?\}|16(?!\d))")
_ORDINAL = re.compile(r"(?:st|nd|rd|th)\b")
_WORD = re.compile(
    r"[A-Za-z\u00c0-\u024f\u0370-\u03ff\u0400-\u04ff\u4e00-\u9fff\u3040-\u30ff\uac00-\ud7a3]+"
    r"(?:(?<=[A-Za-z]{3})['-][A-Za-z]{2,})*\.?"
)
_LETTERS = re.compile(r"[A-Za-z]+")
_COMMAND = re.compile(r"\\([A-Za-z]+)")
_TEXT = re.compile(r"\\text\{([^{}]*)\}")
_SUBSCRIPT = re.compile(r"\s?_\s?(?:\{\s?(?:\\text\{)?([A-Za-z0-9, +-]{1,12})\}?\s?\}|([A-Za-z0-9]))")
# "x1 = 2, x2 = 3"
_INDEX = re.compile(r"\d{1,2}(?![\d.])")
_BASES = {"two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10}
_BASES |= {"eleven": 11, "twelve": 12, "sixteen": 16, "hex": 16, "bin": 2}


def tokens(spelled: str, *, commas_group: bool = True) -> list[Token]:
    """Tokens of an answer. With `commas_group`, "1,234" outside of brackets is one number."""
    return _Lexer(spelled, commas_group).read()


class _Lexer:
    def __init__(self, text: str, commas_group: bool) -> None:
        self._text = text
        self._at = 0
        self._depth = 0
        self._commas_group = commas_group
        self._found: list[Token] = []

    def read(self) -> list[Token]:
        while self._at < len(self._text):
            before = self._at
            while self._at < len(self._text) and self._text[self._at] == " ":
                self._at += 1
            if self._at == len(self._text):
                break
            self._next(spaced=self._at > before)
        return self._found

    def _next(self, spaced: bool) -> None:
        character = self._text[self._at]
        if (character.isdigit() and character.isascii()) or self._is_bare_decimal():
            self._number(spaced)
        elif character == "\\":
            self._command(spaced)
        elif character.isalpha():
            self._word(spaced)
        else:
            self._sign(character, 1, spaced)

    def _is_bare_decimal(self) -> bool:
        rest = self._text[self._at : self._at + 2]
        return len(rest) == 2 and rest[0] == "." and rest[1].isdigit()

    def _sign(self, text: str, length: int, spaced: bool) -> None:
        if text in "([{":
            self._depth += 1
        elif text in ")]}":
            self._depth -= 1
        elif text in "€£¥¢₹":
            self._add(_word(text, spaced), self._at + length)
            return
        elif text not in "+-*/^_=<>,;:.|!%'&":
            raise Unreadable(f"the sign {text!r}")
        self._found.append(Token(Kind.SIGN, text, spaced))
        self._at += length

    def _add(self, token: Token, end: int) -> None:
        self._found.append(token)
        self._at = end

    def _number(self, spaced: bool) -> None:
        based = _BASE.match(self._text, self._at)
        if based is not None and _is_number_of_base(based):
            self._based(based, spaced)
            return
        commas = self._commas_group and self._depth == 0
        match = _NUMBER_WITH_COMMAS.match(self._text, self._at) if commas else None
        match = match or _NUMBER.match(self._text, self._at)
        assert match is not None
        groups = match.groupdict()
        whole = re.sub(r"\D", "", groups["whole"] or "")
        point = (groups.get("bare") or groups["point"] or "").lstrip(".")
        power = groups["power"] or groups.get("power2") or ""
        if len(whole) + len(point) > MOST_DIGITS:
            raise Unreadable(f"a number of more than {MOST_DIGITS} digits")
        exponent = int(power[1:] or 0)
        if abs(exponent) > LARGEST_EXPONENT:
            raise Unreadable(f"an exponent beyond {LARGEST_EXPONENT}")
        value = Fraction(int(whole + point or "0"), 10 ** len(point)) * Fraction(10) ** exponent
        end = match.end()
        decimals = len((whole + point).lstrip("0")) if point or power else 0
        written = self._text[self._at : end]
        if not power:
            repeating = _REPEATING.match(self._text, end)
            # "0.(3)" is a repeating decimal because of its point; "2(3)" is a product.
            dotted = point or self._text[end : end + 1] == "."
            if repeating is None and not point and dotted:
                repeating = _REPEATING.match(self._text, end + 1)
            if repeating is not None and dotted:
                digits = next(group for group in repeating.groups() if group)
                scale = Fraction(1, 10 ** len(point) * (10 ** len(digits) - 1))
                value, decimals, end = value + int(digits) * scale, 0, repeating.end()
            elif point and self._text.startswith(("\\ldots", " \\ldots"), end):
                value, end = _continued(whole, point), self._text.index("\\ldots", end) + len("\\ldots")
                decimals = 0
        ordinal = _ORDINAL.match(self._text, end) if not point and not power else None
        self._add(Token(Kind.NUMBER, written, spaced, value, decimals), ordinal.end() if ordinal else end)
        # "5." at the end of a sentence.
        following = self._text[self._at + 1 : self._at + 2]
        if not point and self._text.startswith(".", self._at) and not following.isdigit():
            self._at += 1

    def _based(self, match: "re.Match[str]", spaced: bool) -> None:
        name = next(group for group in match.groups()[1:] if group)
        base = int(name) if name.isdigit() else _BASES.get(name, 0)
        if not 2 <= base <= 36 or len(match[1]) > MOST_DIGITS:
            raise Unreadable(f"the number base {name}")
        try:
            value = Fraction(int(match[1], base))
        except ValueError:
            raise Unreadable(f"{match[1]} as a number of base {base}") from None
        self._add(Token(Kind.NUMBER, match[1], spaced, value, 0, base), match.end())

    def _command(self, spaced: bool) -> None:
        text = self._text
        following = text[self._at + 1 : self._at + 2]
        if following in "{}":
            self._depth += 1 if following == "{" else -1
            self._add(Token(Kind.SIGN, "\\" + following, spaced), self._at + 2)
        elif following == "%":
            self._add(Token(Kind.SIGN, "%", spaced), self._at + 2)
        elif following == "$":
            self._add(Token(Kind.WORD, "$", spaced), self._at + 2)
        elif following in ",!":
            self._at += 2
        elif following == "\\":
            self._add(Token(Kind.SIGN, "\\\\", spaced), self._at + 2)
        elif (words := _TEXT.match(text, self._at)) is not None:
            for word in words[1].replace("(", " ").replace(")", " ").replace(",", " ").split():
                self._found.append(self._of_text(word.strip(".;:!")))
            self._at = words.end()
        elif (command := _COMMAND.match(text, self._at)) is not None:
            self._named(command[1], command.end(), spaced, prose=False)
        else:
            raise Unreadable(f"\\{following}")

    def _of_text(self, word: str) -> Token:
        """A letter in \\text is a name, or a unit after a value."""
        before = self._found[-1] if self._found else None
        is_unit_of = before is not None and (
            before.kind is Kind.NUMBER or (is_letter_unit(word) and _ends_value(before))
        )
        is_name = len(word) == 1 and word.isascii() and word.isalpha() and not is_unit_of
        return Token(Kind.NAME, word, True) if is_name else _word(word, spaced=True)

    def _word(self, spaced: bool) -> None:
        match = _WORD.match(self._text, self._at)
        assert match is not None
        word = match.group().rstrip(".")
        letters = _LETTERS.match(self._text, self._at)
        if _HEXADECIMAL.match(self._text, self._at) is not None:
            self._number(spaced)
            return
        if letters is None:
            self._add(Token(Kind.WORD, match.group().rstrip("."), spaced), match.end())
            return
        run = letters.group()
        before = self._found[:-1] if self._found and self._found[-1].is_sign("(") else self._found
        after_number = bool(before) and (
            before[-1].kind is Kind.NUMBER or (before[-1].kind is Kind.WORD and is_unit(before[-1].text))
        )
        after_value = bool(before) and spaced and _ends_value(before[-1]) and run not in _PRODUCTS
        called = self._text[self._at + len(word) :].lstrip().startswith("(")
        if (word in FUNCTIONS and (called or word not in ("min", "max"))) or word in _CONSTANTS:
            self._named(word, self._at + len(word), spaced, prose=True)
        elif len(word) > len(run) or (len(run) >= 3 and run not in _NOT_A_WORD) or run.lower() in _JOINING:
            known = _known_prefix(run)
            if known and len(word) == len(run):
                # "sinx", "sqrt2" and "pir" have no blanks between their parts.
                self._named(known, self._at + len(known), spaced, prose=True)
            else:
                self._add(_word(word, spaced), match.end())
        elif len(run) == 2 and (after_number or after_value) and is_unit(run):
            self._add(_word(run, spaced), match.end())
        else:
            self._letter(run[0], self._at + 1, spaced)

    def _named(self, name: str, end: int, spaced: bool, *, prose: bool) -> None:
        if name in FUNCTIONS:
            self._add(Token(Kind.FUNCTION, name, spaced), end)
        elif name in _CONSTANTS:
            self._add(Token(Kind.SIGN, _CONSTANTS[name], spaced), end)
        elif name in _GREEK and not prose:
            self._letter(name, end, spaced)
        elif (name in _SIGN_COMMANDS and not prose) or name in ("cup", "cap", "setminus"):
            self._add(Token(Kind.SIGN, name, spaced), end)
        else:
            raise Unreadable(f"\\{name}")

    def _letter(self, name: str, end: int, spaced: bool) -> None:
        subscript = _SUBSCRIPT.match(self._text, end)
        if subscript is not None:
            name, end = f"{name}_{(subscript[1] or subscript[2]).replace(' ', '')}", subscript.end()
        elif len(name) == 1 and name not in "ei" and (number := _INDEX.match(self._text, end)) is not None:
            name, end = f"{name}_{number.group()}", number.end()
        while self._text.startswith("'", end):
            name, end = name + "'", end + 1
        self._add(Token(Kind.NAME, name, spaced), end)


def _word(word: str, spaced: bool) -> Token:
    # A single letter in \text is a name from the problem; A for amperes and other one-letter units stay
    # words.
    return Token(Kind.WORD, word, spaced)


def _is_number_of_base(match: "re.Match[str]") -> bool:
    """Whether "1011_2" is a number of a base; "2a_1" is a product."""
    if match[1].isdigit():
        return True
    name = next(group for group in match.groups()[1:] if group)
    base = int(name) if name.isdigit() else _BASES.get(name, 0)
    is_case = match[1] == match[1].upper() or base == 16
    return is_case and 11 <= base <= 36 and all(int(digit, 36) < base for digit in match[1])


def _ends_value(token: Token) -> bool:
    """Whether a unit may follow: after a number, a name, π or a closing bracket."""
    return token.kind in (Kind.NUMBER, Kind.NAME) or token.is_sign("pi", ")", "}", "]")


def _known_prefix(run: str) -> str:
    for name in ("arcsin", "arccos", "arctan", "sqrt", "sin", "cos", "tan", "cot", "log", "ln", "pi"):
        if run.startswith(name) and len(run) - len(name) == 1:
            return name
    return ""


def _continued(whole: str, point: str) -> Fraction:
    """The value of "0.333...": repeats the shortest block that occurs at least three times at the end."""
    for start in range(len(point)):
        rest = point[start:]
        for length in range(1, len(rest) // 3 + 1):
            block = rest[:length]
            if (block * (len(rest) // length + 1)).startswith(rest):
                head = Fraction(int((whole + point[:start]) or "0"), 10**start)
                return head + Fraction(int(block), (10**length - 1) * 10**start)
    raise Unreadable("a number that goes on in a way that is not known")
