#!/usr/bin/env python3
"""corpus.py -- runs sqllogictest files of other projects, as far as their dialect allows.

    corpus.py WEIR-SLT WEIR DIRECTORY [--reasons N]

Each .test file below the directory is written anew as adapt.py says, run in one cell, and counted.  What is printed
is the share of cases (statements and queries) that pass, by folder, and what the others are refused for.  None of
those files is part of this project.  The exit status is 0 whatever the share is: it is a figure, not a test.
"""

import argparse
import collections
import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from adapt import adapt_file  # noqa: E402

SECONDS = 60  # for one file


def reason_of(message):
    """An error without its names and numbers, so that equal causes are counted together."""
    message = re.sub(r'"[^"]*"', '"..."', message)
    message = re.sub(r"'[^']*'", "'...'", message)
    return re.sub(r"\b\d+\b", "N", message)[:90]


class Counts:
    def __init__(self):
        self.passed = self.failed = self.left_out = self.files = 0
        self.reasons = collections.Counter()

    def add(self, other):
        for name in ("passed", "failed", "left_out", "files"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.reasons.update(other.reasons)

    def share(self):
        total = self.passed + self.failed
        return f"{self.passed} of {total} ({100 * self.passed / total:.1f}%)" if total else "no cases"


def run_file(options, path):
    counts = Counts()
    counts.files = 1
    with tempfile.TemporaryDirectory() as folder:
        adapted = pathlib.Path(folder) / "corpus.slt"
        cases, counts.left_out = adapt_file(path, adapted)
        if cases == 0:
            return counts
        try:
            got = subprocess.run([options.slt, "--weir", options.weir, "--cells", "p1", str(adapted)],
                                 capture_output=True, text=True, errors="replace", timeout=SECONDS).stdout
        except subprocess.TimeoutExpired:
            counts.failed = cases
            counts.reasons["the file takes too long"] += cases
            return counts
    last = re.search(r"(\d+) passed, (\d+) failed\s*$", got)
    if last is None:  # the runner could not read it, or died
        counts.failed = cases
        counts.reasons["the runner gave no result"] += cases
        return counts
    counts.passed, counts.failed = int(last[1]), int(last[2])
    told = re.findall(r"^\s+(?:sql|file)\S*:\d+:\d+: error: (.*)$", got, re.M)
    counts.reasons.update(reason_of(x) for x in told)
    others = counts.failed - len(told)
    if others > 0:
        counts.reasons["another result, or no error where one is expected"] += others
    return counts


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("slt")
    parser.add_argument("weir")
    parser.add_argument("directory", type=pathlib.Path)
    parser.add_argument("--reasons", type=int, default=15, help="how many causes of failure are listed")
    options = parser.parse_args()
    files = sorted(p for p in options.directory.rglob("*") if p.suffix in (".test", ".slt", ".test_slow"))
    if not files:
        sys.exit(f"corpus.py: no .test files below {options.directory}")
    folders, total = collections.defaultdict(Counts), Counts()
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for path, counts in zip(files, pool.map(lambda p: run_file(options, p), files)):
            folders[str(path.parent.relative_to(options.directory))].add(counts)
            total.add(counts)
    for name in sorted(folders):
        print(f"{name}: {folders[name].share()}")
    print(f"\n{total.files} files, {total.left_out} records left out (of another program's own)")
    for reason, n in total.reasons.most_common(options.reasons):
        print(f"{n:8}  {reason}")
    print(f"corpus: {total.share()} pass")


if __name__ == "__main__":
    main()
