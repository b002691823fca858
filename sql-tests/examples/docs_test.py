#!/usr/bin/env python3
"""docs_test.py -- the examples of a page of docs/ give the results that stand behind them.

    docs_test.py WEIR PAGE|LIBRARY ...

A block ```csv NAME is a file.  A block ```sql with a block ```text behind it is run and its output
compared; what makes tables and has none is run before all that follow.  What is refused as not
built is skipped and counted.  Libraries (.so) lie where the examples run, which may load them.
"""
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

HUNG_S = 60  # only ends a test that hangs
BLOCK = re.compile(r"^```(\w+) ?(\S*)\n(.*?)^```$", re.M | re.S)


def run(weir, folder, sql):
    return subprocess.run([weir, "--allow-extensions", "-m", "csv", "-c", sql], cwd=folder,
                          stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, timeout=HUNG_S, check=False)


def check_page(weir, page, folder):
    """(examples that agree, skipped, texts of those that do not)"""
    blocks = BLOCK.findall(page.read_text())
    setup, agree, skipped, failures = "", 0, 0, []
    for i, (kind, name, text) in enumerate(blocks):
        if kind == "csv":
            (folder / name).write_text(text)
        if kind != "sql":
            continue
        wanted = blocks[i + 1][2] if i + 1 < len(blocks) and blocks[i + 1][0] == "text" else None
        result = run(weir, folder, setup + text)
        if "is not built" in result.stderr:
            skipped += 1
        elif result.returncode != 0:
            failures.append(f"{text}\n{result.stderr}")
        elif wanted is None:
            setup += text if "SELECT" not in text else ""
        elif result.stdout != wanted:
            failures.append(f"{text}\ngot\n{result.stdout}\nwanted\n{wanted}")
        else:
            agree += 1
    return agree, skipped, failures


def main():
    status = 0
    given = [pathlib.Path(arg) for arg in sys.argv[2:]]
    for page in [path for path in given if path.suffix == ".md"]:
        with tempfile.TemporaryDirectory() as folder:
            for library in [path for path in given if path.suffix == ".so"]:
                shutil.copy(library, folder)
            agree, skipped, failures = check_page(str(pathlib.Path(sys.argv[1]).resolve()), page, pathlib.Path(folder))
        for failure in failures:
            print(f"{page}: {failure}")
        print(f"{page}: {agree} examples agree, {len(failures)} do not, {skipped} skipped")
        status = 1 if failures or agree == 0 else status
    return status


sys.exit(main())
