"""Canonical notation of mathematics: Unicode signs become LaTeX, and purely visual commands are removed."""

import re
import unicodedata

from retort_trainer.mathematics import han_numerals, numerals

_FRACTIONS = {
    "½": "1 2", "⅓": "1 3", "⅔": "2 3", "¼": "1 4", "¾": "3 4", "⅕": "1 5", "⅖": "2 5", "⅗": "3 5",
    "⅘": "4 5", "⅙": "1 6", "⅚": "5 6", "⅐": "1 7", "⅛": "1 8", "⅜": "3 8", "⅝": "5 8", "⅞": "7 8",
    "⅑": "1 9", "⅒": "1 10",
}  # fmt: skip
_SIGNS = {
    "\u2212": "-", "\u2013": "-", "\u2010": "-", "\u2011": "-", "\ufe63": "-", "\u2044": "/", "\u2215": "/",
    "÷": "/", "×": r"\times ", "✕": r"\times ", "·": r"\cdot ", "⋅": r"\cdot ", "∙": r"\cdot ", "∗": "*",
    "√": r"\sqrt ", "∛": r"\sqrt[3]", "∜": r"\sqrt[4]", "∞": r"\infty ", "≤": r"\le ", "⩽": r"\le ",
    "≦": r"\le ", "≥": r"\ge ", "⩾": r"\ge ", "≧": r"\ge ", "≠": r"\ne ", "≈": r"\approx ", "≃": r"\approx ",
    "≅": r"\approx ", "≡": r"\equiv ", "±": r"\pm ", "∓": r"\mp ", "∪": r"\cup ", "∩": r"\cap ",
    "∈": r"\in ", "∖": r"\setminus ", "∅": r"\emptyset ", "⌀": r"\emptyset ", "°": r"^\circ ",
    "º": r"^\circ ",
    "…": r"\ldots ", "⋯": r"\ldots ", "∨": " or ", "∧": " and ", "⟨": r"\langle ", "⟩": r"\rangle ",
    "⌊": r"\lfloor ", "⌋": r"\rfloor ", "⌈": r"\lceil ", "⌉": r"\rceil ", "∣": "|", "′": "'", "’": "'",
    "ℝ": r"\mathbb{R}", "ℤ": r"\mathbb{Z}", "ℕ": r"\mathbb{N}", "ℚ": r"\mathbb{Q}", "ℂ": r"\mathbb{C}",
    "π": r"\pi ", "α": r"\alpha ", "β": r"\beta ", "γ": r"\gamma ", "δ": r"\delta ", "ε": r"\epsilon ",
    "θ": r"\theta ", "λ": r"\lambda ", "μ": r"\mu ", "ρ": r"\rho ", "σ": r"\sigma ", "τ": r"\tau ",
    "φ": r"\phi ", "ϕ": r"\phi ", "ω": r"\omega ", "Δ": r"\Delta ", "Ω": r"\Omega ", "µ": r"\mu ",
    "∠": r"\angle ", "∶": ":", "、": ", ", "。": ". ", "《": "", "》": "",
}  # fmt: skip
_HAN = (("等于", "="), ("或者", " or "), ("或", " or "), ("以及", " and "), ("和", " and "), ("且", " and "))
_SUPERSCRIPT = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ⁿⁱ", "0123456789+-ni", strict=True))
_SUBSCRIPT = dict(zip("₀₁₂₃₄₅₆₇₈₉₊₋", "0123456789+-", strict=True))
_SUPERSCRIPTS = re.compile(f"[{''.join(_SUPERSCRIPT)}]+")
_SUBSCRIPTS = re.compile(f"[{''.join(_SUBSCRIPT)}]+")
_BLANKS = re.compile("[\u00a0\u2000-\u200a\u202f\u205f\u3000]")
# Without meaning at either end.
_EMOJI = re.compile(
    "^[\u2600-\u27bf\u2b00-\u2bff\U0001f300-\U0001faff\ufe0f\\s]+|[\u2600-\u27bf\u2b00-\u2bff\U0001f300-\U0001faff\ufe0f\\s]+$"
)
_INVISIBLE = re.compile("[\u200b-\u200f\u2060-\u2064\ufeff\ufe0e\ufe0f\u00ad]")

