"""Reads mathematical answers as people and models write them, and compares what they mean.

    notation   one spelling: LaTeX, ASCII and Unicode
    lexer      words and signs of it
    reading    what an answer is: a quantity, a list, an interval, an equation, ...
    comparison whether two of these are the same

Exact throughout: numbers are rationals or expressions. What cannot be read raises Unreadable; nothing is
dropped to make it readable. Imports SymPy, so only the child process of `equivalence.py` imports it.
"""
