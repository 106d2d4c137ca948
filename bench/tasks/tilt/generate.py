#!/usr/bin/env python3
"""Writes networks/ of this task: `python3 generate.py [DIR]`. Standard library only, from fixed seeds."""
import os
import random
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
from shared import Writer, drop, generate, hexagonal_sites, odd_hundredths, scattered_sites, shadows


def network(writer, rng, sites, sectors, users, reach, masts, known=1.0, far=()):
    """Shadowing is known of a share of the pairs; the users at the places `far` come in addition."""
    writer.table("sites.csv", ["site", "x", "y", "mast"],
                 [(f"s{s + 1}", f"{x:.1f}", f"{y:.1f}", rng.choice(masts)) for s, (x, y) in enumerate(sites)])
    cells = []
    for s in range(len(sites)):
        turn, powers = rng.randint(0, 119), ["43.2", "44.5", "46.1"]
        rng.shuffle(powers)  # unlike: right below the mast, all sectors of a site have the gain of their backs
        cells += [(f"s{s + 1}_{k + 1}", f"s{s + 1}", round(360 / sectors * k + turn), rng.choice([0, 0, 2]),
                   rng.choice([2, 3, 4, 6]), powers[k]) for k in range(sectors)]
    writer.table("cells.csv", ["cell", "site", "azimuth", "mechanical_tilt", "tilt", "tx_power"], cells)
    people, pairs = [], []
    for u, (x, y) in enumerate([drop(rng, sites, reach, 40.0) for _ in range(users)] + list(far)):
        floor = rng.choice([0, 0, 0, 1, 2, 5])
        wall = f"{rng.uniform(6, 18):.1f}" if floor or rng.random() < 0.4 else "0.0"
        people.append((f"u{u + 1}", f"{x:.1f}", f"{y:.1f}", 1.5 + 3 * floor, wall))
        pairs += [(f"u{u + 1}", f"s{s + 1}", odd_hundredths(loss))
                  for s, loss in enumerate(shadows(rng, len(sites))) if rng.random() < known]
    writer.table("ues.csv", ["ue", "x", "y", "height", "wall_loss"], people)
    writer.table("shadow.csv", ["ue", "site", "loss"], pairs)
    return [cell[0] for cell in cells]


def write(directory):
    writer, rng = Writer(directory, "one_site"), random.Random("tilt one_site 1")
    network(writer, rng, [(500.0, 500.0)], 3, 14, 700.0, [30])
    writer.policy("policy_a.json", {"tilt": {"s1_1": 8, "s1_3": 10.5}})
    writer.policy("policy_b.json", {"tilt": {"s1_1": 0, "s1_2": 12, "s1_3": 1}})

    writer, rng = Writer(directory, "hexagonal"), random.Random("tilt hexagonal 1")
    cells = network(writer, rng, hexagonal_sites(7, 650.0), 3, 200, 380.0, [25, 30, 30, 35])
    writer.policy("policy_a.json", {"tilt": {cell: 9 for cell in cells}})
    writer.policy("policy_b.json", {"tilt": {cell: rng.randint(0, 24) / 2 for cell in cells[:15]}})

    # Hills: sites at odd places with masts from 18 m to 60 m, shadowing that was not always
    # measured, and a user beyond the horizon.
    writer, rng = Writer(directory, "hills"), random.Random("tilt hills 1")
    cells = network(writer, rng, scattered_sites(rng, 7, 3200.0, 800.0), 2, 100, 650.0, [18, 30, 45, 60], known=0.7,
                    far=[(-9800.3, 7420.8)])
    writer.policy("policy_a.json", {"tilt": {cell: 7.5 for cell in cells[::2]}})
    writer.policy("policy_b.json", {"tilt": {cell: rng.randint(0, 24) / 2 for cell in cells}})


if __name__ == "__main__":
    generate(write)
