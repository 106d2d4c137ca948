#!/usr/bin/env python3
"""Writes networks/ of this task: `python3 generate.py [DIR]`. Standard library only, from fixed seeds."""
import math
import os
import random
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
from shared import (Writer, antenna_gain, drop, generate, hexagonal_sites, odd_hundredths, scattered_sites, shadows,
                    urban_macro_loss)


def network(writer, rng, sites, sectors, users, reach, most=None, deaf=0, idle=()):
    """Losses above `most` dB were not reported; the last `deaf` users have none; nobody is near the sites `idle`."""
    cells = [(f"c{sectors * s + k + 1}", s, 120 * k + 30) for s in range(len(sites)) for k in range(sectors)]
    writer.table("cells.csv", ["cell", "noise_figure"], [(name, rng.choice([2.5, 3, 5])) for name, _, _ in cells])
    people, paths = [], []
    for u in range(1, users + deaf + 1):
        x, y = drop(rng, [site for s, site in enumerate(sites) if s not in idle], reach, 35.0)
        people.append((f"u{u}", rng.choice([2, 4, 4, 8, 8, 16]), rng.choice([200, 200, 200, 400, 100])))
        wall = rng.uniform(4.0, 14.0) if rng.random() < 0.5 else 0.0
        shadow, taken = shadows(rng, len(sites)), set()
        for name, s, azimuth in cells:
            dx, dy = x - sites[s][0], y - sites[s][1]
            loss = (urban_macro_loss(math.hypot(dx, dy), 1.8) - antenna_gain(dx, dy, azimuth, 7.0)
                    + shadow[s] + wall)
            if u <= users and (most is None or loss <= most):
                paths.append((f"u{u}", name, odd_hundredths(loss, taken)))
    writer.table("ues.csv", ["ue", "blocks", "max_power"], people)
    writer.table("loss.csv", ["ue", "cell", "loss"], paths)
    return [name for name, _, _ in cells]


def write(directory):
    writer, rng = Writer(directory, "three_cells"), random.Random("uplink_power three_cells 1")
    network(writer, rng, hexagonal_sites(3, 500.0), 1, 14, 330.0)
    writer.policy("policy_a.json", {"p0": {"c1": -70, "c2": -72, "c3": -74}, "alpha": 0.7})
    writer.policy("policy_b.json", {"p0": {"c1": -102, "c2": -104.5, "c3": -103}, "alpha": 1})

    writer, rng = Writer(directory, "hexagonal"), random.Random("uplink_power hexagonal 1")
    cells = network(writer, rng, hexagonal_sites(7, 500.0), 3, 190, 290.0)
    writer.policy("policy_a.json", {"p0": {cell: -66 for cell in cells}, "alpha": 0.6})
    writer.policy("policy_b.json", {"p0": {cell: rng.randint(-194, -182) / 2 for cell in cells}, "alpha": 0.9})

    # A valley: a site whose cells serve almost nobody, unreported pairs, a user who hears nothing.
    writer, rng = Writer(directory, "valley"), random.Random("uplink_power valley 1")
    cells = network(writer, rng, scattered_sites(rng, 6, 2600.0, 800.0), 2, 80, 480.0, most=146.0, deaf=1, idle=(3,))
    writer.policy("policy_a.json", {"p0": {cell: -48.5 for cell in cells[:7]} | {cell: -50 for cell in cells[7:]}, "alpha": 0.5})
    writer.policy("policy_b.json", {"p0": {cell: rng.randint(-220, -200) / 2 for cell in cells}, "alpha": 1})


if __name__ == "__main__":
    generate(write)
