"""Parses mathematical answers as people and models write them, and compares their meaning.

    notation   canonical notation of LaTeX, ASCII and Unicode
    lexer      its words and signs
    reading    the form of an answer: a quantity, a list, an interval, an equation, ...
    comparison comparison of two forms

Everything is exact: numbers are rationals or expressions. An answer that cannot be parsed raises Unreadable;
nothing is dropped to make it parsable. Only the child process of `equivalence.py` imports this package,
because it imports SymPy.
"""
