#!/usr/bin/env python3
"""shell_case.py -- what the tests of the program share: running weir, comparing, temporary files.

Every case compares bytes.  Nothing sleeps: a test waits for output, for the end of the process, or
for a fact that the kernel tells (a pipe is full, a signal has been taken).  A time limit only ends
what hangs.
"""
import os
import subprocess
import sys
import tempfile
import unittest

WEIR = ""  # set by main
LIMIT = 120  # seconds until a hung process is ended

ENV = {"PATH": os.environ.get("PATH", ""), "HOME": "/nonexistent", "TERM": "dumb",
       "LC_ALL": "C.UTF-8"}
ENV.update((name, value) for name, value in os.environ.items() if name.endswith("SAN_OPTIONS"))

KV = "SELECT * FROM (VALUES ('a', 1), ('b,\"c', CAST(NULL AS INT))) AS t(k, n)"
IN_KV = ("CREATE TABLE kv (k STRING, v INT) WITH"
         " ('connector' = 'stdin', 'format' = 'csv', 'csv.header' = 'true');")
ENDLESS = ("CREATE TABLE gen (n BIGINT) WITH ('connector' = 'datagen',"
           " 'rows-per-second' = '1000000', 'fields.n.min' = '7', 'fields.n.max' = '7');")
WINDOWS = ("SELECT window_start, k, COUNT(*) AS n, SUM(v) AS s"
           " FROM TABLE(TUMBLE(TABLE stdin, DESCRIPTOR(ts), INTERVAL '10' SECOND))"
           " GROUP BY window_start, window_end, k")


class Result:
    def __init__(self, code, out, err):
        self.code, self.out, self.err = code, out, err


def weir(*args, stdin=b"", env=None, stdout=subprocess.PIPE, cwd=None):
    """Run to the end."""
    if isinstance(stdin, str):
        stdin = stdin.encode()
    done = subprocess.run([WEIR, *args], input=stdin, stdout=stdout, stderr=subprocess.PIPE,
                          env={**ENV, **(env or {})}, timeout=LIMIT, cwd=cwd)
    out = done.stdout.decode("utf-8", "surrogateescape") if done.stdout is not None else None
    return Result(done.returncode, out, done.stderr.decode("utf-8", "surrogateescape"))


class Case(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.tmp = tempfile.TemporaryDirectory(prefix="weir-shell-")
        self.addCleanup(self.tmp.cleanup)

    def path(self, name, text=None):
        path = os.path.join(self.tmp.name, name)
        if text is not None:
            with open(path, "wb") as f:
                f.write(text if isinstance(text, bytes) else text.encode())
        return path

    def read(self, path):
        with open(path, encoding="utf-8") as f:
            return f.read()

    def check(self, result, out="", err="", code=0):
        self.assertEqual((result.err, result.out, result.code), (err, out, code))


def main():
    """Run the tests of the calling script: SCRIPT PATH/TO/weir [NAME ...]."""
    global WEIR
    WEIR = os.path.abspath(sys.argv.pop(1))
    unittest.main(module="__main__")
