#!/usr/bin/env python3
"""Every function of the library names its source and carries worked examples, and the examples come out as it says.

A doc string says what the function is; `Valid:` where it holds, beyond the ranges of its parameters; `Source:` by
standard, version and table; and `Example: f(1 km, 2 GHz) is 98.468 dB, f(...) is ...`, where as many digits as are
written must agree; of a condition, `f(...) is true`.
usage: run.py HERMESC WORK
"""
import os
import subprocess
import sys

from library import TRUTHS, evaluate, modules

hermesc, work = map(os.path.abspath, sys.argv[1:3])


FIXED = {"uma_los_loss": "25 m", "uma_nlos_loss": "25 m", "umi_los_loss": "10 m", "umi_nlos_loss": "10 m"}


def warned(function, height):
    text = (f"blueprint height;\nimport radio.tr38901;\n"
            f"kpi k : dB = {function}(100 m, {height}, 1.5 m, 5 GHz);\n")
    run = subprocess.run([hermesc, "interpret", "-", "run", "--data", work], input=text, capture_output=True, text=True)
    return "HB0829" in run.stderr


def heights_that_are_not_looked_at():
    """A loss that the standard measured at one height of the antenna says so for any other."""
    return [function for function, height in FIXED.items()
            if warned(function, height) or not warned(function, "30 m")]


def close(value, written):
    if written in TRUTHS:
        return value is TRUTHS[written]
    digits = len(written.partition(".")[2])
    return abs(value - float(written)) <= 0.5000001 * 10**-digits


def main():
    passed = failed = 0
    for module in modules():
        cases = []
        for function in module.functions:
            missing = [label for label in ("Source", "Example") if not function.part(label)]
            missing += ["Example"] if not missing and not function.examples() else []
            passed, failed = passed + (not missing), failed + bool(missing)
            if missing:
                print(f"{module.name}.{function.name}: no `{': ` and no `'.join(missing)}: `")
            cases += function.examples()
        for (call, written, unit), value in zip(cases, evaluate(hermesc, work, module.name, cases)):
            good = close(value, written)
            passed, failed = passed + good, failed + (not good)
            if not good:
                print(f"{module.name}: {call} is {value} {unit}, and its doc says {written}")
    wrong = heights_that_are_not_looked_at()
    passed, failed = passed + len(FIXED) - len(wrong), failed + len(wrong)
    for function in wrong:
        print(f"radio.tr38901.{function}: its antenna's height is fixed, and run does not warn of others alone")
    print(f"{passed} passed, {failed} failed")
    return failed != 0 or passed == 0


sys.exit(main())
