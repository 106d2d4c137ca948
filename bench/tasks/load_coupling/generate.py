#!/usr/bin/env python3
"""Writes networks/ of this task: `python3 generate.py [DIR]`. Standard library only, from fixed seeds."""
import math
import os
import random
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
from shared import (Writer, antenna_gain, drop, generate, hexagonal_sites, odd_hundredths, scattered_sites, shadows,
                    urban_macro_loss)


def network(writer, rng, sites, sectors, users, reach, demand, width, powers, most=None, deaf=0):
    """Losses above `most` dB were not reported; the last `deaf` users have none at all."""
    cells = [(f"c{sectors * s + k + 1}", s, 120 * k + 30) for s in range(len(sites)) for k in range(sectors)]
    writer.table("cells.csv", ["cell", "tx_power", "bandwidth"],
                 [(name, rng.choice(powers), width) for name, _, _ in cells])
    names, demands, paths = [], [], []
    for u in range(1, users + deaf + 1):
        x, y = drop(rng, sites, reach, 35.0)
        names.append(f"u{u}")
        demands.append(round(demand * rng.lognormvariate(0, 0.7) / 10) * 10)
        wall = rng.uniform(5.0, 15.0) if rng.random() < 0.5 else 0.0
        shadow, taken = shadows(rng, len(sites)), set()
        for name, s, azimuth in cells:
            dx, dy = x - sites[s][0], y - sites[s][1]
            loss = (urban_macro_loss(math.hypot(dx, dy), 1.8) - antenna_gain(dx, dy, azimuth, 8.0)
                    + shadow[s] + wall)
            if u <= users and (most is None or loss <= most):
                paths.append((f"u{u}", name, odd_hundredths(loss, taken)))
    writer.table("ues.csv", ["ue", "demand"], list(zip(names, demands)))
    writer.table("loss.csv", ["ue", "cell", "loss"], paths)
    return [name for name, _, _ in cells]


def write(directory):
    writer, rng = Writer(directory, "three_cells"), random.Random("load_coupling three_cells 1")
    network(writer, rng, hexagonal_sites(3, 500.0), 1, 15, 350.0, 620, 5, [10.1, 20.3, 40.7])
    writer.policy("policy_a.json", {"offset": {"c2": 3}})
    writer.policy("policy_b.json", {"offset": {"c1": -4.5, "c3": 5}})

    writer, rng = Writer(directory, "hexagonal"), random.Random("load_coupling hexagonal 1")
    cells = network(writer, rng, hexagonal_sites(7, 600.0), 3, 180, 350.0, 650, 10, [20.3, 40.7])
    writer.policy("policy_a.json", {"offset": {cell: 4 if number % 3 else -2 for number, cell in enumerate(cells)}})
    writer.policy("policy_b.json", {"offset": {cell: rng.randint(-12, 12) / 2 for cell in cells}})

    # A county: a cell that has no user, one that has far too many, unreported pairs, a user who
    # hears nothing.
    writer, rng = Writer(directory, "county"), random.Random("load_coupling county 1")
    cells = network(writer, rng, scattered_sites(rng, 5, 2600.0, 700.0), 2, 70, 600.0, 1150, 10, [10.1, 20.3, 40.7],
                    most=142.0, deaf=1)
    writer.policy("policy_a.json", {"offset": {"c1": -6, "c4": 6, "c7": 2.5}})
    writer.policy("policy_b.json", {"offset": {cell: rng.randint(-12, 12) / 2 for cell in cells}})


if __name__ == "__main__":
    generate(write)