_LOOKS = re.compile(
    r"\\(?:left|right|bigl?|bigr?|Bigl?|Bigr?|biggl?|biggr?|Biggl?|Biggr?|displaystyle|textstyle|limits|nolimits"
    r"|boldsymbol|mathstrut|hfill|phantom\{[^{}]*\})(?![A-Za-z])\.?"
)
_DELIMITERS = re.compile(r"\\[()\[\]](?!\w*\})|(?<!\\)\*\*|(?<![\\_])__|`")
_SPACES = re.compile(
    r"\\(?:quad|qquad|enspace|thinspace|hspace\{[^{}]*\})(?![A-Za-z])|(?<!\\)\\[;: ]|(?<!\\)~"
)


def _listed(cases: "re.Match[str]") -> str:
    return cases[1].replace("\\\\", ", ")


_SAME = (
    (re.compile(r"\\[dtc]frac(?![A-Za-z])"), r"\\frac"),
    (re.compile(r"\\(?:leq|leqslant|leqq)(?![A-Za-z])"), r"\\le "),
    (re.compile(r"\\(?:geq|geqslant|geqq)(?![A-Za-z])"), r"\\ge "),
    (re.compile(r"\\lt(?![A-Za-z])"), "<"),
    (re.compile(r"\\gt(?![A-Za-z])"), ">"),
    (re.compile(r"\\neq(?![A-Za-z])"), r"\\ne "),
    (re.compile(r"\\(?:dots|cdots|dotsc|dotsb|dotsm|hdots)(?![A-Za-z])"), r"\\ldots "),
    (re.compile(r"\\(?:varnothing|O)(?![A-Za-z])"), r"\\emptyset "),
    (re.compile(r"\\(?:lvert|rvert|vert|mid)(?![A-Za-z])"), "|"),
    (re.compile(r"\\(?:lbrace)(?![A-Za-z])"), r"\\{"),
    (re.compile(r"\\(?:rbrace)(?![A-Za-z])"), r"\\}"),
    (re.compile(r"\\(?:lbrack)(?![A-Za-z])"), "["),
    (re.compile(r"\\(?:rbrack)(?![A-Za-z])"), "]"),
    (re.compile(r"\\(?:degree|degrees)(?![A-Za-z])"), r"^\\circ "),
    (re.compile(r"\^\s*\{\s*\\circ\s*\}"), r"^\\circ "),
    (re.compile(r"\\div(?![A-Za-z])"), "/"),
    (re.compile(r"\\(?:land|wedge)(?![A-Za-z])"), " and "),
    (re.compile(r"\\(?:lor|vee)(?![A-Za-z])"), " or "),
    (re.compile(r"\\[dt]binom(?![A-Za-z])"), r"\\binom"),
    (re.compile(r"\\(?:mathrm|text)\s*\{\s*([ei])\s*\}"), r"\1"),
    (re.compile(r"(?<=\d)\s?[xX]\s?(?=\d)"), r"\\times "),
    (re.compile(r"\\(?:operatorname)\*?(?=\{)"), r"\\text"),
    (re.compile(r"\\(?:text(?:bf|it|rm|sf)?|math(?:rm|sf|it)|[mh]box)\s*(?=\{)"), r"\\text"),
    (re.compile(r"\\(?:mathbf|mathcal|bm|vec)\s*\{([^{}]*)\}"), r"\1"),
    (re.compile(r"\\(?:var)(epsilon|theta|phi|rho|sigma)(?![A-Za-z])"), r"\\\1"),
    (re.compile(r"\\begin\s*\{(?:[pbB]|small)?matrix\}|\\begin\s*\{array\}\s*\{[^{}]*\}"), r"\\begin "),
    (re.compile(r"\\end\s*\{(?:(?:[pbB]|small)?matrix|array)\}"), r"\\end "),
    (re.compile(r"(?<=\d)\^?\{?\\text\{ ?(st|nd|rd|th)\}\}?|(?<=\d)\^\{?(st|nd|rd|th)\}?(?![a-z])"), ""),
    (re.compile(r"-\s?(?=\\\{)"), r"\\setminus "),
    (re.compile(r"\(([0-9A-Fa-f]+)\)(?=\s?_)"), r"\1"),
    (re.compile(r"<="), r"\\le "),
    (re.compile(r">="), r"\\ge "),
    (re.compile(r"!="), r"\\ne "),
    (re.compile(r"\+/-|\+-(?=\s?\d)"), r"\\pm "),
    (re.compile(r"\*\*"), "^"),
    (re.compile(r"\.{3,}"), r"\\ldots "),
    (re.compile(r"\\text\{([^{}]*)\^\{(-?\d)\}\s*\}"), r"\\text{\1}^{\2}"),
    (re.compile(r"\\(frac|binom)\s+([A-Za-z])\s?(\d)"), r"\\\1{\2}{\3}"),
    (re.compile(r"\{([^{}]*)\\over(?![A-Za-z])([^{}]*)\}"), r"\\frac{\1}{\2}"),
    (re.compile(r"^([^{}]+)\\over(?![A-Za-z])(.+)$"), r"\\frac{\1}{\2}"),
    (re.compile(r"\{([^{}]*)\\choose(?![A-Za-z])([^{}]*)\}"), r"\\binom{\1}{\2}"),
    (re.compile(r"\\(?:underline|(?:text)?color\s?\{[^{}]*\})\s?(?=\{)"), ""),
    (re.compile(r"\\&"), " and "),
    (re.compile(r"(?<=\d\.)(\d*)\\dot\s?\{?(\d)\}?(\d*)\\dot\s?\{?(\d)\}?"), r"\1\\overline{\2\3\4}"),
    (re.compile(r"(?<=[\])])\s?U\s?(?=[\[(])"), r"\\cup "),
    (re.compile(r"(?<![\d.])(\d{1,3})'(?=\d{3}(?:'\d{3})*(?![\d']))|(?<=\d{3})'(?=\d{3}(?!\d))"), r"\1"),
    (re.compile(r"(?<=\.\d{3}) (?=\d{3}(?!\d))"), ""),
    (re.compile(r"_\s?\{\s?\\triangle\s?"), "_{"),
    (re.compile(r"\\begin\s?\{cases\}([^&]*?)\\end\s?\{cases\}"), _listed),
    (re.compile(r"\s?\(([a-z]) ?\\in ?((?:\\mathbb ?\{)?[ZN]\}?)\)$"), r", \1 \\in \2"),
    (re.compile(r"\bRs\.?\s?(?=\d)"), "₹"),
    (re.compile(r"\bUSD?\s?(?=\\\$)"), ""),
    (re.compile(r"(\\\$\s?\d[\d,.]*)\s?[kK](?![A-Za-z])"), r"\1 thousand"),
    (re.compile(r"(\\\$\s?\d[\d,.]*)\s?M(?![A-Za-z])"), r"\1 million"),
)  # fmt: skip
_TEXT_WITH_MATHEMATICS = re.compile(r"\\text\{([^{}]*(?:[0-9=<>+^\\\[\]%]|\([^{}()]*,)[^{}]*)\}")
_TEXT_OF_WORDS = re.compile(r"(?<!_)(?<!_\{)\\text\{([^{}]*)\}")
# "five (5)"
_TWICE = re.compile(r"(?<![\w.])(\d+) ?\((\d+)\)")
# "2 and a half"
_WHOLE_AND = re.compile(r" and \0")
_BOLD = re.compile(r"(?<![\w)\]}\s])\*\*|\*\*(?![\w(\[{\\\s-])|^\*\*|\*\*$")
_BOXED = re.compile(r"\${0,2}\s?\\(?:boxed|fbox)\s?\{(.*)\}\s?\${0,2}", re.DOTALL)
_QUOTED = re.compile(r"([\"'])([^\"']+)\1|“([^”]+)”")
_LITERAL = re.compile(r"(?<![\w.])0([xXbBoO])([0-9A-Fa-f]{1,64})(?![\w.])")
_LITERAL_BASES = {"x": 16, "b": 2, "o": 8}
_DOLLAR_PAIR = re.compile(r"(?<!\\)\$\$?([^$]*)(?<!\\)\$\$?")


