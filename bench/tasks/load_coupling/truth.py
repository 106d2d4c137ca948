#!/usr/bin/env python3
"""The quantities of task.md, straight from its words: `python3 truth.py DATA_DIR POLICY_FILE|-`."""
import math
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
from shared import decibels, mean, percentile, ratio, report, rows, thermal_noise_watts

NOISE_FIGURE = 7.0  # dB
STILL, ROUNDS = 1e-13, 100000


def efficiency(sinr):
    return min(0.6 * math.log2(1 + sinr), 4.4)


def quantities(directory, policy):
    cells = {row["cell"]: (float(row["tx_power"]), float(row["bandwidth"]) * 1e6)
             for row in rows(directory, "cells.csv")}
    demand = {row["ue"]: float(row["demand"]) * 1e3 for row in rows(directory, "ues.csv")}  # bit/s
    received = {user: {} for user in demand}  # W
    for row in rows(directory, "loss.csv"):
        received[row["ue"]][row["cell"]] = cells[row["cell"]][0] / ratio(float(row["loss"]))
    offset = policy.get("offset", {})
    server = {user: max(heard, key=lambda c: decibels(heard[c]) + offset.get(c, 0.0))
              for user, heard in received.items() if heard}

    def full_rates(load):
        """bit/s that the whole server would give to each user, when the other cells are so loaded."""
        rates = {}
        for user, best in server.items():
            width = cells[best][1]
            noise = thermal_noise_watts(width) * ratio(NOISE_FIGURE)
            others = math.fsum(load[c] * power for c, power in received[user].items() if c != best)
            rates[user] = width * efficiency(received[user][best] / (others + noise))
        return rates

    def wanted_loads(rates):
        wanted = dict.fromkeys(cells, 0.0)
        for user, best in server.items():
            wanted[best] += demand[user] / rates[user]
        return wanted

    load = dict.fromkeys(cells, 0.0)
    for _ in range(ROUNDS):
        rates = full_rates(load)
        wanted = wanted_loads(rates)
        new = {c: min(1.0, wanted[c]) for c in cells}
        moved = max(abs(new[c] - load[c]) for c in cells)
        load = new
        if moved < STILL:
            break
    else:
        raise ValueError("the loads do not stand still")

    left = [rates[user] * (1 - load[server[user]]) / 1e6 if user in server else 0.0 for user in demand]
    carried = math.fsum(demand[user] / max(1.0, wanted[best]) for user, best in server.items())
    return {
        "mean_load": 100 * mean(load.values()),
        "peak_demand": 100 * max(wanted.values()),
        "carried": carried / 1e6,
        "mean_throughput": mean(left),
        "edge_throughput": percentile(10, left),
    }


if __name__ == "__main__":
    report(quantities)
