"""The system call filter: its decisions on each machine, and the kernel's behaviour."""

import struct

import pytest

from retort_trainer.code_execution import seccomp
from tests.code_programs import needs_sandbox, run

X86_64, AARCH64, I386 = 0xC000003E, 0xC00000B7, 0x40000003
ARCHITECTURES = {"x86_64": X86_64, "aarch64": AARCH64}
CLONE = {"x86_64": 56, "aarch64": 220}
SOCKET = {"x86_64": 41, "aarch64": 198}
IOCTL = {"x86_64": 16, "aarch64": 29}
READ = {"x86_64": 0, "aarch64": 63}
SIGCHLD, NEW_USER = 17, 0x10000000
# The flags that glibc's pthread_create passes.
THREAD = 0x003D0F00


def decide(machine: str, number: int, *arguments: int, architecture: int | None = None) -> int:
    """Executes the filter as the kernel does; supports only the instructions that it uses."""
    data = struct.pack("=II", number, architecture or ARCHITECTURES[machine]) + struct.pack("=Q", 0)
    data += b"".join(struct.pack("=Q", argument) for argument in (*arguments, *[0] * (6 - len(arguments))))
    program = list(struct.iter_unpack("=HBBI", seccomp.program(machine)))
    held = position = 0
    while True:
        code, then, otherwise, value = program[position]
        position += 1
        match code:
            case 0x20:
                (held,) = struct.unpack_from("=I", data, value)
            case 0x15:
                position += then if held == value else otherwise
            case 0x35:
                position += then if held >= value else otherwise
            case 0x45:
                position += then if held & value else otherwise
            case 0x06:
                return value
            case _:
                raise AssertionError(f"instruction {code:#x}")


@pytest.mark.parametrize("machine", seccomp.machines())
def test_decisions(machine: str) -> None:
    for name, number in seccomp.denied(machine).items():
        assert decide(machine, number) == seccomp.DENY, name
    assert decide(machine, READ[machine]) == seccomp.ALLOW
    assert decide(machine, 435) == seccomp.UNKNOWN
    assert decide(machine, CLONE[machine], SIGCHLD) == seccomp.ALLOW
    assert decide(machine, CLONE[machine], THREAD) == seccomp.ALLOW
    for shift in range(64):
        flag = 1 << shift
        new = flag in (0x00020000, 0x02000000, 0x04000000, 0x08000000, 0x10000000, 0x20000000, 0x40000000)
        assert decide(machine, CLONE[machine], flag | SIGCHLD) == (seccomp.DENY if new else seccomp.ALLOW)
    assert [family for family in range(50) if decide(machine, SOCKET[machine], family) == seccomp.ALLOW] == [
        1,
        2,
        10,
    ]
    assert decide(machine, SOCKET[machine], 40) == seccomp.NO_FAMILY
    assert decide(machine, IOCTL[machine], 0, 0x5412) == seccomp.DENY
    assert decide(machine, IOCTL[machine], 0, 0x5413) == seccomp.ALLOW
    assert decide(machine, READ[machine], architecture=I386) == seccomp.KILL


def test_other_interfaces_of_x86_64() -> None:
    assert decide("x86_64", 0x40000000 | 101) == seccomp.UNKNOWN
    assert decide("x86_64", 0xFFFFFFFF) == seccomp.UNKNOWN


@needs_sandbox
def test_kernel_refuses_new_namespaces() -> None:
    code = """
import ctypes, errno, os, platform
libc = ctypes.CDLL(None, use_errno=True)
def refused(*call):
    ctypes.set_errno(0)
    found = libc.syscall(*call)
    if found == 0 and call[0] in (56, 220, 435):
        os._exit(0)
    return (found, ctypes.get_errno())
clone = {"x86_64": 56, "aarch64": 220}[platform.machine()]
assert refused(clone, 0x10000000 | 17, 0, 0, 0, 0) == (-1, errno.EPERM)
arguments = (ctypes.c_uint64 * 8)(0x10000000, 0, 0, 0, 17, 0, 0, 0)
assert refused(435, ctypes.byref(arguments), 64) == (-1, errno.ENOSYS)
assert libc.unshare(0x10000000) == -1 and ctypes.get_errno() == errno.EPERM
assert libc.ptrace(0, 0, 0, 0) == -1 and ctypes.get_errno() == errno.EPERM
"""
    assert run(code).reason == ""
