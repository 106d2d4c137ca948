#!/usr/bin/env python3
"""Blueprints made at random: does native code compute what the interpreter does, bit by bit?

usage: fuzz.py HERMESC WORKDIR [--count N] [--first SEED] [--every K] [--shrink N] [--jobs N]
               [--ledger]

Each blueprint (made.py) must be accepted by the compiler, and is run by both evaluators in one
process, many at a time (hold.c): with several data sets (made_data.py), by default, with decisions
and inputs at random, through its expects, and over a few draws. One batch in K is compiled with the flags of the
product, the others without optimisation, which is three times faster. By default the seeds follow
from the commit: the same tree tries the same ones, the next commit others. A blueprint that fails
stays in WORKDIR/failed; the first N are shrunk (shrink.py). A seed makes its blueprint again:
`fuzz.py HERMESC WORKDIR --count 1 --first SEED --every 1`.

--ledger is for long runs: it goes on behind the last seed in ledger.csv, and adds a line there at
the end. So 5,000 more are
  nice -n 19 python3 tests/agree/fuzz.py build/hermesc build/fuzz --count 5000 --ledger
"""
import argparse
import concurrent.futures
import csv
import datetime
import os
import pathlib
import re
import shutil
import subprocess
import sys

import made
import made_data
import shrink

HERE = pathlib.Path(__file__).resolve().parent
LEDGER = HERE / "ledger.csv"
LEDGER_HEAD = ["date", "commit", "first seed", "last seed", "blueprints",
               "with the product's flags", "numbers compared",
               "valid candidates", "invalid candidates", "sweeps of expects", "failed asserts",
               "data sets refused", "mismatches"]
BATCH = 40
BATCH_SECONDS, SINGLE_SECONDS = 600, 120
QUICK = ["-O0"]
SEEDS_OF_COMMITS = 10**9  # begin here; those of the ledger's long runs lie below
COUNTS = 8  # in hold's line `=`: numbers, valid, invalid, sweeps, failed asserts, refused, windows, problems


# A blueprint may come out beyond a limit of the language: more index variables in one definition than there may be, a
# power of a unit that no dimension holds; or with a parameter that no distribution has. The compiler is right to refuse
# it; it counts neither as one nor as a failure.
LIMITS = re.compile(r"! \w+: rejected: HB(0012|0410|0527):")


class Blueprint:
    def __init__(self, seed, work):
        maker = made.Maker(seed)
        self.seed, self.name = seed, f"made_{seed}"
        self.text = maker.blueprint()
        self.data = [work / "data" / str(n) for n in maker.data_sets()]


class Tally:
    def __init__(self):
        self.blueprints, self.optimised = 0, 0
        self.counts, self.failures, self.beyond = [0] * COUNTS, [], 0

    def add(self, other):
        self.blueprints += other.blueprints
        self.optimised += other.optimised
        self.counts = [a + b for a, b in zip(self.counts, other.counts)]
        self.failures += other.failures
        self.beyond += other.beyond


class Holder:
    """Runs hold over blueprints, in directories of its own."""

    def __init__(self, hermesc, work):
        self.program, self.work = hermesc.parent / "tests" / "hold", work
        self.shrinks = 0  # that may still be made

    def run(self, directory, blueprints, flags):
        """What hold says of them: None where it did not come to its end, and what it said last."""
        shutil.rmtree(directory, ignore_errors=True)
        directory.mkdir(parents=True)
        jobs = []
        for b in blueprints:
            path = directory / f"{b.name}.hbp"
            path.write_text(b.text)
            jobs.append(" ".join(map(str, [b.name, path, b.seed, *b.data])) + "\n")
        (directory / "jobs").write_text("".join(jobs))
        seconds = SINGLE_SECONDS if len(blueprints) == 1 else BATCH_SECONDS
        try:
            done = subprocess.run([self.program, directory, directory / "jobs", *flags],
                                  capture_output=True, text=True, timeout=seconds, check=False)
        except subprocess.TimeoutExpired:
            return None, f"takes more than {seconds} s"
        finally:
            shutil.rmtree(directory, ignore_errors=True)
        if done.returncode:
            return None, f"exit code {done.returncode}: {done.stderr[-1500:]}"
        return done.stdout.splitlines(), ""

    def hold(self, directory, blueprints, flags):
        """The tally of a batch; where it dies, its halves are looked at by themselves."""
        lines, died = self.run(directory, blueprints, flags)
        tally = Tally()
        if lines is not None:
            tally.blueprints = len(blueprints)
            for line in lines:
                if line.startswith("="):
                    numbers = [int(word) for word in line.split()[2:]]
                    tally.counts = [a + b for a, b in zip(tally.counts, numbers)]
            for b in blueprints:
                said = [l for l in lines if l.startswith(f"! {b.name}")]
                if said and all(map(LIMITS.match, said)):
                    tally.blueprints -= 1
                    tally.beyond += 1
                elif said:
                    tally.failures.append((b, said))
        elif len(blueprints) == 1:
            tally.blueprints = 1
            tally.failures.append((blueprints[0], [f"! {blueprints[0].name}: {died}"]))
        else:
            middle = len(blueprints) // 2
            for half in (blueprints[:middle], blueprints[middle:]):
                tally.add(self.hold(directory, half, flags))
        return tally

    def kind_of_failure(self, blueprint, flags):
        """"" where it is well; what stays the same while a blueprint is shrunk."""
        directory = self.work / f"shrink{blueprint.seed}"
        failures = self.hold(directory, [blueprint], flags).failures
        if not failures:
            return ""
        said = failures[0][1][0]
        return said.split(": ")[2] if ": rejected: " in said else \
            "dies" if ": exit code" in said or ": takes" in said else "differs"


