#!/usr/bin/env python3
"""bench.py -- speed, memory and latency, as ratios.

Each round runs every contestant once, in turn, so that what the machine does beside hits all of them;
the best of the rounds counts.

    subjects.py     what is compared with what, and the limits
    workloads.py    the queries and their data
    latency.py      from a row to a result
    durable.py      what checkpoints cost
    runs.py         running and judging
"""
import argparse
import importlib.util
import os
import pathlib
import platform
import subprocess
import sys

from runs import Board
from subjects import SUBJECTS
from workloads import DUCKDB_SQL


def versions(args):
    version = subprocess.run([args.weir, "-V"], capture_output=True, text=True, check=True)
    print(f"{version.stdout.strip()}; {platform.platform()}; {os.cpu_count()} cores")
    if args.duckdb:
        from importlib.metadata import version as of
        print(f"duckdb {of('duckdb')}: {DUCKDB_SQL}")
    else:
        print("duckdb: its Python package is not there; left out")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--weir", required=True, type=pathlib.Path)
    parser.add_argument("--work", required=True, type=pathlib.Path)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", choices=list(SUBJECTS), action="append", help="may be repeated; default: all")
    parser.add_argument("--long", action="store_true", help="also what takes 10 x the data")
    parser.add_argument("--strict", action="store_true", help="a limit that is missed is a failure")
    args = parser.parse_args()
    args.duckdb = importlib.util.find_spec("duckdb") is not None
    versions(args)
    board = Board()
    judges = [SUBJECTS[name](board, args) for name in args.only or SUBJECTS]
    board.rounds(args.rounds)
    board.show(args.rows)
    print("\nratios of the best")
    for judge in judges:
        judge()
    print(f"{board.missed} missed, {board.not_built} not built")
    return 1 if args.strict and board.missed + board.not_built > 0 else 0


if __name__ == "__main__":
    sys.exit(main())
