"""HumanEval's own solutions pass its tests and broken ones fail, on the file that RETORT_HUMAN_EVAL names."""

import ast
import gzip
import json
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from retort_trainer.code_execution import grading, runs
from retort_trainer.data import CodeTests, CodeTestsKind
from tests.code_programs import PATIENT_SECONDS, needs_sandbox

VARIABLE = "RETORT_HUMAN_EVAL"
ROWS = 164

pytestmark = [
    needs_sandbox,
    pytest.mark.skipif(VARIABLE not in os.environ, reason=f"{VARIABLE} names no HumanEval.jsonl.gz"),
]


def _rows() -> list[dict[str, str]]:
    content = gzip.decompress(Path(os.environ[VARIABLE]).read_bytes())
    return [json.loads(line) for line in content.splitlines()]


def _grade(row: dict[str, str], solution: str) -> grading.Grade:
    program = f"{row['test']}\n\ncheck({row['entry_point']})"
    assert runs.tested_function(program) == row["entry_point"]
    tests = CodeTests(kind=CodeTestsKind.ASSERTIONS, program=program, timeout_seconds=PATIENT_SECONDS)
    return grading.run(row["prompt"] + solution, tests)


def _broken(row: dict[str, str]) -> list[str]:
    """Solutions that return nothing, return something else, and are off by one."""
    indented = "    return None\n", "    return object()\n"
    return [*indented, _off_by_one(row)]


class _OffByOne(ast.NodeTransformer):
    def visit_Return(self, node: ast.Return) -> ast.Return:
        value = node.value or ast.Constant(None)
        shifted = ast.Call(ast.Name("_shifted", ast.Load()), [value], [])
        return ast.copy_location(ast.Return(shifted), node)


_SHIFTED = """
def _shifted(value):
    if isinstance(value, bool):
        return not value
    if isinstance(value, (int, float)):
        return value + 1
    if isinstance(value, str):
        return value + "x"
    if isinstance(value, list):
        return value + [0]
    if isinstance(value, tuple):
        return value + (0,)
    return 0
"""


def _off_by_one(row: dict[str, str]) -> str:
    module = ast.parse(row["prompt"] + row["canonical_solution"])
    tested = [
        node for node in module.body if isinstance(node, ast.FunctionDef) and node.name == row["entry_point"]
    ]
    _OffByOne().visit(tested[-1])
    text = ast.unparse(ast.fix_missing_locations(tested[-1]))
    return f"    pass\n{_SHIFTED}\n{text}\n"


def test_canonical_solutions_pass() -> None:
    rows = _rows()
    assert len(rows) == ROWS
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        found = list(pool.map(lambda row: _grade(row, row["canonical_solution"]), rows))
    failed = {
        row["task_id"]: grade.reason for row, grade in zip(rows, found, strict=True) if not grade.passed
    }
    assert failed == {}


def test_broken_solutions_fail() -> None:
    programs = [(row, solution) for row in _rows() for solution in _broken(row)]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        found = list(pool.map(lambda one: _grade(*one), programs))
    passed = [
        (row["task_id"], solution)
        for (row, solution), grade in zip(programs, found, strict=True)
        if grade.passed
    ]
    assert passed == []
    assert len(found) == 3 * ROWS
