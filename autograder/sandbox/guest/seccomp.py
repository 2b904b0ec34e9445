"""The system calls that a student's process may make: a filter that the kernel holds it to.

A list of what is allowed, so that whatever a future kernel adds is closed. All else fails with an
error that Python turns into an exception; nothing is killed for trying. Not on the list, among
others: new processes and threads, programs, sockets, mounts, namespaces, tracing, keys, io_uring,
memory files, priorities.
"""

import ctypes
import errno
import platform
import struct

# name:number on x86-64/number on aarch64, "-" where there is none
CALLS = """
read:0/63 write:1/64 readv:19/65 writev:20/66 pread64:17/67 pwrite64:18/68 preadv:295/69
pwritev:296/70 lseek:8/62 sendfile:40/71 copy_file_range:326/285 open:2/- openat:257/56 close:3/57
close_range:436/436 creat:85/- dup:32/23 dup2:33/- dup3:292/24 pipe:22/- pipe2:293/59 fcntl:72/25
flock:73/32 fsync:74/82 fdatasync:75/83 stat:4/- fstat:5/80 lstat:6/- newfstatat:262/79
statx:332/291 statfs:137/43 fstatfs:138/44 access:21/- faccessat:269/48 faccessat2:439/439
readlink:89/- readlinkat:267/78 getdents:78/- getdents64:217/61 getcwd:79/17 chdir:80/49
fchdir:81/50 mkdir:83/- mkdirat:258/34 rmdir:84/- unlink:87/- unlinkat:263/35 rename:82/-
renameat:264/38 renameat2:316/276 link:86/- linkat:265/37 symlink:88/- symlinkat:266/36
truncate:76/45 ftruncate:77/46 fallocate:285/47 fadvise64:221/223 chmod:90/- fchmod:91/52
fchmodat:268/53 umask:95/166 utimensat:280/88 mmap:9/222 munmap:11/215 mremap:25/216
mprotect:10/226 madvise:28/233 brk:12/214 msync:26/227 mincore:27/232 membarrier:324/283
rt_sigaction:13/134 rt_sigprocmask:14/135 rt_sigreturn:15/139 rt_sigpending:127/136
rt_sigsuspend:130/133 rt_sigtimedwait:128/137 sigaltstack:131/132 kill:62/129 tkill:200/130
tgkill:234/131 pause:34/- alarm:37/- setitimer:38/103 getitimer:36/102 timer_create:222/107
timer_settime:223/110 timer_gettime:224/108 timer_delete:226/111 nanosleep:35/101
clock_nanosleep:230/115 clock_gettime:228/113 clock_getres:229/114 gettimeofday:96/169 time:201/-
times:100/153 restart_syscall:219/128 select:23/- pselect6:270/72 poll:7/- ppoll:271/73
epoll_create:213/- epoll_create1:291/20 epoll_ctl:233/21 epoll_wait:232/- epoll_pwait:281/22
eventfd2:290/19 futex:202/98 set_robust_list:273/99 get_robust_list:274/100 rseq:334/293
set_tid_address:218/96 sched_yield:24/124 sched_getaffinity:204/123 sched_getparam:143/121
sched_getscheduler:145/120 sched_get_priority_max:146/125 sched_get_priority_min:147/126
getpriority:140/141 getcpu:309/168 getpid:39/172 gettid:186/178 getppid:110/173 getpgrp:111/-
getpgid:121/155 getsid:124/156 getuid:102/174 geteuid:107/175 getgid:104/176 getegid:108/177
getgroups:115/158 getresuid:118/148 getresgid:120/150 getrusage:98/165 getrlimit:97/163
setrlimit:160/164 prlimit64:302/261 sysinfo:99/179 uname:63/160 getrandom:318/278 arch_prctl:158/-
exit:60/93 exit_group:231/94 wait4:61/260 waitid:247/95 capget:125/90
"""
ARCHITECTURES = {"x86_64": (0xC000_003E, 0), "aarch64": (0xC000_00B7, 1)}
# Refused with an error of their own, by which libraries know what to do
REFUSED = {
    "clone:56/220": errno.EAGAIN,
    "clone3:435/435": errno.ENOSYS,
    "fork:57/-": errno.EAGAIN,
    "vfork:58/-": errno.EAGAIN,
}
IOCTL = "ioctl:16/29"
IOCTLS = (0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451)  # is it a terminal, close on exec ...

LOAD, EQUAL, AT_LEAST, RETURN = 0x20, 0x15, 0x35, 0x06
ALLOW, KILL, ERROR = 0x7FFF_0000, 0x8000_0000, 0x0005_0000
NUMBER, ARCHITECTURE, SECOND = 0, 4, 24  # offsets in struct seccomp_data (little-endian)
X32 = 0x4000_0000
SET_SECCOMP, FILTER = 22, 2


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("code", ctypes.c_char_p))


def _step(code: int, value: int, yes: int = 0, no: int = 0) -> bytes:
    return struct.pack("HBBI", code, yes, no, value)


def _number(word: str, column: int) -> int | None:
    number = word.split(":")[1].split("/")[column]
    return None if number == "-" else int(number)


def program(machine: str) -> bytes:
    """The filter for a machine, as the kernel reads it.

    Args:
        machine: as `platform.machine()` gives it.
    Raises:
        OSError: this machine's numbers are not known here.
    """
    if machine not in ARCHITECTURES:
        raise OSError(errno.ENOSYS, f"no list of system calls for {machine}")
    architecture, column = ARCHITECTURES[machine]
    steps = [
        _step(LOAD, ARCHITECTURE),
        _step(EQUAL, architecture, 1, 0),
        _step(RETURN, KILL),
        _step(LOAD, NUMBER),
        _step(AT_LEAST, X32, 0, 1),
        _step(RETURN, ERROR | errno.EPERM),
    ]
    table = {_number(word, column): ALLOW for word in CALLS.split()}
    table |= {_number(word, column): ERROR | error for word, error in REFUSED.items()}
    for number, answer in table.items():
        if number is not None:
            steps += [_step(EQUAL, number, 0, 1), _step(RETURN, answer)]
    steps += [_step(EQUAL, _number(IOCTL, column), 1, 0), _step(RETURN, ERROR | errno.EPERM)]
    steps.append(_step(LOAD, SECOND))
    for request in IOCTLS:
        steps += [_step(EQUAL, request, 0, 1), _step(RETURN, ALLOW)]
    return b"".join([*steps, _step(RETURN, ERROR | errno.EPERM)])


def install(libc: ctypes.CDLL) -> None:
    """Hold this process to the list, for good. It must have given up new privileges before.

    Raises:
        OSError: the kernel has no filters, or does not know this machine.
    """
    code = program(platform.machine())
    table = _Program(len(code) // 8, code)
    if libc.prctl(SET_SECCOMP, FILTER, ctypes.byref(table), 0, 0) != 0:
        number = ctypes.get_errno()
        raise OSError(number, "the kernel did not take the list of system calls")
