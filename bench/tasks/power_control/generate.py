#!/usr/bin/env python3
"""Writes networks/ of this task: `python3 generate.py [DIR]`. Standard library only, from fixed seeds."""
import math
import os
import random
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
from shared import (Writer, antenna_gain, decibels, drop, generate, hexagonal_sites, odd_hundredths,
                    scattered_sites, shadows, urban_macro_loss)

POWERS = [10, 20, 20, 40, 40, 40]  # W


def network(writer, rng, sites, sectors, users, prbs, reach, walls=(8.0, 22.0), floor=None,
            silent=()):
    """RSRP below `floor` dBm was not reported; the cells in `silent` are locked."""
    cells = [(f"c{sectors * s + k + 1}", s, 120 * k + 30) for s in range(len(sites)) for k in range(sectors)]
    power = {name: rng.choice(POWERS) for name, _, _ in cells}
    writer.table("cells.csv", ["cell", "tx_power", "prbs", "load", "active"],
                 [(name, power[name], prbs, rng.randint(15, 85), str(name not in silent).lower())
                  for name, _, _ in cells])
    paths = []
    for u in range(1, users + 1):
        x, y = drop(rng, sites, reach, 35.0)
        wall = rng.uniform(*walls) if rng.random() < 0.6 else 0.0
        shadow, taken = shadows(rng, len(sites)), set()
        for name, s, azimuth in cells:
            dx, dy = x - sites[s][0], y - sites[s][1]
            rsrp = (decibels(1000 * power[name] / (12 * prbs)) + antenna_gain(dx, dy, azimuth, 8.0)
                    - urban_macro_loss(math.hypot(dx, dy), 1.8) - shadow[s] - wall)
            if floor is None or rsrp >= floor:
                paths.append((f"u{u}", name, odd_hundredths(rsrp, taken)))
    return cells, [f"u{u}" for u in range(1, users + 1)], paths


def finish(writer, rng, users, paths):
    writer.table("ues.csv", ["ue", "noise_figure"], [(u, rng.choice([7, 7, 9])) for u in users])
    writer.table("rsrp.csv", ["ue", "cell", "rsrp"], paths)


def write(directory):
    writer, rng = Writer(directory, "three_cells"), random.Random("power_control three_cells 1")
    _, users, paths = network(writer, rng, [(0.0, 0.0)], 3, 12, 50, 420.0)
    finish(writer, rng, users, paths)
    writer.policy("policy_a.json", {"power": {"c1": 40, "c2": 46}})
    writer.policy("policy_b.json", {"power": {"c1": 30.5, "c2": 45, "c3": 33}})

    writer, rng = Writer(directory, "hexagonal"), random.Random("power_control hexagonal 1")
    cells, users, paths = network(writer, rng, hexagonal_sites(7, 600.0), 3, 200, 100, 350.0)
    finish(writer, rng, users, paths)
    writer.policy("policy_a.json", {"power": {"c1": 41, "c2": 41, "c3": 41, "c6": 38.5, "c11": 46.5, "c16": 35}})
    writer.policy("policy_b.json", {"power": {name: rng.randint(66, 94) / 2 for name, _, _ in cells}})

    # The office of the town: a locked cell whose old measurements are still in the file, weak
    # neighbours that nobody reported, a user who hears too little and one who hears nothing.
    writer, rng = Writer(directory, "town"), random.Random("power_control town 1")
    sites = scattered_sites(rng, 6, 1500.0, 450.0)
    _, users, paths = network(writer, rng, sites, 2, 90, 75, 380.0, walls=(3.0, 12.0), floor=-126.0,
                              silent=("c4",))
    users += ["u91", "u92"]
    paths += [("u91", "c2", "-121.35"), ("u91", "c7", "-124.81")]
    finish(writer, rng, users, paths)
    writer.policy("policy_a.json", {"power": {"c2": 37, "c4": 46, "c7": 43.5, "c9": 46.5}})
    writer.policy("policy_b.json", {"power": {"c1": 46, "c3": 46, "c5": 33.5, "c8": 47, "c12": 36}})


if __name__ == "__main__":
    generate(write)
