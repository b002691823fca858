#!/usr/bin/env python3
"""bench.py -- W1 to W3 and the small figures, as ratios.

Each round runs every contestant once, in turn, so that what the machine does beside hits all
of them; the best of the rounds counts.  CPU is user + sys seconds of the whole process, wall its
elapsed time, memory its peak resident set.
"""
import argparse
import importlib.util
import os
import pathlib
import platform
import subprocess
import sys
import time

BIDS = """CREATE TABLE bids (auction BIGINT, bidder BIGINT, price BIGINT, channel STRING, ts TIMESTAMP(3),
  WATERMARK FOR ts AS ts - INTERVAL '2' SECOND)
  WITH ('connector' = 'filesystem', 'path' = '{source}', 'format' = '{format}'{header});
CREATE TABLE result (window_start TIMESTAMP(3), k {key_type}, n BIGINT, s BIGINT, m BIGINT)
  WITH ('connector' = 'filesystem', 'path' = '{target}', 'format' = 'csv');
INSERT OVERWRITE result
SELECT window_start, {key}, COUNT(*), SUM(price), MAX(price)
FROM TABLE(TUMBLE(TABLE bids, DESCRIPTOR(ts), INTERVAL '10' SECOND))
GROUP BY window_start, window_end, {key};
"""

DUCKDB = """import duckdb
c = duckdb.connect()
c.execute("SET threads = {threads}")
c.execute("SET enable_progress_bar = false")
c.execute(\"\"\"{sql}\"\"\")
"""

DUCKDB_SQL = """COPY (SELECT time_bucket(INTERVAL 10 SECONDS, ts) AS window_start, {key},
  COUNT(*), SUM(price), MAX(price) FROM {reader} GROUP BY ALL) TO '{target}' (FORMAT csv)"""

COLUMNS = ("columns={'auction': 'BIGINT', 'bidder': 'BIGINT', 'price': 'BIGINT', "
           "'channel': 'VARCHAR', 'ts': 'TIMESTAMP'}")


class Run:
    """The best figures of one contestant."""

    def __init__(self, name, command):
        self.name, self.command = name, command
        self.cpu = self.wall = self.peak_mib = float("inf")

    def once(self):
        before = time.monotonic()
        pid = os.posix_spawnp(self.command[0], self.command, os.environ)
        _, status, usage = os.wait4(pid, 0)
        wall = time.monotonic() - before
        if status != 0:
            sys.exit(f"bench: {self.name} failed: {' '.join(self.command)}")
        self.cpu = min(self.cpu, usage.ru_utime + usage.ru_stime)
        self.wall = min(self.wall, wall)
        self.peak_mib = min(self.peak_mib, usage.ru_maxrss / 1024)


def make_data(work, rows):
    for kind in ("csv", "json"):
        path = work / f"bids-{rows}.{kind}"
        if not path.exists():
            with open(path.with_suffix(".part"), "wb") as out:
                subprocess.run([work / "make_bids", str(rows), kind], stdout=out, check=True)
            path.with_suffix(".part").rename(path)


def weir(args, name, key, kind, workers):
    source = args.work / f"bids-{args.rows}.{kind}"
    script = args.work / f"{name}-{workers}.sql"
    script.write_text(BIDS.format(
        source=source, format=kind, header=", 'csv.header' = 'true'" if kind == "csv" else "",
        target=args.work / f"{name}.csv", key=key,
        key_type="BIGINT" if key == "auction" else "STRING"))
    return Run(f"weir {name} -p {workers}", [str(args.weir), "-p", str(workers), str(script)])


def duckdb(args, name, key, kind, workers):
    source = args.work / f"bids-{args.rows}.{kind}"
    reader = (f"read_csv('{source}', header=true, {COLUMNS})" if kind == "csv"
              else f"read_json('{source}', format='newline_delimited', {COLUMNS})")
    sql = DUCKDB_SQL.format(key=key, reader=reader, target=args.work / f"duckdb-{name}.csv")
    return Run(f"duckdb {name} threads {workers}",
               [sys.executable, "-c", DUCKDB.format(threads=workers, sql=sql)])


