#!/usr/bin/env python3
"""Writes networks/ of this task: `python3 generate.py [DIR]`. Standard library only, from fixed seeds."""
import os
import random
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
from shared import Writer, drop, generate, hexagonal_sites, scattered_sites


def network(writer, rng, sites, sectors, planned, users, reach, powers, off_air=()):
    """`sectors` of each site in turn; site number `planned` is not built yet. Masts' places are in km."""
    writer.table("sites.csv", ["site", "x", "y", "height", "planned"],
                 [(f"s{s + 1}", f"{x / 1000:.4f}", f"{y / 1000:.4f}", rng.choice([22, 25, 28, 32]),
                   str(s == planned).lower()) for s, (x, y) in enumerate(sites)])
    cells = [(f"s{s + 1}_{k + 1}", f"s{s + 1}", round(360 / sectors[s] * k + turn), rng.choice(powers),
              f"{rng.uniform(0.4, 3.4):.1f}")
             for s, turn in enumerate(rng.randint(0, 119) for _ in sites) for k in range(sectors[s])]
    writer.table("cells.csv", ["cell", "site", "azimuth", "tx_power", "feeder_loss"],
                 [(name, site, azimuth, 0 if name in off_air else power, loss)
                  for name, site, azimuth, power, loss in cells])
    return [drop(rng, sites, reach, 30.0) for _ in range(users)]


def finish(writer, rng, places):
    writer.table("ues.csv", ["ue", "x", "y", "indoor"],
                 [(f"u{u + 1}", f"{x:.1f}", f"{y:.1f}", str(rng.random() < 0.6).lower())
                  for u, (x, y) in enumerate(places)])


def write(directory):
    writer, rng = Writer(directory, "village"), random.Random("new_site village 1")
    sites = [(310.0, 420.0), (1650.0, 760.0), (1020.0, 1480.0)]
    finish(writer, rng, network(writer, rng, sites, [2, 2, 2], 2, 15, 480.0, [40, 80]))
    writer.policy("policy_a.json", {"build": True})
    writer.policy("policy_b.json", {"build": True, "move_east": -140, "move_north": -260.5, "turn": -35})

    writer, rng = Writer(directory, "hexagonal"), random.Random("new_site hexagonal 1")
    sites = [(x + 2000.0, y + 2000.0) for x, y in hexagonal_sites(7, 750.0)]
    places = network(writer, rng, sites, [3] * 7, 0, 220, 420.0, [20, 40, 40])
    places += [(rng.gauss(2060, 130), rng.gauss(2010, 130)) for _ in range(60)]
    finish(writer, rng, places)
    writer.policy("policy_a.json", {"build": True, "turn": 25})
    writer.policy("policy_b.json", {"build": True, "move_east": 210, "move_north": 95.5, "turn": 200})

    # A coast: sites of one to three sectors, a cell off the air, a boat that nobody reaches.
    writer, rng = Writer(directory, "coast"), random.Random("new_site coast 1")
    places = network(writer, rng, scattered_sites(rng, 6, 3000.0, 800.0), [3, 2, 3, 2, 1, 3], 4, 90, 480.0,
                     [20, 40, 80], off_air=("s3_2",))
    finish(writer, rng, places + [(11240.6, -6310.3)])
    writer.policy("policy_a.json", {"build": True, "move_east": 80.5, "turn": 90})
    writer.policy("policy_b.json", {"build": True, "move_east": -420, "move_north": 310, "turn": -120})


if __name__ == "__main__":
    generate(write)
