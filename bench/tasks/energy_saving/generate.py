#!/usr/bin/env python3
"""Writes networks/ of this task: `python3 generate.py [DIR]`. Standard library only, from fixed seeds."""
import math
import os
import random
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
from shared import (Writer, antenna_gain, drop, generate, hexagonal_sites, odd_hundredths, scattered_sites,
                    shadows, urban_macro_loss)

# name: GHz, MHz, dBm, W at full load, W idle, W asleep, Wh to wake up
LAYERS = {"coverage": (0.8, 10, 46, 438, 262.5, 150, 0),
          "capacity": (2.1, 20, 43, 355.5, 241, 37.5, 12)}
FIELDS = ["cell", "layer", "bandwidth", "tx_power", "p_full", "p_idle", "p_sleep", "wake_energy", "preference"]
DAY = [32, 22, 15, 11, 9, 10, 16, 30, 47, 58, 64, 68, 72, 70, 67, 66, 70, 78, 88, 96, 100, 92, 74, 50]  # %


def periods(writer, activities, lengths):
    names = [f"h{k:02d}" for k in range(len(activities))]
    writer.table("hours.csv", ["hour", "previous", "activity", "length"],
                 list(zip(names, names[-1:] + names[:-1], activities, lengths)))
    return names


def network(writer, rng, sites, sectors, users, reach, demand, preference=14.75, floor=None, walls=14.0, deaf=0):
    """Gains below `floor` dB were not reported; the last `deaf` users have none at all."""
    cells = [(f"s{s + 1}{'abc'[k]}_{layer[:3]}", s, 120 * k + 30, layer)
             for s in range(len(sites)) for k in range(sectors) for layer in LAYERS]
    writer.table("cells.csv", FIELDS,
                 [(name, layer, *LAYERS[layer][1:], preference if layer == "capacity" else 0)
                  for name, _, _, layer in cells])
    names, demands, paths = [], [], []
    for u in range(1, users + deaf + 1):
        x, y = drop(rng, sites, reach, 35.0)
        names.append(f"u{u}")
        demands.append(round(demand * rng.lognormvariate(0, 0.6) / 10) * 10)
        wall = rng.uniform(4.0, walls) if rng.random() < 0.6 else 0.0
        shadow, taken = shadows(rng, len(sites)), set()
        for name, s, azimuth, layer in cells:
            dx, dy = x - sites[s][0], y - sites[s][1]
            gain = (antenna_gain(dx, dy, azimuth, 7.0) - urban_macro_loss(math.hypot(dx, dy), LAYERS[layer][0])
                    - shadow[s] - (wall if layer == "coverage" else 1.3 * wall))
            if u <= users and (floor is None or gain >= floor):
                paths.append((f"u{u}", name, odd_hundredths(gain, taken)))
    writer.table("ues.csv", ["ue", "demand"], list(zip(names, demands)))
    writer.table("gain.csv", ["ue", "cell", "gain"], paths)
    return [name for name, _, _, layer in cells if layer == "capacity"]


def sleeping(cells, hours):
    return {cell: {hour: True for hour in hours} for cell in cells}


def write(directory):
    # Four periods of unequal length, one site.
    writer, rng = Writer(directory, "one_site"), random.Random("energy_saving one_site 1")
    hours = periods(writer, [12, 45, 80, 100], [420, 180, 540, 300])
    capacity = network(writer, rng, [(0.0, 0.0)], 3, 14, 600.0, 3200)
    writer.policy("policy_a.json", {"sleep": sleeping(capacity, hours[:1])})
    writer.policy("policy_b.json", {"sleep": sleeping(capacity[:2], hours[:2]) | sleeping(capacity[2:], hours[2:3])})

    writer, rng = Writer(directory, "hexagonal"), random.Random("energy_saving hexagonal 1")
    hours = periods(writer, DAY, [60] * 24)
    capacity = network(writer, rng, hexagonal_sites(7, 800.0), 3, 130, 470.0, 1500)
    night = [h for h, activity in zip(hours, DAY) if activity < 40]
    writer.policy("policy_a.json", {"sleep": sleeping(capacity, night)})
    writer.policy("policy_b.json", {"sleep": {
        cell: {h: True for h, activity in zip(hours, DAY) if activity < rng.choice([16, 71, 95])} for cell in capacity}})

    # A valley: few sectors, pairs that nobody reported, a user who hears nothing; somebody asks a
    # coverage cell to sleep, too.
    writer, rng = Writer(directory, "valley"), random.Random("energy_saving valley 1")
    hours = periods(writer, DAY[::3], [180] * 8)
    capacity = network(writer, rng, scattered_sites(rng, 5, 3000.0, 900.0), 2, 60, 700.0, 1200, preference=13.25,
                       floor=-142.0, walls=10.0, deaf=1)
    writer.policy("policy_a.json", {"sleep": sleeping(capacity[:6] + ["s2a_cov"], hours[:3])})
    writer.policy("policy_b.json", {"sleep": {
        cell: {hour: rng.random() < 0.5 for hour in hours} for cell in capacity[2:] + ["s1b_cov", "s4a_cov"]}})


if __name__ == "__main__":
    generate(write)
