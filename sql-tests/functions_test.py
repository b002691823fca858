#!/usr/bin/env python3
"""functions_test.py -- every function that SHOW FUNCTIONS lists occurs in a .slt file.

    functions_test.py WEIR FOLDER

A function occurs where it is written as its signature says: NAME( where that has a bracket, the
word or sign alone otherwise.  Comments and expected results do not count.  There is no list of
exceptions: a function without a test is none."""
import pathlib
import re
import subprocess
import sys


def run(weir, *statements):
    """The rows of some statements, as lists of cells."""
    args = [arg for sql in statements for arg in ("-c", sql)]
    show = [weir, "--no-init", "-q", "-m", "tsv", "--no-header", *args]
    out = subprocess.run(show, capture_output=True, text=True, check=True).stdout
    return [line.split("\t") for line in out.split("\n")[:-1]]


def signatures(weir):
    names = [row[0] for row in run(weir, "SHOW FUNCTIONS")]
    rows = run(weir, *[f"DESCRIBE FUNCTION `{name}`" for name in names])
    return names, [value for what, value in rows if what == "signature"]


def statements(path):
    """The SQL of a .slt file: what stands before ---- in each record, without comments."""
    for record in re.split(r"\n\s*\n", path.read_text(encoding="utf-8")):
        sql = record.split("\n----")[0]
        yield "\n".join(line for line in sql.split("\n") if not line.startswith("#"))


def pattern(name, signature):
    if not name[0].isalpha() and name[0] != "_":
        return re.compile(".*".join(re.escape(sign) for sign in name.split()))
    words = r"\s+".join(re.escape(word) for word in name.split())
    bracket = r"\s*\(" if f"{name}(" in signature else r"(?!\w)"
    return re.compile(rf"(?<!\w){words}{bracket}", re.IGNORECASE)


def main():
    weir, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    names, forms = signatures(weir)
    sql = "\n".join(text for path in sorted(folder.rglob("*.slt")) for text in statements(path))
    missing = [name for name, form in zip(names, forms) if not pattern(name, form).search(sql)]
    for name in missing:
        print(f"{name}: in no .slt file")
    print(f"{len(names)} functions, {len(missing)} without a test")
    sys.exit(1 if missing or not names or len(names) != len(forms) else 0)


if __name__ == "__main__":
    main()
