"""The system call filter of programs in the sandbox, as a classic BPF program.

Allows all calls except those that create namespaces, observe or change other processes, load code into the
kernel, or reach a part of it that namespaces do not separate; these fail with EPERM. A process of another
architecture is killed. bubblewrap installs the filter: `bwrap --seccomp FD`.

Layout and constants: linux/filter.h, linux/seccomp.h, linux/audit.h; numbers of calls: asm/unistd_64.h of
x86_64 and asm-generic/unistd.h (aarch64).
"""

import errno
import struct
from collections.abc import Iterable
from dataclasses import dataclass

ALLOW = 0x7FFF0000
KILL = 0x80000000
_ERRNO = 0x00050000
DENY = _ERRNO | errno.EPERM
# glibc falls back to clone, whose flags the filter can check.
UNKNOWN = _ERRNO | errno.ENOSYS
NO_FAMILY = _ERRNO | errno.EAFNOSUPPORT

# BPF_LD|BPF_W|BPF_ABS, BPF_JMP|BPF_JEQ|BPF_K, BPF_JMP|BPF_JGE|BPF_K, BPF_JMP|BPF_JSET|BPF_K, BPF_RET|BPF_K
_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
# Of struct seccomp_data; both machines are little-endian, so the low half of an argument comes first.
_NUMBER, _ARCHITECTURE, _FIRST_ARGUMENT, _SECOND_ARGUMENT = 0, 4, 16, 24

# CLONE_NEW{CGROUP,UTS,IPC,USER,PID,NET,NS}. CLONE_NEWTIME does not fit into the flags of clone.
_NEW_NAMESPACES = 0x02000000 | 0x04000000 | 0x08000000 | 0x10000000 | 0x20000000 | 0x40000000 | 0x00020000
# AF_UNIX, AF_INET, AF_INET6, which the network namespace separates. It does not separate others, such as
# AF_VSOCK.
_FAMILIES = (1, 2, 10)
# TIOCSTI and TIOCLINUX write into a terminal's input.
_TERMINAL_INPUT = (0x5412, 0x541C)
_X32_BIT = 0x40000000

# x86_64, aarch64; None if the architecture has no such call.
_DENIED: dict[str, tuple[int, int | None]] = {
    "acct": (163, 89),
    "add_key": (248, 217),
    "adjtimex": (159, 171),
    "bpf": (321, 280),
    "chroot": (161, 51),
    "clock_adjtime": (305, 266),
    "clock_settime": (227, 112),
    "delete_module": (176, 106),
    "fanotify_init": (300, 262),
    "finit_module": (313, 273),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fsopen": (430, 430),
    "fspick": (433, 433),
    "init_module": (175, 105),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "io_uring_setup": (425, 425),
    "ioperm": (173, None),
    "iopl": (172, None),
    "kcmp": (312, 272),
    "kexec_file_load": (320, 294),
    "kexec_load": (246, 104),
    "keyctl": (250, 219),
    "lookup_dcookie": (212, 18),
    "mbind": (237, 235),
    "migrate_pages": (256, 238),
    "modify_ldt": (154, None),
    "mount": (165, 40),
    "mount_setattr": (442, 442),
    "move_mount": (429, 429),
    "move_pages": (279, 239),
    "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265),
    "open_tree": (428, 428),
    "perf_event_open": (298, 241),
    "personality": (135, 92),
    "pidfd_getfd": (438, 438),
    "pivot_root": (155, 41),
    "process_madvise": (440, 440),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "ptrace": (101, 117),
    "quotactl": (179, 60),
    "quotactl_fd": (443, 443),
    "reboot": (169, 142),
    "request_key": (249, 218),
    "set_mempolicy": (238, 237),
    "setdomainname": (171, 162),
    "sethostname": (170, 161),
    "setns": (308, 268),
    "settimeofday": (164, 170),
    # No process limit applies to its segments.
    "shmget": (29, 194),
    "swapoff": (168, 225),
    "swapon": (167, 224),
    "syslog": (103, 116),
    "umount2": (166, 39),
    "unshare": (272, 97),
    "userfaultfd": (323, 282),
    "vhangup": (153, 58),
}


@dataclass(frozen=True)
class _Machine:
    audit_architecture: int
    column: int
    clone: int
    clone3: int
    ioctl: int
    socket: int


_MACHINES = {
    "x86_64": _Machine(0xC000003E, 0, clone=56, clone3=435, ioctl=16, socket=41),
    "aarch64": _Machine(0xC00000B7, 1, clone=220, clone3=435, ioctl=29, socket=198),
}


def machines() -> list[str]:
    """The supported machines, named as by `platform.machine()`."""
    return list(_MACHINES)


def denied(machine: str) -> dict[str, int]:
    """The calls that always fail with EPERM, by name."""
    column = _MACHINES[machine].column
    return {name: number for name, numbers in _DENIED.items() if (number := numbers[column]) is not None}


def program(machine: str) -> bytes:
    """The filter for a machine: an array of struct sock_filter."""
    known = _MACHINES[machine]
    instructions = [
        _instruction(_LOAD, _ARCHITECTURE),
        _instruction(_EQUAL, known.audit_architecture, 1, 0),
        _instruction(_RETURN, KILL),
        _instruction(_LOAD, _NUMBER),
    ]
    if machine == "x86_64":
        # The x32 interface has separate numbers for the same calls.
        instructions += _when(_AT_LEAST, _X32_BIT, [_instruction(_RETURN, UNKNOWN)])
    instructions += _when_any(sorted(denied(machine).values()), DENY)
    instructions += _when(_EQUAL, known.clone3, [_instruction(_RETURN, UNKNOWN)])
    instructions += _when(
        _EQUAL,
        known.clone,
        [
            _instruction(_LOAD, _FIRST_ARGUMENT),
            *_when(_ANY_BIT, _NEW_NAMESPACES, [_instruction(_RETURN, DENY)]),
            _instruction(_RETURN, ALLOW),
        ],
    )
    families = _when_any(_FAMILIES, ALLOW)
    instructions += _when(
        _EQUAL,
        known.socket,
        [_instruction(_LOAD, _FIRST_ARGUMENT), *families, _instruction(_RETURN, NO_FAMILY)],
    )
    requests = _when_any(_TERMINAL_INPUT, DENY)
    instructions += _when(
        _EQUAL,
        known.ioctl,
        [_instruction(_LOAD, _SECOND_ARGUMENT), *requests, _instruction(_RETURN, ALLOW)],
    )
    instructions.append(_instruction(_RETURN, ALLOW))
    return b"".join(instructions)


def _instruction(code: int, value: int, then: int = 0, otherwise: int = 0) -> bytes:
    return struct.pack("=HBBI", code, then, otherwise, value)


def _when(test: int, value: int, body: list[bytes]) -> list[bytes]:
    """Runs the body if the test holds, else continues after it. The body ends with a return."""
    return [_instruction(test, value, 0, len(body)), *body]


def _when_any(values: Iterable[int], action: int) -> list[bytes]:
    """Returns the action if the loaded value is one of the values."""
    return [part for value in values for part in _when(_EQUAL, value, [_instruction(_RETURN, action)])]
