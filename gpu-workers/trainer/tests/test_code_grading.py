"""Verdicts on programs: correct ones pass, wrong ones fail with a reason, and none passes by a trick."""

import re

import pytest

from retort_trainer.code_execution import comparison, grading, runs
from retort_trainer.data import CodeTest, CodeTests, CodeTestsKind
from retort_trainer.failures import FailureCategory, RetortError
from tests.code_programs import check, needs_sandbox, run, run_functional, run_stdin

CASE = """
import unittest
class T(unittest.TestCase):
    def test(self):
        self.assertEqual(f(), 1)
"""
EVERY_FILE = """
import os
for fd in range(64):
    try:
        {}
    except OSError:
        pass
"""


@pytest.mark.parametrize(
    ("code", "tests"),
    [
        ("def add(a, b):\n    return a + b", "assert add(2, 3) == 5"),
        ("def root(x: float) -> Optional[float]:\n    return math.sqrt(x)", "assert root(4) == 2"),
        ("import dataclasses\n@dataclasses.dataclass\nclass P:\n    x: int", "assert P(1) == P(1)"),
        ("def f():\n    return 1", "def test_f():\n    assert f() == 1"),
        ("def f():\n    return 1", CASE),
        ("import threading\nt = threading.Thread(target=print)\nt.start()\nt.join()", "assert True"),
        (
            "from pathlib import Path\nPath('/tmp/x').write_text('1')",
            "assert Path('/tmp/x').read_text() == '1'",
        ),
        ("def sum(values):\n    return 7", "assert sum([1, 2]) == 7"),
        ("print('\\u00e9' * 10)\nx = '\\u00e9'", "assert len(x) == 1"),
        ("x = '\ud800'", "assert x == '?'"),
        ("def f(a, *, b=1):\n    return a + b", check("f", "assert candidate(2, b=3) == 5")),
        ("def f(a):\n    a.append(1)", check("f", "a = [0]", "candidate(a)", "assert a == [0, 1]")),
        ("def f(a):\n    a['x'] = {1}", check("f", "a = {}", "candidate(a)", "assert a == {'x': {1}}")),
        (
            "def f(a):\n    return [2 * a, (1, 2.5), {'x': None}]",
            check("f", "assert candidate(10**99)[0] == 2 * 10**99"),
        ),
        ("def f(a):\n    return (x for x in range(a))", check("f", "assert list(candidate(3)) == [0, 1, 2]")),
        (
            "from collections import Counter\ndef f(a):\n    return Counter(a)",
            check("f", "assert candidate('aa') == {'a': 2}"),
        ),
        (
            "def g(x):\n    return x + 1\ndef f(x):\n    return g(x)",
            check("f", "assert candidate(1) == g(1) == 2"),
        ),
        ("LIMIT = 7\ndef f(x):\n    return LIMIT", check("f", "assert candidate(1) == LIMIT")),
        ("def sum(values):\n    return 7", check("sum", "assert candidate([1]) == 7 and max(1, 2) == 2")),
        (
            "def f(x):\n    raise ValueError('no')",
            check(
                "f",
                "try:",
                "    candidate(1)",
                "except ValueError as e:",
                "    assert str(e) == 'no'",
                "else:",
                "    assert 0",
            ),
        ),
    ],
)
@needs_sandbox
def test_right_programs_pass(code: str, tests: str) -> None:
    assert run(code, tests) == grading.Grade(True)


