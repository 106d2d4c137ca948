#!/usr/bin/env python3
"""Every function of the library names its source and carries worked examples, and the examples come out as it says.

A doc string says `Example: f(1 km, 2 GHz) is 98.468 dB, f(...) is ...`: as many digits as are written must agree.
Of a condition it says `f(...) is true`.
usage: run.py HERMESC WORK
"""
import glob
import json
import os
import re
import subprocess
import sys

hermesc, work = map(os.path.abspath, sys.argv[1:3])
source = os.environ.get("HERMES_SOURCE") or os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
TRUTHS = {"true": True, "false": False}
EXAMPLE = re.compile(r"(\w+)(\([^()]*\)) is (-?\d+(?:\.\d+)?|true|false)(?: ?([^\s,.][^\s,]*?))?(?=,|\.?(?:\s|$))")


def functions(text):
    """(name, doc) of every function of a module."""
    for match in re.finditer(r"^function (\w+)\(.*?\)\s*->.*?((?:\"[^\"]*\"\s*)+)[={]", text, re.M | re.S):
        yield match[1], "".join(re.findall(r'"([^"]*)"', match[2]))


def examples_of(name, doc):
    worked = doc.partition("Example: ")[2]
    return [(call + args, value, unit or ("bool" if value in TRUTHS else "1")) for call, args, value, unit in EXAMPLE.findall(worked) if call == name]


def evaluate(module, cases):
    lines = [f"blueprint examples;\nimport {module};\n"]
    lines += [f"kpi k{i} : {unit} = {call};\n" for i, (call, _, unit) in enumerate(cases)]
    run = subprocess.run([hermesc, "interpret", "-", "run", "--data", work, "--format", "json"], input="".join(lines),
                         capture_output=True, text=True)
    if run.returncode != 0:
        raise SystemExit(f"{module}: {run.stderr}")
    return [kpi["value"] for kpi in json.loads(run.stdout)["kpis"].values()]


def close(value, written):
    if written in TRUTHS:
        return value is TRUTHS[written]
    digits = len(written.partition(".")[2])
    return abs(value - float(written)) <= 0.5000001 * 10**-digits


def main():
    passed = failed = 0
    for path in sorted(glob.glob(os.path.join(source, "stdlib", "**", "*.hbp"), recursive=True)):
        with open(path, encoding="utf-8") as file:
            text = file.read()
        module = re.search(r"^module ([\w.]+)", text, re.M)[1]
        cases = []
        for name, doc in functions(text):
            found = examples_of(name, doc)
            good = bool(found) and "Source: " in doc
            passed, failed = passed + good, failed + (not good)
            if not good:
                print(f"{module}.{name}: no `Source: ` or no `Example: `")
            cases += found
        for (call, written, unit), value in zip(cases, evaluate(module, cases)):
            good = close(value, written)
            passed, failed = passed + good, failed + (not good)
            if not good:
                print(f"{module}: {call} is {value} {unit}, and its doc says {written}")
    print(f"{passed} passed, {failed} failed")
    return failed != 0 or passed == 0


sys.exit(main())