def one_spelling(answer: str, *, digits: bool = True) -> str:
    """The same answer in LaTeX and ASCII, without formula delimiters and emphasis marks.

    With `digits`, numerals are written in digits.
    """
    # Marks money in the following steps.
    text = answer.strip().replace("\0", "\ufffd")
    boxed = _BOXED.fullmatch(text)
    text = boxed[1] if boxed else text
    quoted = _QUOTED.fullmatch(text)
    text = (quoted[2] or quoted[3]).strip() if quoted else text
    text = _LITERAL.sub(lambda literal: f"0{literal[2]}_{{{_LITERAL_BASES[literal[1].lower()]}}}", text)
    for word, sign in _HAN:
        text = text.replace(word, sign)
    text = _EMOJI.sub("", text)
    text = _INVISIBLE.sub("", _BLANKS.sub(" ", text))
    text = _SUPERSCRIPTS.sub(
        lambda run: "^{" + "".join(_SUPERSCRIPT[sign] for sign in run.group()) + "}", text
    )
    text = _SUBSCRIPTS.sub(lambda run: "_{" + "".join(_SUBSCRIPT[sign] for sign in run.group()) + "}", text)
    text = "".join(_sign(character) for character in text)
    text = _without_dollars(_BOLD.sub("", text))
    text = _LOOKS.sub("", text)
    # Powers in Python's notation; emphasis has already been removed.
    text = text.replace("**", "^") if re.search(r"[\w)]\s?\*\*\s?[\w(-]", text) else text
    text = _SPACES.sub(" ", _DELIMITERS.sub("", text))
    for pattern, replacement in _SAME:
        text = pattern.sub(replacement, text)
    if digits:
        text = _in_digits(" ".join(text.split()))
    previous = ""
    while previous != text:
        previous = text
        text = _TEXT_WITH_MATHEMATICS.sub(r" \1 ", text)
    return " ".join(text.split())