@pytest.mark.parametrize(
    ("code", "tests", "reason"),
    [
        ("def f():\n    return 2", "assert f() == 1, 'two'", "AssertionError: two"),
        ("def f(:", "assert True", "SyntaxError"),
        ("x = '\0'", "assert True", "(SyntaxError|ValueError)"),
        ("", "assert f() == 1", "NameError"),
        ("def f():\n    return 2", "def test_f():\n    assert f() == 1", "AssertionError"),
        ("def f():\n    return 2", CASE, "AssertionError: .*2 != 1"),
        ("def f():\n    return f()", "f()", "RecursionError"),
        ("def f():\n    return 2", check("f", "assert candidate() == 1, 'two'"), "AssertionError: two"),
        ("def f(:", check("f", "assert True"), "SyntaxError"),
        ("", check("f", "assert True"), "NameError: name 'f' is not defined"),
        ("def f():\n    return None", check("f", "assert candidate() == 1"), "AssertionError"),
        ("def f():\n    return object()", check("f", "candidate()"), "the solution returned object"),
        ("def f():\n    return f()", check("f", "candidate()"), "RecursionError"),
        ("class E(Exception):\n    pass\ndef f():\n    raise E('x')", check("f", "candidate()"), "E: x"),
        ("def f():\n    raise SystemExit(3)", check("f", "candidate()"), "SystemExit: 3"),
        (
            "import os\ndef f():\n    os._exit(0)",
            check("f", "candidate()"),
            "the solution's process has ended",
        ),
        ("print('\\x1b[31m')\nraise ValueError('\\x1b[31m\\n')", "assert True", r"ValueError: \s*\[31m$"),
    ],
)
@needs_sandbox
def test_wrong_programs_fail_and_say_why(code: str, tests: str, reason: str) -> None:
    found = run(code, tests)
    assert not found.passed and not found.timed_out
    assert re.match(reason, found.reason), found


@pytest.mark.parametrize(
    "tests",
    [
        "f()\nassert math.isclose(1.0, 2.0) or all([False]) or len([]) == 1",
        CASE,
        check("f", "assert candidate() == 1"),
    ],
)
@pytest.mark.parametrize(
    "code",
    [
        "import sys\nsys.exit(0)",
        "import os\nos._exit(0)",
        "raise SystemExit(0)",
        "raise KeyboardInterrupt",
        "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)",
        "class E(Exception):\n    def __str__(self):\n        raise SystemExit\nraise E",
        EVERY_FILE.format("os.write(fd, b'{\"passed\": true}')") + "os._exit(0)",
        EVERY_FILE.format("os.write(fd, b'{\"token\": \"' + os.read(fd, 32) + b'\"}')"),
        EVERY_FILE.format("os.ftruncate(fd, 0)"),
        "import os\nos.closerange(0, 64)",
        "import atexit, os\natexit.register(os._exit, 0)",
        "import os\nos.execv('/bin/true', ['true'])",
        "import sys\nsys.modules.clear()",
        "import builtins\nbuiltins.AssertionError = int",
        "import builtins\nbuiltins.all = builtins.any = lambda *_: True\nbuiltins.len = lambda _: 1",
        "import builtins\nbuiltins.compile = builtins.exec = lambda *_: None",
        "import math\nmath.isclose = lambda *_: True",
        "import unittest\nunittest.TestCase.assertEqual = lambda *_: None",
        "import sys\nsys.settrace(lambda *_: sys.exit(0))",
        "import os\nos.write = os.read = os._exit = lambda *_: 0",
    ],
)
@needs_sandbox
def test_code_does_not_pass_without_its_tests(code: str, tests: str) -> None:
    # Most programs define the function, so that they do not fail because of a missing name. One of them
    # breaks the exchange with its tests and never ends.
    assert not run(f"def f():\n    return 2\n{code}", tests, seconds=5.0).passed


@pytest.mark.parametrize("tests", ["assert f() == 1", check("f", "assert candidate() == 1")])
@pytest.mark.parametrize("call", ["sys.exit(0)", "os._exit(0)", "exit(0)", "quit()"])
@needs_sandbox
def test_function_that_ends_the_process_does_not_pass(call: str, tests: str) -> None:
    assert not run(f"import os, sys\ndef f():\n    {call}", tests).passed