def keep(holder, blueprint, said, flags):
    """Writes it down as it is and as small as it gets."""
    directory = holder.work / "failed"
    directory.mkdir(exist_ok=True)
    (directory / f"{blueprint.name}.hbp").write_text(blueprint.text)
    kind = holder.kind_of_failure(blueprint, flags) if holder.shrinks > 0 else ""
    holder.shrinks -= 1

    def fails(text):
        blueprint.text = text
        return holder.kind_of_failure(blueprint, flags) == kind

    small = directory / f"{blueprint.name}.small.hbp"
    small.write_text(shrink.shrink(blueprint.text, fails) if kind else blueprint.text)
    print(f"FAIL seed {blueprint.seed}, with {' '.join(str(d) for d in blueprint.data)}")
    print("\n".join("     " + line for line in said[:6]))
    print(small.read_text() if kind else f"     see {small}", flush=True)


def run_batches(holder, arguments):
    """Yields the tallies of batches, as they come."""
    seeds = range(arguments.first, arguments.first + arguments.count)
    batches = [seeds[i:i + BATCH] for i in range(0, len(seeds), BATCH)]

    def one(number):
        flags = QUICK if number % arguments.every else []
        blueprints = [Blueprint(seed, holder.work) for seed in batches[number]]
        tally = holder.hold(holder.work / f"batch{number}", blueprints, flags)
        tally.optimised = 0 if flags else tally.blueprints
        for blueprint, said in tally.failures:
            keep(holder, blueprint, said, flags)
        return tally

    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        yield from pool.map(one, range(len(batches)))


# ---- seeds and the ledger -----------------------------------------------------------------------


def git(*words):
    if not shutil.which("git"):
        return ""  # a machine may have none
    done = subprocess.run(["git", "-C", HERE, *words], capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else ""


def seed_of_commit():
    """The first one where there is no repository."""
    commit = git("rev-parse", "HEAD")
    return SEEDS_OF_COMMITS + int(commit[:6] or "0", 16) * 1000


def seed_behind_ledger():
    if not LEDGER.exists():
        return 1
    with LEDGER.open(newline="") as file:
        last = [int(row["last seed"]) for row in csv.DictReader(file)]
    return max([seed for seed in last if seed < SEEDS_OF_COMMITS], default=0) + 1


def write_ledger(arguments, tally):
    is_new = not LEDGER.exists()
    changed = bool(git("status", "--porcelain", "--untracked-files=no", ":!ledger.csv"))
    commit = git("rev-parse", "--short=10", "HEAD") + "+" * changed
    with LEDGER.open("a", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        if is_new:
            writer.writerow(LEDGER_HEAD)
        writer.writerow([datetime.date.today(), commit, arguments.first,
                         arguments.first + arguments.count - 1, tally.blueprints,
                         tally.optimised, *tally.counts[:-2], len(tally.failures)])


def read_arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("hermesc", type=lambda p: pathlib.Path(p).resolve())
    parser.add_argument("work", type=lambda p: pathlib.Path(p).resolve())
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--first", type=int)
    parser.add_argument("--every", type=int, default=10)
    parser.add_argument("--shrink", type=int, default=3)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--ledger", action="store_true")
    arguments = parser.parse_args()
    if arguments.first is None:
        arguments.first = seed_behind_ledger() if arguments.ledger else seed_of_commit()
    arguments.jobs = arguments.jobs or os.cpu_count()
    return arguments


def main():
    arguments = read_arguments()
    arguments.work.mkdir(parents=True, exist_ok=True)
    made_data.write_all(arguments.work / "data")
    holder, total = Holder(arguments.hermesc, arguments.work), Tally()
    holder.shrinks = arguments.shrink
    for tally in run_batches(holder, arguments):
        total.add(tally)
    if arguments.ledger:
        write_ledger(arguments, total)
    numbers, valid, invalid, sweeps, failed, refused, windows, _ = total.counts
    print(f"{total.blueprints} blueprints from seed {arguments.first}, {total.optimised} of them "
          f"with the product's flags: {valid} valid and {invalid} "
          f"invalid candidates, {sweeps} sweeps of expects with {failed} failed asserts, "
          f"{refused} data sets too large, {windows} twins that keep windows, {numbers} numbers compared")
    print(f"{len(total.failures)} blueprints differ or are refused, {total.beyond} are beyond a limit of the language")
    sys.exit(1 if total.failures or not numbers else 0)


if __name__ == "__main__":
    main()
