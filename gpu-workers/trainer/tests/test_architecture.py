"""The structure of the sources: no import cycles, no long files."""

import ast
from graphlib import TopologicalSorter
from pathlib import Path

import retort_trainer

PACKAGE = "retort_trainer"
ROOT = Path(retort_trainer.__file__).parent
MOST_LINES = 400


def sources() -> dict[str, Path]:
    """Files by the name of their module; a package is the module of its `__init__.py`."""
    modules = {}
    for file in sorted(ROOT.rglob("*.py")):
        parts = file.relative_to(ROOT).with_suffix("").parts
        modules[".".join((PACKAGE, *parts)).removesuffix(".__init__")] = file
    return modules


def imports(name: str, file: Path, modules: dict[str, Path]) -> set[str]:
    """Modules of the package that a module imports, at its top level or within a function."""
    base = name if file.name == "__init__.py" else name.rpartition(".")[0]
    imported: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            imported.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            parent = base.rsplit(".", node.level - 1)[0] if node.level else ""
            origin = ".".join(part for part in (parent, node.module) if part)
            for alias in node.names:
                member = f"{origin}.{alias.name}"
                imported.add(member if member in modules else origin)
    return (imported & modules.keys()) - {name}


def graph() -> dict[str, set[str]]:
    modules = sources()
    return {name: imports(name, file, modules) for name, file in modules.items()}


def test_the_graph_is_read() -> None:
    edges = graph()

    assert f"{PACKAGE}.settings" in edges[f"{PACKAGE}.sft"]
    assert any(name.startswith(f"{PACKAGE}.mathematics.") for name in edges)


def test_modules_have_no_circle_of_imports() -> None:
    # Raises CycleError with the modules.
    assert list(TopologicalSorter(graph()).static_order())


def test_packages_have_no_circle_of_imports() -> None:
    def part(module: str) -> str:
        """A package below the root with all its modules, or a single module of the root."""
        return ".".join(module.split(".")[:2])

    packages: dict[str, set[str]] = {}
    for name, imported in graph().items():
        packages.setdefault(part(name), set()).update({part(other) for other in imported} - {part(name)})

    assert list(TopologicalSorter(packages).static_order())


def test_files_are_small() -> None:
    lines = {name: len(file.read_text(encoding="utf-8").splitlines()) for name, file in sources().items()}

    assert {name: count for name, count in lines.items() if count > MOST_LINES} == {}
