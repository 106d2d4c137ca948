#!/usr/bin/env python3
"""Does the native twin say what the interpreter says? And is it true?

usage: run.py HERMESC [WORKDIR [NAME...]]

Every blueprint beside this file, and in examples/ with data, is built and run by both evaluators: as it is,
with the cases that it names, and with decisions drawn at random (always the same ones). All that
comes out must agree: KPIs, every array, traces, verdicts, rankings, exit codes and reasons.
Decisions and texts must be the same; numbers may differ by 1e-12 relative, of logarithms by that of
the linear value. How many differ in any bit is told at the end.

A blueprint may say in comments of its own what it is tried with, and what must come out:
  #> --set x=3                                one more run
  #> --set x=0 => invalid: kpi `a` is ...     which must come to this, word for word
  #> test --set x=3 => fails 31 33            lines of the asserts that must fail; none: `holds`
  #> {"x": 3}                                 a candidate for `rank`
  #> rank => 2 1 3                            the order that must come out
  #= total = sum(u.demand for u in ue)        Python (truth.py) that computes values on its own
Its data stand in data/NAME, in what generate.py makes as NAME, or else in data/common.
"""
import concurrent.futures
import json
import math
import os
import pathlib
import random
import re
import shlex
import subprocess
import sys
import tempfile

import generate
import truth

HERE = pathlib.Path(__file__).resolve().parent
EXAMPLES = HERE.parents[1] / "examples"
RANDOM_RUNS, RANDOM_CANDIDATES = 6, 24  # of a blueprint here; the examples are large
EXAMPLE_RUNS, EXAMPLE_CANDIDATES, EXAMPLE_ROWS = 1, 3, ["--rows", "4"]
EXAMPLE_DRAWS = ["--draws", "2"]
SECONDS = 300  # for one answer: with sanitizers, the interpreter takes its time
RELATIVE, DECIBELS = 1e-12, 4.342944819032518e-12
NUMBER = re.compile(r": -?[0-9]")


# ---- comparing ----------------------------------------------------------------------------------


class Tally:
    """What was compared, and what was found."""

    def __init__(self):
        self.passed, self.failures = 0, []
        self.valid, self.invalid, self.truths = 0, 0, 0
        self.numbers, self.unlike = 0, 0

    def add(self, other):
        for key, value in vars(other).items():
            setattr(self, key, getattr(self, key) + value)

    def check(self, what, problems):
        if problems:
            self.failures.append((what, problems))
        else:
            self.passed += 1


def close(a, b, unit, scale=0.0):
    """Within the tolerance that docs/language.md grants values."""
    if unit.startswith(("dB", "Np")):
        return abs(a - b) <= DECIBELS
    return abs(a - b) <= RELATIVE * max(abs(a), abs(b), scale)


def scale_of(node, key):
    """A margin is a difference: what it is a difference of says how exact it can be."""
    if key == "margin":
        return max((abs(node[side]) for side in ("left", "right")
                    if isinstance(node.get(side), float)), default=0.0)
    return 0.0


def number_differs(a, b, unit, tally, scale):
    tally.numbers += 1
    if a == b:
        return False
    tally.unlike += 1
    return not close(a, b, unit, scale)


def differences(a, b, tally, where="", unit="", scale=0.0):
    """Lines that say where two JSON values differ."""
    if isinstance(a, dict) and isinstance(b, dict):
        if list(a) != list(b):
            return [f"{where}: members {list(a)} and {list(b)}"]
        unit = a.get("unit") or unit
        return [line for key in a for line in
                differences(a[key], b[key], tally, f"{where}.{key}", unit, scale_of(a, key))]
    if isinstance(a, list) and isinstance(b, list) and len(a) == len(b):
        return [line for i in range(len(a)) for line in
                differences(a[i], b[i], tally, f"{where}[{i}]", unit)]
    if isinstance(a, float) and isinstance(b, float):
        return [f"{where}: {a!r} and {b!r}"] if number_differs(a, b, unit, tally, scale) else []
    return [] if type(a) is type(b) and a == b else [f"{where}: {a!r} and {b!r}"]


# ---- programs -----------------------------------------------------------------------------------


class Answer:
    """What one evaluator printed."""

    def __init__(self, words):
        done = subprocess.run([str(w) for w in words], capture_output=True, text=True, timeout=SECONDS)
        self.code, self.out, self.errors = done.returncode, done.stdout, done.stderr

    def document(self):
        """The JSON printed, all numbers as floats; None where it is none."""
        try:
            document = json.loads(self.out, parse_int=float)
        except ValueError:
            return None
        document.pop("provenance", None)
        return document


