#!/usr/bin/env python3
"""expr.py -- speed of expressions, beside DuckDB's: `./dev bench expr`.

Ours: the time to evaluate a compiled expression over six batches that stay in cache (expr_bench.c).
DuckDB's: the same rows, twice over, in a table in memory, one thread; of
`SELECT sum(hash(EXPR))` the time of its projection, less that of `SELECT sum(hash(r))`, r being a column that
holds the values of EXPR: neither scan, nor hash, nor sum, nor planning is counted.
Each figure is the best of many short samples, as the machine may have others to serve, ours in CPU time; what
takes DuckDB longer than a slice of the core is the CPU time of one statement less that of the other, scan
included.  Both sides take turns.
They have to agree on the number and on the sum of what comes out."""
import argparse
import importlib.util
import json
import math
import re
import subprocess
import sys
import time

from expressions import PAIRS

COPIES = 2  # of the rows in the table
SLICE_SECONDS = 0.002  # after that long others get the core


class Weir:
    def __init__(self, program):
        self.program = program
        self.types = dict(line.split(" ", 1) for line in self._text("types").splitlines())
        self.server = subprocess.Popen([program, "serve"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def _text(self, what):
        return subprocess.run([self.program, what], capture_output=True, text=True, check=True).stdout

    def csv(self, path):
        with open(path, "w", encoding="utf-8") as out:
            subprocess.run([self.program, "csv"], stdout=out, check=True)

    def ask(self, request):
        """The answer, or None and the reason."""
        self.server.stdin.write(request + "\n")
        self.server.stdin.flush()
        answer = self.server.stdout.readline().strip()
        return (None, answer) if answer.startswith("error: ") else (answer.split(), None)

    def ns(self, expr, seconds):
        return float(self.ask(f"time {seconds} {expr}")[0][0])


class DuckDB:
    TYPES = {"STRING": "VARCHAR", "TIMESTAMP(3)": "TIMESTAMP"}

    def __init__(self, types, csv):
        import duckdb
        self.types = types
        self.db = duckdb.connect()
        self.db.execute("SET threads = 1; SET enable_progress_bar = false; PRAGMA enable_profiling = 'no_output'")
        columns = ", ".join(f"'{name}': '{self.TYPES.get(t, t)}'" for name, t in types.items())
        self.db.execute(f"CREATE TABLE small AS FROM read_csv('{csv}', header=false, delim=',', quote='\"', "
                        f"escape='\"', columns={{{columns}}})")
        self.rows = COPIES * self.db.execute("SELECT count(*) FROM small").fetchone()[0]

    def prepare(self, expr):
        """Table e with the columns that expr reads and its value r."""
        names = [name for name in self.types if re.search(rf"\b{name}\b", expr)]
        columns = ", ".join(f'"{name}"' for name in names)
        self.db.execute(f"CREATE OR REPLACE TABLE e AS SELECT {columns}, {expr} AS r FROM small LIMIT 0")
        for _ in range(COPIES):
            self.db.execute(f"INSERT INTO e SELECT {columns}, {expr} FROM small")

    def check(self):
        kind = self.db.execute("SELECT typeof(r) FROM e LIMIT 1").fetchone()[0]
        value = {"VARCHAR": "strlen(r)", "TIMESTAMP": "epoch_us(r) / 1.0"}.get(kind, "r::DOUBLE")
        n, total = self.db.execute(f"SELECT count(r), sum({value}) FROM e").fetchone()
        return n // COPIES, float(total) / COPIES

    def _sample(self, expr):
        """Seconds of the projection, and of CPU for all of the statement."""
        before = time.thread_time()
        self.db.execute(f"SELECT sum(hash({expr})) FROM e").fetchall()
        cpu = time.thread_time() - before
        profile = json.loads(self.db.get_profiling_information(format="json"))

        def total(node):
            own = node["timing"] if node["type"] == "PROJECTION" else 0
            return own + sum(total(child) for child in node.get("children", []))
        return sum(total(node) for node in profile["operator"]), cpu

    def seconds(self, expr, seconds):
        """Samples with the expression, and without it."""
        until, with_expr, without = time.monotonic() + seconds, [], []
        while time.monotonic() < until:
            with_expr.append(self._sample(expr))
            without.append(self._sample("r"))
        return with_expr, without

    def ns(self, with_expr, without):
        """Of the best samples: in CPU time if they take so long that none is undisturbed."""
        figure = 1 if min(s[0] for s in with_expr) > SLICE_SECONDS else 0
        ours, theirs = min(s[figure] for s in with_expr), min(s[figure] for s in without)
        # What is too short to be told from noise counts as a hundredth of the whole.
        return max(ours - theirs, ours / 100) * 1e9 / self.rows


def agree(ours, theirs):
    n, total = int(ours[0]), float(ours[1])
    return n == theirs[0] and math.isclose(total, theirs[1], rel_tol=1e-6, abs_tol=1e-6)


def measure(weir, duck, pair, args):
    """(ours, theirs or None) in ns a row, or the reason why there is no such thing."""
    answer, reason = weir.ask(f"check {pair.weir}")
    if reason:
        return reason
    if not duck:
        return min(weir.ns(pair.weir, args.seconds) for _ in range(args.rounds)), None
    expr = pair.duckdb or pair.weir
    duck.prepare(expr)
    if not agree(answer, duck.check()):
        sys.exit(f"bench: {pair.weir}: weir gives {answer}, DuckDB {duck.check()}")
    ours, with_expr, without = [], [], []
    for _ in range(args.rounds):
        ours.append(weir.ns(pair.weir, args.seconds))
        samples = duck.seconds(expr, args.seconds)
        with_expr += samples[0]
        without += samples[1]
    return min(ours), duck.ns(with_expr, without)


def summary(ratios, not_built):
    ahead, half = sum(r >= 1 for r in ratios), sum(r < 0.5 for r in ratios)
    print(f"{ahead} of {len(ratios)} at least as fast as DuckDB (wanted: 5 of 6), {half} below half; "
          f"worst {min(ratios):.2f}, median {sorted(ratios)[len(ratios) // 2]:.2f}; {not_built} not built")
    return 6 * ahead >= 5 * (len(ratios) + not_built) and half == 0


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", required=True)
    parser.add_argument("--work", required=True)
    parser.add_argument("--seconds", type=float, default=0.3, help="of a side in a round")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", help="a regular expression: which ones")
    parser.add_argument("--strict", action="store_true", help="a limit that is missed is a failure")
    args = parser.parse_args()
    weir, duck, ratios, not_built = Weir(args.program), None, [], 0
    if importlib.util.find_spec("duckdb"):
        weir.csv(f"{args.work}/expr.csv")
        duck = DuckDB(weir.types, f"{args.work}/expr.csv")
    print(f"{'million rows a second, one core':52} {'weir':>8} {'DuckDB':>8} {'ratio':>6}")
    for pair in PAIRS:
        if args.only and not re.search(args.only, pair.weir):
            continue
        result = measure(weir, duck, pair, args)
        if isinstance(result, str):
            not_built += 1
            print(f"{pair.weir[:52]:52} {result}", flush=True)
            continue
        ours, theirs = result
        if theirs:
            ratios.append(theirs / ours)
        beside = f" {1e3 / theirs:8.1f} {theirs / ours:6.2f}" if theirs else ""
        print(f"{pair.weir[:52]:52} {1e3 / ours:8.1f}{beside}", flush=True)
    if not ratios:
        print("duckdb: its Python package is not there, or nothing was measured")
        return 0
    return 1 if not summary(ratios, not_built) and args.strict else 0


if __name__ == "__main__":
    sys.exit(main())
