#!/usr/bin/env python3
"""compare.py -- SQL expressions in weir and in a real Flink: prints where they differ.

    compare.py --weir BUILD/shell/weir --classpath '/path/to/flink/jars/*' FILE ...
    compare.py --weir BUILD/shell/weir --ask COMMAND FILE ...

FILE holds an expression a line.  `@FROM (VALUES (1), (2)) AS t(x)` gives the rows for those behind
it (`@FROM` alone: none), `SET 'key' = 'value'` a setting, `--` a comment.  Constants are folded
by both when they plan: use rows to compare what runs.  Ask.java answers for Flink; COMMAND
stands for it where one runs already: it reads such a file and writes `TYPE <tab> VALUE ...` or
`ERROR: why` for each expression.  An error is equal to an error.
"""
import argparse
import base64
import os
import re
import subprocess
import sys

ASK = os.path.join(os.path.dirname(os.path.abspath(__file__)), "Ask.java")
NULL = "<NULL>"


def read(path):
    """The lines that are asked, and (expression, FROM clause, settings) of each expression."""
    lines, asked, clause, settings = [], [], "", ""
    with open(path, encoding="utf-8") as file:
        for line in file:
            line = line.strip().rstrip(";")
            if not line or line.startswith("--"):
                continue
            lines.append(line)
            if line.upper().startswith("@FROM"):
                clause = line[1:] if len(line) > len("@FROM") else ""
            elif re.match(r"(?i)SET\s+'", line):
                settings += line + "; "
            elif not line.startswith("@"):
                asked.append((line, clause, settings))
    return lines, asked


def flink_answers(options, lines, count):
    command = options.ask.split() if options.ask else ["java", "-Xmx1g", "-cp", options.classpath, ASK]
    done = subprocess.run(command, input="\n".join(lines) + "\n", capture_output=True, text=True, check=False)
    answers = done.stdout.splitlines()
    if len(answers) != count:
        sys.exit(f"{count} expressions, but {len(answers)} answers\n{done.stderr}")
    return answers


def weir_answer(weir, expression, clause, settings):
    sql = f"{settings}SELECT TYPEOF({expression}), {expression} {clause}"
    command = [weir, "-q", "-p", "1", "-m", "tsv", "--null", NULL, "--no-header", "-c", sql]
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=60, check=False)
    if done.returncode < 0:
        return f"CRASH: signal {-done.returncode}"
    if done.returncode != 0:
        return "ERROR: " + (done.stderr.splitlines() or ["?"])[0]
    rows = [row.split("\t", 1) for row in done.stdout.splitlines()]
    return "\t".join([rows[0][0]] + [row[1] for row in rows]) if rows else ""


def plain(answer):
    """Type and values in one spelling: the two write intervals, BOOLEAN, bytes and doubles differently."""
    if answer.startswith("ERROR"):
        return ["ERROR"]
    kind, *values = answer.split("\t")
    kind = re.sub(r"INTERVAL (YEAR|MONTH)\b.*?( NOT NULL)?$", lambda m: "INTERVAL MONTH" + (m[2] or ""), kind)
    kind = re.sub(r"INTERVAL (DAY|HOUR|MINUTE|SECOND)\b.*?( NOT NULL)?$",
                  lambda m: "INTERVAL SECOND" + (m[2] or ""), kind)
    if kind.startswith("BOOLEAN"):
        values = [v.upper() for v in values]
    if kind.startswith(("BINARY", "VARBINARY", "BYTES")):
        values = [v if v.startswith(("x'", "<")) else f"x'{base64.b64decode(v).hex()}'" for v in values]
    if kind.startswith(("FLOAT", "DOUBLE")):
        values = [v if v == NULL else repr(float(v)) for v in values]
    return [kind] + values


def verdict(ours, theirs):
    """What differs, or None."""
    a, b = plain(ours), plain(theirs)
    if a == b:
        return None
    if "ERROR" in (a[0], b[0]):
        return "refused by weir" if a[0] == "ERROR" else "refused by flink"
    if a[1:] != b[1:]:
        return "value"
    return "nullable" if a[0].replace(" NOT NULL", "") == b[0].replace(" NOT NULL", "") else "type"


def show(what, expression, clause, ours, theirs):
    a, b = plain(ours), plain(theirs)
    print(f"{what}: {expression}")
    if what == "value" and len(a) == len(b) > 2:
        values = zip(ours.split("\t")[1:], theirs.split("\t")[1:])
        for row, (x, y) in enumerate(values, 1):
            if a[row] != b[row]:
                print(f"    row {row}: weir {x}, flink {y}")
        return
    if clause:
        print("    " + clause)
    for name, answer in (("weir", ours), ("flink", theirs)):
        print(f"    {name:5} " + answer.replace("\t", "  "))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weir", required=True)
    flink = parser.add_mutually_exclusive_group(required=True)
    flink.add_argument("--classpath", help="jars of Flink's table planner, runtime and clients")
    flink.add_argument("--ask", help="a command that answers instead of Ask.java")
    parser.add_argument("files", nargs="+", metavar="FILE")
    options = parser.parse_args()
    differ = total = 0
    for path in options.files:
        lines, asked = read(path)
        for (expression, clause, settings), theirs in zip(asked, flink_answers(options, lines, len(asked))):
            ours = weir_answer(options.weir, expression, clause, settings)
            what = verdict(ours, theirs)
            total += 1
            if what:
                differ += 1
                show(what, expression, clause, ours, theirs)
    print(f"{differ} of {total} differ", file=sys.stderr)
    return differ > 0


sys.exit(main())