class Both:
    """The two evaluators of one blueprint."""

    def __init__(self, hermesc, blueprint, twin):
        built = Answer([hermesc, blueprint, "-o", twin])
        if built.code:
            raise RuntimeError(built.errors)
        self.native, self.interpreted = [twin], [hermesc, "interpret", blueprint]

    def answers(self, words):
        return Answer(self.native + words), Answer(self.interpreted + words)


def anonymous(text, both):
    """Messages may name the program that says them."""
    for program in (str(both.native[0]), pathlib.Path(both.native[0]).name):
        text = text.replace(program, "TWIN")
    return text.replace("hermesc interpret " + str(both.interpreted[2]), "TWIN")


# ---- one blueprint ------------------------------------------------------------------------------


class Subject:
    def __init__(self, blueprint, data, work, hermesc):
        self.blueprint, self.data, self.work = blueprint, data, work
        self.name = blueprint.stem
        is_example = EXAMPLES in blueprint.parents
        self.random_runs = EXAMPLE_RUNS if is_example else RANDOM_RUNS
        self.random_candidates = EXAMPLE_CANDIDATES if is_example else RANDOM_CANDIDATES
        self.rows = EXAMPLE_ROWS if is_example else []
        self.draws = EXAMPLE_DRAWS if is_example else []
        self.tally = Tally()
        self.orders, self.candidates, self.script = [], [], []
        self.read_comments()
        self.both = Both(hermesc, blueprint, work / self.name)
        self.info = None

    # ---- what the blueprint asks for

    def read_comments(self):
        for number, line in enumerate(self.blueprint.read_text().splitlines(), 1):
            if line.startswith("#>"):
                self.read_order(line[2:].strip())
            elif line.startswith("#="):
                self.script.append((number, line[2:].removeprefix(" ")))

    def read_order(self, text):
        if text.startswith("{"):
            self.candidates.append(text)
            return
        words, _, wanted = text.partition("=>")
        words = shlex.split(words)
        command = words.pop(0) if words and words[0] in ("test", "rank") else "run"
        self.orders.append((command, words, wanted.strip()))

    # ---- asking both

    def ask(self, what, words):
        """Both answers to one command; None where they differ."""
        a, b = self.both.answers(words)
        x = a.document()
        y = x if a.out == b.out else b.document()
        problems = []
        for program, answer in (("native", a), ("interpreted", b)):
            if answer.code < 0 or answer.code > 2 or "runtime error" in answer.errors:
                problems.append(f"{program} twin died, code {answer.code}: {answer.errors[-2000:]}")
        if a.code != b.code:
            problems.append(f"exit codes {a.code} and {b.code}: {a.errors} {b.errors}")
        if anonymous(a.errors, self.both) != anonymous(b.errors, self.both):
            problems.append(f"messages {a.errors!r} and {b.errors!r}")
        if a.out == b.out:
            self.tally.numbers += len(NUMBER.findall(a.out))
        elif x is None or y is None:
            if a.out != b.out:
                problems.append(f"outputs {a.out[:500]!r} and {b.out[:500]!r}")
        else:
            problems += differences(x, y, self.tally)
        self.tally.check(f"{self.name}: {what}", problems)
        return None if problems else (a, x)

    def ask_info(self):
        """Slots that lowering adds, and the work that it saves, are the native twin's alone."""
        words = ["info", "--json"]
        descriptions = []
        for answer in self.both.answers(words):
            document = answer.document()
            if document is None:
                raise RuntimeError(answer.errors or answer.out)
            document.pop("work")
            document["slots"] = [s for s in document["slots"] if s["role"] != "hidden"]
            descriptions.append(document)
        self.tally.check(f"{self.name}: info", differences(*descriptions, Tally()))
        self.info = descriptions[0]
        if not self.info["draws"]:
            self.draws = []

    # ---- runs

    def shown_names(self):
        wanted = ("out", "let", "policy", "input")
        return list(dict.fromkeys(s["name"] for s in self.info["slots"] if s["role"] in wanted))

    def run(self, what, words, wanted=""):
        names = self.shown_names()
        show = ["--show", ",".join(names)] if names else []
        base = ["run", "--data", self.data, *self.draws, *words]
        found = self.ask(f"run {what}", base + ["--format", "json", *show])
        if not found:
            return
        answer, document = found
        if document is None:
            self.tally.check(f"{self.name}: {what}: {wanted or 'a result'}",
                             [] if wanted and wanted in answer.errors else [answer.errors])
            return
        invalid = document.get("invalid")
        self.tally.valid += not invalid
        self.tally.invalid += bool(invalid)
        if wanted:
            found = f"invalid: {invalid}" if invalid else "valid"
            self.tally.check(f"{self.name}: {what} comes to what is asked for",
                             [] if found == wanted else [f"{found!r}, not {wanted!r}"])
        elif invalid and not what.startswith("random"):
            self.tally.check(f"{self.name}: {what} is valid", [invalid])
        if not invalid:
            self.compare_infinite(what, base, document)
            self.compare_with_truth(what, document)

    def compare_infinite(self, what, base, document):
        """JSON has one null for NaN and both infinities; CSV spells them."""
        for name, array in document.get("arrays", {}).items():
            if not what.startswith("random") and "null" in json.dumps(array["values"]):
                self.ask(f"run {what}, {name} as CSV", base + ["--format", "csv", "--show", name])

    def compare_with_truth(self, what, document):
        if not self.script:
            return
        checked, problems = truth.check(self.script, self.info, self.data, document)
        self.tally.truths += checked
        self.tally.check(f"{self.name}: truth of {what}", problems)

    # ---- decisions at random

    def random_value(self, rng, slot):
        if slot["kind"] == "bool":
            return rng.random() < 0.5
        if slot["kind"] == "enum":
            return rng.choice(slot["labels"])
        if slot["kind"] == "ref":
            return rng.choice(self.keys(slot["refers"]))
        domain = slot["domain"]
        if not domain:
            return round(rng.uniform(-2, 12), 1)
        if "values" in domain:
            return rng.choice(domain["values"])
        low = domain["low"] if domain["low"] is not None else -50.0
        high = domain["high"] if domain["high"] is not None else low + 100.0
        step = domain["step"] or (1.0 if slot["integer"] else 0.0)
        if not step:
            return low + (high - low) * round(rng.random(), 3) * (0.999 if domain["open"] else 1)
        count = int((high - low) / step + 1e-9)
        value = low + step * rng.randint(0, count)
        return low if domain["open"] and value >= high else value

    def keys(self, table):
        if self.info["tables"][int(table)]["made"]:
            return self.made_keys(self.info["tables"][int(table)])
        return truth.keys_of(self.info, int(table), self.data)

    def made_keys(self, table):
        """The twin alone knows them."""
        column = table["name"] + "." + self.info["slots"][int(table["columns"][0])]["name"]
        words = ["run", "--data", self.data, *self.draws, "--format", "json", "--show", column]
        return list(Answer(self.both.native + words).document()["arrays"][column]["values"])

    def random_elements(self, rng, slot, axes):
        if not axes:
            return self.random_value(rng, slot)
        chosen = [k for k in self.keys(axes[0]) if rng.random() < 0.6]
        return {k: self.random_elements(rng, slot, axes[1:]) for k in chosen}

    def random_policy(self, rng):
        slots = [self.info["slots"][int(i)] for i in self.info["policies"]]
        return {s["name"]: self.random_elements(rng, s, s["index"])
                for s in slots if rng.random() < 0.8}

    # ---- the commands

    def run_all(self):
        self.run("by default", [], next((w for c, words, w in self.orders
                                         if c == "run" and not words), ""))
        for command, words, wanted in self.orders:
            if command == "run" and words:
                self.run(shlex.join(words), words, wanted)
        rng = random.Random(self.name)
        for i in range(self.random_runs if self.info["policies"] else 0):
            path = self.work / f"{self.name}.{i}.json"
            path.write_text(json.dumps(self.random_policy(rng)))
            self.run(f"random {i}", ["--policy", path])
        beside = self.blueprint.parent / "policy.json"
        if beside.exists():
            self.run("policy.json", ["--policy", beside])

    def failed_lines(self, document):
        return sorted({int(a["line"]) for e in document["expects"] for a in e["asserts"]
                       if a["failed"]} | {int(e["line"]) for e in document["expects"]
                                          if "invalid" in e})

    def test(self, words, wanted):
        what = shlex.join(["test", *map(str, words)])
        found = self.ask(what, ["test", "--data", self.data, "--format", "json", *words])
        if not found or found[1] is None:
            return
        failed = self.failed_lines(found[1])
        if wanted and wanted != "any":
            lines = [] if wanted == "holds" else sorted(map(int, wanted.split()[1:]))
            self.tally.check(f"{self.name}: {what}: {wanted}",
                             [] if failed == lines else [f"fails at lines {failed}"])

    def test_all(self):
        orders = [(words, wanted) for c, words, wanted in self.orders if c == "test"]
        if not any(not words for words, _ in orders):
            orders.insert(0, (self.rows, "holds"))
        for words, wanted in orders:
            self.test(words, wanted)
        varied = self.random_runs // 3 if self.info["policies"] and self.info["expects"] else 0
        for i in range(varied):
            self.test(["--policy", self.work / f"{self.name}.{i}.json", "--rows", "20"], "any")

    def rank(self):
        if not self.info["goal"]:
            return
        rng = random.Random(self.name + " rank")
        lines = self.candidates or [json.dumps(self.random_policy(rng))
                                    for _ in range(self.random_candidates)]
        path = self.work / f"{self.name}.jsonl"
        path.write_text("".join(line + "\n" for line in lines))
        orders = [o for o in self.orders if o[0] == "rank"] or [("rank", [], "")]
        for _, words, wanted in orders:
            command = ["rank", "--data", self.data, path, "--format", "json", *self.draws, *words]
            found = self.ask(shlex.join(["rank", *words]), command)
            if wanted and found:
                order = " ".join(str(int(c["candidate"])) for c in found[1]["ranking"])
                self.tally.check(f"{self.name}: rank => {wanted}",
                                 [] if order == wanted else [f"the order is {order}"])

    def explain(self):
        """What else a twin tells of its decisions; nothing that lowering adds may show in it."""
        words = ["--data", self.data, "--format", "json"]
        self.ask("trace", ["trace", *words])
        if self.random_runs and self.info["policies"]:
            self.ask("compare", ["compare", self.work / f"{self.name}.0.json", *self.draws, *words])

    def all(self):
        self.ask_info()
        self.run_all()
        self.explain()
        self.test_all()
        self.rank()
        return self.tally


