"""The code that runs inside a sandbox: all of the autograder that a student's process can see.

Bubblewrap binds this folder as the top-level package `guest`. Its modules import only each other,
`cs231n`, NumPy, PyTorch and the standard library. The host imports `protocol`, which both sides
speak, and `seccomp` and `warmup` in tests.
"""

__all__ = [
    "lockdown",
    "protocol",
    "seccomp",
    "warmup",
    "worker",
    "zygote",
]
