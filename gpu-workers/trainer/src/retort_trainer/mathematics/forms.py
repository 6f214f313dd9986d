"""The forms of a parsed answer."""

from dataclasses import dataclass, field
from enum import Enum, auto

from sympy import Expr

from retort_trainer.mathematics.units import Unit


@dataclass(frozen=True)
class Quantity:
    """A number or an expression, with the text after it."""

    value: Expr
    unit: Unit | None = None
    percent: bool = False
    # Trailing words that are not a unit.
    words: tuple[str, ...] = ()
    # Significant digits of a single decimal; 0 for anything else.
    decimals: int = 0
    base: int = 10
    # The original digits of a single number.
    written: str = ""


class Order(Enum):
    """The relation between the items of a list."""

    # "1, 2": a tuple, a set or alternatives.
    BARE = auto()
    # "1 or 2", "±1"
    ALTERNATIVES = auto()
    TUPLE = auto()
    # Square brackets.
    LIST = auto()
    SET = auto()


@dataclass(frozen=True)
class Ellipsis:
    """A list that continues as it began."""


@dataclass(frozen=True)
class Items:
    order: Order
    items: tuple["Form", ...]


@dataclass(frozen=True)
class Piece:
    """An interval of the real line; a single point if both ends are equal."""

    low: Expr
    high: Expr
    low_closed: bool
    high_closed: bool


@dataclass(frozen=True)
class Region:
    """Disjoint intervals of the real line, from left to right."""

    pieces: tuple[Piece, ...]
    variable: str = ""


@dataclass(frozen=True)
class Relation:
    """An equation or inequality in several variables: left side minus right side, compared with 0."""

    sign: str
    difference: Expr
    # The number on the last side of an equation.
    constant: Quantity | None = None


@dataclass(frozen=True)
class Named:
    """A named value: "x = 5"."""

    name: str
    value: "Form"


@dataclass(frozen=True)
class Table:
    """A matrix, by rows."""

    rows: tuple[tuple["Form", ...], ...]


@dataclass(frozen=True)
class Clock:
    """A time of day in seconds since midnight; ambiguous between a.m. and p.m. if it is below noon."""

    seconds: int
    known_half: bool
    # Written as "9 p.m.", not as "9:00".
    hour_only: bool = False


@dataclass(frozen=True)
class Ratio:
    parts: tuple[Quantity, ...]
    clock: Clock | None = field(default=None)
    # Written as "2 to 3", which may be a range.
    spoken: bool = False


@dataclass(frozen=True)
class Residue:
    """A number modulo another."""

    value: Expr
    modulus: Expr
    name: str = ""


@dataclass(frozen=True)
class Words:
    text: str


Form = Quantity | Items | Ellipsis | Region | Relation | Named | Table | Clock | Ratio | Residue | Words
