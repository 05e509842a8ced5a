"""What is read of strace's own lines, so that the test of a whole run sees what it looks for."""

from __future__ import annotations

from pathlib import Path

from support.system_calls import read_calls

LINES = r"""
7 execve("/bin/a", ["a", "]\"x", "gr\303\266\303\237er"], ["HOME=/h", "A=[b]"]) = 0
7 openat(AT_FDCWD, "/read", O_RDONLY|O_CLOEXEC) = 3
7 openat(AT_FDCWD, "/O_CREAT", O_RDONLY) = 3
7 openat(AT_FDCWD, "/new", O_WRONLY|O_CREAT|O_TRUNC, 0666 <unfinished ...>
8 open("/both", O_RDWR) = -1 EACCES (Permission denied)
7 <... openat resumed>) = 4
7 openat(AT_FDCWD, "/dev/shm", O_RDWR|O_TMPFILE, 0600) = 4
7 rename("/new", "/old") = 0
7 socket(AF_INET6, SOCK_STREAM, 0) = 3
7 connect(3, {sa_family=AF_UNIX, sun_path="/s"}, 9) = 0
7 shmget(IPC_PRIVATE, 1, IPC_CREAT|0600) = 1
7 shmget(IPC_PRIVATE, 1, IPC_CREAT|0666 <unfinished ...>
7 +++ exited with 0 +++
""".lstrip()


def test_what_strace_tells_is_understood(tmp_path: Path) -> None:
    (tmp_path / "trace").write_text(LINES)
    calls = read_calls(tmp_path / "trace")
    assert calls.programs == [(["a", ']"x', "größer"], ["HOME=/h", "A=[b]"])]
    assert calls.written == {"/new", "/both", "/dev/shm", "/old"}
    assert calls.sockets == {"AF_INET6"}
    assert calls.connected == {'sa_family=AF_UNIX, sun_path="/s"'}
    assert calls.shared == {"0600", "0666"}
