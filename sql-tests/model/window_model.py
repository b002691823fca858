#!/usr/bin/env python3
"""window_model.py -- every kind of window against a model that looks at one row at a time.

    window_model.py WEIR [--streams N] [--seed N] [--only FAMILY] [--strict] [--keep DIR]

Random streams over one to five files, out of order and partly late, with NULLs, times before 1970 and
changes of summer time.  The models apply the definitions literally and are slow: a row counts for the
windows whose last instant is above the watermark at its place, and is late when there are none.  weir must
give the same results, the same number of late rows, windows in order, and the same bytes: with one
file at any parallelism, chunk and batch size, with several at any parallelism and batch size.

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
from engine import CELLS, Engine
from stream import Stream

# Of one stream each.
FAMILIES = {
    "plain": aligned.plain,
    "tvf": aligned.tvf,
    "sets": aligned.sets,
    "two levels": aligned.two_levels,
    "cascade": aligned.cascade,
    "legacy": aligned.legacy,
}
STREAMS_OF_A_SCRIPT = 25


def queries_of(rng, number, only):
    stream = Stream(rng, number, "t")
    return [make(rng, stream) for name, make in FAMILIES.items() if only in (None, name)]


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
        engine = Engine(options.weir, pathlib.Path(name))
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
