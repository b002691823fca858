#!/usr/bin/env python3
"""subquery_model.py -- random conditions with subqueries, rows and NULLs, compared with SQLite.

    subquery_model.py WEIR [--rounds N] [--seed S]

Each round makes two small tables full of NULLs and asks weir and SQLite the same questions: IN,
EXISTS, values, comparisons of rows, three-valued logic around them.  What SQLite does not have (ANY,
ALL, SYMMETRIC) is written out for it in what it has, by the definition of the standard.
"""
import argparse
import csv
import random
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path

QUERIES = 24
NULL = "CAST(NULL AS INT)"


class Maker:
    """Expressions as pairs: the text for weir, the text for SQLite."""

    def __init__(self, rng):
        self.rng = rng

    def both(self, text):
        return text, text

    def join(self, form, *parts):
        return tuple(form.format(*(part[side] for part in parts)) for side in range(2))

    # --- values

    def value(self, depth, names=("a", "b")):
        kind = self.rng.randrange(10)
        if kind < 5:
            return self.both(self.rng.choice(names))
        if kind < 7 or depth == 0:
            return self.both(str(self.rng.randint(-1, 4)))
        if kind == 7:
            return self.both(NULL)
        if kind == 8:
            return self.join("({} + {})", self.value(depth - 1, names), self.value(depth - 1, names))
        return self.value_query(depth - 1)

    def value_query(self, depth):
        where = self.where(depth)
        form = self.rng.choice(["(SELECT MAX(x) FROM u{})", "(SELECT MIN(y) FROM u{})",
                                "(SELECT COUNT(*) FROM u{})",
                                "(SELECT x FROM u{} ORDER BY x, y LIMIT 1)"])
        value = self.join(form, where)
        return self.join("CAST({} AS INT)", value) if "COUNT" in form else value

    # --- queries over u

    def where(self, depth):
        if self.rng.random() < 0.4:
            return self.both("")
        if self.rng.random() < 0.15:
            return self.both(" WHERE x > 100")
        return self.join(" WHERE {}", self.condition(depth, ("x", "y")))

    def columns(self, n):
        return ", ".join(self.rng.choice(["x", "y", "x + 1", "y - 1"]) for _ in range(n))

    def query(self, depth, n):
        return self.join("(SELECT " + self.columns(n) + " FROM u{})", self.where(depth))

    # --- conditions

    def row(self, depth, n, names):
        parts = [self.value(depth, names) for _ in range(n)]
        return self.join("(" + ", ".join(["{}"] * n) + ")", *parts)

    def compared(self, depth, names):
        op = self.rng.choice(["=", "<>", "<", "<=", ">", ">="])
        if self.rng.random() < 0.5:
            return self.join("{} " + op + " {}", self.value(depth, names), self.value(depth, names))
        n = self.rng.randint(2, 3)
        return self.join("{} " + op + " {}", self.row(depth, n, names), self.row(depth, n, names))

    def distinct(self, depth, names):
        negated = self.rng.random() < 0.5
        n = self.rng.randint(1, 2)
        make = (lambda: self.value(depth, names)) if n == 1 else (lambda: self.row(depth, n, names))
        x, y = make(), make()
        words = ("IS NOT DISTINCT FROM", "IS") if negated else ("IS DISTINCT FROM", "IS NOT")
        return tuple(f"{x[side]} {words[side]} {y[side]}" for side in range(2))

    def in_query(self, depth, names):
        n = self.rng.randint(1, 3)
        operand = self.value(depth, names) if n == 1 else self.row(depth, n, names)
        return self.join("{} " + self.rng.choice(["IN", "NOT IN"]) + " {}", operand,
                         self.query(depth - 1, n))

    def in_rows(self, depth, names):
        rows = [self.row(depth, 2, names) for _ in range(self.rng.randint(1, 3))]
        operand = self.row(depth, 2, names)
        word = self.rng.choice(["IN", "NOT IN"])
        weir = f"{operand[0]} {word} ({', '.join(row[0] for row in rows)})"
        # SQLite takes no list of rows, but a table of them
        return weir, f"{operand[1]} {word} (VALUES {', '.join(row[1] for row in rows)})"

    def exists(self, depth):
        return self.join(self.rng.choice(["EXISTS {}", "NOT EXISTS {}"]), self.query(depth - 1, 1))

    def quantified(self, depth, names):
        op = self.rng.choice(["=", "<>", "<", "<=", ">", ">="])
        every = self.rng.random() < 0.5
        operand, column, where = self.value(depth, names), self.columns(1), self.where(depth - 1)
        word = "ALL" if every else self.rng.choice(["ANY", "SOME"])
        weir = f"{operand[0]} {op} {word} (SELECT {column} FROM u{where[0]})"
        # the operand as a value of a subquery, so that its names are not those of u
        rows = f"(SELECT (p {op} c) AS r FROM (SELECT {column} AS c FROM u{where[1]}), o)"
        decisive = 0 if every else 1
        lite = (f"(WITH o AS (SELECT {operand[1]} AS p) SELECT CASE"
                f" WHEN EXISTS (SELECT 1 FROM {rows} WHERE r = {decisive}) THEN {decisive}"
                f" WHEN EXISTS (SELECT 1 FROM {rows} WHERE r IS NULL) THEN NULL"
                f" ELSE {1 - decisive} END)")
        return weir, lite

    def quantified_list(self, depth, names):
        op = self.rng.choice(["=", "<>", "<", "<=", ">", ">="])
        word, logic = self.rng.choice([("ANY", " OR "), ("ALL", " AND ")])
        n = self.rng.randint(1, 2)
        make = lambda: self.value(depth, names) if n == 1 else self.row(depth, n, names)
        operand, items = make(), [make() for _ in range(self.rng.randint(1, 3))]
        return (f"{operand[0]} {op} {word} ({', '.join(item[0] for item in items)})",
                "(" + logic.join(f"({operand[1]} {op} {item[1]})" for item in items) + ")")

    def between(self, depth, names):
        x, low, high = (self.value(depth, names) for _ in range(3))
        if self.rng.random() < 0.5:
            return self.join("{} BETWEEN {} AND {}", x, low, high)
        return (f"{x[0]} BETWEEN SYMMETRIC {low[0]} AND {high[0]}",
                f"({x[1]} BETWEEN {low[1]} AND {high[1]} OR {x[1]} BETWEEN {high[1]} AND {low[1]})")

    def logic(self, depth, names):
        x, y = self.condition(depth, names), self.condition(depth, names)
        form = self.rng.choice(["({} AND {})", "({} OR {})", "NOT ({})", "(({}) IS NULL)",
                                "(({}) IS NOT TRUE)", "CASE WHEN {} THEN {} END"])
        return self.join(form, x, y)

    def condition(self, depth, names=("a", "b")):
        if depth <= 0:
            return self.compared(0, names)
        kind = self.rng.randrange(9)
        if kind == 0:
            return self.compared(depth - 1, names)
        if kind == 1:
            return self.distinct(depth - 1, names)
        if kind == 2:
            return self.in_query(depth - 1, names)
        if kind == 3:
            return self.in_rows(depth - 1, names)
        if kind == 4:
            return self.exists(depth - 1)
        if kind == 5:
            return self.quantified(depth - 1, names)
        if kind == 6:
            return self.between(depth - 1, names)
        if kind == 7:
            return self.quantified_list(depth - 1, names)
        return self.logic(depth - 1, names)