LIAR = """
class Liar(list):
    def __eq__(self, other):
        return True
    __ne__ = __lt__ = __gt__ = __contains__ = __eq__
class Anything:
    def __eq__(self, other):
        return True
"""


@needs_sandbox
def test_function_tests_compare_data_only() -> None:
    tests = check("f", "assert candidate(1) == [1]", "assert candidate(1) == [2]")
    for returned in ("Liar()", "Anything()", "[Liar()]", "(Anything(),)"):
        assert not run(f"{LIAR}def f(x):\n    return {returned}", tests).passed
    assert run("def f(x):\n    f.n = getattr(f, 'n', 0) + 1\n    return [f.n]", tests).passed


@needs_sandbox
def test_solution_of_function_tests_cannot_read_them() -> None:
    code = """
import gc, sys
def texts():
    frame = sys._getframe()
    while frame:
        yield from (frame.f_locals, frame.f_globals)
        frame = frame.f_back
    yield from gc.get_objects()
def f(x):
    for held in texts():
        try:
            if "dnuof eb nac"[::-1] in str(held):
                return True
        except Exception:
            pass
    return False
"""
    assert run(code, check("f", "assert candidate(1) is False, 'can be found'")).reason == ""


def test_form_of_function_tests() -> None:
    assert runs.tested_function(check("f", "assert candidate()")) == "f"
    assert runs.tested_function("METADATA = {}\n" + check("f", "pass") + "check(f)") == "f"
    for tests in (
        "assert f()",
        "check(f)",
        "def check(candidate):\n    pass",
        "def check(a, b):\n    pass\ncheck(f)",
        check("f", "pass") + "check(g)",
        check("f()", "pass"),
        "def check(:",
        "(" * 10_000,
        "\0",
    ):
        assert runs.tested_function(tests) is None, tests


@pytest.mark.parametrize(
    ("code", "given", "expected"),
    [
        ("a, b = map(int, input().split())\nprint(a + b)", "1 2\n", "3\n"),
        ("import sys\nr = sys.stdin.buffer.readline\nprint(int(r()) - int(r()))", "5\n3\n", "2"),
        ("print(open(0).read())", "a\nb\n", "a\nb"),
        ("import os\nprint(os.read(0, 9).decode())", "a\n", "a"),
        ("import sys\nfor line in sys.stdin:\n    print(line.strip())", "a\nb", "a\nb"),
        ("print(1.50, 2)", "", "1.5 2.0"),
        ("print('  a \\n b\\n\\n')", "", "a\nb"),
        ("import sys\nprint('a')\nsys.exit(3)", "", "a"),
        ("exit(print('a'))", "", "a"),
        ("if __name__ == '__main__':\n    print('a')", "", "a"),
        ("print(pow(2, 3, 5), sum([1]), gcd(4, 6), Counter('a')['a'])", "", "3 1 2 1"),
        ("print(datetime.date(2024, 1, 2), heappop([3]), deque([1])[0])", "", "2024-01-02 3 1"),
        ("def f(n):\n    return n and f(n - 1)\nprint(f(40000))", "", "0"),
        (
            "import threading\nthreading.stack_size(2**27)\n"
            "t = threading.Thread(target=lambda: print(input()))\nt.start()",
            "a",
            "a",
        ),
        ("import atexit\natexit.register(print, 'a')", "", "a"),
        ("import sys\nsys.stdout = open(1, 'w', closefd=False)\nprint('a')", "", "a"),
        ("print(2**20000 > 0, len(str(10**9999)))", "", "True 10000"),
        ("print('\\u00e9', input())", "\u00e8\u4e2d\n", "\u00e9 \u00e8\u4e2d"),
        ("print(len(input()))", "x" * 3_000_000, "3000000"),
        ("print('x' * 3_000_000)", "", "x" * 3_000_000),
        ("print('unread')", "x" * 3_000_000, "unread"),
    ],
)
@needs_sandbox
def test_programs_on_standard_input_that_pass(code: str, given: str, expected: str) -> None:
    assert run_stdin(code, (given, expected)) == grading.Grade(True)


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("print(1)", r"test 1 of 2: '1' \(expected: '2'\)"),
        ("print(2)\nprint()\nprint(2)", r"test 1 of 2: "),
        ("print(2.0000000001)", r"test 1 of 2: "),
        ("print('two')", r"test 1 of 2: 'two'"),
        ("print(2 if int(input()) else 3)", r"test 2 of 2: '3'"),
        ("print(2)\n1 / 0", r"test 1 of 2: ZeroDivisionError: division by zero"),
        ("print(2)\nimport os, signal\nos.kill(os.getpid(), signal.SIGSEGV)", r"test 1 of 2: "),
        ("print(2", r"test 1 of 2: SyntaxError"),
        ("", r"test 1 of 2: '' \(expected: '2'\)"),
    ],
)
@needs_sandbox
def test_programs_on_standard_input_that_fail(code: str, reason: str) -> None:
    found = run_stdin(code, ("1", "2"), ("0", "2"))
    assert not found.passed and not found.timed_out
    assert re.match(reason, found.reason), found


