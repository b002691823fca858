#!/usr/bin/env python3
"""window_model.py -- windows against a model that looks at one row at a time.

Random streams, out of order and partly late, through TUMBLE and HOP with random sizes, slides, offsets and
watermark delays.  The model applies the definitions literally: a row counts for the windows whose last
instant is above the watermark at its place, and is late when there are none.  weir must give
the same windows and the same number of late rows, and the same bytes at any parallelism, chunk and batch size.

    window_model.py WEIR [STREAMS [SEED]]
"""
import collections
import pathlib
import random
import re
import subprocess
import sys
import tempfile

DAY_MS = 86_400_000
BASE_MS = 19723 * DAY_MS  # 2024-01-01


def text_of(ms):
    days, rest = divmod(ms, DAY_MS)
    y, m, d = civil(days)
    return (f"{y:04d}-{m:02d}-{d:02d} {rest // 3600000:02d}:{rest // 60000 % 60:02d}:"
            f"{rest // 1000 % 60:02d}.{rest % 1000:03d}")


def civil(days):
    z = days + 719468
    era, doe = divmod(z, 146097)
    yoe = (doe - doe // 1460 + doe // 36524 - doe // 146096) // 365
    doy = doe - (365 * yoe + yoe // 4 - yoe // 100)
    mp = (5 * doy + 2) // 153
    m = mp + 3 if mp < 10 else mp - 9
    return yoe + era * 400 + (m <= 2), m, doy - (153 * mp + 2) // 5 + 1


class Case:
    """One stream and one window."""

    def __init__(self, rng):
        self.tumble = rng.random() < 0.4
        self.size = rng.choice([1000, 2000, 5000, 6000, 10000])
        self.slide = self.size if self.tumble else rng.choice([500, 1000, 1500, 2000, 4000, 7000])
        self.offset = rng.choice([0, 0, 300, 1000, -400])
        self.offset = (1 if self.offset >= 0 else -1) * (abs(self.offset) % self.size)
        self.delay = rng.choice([0, 1, 500, 1000, 3000, 20000])
        disorder = rng.choice([0, 200, 2000, 8000])
        step = rng.choice([10, 100, 400])
        rows, now = [], BASE_MS + rng.randrange(5000)
        for _ in range(rng.randrange(1, 120)):
            now += rng.randrange(step)
            ts = None if rng.random() < 0.02 else now - rng.randrange(disorder + 1)
            value = None if rng.random() < 0.1 else rng.randrange(-50, 50)
            rows.append((rng.choice("abcdefg"), value, ts))
        self.rows = rows

    def windows_of(self, ts):
        """Starts of the windows that contain ts, ascending."""
        last = ts - (ts - self.offset) % self.slide
        start, starts = last, []
        while start + self.size > ts:
            starts.append(start)
            start -= self.slide
        return sorted(starts)

    def expected(self):
        """{(start, key): [rows, values]}, late rows, rows without time."""
        groups = collections.defaultdict(list)
        watermark, top, late, nulls = -(1 << 62), -(1 << 62), 0, 0
        for key, value, ts in self.rows:
            if ts is None:
                nulls += 1
                continue
            watermark = max(watermark, top)
            starts = self.windows_of(ts)
            open_starts = [s for s in starts if s + self.size - 1 > watermark]
            for s in open_starts:
                groups[s, key].append(value)
            late += bool(starts) and not open_starts
            top = max(top, ts - self.delay)
        lines = []
        for (start, key), values in groups.items():
            known = [v for v in values if v is not None]
            cells = [text_of(start), text_of(start + self.size), key, len(values), len(known)]
            cells += [sum(known), min(known), max(known), len(set(known))] if known else ["", "", "", 0]
            lines.append(",".join(str(c) for c in cells))
        return sorted(lines), late, nulls

    def csv(self):
        return "k,v,ts\n" + "".join(
            f"{k},{'' if v is None else v},{'' if ts is None else text_of(ts)}\n" for k, v, ts in self.rows)

    def sql(self, path, distinct):
        def ms(n):
            sign = "-" if n < 0 else ""
            return f"INTERVAL '{sign}{abs(n) // 1000}.{abs(n) % 1000:03d}' SECOND"
        slide = "" if self.tumble else ms(self.slide) + ", "
        offset = f", {ms(self.offset)}" if self.offset else ""
        last = "COUNT(DISTINCT v)" if distinct else "0"
        return f"""CREATE TABLE t (k STRING, v INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - {ms(self.delay)})
WITH ('connector' = 'filesystem', 'path' = '{path}', 'format' = 'csv', 'csv.header' = 'true');
SELECT window_start, window_end, k, COUNT(*) AS n, COUNT(v) AS c, SUM(v) AS s, MIN(v) AS lo, MAX(v) AS hi,
  {last} AS d
FROM TABLE({'TUMBLE' if self.tumble else 'HOP'}(TABLE t, DESCRIPTOR(ts), {slide}{ms(self.size)}{offset}))
GROUP BY window_start, window_end, k;"""


def run(weir, script, settings):
    options = [x for k, v in settings.items() for x in ("-s", f"{k}={v}")]
    done = subprocess.run([weir, "--stats", "--no-header", *options, script], capture_output=True, text=True,
                          check=False)
    if done.returncode != 0:
        sys.exit(f"weir gave {done.returncode} on {script} with {settings}:\n{done.stderr}")
    return done.stdout, done.stderr


def dropped(stderr, what):
    found = re.search(rf"(\d+) (?:row|rows)? ?{what}", stderr) or re.search(rf"{what}\D*(\d+)", stderr)
    return int(found[1]) if found else 0


def check(weir, case, folder, number):
    distinct = number % 2 == 0
    data, script = folder / "t.csv", folder / "t.sql"
    data.write_text(case.csv())
    script.write_text(case.sql(data, distinct))
    matrix = [(p, c, b) for p, c, b in [(1, 262144, 2048), (2, 64, 2048), (3, 200, 1), (7, 64, 7)]]
    outputs = [run(weir, script, {"parallelism.default": p, "weir.chunk-bytes": c, "weir.batch-rows": b})
               for p, c, b in matrix]
    for (out, _), cell in zip(outputs[1:], matrix[1:]):
        if out != outputs[0][0]:
            sys.exit(f"stream {number}: other bytes at {cell}\n{script.read_text()}\n{data.read_text()}\n"
                     f"{outputs[0][0]}\nagainst\n{out}")
    want, late, nulls = case.expected()
    if not distinct:
        want = sorted(",".join(line.split(",")[:-1] + ["0"]) for line in want)
    got = sorted(outputs[0][0].splitlines())
    if got != want:
        sys.exit(f"stream {number}: other windows\n{script.read_text()}\n{data.read_text()}\n"
                 f"got\n{chr(10).join(got)}\nwant\n{chr(10).join(want)}")
    for (_, err), cell in zip(outputs, matrix):
        if dropped(err, "late") != late or (nulls and dropped(err, "without event time") != nulls):
            sys.exit(f"stream {number}: {late} late and {nulls} without time, but at {cell}:\n{err}\n"
                     f"{script.read_text()}\n{data.read_text()}")


def main():
    weir = sys.argv[1]
    streams = int(sys.argv[2]) if len(sys.argv) > 2 else 150
    rng = random.Random(int(sys.argv[3]) if len(sys.argv) > 3 else 1)
    with tempfile.TemporaryDirectory() as name:
        for number in range(streams):
            check(weir, Case(rng), pathlib.Path(name), number)
    print(f"{streams} streams agree")


if __name__ == "__main__":
    main()
