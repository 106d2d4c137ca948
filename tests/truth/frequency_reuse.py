"""The KPIs of examples/frequency_reuse, computed by hand: `python3 tests/truth/frequency_reuse.py`.

Powers are added in watts, and the time of a cell is shared by its shares; thresholds and code rates
are those of the tables that the models name.
"""
import bisect
import math

from common import first_best, mean, percentile, ratio, report, rows, watts

FREQUENCY, USER_HEIGHT = 3.5, 1.5  # GHz, m
NOISE = watts(-167.0)  # in each hertz
OBSTRUCTED = {"macro": (13.54, 39.08, 20.0, 0.6), "micro": (22.4, 35.3, 21.3, 0.3)}  # 38.901, Table 7.4.1-1, NLOS
IN_SIGHT = {"macro": (28.0, 22.0, 9.0), "micro": (32.4, 21.0, 9.5)}
THRESHOLDS = [-1.89, -0.82, 0.95, 2.95, 4.9, 7.39, 8.89, 11.02, 13.32, 14.68, 16.62, 18.91, 21.58, 24.88, 29.32]
MCS = {2: [120, 157, 193, 251, 308, 379, 449, 526, 602, 679], 4: [340, 378, 434, 490, 553, 616, 658],
       6: [438, 466, 517, 567, 616, 666, 719, 772, 822, 873, 910, 948]}
EFFICIENCIES = [round(order * rate / 1024, 4) for order in MCS for rate in MCS[order]]


def loss(kind, ground, height):
    slant2 = ground ** 2 + (height - USER_HEIGHT) ** 2
    breakpoint = 4 * (height - 1) * (USER_HEIGHT - 1) * FREQUENCY * 1e9 / 3.0e8
    constant, slope, bend = IN_SIGHT[kind]
    sight = constant + 20 * math.log10(FREQUENCY)
    if ground <= breakpoint:
        sight += slope / 2 * math.log10(slant2)
    else:
        sight += 20 * math.log10(slant2) - bend * math.log10(breakpoint ** 2 + (height - USER_HEIGHT) ** 2)
    constant, slope, by_frequency, by_height = OBSTRUCTED[kind]
    return max(sight, constant + slope / 2 * math.log10(slant2) + by_frequency * math.log10(FREQUENCY)
               - by_height * (USER_HEIGHT - 1.5))


def kpis(policy):
    cells, users, parts = (rows("frequency_reuse", name) for name in ("cells.csv", "ues.csv", "parts.csv"))
    changed = policy.get("power", {})

    def power(cell, part):
        decided = changed.get(cell["cell"], {})
        return (decided.get(part["part"], float(cell["power"])) if isinstance(decided, dict) else decided)

    links = []
    for user in users:
        received = {}
        for cell in cells:
            ground = math.dist([float(user[x]) for x in "xy"], [float(cell[x]) for x in "xy"])
            gain = ratio(float(cell["antenna"]) - loss(cell["kind"], max(10.0, ground), float(cell["height"])))
            received[cell["cell"]] = [power(cell, part) * gain for part in parts]
        server = first_best((name, math.fsum(at)) for name, at in received.items())
        noise = [NOISE * float(part["width"]) * 1e6 for part in parts]
        sinr = [at / (math.fsum(other[i] for name, other in received.items() if name != server) + noise[i])
                for i, at in enumerate(received[server])]
        links.append((server, [None if s == 0 else bisect.bisect_right(THRESHOLDS, 10 * math.log10(s)) for s in sinr]))

    rates = [0.0] * len(users)
    for i, part in enumerate(parts):
        for cell in cells:
            those = [u for u, (server, cqi) in enumerate(links) if server == cell["cell"] and cqi[i] is not None]
            for u in those:
                rates[u] += float(part["width"]) * EFFICIENCIES[28 * links[u][1][i] // 15] / len(those)
    return {
        "mean_rate": mean(rates),
        "edge_rate": percentile(5, rates),
        "unheard": 100 * sum(not any(cqi) for _, cqi in links) / len(users),
        "radiating": math.fsum(power(cell, part) for cell in cells for part in parts),
    }


if __name__ == "__main__":
    report("frequency_reuse", kpis)
