"""session.py -- SESSION: rows of a partition at most a gap apart; a session ends a gap after its last row."""
import collections

import aggregates
from aligned import call as aligned_call, features, random_window, windows_of, without_idle_steps
from clock import interval, text_of
from query import Query, Result

Session = collections.namedtuple("Session", "start end rows")


def sessions_of(gap, arrived, keys, longest=float("inf"), lateness=0):
    """[(key, Session)] of the whole input, late arrivals.  In event time, whatever the zone.

    A row is merged with the sessions of its key that are not over and that it touches, the first one
    first, but not beyond the longest; it is late if even what comes of that is over.  lateness: how long after
    its last instant a session is not over."""
    live, over, late = collections.defaultdict(list), [], []
    for arrival in arrived:
        at, watermark = arrival.row.ts, arrival.own
        key = tuple(getattr(arrival.row, k) for k in keys)
        over += [(key, s) for s in live[key] if s.end - 1 + lateness <= watermark]
        live[key] = sorted((s for s in live[key] if s.end - 1 + lateness > watermark), key=lambda s: s.start)
        merged = Session(at, at + gap, [arrival])
        for s in list(live[key]):
            start, end = min(s.start, merged.start), max(s.end, merged.end)
            if s.start <= merged.end and merged.start <= s.end and end - start <= longest:
                live[key].remove(s)
                merged = Session(start, end, s.rows + merged.rows)
        if merged.end - 1 + lateness <= watermark:
            late.append(arrival)
        else:
            live[key].append(merged)
    over += [(key, s) for key, rest in live.items() for s in rest]
    return [(key, s._replace(rows=in_order_of_arrival(arrived, s.rows))) for key, s in over], late


def in_order_of_arrival(arrived, members):
    """Rows of merged sessions as they came, not session by session."""
    ids = {id(a) for a in members}
    return [a for a in arrived if id(a) in ids]


def call(rng, gap, stream, keys, longest=None):
    partition = f" PARTITION BY {', '.join(keys)}" if keys else ""
    args = [f"TABLE {stream.name}{partition}", "DESCRIPTOR(ts)", interval(gap)]
    if longest:
        args.append(interval(longest))
    if rng.random() < 0.2:
        args = [f"{name} => {arg}" for name, arg in zip(("DATA", "TIMECOL", "GAP", "MAXSIZE"), args)]
    return f"TABLE(SESSION({', '.join(args)}))"


def shown(stream, s):
    return [text_of(stream.clock.wall(s.start)), text_of(stream.clock.wall(s.end))]


def query(stream, needs, sql, model):
    """The hour that comes twice puts sessions out of the order of their wall clock."""
    return Query(needs, [stream], sql, model, in_windows=stream.where != "back")


def random_gap(rng, stream):
    return stream.unit * rng.choice([1, 50, 100, 400, 1000, 3000]) // 1000


def plain(rng, stream):
    gap, names = random_gap(rng, stream), aggregates.choose(rng)
    keys = rng.choice([[], ["k"], ["k"], ["g"], ["k", "g"]])
    longest = gap * rng.choice([1, 2, 5]) if rng.random() < 0.25 else None
    grouped = ", ".join(["window_start", "window_end"] + keys)
    sql = (f"SELECT {grouped}, {', '.join(names)}\nFROM {call(rng, gap, stream, keys, longest)}\nGROUP BY {grouped}")

    def model(arrived):
        found, late = sessions_of(gap, arrived, keys, longest or float("inf"))
        return Result([[*shown(stream, s), *key, *aggregates.values(names, [a.row for a in s.rows])]
                       for key, s in found], len(late))
    return query(stream, ["SESSION with MAXSIZE"] * bool(longest) + ["SESSION", *aggregates.feature(names)], sql, model)


def other_keys(rng, stream):
    """Sessions of a partition, grouped by other columns than those of the partition."""
    if stream.where == "back":
        return plain(rng, stream)  # sessions an hour apart may have one start and end
    gap = random_gap(rng, stream)
    partition, keys = rng.choice([(["k"], ["g"]), ([], ["k"]), (["k"], []), (["k"], ["k", "g"])])
    grouped = ", ".join(["window_start", "window_end"] + keys)
    sql = (f"SELECT {grouped}, COUNT(*), SUM(v)\nFROM {call(rng, gap, stream, partition)}\nGROUP BY {grouped}")

    def model(arrived):
        found, late = sessions_of(gap, arrived, partition)
        groups = collections.defaultdict(list)
        for _, s in found:
            for a in s.rows:
                groups[(*shown(stream, s), *(getattr(a.row, k) for k in keys))].append(a.row)
        return Result([[*g, *aggregates.values(["COUNT(*)", "SUM(v)"], rows)]
                       for g, rows in groups.items()], len(late))
    return query(stream, ["SESSION grouped by other keys", "SESSION"], sql, model)


def tvf(rng, stream):
    """Every row with its session, when that is over."""
    gap = random_gap(rng, stream)
    keys = rng.choice([[], ["k"]])
    sql = f"SELECT window_start, window_end, k, g, v, ts FROM {call(rng, gap, stream, keys)}"

    def model(arrived):
        found, late = sessions_of(gap, arrived, keys)
        return Result([[*shown(stream, s), a.row.k, a.row.g, a.row.v, stream.shown_time(a.row)]
                       for _, s in found for a in s.rows], len(late))
    return query(stream, ["SESSION without aggregation", "SESSION"], sql, model)


def legacy(rng, stream):
    gap, names = random_gap(rng, stream), aggregates.choose(rng)
    args = f"ts, {interval(gap)}"
    sql = (f"SELECT SESSION_START({args}), SESSION_END({args}), k, {', '.join(names)}\n"
           f"FROM {stream.name} GROUP BY SESSION({args}), k")

    def model(arrived):
        found, late = sessions_of(gap, arrived, ["k"])
        return Result([[*shown(stream, s), *key, *aggregates.values(names, [a.row for a in s.rows])]
                       for key, s in found], len(late))
    return query(stream, ["legacy SESSION", *aggregates.feature(names)], sql, model)


def cascade(rng, stream):
    """Windows over the ends of sessions."""
    gap, outer = random_gap(rng, stream), random_window(rng, stream)
    keys = rng.choice([[], ["k"]])
    grouped = ", ".join(["window_start", "window_end", "window_time"] + keys)
    below = (f"(SELECT window_time AS ts, COUNT(*) AS n FROM {call(rng, gap, stream, keys)}\n  GROUP BY {grouped})")
    sql = (f"SELECT window_start, window_end, COUNT(*), SUM(n)\nFROM {aligned_call(rng, outer, below)}\n"
           f"GROUP BY window_start, window_end")

    def model(arrived):
        found, late = sessions_of(gap, arrived, keys)
        upper = collections.defaultdict(list)
        for _, s in sorted(found, key=lambda x: x[1].end):
            for w in windows_of(outer, stream.clock.wall(s.end - 1)):
                upper[w].append(len(s.rows))
        return Result([[text_of(w[0]), text_of(w[1]), len(n), sum(n)]
                       for w, n in without_idle_steps(outer, upper).items()], len(late))
    return Query(["windows over sessions", "SESSION", *features(outer)], [stream], sql, model)
