"""What the tasks share: how networks are invented, how files are written, how truth is reported.

Standard library only. The ways in which places, losses and antennas are invented are those of the
examples (examples/generate.py); the formulas are those of their independent truth
(tests/truth/common.py). Nothing is taken from the compiler or its output.
"""
import csv
import importlib.util
import json
import math
import os
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def _module(name, *path):
    found = importlib.util.spec_from_file_location(name, os.path.join(ROOT, *path))
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


_examples = _module("example_networks", "examples", "generate.py")
_formulas = _module("truth_formulas", "tests", "truth", "common.py")

hexagonal_sites, drop = _examples.hexagonal_sites, _examples.drop
urban_macro_loss, antenna_gain = _examples.urban_macro_loss, _examples.antenna_gain
watts, ratio, decibels = _formulas.watts, _formulas.ratio, _formulas.decibels
mean, percentile = _formulas.mean, _formulas.percentile
first_best, thermal_noise_watts = _formulas.first_best, _formulas.thermal_noise_watts


# ---- inventing networks

def scattered_sites(rng, count, width, nearest):
    """`count` places in a square of `width` m, no two of them nearer than `nearest` m."""
    places = []
    while len(places) < count:
        place = rng.uniform(0, width), rng.uniform(0, width)
        if all(math.dist(place, other) >= nearest for other in places):
            places.append(place)
    return places


def odd_hundredths(x, taken=None):
    """Two decimals, the last one odd, so that no level stands exactly on a round threshold; and none
    of the `taken` ones, so that no two are equal."""
    hundredths = 2 * math.floor(x * 50) + 1
    while taken is not None and hundredths in taken:
        hundredths += 2
    if taken is not None:
        taken.add(hundredths)
    return f"{hundredths / 100:.2f}"


def shadows(rng, count, deviation=6.0):
    """Shadowing towards `count` sites in dB, half of its variance common to all of them."""
    common = rng.gauss(0, deviation) * math.sqrt(0.5)
    return [common + rng.gauss(0, deviation) * math.sqrt(0.5) for _ in range(count)]


class Writer:
    """Writes the files of one network: `Writer(DIR, NET).table(...)`."""

    def __init__(self, directory, network):
        self.directory = os.path.join(directory, "networks", network)
        os.makedirs(self.directory, exist_ok=True)

    def table(self, name, header, rows):
        with open(os.path.join(self.directory, name), "w", newline="\n") as file:
            file.write(",".join(header) + "\n")
            for row in rows:
                file.write(",".join(str(field) for field in row) + "\n")

    def policy(self, name, decisions):
        with open(os.path.join(self.directory, name), "w", newline="\n") as file:
            file.write(json.dumps(decisions, indent=1) + "\n")


def generate(write):
    """The main program of a task's generate.py: writes its networks beside it, or beneath argv[1]."""
    here = os.path.dirname(os.path.abspath(sys.argv[0]))
    write(sys.argv[1] if len(sys.argv) > 1 else here)


# ---- computing truth

def rows(directory, name):
    with open(os.path.join(directory, name), newline="") as file:
        return list(csv.DictReader(file))


def true(field):
    """Whether a field of a table, `true` or `false`, is true."""
    return {"true": True, "false": False}[field]


def link_efficiency(sinr, attenuation=0.6, most=4.4):
    """TR 36.942, Annex A: bit/s/Hz from a linear ratio; the downlink's where nothing is said."""
    if sinr <= 0 or decibels(sinr) < -10:
        return 0.0
    return min(attenuation * math.log2(1 + sinr), most)


def every_case(task):
    """(network, policy's name, its file or `-`) for each evaluation that the task at this path asks for."""
    with open(os.path.join(task, "task.json")) as file:
        about = json.load(file)
    for network in about["networks"]:
        if about.get("default"):
            yield network, "default", "-"
        for policy in about["policies"]:
            yield network, policy, os.path.join(task, "networks", network, policy)


def decisions(policy):
    """The decisions of a policy file as a dictionary; `-` stands for the defaults."""
    if policy == "-":
        return {}
    with open(policy) as file:
        return json.load(file)


def report(quantities):
    """The main program of a task's truth.py: prints one network's quantities, or writes truth.json."""
    if len(sys.argv) == 3:
        print(json.dumps(quantities(sys.argv[1], decisions(sys.argv[2])), indent=1))
        return
    if sys.argv[1:] != ["--write"]:
        sys.exit("usage: truth.py DATA_DIR POLICY_FILE|-    or    truth.py --write")
    here = os.path.dirname(os.path.abspath(sys.argv[0]))
    found = {}
    for network, name, policy in every_case(here):
        data = os.path.join(here, "networks", network)
        found.setdefault(network, {})[name] = quantities(data, decisions(policy))
    with open(os.path.join(here, "truth.json"), "w", newline="\n") as file:
        file.write(json.dumps(found, indent=1) + "\n")
