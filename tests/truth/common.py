"""What the independent computations share: reading CSV, a few formulas, how each program reports.

Everything here is written from the definitions, in linear units wherever there is a choice; nothing
is taken from the compiler, its libraries or its output.
"""
import csv
import json
import math
import os
import subprocess
import sys

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")


def rows(example, name):
    with open(os.path.join(ROOT, "examples", example, "data", name), newline="") as file:
        return list(csv.DictReader(file))


def policy(example):
    with open(os.path.join(ROOT, "examples", example, "policy.json")) as file:
        return json.load(file)


def drawn(example, names):
    """The places and chances that a twin makes itself, {name: {key: value}}: no formula, so they are read from it."""
    command = [sys.argv[1], "run", "--data", os.path.join(ROOT, "examples", example, "data"), "--draws", "1"]
    command += ["--format", "json", "--quiet", "--show", ",".join(names)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    return {name: array["values"] for name, array in json.loads(done.stdout)["arrays"].items()}


def watts(dbm):
    return 10 ** ((dbm - 30) / 10)


def ratio(db):
    return 10 ** (db / 10)


def decibels(x):
    return 10 * math.log10(x)


def thermal_noise_watts(width):
    return 1.380649e-23 * 290 * width


def percentile(percent, values):
    """Linear interpolation between order statistics (type 7)."""
    ordered = sorted(values)
    place = percent / 100 * (len(ordered) - 1)
    below = int(math.floor(place))
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (place - below) * (ordered[above] - ordered[below])


def mean(values):
    return math.fsum(values) / len(values)


def first_best(pairs):
    """The key of the greatest value among (key, value); the first one where several are equal."""
    best = None
    for key, value in pairs:
        if best is None or value > best[1]:
            best = (key, value)
    return best[0]


def report(example, kpis, **decisions):
    """As the example stands, with its policy.json, and with each further decision: scalars alone."""
    found = {"default": kpis({}), "policy": kpis(policy(example))}
    for decision in decisions.values():
        found[" ".join(f"--set {name}={value}" for name, value in decision.items())] = kpis(decision)
    print(json.dumps(found, indent=2))
