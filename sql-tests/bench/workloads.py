"""workloads.py -- the queries of the bench, for weir and for DuckDB, and their data."""
import collections
import subprocess
import sys

BIDS = """CREATE TABLE bids (auction BIGINT, bidder BIGINT, price BIGINT, channel STRING, ts TIMESTAMP(3),
  WATERMARK FOR ts AS ts - INTERVAL '{delay}' SECOND)
  WITH ('connector' = 'filesystem', 'path' = '{source}', 'format' = '{format}'{header});
CREATE TABLE result ({columns})
  WITH ({sink});
INSERT {how} result
SELECT window_start, {key}, {aggs}
FROM TABLE({window})
GROUP BY window_start, window_end, {key};
"""

DUCKDB = """import duckdb
c = duckdb.connect()
c.execute("SET threads = {threads}")
c.execute("SET enable_progress_bar = false")
c.execute(\"\"\"{sql}\"\"\")
"""

DUCKDB_SQL = """COPY (SELECT time_bucket(INTERVAL 10 SECONDS, ts) AS window_start, {key},
  {aggs} FROM {reader} GROUP BY ALL) TO '{target}' (FORMAT csv)"""

COLUMNS = ("columns={'auction': 'BIGINT', 'bidder': 'BIGINT', 'price': 'BIGINT', "
           "'channel': 'VARCHAR', 'ts': 'TIMESTAMP'}")

TUMBLE = "TUMBLE(TABLE bids, DESCRIPTOR(ts), INTERVAL '10' SECOND)"
HOP = "HOP(TABLE bids, DESCRIPTOR(ts), INTERVAL '1' SECOND, INTERVAL '5' MINUTE)"
SESSION = "SESSION(TABLE bids PARTITION BY bidder, DESCRIPTOR(ts), INTERVAL '10' SECOND)"
THREE = ("COUNT(*)", "SUM(price)", "MAX(price)")

# data: csv, json, or late (csv with 1% of rows 60 s late); delay: of the watermark, in seconds.
Workload = collections.namedtuple("Workload", "window key aggs data delay sink", defaults=["csv", 2, "filesystem"])

WORKLOADS = {
    "W1": Workload(TUMBLE, "auction", THREE),
    "W2": Workload(TUMBLE, "channel", THREE),
    "W3": Workload(TUMBLE, "auction", THREE, "json"),
    "W4 by channel": Workload(HOP, "channel", ("MAX(price)", "AVG(price)")),
    "W4 by auction": Workload(HOP, "auction", ("MAX(price)", "AVG(price)"), sink="blackhole"),
    "W5": Workload(SESSION, "bidder", THREE),
    "W5 as TUMBLE": Workload(TUMBLE, "bidder", THREE),
    "W6": Workload(TUMBLE, "channel", ("COUNT(DISTINCT bidder)",)),
    "W1 disorder": Workload(TUMBLE, "auction", THREE, "late", 70),
}


def data_path(args, kind, rows):
    """The file of bids, made when it is not there."""
    suffix = "json" if kind == "json" else "csv"
    path = args.work / f"{'late' if kind == 'late' else 'bids'}-{rows}.{suffix}"
    if not path.exists():
        part = path.with_suffix(".part")
        with open(part, "wb") as out:
            subprocess.run([args.work / "make_bids", str(rows), kind], stdout=out, check=True)
        part.rename(path)
    return path


def weir_command(args, name, workers, rows=None):
    w = WORKLOADS[name]
    file_name = name.replace(" ", "-")
    source = data_path(args, w.data, rows or args.rows)
    key_type = "STRING" if w.key == "channel" else "BIGINT"
    columns = ["window_start TIMESTAMP(3)", f"k {key_type}"] + [f"a{i} BIGINT" for i in range(len(w.aggs))]
    files = f"'connector' = 'filesystem', 'path' = '{args.work / file_name}.csv', 'format' = 'csv'"
    script = args.work / f"{file_name}-{workers}.sql"
    script.write_text(BIDS.format(
        delay=w.delay, source=source, format=source.suffix[1:],
        header="" if w.data == "json" else ", 'csv.header' = 'true'", columns=", ".join(columns),
        sink=files if w.sink == "filesystem" else "'connector' = 'blackhole'",
        how="OVERWRITE" if w.sink == "filesystem" else "INTO", key=w.key, aggs=", ".join(w.aggs), window=w.window))
    return [args.weir, "-p", workers, script]


def duckdb_command(args, name, threads):
    w = WORKLOADS[name]
    assert w.window == TUMBLE
    source = data_path(args, w.data, args.rows)
    reader = (f"read_json('{source}', format='newline_delimited', {COLUMNS})" if w.data == "json"
              else f"read_csv('{source}', header=true, {COLUMNS})")
    sql = DUCKDB_SQL.format(key=w.key, aggs=", ".join(w.aggs), reader=reader, target=args.work / f"duckdb-{name}.csv")
    return [sys.executable, "-c", DUCKDB.format(threads=threads, sql=sql)]


def bound_command(args):
    return [args.work / "bound", data_path(args, "csv", args.rows), args.work / "bound.csv"]
