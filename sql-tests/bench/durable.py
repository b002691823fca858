"""durable.py -- what checkpoints cost: CPU beside a job, pauses, writing and restoring much state, and a
change of workers.

What weir measures itself stands in its --stats: bytes of state before compression, the time from the begin of
a checkpoint to its end, the longest time for which a worker did nothing but save.
"""
import re
import resource
import shutil
import signal
import statistics
import subprocess
import time

from workloads import data_path

W1 = """CREATE TABLE bids (auction BIGINT, bidder BIGINT, price BIGINT, channel STRING, ts TIMESTAMP(3),
  WATERMARK FOR ts AS ts - INTERVAL '2' SECOND)
  WITH ('connector' = 'filesystem', 'path' = '{source}', 'format' = 'csv', 'csv.header' = 'true');
CREATE TABLE result (window_start TIMESTAMP(3), auction BIGINT, n BIGINT, s BIGINT, m BIGINT)
  WITH ('connector' = 'filesystem', 'path' = '{out}', 'format' = 'csv');
INSERT INTO result SELECT window_start, auction, COUNT(*), SUM(price), MAX(price)
FROM TABLE(TUMBLE(TABLE bids, DESCRIPTOR(ts), INTERVAL '10' SECOND))
GROUP BY window_start, window_end, auction;
"""

KEYS = """CREATE TABLE events (ts TIMESTAMP(3), k BIGINT, v BIGINT, WATERMARK FOR ts AS ts)
  WITH ('connector' = 'filesystem', 'path' = '{source}', 'format' = 'csv'{monitor});
CREATE TABLE result (k BIGINT, n BIGINT, s BIGINT) WITH ('connector' = 'blackhole');
INSERT INTO result SELECT k, COUNT(*), SUM(v)
FROM TABLE(TUMBLE(TABLE events, DESCRIPTOR(ts), INTERVAL '1' HOUR)) GROUP BY k, window_start, window_end;
"""

RUNS, FILES = 3, 20


def _keys_file(args, rows):
    """One row for each of so many keys, in no order of their hashes."""
    directory = args.work / f"keys-{rows}"
    path = directory / "keys.csv"
    if not path.exists():
        directory.mkdir(exist_ok=True)
        part = args.work / "keys.part"
        with open(part, "w", buffering=1 << 20) as out:
            for i in range(rows):
                out.write(f"2024-01-01 00:00:00.000,{i * 7919},{i % 100}\n")
        part.rename(path)
    return path


def _script(args, text):
    path = args.work / "durable.sql"
    path.write_text(text)
    return path


def _durable(args, *more):
    directory = args.work / "checkpoints"
    return [str(args.weir), "--stats", "-p", "2", "-s", f"execution.checkpointing.dir={directory}", *more]


def _forget(args):
    shutil.rmtree(args.work / "checkpoints", ignore_errors=True)


def _figure(pattern, stats):
    found = re.search(pattern, stats)
    return float(found.group(1)) if found else 0.0


def _run(command):
    """CPU seconds and --stats of a run."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, done.stderr


def _run_until_idle(command):
    """--stats of a job that waits for more files, stopped when it has used no CPU for half a second."""
    process = subprocess.Popen([str(c) for c in command], stderr=subprocess.PIPE, text=True)
    used, since = -1, time.monotonic()
    while time.monotonic() - since < 0.5:
        time.sleep(0.05)
        with open(f"/proc/{process.pid}/stat", encoding="ascii") as stat:
            now = sum(int(x) for x in stat.read().rsplit(")", 1)[1].split()[11:13])
        if now != used:
            used, since = now, time.monotonic()
    process.send_signal(signal.SIGTERM)
    return process.communicate()[1]


def checkpoints(board, args):
    """W1 on so many files side by side that it takes more than 10 s, with a checkpoint every second and without."""
    def judge():
        directory = args.work / "many"
        directory.mkdir(exist_ok=True)
        source = data_path(args, "csv", args.rows)
        for i in range(FILES):
            link = directory / f"{i}.csv"
            if not link.exists():
                link.symlink_to(source)
        out = args.work / "durable.csv"
        plain, durable, taken, pauses = [], [], [], []
        for _ in range(RUNS):
            for kept in (False, True):
                _forget(args)
                out.unlink(missing_ok=True)
                script = _script(args, W1.format(source=directory, out=out))
                command = (_durable(args, "-s", "execution.checkpointing.interval=1 s") if kept
                           else [args.weir, "--stats", "-p", "2"])
                cpu, stats = _run([*command, script])
                (durable if kept else plain).append(cpu)
                if kept:
                    taken.append(_figure(r"checkpoints: (\d+)", stats))
                    pauses.append(_figure(r"longest pause ([\d.]+)", stats))
        out.unlink(missing_ok=True)
        _forget(args)
        board.verdict(f"W1, {FILES * args.rows} rows: cpu with checkpoints / without",
                      statistics.median(durable) / statistics.median(plain), 1.1)
        board.verdict("  checkpoints taken", statistics.median(taken), 10, below=False)
        print(f"  longest pause of a worker: median {statistics.median(pauses):.1f} ms, worst {max(pauses):.1f} ms")
    return judge


def state(board, args):
    """10 million keys: written and restored."""
    def judge():
        path = _keys_file(args, args.rows)
        script = _script(args, KEYS.format(source=path.parent, monitor=", 'source.monitor-interval' = '1 h'"))
        written, pauses, restored = [], [], []
        for _ in range(RUNS):
            _forget(args)
            stats = _run_until_idle(_durable(args, script))
            written.append(_figure(r"checkpoints: .* (\d+) MB/s", stats))
            pauses.append(_figure(r"longest pause ([\d.]+)", stats))
            stats = _run_until_idle(_durable(args, "--resume", script))
            restored.append(_figure(r"restored: .* (\d+) MB/s", stats))
        _forget(args)
        board.verdict(f"{args.rows} keys: MB/s of state written", statistics.median(written), 300, below=False)
        board.verdict("  longest pause of a worker, ms", statistics.median(pauses), 50)
        print(f"  worst of {RUNS} runs: {max(pauses):.1f} ms")
        board.verdict("  MB/s of state restored", statistics.median(restored), 300, below=False)
    return judge


def rescale(board, args):
    """1 million keys, one worker becomes two."""
    def judge():
        path = _keys_file(args, args.rows // 10)
        script = _script(args, KEYS.format(source=path, monitor=""))
        longest = []
        for _ in range(RUNS):
            epochs = int(path.stat().st_size / (256 << 10) * 0.9)
            _, stats = _run([args.weir, "--stats", "-p", "auto", "-s", f"weir.autoscale.every-epochs={epochs}", script])
            longest.append(_figure(r"changes of workers: .* longest ([\d.]+)", stats))
        board.verdict(f"ms without output when one worker becomes two, {args.rows // 10} keys",
                      statistics.median(longest), 200)
        print(f"  worst of {RUNS} runs: {max(longest):.1f} ms")
    return judge
