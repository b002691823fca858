#!/usr/bin/env python3
"""watch_test.py -- a directory that is watched: 'source.monitor-interval'.

    watch_test.py PATH/TO/weir [NAME ...]

Files appear while weir runs, each by a rename, as those who write into such a directory should do
it.  The tests wait for rows, never for time.
"""
import collections
import os
import random
import shutil
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

    def start(self, query, path="in", args=(), stdin=subprocess.DEVNULL):
        sql = TABLE.format(self.path(path), WATCHED) + query
        self.p = subprocess.Popen([shell_case.WEIR, "--no-header", *args, "-c", sql], stdin=stdin,
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=ENV)
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

    def test_an_idle_directory_holds_nothing(self):
        """A window over a pipe and the directory, each of which is silent while the other moves on."""
        pipe = (TABLE.replace("TABLE t ", "TABLE p ").replace("'path' = '{}', ", "")
                .replace("filesystem", "stdin").format(""))
        both = "CREATE VIEW b AS SELECT * FROM t UNION ALL SELECT * FROM p;"
        self.start(pipe + both + WINDOWS.replace("TABLE t", "TABLE b"), stdin=subprocess.PIPE,
                   args=("-s", "table.exec.source.idle-timeout=20 ms"))
        self.pipe(rows("00:01 p", "01:00 p"))
        self.assertEqual(self.lines(1), ["2024-01-01 00:00:00.000,p,1"])
        self.add("in/a.csv", rows("01:01 t", "02:00 t"))
        self.assertEqual(sorted(self.lines(2)), ["2024-01-01 00:01:00.000,p,1",
                                                 "2024-01-01 00:01:00.000,t,1"])
        self.assertEqual(self.stop().code, 0)

    def pipe(self, text):
        self.p.stdin.write(text.encode())
        self.p.stdin.flush()

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


OUT = ("CREATE TABLE o (w TIMESTAMP(3), k STRING, n BIGINT) WITH ('connector' = 'filesystem',"
       " 'path' = '{}', 'format' = 'csv');"
       "CREATE TABLE seen (w TIMESTAMP(3), k STRING, n BIGINT) WITH ('connector' = 'print');")


class Resume(Case):
    """Into a file with checkpoints; what is printed beside it only tells how far the run is."""

    def setUp(self):
        super().setUp()
        os.mkdir(self.path("in"))

    add = Watch.add

    def start(self, parallelism, chunk_bytes=4096):
        sql = (TABLE.format(self.path("in"), WATCHED) + OUT.format(self.path("out.csv"))
               + f"EXECUTE STATEMENT SET BEGIN INSERT INTO o {WINDOWS};"
               f" INSERT INTO seen {WINDOWS}; END;")
        settings = {"execution.checkpointing.dir": self.path("ck"), "pipeline.name": "j",
                    "weir.checkpoint.every-epochs": "1", "weir.chunk-bytes": str(chunk_bytes),
                    "parallelism.default": str(parallelism), "weir.autoscale.every-epochs": "3"}
        args = [word for name, value in settings.items() for word in ("-s", f"{name}={value}")]
        self.p = subprocess.Popen([shell_case.WEIR, "--resume", *args, "-c", sql],
                                  stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE, env=ENV)
        self.addCleanup(self.p.communicate)
        self.addCleanup(self.p.kill)
        signal.alarm(LIMIT)
        self.addCleanup(signal.alarm, 0)

    def until(self, window):
        """Until a row of this window was printed."""
        for line in self.p.stdout:
            if window.encode() in line:
                return
        self.fail(self.p.stderr.read().decode())

    def end(self, number, code):
        self.p.send_signal(number)
        err = self.p.communicate(timeout=LIMIT)[1].decode()
        self.assertEqual((self.p.returncode, err if self.p.returncode not in (0, code) else ""),
                         (code, ""))
        return err

    def windows(self, *files):
        """The rows of all windows but the last."""
        count = collections.Counter((f"2024-01-01 00:{line[14:16]}:00.000", line.split(",")[1])
                                    for text in files for line in text.splitlines()[1:])
        last = max(window for window, _ in count)
        return sorted(f"{w},{k},{n}" for (w, k), n in count.items() if w < last)

    def check_output(self, *files):
        self.assertEqual(sorted(self.read(self.path("out.csv")).splitlines()), self.windows(*files))

    def test_after_a_stop(self):
        """What was found stays found: also a file that is gone, or has come again."""
        a, b = rows("00:01 x", "00:02 y"), rows("00:03 x", "01:01 y", "02:00 x")
        c, d = rows("02:10 y", "03:00 z"), rows("03:10 y", "04:00 z")
        self.add("in/a.csv", a)
        self.start(1)
        self.add("in/b.csv", b)
        self.until("00:01:00")
        self.end(signal.SIGTERM, 0)
        self.check_output(a, b)
        os.unlink(self.path("in/b.csv"))
        self.add("in/a.csv", rows("02:30 never", "09:00 never"))
        self.start(3)
        self.add("in/c.csv", c)
        self.until("00:02:00")
        self.end(signal.SIGTERM, 0)
        self.add("in/d.csv", d)
        self.add("in/b.csv", rows("02:30 never", "09:00 never"))
        self.start(2)
        self.until("00:03:00")
        self.end(signal.SIGTERM, 0)
        self.check_output(a, b, c, d)

    def test_killed_inside_files(self):
        """Killed again and again, at another parallelism each time, with files that come meanwhile:
        in the end every row counts once."""
        rng = random.Random(11)
        files = []
        for i in range(6):
            at = [(m, s) for m in range(8 * i, 8 * i + 8) for s in range(0, 60, 2)]
            files.append(rows(*[f"{m:02}:{s:02} k{rng.randrange(5)}" for m, s in at]))
        for i, text in enumerate(files):
            self.add(f"in/{rng.randrange(100)}-{i}.csv", text)
            self.start(("auto", 1, 3)[i % 3], chunk_bytes=500)
            self.until(f"00:{8 * i + 2 + rng.randrange(4):02}:00")
            self.end(signal.SIGKILL, -signal.SIGKILL)
        self.start("auto")
        self.until("00:46:00")
        self.assertIn("goes on from checkpoint", self.end(signal.SIGTERM, 0))
        self.check_output(*files)

    def test_a_file_that_was_being_read_is_taken_away(self):
        for change, words in ((os.unlink, "was taken away since checkpoint"),
                              (lambda path: self.add("in/a.csv", rows("00:01 x")),
                               "was replaced since checkpoint")):
            with self.subTest(words=words):
                self.add("in/a.csv", rows(*[f"{m:02}:{s:02} k" for m in range(50) for s in range(60)]))
                self.start(1, chunk_bytes=100)
                self.until("00:01:00")
                self.end(signal.SIGKILL, -signal.SIGKILL)
                change(self.path("in/a.csv"))
                self.start(1)
                out, err = self.p.communicate(timeout=LIMIT)
                self.assertEqual((out, self.p.returncode), (b"", 1))
                self.assertIn(words, err.decode())
                shutil.rmtree(self.path("ck"))
                os.unlink(self.path("out.csv"))


if __name__ == "__main__":
    shell_case.main()
