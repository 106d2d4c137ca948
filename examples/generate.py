#!/usr/bin/env python3
"""Writes the data of all examples: `python3 examples/generate.py`.

Standard library only, every example from its own seed: the files come out the same, byte for byte,
each time. The networks are invented; the ways in which they are invented are 3GPP's (TR 38.901
V16.1.0: UMa path loss, the antenna element of Table 7.3-1 in a column of ten, shadowing with half of
its variance common to all sites).
"""
import json
import math
import os
import random

HERE = os.path.dirname(os.path.abspath(__file__))
MAST, HAND = 25.0, 1.5  # heights of antennas and users, m


# ---- files

def write_table(example, name, header, rows):
    path = os.path.join(HERE, example, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", newline="\n") as file:
        file.write(",".join(header) + "\n")
        for row in rows:
            file.write(",".join(str(field) for field in row) + "\n")


def write_text(example, name, text):
    with open(os.path.join(HERE, example, name), "w", newline="\n") as file:
        file.write(text)


def tenth(x):
    return f"{x:.1f}"


# ---- places

def hexagonal_sites(count, spacing):
    """The `count` sites of a hexagonal grid nearest to the origin, innermost first."""
    places = []
    for i in range(-4, 5):
        for j in range(-4, 5):
            places.append((spacing * (i + j / 2), spacing * j * math.sqrt(3) / 2))

    def order(place):
        x, y = place
        return round(math.hypot(x, y), 6), round(math.atan2(y, x) % (2 * math.pi), 6)

    return sorted(places, key=order)[:count]


def drop(rng, sites, reach, nearest):
    """A place at random within `reach` of some site and no nearer than `nearest` to any."""
    left, right = min(x for x, _ in sites) - reach, max(x for x, _ in sites) + reach
    low, high = min(y for _, y in sites) - reach, max(y for _, y in sites) + reach
    while True:
        x, y = rng.uniform(left, right), rng.uniform(low, high)
        if nearest <= min(math.hypot(x - sx, y - sy) for sx, sy in sites) <= reach:
            return x, y


# ---- radio

def urban_macro_loss(d, frequency):
    """NLOS loss in dB at d m on the ground and frequency in GHz (TR 38.901, Table 7.4.1-1)."""
    slant = math.hypot(d, MAST - HAND)
    breakpoint = 4 * (MAST - 1) * (HAND - 1) * frequency * 1e9 / 3e8
    if d <= breakpoint:
        sight = 28 + 22 * math.log10(slant) + 20 * math.log10(frequency)
    else:
        sight = (28 + 40 * math.log10(slant) + 20 * math.log10(frequency)
                 - 9 * math.log10(breakpoint ** 2 + (MAST - HAND) ** 2))
    return max(sight, 13.54 + 39.08 * math.log10(slant) + 20 * math.log10(frequency)
               - 0.6 * (HAND - 1.5))


def antenna_gain(dx, dy, azimuth, tilt):
    """Gain in dBi of a sector towards (dx, dy): an element times its column, nulls filled to -15 dB."""
    off = (math.degrees(math.atan2(dx, dy)) - azimuth + 540) % 360 - 180
    below = math.degrees(math.atan2(MAST - HAND, math.hypot(dx, dy)))
    element = 8 - min(min(12 * (off / 65) ** 2, 30) + min(12 * (below / 65) ** 2, 30), 30)
    x = math.pi / 2 * (math.sin(math.radians(below)) - math.sin(math.radians(tilt)))
    column = 10.0 if abs(x) < 1e-9 else (math.sin(10 * x) / math.sin(x)) ** 2 / 10
    return element + 10 * math.log10(max(column, 10 ** -1.5))


# ---- power_control: 7 sites of 3 sectors, 500 users

def power_control():
    example, rng = "power_control", random.Random("power_control 1")
    sites = hexagonal_sites(7, 500.0)
    cells = [(f"c{3 * s + k + 1}", s, 120 * k + 30) for s in range(7) for k in range(3)]
    power = {name: 46.0 if s == 0 else rng.choice([44.0, 45.0, 46.0, 46.0]) for name, s, _ in cells}
    write_table(example, "data/cells.csv", ["cell", "tx_power"],
                [(name, power[name]) for name, _, _ in cells])

    users, paths = [], []
    for u in range(1, 501):
        x, y = drop(rng, sites, 290.0, 35.0)
        users.append((f"u{u}", tenth(rng.lognormvariate(0.4, 0.8))))
        walls = rng.uniform(8.0, 24.0) if rng.random() < 0.6 else 0.0
        common = rng.gauss(0, 6) * math.sqrt(0.5)
        shadow = [common + rng.gauss(0, 6) * math.sqrt(0.5) for _ in sites]
        for name, s, azimuth in cells:
            dx, dy = x - sites[s][0], y - sites[s][1]
            rsrp = (power[name] - 10 * math.log10(1200) + antenna_gain(dx, dy, azimuth, 9.0)
                    - urban_macro_loss(math.hypot(dx, dy), 2.0) - shadow[s] - walls)
            paths.append((f"u{u}", name, tenth(rsrp)))
    write_table(example, "data/ues.csv", ["ue", "demand"], users)
    write_table(example, "data/rsrp.csv", ["ue", "cell", "rsrp"], paths)

    names = [name for name, _, _ in cells]
    rows = [[0] * len(names)]
    while len(rows) < 200:
        rows.append([rng.randint(-6, 6) if rng.random() < 0.4 else 0 for _ in names])
    write_table(example, "candidates.csv", [f"offset[{name}]" for name in names], rows)
    lowered = {"c1": -3, "c2": -3, "c3": -3, "c6": -2, "c11": -4, "c16": -1, "c20": 2}
    write_text(example, "policy.json", json.dumps({"offset": lowered}, indent=2) + "\n")


# ---- energy_saving: 7 sites of 3 sectors on 2 layers, 300 users, 24 hours

ACTIVITY = [32, 22, 15, 11, 9, 10, 16, 30, 47, 58, 64, 68,
            72, 70, 67, 66, 70, 78, 88, 96, 100, 92, 74, 50]  # % of the busy hour
LAYERS = {"coverage": (0.8, 10, "800"), "capacity": (2.1, 20, "2100")}  # GHz, MHz, name


def energy_saving():
    example, rng = "energy_saving", random.Random("energy_saving 1")
    sites = hexagonal_sites(7, 900.0)
    write_table(example, "data/sites.csv", ["site", "p_fixed", "efficiency"],
                [(f"s{s + 1}", rng.choice([180, 220, 260, 320]), rng.choice([88, 90, 92]))
                 for s in range(7)])
    cells = [(f"s{s + 1}{'abc'[k]}_{LAYERS[layer][2]}", s, 120 * k + 30, layer)
             for layer in LAYERS for s in range(7) for k in range(3)]
    # A macro carrier with two transmitters, as in Auer et al. 2011 (EARTH): 2 x (130 W + 4.7 x 20 W).
    write_table(example, "data/cells.csv",
                ["cell", "site", "layer", "bandwidth", "tx_power", "p_idle", "slope", "p_sleep"],
                [(name, f"s{s + 1}", layer, LAYERS[layer][1], 46, 260, 4.7, 150)
                 for name, s, _, layer in cells])
    write_table(example, "data/traffic.csv", ["hour", "activity", "length"],
                [(f"h{h:02d}", ACTIVITY[h], 60) for h in range(24)])

    users, paths = [], []
    for u in range(1, 301):
        x, y = drop(rng, sites, 520.0, 35.0)
        users.append((f"u{u}", tenth(min(max(rng.lognormvariate(-0.1, 0.6), 0.1), 4.0))))
        walls = rng.uniform(6.0, 16.0) if rng.random() < 0.6 else 0.0
        common = rng.gauss(0, 6) * math.sqrt(0.5)
        shadow = [common + rng.gauss(0, 6) * math.sqrt(0.5) for _ in sites]
        for name, s, azimuth, layer in cells:
            dx, dy = x - sites[s][0], y - sites[s][1]
            gain = (antenna_gain(dx, dy, azimuth, 6.0)
                    - urban_macro_loss(math.hypot(dx, dy), LAYERS[layer][0])
                    - shadow[s] - (walls if layer == "coverage" else 1.3 * walls))
            paths.append((f"u{u}", name, tenth(gain)))
    write_table(example, "data/ues.csv", ["ue", "demand"], users)
    write_table(example, "data/gain.csv", ["ue", "cell", "gain"], paths)

    capacity = [(name, s) for name, s, _, layer in cells if layer == "capacity"]

    def sleeping(threshold):
        """Every capacity carrier of a site sleeps while activity is below the site's threshold."""
        return {name: {f"h{h:02d}": True for h in range(24) if ACTIVITY[h] < threshold[s]}
                for name, s in capacity if any(a < threshold[s] for a in ACTIVITY)}

    policies = [sleeping([threshold] * 7)
                for threshold in (0, 10, 12, 16, 20, 25, 31, 40, 48, 55, 60, 66, 70, 101)]
    while len(policies) < 40:
        policies.append(sleeping([rng.choice([0, 12, 20, 31, 48, 60]) for _ in range(7)]))
    write_text(example, "candidates.jsonl",
               "".join(json.dumps({"sleep": policy}) + "\n" for policy in policies))
    write_text(example, "policy.json", json.dumps({"sleep": sleeping([48] * 7)}, indent=1) + "\n")


# ---- new_site: 12 sites stand, one is planned for a new district; 400 users

def new_site():
    example, rng = "new_site", random.Random("new_site 1")
    grid = [(x + 1600.0, y + 1400.0) for x, y in hexagonal_sites(19, 700.0)]
    district = (2300.0, 1950.0)  # the places of the grid that are nearest to it stand empty
    grid.sort(key=lambda p: (round(math.hypot(p[0] - district[0], p[1] - district[1]), 3), p))
    sites = sorted((round(x, 1), round(y, 1)) for x, y in grid[4:16])

    header = ["cell", "x", "y", "azimuth", "height", "tilt", "tx_power", "planned"]
    rows = []
    for s, (x, y) in enumerate(sites):
        height = rng.choice([22, 25, 25, 28])
        for k in range(3):
            tilt = rng.choice([6, 7, 8])
            rows.append((f"s{s + 1:02d}_{k + 1}", x, y, 120 * k + 30, height, tilt, 46, "false"))
    for k in range(3):
        rows.append((f"new_{k + 1}", 0, 0, 120 * k + 30, 25, 7, 46, "true"))
    write_table(example, "data/cells.csv", header, rows)

    users = []
    for u in range(1, 401):
        if rng.random() < 0.35:
            while True:
                x, y = rng.gauss(district[0], 230.0), rng.gauss(district[1], 230.0)
                if math.hypot(x - district[0], y - district[1]) < 550.0:
                    break
        else:
            x, y = drop(rng, sites, 400.0, 20.0)
        users.append((f"u{u}", tenth(x), tenth(y), "true" if rng.random() < 0.6 else "false"))
    write_table(example, "data/ues.csv", ["ue", "x", "y", "indoor"], users)

    rows = []
    for x in range(1700, 2901, 100):
        for y in range(1400, 2501, 100):
            for tilt in (5, 8):
                rows.append((x, y, tilt, tilt, tilt))
    write_table(example, "candidates.csv",
                ["new_x", "new_y", "tilt[new_1]", "tilt[new_2]", "tilt[new_3]"], rows)
    choice = {"new_x": 2350, "new_y": 1900, "tilt": {"new_1": 6, "new_2": 7, "new_3": 8}}
    write_text(example, "policy.json", json.dumps(choice, indent=2) + "\n")


# ---- frequency_reuse: 7 macro cells, 5 micro cells, 3 parts of the band, 200 users

def frequency_reuse():
    example, rng = "frequency_reuse", random.Random("frequency_reuse 1")
    sites = hexagonal_sites(7, 600.0)
    macros = [(f"m{s + 1}", tenth(x), tenth(y), 25, "macro", 8, 10) for s, (x, y) in enumerate(sites)]
    micros = []
    for s in range(5):
        x, y = drop(rng, sites, 330.0, 200.0)
        micros.append((f"s{s + 1}", tenth(x), tenth(y), 10, "micro", 5, 0.5))
    write_table(example, "data/cells.csv", ["cell", "x", "y", "height", "kind", "antenna", "power"],
                macros + micros)
    parts = ["low", "middle", "high"]
    write_table(example, "data/parts.csv", ["part", "width"], [("low", 5), ("middle", 5), ("high", 10)])
    users = []
    for u in range(1, 201):
        x, y = drop(rng, sites, 380.0, 20.0)
        users.append((f"u{u}", tenth(x), tenth(y)))
    write_table(example, "data/ues.csv", ["ue", "x", "y"], users)

    def reuse(shared, foreign, micro):
        """Macro cells send in `shared` parts and in a third of the others; elsewhere with the factor `foreign`."""
        power = {}
        for s, (name, *_, full) in enumerate(macros):
            color = 0 if s == 0 else 1 + s % 2  # no two neighbours of one color
            low = [part for i, part in enumerate(parts) if part not in shared and i != color]
            if low and foreign != 1:
                power[name] = {part: full * foreign for part in low}
        if micro != 1:
            power.update({name: full * micro for name, *_, full in micros})
        return {"power": power}

    choices = [(shared, foreign, micro) for shared in ([], ["high"], ["low", "high"])
               for foreign in (0, 0.05, 0.2, 0.5) for micro in (0, 1, 2, 4)]
    choices += [([], 1, micro) for micro in (0, 1, 2, 4)]
    write_text(example, "candidates.jsonl", "".join(json.dumps(reuse(*choice)) + "\n" for choice in choices))
    write_text(example, "policy.json", json.dumps(reuse([], 0.05, 2), indent=1) + "\n")


# ---- daily_energy: 19 sites of 3 sectors on 2 layers; places are made by the twin

def daily_energy():
    example = "daily_energy"
    write_table(example, "data/layers.csv",
                ["layer", "kind", "frequency", "elements", "subcarrier", "downlink", "overhead", "power", "antenna", "tilt"],
                [("low", "coverage", 1.8, 1200, 15, 100, 15, 46, 16, 8),
                 ("high", "capacity", 3.5, 3276, 30, 75, 4, 55, 17, 8)])

    def thresholds(light, deep, watch):
        """The first `watch` cells of each site are never switched off."""
        cells = {f"s{s}.c{k}": deep for s in range(19) for k in range(3) if k >= watch}
        return {"light_below": light, "deep_below": cells if watch else deep}

    choices = [(light, 0, 0) for light in (0, 20, 50, 80, 100)]
    choices += [(light, deep, watch) for watch, depths in ((0, (12, 15, 20, 30)), (1, (15, 20, 30, 50)), (2, (20, 30, 50)))
                for deep in depths for light in (0, 50, 100)]
    write_text(example, "candidates.jsonl", "".join(json.dumps(thresholds(*choice)) + "\n" for choice in choices))
    write_text(example, "policy.json", json.dumps(thresholds(100, 30, 1), indent=1) + "\n")


# ---- handover: 6 sites along a road, 8 cars

def handover():
    example = "handover"
    write_table(example, "data/sites.csv", ["site", "x", "y"],
                [(f"s{s + 1}", 200 + 600 * s, 40 if s % 2 else -40) for s in range(6)])
    cars = [("tractor", 18, 900, -8), ("bus", -30, 2000, 4), ("car1", 50, 100, -2), ("car2", -50, 3200, 2),
            ("car3", 80, 600, -2), ("car4", -80, 2900, 2), ("car5", 120, 0, -5), ("car6", -120, 3400, 5)]
    write_table(example, "data/vehicles.csv", ["vehicle", "speed", "start", "lane"], cars)

    times = (0, 40, 80, 160, 320, 480, 640, 1280)
    rows = [(hysteresis, ttt, 4) for hysteresis in (0, 1, 2, 3, 4, 5) for ttt in times]
    rows += [(hysteresis, ttt, k) for k in (0, 8, 13) for hysteresis in (1, 3) for ttt in (0, 160, 480)]
    write_table(example, "candidates.csv", ["hysteresis", "ttt", "filter"], rows)
    write_text(example, "policy.json", json.dumps({"hysteresis": 4, "ttt": 0}, indent=2) + "\n")


if __name__ == "__main__":
    power_control()
    energy_saving()
    daily_energy()
    frequency_reuse()
    handover()
    new_site()
