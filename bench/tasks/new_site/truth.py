#!/usr/bin/env python3
"""The quantities of task.md, straight from its words: `python3 truth.py DATA_DIR POLICY_FILE|-`."""
import math
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
from shared import link_efficiency, mean, percentile, ratio, report, rows, thermal_noise_watts, true, watts

BLOCKS, SUBCARRIER = 51, 30e3
ELEMENTS = 12 * BLOCKS
FREQUENCY = 2.6  # GHz
HAND, NEAREST = 1.5, 10.0  # m
WALLS, NOISE_FIGURE = 12.0, 9.0  # dB
SERVICE, COVERAGE = -118.0, -110.0  # dBm of a resource element


def path_loss(ground, mast):
    slant = math.hypot(max(ground, NEAREST), mast - HAND)
    return 13.54 + 39.08 * math.log10(slant) + 20 * math.log10(FREQUENCY) - 0.6 * (HAND - 1.5)


def antenna_gain(east, north, azimuth):
    bearing = math.degrees(math.atan2(east, north))
    off = (bearing - azimuth + 180) % 360 - 180
    return 17 - min(12 * (off / 70) ** 2, 25)


def quantities(directory, policy):
    build = policy.get("build", False)
    sites = {}
    for row in rows(directory, "sites.csv"):
        x, y = 1000 * float(row["x"]), 1000 * float(row["y"])
        if true(row["planned"]):
            x, y = x + policy.get("move_east", 0), y + policy.get("move_north", 0)
        sites[row["site"]] = x, y, float(row["height"]), true(row["planned"])
    cells = []  # (cell, site, azimuth, W of one resource element into the antenna)
    for row in rows(directory, "cells.csv"):
        planned = sites[row["site"]][3]
        azimuth = float(row["azimuth"]) + (policy.get("turn", 0) if planned else 0)
        power = float(row["tx_power"]) / ratio(float(row["feeder_loss"])) / ELEMENTS
        if power > 0 and (build or not planned):
            cells.append((row["cell"], row["site"], azimuth, power))

    noise = thermal_noise_watts(SUBCARRIER) * ratio(NOISE_FIGURE)
    served = []  # (cell, site, RSRP in W, SINR) of each user; None without service
    for row in rows(directory, "ues.csv"):
        received = []
        for name, site, azimuth, power in cells:
            x, y, mast, _ = sites[site]
            east, north = float(row["x"]) - x, float(row["y"]) - y
            gain = antenna_gain(east, north, azimuth) - path_loss(math.hypot(east, north), mast)
            gain -= WALLS if true(row["indoor"]) else 0
            received.append((power * ratio(gain), name, site))
        best, name, site = max(received)
        others = math.fsum(value for value, _, _ in received) - best
        served.append((name, site, best, best / (others + noise)) if best >= watts(SERVICE) else None)

    crowd = {}
    for user in filter(None, served):
        crowd[user[0]] = crowd.get(user[0], 0) + 1
    width = ELEMENTS * SUBCARRIER / 1e6  # MHz
    rates = [width * link_efficiency(user[3]) / crowd[user[0]] if user else 0.0 for user in served]
    return {
        "coverage": 100 * mean([user is not None and user[2] >= watts(COVERAGE) for user in served]),
        "mean_rate": mean(rates),
        "edge_rate": percentile(10, rates),
        "taken_over": 100 * mean([user is not None and sites[user[1]][3] for user in served]),
        "crowd": max(crowd.values(), default=0),
    }


if __name__ == "__main__":
    report(quantities)
