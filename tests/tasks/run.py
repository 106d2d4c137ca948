#!/usr/bin/env python3
"""Checks the tasks on which agents are measured, bench/tasks/.

    python3 tests/tasks/run.py HERMESC WORKDIR

Of each task: its networks are what generate.py writes, and truth.json is what truth.py computes; a
blueprint of ours, tests/bench/reference/NAME.hbp, gives the same within the tolerances; the words
name every quantity and its unit; no result hangs on a tie or on a threshold that is met exactly;
every quantity depends on the policy; and typical mistakes (wrong.py) fall outside of the tolerances.
Prints the largest deviations, then `N passed, N failed`; exit code 0 where nothing failed.
"""
import csv
import filecmp
import json
import math
import os
import random
import re
import shutil
import subprocess
import sys

from wrong import WRONG

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
TASKS = os.path.join(ROOT, "bench", "tasks")
REFERENCE = os.path.join(ROOT, "tests", "bench", "reference")
SECONDS = 600
MOST_BYTES = 300_000
LEAST_NETWORKS = 3
REPRODUCED = 1e-9  # relative: another libm may round otherwise
JITTER = 1e-7      # greatest relative change of a decimal fraction in the data
COPIES = 3         # of each network, with other changes

sys.path.insert(0, os.path.join(ROOT, "bench"))
from shared import decisions, every_case


class Failed(Exception):
    pass


def output(*command):
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS)
    except (OSError, subprocess.TimeoutExpired) as problem:
        raise Failed(str(problem))
    if done.returncode != 0:
        raise Failed(f"{' '.join(command)} exits {done.returncode}\n{done.stdout[-2000:]}{done.stderr[-4000:]}")
    return done.stdout


def files(directory):
    return sorted(os.path.relpath(os.path.join(at, name), directory)
                  for at, _, names in os.walk(directory) for name in names)


class Task:
    def __init__(self, name, hermesc, work):
        self.name, self.hermesc, self.work = name, hermesc, os.path.join(work, name)
        self.directory = os.path.join(TASKS, name)
        shutil.rmtree(self.work, ignore_errors=True)
        os.makedirs(self.work)
        self.about, self.truth = self.json("task.json"), self.json("truth.json")
        with open(os.path.join(self.directory, self.about["words"])) as file:
            self.words = file.read()
        self.cases = list(every_case(self.directory))
        self.quantities = self.program()

    def json(self, name):
        with open(os.path.join(self.directory, name)) as file:
            return json.load(file)

    def network(self, network):
        return os.path.join(self.directory, "networks", network)

    def program(self, right=None, wrong=None):
        """The function of truth.py; with one of its texts replaced, if one is named."""
        path = os.path.join(self.directory, "truth.py")
        with open(path) as file:
            source = file.read()
        if right is not None:
            if source.count(right) != 1:
                raise Failed(f"truth.py has {source.count(right)} times `{right}`")
            source = source.replace(right, wrong)
        scope = {"__name__": "truth", "__file__": path}
        exec(compile(source, path, "exec"), scope)
        return scope["quantities"]

    def outside(self, expected, actual):
        """Sentences about quantities of one evaluation that miss the tolerances."""
        found = []
        for quantity in self.about["quantities"]:
            name = quantity["name"]
            if not isinstance(actual.get(name), (int, float)):
                found.append(f"{name} is {actual.get(name)}")
                continue
            allowed = max(quantity["absolute"], quantity["relative"] * abs(expected[name]))
            if not abs(actual[name] - expected[name]) <= allowed:
                found.append(f"{name} is {actual[name]!r}, {expected[name]!r} in truth")
        return found


# ---- the checks: each one returns sentences about what is wrong

def check_files(task):
    """The committed networks are those of generate.py; they are alike in form, and small."""
    output(sys.executable, os.path.join(task.directory, "generate.py"), task.work)
    made, kept = os.path.join(task.work, "networks"), os.path.join(task.directory, "networks")
    if files(made) != files(kept):
        return [f"generate.py writes {files(made)}, kept are {files(kept)}"]
    found = [f"generate.py writes another {name}" for name in files(kept)
             if not filecmp.cmp(os.path.join(made, name), os.path.join(kept, name), shallow=False)]
    if sorted(os.listdir(kept)) != sorted(task.about["networks"]):
        found.append("task.json names other networks")
    if len(task.about["networks"]) < LEAST_NETWORKS:
        found.append("too few networks")
    headers = set()
    for network in task.about["networks"]:
        tables = [name for name in files(task.network(network)) if name.endswith(".csv")]
        headers.add(tuple((name, open(os.path.join(task.network(network), name)).readline()) for name in tables))
    if len(headers) != 1:
        found.append(f"tables and columns differ between networks: {headers}")
    size = sum(os.path.getsize(os.path.join(task.directory, name)) for name in files(task.directory))
    return found + ([f"{size} bytes are too many"] if size > MOST_BYTES else [])


