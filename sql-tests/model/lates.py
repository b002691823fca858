"""lates.py -- late rows in a table: the columns of the window's input, as they came."""
import aggregates
import aligned
import session
from aligned import call, features, open_windows, random_window
from query import Query, Result, line

NAMES = ["COUNT(*)", "SUM(v)"]


def _query(stream, needs, sql, model, lines_of):
    time = "TIMESTAMP_LTZ(3)" if stream.zoned else "TIMESTAMP(3)"
    table = f"late_{stream.name}_{needs[0].split()[0]}"
    path = table + ".csv"
    before = [f"CREATE TABLE {table} (k STRING, v INT, ts {time}) "
              f"WITH ('connector' = 'filesystem', 'path' = '{path}', 'format' = 'csv');",
              f"SET 'weir.late-rows.table' = '{table}';"]
    return Query(["late rows in a table", *needs], [stream], sql, model, before,
                 ["RESET 'weir.late-rows.table';"], stream.where != "back", (path, lines_of))


def aligned_rows(rng, stream):
    window = random_window(rng, stream)
    sql = (f"SELECT window_start, window_end, k, COUNT(*), SUM(v)\nFROM {call(rng, window, 'TABLE ' + stream.name)}\n"
           f"GROUP BY window_start, window_end, k")

    def model(arrived):
        groups, late = aligned.groups_of(window, stream.clock, arrived, ["k"])
        return Result(aligned.lines_of(groups, NAMES), late)

    def late(arrived):
        return [line([a.row.k, a.row.v, stream.shown_time(a.row)]) for a in arrived
                if open_windows(window, stream.clock, a.row.ts, a.own)[1]]
    return _query(stream, features(window), sql, model, late)


def session_rows(rng, stream):
    gap = session.random_gap(rng, stream)
    sql = (f"SELECT window_start, window_end, k, COUNT(*), SUM(v)\nFROM {session.call(rng, gap, stream, ['k'])}\n"
           f"GROUP BY window_start, window_end, k")

    def model(arrived):
        found, late = session.sessions_of(gap, arrived, ["k"])
        return Result([[*session.shown(stream, s), *key, *aggregates.values(NAMES, [a.row for a in s.rows])]
                       for key, s in found], len(late))

    def late(arrived):
        return [line([a.row.k, a.row.v, stream.shown_time(a.row)])
                for a in session.sessions_of(gap, arrived, ["k"])[1]]
    return _query(stream, ["SESSION"], sql, model, late)
