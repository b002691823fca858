#!/usr/bin/env python3
"""slt_test.py -- weir-slt itself: that it sees what is wrong, and only that.

    slt_test.py WEIR-SLT WEIR
"""
import os
import subprocess
import sys
import tempfile

SLT, WEIR = sys.argv[1:3]

# Content of a test file, exit status, what the output must contain.
CASES = [
    ("query I\nSELECT 1\n----\n1\n", 0, ["1 passed, 0 failed"]),
    ("query I\nSELECT 1\n----\n2\n", 1, [":1: [p1] query", "expected:\n    2", "got:\n    1",
                                         "0 passed, 1 failed"]),
    ("query I\nSELECT 1\n----\n", 1, ["0 passed, 1 failed"]),
    ("query I\nSELECT 1\n----\n1\n1\n", 1, ["0 passed, 1 failed"]),
    ("query II\nSELECT 1\n----\n1\n", 1, ["1 columns, not 2"]),
    ("query I\nSELECT 'x'\n----\nx\n", 1, ["column 1 is not a number"]),
    ("query I\nSELECT 1.5\n----\n1.5\n", 1, ['"1.5" is not an integer']),
    ("query R\nSELECT 2e0 / 3e0\n----\n0.667\n", 0, ["1 passed"]),
    ("query R\nSELECT 1.4\n----\n1\n", 1, ["0 passed, 1 failed"]),
    ("query T\nSELECT CAST(NULL AS STRING)\n----\nNULL\n", 0, ["1 passed"]),
    ("query T\nSELECT ''\n----\n(empty)\n", 0, ["1 passed"]),
    ("query T\nSELECT e'a\\tb\\n'\n----\na\\tb\\n\n", 0, ["1 passed"]),
    # Rows by blanks, by tabs, one value a line.
    ("query IT\nVALUES (1, 'a'), (2, 'b')\n----\n1 a\n2 b\n", 0, ["1 passed"]),
    ("query IT\nVALUES (1, 'a b'), (2, 'b')\n----\n1\ta b\n2\tb\n", 0, ["1 passed"]),
    ("query IT\nVALUES (1, 'a'), (2, 'b')\n----\n1\na\n2\nb\n", 0, ["1 passed"]),
    ("query IT\nVALUES (1, 'a'), (2, 'b')\n----\n1 a\n2\n", 1, ["has not 2 values"]),
    # Order.
    ("query I\nVALUES (2), (1)\n----\n1\n2\n", 1, ["0 passed, 1 failed"]),
    ("query I rowsort\nVALUES (2), (1)\n----\n1\n2\n", 0, ["1 passed"]),
    ("query II valuesort\nVALUES (2, 1), (1, 3)\n----\n1\n1\n2\n3\n", 0, ["1 passed"]),
    # Hashes: md5 of "1\n2\n3\n".
    ("hash-threshold 2\n\nquery I\nVALUES (1), (2), (3)\n----\n"
     "3 values hashing to a3ff1f5e1b0eb4b8a1d6d5d5d6a64b42\n", 1, ["values hashing to"]),
    ("query I\nVALUES (1), (2), (3)\n----\n3 values hashing to HASH\n", 0, ["1 passed"]),
    # Labels.
    ("query I nosort x\nSELECT 1\n----\n1\n\nquery I nosort x\nSELECT 2\n----\n2\n", 1,
     ['another result than before with label "x"', "1 passed, 1 failed"]),
    # Statements.
    ("statement ok\nSELECT nope\n", 1, ["status failed", 'no column "nope"']),
    ("statement error\nSELECT 1\n", 1, ["an error was expected"]),
    ("statement error\nSELECT nope\n", 0, ["1 passed"]),
    ("statement error no column\nSELECT nope\n", 0, ["1 passed"]),
    ("statement error no table\nSELECT nope\n", 1, ['no "no table" in the error']),
    ("statement error\nSELECT nope\n----\n1:8: error: no column \"nope\"\n", 0, ["1 passed"]),
    ("statement error\nSELECT nope\n----\n1:9: error: no column \"nope\"\n", 1, ["1:8: error"]),
    ("statement error\nSELECT 'a'; SELECT uper(1)\n----\n<REGEX>:^1:20: \n"
     "hint: did you mean \"UPPER\"?\n", 0, ["1 passed"]),
    # Conditions.
    ("skipif weir # why\nquery I\nSELECT 1\n----\n2\n", 0, ["1 skipped", "0 passed, 0 failed"]),
    ("onlyif mysql\nquery I\nSELECT 1\n----\n2\n", 0, ["0 passed, 0 failed"]),
    ("onlyif weir\nquery I\nSELECT 1\n----\n1\n", 0, ["1 passed"]),
    ("query I\nSELECT 1\n----\n1\n\nhalt\n\nquery I\nSELECT 1\n----\n2\n", 0, ["1 passed, 0 failed"]),
    ("mode long takes long\n\nquery I\nSELECT 1\n----\n2\n", 0, ["1 skipped"]),
    ("mode skip p1,p3 why\n\nquery I\nSELECT 1\n----\n2\n", 1, ["[p1-c64] query"]),
    # Files, standard input, programs.
    ("file a/b.csv\n1,x\n\nquery IT\nSELECT f0, f1 FROM 'a/b.csv'\n----\n1 x\n\nnotes\n----\n"
     "<REGEX>:^\"a/b.csv\": csv\n\nstats\n----\nrows_in 1\nbad_rows 0\n", 0, ["3 passed"]),
    ("stats\n----\nrows_in 1\n", 1, ["rows_in 0"]),
    ("query I\nSELECT 1\n----\n1\n\nnotes\n----\nsomething\n", 1, ["1 passed, 1 failed"]),
    ("file e escaped\na\\x41\\tb\\\nc\n\\n\\0\n----\nsh od -An -c e | tr -d ' \\n'\n---- stdout\n"
     "aA\\tbc\\n\\n\\0\\n\n(no newline)\n", 0, ["1 passed"]),
    ("stdin\n1,a\n\nrun -q -c \"SELECT f1 FROM stdin\"\n---- stdout\nf1\na\n---- stderr\n"
     "---- status 0\n", 0, ["1 passed"]),
    ("run -c 'SELECT 1 AS a'\n---- stdout\na\n2\n", 1, ["standard output:", "0 passed, 1 failed"]),
    ("run -c 'SELECT nope'\n", 1, ["status 1, not 0", 'no column "nope"']),
    ("run -c 'SELECT nope'\n---- status 1\n", 0, ["1 passed"]),
    ("sh exit 3\n---- status 3\n", 0, ["1 passed"]),
    ("sh kill -9 $$\n---- status 137\n", 0, ["1 passed"]),
    ("sh echo; printf x\n---- stdout\n(empty)\nx\n(no newline)\n", 0, ["1 passed"]),
    ("sh echo \"$WEIR_OPTIONS\"\n", 1, ["other bytes than in the first cell"]),
    ("mode skip p3,p1-c64,p3-c64,rows1,p3-c64-rows7,auto-c64 slow\n\nsh sleep 100\n", 1, ["it hung and was killed"]),
    # Files that are none.
    ("quarry I\nSELECT 1\n----\n1\n", 2, [":1: no such record: quarry"]),
    ("query X\nSELECT 1\n----\n1\n", 2, ["letters of TIR"]),
    ("query I\nSELECT 1\n", 2, ["the query has no ----"]),
    ("mode skip p9 why\n", 2, ["no such cell: p9"]),
    ("mode skip p1\n", 2, ["REASON"]),
    ("run 'open\n", 1, ["a quote is not closed"]),
]