def random_rows(rng, n):
    cell = lambda: None if rng.random() < 0.3 else rng.randint(-1, 4)
    return [(cell(), cell()) for _ in range(n)]


def make_tables(rng, folder):
    """The tables as files for weir, and in SQLite."""
    db = sqlite3.connect(":memory:")
    db.execute("CREATE TABLE t (id INT, a INT, b INT)")
    db.execute("CREATE TABLE u (k INT, x INT, y INT)")
    for name, rows in (("t", random_rows(rng, rng.randint(1, 12))),
                       ("u", random_rows(rng, rng.choice([0, 1, 2, 3, 6])))):
        rows = [(i, *row) for i, row in enumerate(rows)]
        db.executemany(f"INSERT INTO {name} VALUES (?, ?, ?)", rows)
        with open(folder / f"{name}.csv", "w", newline="") as out:
            csv.writer(out, lineterminator="\n").writerows(
                ["" if cell is None else cell for cell in row] for row in rows)
    return db


def script_of(queries):
    table = ("CREATE TABLE {} (id INT, {} INT, {} INT) WITH ('connector' = 'filesystem',"
             " 'path' = '{}.csv', 'format' = 'csv');")
    lines = [table.format("t", "a", "b", "t"), table.format("u", "x", "y", "u")]
    for query in queries:
        lines += [f"{query};", "SELECT '--';"]
    return "\n".join(lines)


def weir_answers(weir, folder, queries):
    (folder / "s.sql").write_text(script_of(queries))
    run = subprocess.run([weir, "-q", "--no-header", "--no-init", "-m", "csv", "s.sql"], cwd=folder,
                         capture_output=True, text=True)
    if run.returncode != 0:
        raise SystemExit(f"weir failed:\n{run.stderr}")
    answers, rows = [], []
    for line in run.stdout.splitlines():
        if line == "--":
            answers.append(rows)
            rows = []
        else:
            rows.append(line)
    return answers


def as_text(cell):
    return "" if cell is None else str(cell)


def as_truth(cell):
    return "" if cell is None else "true" if cell else "false"


def one_round(weir, seed):
    """How many answers differ."""
    rng = random.Random(seed)
    maker, bad = Maker(rng), 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        db = make_tables(rng, folder)
        conditions = [maker.condition(3) for _ in range(QUERIES)]
        queries, wanted = [], []
        for i, (ours, theirs) in enumerate(conditions):
            if i % 3 == 0:
                queries.append(f"SELECT id FROM t WHERE {ours} ORDER BY id")
                rows = db.execute(f"SELECT id FROM t WHERE {theirs} ORDER BY id").fetchall()
                wanted.append([as_text(row[0]) for row in rows])
            else:
                queries.append(f"SELECT id, {ours} FROM t ORDER BY id")
                rows = db.execute(f"SELECT id, {theirs} FROM t ORDER BY id").fetchall()
                wanted.append([f"{row[0]},{as_truth(row[1])}" for row in rows])
        db.close()
        for query, want, got in zip(queries, wanted, weir_answers(weir, folder, queries), strict=True):
            if want == got:
                continue
            bad += 1
            print(f"seed {seed}: {query}\n  t: {(folder / 't.csv').read_text().split()}"
                  f"\n  u: {(folder / 'u.csv').read_text().split()}\n  want {want}\n  got  {got}")
    return bad


def main():
    args = argparse.ArgumentParser(description=__doc__)
    args.add_argument("weir")
    args.add_argument("--rounds", type=int, default=30)
    args.add_argument("--seed", type=int, default=1)
    options = args.parse_args()
    weir = str(Path(options.weir).resolve())
    bad = sum(one_round(weir, options.seed + i) for i in range(options.rounds))
    print(f"{options.rounds} rounds of {QUERIES} questions, {bad} answers differ")
    return 1 if bad > 0 else 0


if __name__ == "__main__":
    sys.exit(main())