@needs_sandbox
def test_programs_remember_nothing_of_the_last_test() -> None:
    code = "import builtins\nseen = getattr(builtins, 'seen', 0)\nbuiltins.seen = 1\nprint(seen)"
    assert run_stdin(code, ("", "0"), ("", "0")) == grading.Grade(True)


@pytest.mark.parametrize(
    ("code", "given", "expected"),
    [
        ("class Solution:\n    def f(self, a, b):\n        return a + b", "1\n2", "3"),
        ("def f(a):\n    return a, [(1, 2)]", '"x"', '["x", [[1, 2]]]'),
        (
            "class Solution:\n    def f(self, a: List[int]) -> Optional[int]:\n        return None",
            "[1]",
            "null",
        ),
        ("def f():\n    print('noise')\n    return {'a': 1.5}", "", '{"a": 1.5}'),
        ("def f(n):\n    return 10**n", "5000", "1" + "0" * 5000),
        ("def f(a):\n    return a", '"\\ud83d\\ude00\\ud800"', '"\\ud83d\\ude00\\ud800"'),
        ("def f(n):\n    return 1 if n == 0 else f(n - 1)", "40000", "1"),
    ],
)
@needs_sandbox
def test_functions_that_pass(code: str, given: str, expected: str) -> None:
    assert run_functional(code, (given, expected)) == grading.Grade(True)


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("def f(a):\n    return 1.0000000001", r"test 1 of 1: '1.0000000001' \(expected: '1'\)"),
        ("def f(a):\n    return '1'", r"test 1 of 1: '1'"),
        ("def f(a):\n    return {1}", r"test 1 of 1: TypeError: .*not JSON serializable"),
        ("def g(a):\n    return 1", r"test 1 of 1: AttributeError: .*'f'"),
        ("def f():\n    return 1", r"test 1 of 1: TypeError: "),
        ("def f(a):\n    raise SystemExit", r"test 1 of 1: SystemExit"),
        ("import os\ndef f(a):\n    os._exit(0)", r"test 1 of 1: ended without a result"),
        ("def f(a):\n    a = []\n    a.append(a)\n    return a", r"test 1 of 1: ValueError: Circular"),
        (f"{LIAR}def f(a):\n    return Liar()", r"test 1 of 1: '\[\]' \(expected: '1'\)"),
        ("def f(a):\n    return int('1' * 30_000 + '0')", r"test 1 of 1: '.*\.\.\.' \(expected: '1'\)"),
        ("def f(a):\n    return 'x' * 9_000_000", r"test 1 of 1: wrote more than 8 MiB"),
        (
            EVERY_FILE.format("os.write(fd, b'[' * 100_000)") + "os._exit(0)",
            r"test 1 of 1: ended without a result",
        ),
        (
            EVERY_FILE.format("os.write(fd, b'{\"value\": [' + b'[' * 50_000)") + "os._exit(0)",
            r"test 1 of 1: ended",
        ),
        (
            EVERY_FILE.format("os.write(fd, b'{\"value\": ' + b'[' * 900 + b']' * 900 + b'}')")
            + "os._exit(0)",
            r"test 1 of 1: ",
        ),
    ],
)
@needs_sandbox
def test_functions_that_fail(code: str, reason: str) -> None:
    found = run_functional(code, ("1", "1"))
    assert not found.passed and not found.timed_out
    assert re.match(reason, found.reason), found


