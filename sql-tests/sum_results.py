#!/usr/bin/env python3
"""sum_results.py -- how many tests of a meson test log passed and failed.

    sum_results.py TESTLOG.json

Prints "PASSED FAILED".  A test of the suite sql counts as its cases, which its last line of output
names; any other test is one.  What failed is told on stderr.
"""
import json
import re
import sys


def counts(test):
    good = test["result"] in ("OK", "EXPECTEDFAIL", "SKIP")
    if test["name"].startswith("weir:sql / "):
        found = re.findall(r"^(\d+) passed, (\d+) failed$", test.get("stdout", ""), re.MULTILINE)
        if found:
            passed, failed = map(int, found[-1])
            return passed, failed if good or failed else 1
    return (1, 0) if good else (0, 1)


def main(path):
    total = [0, 0]
    with open(path, encoding="utf-8") as log:
        tests = [json.loads(line) for line in log]
    if not tests:
        sys.exit(f"{path}: no tests")
    for test in tests:
        passed, failed = counts(test)
        total[0] += passed
        total[1] += failed
        if failed:
            print(f"--- {test['name']}: {test['result']}", file=sys.stderr)
            print(test.get("stdout", "")[-20000:], test.get("stderr", "")[-5000:], file=sys.stderr)
    print(*total)


if __name__ == "__main__":
    main(sys.argv[1])
