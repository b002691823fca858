"""durable.py -- what the drivers with checkpoints share: a job that is resumed until its output is complete."""
import re

import sweep
from jobs import Wrong, difference

DIR = "cp"
CHECKPOINTS = ["-s", f"execution.checkpointing.dir={DIR}", "-s", "weir.checkpoint.every-epochs=1", "--resume"]
KILLED = -9
LATE = re.compile(r"^([\d,]+) late rows? dropped", re.MULTILINE)


class Durable(sweep.Sweep):
    def __init__(self, chosen, prefix, chunk_bytes):
        super().__init__(chosen, prefix)
        self.chunk_bytes = chunk_bytes
        self.faults_met = 0  # runs that were really disturbed

    resume = CHECKPOINTS

    def needs_faults(self, least):
        """A test that disturbs nothing shows nothing."""
        if self.faults_met < least:
            self.failures.append(f"only {self.faults_met} runs were disturbed")

    def place_of(self, job):
        return self.place(job, self.chunk_bytes)

    def expect(self, job):
        """What the job gives without checkpoints, told once."""
        place = self.place_of(job).fresh()
        done = place.run()
        if done.returncode != 0:
            raise Wrong(f"{job} does not run: {done.stderr}")
        job.expected = place.output()
        job.late = LATE.findall(done.stderr)
        return place

    def points(self, job, parallelism=1):
        """The calls of an undisturbed run with checkpoints."""
        place = self.place_of(job).fresh()
        points = place.points(*CHECKPOINTS, parallelism=parallelism)
        self.check(job, place, "undisturbed, with checkpoints")
        return points

    def disturbed(self, place, faults, parallelism=1):
        """One run with faults: a status of 0 must mean that all is there."""
        done = place.run(*CHECKPOINTS, faults=faults, parallelism=parallelism)
        words = f"{faults} status {done.returncode} {done.stderr.strip()}"
        if done.returncode == 0:
            self.check(place.job, place, words)
        elif done.returncode not in (KILLED, 1):
            raise Wrong(f"ended in a way that is not one of weir's: {words}")
        with self.lock:
            self.faults_met += done.returncode != 0
        return words

    def finish_job(self, place, words="", parallelism=1):
        """Resume without faults; the output must be complete and a further run must find nothing to do."""
        done = place.run(*CHECKPOINTS, parallelism=parallelism)
        words = f"{words}; resumed with {parallelism}: {done.stderr.strip()}"
        if done.returncode != 0:
            raise Wrong(f"status {done.returncode} without faults; {words}")
        self.check(place.job, place, words)
        late = LATE.findall(done.stderr)
        if late and late != place.job.late:
            raise Wrong(f"late rows: {late} instead of {place.job.late}; {words}")
        again = place.run(*CHECKPOINTS, parallelism=parallelism)
        if again.returncode != 0 or place.output() != place.job.expected:
            raise Wrong(f"a finished job ran again: status {again.returncode} {again.stderr}; {words}")

    @staticmethod
    def check(job, place, words):
        got = place.output()
        if got != job.expected:
            raise Wrong(f"{job}: {difference(got, job.expected)}\n{words}\nin {place.work}")
