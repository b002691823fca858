"""jobs.py -- the jobs of the fault tests: random rows out of order, queries of every kind, a folder to run in."""
import contextlib
import gzip
import pathlib
import random
import shutil
import sqlite3
import subprocess

TIMEOUT_S = 120  # only ends what hangs

INPUTS = """
CREATE TABLE l (id BIGINT, ts TIMESTAMP(3), k STRING, v BIGINT, d DOUBLE, WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
WITH ('connector' = 'filesystem', 'path' = 'l.csv', 'format' = 'csv');
CREATE TABLE r (id BIGINT, ts TIMESTAMP(3), k STRING, v BIGINT, d DOUBLE, WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
WITH ('connector' = 'filesystem', 'path' = 'r.csv', 'format' = 'csv');
CREATE VIEW lw AS SELECT * FROM TABLE(TUMBLE(TABLE l, DESCRIPTOR(ts), INTERVAL '10' SECOND));
CREATE VIEW rw AS SELECT * FROM TABLE(TUMBLE(TABLE r, DESCRIPTOR(ts), INTERVAL '10' SECOND));
"""

WINDOW = "window_start TIMESTAMP(3), window_end TIMESTAMP(3)"

# Name: (columns of the result, query).
QUERIES = {
    "filter": ("id BIGINT, ts TIMESTAMP(3), t STRING",
               "SELECT id, ts, UPPER(k) || '!' FROM l WHERE v % 3 <> 0"),
    "tumble": (f"{WINDOW}, k STRING, n BIGINT, s BIGINT, lo BIGINT",
               "SELECT window_start, window_end, k, COUNT(*), SUM(v), MIN(v) FROM lw"
               " GROUP BY window_start, window_end, k"),
    "hop": (f"{WINDOW}, k STRING, n BIGINT, s BIGINT, hi BIGINT",
            "SELECT window_start, window_end, k, COUNT(*), SUM(v), MAX(v) FROM TABLE(HOP(TABLE l, DESCRIPTOR(ts),"
            " INTERVAL '4' SECOND, INTERVAL '20' SECOND)) GROUP BY window_start, window_end, k"),
    "session": (f"{WINDOW}, k STRING, n BIGINT, s BIGINT",
                "SELECT window_start, window_end, k, COUNT(*), SUM(v) FROM TABLE(SESSION(TABLE l PARTITION BY k,"
                " DESCRIPTOR(ts), INTERVAL '3' SECOND)) GROUP BY window_start, window_end, k"),
    "join": (f"{WINDOW}, k STRING, l BIGINT, r BIGINT",
             "SELECT lw.window_start, lw.window_end, lw.k, lw.id, rw.id FROM lw LEFT JOIN rw ON"
             " lw.window_start = rw.window_start AND lw.window_end = rw.window_end AND lw.k = rw.k AND lw.v < rw.v"),
    "top-n": (f"{WINDOW}, rn BIGINT, k STRING, id BIGINT, v BIGINT",
              "SELECT window_start, window_end, rn, k, id, v FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY"
              " window_start, window_end, k ORDER BY v DESC) AS rn FROM lw) WHERE rn <= 3"),
    "distinct": (f"{WINDOW}, n BIGINT, d BIGINT",
                 "SELECT window_start, window_end, COUNT(DISTINCT v), COUNT(DISTINCT k) FROM TABLE(HOP(TABLE l,"
                 " DESCRIPTOR(ts), INTERVAL '5' SECOND, INTERVAL '15' SECOND)) GROUP BY window_start, window_end"),
    "doubles": (f"{WINDOW}, k STRING, s DOUBLE, a DOUBLE, v DOUBLE",
                "SELECT window_start, window_end, k, SUM(d), AVG(d), STDDEV_POP(d) FROM lw"
                " GROUP BY window_start, window_end, k"),
    "texts": (f"{WINDOW}, k STRING, t STRING, f BIGINT, l BIGINT",
              "SELECT window_start, window_end, k, LISTAGG(CAST(id AS STRING)), FIRST_VALUE(v), LAST_VALUE(v) FROM lw"
              " GROUP BY window_start, window_end, k"),
    "cascade": (f"{WINDOW}, n BIGINT, most BIGINT",
                "SELECT window_start, window_end, COUNT(*), MAX(s) FROM TABLE(TUMBLE(TABLE ("
                "SELECT window_time AS t, k, SUM(v) AS s FROM lw GROUP BY window_start, window_end, window_time, k),"
                " DESCRIPTOR(t), INTERVAL '30' SECOND)) GROUP BY window_start, window_end"),
}
WINDOWED = [name for name in QUERIES if name != "filter"]