@pytest.mark.parametrize(
    ("output", "expected", "same"),
    [
        ("1\n2\n", "1\n2", True),
        (" 1 \r\n2", "1\n2", True),
        ("1 2", "1.0 2.00", True),
        ("1e2", "100", True),
        ("-0", "0", True),
        ("yes", "yes", True),
        ("", "", True),
        ("YES", "yes", False),
        ("1  2", "1 2", True),
        ("a  b", "a b", False),
        ("1\n\n2", "1\n2", False),
        ("1 2", "1 2 3", False),
        ("0.1", "0.10000000000000001", False),
        ("nan", "NaN", False),
        ("inf", "Infinity", False),
        ("snan", "1", False),
        ("1 x", "1.0 x", False),
        ("1e999999999", "1", False),
        ("1e999999999999999999999", "1", False),
    ],
)
def test_outputs(output: str, expected: str, same: bool) -> None:
    assert comparison.same_output(output, expected) is same


def test_values() -> None:
    deep = comparison.parse_value("[" * 500 + "]" * 500)
    assert comparison.same_value(deep, deep)
    assert comparison.same_value([1, 2.0], [1.0, 2])
    assert not comparison.same_value(comparison.parse_value("NaN"), comparison.parse_value("NaN"))
    with pytest.raises(ValueError, match="nested too deep"):
        comparison.parse_value("[" * 200_000)


@pytest.mark.parametrize(
    ("tests", "message"),
    [
        (
            CodeTests(),
            "kind: KIND_UNSPECIFIED (expected: one of KIND_ASSERTIONS, KIND_STDIN, KIND_FUNCTIONAL)",
        ),
        (CodeTests(kind=CodeTestsKind.ASSERTIONS), "program: blank"),
        (CodeTests(kind=CodeTestsKind.STDIN), "tests: none (expected: at least 1)"),
        (
            CodeTests(kind=CodeTestsKind.FUNCTIONAL, tests=[CodeTest("1", "1")]),
            "function: '' (expected: the name",
        ),
        (
            CodeTests(
                kind=CodeTestsKind.FUNCTIONAL, function="f", tests=[CodeTest("1", "1"), CodeTest("[", "1")]
            ),
            "tests[1].input: '[' (expected: JSON:",
        ),
        (
            CodeTests(kind=CodeTestsKind.FUNCTIONAL, function="f", tests=[CodeTest("1", "x")]),
            "tests[0].expected_output: 'x' (expected: JSON:",
        ),
        (
            CodeTests(kind=CodeTestsKind.STDIN, tests=[CodeTest()], timeout_seconds=0.0),
            "timeout_seconds: 0 (expected: above 0, at most 600)",
        ),
    ],
)
def test_tests_that_cannot_grade_are_refused(tests: CodeTests, message: str) -> None:
    with pytest.raises(RetortError, match="^BAD_CODE_TESTS: " + re.escape(f"code_tests.{message}")) as caught:
        grading.run("x = 1", tests)
    assert caught.value.category is FailureCategory.USER


@needs_sandbox
def test_program_that_ends_without_reading_a_large_input() -> None:
    """The pipe of the input and the message of the run's end may be ready at the same time."""
    for _ in range(20):
        assert run_stdin("print(1)", ("x" * 1_000_000, "1")).passed