def check_words(task):
    """The words name each quantity with its unit, each table, column and decision."""
    found = [f"task.md has no line \"- `{quantity['name']}`, in {quantity['unit']}: ...\""
             for quantity in task.about["quantities"]
             if not re.search(rf"^- `{quantity['name']}`, in {re.escape(quantity['unit'])}( \(.*\))?: ", task.words, re.M)]
    names = set()
    for network in task.about["networks"]:
        for name in os.listdir(task.network(network)):
            path = os.path.join(task.network(network), name)
            if name.endswith(".csv"):
                with open(path) as file:
                    names.update([name, *file.readline().strip().split(",")])
            else:
                names.update(decisions(path))
    return found + [f"task.md does not mention `{name}`" for name in sorted(names)
                    if not re.search(rf"`{re.escape(name)}[`\[]", task.words)]


def check_truth(task):
    """truth.json is what truth.py computes, case by case."""
    found, program = [], os.path.join(task.directory, "truth.py")
    for network, name, policy in task.cases:
        computed = json.loads(output(sys.executable, program, task.network(network), policy))
        kept = task.truth.get(network, {}).get(name, {})
        if list(computed) != list(kept) or list(kept) != [q["name"] for q in task.about["quantities"]]:
            found.append(f"{network} {name}: other quantities")
        elif not all(math.isclose(kept[k], computed[k], rel_tol=REPRODUCED, abs_tol=1e-12) for k in kept):
            found.append(f"{network} {name}: {computed}")
    if sum(len(at) for at in task.truth.values()) != len(task.cases):
        found.append("truth.json has other cases")
    return found


def check_policy(task):
    """Each quantity differs between policies, beyond its tolerance, on some network."""
    moved = set()
    for at in task.truth.values():
        first, *others = at.values()
        for other in others:
            moved.update(line.split()[0] for line in task.outside(first, other))
    return [f"no policy changes {q['name']}" for q in task.about["quantities"] if q["name"] not in moved]


def jittered(source, target, rng):
    """A copy of a network in which every decimal fraction is a little different."""
    shutil.copytree(source, target)
    for name in os.listdir(target):
        path = os.path.join(target, name)
        if not name.endswith(".csv"):
            continue
        with open(path, newline="") as file:
            lines = list(csv.reader(file))
        for line in lines:
            line[:] = [repr(float(field) * (1 + rng.uniform(-JITTER, JITTER)))
                       if re.fullmatch(r"-?\d+\.\d+", field) else field for field in line]
        with open(path, "w", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows(lines)


def check_margins(task):
    """What rounding may change does not change a result: no ties, no threshold met exactly."""
    found, rng = [], random.Random("margins")
    for network, copy in ((network, number) for network in task.about["networks"] for number in range(COPIES)):
        data = os.path.join(task.work, f"{network}_{copy}")
        jittered(task.network(network), data, rng)
        for at, name, policy in task.cases:
            if at == network:
                actual = task.quantities(data, decisions(policy))
                found += [f"{network} {name}: {line}" for line in task.outside(task.truth[network][name], actual)]
    return found


def check_reference(task):
    """Our blueprint agrees with truth; the largest deviation is printed."""
    twin, worst = os.path.join(task.work, "ndt"), (0.0, "none")
    output(task.hermesc, os.path.join(REFERENCE, task.name + ".hbp"), "-o", twin)
    units, found = {q["name"]: q["unit"] for q in task.about["quantities"]}, []
    for network, name, policy in task.cases:
        decided = [] if policy == "-" else ["--policy", policy]
        run = json.loads(output(twin, "run", "--data", task.network(network), *decided, "--format", "json", "--quiet"))
        expected = task.truth[network][name]
        if {k: v["unit"] for k, v in run["kpis"].items()} != units:
            found.append("the blueprint has other KPIs or units")
        actual = {k: v["value"] for k, v in run["kpis"].items()}
        found += [f"{network} {name}: {line}" for line in task.outside(expected, actual)]
        for k in expected:
            deviation = abs(actual[k] - expected[k]) / max(abs(expected[k]), 1e-9)
            worst = max(worst, (deviation, f"{k} on {network}, {name}"))
    print(f"{task.name}: the reference deviates by at most {worst[0]:.1e}, relative ({worst[1]})")
    return found


def check_mistakes(task):
    """Each mistake is told from truth on some network."""
    found = []
    for what, right, wrong in WRONG[task.name]:
        mistaken = task.program(right, wrong)
        try:
            told = any(task.outside(task.truth[network][name], mistaken(task.network(network), decisions(policy)))
                       for network, name, policy in task.cases)
        except (ArithmeticError, LookupError, TypeError, ValueError, NameError) as problem:
            raise Failed(f"{what}: the replaced truth.py fails: {problem!r}")
        if not told:
            found.append(f"passes for right: {what}")
    print(f"{task.name}: {len(WRONG[task.name]) - len(found)} of {len(WRONG[task.name])} mistakes are told apart")
    return found


CHECKS = [check_files, check_words, check_truth, check_policy, check_margins, check_reference, check_mistakes]


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    hermesc, work = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
    passed = failed = 0
    for name in sorted(os.listdir(TASKS)):
        task = Task(name, hermesc, work)
        for check in CHECKS:
            try:
                problems = check(task)
            except Failed as problem:
                problems = [str(problem)]
            if problems:
                failed += 1
                print(f"FAILED {name}: {check.__doc__}", *problems, sep="\n  ")
            else:
                passed += 1
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
