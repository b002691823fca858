"""session.py -- SESSION: rows of a partition at most a gap apart; a session ends a gap after its last row."""
import collections

import aggregates
from clock import interval, text_of
from query import Query, Result

Session = collections.namedtuple("Session", "start end rows")


def sessions_of(gap, clock, arrived, keys):
    """[(key, Session)] of the whole input, late arrivals.  A row is merged with the sessions of its key that
    are not over and that it touches; it is late if even that is over."""
    live, over, late = collections.defaultdict(list), [], []
    for arrival in arrived:
        row, watermark = arrival.row, arrival.own
        key = tuple(getattr(row, k) for k in keys)
        over += [(key, s) for s in live[key] if clock.last(s.end) <= watermark]
        live[key] = [s for s in live[key] if clock.last(s.end) > watermark]
        at = clock.wall(row.ts)
        touched = [s for s in live[key] if s.start <= at + gap and at <= s.end]
        merged = Session(min([at] + [s.start for s in touched]), max([at + gap] + [s.end for s in touched]),
                         in_order_of_arrival(arrived, touched, arrival))
        if clock.last(merged.end) <= watermark:
            late.append(arrival)
        else:
            live[key] = [s for s in live[key] if s not in touched] + [merged]
    return over + [(key, s) for key, rest in live.items() for s in rest], late


def in_order_of_arrival(arrived, touched, last):
    """Rows of merged sessions as they came, not session by session."""
    members = {id(a) for s in touched for a in s.rows} | {id(last)}
    return [a for a in arrived if id(a) in members]


def call(rng, gap, stream, keys):
    partition = f" PARTITION BY {', '.join(keys)}" if keys else ""
    if rng.random() < 0.2:
        text = f"SESSION(DATA => TABLE {stream.name}{partition}, TIMECOL => DESCRIPTOR(ts), GAP => {interval(gap)})"
    else:
        text = f"SESSION(TABLE {stream.name}{partition}, DESCRIPTOR(ts), {interval(gap)})"
    return f"TABLE({text})"


def random_gap(rng, stream):
    return stream.unit * rng.choice([1, 50, 100, 400, 1000, 3000]) // 1000


def plain(rng, stream):
    gap, names = random_gap(rng, stream), aggregates.choose(rng)
    keys = rng.choice([[], ["k"], ["k"], ["g"], ["k", "g"]])
    grouped = ", ".join(["window_start", "window_end"] + keys)
    sql = (f"SELECT {grouped}, {', '.join(names)}\nFROM {call(rng, gap, stream, keys)}\nGROUP BY {grouped}")

    def model(arrived):
        found, late = sessions_of(gap, stream.clock, arrived, keys)
        return Result([[text_of(s.start), text_of(s.end), *key, *aggregates.values(names, [a.row for a in s.rows])]
                       for key, s in found], len(late))
    return Query(["SESSION", *aggregates.feature(names)], [stream], sql, model)


def other_keys(rng, stream):
    """Sessions of a partition, grouped by other columns than those of the partition."""
    gap = random_gap(rng, stream)
    partition, keys = rng.choice([(["k"], ["g"]), ([], ["k"]), (["k"], []), (["k"], ["k", "g"])])
    grouped = ", ".join(["window_start", "window_end"] + keys)
    sql = (f"SELECT {grouped}, COUNT(*), SUM(v)\nFROM {call(rng, gap, stream, partition)}\nGROUP BY {grouped}")

    def model(arrived):
        found, late = sessions_of(gap, stream.clock, arrived, partition)
        groups = collections.defaultdict(list)
        for _, s in found:
            for a in s.rows:
                groups[(s.start, s.end, *(getattr(a.row, k) for k in keys))].append(a.row)
        return Result([[text_of(g[0]), text_of(g[1]), *g[2:], *aggregates.values(["COUNT(*)", "SUM(v)"], rows)]
                       for g, rows in groups.items()], len(late))
    return Query(["SESSION grouped by other keys", "SESSION"], [stream], sql, model)


def tvf(rng, stream):
    """Every row with its session, when that is over."""
    gap = random_gap(rng, stream)
    keys = rng.choice([[], ["k"]])
    sql = f"SELECT window_start, window_end, k, g, v, ts FROM {call(rng, gap, stream, keys)}"

    def model(arrived):
        found, late = sessions_of(gap, stream.clock, arrived, keys)
        return Result([[text_of(s.start), text_of(s.end), a.row.k, a.row.g, a.row.v, stream.shown_time(a.row)]
                       for _, s in found for a in s.rows], len(late))
    return Query(["SESSION without aggregation", "SESSION"], [stream], sql, model)


def legacy(rng, stream):
    gap, names = random_gap(rng, stream), aggregates.choose(rng)
    args = f"ts, {interval(gap)}"
    sql = (f"SELECT SESSION_START({args}), SESSION_END({args}), k, {', '.join(names)}\n"
           f"FROM {stream.name} GROUP BY SESSION({args}), k")

    def model(arrived):
        found, late = sessions_of(gap, stream.clock, arrived, ["k"])
        return Result([[text_of(s.start), text_of(s.end), *key, *aggregates.values(names, [a.row for a in s.rows])]
                       for key, s in found], len(late))
    return Query(["legacy SESSION", *aggregates.feature(names)], [stream], sql, model)