# A changelog, for a table with a primary key.
CHANGES = {"changes": (QUERIES["tumble"][0] + ", PRIMARY KEY (window_start, k) NOT ENFORCED",
                       QUERIES["tumble"][1] + " ALLOWED LATENESS INTERVAL '20' SECOND")}


def rows_of(rng, count):
    """Lines of CSV: some seconds out of order, some late, keys of unequal weight."""
    keys = [f"k{i}" for i in range(40)]
    weights = [1 / (1 + i) for i in range(40)]
    lines, at = [], 0.0
    for i in range(count):
        at += rng.expovariate(10)
        back = rng.uniform(0, 4.5) if rng.random() < 0.97 else rng.uniform(5, 30)
        ms = int(1000 * max(0.0, at - back)) + 1_704_067_200_000
        s = ms // 1000 % 86400
        day = 1 + (ms // 1000 - 1_704_067_200) // 86400
        time = f"2024-01-{day:02} {s // 3600:02}:{s // 60 % 60:02}:{s % 60:02}.{ms % 1000:03}"
        key = rng.choices(keys, weights)[0]
        lines.append(f"{i},{time},{key},{rng.randrange(1000)},{rng.uniform(-1, 1) * 10 ** rng.randrange(12)}\n")
    return "".join(lines)


SINKS = {"file": ("out.csv", "'filesystem', 'format' = 'csv'"),
         "parts": ("out", "'filesystem', 'format' = 'csv'"),
         "partitions": ("out", "'filesystem', 'format' = 'csv', 'sink.rolling-policy.file-size' = '700'"),
         "sqlite": ("out.db", "'sqlite'")}


class Job:
    """A query into a sink: one file, a directory of part files, many small ones in a directory for each window, or a
    table of SQLite."""

    def __init__(self, kind, rows, seed, to="file", overwrite=False, query=None):
        self.kind, self.to = kind, to
        rng = random.Random(f"{kind} {rows} {seed}")
        self.files = {"l.csv": rows_of(rng, rows).encode(), "r.csv": rows_of(rng, rows).encode()}
        columns, usual = {**QUERIES, **CHANGES}[kind]
        self.path, connector = SINKS[to]
        self.outputs = [self.path]
        how = "OVERWRITE" if overwrite else "INTO"
        parted = " PARTITIONED BY (window_start)" if to == "partitions" else ""
        self.script = (f"{INPUTS}CREATE TABLE o ({columns}){parted} WITH ('connector' = {connector},"
                       f" 'path' = '{self.path}');\nINSERT {how} o {query or usual};\n")
        self.expected = None  # output, and rows that were late

    def __str__(self):
        return f"{self.kind} to {self.to}"


class ManyTables(Job):
    """A STATEMENT SET: a directory of files, some compressed, with malformed lines; four outputs."""

    def __init__(self, rows, seed):
        super().__init__("tumble", 0, seed)
        rng = random.Random(f"many {rows} {seed}")
        self.kind, self.to = "many tables", "files and parts"
        self.path, self.outputs = "out.csv", ["out.csv", "raw", "late.csv", "dead/bad.csv"]
        self.files = {}
        for i in range(3):
            lines = rows_of(rng, rows).splitlines(keepends=True)
            lines = [line if rng.random() < 0.98 else f"{i},no time,{line}" for line in lines]
            text = "".join(lines).encode()
            self.files[f"in/{i}.csv" + ".gz" * (i == 1)] = gzip.compress(text, mtime=0) if i == 1 else text
        late = "id BIGINT, ts TIMESTAMP(3), k STRING, v BIGINT, d DOUBLE"
        self.script = (
            f"{INPUTS.replace('l.csv', 'in')}SET 'weir.dead-letter.path' = 'dead/bad.csv';\n"
            f"CREATE TABLE o ({QUERIES['tumble'][0]}) WITH ('connector' = 'filesystem', 'path' = 'out.csv',"
            " 'format' = 'csv');\nCREATE TABLE raw (id BIGINT, v BIGINT) WITH ('connector' = 'filesystem',"
            " 'path' = 'raw', 'format' = 'json', 'sink.rolling-policy.file-size' = '10kb');\n"
            f"CREATE TABLE late ({late}) WITH ('connector' = 'filesystem', 'path' = 'late.csv', 'format' = 'csv');\n"
            "SET 'weir.late-rows.table' = 'late';\nEXECUTE STATEMENT SET BEGIN\n"
            f"INSERT INTO o {QUERIES['tumble'][1]};\nINSERT INTO raw SELECT id, v FROM l WHERE v > 500;\nEND;\n")


class Place:
    """A folder to run one job in, again and again."""

    def __init__(self, folder, weir_faults, job, chunk_bytes):
        self.folder, self.program, self.job = pathlib.Path(folder), weir_faults, job
        self.chunk_bytes = chunk_bytes
        self.input = self.folder / "input"
        self.input.mkdir(parents=True)
        for name, content in job.files.items():
            (self.input / name).parent.mkdir(exist_ok=True)
            (self.input / name).write_bytes(content)
        self.runs = 0
        self.work = None

    def next_work(self):
        if self.work is not None:
            shutil.rmtree(self.work)
        self.runs += 1
        self.work = self.folder / f"run-{self.runs}"

    def copy(self, kept):
        """A folder for the next runs as it was kept."""
        self.next_work()
        shutil.copytree(kept, self.work, symlinks=True)
        return self

    def fresh(self, old_output=None):
        """A new folder for the next runs; old_output: what the file holds before."""
        self.next_work()
        self.work.mkdir()
        for name in {name.split("/")[0] for name in self.job.files}:
            (self.work / name).symlink_to(self.input / name)
        for path in self.job.outputs:
            (self.work / path).parent.mkdir(exist_ok=True)
        (self.work / "job.sql").write_text(self.job.script)
        if old_output is not None:
            (self.work / self.job.path).write_text(old_output)
        return self

    def command(self, *args, faults=(), parallelism=1):
        command = [self.program, *faults, "--", "-p", parallelism, "-s", f"weir.chunk-bytes={self.chunk_bytes}",
                   *args, "job.sql"]
        return [str(word) for word in command]

    def run(self, *args, faults=(), parallelism=1):
        """Run the job; the process, with its stderr as text."""
        return subprocess.run(self.command(*args, faults=faults, parallelism=parallelism), check=False, cwd=self.work,
                              stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, timeout=TIMEOUT_S)

    def output(self):
        """All bytes of the outputs that a reader sees.  None: there is nothing."""
        contents = [self.content(path) for path in self.job.outputs]
        return None if None in contents else b"".join(contents)

    def content(self, path):
        """Of one output; parts with their names."""
        path = self.work / path
        if path.suffix == ".db":
            return rows_of_sqlite(path)
        if path.is_dir():
            return b"".join(f"{p.relative_to(path)}:\n".encode() + p.read_bytes() for p in sorted(path.rglob("part-*")))
        return path.read_bytes() if path.exists() else None

    def points(self, *args, parallelism=1):
        """The calls that a run makes: [(kind, path)].  It must succeed."""
        trace = self.work / "trace"
        done = self.run(*args, faults=["--trace", trace], parallelism=parallelism)
        if done.returncode != 0:
            raise Wrong(f"an undisturbed run failed: {done.stderr}")
        lines = [line.split(" ", 2) for line in trace.read_text().splitlines()]
        trace.unlink()
        return [(kind, path) for _, kind, path in lines]


def rows_of_sqlite(path):
    """The table o in the order of its rows; None: there is none."""
    if not path.exists():
        return None
    with contextlib.closing(sqlite3.connect(path)) as db:
        if not db.execute("SELECT 1 FROM sqlite_master WHERE name = 'o'").fetchall():
            return None
        return "".join(f"{row}\n" for row in db.execute("SELECT * FROM o ORDER BY rowid")).encode()


class Wrong(Exception):
    """What must hold does not."""


def difference(got, expected):
    """Words for the first place where two outputs differ."""
    if got is None:
        return "there is no output"
    at = next((i for i, (a, b) in enumerate(zip(got, expected)) if a != b), min(len(got), len(expected)))
    return (f"{len(got)} bytes, not {len(expected)}; the first difference is at byte {at}:"
            f" {got[max(0, at - 60):at + 60]!r} instead of {expected[max(0, at - 60):at + 60]!r}")
