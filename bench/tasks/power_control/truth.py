#!/usr/bin/env python3
"""The quantities of task.md, straight from its words: `python3 truth.py DATA_DIR POLICY_FILE|-`."""
import math
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
from shared import (decibels, first_best, link_efficiency, mean, percentile, ratio, report, rows,
                    thermal_noise_watts, true, watts)

SUBCARRIER, BLOCK = 15e3, 180e3  # Hz
SERVICE, COVERAGE = -120.0, -110.0  # dBm of a resource element


def quantities(directory, policy):
    cells = {row["cell"]: row for row in rows(directory, "cells.csv") if true(row["active"])}
    power = {}  # (before, after), W
    for name, row in cells.items():
        before = float(row["tx_power"])
        decided = policy.get("power", {}).get(name)
        power[name] = before, before if decided is None else watts(decided)
    load = {name: float(row["load"]) / 100 for name, row in cells.items()}
    received = {row["ue"]: {} for row in rows(directory, "ues.csv")}  # W of one resource element
    for row in rows(directory, "rsrp.csv"):
        if row["cell"] in cells:
            before, after = power[row["cell"]]
            received[row["ue"]][row["cell"]] = watts(float(row["rsrp"])) * after / before

    server, sinr = {}, {}
    for row in rows(directory, "ues.csv"):
        user = row["ue"]
        heard = received[user]
        if not heard:
            continue
        best = first_best((c, heard[c]) for c in cells if c in heard)
        if heard[best] < watts(SERVICE):
            continue
        noise = thermal_noise_watts(SUBCARRIER) * ratio(float(row["noise_figure"]))
        others = math.fsum(load[c] * heard[c] for c in heard if c != best)
        server[user], sinr[user] = best, heard[best] / (others + noise)

    rates = []  # Mbit/s
    for user in received:
        if user not in server:
            rates.append(0.0)
            continue
        sharing = sum(other == server[user] for other in server.values())
        width = float(cells[server[user]]["prbs"]) * BLOCK
        rates.append(width * link_efficiency(sinr[user]) / sharing / 1e6)
    covered = sum(received[user][best] >= watts(COVERAGE) for user, best in server.items())
    return {
        "mean_rate": mean(rates),
        "edge_rate": percentile(5, rates),
        "coverage": 100 * covered / len(received),
        "median_sinr": percentile(50, [decibels(x) for x in sinr.values()]),
        "radiated": math.fsum(load[c] * power[c][1] for c in cells),
    }


if __name__ == "__main__":
    report(quantities)