def rounds(runs, n):
    for i in range(n):
        for run in runs:
            run.once()
        print(f"bench: round {i + 1} of {n}", file=sys.stderr)


def show(runs, rows):
    print(f"{'':28} {'cpu s':>8} {'wall s':>8} {'M rows/s':>9} {'peak MiB':>9}")
    for r in runs:
        print(f"{r.name:28} {r.cpu:8.2f} {r.wall:8.2f} {rows / r.wall / 1e6:9.1f} {r.peak_mib:9.0f}")


def ratio(what, value, limit, below=True):
    good = value <= limit if below else value >= limit
    sign = "<=" if below else ">="
    print(f"  {what:58} {value:6.2f}  wanted {sign} {limit:<5} {'ok' if good else 'MISSED'}")


def select_1_ms(weir_path):
    best = float("inf")
    for _ in range(20):
        before = time.monotonic()
        subprocess.run([weir_path, "-c", "SELECT 1"], stdout=subprocess.DEVNULL, check=True)
        best = min(best, time.monotonic() - before)
    return best * 1000


def versions(args, with_duckdb):
    version = subprocess.run([args.weir, "-V"], capture_output=True, text=True, check=True)
    print(f"{version.stdout.strip()}; {platform.platform()}; {os.cpu_count()} cores")
    if with_duckdb:
        from importlib.metadata import version as of
        print(f"duckdb {of('duckdb')}: {DUCKDB_SQL}")
    else:
        print("duckdb: its Python package is not there; left out")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--weir", required=True, type=pathlib.Path)
    parser.add_argument("--work", required=True, type=pathlib.Path)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--scaling-rounds", type=int, default=7)
    args = parser.parse_args()
    make_data(args.work, args.rows)
    with_duckdb = importlib.util.find_spec("duckdb") is not None
    versions(args, with_duckdb)

    bound = Run("bound W1", [str(args.work / "bound"), str(args.work / f"bids-{args.rows}.csv"),
                             str(args.work / "bound.csv")])
    w1, w1_2 = weir(args, "W1", "auction", "csv", 1), weir(args, "W1", "auction", "csv", 2)
    w2, w2_2 = weir(args, "W2", "channel", "csv", 1), weir(args, "W2", "channel", "csv", 2)
    w3, w3_2 = weir(args, "W3", "auction", "json", 1), weir(args, "W3", "auction", "json", 2)
    runs = [bound, w1, w1_2, w2, w2_2, w3, w3_2]
    if with_duckdb:
        runs += [duckdb(args, "W1", "auction", "csv", 2), duckdb(args, "W2", "channel", "csv", 2),
                 duckdb(args, "W3", "auction", "json", 2)]
    rounds(runs, args.rounds)
    show(runs, args.rows)

    scale_1, scale_2 = weir(args, "W2", "channel", "csv", 1), weir(args, "W2", "channel", "csv", 2)
    rounds([scale_1, scale_2], args.scaling_rounds)

    print("\nratios of the best")
    ratio("W1 cpu / bound cpu, one worker", w1.cpu / bound.cpu, 2.2)
    ratio("W1 cpu / bound cpu, two workers", w1_2.cpu / bound.cpu, 2.2)
    ratio("W2 cpu / W1 cpu", w2.cpu / w1.cpu, 0.5)
    ratio("W3 cpu / W1 cpu", w3.cpu / w1.cpu, 1.8)
    ratio("two workers against one on W2, wall", scale_1.wall / scale_2.wall, 1.7, below=False)
    ratio("peak MiB of W1 to W3 at two workers", max(r.peak_mib for r in (w1_2, w2_2, w3_2)), 160)
    ratio("ms of weir -c 'SELECT 1', whole process", select_1_ms(args.weir), 10)
    if with_duckdb:
        for w, d in zip((w1_2, w2_2, w3_2), runs[-3:]):
            print(f"  {d.name} cpu / weir cpu: {d.cpu / w.cpu:.1f}, wall / wall: {d.wall / w.wall:.1f}")


if __name__ == "__main__":
    main()
