"""Tilted and steered panels computed a second time: turned as a rigid body, the elements added up one by one."""
import cmath
import itertools
import math

from vectors import Case

COLUMNS = {"theta": "deg", "phi": "deg", "bearing": "deg", "tilt": "deg", "rows": "1", "cols": "1", "dv": "1", "dh": "1",
           "down": "deg", "scan": "deg"}
DIRECTIONS = [(90, 0), (97.3, 12.5), (71, -33), (123, 140), (100, -171), (8, 55), (171, 20)]
MOUNTINGS = [(0, 0), (30, 6), (-110, 12.5), (175, -9)]
PANELS = [(1, 1, 0.5, 0.5, 0, 0), (8, 1, 0.8, 0.5, 9, 0), (8, 4, 0.5, 0.5, 7, 25), (12, 8, 0.7, 0.5, -4, -50)]


def panels(_):
    return [dict(zip(COLUMNS, map(str, direction + mounting + panel)))
            for direction, mounting, panel in itertools.product(DIRECTIONS, MOUNTINGS, PANELS)]


def direction_of(theta, phi):
    return math.sin(theta) * math.cos(phi), math.sin(theta) * math.sin(phi), math.cos(theta)


def turned_back(v, bearing, tilt):
    """The direction in the antenna's own frame: its azimuth undone about z, then its tilt about y."""
    x, y, z = v
    x, y = x * math.cos(bearing) + y * math.sin(bearing), y * math.cos(bearing) - x * math.sin(bearing)
    return x * math.cos(tilt) - z * math.sin(tilt), y, z * math.cos(tilt) + x * math.sin(tilt)


def element(v):
    """Table 7.3-1 of TR 38.901 in the direction of a unit vector."""
    theta = math.degrees(math.acos(max(-1, min(1, v[2]))))
    phi = math.degrees(math.atan2(v[1], v[0]))
    return 8 - min(min(12 * ((theta - 90) / 65) ** 2, 30) + min(12 * (phi / 65) ** 2, 30), 30)


def panel_gain(row):
    angles = {name for name, unit in COLUMNS.items() if unit == "deg"}
    r = {name: math.radians(float(text)) if name in angles else float(text) for name, text in row.items()}
    v = turned_back(direction_of(r["theta"], r["phi"]), r["bearing"], r["tilt"])
    beam = direction_of(math.pi / 2 + r["down"], r["scan"])
    count = int(r["rows"]) * int(r["cols"])
    total = sum(cmath.exp(2j * math.pi * (m * r["dv"] * (v[2] - beam[2]) + n * r["dh"] * (v[1] - beam[1])))
                for m in range(int(r["rows"])) for n in range(int(r["cols"])))
    return 10 ** (element(v) / 10) * abs(total) ** 2 / count


TURNED = [  # linear: in the nulls between side lobes, decibels are rounding errors
    Case("panel_turned", "", {name: (name, unit) for name, unit in COLUMNS.items()},
         "lin(panel_gain(r.theta, r.phi, r.bearing, r.tilt, r.rows, r.cols, r.dv, r.dh, r.down, r.scan))", "1",
         panel_gain, 1e-9, spread=panels, reason="a turned body and a sum of elements"),
]