UPDATE = """# kept
query IT rowsort
SELECT n, s FROM (VALUES (2, 'b'), (1, 'a')) AS t(n, s)
----

query I
SELECT 7
----
8
9

statement error
SELECT nope
----
old

run -c "SELECT 1 AS a; SELECT nope"
---- stdout
---- stderr
x
---- status 0

# the end
"""

UPDATED = """# kept
query IT rowsort
SELECT n, s FROM (VALUES (2, 'b'), (1, 'a')) AS t(n, s)
----
1\ta
2\tb

query I
SELECT 7
----
7

statement error
SELECT nope
----
1:8: error: no column "nope"

run -c "SELECT 1 AS a; SELECT nope"
---- stdout
a
1
---- stderr
-c:1:23: error: no column "nope"
  SELECT 1 AS a; SELECT nope
                        ^
---- status 1

# the end
"""


def run(path, *options):
    return subprocess.run([SLT, "--weir", WEIR, "--timeout", "3", *options, path],
                          capture_output=True, text=True, check=False)


def md5(text):
    """By a program, so that the runner's own is tested."""
    out = subprocess.run(["md5sum"], input=text, capture_output=True, text=True, check=True).stdout
    return out.split()[0]


def main():
    failures = 0
    with tempfile.TemporaryDirectory() as scratch:
        path = os.path.join(scratch, "t.slt")
        for number, (content, status, wanted) in enumerate(CASES):
            with open(path, "w", encoding="utf-8") as f:
                f.write(content.replace("HASH", md5("1\n2\n3\n")))
            got = run(path)
            said = got.stdout + got.stderr
            if got.returncode != status or any(w not in said for w in wanted):
                failures += 1
                print(f"case {number}: status {got.returncode}, not {status}; wanted {wanted}:\n"
                      f"{content}--- said\n{said}---")
        with open(path, "w", encoding="utf-8") as f:
            f.write(UPDATE)
        run(path, "--update")
        with open(path, encoding="utf-8") as f:
            updated = f.read()
        if updated != UPDATED or run(path).returncode != 0:
            failures += 1
            print(f"--update made\n{updated}")
    print(f"{len(CASES) + 1 - failures} passed, {failures} failed")
    return failures > 0


if __name__ == "__main__":
    sys.exit(main())
