"""subjects.py -- what is compared with what.  A subject enters its contestants on the board and returns a
function that judges them when all rounds are over."""
import subprocess
import time

import durable
import latency
from workloads import bound_command, data_path, duckdb_command, weir_command


def _weir(board, args, name, workers=2):
    return board.run(f"weir {name} -p {workers}", lambda: weir_command(args, name, workers))


def _duckdb(board, args, name):
    return board.run(f"duckdb {name}, 2 threads", lambda: duckdb_command(args, name, 2))


def tumble(board, args):
    """W1 to W3: CPU and wall time against the bound, memory, start."""
    bound = board.run("bound W1", lambda: bound_command(args))
    one = [_weir(board, args, w, 1) for w in ("W1", "W2", "W3")]
    two = [_weir(board, args, w, 2) for w in ("W1", "W2", "W3")]
    ducks = [_duckdb(board, args, w) for w in ("W1", "W2", "W3")] if args.duckdb else []

    def judge():
        board.ratio("W1 cpu / bound cpu, one worker", "cpu", one[0], bound, 1.6)
        board.ratio("W1 cpu / bound cpu, two workers", "cpu", two[0], bound, 1.6)
        board.ratio("W1 wall at two workers / half the bound's wall", "wall", two[0], bound, 1.6, scale=2)
        board.ratio("W2 cpu / W1 cpu", "cpu", one[1], one[0], 0.4)
        board.ratio("W3 cpu / W1 cpu", "cpu", one[2], one[0], 1.6)
        board.verdict("peak MiB of W1 to W3 at two workers", max(r.peak_mib for r in two), 160)
        board.verdict("ms of weir -c 'SELECT 1', whole process", _select_1_ms(args.weir), 10)
        for w, d in zip(two, ducks):
            print(f"  {d.name} cpu / weir cpu: {d.cpu / w.cpu:.1f}, wall / wall: {d.wall / w.wall:.1f}")
    return judge


def _select_1_ms(weir):
    best = float("inf")
    for _ in range(20):
        before = time.monotonic()
        subprocess.run([weir, "-c", "SELECT 1"], stdout=subprocess.DEVNULL, check=True)
        best = min(best, time.monotonic() - before)
    return best * 1000


def scaling(board, args):
    """W2 at one worker and at two."""
    one, two = _weir(board, args, "W2", 1), _weir(board, args, "W2", 2)

    def judge():
        board.ratio("two workers against one on W2, wall", "wall", one, two, 1.7, below=False)
    return judge


def hop(board, args):
    """W4: each row in 300 windows."""
    w1, w2 = _weir(board, args, "W1"), _weir(board, args, "W2")
    dense, sparse = _weir(board, args, "W4 by channel"), _weir(board, args, "W4 by auction")

    def judge():
        board.ratio("W4 (HOP 5 min by 1 s) by channel cpu / W2 cpu", "cpu", dense, w2, 2)
        board.ratio("  wall / wall", "wall", dense, w2, 2)
        board.ratio("W4 by auction into blackhole cpu / W1 cpu", "cpu", sparse, w1, 4)
        board.ratio("  wall / wall", "wall", sparse, w1, 4)
    return judge


def session(board, args):
    """W5: 20,000 bidders."""
    sessions, windows = _weir(board, args, "W5"), _weir(board, args, "W5 as TUMBLE")

    def judge():
        board.ratio("W5 (SESSION 10 s by bidder) cpu / TUMBLE 10 s cpu", "cpu", sessions, windows, 1.5)
        board.ratio("  wall / wall", "wall", sessions, windows, 1.5)
    return judge


def distinct(board, args):
    """W6: COUNT(DISTINCT bidder) of 7 channels."""
    ours = _weir(board, args, "W6")
    duck = _duckdb(board, args, "W6") if args.duckdb else None

    def judge():
        if duck is None:
            print("  W6: no DuckDB to compare with")
            return
        board.ratio("W6 (COUNT DISTINCT) duckdb wall / weir wall", "wall", duck, ours, 3, below=False)
        board.ratio("  cpu / cpu", "cpu", duck, ours, 3, below=False)
    return judge


def disorder(board, args):
    """W1 where 1% of rows come 60 s late."""
    w1, late = _weir(board, args, "W1"), _weir(board, args, "W1 disorder")

    def judge():
        board.ratio("W1 with 1% of rows 60 s late cpu / W1 cpu", "cpu", late, w1, 1.3)
        board.ratio("  wall / wall", "wall", late, w1, 1.3)
    return judge


def memory(board, args):
    """W1 on ten times the data: only with --long, and the data is not kept."""
    if not args.long:
        return lambda: print("  memory on 10 x the data: with --long")
    w1 = _weir(board, args, "W1")
    rows = 10 * args.rows

    def judge():
        command = weir_command(args, "W1", 2, rows)
        try:
            big = board.run("weir W1 -p 2, 10 x the data", lambda: command)
            big.once()
        finally:
            data_path(args, "csv", rows).unlink()
        board.ratio("peak memory of W1 on 10 x the data / of W1", "peak_mib", big, w1, 1.1)
    return judge


def delay(_board, args):
    """From the row that closes a window to its result on stdout."""
    def judge():
        median, p99, worst = latency.measure(args.weir)
        _board.verdict("ms from closing row to result, median of 300", median, 5)
        print(f"  p99 {p99:.2f} ms, worst {worst:.2f} ms")
    return judge


SUBJECTS = {"tumble": tumble, "scaling": scaling, "hop": hop, "session": session, "distinct": distinct,
            "disorder": disorder, "memory": memory, "latency": delay, "checkpoints": durable.checkpoints,
            "state": durable.state, "rescale": durable.rescale}
