"""changes.py -- results before a window is over and after: EMIT EVERY, EMIT ON UPDATE, ALLOWED LATENESS.

How many steps a changelog shows is not compared with the model, but each has to make sense: the first of a
group is +I, -U and -D take back exactly what stands, and each +I and +U is what the first n rows of
the group give, n being its COUNT(*).  What is left at the end is the model's result.
"""
import collections

import aggregates
import session
from aligned import call, features, random_window, windows_of
from clock import interval, text_of
from query import Query, Result, difference, line

SHOW_CHANGES = "SET 'sql-client.execution.result-mode' = 'changelog';"
SHOW_RESULT = "RESET 'sql-client.execution.result-mode';"


class ChangesQuery(Query):
    """groups_of: arrivals -> {group: rows}; a result is n_group columns of its group, then aggregates.  None:
    groups come and go, steps are not compared with their rows."""

    def __init__(self, features, stream, sql, model, groups_of, names, n_group):
        super().__init__(features, [stream], sql, model, [SHOW_CHANGES], [SHOW_RESULT], in_windows=False,
                         by_chunks=True)
        self.groups_of, self.names, self.n_group = groups_of, names, n_group

    def check(self, lines, chunk_bytes):
        result, _, arrived = self.expected(chunk_bytes)
        groups = self.groups_of and {line(g): rows for g, rows in self.groups_of(arrived).items()}
        stands = {}
        for one in lines:
            op, rest = one.split(",", 1)
            cells = rest.split(",")
            group = ",".join(cells[:self.n_group])
            if op in ("-U", "-D"):
                if stands.pop(group, None) != rest:
                    return f"{one} takes back what does not stand\n" + "\n".join(lines)
                continue
            if op not in ("+I", "+U") or group in stands:
                return f"{one} comes on top of another\n" + "\n".join(lines)
            complaint = groups is not None and self.wrong_step(group, cells, groups)
            if complaint:
                return f"{one}: {complaint}\n" + "\n".join(lines)
            stands[group] = rest
        got, want = sorted(stands.values()), sorted(line(r) for r in result.rows)
        return None if got == want else difference(got, want) + "\nof\n" + "\n".join(lines)

    def wrong_step(self, group, cells, groups):
        rows = groups.get(group)
        if rows is None:
            return "there is no such group"
        n = int(cells[self.n_group])
        want = line(aggregates.values(self.names, rows[:n]))
        got = ",".join(cells[self.n_group:])
        return None if got == want and n <= len(rows) else f"its first {n} of {len(rows)} rows give {want}"


def clause_of(rng, stream):
    """SQL, and the lateness allowed."""
    lateness = stream.unit * rng.choice([500, 2000, 30000]) // 1000
    every = stream.unit * rng.choice([100, 1000, 2500]) // 1000
    return rng.choice([
        (["ALLOWED LATENESS"], f"ALLOWED LATENESS {interval(lateness)}", lateness),
        (["EMIT EVERY"], f"EMIT EVERY {interval(every)}", 0),
        (["EMIT ON UPDATE"], "EMIT ON UPDATE", 0),
        (["EMIT EVERY", "ALLOWED LATENESS"], f"EMIT EVERY {interval(every)} ALLOWED LATENESS {interval(lateness)}",
         lateness),
        (["EMIT ON UPDATE", "ALLOWED LATENESS"], f"EMIT ON UPDATE ALLOWED LATENESS {interval(lateness)}", lateness),
    ])


def groups_in_time(window, clock, arrived, keys, lateness):
    """A window takes rows until the watermark is `lateness` behind its last instant."""
    groups, late = collections.defaultdict(list), 0
    for a in arrived:
        found = windows_of(window, clock.wall(a.row.ts))
        still = [w for w in found if clock.last(w[1]) + lateness > a.own]
        late += bool(found) and not still
        for w in still:
            groups[(text_of(w[0]), text_of(w[1]), *(getattr(a.row, k) for k in keys))].append(a.row)
    return groups, late


def aligned_changes(rng, stream):
    window = random_window(rng, stream)._replace(on_update=False)
    words, clause, lateness = clause_of(rng, stream)
    names, keys = aggregates.choose(rng), rng.choice([[], ["k"], ["k", "g"]])
    grouped = ", ".join(["window_start", "window_end"] + keys)
    sql = (f"SELECT {grouped}, {', '.join(names)}\nFROM {call(rng, window, 'TABLE ' + stream.name)}\n"
           f"GROUP BY {grouped}\n{clause}")

    def groups(arrived):
        return groups_in_time(window, stream.clock, arrived, keys, lateness)[0]

    def model(arrived):
        found, late = groups_in_time(window, stream.clock, arrived, keys, lateness)
        return Result([[*g, *aggregates.values(names, rows)] for g, rows in found.items()], late)
    needs = [f"{w} over {window.kind}" for w in words] + words + features(window, names)
    return ChangesQuery(needs, stream, sql, model, groups, names, 2 + len(keys))


def session_changes(rng, stream):
    """Sessions grow, and two become one: the results of both are taken back."""
    gap, names = session.random_gap(rng, stream), aggregates.choose(rng)
    words, clause, lateness = clause_of(rng, stream)
    keys = rng.choice([[], ["k"]])
    grouped = ", ".join(["window_start", "window_end"] + keys)
    sql = (f"SELECT {grouped}, {', '.join(names)}\nFROM {session.call(rng, gap, stream, keys)}\n"
           f"GROUP BY {grouped}\n{clause}")

    def model(arrived):
        found, late = session.sessions_of(gap, arrived, keys, lateness=lateness)
        return Result([[*session.shown(stream, s), *key, *aggregates.values(names, [a.row for a in s.rows])]
                       for key, s in found], len(late))
    needs = [f"{w} over SESSION" for w in words] + words + ["SESSION", *aggregates.feature(names)]
    return ChangesQuery(needs, stream, sql, model, None, names, 2 + len(keys))


def final_result(rng, stream):
    """The same clauses in the mode that shows what is left: windows in order, and no chunk shows."""
    query = aligned_changes(rng, stream)
    return Query(query.features, [stream], query.sql, query.model)
