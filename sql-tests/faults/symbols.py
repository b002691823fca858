#!/usr/bin/env python3
"""symbols.py -- only base/sys.c makes system calls on files: by the symbols that the objects need.

    symbols.py NM BUILD-DIRECTORY

What goes around the table `sys` is neither counted nor killed nor undone by weir-faults, so the other
tests of this folder prove nothing about it.
"""
import pathlib
import re
import subprocess
import sys

CALLS = set("""open openat creat read readv pread preadv write writev pwrite pwritev fsync fdatasync sync syncfs
    rename renameat renameat2 remove unlink unlinkat link linkat symlink mkdir mkdirat rmdir truncate ftruncate
    fallocate posix_fallocate copy_file_range sendfile splice mmap munmap msync flock lockf stat fstat lstat fstatat
    statx access opendir fdopendir readdir scandir fopen fdopen freopen tmpfile mkstemp mkdtemp fwrite fputs fputc
    fprintf vfprintf poll ppoll select epoll_wait clock_gettime gettimeofday time getrandom getentropy nanosleep
    usleep sleep close dup dup2""".split())

# Object: the calls it makes itself, and why.
EXCEPTIONS = {
    "base/sys.c": (None, "the table"),
    "base/arena.c": ({"fwrite"}, "the last words on stderr before abort"),
    "exec/data/batch_text.c": ({"fprintf"}, "words on stderr of a mistake in a unit test"),
    "exec/expr/expr_text.c": ({"fprintf"}, "the same"),
    "exec/run/input.c": ({"read"}, "the eventfd that rouses the input thread"),
    "exec/run/job.c": ({"write", "close"}, "the same eventfd"),
    "parser/tokenize_amalgamation.c": (None, "SQLite, where the system's cannot be had: its I/O is its own"),
    "shell/program.c": ({"fputs", "fprintf"}, "words on stderr before there is a shell"),
    "shell/repl.c": ({"fwrite", "fprintf", "fputc"}, "the prompt of the terminal"),
    "shell/stats.c": ({"fprintf"}, "the summary on stderr"),
    "shell/signals.c": ({"read", "write"}, "the eventfd that rouses the shell; a signal handler"),
}
NOT_IN_WEIR = {"libexpr_tests.a", "libgrammar_traced.a", "libparser_check.a"}
NEEDED = re.compile(r"^.*?([\w.-]+)\.a\.p/([\w.-]+)\.o:\s+U (\w+)$")


def calls_of(nm, library):
    """(path of the source, call) of all members."""
    folder = library.rsplit("/", 1)[0] + "/"
    listed = subprocess.run([nm, "-A", "-u", library], check=True, capture_output=True, text=True)
    for line in listed.stdout.splitlines():
        m = NEEDED.match(line)
        if m is None:
            continue
        call = re.sub(r"^__(\w+)_chk$", r"\1", m[3])
        call = re.sub(r"64$", "", call)
        if call in CALLS:
            yield folder + m[2], call


def main():
    nm, build = sys.argv[1:]
    wrong, seen = [], 0
    for library in sorted(pathlib.Path(build).rglob("lib*.a")):
        if library.name in NOT_IN_WEIR:
            continue
        for source, call in calls_of(nm, library.as_posix()):
            seen += 1
            name = next((n for n in EXCEPTIONS if source.endswith(n)), None)
            if name is None or (EXCEPTIONS[name][0] is not None and call not in EXCEPTIONS[name][0]):
                wrong.append(f"{source} calls {call}: call sys.{call}, or say in symbols.py why not")
    if seen < 20:
        wrong.append(f"only {seen} calls in all: the symbols have not been understood")
    print("\n".join(wrong) if wrong else f"symbols: {seen} calls, all in their places")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
