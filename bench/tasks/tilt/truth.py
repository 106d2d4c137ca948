#!/usr/bin/env python3
"""The quantities of task.md, straight from its words: `python3 truth.py DATA_DIR POLICY_FILE|-`."""
import math
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
from shared import decibels, link_efficiency, mean, percentile, ratio, report, rows, thermal_noise_watts, watts

WIDTH = 100 * 180e3  # Hz
NEAREST, FAR = 35.0, 450.0  # m
NOISE_FIGURE = 7.0  # dB
COVERAGE = -80.0  # dBm of the whole carrier


def antenna_gain(off, below, tilt):
    """TR 36.814, Table A.2.1.1-2; all angles in degrees."""
    horizontal = min(12 * (off / 70) ** 2, 25)
    vertical = min(12 * ((below - tilt) / 10) ** 2, 20)
    return 17 - min(horizontal + vertical, 25)


def quantities(directory, policy):
    sites = {row["site"]: row for row in rows(directory, "sites.csv")}
    cells = rows(directory, "cells.csv")
    shadow = {(row["ue"], row["site"]): float(row["loss"]) for row in rows(directory, "shadow.csv")}
    noise = thermal_noise_watts(WIDTH) * ratio(NOISE_FIGURE)

    served = []  # (cell, W, SINR, distance to its site) of each user
    for user in rows(directory, "ues.csv"):
        received = []
        for cell in cells:
            site = sites[cell["site"]]
            east, north = float(user["x"]) - float(site["x"]), float(user["y"]) - float(site["y"])
            ground = max(math.hypot(east, north), NEAREST)
            off = (math.degrees(math.atan2(east, north)) - float(cell["azimuth"]) + 180) % 360 - 180
            below = math.degrees(math.atan((float(site["mast"]) - float(user["height"])) / ground))
            electrical = policy.get("tilt", {}).get(cell["cell"], float(cell["tilt"]))
            gain = antenna_gain(off, below, electrical + float(cell["mechanical_tilt"]))
            loss = 128.1 + 37.6 * math.log10(ground / 1000)
            loss += shadow.get((user["ue"], cell["site"]), 0.0) + float(user["wall_loss"])
            received.append((watts(float(cell["tx_power"]) + gain - loss), cell["cell"], math.hypot(east, north)))
        best, name, distance = max(received)
        others = math.fsum(power for power, _, _ in received) - best
        served.append((name, best, best / (others + noise), distance))

    crowd = {}
    for name, _, _, _ in served:
        crowd[name] = crowd.get(name, 0) + 1
    rates = [WIDTH * link_efficiency(sinr) / crowd[name] / 1e6 for name, _, sinr, _ in served]
    return {
        "coverage": 100 * mean([power >= watts(COVERAGE) for _, power, _, _ in served]),
        "edge_sinr": percentile(5, [decibels(sinr) for _, _, sinr, _ in served]),
        "mean_rate": mean(rates),
        "edge_rate": percentile(10, rates),
        "overshoot": 100 * mean([distance > FAR for _, _, _, distance in served]),
    }


if __name__ == "__main__":
    report(quantities)
