#!/usr/bin/env python3
"""watch_test.py -- a directory that is watched: 'source.monitor-interval'.

    watch_test.py PATH/TO/weir [NAME ...]

Files appear while weir runs, each by a rename, as those who write into such a directory should do
it.  The tests wait for rows, never for time.
"""
import os
import random
import signal
import subprocess
import sys

sys.dont_write_bytecode = True  # the source tree stays clean
import shell_case
from shell_case import ENV, LIMIT, Case, Result, weir

TABLE = ("CREATE TABLE t (ts TIMESTAMP(3), k STRING, WATERMARK FOR ts AS ts) WITH"
         " ('connector' = 'filesystem', 'path' = '{}', 'format' = 'csv', 'csv.header' = 'true'{});")
WATCHED = ", 'source.monitor-interval' = '1 ms'"
ROWS = "SELECT k FROM t"
WINDOWS = ("SELECT window_start, k, COUNT(*) FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts),"
           " INTERVAL '1' MINUTE)) GROUP BY window_start, window_end, k")


def rows(*times_and_keys):
    """CSV of "MM:SS k" each."""
    lines = [f"2024-01-01 00:{at[:5]},{at[6:]}\n" for at in times_and_keys]
    return "ts,k\n" + "".join(lines)


class Watch(Case):
    def setUp(self):
        super().setUp()
        os.mkdir(self.path("in"))

    def add(self, name, text):
        """The file is there all at once."""
        os.rename(self.path("aside", text), self.path(name))

    def start(self, query, path="in", options="", args=()):
        sql = TABLE.format(self.path(path), WATCHED + options) + query
        self.p = subprocess.Popen([shell_case.WEIR, "--no-header", *args, "-c", sql],
                                  stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE, env=ENV)
        self.addCleanup(self.p.communicate)
        self.addCleanup(self.p.kill)
        signal.alarm(LIMIT)
        self.addCleanup(signal.alarm, 0)

    def lines(self, n):
        return [self.p.stdout.readline().decode().rstrip("\n") for _ in range(n)]

    def stop(self):
        """What comes after a SIGINT."""
        self.p.send_signal(signal.SIGINT)
        out, err = self.p.communicate(timeout=LIMIT)
        return Result(self.p.returncode, out.decode(), err.decode())

    # --- files ------------------------------------------------------------------------------

    def test_files_appear(self):
        self.add("in/b.csv", rows("00:01 b1", "00:02 b2"))
        self.start(ROWS)
        self.assertEqual(self.lines(2), ["b1", "b2"])
        self.add("in/a.csv", rows("00:01 a1"))
        self.assertEqual(self.lines(1), ["a1"])
        self.add("in/c.csv", "ts,k\n")
        self.add("in/d.csv", rows("00:03 d1"))
        self.assertEqual(self.lines(1), ["d1"])
        self.check(self.stop(), err="stopped\n")

    def test_empty_at_first(self):
        self.start(ROWS)
        self.add("in/a.csv", rows("00:01 a1"))
        self.assertEqual(self.lines(1), ["a1"])
        self.check(self.stop(), err="stopped\n")

    def test_pattern_without_match_at_first(self):
        self.start(ROWS, path="in/x-*.csv")
        self.add("in/y-1.csv", rows("00:01 other"))
        self.add("in/x-1.csv", rows("00:01 one"))
        self.assertEqual(self.lines(1), ["one"])
        self.add("in/x-2.csv", rows("00:01 two"))
        self.assertEqual(self.lines(1), ["two"])
        self.check(self.stop(), err="stopped\n")

    def test_hidden_names_are_skipped(self):
        self.start(ROWS)
        self.add("in/.a.csv", rows("00:01 dot"))
        self.add("in/_b.csv", rows("00:01 underscore"))
        self.add("in/c.csv", rows("00:01 c1"))
        self.assertEqual(self.lines(1), ["c1"])
        os.rename(self.path("in/_b.csv"), self.path("in/b.csv"))
        self.assertEqual(self.lines(1), ["underscore"])
        self.check(self.stop(), err="stopped\n")

    def test_a_path_is_read_once(self):
        self.add("in/a.csv", rows("00:01 a1"))
        self.start(ROWS)
        self.assertEqual(self.lines(1), ["a1"])
        self.add("in/a.csv", rows("00:01 other", "00:02 contents"))
        self.add("in/b.csv", rows("00:01 b1"))
        self.assertEqual(self.lines(1), ["b1"])
        os.unlink(self.path("in/a.csv"))
        self.add("in/c.csv", rows("00:01 c1"))
        self.assertEqual(self.lines(1), ["c1"])
        self.add("in/a.csv", rows("00:01 again"))
        self.add("in/d.csv", rows("00:01 d1"))
        self.assertEqual(self.lines(1), ["d1"])
        self.check(self.stop(), err="stopped\n")

    def test_those_of_one_listing_come_bytewise(self):
        names = [f"{i:02}" for i in range(30)]
        for turn in range(3):
            self.start(ROWS, path=f"in-{turn}" if turn else "in")
            here = self.path(f"in-{turn}" if turn else "in")
            os.makedirs(self.path("many"))
            for name in random.Random(turn).sample(names, len(names)):
                self.add(f"many/{name}.csv", rows(f"00:01 {name}"))
            os.rename(self.path("many"), os.path.join(here, "many"))  # all of them at once
            self.assertEqual(self.lines(len(names)), names)
            self.check(self.stop(), err="stopped\n")
            os.mkdir(self.path(f"in-{turn + 1}"))

    # --- time -------------------------------------------------------------------------------

    def test_windows_stay_open_between_listings(self):
        self.add("in/a.csv", rows("00:01 x", "01:01 x", "01:02 y"))
        self.start(WINDOWS)
        self.assertEqual(self.lines(1), ["2024-01-01 00:00:00.000,x,1"])
        self.add("in/b.csv", rows("00:59 late", "01:03 y", "02:00 x"))
        self.assertEqual(self.lines(2), ["2024-01-01 00:01:00.000,y,2",
                                         "2024-01-01 00:01:00.000,x,1"])
        r = self.stop()
        self.assertEqual((r.out, r.code), ("", 0))
        self.assertIn("windows that were still open are left out", r.err)
        self.assertIn("1 late row", r.err)

    def test_the_furthest_file_says_what_time_it_is(self):
        """Though it ended before another one did."""
        self.add("in/a.csv", rows("00:01 x"))
        self.add("in/b.csv", rows("03:00 x"))
        self.start(WINDOWS)
        self.assertEqual(self.lines(1), ["2024-01-01 00:00:00.000,x,1"])
        self.check(self.stop(), err=self.left_out("00:03:00", "00:04:00"))

    def left_out(self, start, end):
        return ("stopped: windows that were still open are left out, first [2024-01-01"
                f" {start}, 2024-01-01 {end})\n")

    def test_interrupt_may_flush(self):
        self.add("in/a.csv", rows("00:01 x", "01:01 x"))
        self.start(WINDOWS, args=("-s", "weir.on-interrupt=flush"))
        self.assertEqual(self.lines(1), ["2024-01-01 00:00:00.000,x,1"])
        self.check(self.stop(), "2024-01-01 00:01:00.000,x,1\n", "stopped\n")

    def test_holds_a_join_between_its_files(self):
        """The other table has ended; results wait for the directory alone."""
        self.path("other.csv", rows("00:01 x", "01:01 x", "02:01 x"))
        other = TABLE.replace("TABLE t ", "TABLE u ").format(self.path("other.csv"), "")
        of = "TABLE(TUMBLE(TABLE {}, DESCRIPTOR(ts), INTERVAL '1' MINUTE))"
        self.start(other + f"SELECT l.window_start, l.k FROM (SELECT * FROM {of.format('t')}) l"
                   f" JOIN (SELECT * FROM {of.format('u')}) r ON l.window_start = r.window_start"
                   " AND l.window_end = r.window_end AND l.k = r.k")
        for minute in range(2):
            self.add(f"in/{minute}.csv", rows(f"0{minute}:02 x", f"0{minute + 1}:00 y"))
            self.assertEqual(self.lines(1), [f"2024-01-01 00:0{minute}:00.000,x"])
        self.assertEqual(self.stop().code, 0)

    def test_same_as_a_list_that_is_read_once(self):
        """All files are there at first, more than an epoch takes: the windows are the same, in the
        same order, at any parallelism."""
        rng = random.Random(7)
        for i in range(12):
            at = sorted(rng.randrange(50) for _ in range(300))
            self.add(f"in/{i}.csv", rows(*[f"{m:02}:{rng.randrange(60):02} k{rng.randrange(9)}"
                                           for m in at]))
        late = ", WATERMARK FOR ts AS ts - INTERVAL '1' MINUTE"
        table = TABLE.replace(", WATERMARK FOR ts AS ts", late)
        once = weir("--no-header", "-c", table.format(self.path("in"), "") + WINDOWS)
        self.assertEqual((once.err, once.code), ("", 0))
        whole = once.out.splitlines()
        for parallelism in (1, 3):
            with self.subTest(parallelism=parallelism):
                sql = table.format(self.path("in"), WATCHED) + WINDOWS
                self.run_flushed(sql, parallelism, whole)

    def run_flushed(self, sql, parallelism, whole):
        self.p = subprocess.Popen([shell_case.WEIR, "--no-header", "-p", str(parallelism), "-s",
                                   "weir.on-interrupt=flush", "-c", sql],
                                  stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE, env=ENV)
        fired = [line for line in whole if line < "2024-01-01 00:48"]
        self.assertEqual(self.lines(len(fired)), fired)
        r = self.stop()
        self.assertEqual((r.err, r.code), ("stopped\n", 0))
        self.assertEqual(fired + r.out.splitlines(), whole)

    # --- refusals ---------------------------------------------------------------------------

    def refused(self, path, words):
        r = weir("-c", TABLE.format(path, WATCHED) + ROWS)
        self.assertEqual((r.out, r.code), ("", 1))
        self.assertIn(words, r.err)

    def test_refusals(self):
        self.refused(self.path("one.csv", rows("00:01 a")), "is one file, in which no other can")
        self.refused(self.path("nowhere"), "cannot open")

    def test_a_directory_that_goes_away(self):
        self.add("in/a.csv", rows("00:01 a1"))
        self.start(ROWS)
        self.assertEqual(self.lines(1), ["a1"])
        os.rename(self.path("in"), self.path("elsewhere"))
        out, err = self.p.communicate(timeout=LIMIT)
        self.assertEqual((out, self.p.returncode), (b"", 1))
        self.assertIn(b"cannot open", err)

    def test_a_bad_file_says_its_name(self):
        self.start(ROWS)
        self.add("in/a.csv", rows("00:01 a1"))
        self.assertEqual(self.lines(1), ["a1"])
        self.add("in/b.csv", "ts,other\n2024-01-01 00:00:01,x\n")
        out, err = self.p.communicate(timeout=LIMIT)
        self.assertEqual((out, self.p.returncode), (b"", 1))
        self.assertIn(b"in/b.csv", err)


if __name__ == "__main__":
    shell_case.main()
