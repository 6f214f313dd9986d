"""Shows whether this machine can grade generated code: `python -m retort_trainer.code_execution`."""

import sys

from retort_trainer.code_execution import cgroups, sandbox, self_test
from retort_trainer.failures import RetortError


def main() -> int:
    try:
        sandbox.require()
        found = self_test.failures(report=print)
    except RetortError as error:
        print(error, file=sys.stderr)
        return 1
    without = cgroups.missing()
    print(
        f"control groups: {f'none, limits hold for each process alone: {without}' if without else 'in use'}"
    )
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
