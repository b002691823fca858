#!/usr/bin/env python3
"""window_model.py -- every kind of window against a model that looks at one row at a time.

    window_model.py WEIR [--streams N] [--seed N] [--only FAMILY] [--strict] [--keep DIR]

Random streams over one to five files, out of order and partly late, with NULLs, times before 1970 and
changes of summer time.  The models apply the definitions literally and are slow: a row counts for the
windows whose last instant is above the watermark at its place, and is late when there are none.  weir must
give the same results, the same number of late rows, windows in order, and the same bytes: with one
file at any parallelism, chunk and batch size, and from a pipe, with several at any parallelism and batch
size.

What the engine refuses as not built is skipped and counted; --strict makes that a failure.
"""
import argparse
import collections
import pathlib
import random
import sys
import tempfile
import time

import aligned
import changes
import counted
import lates
import pairs
import ranks
import session
from engine import CELLS, Engine
from stream import Stream

# Name: (number of streams, what makes a query of them).
FAMILIES = {
    "aligned": (1, aligned.plain),
    "aligned-2": (1, aligned.plain),
    "tvf": (1, aligned.tvf),
    "sets": (1, aligned.sets),
    "two-levels": (1, aligned.two_levels),
    "cascade": (1, aligned.cascade),
    "legacy": (1, aligned.legacy),
    "union": (2, aligned.union),
    "session": (1, session.plain),
    "session-keys": (1, session.other_keys),
    "session-tvf": (1, session.tvf),
    "session-cascade": (1, session.cascade),
    "session-legacy": (1, session.legacy),
    "counted": (1, counted.plain),
    "top-n": (1, ranks.top_n),
    "top-n-groups": (1, ranks.top_n_of_groups),
    "dedup": (1, ranks.dedup),
    "join": (2, pairs.window_join),
    "join-groups": (2, pairs.join_of_groups),
    "changes": (1, changes.aligned_changes),
    "session-changes": (1, changes.session_changes),
    "final": (1, changes.final_result),
    "late-rows": (1, lates.aligned_rows),
    "late-sessions": (1, lates.session_rows),
}
STREAMS_OF_A_SCRIPT = 25


def queries_of(rng, number, only):
    left = Stream(rng, number, "t")
    right = Stream(rng, number, "u", like=left)
    return [make(rng, *(left, right)[:n]) for name, (n, make) in FAMILIES.items() if only in (None, name)]


def keep(folder, number, engine, failure):
    """A script that shows it, with its data: run it in that folder's `cell`."""
    place = folder / str(number)
    for sub in ("data", "cell"):
        (place / sub).mkdir(parents=True, exist_ok=True)
    for stream in failure.query.streams:
        stream.write(place / "data")
    (place / "cell" / "q.sql").write_text(engine.script([failure.query]))
    (place / "what.txt").write_text(failure.words + "\n")


def report(failures, engine, options):
    for i, failure in enumerate(failures):
        if failure.query is None:
            print(failure.words)
            continue
        print(f"FAILED {failure.query.features}, seed {options.seed}, streams "
              f"{[s.name for s in failure.query.streams]}\n{engine.script([failure.query])}\n{failure.words}\n")
        if options.keep:
            keep(options.keep, i, engine, failure)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("weir", type=lambda p: pathlib.Path(p).resolve())
    parser.add_argument("--streams", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", choices=list(FAMILIES))
    parser.add_argument("--strict", action="store_true")
    parser.add_argument("--keep", type=pathlib.Path)
    options = parser.parse_args()
    rng, began, failures, total = random.Random(options.seed), time.monotonic(), [], 0
    with tempfile.TemporaryDirectory() as name:
        engine = Engine(options.weir, pathlib.Path(name), random.Random(options.seed))
        for first in range(0, options.streams, STREAMS_OF_A_SCRIPT):
            numbers = range(first, min(options.streams, first + STREAMS_OF_A_SCRIPT))
            queries = [q for n in numbers for q in queries_of(rng, n, options.only)]
            total += len(queries)
            failures += engine.check(queries)
    report(failures, engine, options)
    skipped = len(engine.skipped)
    for feature, n in collections.Counter(engine.skipped.values()).most_common():
        print(f"skipped {n}: {feature}: {engine.refused[feature]}")
    print(f"{total} queries over {options.streams} streams, each in {len(CELLS)} cells: "
          f"{total - skipped - len(failures)} agree, {len(failures)} do not, {skipped} skipped; "
          f"{time.monotonic() - began:.0f} s")
    return 1 if failures or (options.strict and skipped) else 0


if __name__ == "__main__":
    sys.exit(main())
