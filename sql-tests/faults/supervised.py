#!/usr/bin/env python3
"""supervised.py -- restart-strategy: a job whose process dies is started again, and its output is complete.

    supervised.py WEIR-FAULTS [--long] [--seed N]

Worker processes are killed and refused at many points, up to three times in a job; the delay is 0.  Then the
edges: strategies that give up, errors that would come again, signals to the session, a session that is killed.
"""
import re
import signal
import subprocess
import sys

sys.dont_write_bytecode = True  # the source tree stays clean
import sweep
from durable import CHECKPOINTS, Durable
from jobs import TIMEOUT_S, Job, Wrong, difference

ROWS, CHUNK = 1000, 8192
START = [c for c in CHECKPOINTS if c != "--resume"]
FIXED = ["-s", "restart-strategy.type=fixed-delay", "-s", "restart-strategy.fixed-delay.attempts=3",
         "-s", "restart-strategy.fixed-delay.delay=0 s"]
STRATEGIES = [
    FIXED,
    ["-s", "restart-strategy.type=exponential-delay", "-s", "restart-strategy.exponential-delay.initial-backoff=0 s"],
    ["-s", "restart-strategy.type=failure-rate", "-s", "restart-strategy.failure-rate.delay=0 s",
     "-s", "restart-strategy.failure-rate.max-failures-per-interval=3"],
]
RESTARTED = re.compile(r"^(.*); restarting from (the beginning|checkpoint \d+) in 0 s \(attempt \d+( of 3)?\)$",
                       re.MULTILINE)
ENDLESS = ("CREATE TABLE g (n BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '1000');"
           "CREATE TABLE p (n BIGINT) WITH ('connector' = 'print');INSERT INTO p SELECT n FROM g;")


class Supervised(Durable):
    def killed(self, job, points, strategy, workers):
        place = self.place_of(job).fresh()
        faults = ["--kill-at", ",".join(map(str, points))]
        done = place.run(*START, *STRATEGIES[strategy], faults=faults, parallelism=workers)
        told = RESTARTED.findall(done.stderr)
        if done.returncode != 0 or place.output() != job.expected:
            raise Wrong(f"status {done.returncode} {done.stderr} {difference(place.output(), job.expected)}")
        if any(words != "worker process died: signal 9 (SIGKILL)" for words, _, _ in told):
            raise Wrong(f"why did it die? {done.stderr}")
        with self.lock:
            self.faults_met += len(told)

    def refused(self, job, point, error):
        """A call that fails once is overcome; one that fails for ever is told, and resumed later."""
        place = self.place_of(job).fresh()
        done = place.run(*START, *FIXED, faults=["--fail-at", f"{point}={error}"])
        if done.returncode == 0:
            self.check(job, place, done.stderr)
        done = place.fresh().run(*START, *FIXED, faults=["--fail-at", f"{point}={error}", "--for-ever"])
        if done.returncode == 0:
            self.check(job, place, done.stderr)
        else:
            self.finish_job(place, done.stderr)

    def gives_up(self, job):
        place = self.place_of(job).fresh()
        done = place.run(*START, *FIXED, faults=["--kill-at", "3,4,5,6"])
        if done.returncode != 1 or len(RESTARTED.findall(done.stderr)) != 3 or "restarted 3 times" not in done.stderr:
            raise Wrong(f"four kills with three attempts: status {done.returncode} {done.stderr}")
        self.finish_job(place, done.stderr)

    def not_again(self, job, words):
        place = self.place_of(job).fresh()
        done = place.run(*START, *FIXED)
        if done.returncode != 1 or words not in done.stderr or "restarting" in done.stderr:
            raise Wrong(f"status {done.returncode} {done.stderr}")

    def endless(self, job, signals, status, words):
        """A job without end gets a signal through its session."""
        place = self.place_of(job).fresh()
        command = [*place.command(*START, *FIXED)[:-1], "-c", ENDLESS]
        with subprocess.Popen(command, cwd=place.work, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE) as session:
            session.stdout.readline()  # it runs
            session.send_signal(signals)
            # Both ends of the pipes are the worker's, too: this ends when it has.
            _, err = session.communicate(timeout=TIMEOUT_S)
        if session.returncode != status or words not in err.decode():
            raise Wrong(f"{signals}: status {session.returncode} {err.decode()}")


def main():
    chosen = sweep.options(__doc__)
    s = Supervised(chosen, "supervised", CHUNK)
    job = Job("tumble", ROWS, chosen.seed)
    s.expect(job)
    n = len(s.points(job))
    kills = [(job, (k, k + 1 + k % 7, k + 9 + k % 5)[:1 + k % 3], k % 3, 1 + k % 2) for k in range(1, n + 1)]
    s.all(s.killed, sweep.sample(kills, 40, chosen))
    failures = [(job, k, error) for k in range(1, n + 1) for error in ("ENOSPC", "EIO")]
    s.all(s.refused, sweep.sample(failures, 40, chosen))
    s.all(s.gives_up, [(job,)])
    wrong = Job("tumble", ROWS, chosen.seed, query="SELECT window_start, window_end, k, 1 / (v - v), v, v FROM lw")
    missing = Job("tumble", ROWS, chosen.seed)
    missing.script = missing.script.replace("'l.csv'", "'none.csv'")
    s.all(s.not_again, [(wrong, "division by zero"), (missing, "none.csv")])
    s.all(s.endless, [(job, signal.SIGTERM, 0, "stopped"), (job, signal.SIGINT, 0, "stopped"),
                      (job, signal.SIGKILL, -9, "")])
    s.needs_faults(20)
    s.finish()


if __name__ == "__main__":
    main()