def _in_digits(text: str) -> str:
    """The text with numerals in digits, also those in \\text unless they are an index."""
    text = _TEXT_OF_WORDS.sub(_text_in_digits, text)
    found = _WHOLE_AND.sub("", han_numerals.in_digits(numerals.in_digits(text)))
    twice = _TWICE.search(found)
    if found == text or twice is None:
        return found
    return _TWICE.sub(r"\1", found) if twice[1] == twice[2] else text


def _text_in_digits(match: "re.Match[str]") -> str:
    found = han_numerals.in_digits(numerals.in_digits(match[1]))
    return match.group() if found == match[1] else f" {found} "


def _sign(character: str) -> str:
    if character in _FRACTIONS:
        numerator, denominator = _FRACTIONS[character].split()
        return f"\\frac{{{numerator}}}{{{denominator}}}"
    if character in _SIGNS:
        return _SIGNS[character]
    if "\u3371" <= character <= "\u33df":
        # "㎡": its unit, with its power.
        name = unicodedata.normalize("NFKC", character)
        return f" \\text{{{name.rstrip('23')}}}" + (f"^{{{name[-1]}}} " if name[-1] in "23" else " ")
    if "\u2090" <= character <= "\u209c":
        return f"_{{{unicodedata.normalize('NFKC', character)}}}"
    if character > "\u2fff" or "\u2100" <= character <= "\u214f":
        # Full-width and mathematical letters, digits and punctuation; nothing that changes the meaning.
        plain = unicodedata.normalize("NFKC", character)
        return "".join(_SIGNS.get(sign, sign) for sign in plain)
    return character


def _without_dollars(text: str) -> str:
    """Removes dollar signs that delimit a formula; dollar signs of money become `\\$`."""
    money = text.replace("\\$", "\0")
    # "$5 and $7" contains no formula, "$5$ and $7$" contains two.
    if not re.search(r"\$[^$]*?(?:\band\b|\bor\b|,|to)\s*\$\s?\d[\d,.]*(?:\s|$|[A-Za-z.;])", money):
        money = _DOLLAR_PAIR.sub(r" \1 ", money)
    money = re.sub(r"\$(?=\s?[-+]?\d|\s?\.\d)", "\0", money)
    money = re.sub(r"(?<=\d)\s?\$", "\0", money)
    return money.replace("$", "").replace("\0", "\\$")
