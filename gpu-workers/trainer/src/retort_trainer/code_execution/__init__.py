"""Grades generated Python programs by their tests, in a sandbox that they cannot leave.

    grading      the tests of a program, and the result
    comparison   comparison of an output with the expected one
    sandbox      bubblewrap with its namespaces, limits and system call filter; Linux only
    execution    one run in a sandbox: pipes, time, amount of output
    harness      the code that runs inside the sandbox
    self_test    programs that try to escape or to pass without a solution; none may succeed

What each kind of test guarantees against a hostile program:

    STDIN, FUNCTIONAL   Expected outputs never enter the sandbox and are compared outside. To pass, a program
                        has to produce them.
    ASSERTIONS          If the tests are a function `check(candidate)` that is called with the solution's
                        function (HumanEval), they run in a separate process. The solution's process sees only
                        arguments and returns plain data, so it can neither read the tests nor
                        pretend to have passed them.
    ASSERTIONS, others  Tests of any other form share the solution's process, because they may use its
                        classes. An early exit, printed markers and patched modules do not pass. A program
                        that was written against this harness can read the tests, with the values they expect,
                        and forge the result.
"""
