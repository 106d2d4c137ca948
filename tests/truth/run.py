#!/usr/bin/env python3
"""Compares native twins with the independent computations beside this file.

    python3 tests/truth/run.py HERMESC WORKDIR

Compiles each example with HERMESC into WORKDIR, runs it as it stands, with its policy.json and with
what else the computation names, and compares every KPI. Of a twin that draws, the first draw is compared. Prints `N passed, N failed`; exit code 0 where nothing failed.
"""
import json
import math
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
EXAMPLES = os.path.join(os.path.dirname(os.path.dirname(HERE)), "examples")
TOLERANCE = 1e-9
SECONDS = 600


class Failed(Exception):
    pass


def output(command):
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS)
    except (OSError, subprocess.TimeoutExpired) as problem:
        raise Failed(str(problem))
    if done.returncode != 0:
        said = done.stdout[-2000:] + done.stderr[-4000:]
        raise Failed(f"{' '.join(command)} exits {done.returncode}\n{said}")
    return done.stdout


def parsed(command):
    text = output(command)
    try:
        return json.loads(text)
    except ValueError as problem:
        raise Failed(f"{' '.join(command)} prints no JSON: {problem}")


def differences(truth, kpis):
    """Sentences about the KPIs that are missing, unknown or wrong."""
    found = [f"{name} is computed by the twin alone" for name in kpis if name not in truth]
    for name, expected in truth.items():
        actual = kpis.get(name, {}).get("value")
        if not isinstance(actual, (int, float)):
            found.append(f"{name} is {actual} in the twin")
        elif not math.isclose(actual, expected, rel_tol=TOLERANCE, abs_tol=1e-12):
            found.append(f"{name} is {actual!r} in the twin, {expected!r} in truth")
    return found


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    hermesc, workdir = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
    os.makedirs(workdir, exist_ok=True)
    passed = failed = 0

    def judge(what, problems):
        nonlocal passed, failed
        if problems:
            failed += 1
            print(f"FAILED {what}", *problems, sep="\n  ")
        else:
            passed += 1

    for name in sorted(os.listdir(EXAMPLES)):
        program = os.path.join(HERE, name + ".py")
        example = os.path.join(EXAMPLES, name)
        if not os.path.isdir(example) or not os.path.exists(program):
            continue
        twin = os.path.join(workdir, name)
        try:
            output([hermesc, os.path.join(example, name + ".hbp"), "-o", twin])
            truth = parsed([sys.executable, program, twin])
            draws = ["--draws", "1"] if parsed([twin, "info", "--json"])["draws"] else []
        except Failed as problem:
            judge(name, [str(problem)])
            continue
        run = [twin, "run", "--data", os.path.join(example, "data"), "--format", "json", *draws]
        known = {"default": [], "policy": ["--policy", os.path.join(example, "policy.json")]}
        for case, expected in truth.items():
            try:
                judge(f"{name} {case}", differences(expected, parsed(run + known.get(case, case.split()))["kpis"]))
            except Failed as problem:
                judge(f"{name} {case}", [str(problem)])

    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
