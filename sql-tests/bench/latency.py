"""latency.py -- how long the result of a window takes: rows into a pipe, results out of one.

Rows are a second apart in event time and some milliseconds in real time; each closes the window of the
second before it.  Measured is from writing that row to having read the result.
"""
import os
import select
import subprocess
import sys
import time

TABLE = """CREATE TABLE bids (auction BIGINT, price BIGINT, ts TIMESTAMP(3),
  WATERMARK FOR ts AS ts - INTERVAL '0.001' SECOND) WITH ('connector' = 'stdin', 'format' = 'csv')"""
QUERY = """SELECT window_start, COUNT(*), MAX(price)
FROM TABLE(TUMBLE(TABLE bids, DESCRIPTOR(ts), INTERVAL '1' SECOND)) GROUP BY window_start, window_end"""
WINDOWS, WARM_UP, PACE_S, TIMEOUT_S = 300, 10, 0.007, 5


def _row(i):
    return f"{i % 100},{i},2024-01-01 {i // 3600:02d}:{i // 60 % 60:02d}:{i % 60:02d}.000\n".encode()


def _read_line(fd):
    """Some bytes of output that end in a newline."""
    got = b""
    while not got.endswith(b"\n"):
        if not select.select([fd], [], [], TIMEOUT_S)[0]:
            sys.exit(f"bench: no result of a window within {TIMEOUT_S} s")
        more = os.read(fd, 65536)
        if not more:
            sys.exit("bench: weir ended while rows were written to it")
        got += more
    return got


def measure(weir):
    """(median, p99, worst) in milliseconds."""
    done = []
    with subprocess.Popen([str(weir), "-q", "--no-header", "-m", "csv", "-p", "2", "-c", TABLE, "-c", QUERY],
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        to, of = process.stdin.fileno(), process.stdout.fileno()
        os.write(to, _row(0))
        for i in range(1, WINDOWS + WARM_UP + 1):
            before = time.monotonic()
            os.write(to, _row(i))
            lines = _read_line(of).splitlines()
            after = time.monotonic()
            if len(lines) != 1:
                sys.exit(f"bench: {len(lines)} results after one row")
            if i > WARM_UP:
                done.append((after - before) * 1000)
            time.sleep(max(0, before + PACE_S - after))
        process.stdin.close()
    done.sort()
    return done[len(done) // 2], done[len(done) * 99 // 100], done[-1]