# ---- all of them --------------------------------------------------------------------------------


def data_of(blueprint, work):
    if blueprint.parent != HERE:
        return blueprint.parent / "data"
    for directory in (HERE / "data" / blueprint.stem, work / "data" / blueprint.stem):
        if directory.is_dir():
            return directory
    return HERE / "data" / "common"


def examine(blueprint, work, hermesc, data=None):
    try:
        return Subject(blueprint, data or data_of(blueprint, work), work, hermesc).all()
    except Exception as error:  # one blueprint's trouble is not the others'
        tally = Tally()
        tally.check(f"{blueprint.stem}: {type(error).__name__}", [str(error)])
        return tally


def examine_all(hermesc, work, names):
    generate.write_all(work / "data")
    examples = [b for b in sorted(EXAMPLES.glob("*/*.hbp")) if data_of(b, work).is_dir()]
    blueprints = sorted(HERE.glob("*.hbp")) + examples
    blueprints = [b for b in blueprints if not names or b.stem in names]
    tally = Tally()
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for found in pool.map(lambda b: examine(b, work, hermesc), blueprints):
            tally.add(found)
    return len(blueprints), tally


def report(count, tally):
    for what, problems in tally.failures:
        print(f"FAIL {what}")
        for line in problems[:8]:
            print(f"     {line}")
        if len(problems) > 8:
            print(f"     and {len(problems) - 8} more")
    print(f"{count} blueprints: {tally.valid} valid and {tally.invalid} invalid runs, "
          f"{tally.numbers} numbers compared, {tally.unlike} not alike to the last bit, "
          f"{tally.truths} values computed by hand")
    print(f"{tally.passed} passed, {len(tally.failures)} failed")


def main():
    hermesc = pathlib.Path(sys.argv[1]).resolve()
    with tempfile.TemporaryDirectory(prefix="agree ") as fresh:
        work = pathlib.Path(sys.argv[2] if len(sys.argv) > 2 else fresh).resolve()
        work.mkdir(parents=True, exist_ok=True)
        count, tally = examine_all(hermesc, work, sys.argv[3:])
    report(count, tally)
    sys.exit(1 if tally.failures or not tally.passed else 0)


if __name__ == "__main__":
    main()
