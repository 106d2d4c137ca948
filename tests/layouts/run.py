#!/usr/bin/env python3
"""Tables that no file holds: places, directions and chance, held against what is worked out here.

The taps of others are no part of the source: they are read from HERMES_REFERENCE, else from shared/reference beside
the source, where they are there.
usage: run.py HERMESC [WORKDIR]
"""
import collections
import csv
import io
import itertools
import json
import math
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

SOURCE = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(SOURCE / "tests"))
from cases import require, run_all  # noqa: E402

HERMESC = pathlib.Path(sys.argv[1]).resolve()
REFERENCE = pathlib.Path(os.environ.get("HERMES_REFERENCE") or SOURCE.parent / "shared/reference")
REFERENCE /= "tr38901_tdl_profiles.csv"
SITES = "table site from hexagonal({rings}, 500 m) {{ x : m; y : m; }}\n"
NEIGHBOURS = [(500 * math.cos(math.radians(a)), 500 * math.sin(math.radians(a))) for a in range(30, 390, 60)]


# ---- running ----

def run(text, *words, data=None):
    """The finished run of a blueprint with these tables."""
    with tempfile.TemporaryDirectory(prefix="hermes layouts ") as directory:
        path = pathlib.Path(directory) / "b.hbp"
        path.write_text("blueprint b;\n" + text + "kpi nothing : 1 = 1;\n", encoding="utf-8")
        for name, content in (data or {}).items():
            (path.parent / name).write_text(content, encoding="utf-8")
        words = [*words, "--data", directory] if data else words
        return subprocess.run([HERMESC, "interpret", path, "run", *words], text=True, capture_output=True, timeout=120,
                              env={**os.environ, "NO_COLOR": "1"})


def rows(text, table, columns, *words, data=None):
    """The rows of a table, {key: (column, ...)}: numbers where they are some."""
    show = ",".join(f"{table}.{column}" for column in columns.split())
    done = run(text, "--show", show, "--format", "csv", *words, data=data)
    require(done.returncode == 0, done.stderr)
    found = list(csv.reader(io.StringIO(done.stdout)))[1:]
    return {row[0]: tuple(map(number, row[1:])) for row in found}


def number(text):
    try:
        return float(text)
    except ValueError:
        return text == "true" if text in ("true", "false") else text


def fails(text, code, *expected, words=()):
    done = run(text, *words)
    require(done.returncode == 2 and f"error[{code}]" in done.stderr, f"no {code}:\n{done.stderr}")
    for part in expected:
        require(part in done.stderr, f"no `{part}` in\n{done.stderr}")


def near(a, b):
    return abs(a - b) <= 1e-9 * max(1, abs(a), abs(b))


def same_places(found, wanted):
    for place in wanted:
        require(any(math.dist(place, other) < 1e-6 for other in found), f"nothing stands at {place}")
    require(len(found) == len(wanted), f"{len(found)} places instead of {len(wanted)}")


def fits(counts, expected, most):
    """Pearson's chi-square stays below a bound that chance passes once in 10000 times."""
    found = sum((count - expected) ** 2 / expected for count in counts)
    require(found < most, f"chi-square is {found:.1f}, beyond {most}: {counts}")


# ---- grids ----

def grid(rings):
    """All sites within so many steps of a neighbour, walked to one by one."""
    found = {(0, 0): (0.0, 0.0)}
    for _ in range(rings):
        for x, y in list(found.values()):
            for dx, dy in NEIGHBOURS:
                found.setdefault((round(x + dx), round(y + dy)), (x + dx, y + dy))
    return list(found.values())


def check_grid():
    for rings in (0, 1, 2, 5):
        found = rows(SITES.format(rings=rings), "site", "x y")
        require(list(found) == [f"s{i}" for i in range(3 * rings * (rings + 1) + 1)], f"keys are {list(found)}")
        same_places(list(found.values()), grid(rings))


def check_rings():
    """Ring by ring: the steps to the middle never become fewer."""
    steps = {(round(x), round(y)): ring for ring in range(5, -1, -1) for x, y in grid(ring)}
    found = [steps[round(x), round(y)] for x, y in rows(SITES.format(rings=5), "site", "x y").values()]
    require(found == sorted(found), f"rings come as {found}")


def check_cells():
    direct = rows("table cell from hexagonal(2, 500 m, 3) { x : m; y : m; azimuth : deg; site : int; sector : int; }\n",
                  "cell", "x y azimuth site sector")
    require(len(direct) == 57, f"{len(direct)} cells")
    sites = list(rows(SITES.format(rings=2), "site", "x y").values())
    for i, (key, (x, y, azimuth, site, sector)) in enumerate(direct.items()):
        require(key == f"s{i // 3}.c{i % 3}" and (site, sector) == (i // 3, i % 3), f"row {i} is {key}, {site}, {sector}")
        require((x, y) == sites[i // 3] and azimuth == [30, 150, -90][i % 3], f"{key} is at {x}, {y}, {azimuth}")
    others = rows(SITES.format(rings=2) + "table cell from sectors(site, 3) { x : m; y : m; azimuth : deg; site : site; "
                  "sector : int; }\n", "cell", "x y azimuth site sector")
    require({key: row[:3] for key, row in direct.items()} == {key: row[:3] for key, row in others.items()},
            "sectors of sites are not the cells of the grid")
    require(all(row[3] == key.split(".")[0] for key, row in others.items()), "a sector refers to another site")


def check_azimuths():
    found = rows(SITES.format(rings=0) + "table cell from sectors(site, 6, -190 deg) { azimuth : deg; }\n", "cell", "azimuth")
    require([row[0] for row in found.values()] == [170, -130, -70, -10, 50, 110], f"azimuths are {found}")


def check_sectors_of_a_file():
    found = rows('table mast from "masts.csv" { x : km; y : km; }\ntable cell from sectors(mast, 2, 0 deg) { x : m; y : m; '
                 "azimuth : deg; site : mast; }\n", "cell", "x y azimuth site",
                 data={"masts.csv": "mast,x,y\nnorth,1,2.5\nsouth,1,-2\n"})
    require(found == {"north.c0": (1000, 2500, 0, "north"), "north.c1": (1000, 2500, -180, "north"),
                      "south.c0": (1000, -2000, 0, "south"), "south.c1": (1000, -2000, -180, "south")}, f"it is {found}")


def check_hall():
    found = rows("table ap from hall(120 m, 50 m, 6, 2, 20 m) { x : m; y : m; }\n", "ap", "x y")
    require(list(found.values()) == [(x, y) for y in (15, 35) for x in (10, 30, 50, 70, 90, 110)], f"it is {found}")


# ---- points in hexagons ----

def site_of(place, sites):
    return min(sites, key=lambda site: math.dist(place, sites[site]))


def check_drop():
    text = SITES.format(rings=2) + "table ue from drop(site, 40, 500 m, 35 m) { x : m; y : m; site : site; }\n"
    sites, found = rows(text, "site", "x y"), rows(text, "ue", "x y site")
    require(len(found) == 19 * 40 and list(found)[41] == "s1.u1", "keys or rows are others")
    for key, (x, y, site) in found.items():
        require(site_of((x, y), sites) == site == key.split(".")[0], f"{key} lies in another hexagon than {site}")
        require(min(math.dist((x, y), other) for other in sites.values()) >= 35, f"{key} is too near to a site")


def check_uniform_in_hexagon():
    """In six triangles, and in rings of equal areas: those between the inner circle and that of half its area."""
    text = SITES.format(rings=0) + "table ue from drop(site, 12000, 500 m, 0 m) { x : m; y : m; }\n"
    places = list(rows(text, "ue", "x y").values())
    fits(collections.Counter(int(math.degrees(math.atan2(y, x)) % 360 // 60) for x, y in places).values(), 2000, 25.7)
    hexagon = 500 ** 2 * math.sqrt(3) / 2
    inner = math.pi * 250 ** 2
    for share in (0.25, 0.5, 1):
        within = sum(math.hypot(x, y) ** 2 < share * 250 ** 2 for x, y in places) / 12000
        wanted = share * inner / hexagon
        deviation = math.sqrt(wanted * (1 - wanted) / 12000)
        require(abs(within - wanted) < 4 * deviation, f"{within} lie within {share} of the inner circle, not {wanted}")


def check_distance_to_every_site():
    """The rows of the other table need be no grid: nobody is near to one of another hexagon either."""
    text = ('table mast from "m.csv" { x : m; y : m; }\n'
            "table ue from drop(mast, 300, 500 m, 100 m) { x : m; y : m; site : mast; }\n")
    data = {"m.csv": "mast,x,y\na,0,0\nb,200,0\n"}
    found = rows(text, "ue", "x y", data=data)
    require(min(math.dist(place, other) for place in found.values() for other in ((0, 0), (200, 0))) >= 100,
            "somebody is nearer than 100 m")


def check_clusters():
    text = SITES.format(rings=1) + ("table ue from clustered(site, 300, 500 m, 35 m, 3, 40 m, 66 %) "
                                    "{ x : m; y : m; site : site; hotspot : int; }\n")
    sites, found = rows(text, "site", "x y"), rows(text, "ue", "x y site hotspot")
    groups = collections.defaultdict(list)
    for key, (x, y, site, hotspot) in found.items():
        require(site_of((x, y), sites) == site, f"{key} lies in another hexagon")
        require(min(math.dist((x, y), other) for other in sites.values()) >= 35, f"{key} is too near to a site")
        groups[site, hotspot].append((x, y))
    require(set(groups) == {(site, i) for site in sites for i in range(4)}, "a hotspot is empty")
    for (site, hotspot), places in groups.items():
        widest = max(math.dist(a, b) for a, b in itertools.combinations(places, 2))
        require(widest <= 80 or hotspot == 0, f"hotspot {hotspot} of {site} is {widest} m wide")
        require(widest > 60, f"hotspot {hotspot} of {site} is {widest} m wide only")
    inside = sum(hotspot > 0 for *_, hotspot in found.values())
    require(abs(inside - 0.66 * 2100) < 4 * math.sqrt(2100 * 0.66 * 0.34), f"{inside} of 2100 are in hotspots")


def check_floors():
    text = "table ue from uniform(20000, 100 m, 50 m, 80 %) { indoor : bool; floors : int; floor : int; height : m; }\n"
    found = list(rows(text, "ue", "indoor floors floor height").values())
    inside = [row for row in found if row[0]]
    require(abs(len(inside) - 16000) < 4 * math.sqrt(20000 * 0.8 * 0.2), f"{len(inside)} of 20000 are indoors")
    require(all(row[1:] == (1, 1, 1.5) for row in found if not row[0]), "somebody outdoors is on a floor")
    require(all(row[3] == 3 * (row[2] - 1) + 1.5 for row in found), "a height is not that of its floor")
    fits(collections.Counter(row[1] for row in inside).values(), len(inside) / 5, 23.5)
    for floors in range(4, 9):
        of = [row[2] for row in inside if row[1] == floors]
        require(set(of) == set(range(1, floors + 1)), f"of {floors} floors there are {set(of)}")
        fits(collections.Counter(of).values(), len(of) / floors, 30)


def check_share_of_all_or_none():
    for share, wanted in ((0, False), (100, True)):
        found = rows(f"table ue from uniform(500, 9 m, 9 m, {share} %) {{ indoor : bool; }}\n", "ue", "indoor")
        require({row[0] for row in found.values()} == {wanted}, f"{share} % are not {wanted}")


# ---- points on a rectangle ----

def check_uniform():
    found = list(rows("table ue from uniform(10000, 200 m, 50 m) { x : m; y : m; }\n", "ue", "x y").values())
    require(all(0 <= x < 200 and 0 <= y < 50 for x, y in found), "somebody is outside")
    fits(collections.Counter((int(x // 20), int(y // 5)) for x, y in found).values(), 100, 161)


def poisson(seed, mean):
    text = f"table bs from poisson({mean} km^-2, 2 km, 0.5 km) {{ x : m; y : m; }}\n"
    return list(rows(text, "bs", "x y", "--seed", str(seed)).values())


def check_poisson():
    """Over seeds, the number has the mean and the variance of the distribution, and points are uniform."""
    drawn = [poisson(seed, 30) for seed in range(1, 201)]
    counts, places = [len(points) for points in drawn], [point for points in drawn for point in points]
    mean, variance = statistics.mean(counts), statistics.variance(counts)
    require(abs(mean - 30) < 4 * math.sqrt(30 / 200), f"the mean number is {mean}")
    require(abs(variance / 30 - 1) < 4 * math.sqrt(2 / 199), f"the variance is {variance}")
    fits(collections.Counter((int(x // 200), int(y // 100)) for x, y in places).values(), len(places) / 50, 95)


# ---- delay lines ----

def taps(profile, spread="100 ns"):
    text = f"table tap from tdl_{profile}({spread}) {{ delay : ns; power : dB; gain : dB; sight : bool; }}\n"
    return list(rows(text, "tap", "delay power gain sight").values())


def check_taps():
    """Their rms delay spread is what was asked for; gains add up to 1; D and E have the K-factors of the standard."""
    for profile, count, within in ("a", 23, 1e-3), ("b", 23, 1e-3), ("c", 24, 1e-3), ("d", 14, 7e-3), ("e", 15, 1e-3):
        found = taps(profile)
        gains = [10 ** (gain / 10) for _, _, gain, _ in found]
        mean = sum(gain * tap[0] for gain, tap in zip(gains, found))
        spread = math.sqrt(sum(gain * tap[0] ** 2 for gain, tap in zip(gains, found)) - mean ** 2)
        require(len(found) == count and near(sum(gains), 1), f"TDL-{profile}: {len(found)} taps, gain {sum(gains)}")
        require(abs(spread / 100 - 1) < within, f"TDL-{profile}: the rms delay spread is {spread} ns")
        require([tap[3] for tap in found] == [profile in "de"] + [False] * (count - 1), f"TDL-{profile}: {found}")
        shifts = {round(tap[1] - tap[2], 9) for tap in found}
        require(len(shifts) == 1, f"TDL-{profile}: gains are not powers, moved by the same")
    for profile, factor in ("d", 13.3), ("e", 22):
        first, second = taps(profile)[:2]
        require(near(first[1] - second[1], factor), f"TDL-{profile}: K is {first[1] - second[1]} dB")


def check_taps_of_others():
    """Tap by tap those of an implementation of the standard, where its numbers are at hand."""
    if not REFERENCE.is_file():
        return
    wanted = collections.defaultdict(list)
    with REFERENCE.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            wanted[row["model"]].append((row["normalized_delay"], row["power_db"]))
    for profile in "abcde":
        others = [(float(delay), float(power)) for delay, power in wanted[f"TDL-{profile.upper()}"]]
        found = [(delay, power) for delay, power, *_ in taps(profile, "1 ns")]
        require(len(found) == len(others) and all(near(a, b) for x, y in zip(found, others) for a, b in zip(x, y)),
                f"TDL-{profile}: {found}, not {others}")


# ---- patterns of antennas ----

PATTERN = "table pattern from msi(\"a.msi\") { angle : deg; horizontal : dB; vertical : dB; gain : dBi; }\n"
ANGLES = range(0, 360, 5)


def lines(cut, loss):
    return "".join(f"{angle}\t{loss(angle):.3f} \n" for angle in ANGLES)


def msi(gain="GAIN 15.35 dBi", horizontal="HORIZONTAL 72", vertical="VERTICAL 72", end="\n"):
    sine, half = (lambda a: 30 * math.sin(math.radians(a / 2)) ** 2), (lambda a: a / 12)
    text = (f"NAME PANEL 1800\nFREQUENCY 1842.5\n{gain}\nTILT ELECTRICAL\n{horizontal}\n{lines(horizontal, sine)}"
            f"{vertical}\n{lines(vertical, half)}COMMENT drawn by hand\n")
    return {"a.msi": text.replace("\n", end)}


def check_pattern():
    for end in ("\n", "\r\n"):
        found = rows(PATTERN, "pattern", "angle horizontal vertical gain", data=msi(end=end))
        require(len(found) == 72 and list(found)[0] == "a0", f"there are {len(found)} rows")
        for row, angle in zip(found.values(), ANGLES):
            wanted = angle, round(30 * math.sin(math.radians(angle / 2)) ** 2, 3), round(angle / 12, 3), 15.35
            require(all(abs(a - b) < 6e-4 for a, b in zip(row, wanted)), f"at {angle} it is {row}, not {wanted}")


def check_gains():
    for gain, wanted in ("GAIN 13.2 dBd", 15.35), ("gain 13.2", 15.35), ("Gain 1.535e1 DBI", 15.35):
        found = rows(PATTERN, "pattern", "gain", data=msi(gain))
        require(all(near(row[0], wanted) for row in found.values()), f"{gain} is {found['a0']}")


def check_wrong_patterns():
    vertical = msi()["a.msi"].index("VERTICAL")
    for data, line, what in [
            (msi("GAIN"), 3, "no number stands behind GAIN"), (msi("GAIN 3 dB"), 3, "dBd or dBi"),
            (msi("GAIN nan"), 3, "no number"), (msi("MAKE X"), 0, "no GAIN"),
            (msi(horizontal="HORIZONTAL"), 5, "the number of its lines"), (msi(horizontal="HORIZONTAL 0"), 5, "number"),
            (msi(horizontal="HORIZONTAL 1e9"), 5, "number"), (msi(horizontal="HORIZONTAL 73"), 78, "an angle and a loss"),
            (msi(horizontal="HORIZONTAL 9000000"), 5, "fewer lines"), (msi(vertical="VERTICAL 73"), 151, "an angle and a loss"),
            (msi(horizontal="CUT 72"), 0, "no HORIZONTAL"), (msi(vertical="CUT 72"), 0, "no VERTICAL"),
            (msi(vertical="HORIZONTAL 72"), 78, "twice"), (msi(vertical="VERTICAL 71"), 0, "differ in their angles"),
            ({"a.msi": msi()["a.msi"][:vertical] + "VERTICAL 2\n0 0\n"}, 79, "fewer lines"),
            ({"a.msi": msi()["a.msi"][:vertical] + "VERTICAL 1\n0 0 0\n"}, 79, "an angle and a loss"),
            ({"a.msi": ""}, 0, "no GAIN"), ({"a.msi": "GAIN 1\x00"}, 0, "NUL"), ({"b.msi": ""}, 0, "a.msi")]:
        done = run(PATTERN, data=data)
        place = f"a.msi:{line}\n" if line else "a.msi"
        require(done.returncode == 2 and what in done.stderr and place in done.stderr, f"no `{what}`:\n{done.stderr}")


# ---- the same again ----

NETWORK = SITES + ("table ue from drop(site, {users}, 500 m, 35 m, 80 %) {{ x : m; y : m; indoor : bool; height : m; }}\n"
                   "table pub from clustered(site, {users}, 500 m, 35 m, 2, 40 m, 66 %) {{ x : m; y : m; }}\n"
                   "table walker from uniform({users}, 3 km, 3 km) {{ x : m; y : m; }}\n")


def drawn(seed=1, text=NETWORK, **numbers):
    text = text.format(**{"rings": 1, "users": 5, **numbers})
    found = {}
    for table, columns in {"ue": "x y indoor height", "pub": "x y", "walker": "x y"}.items():
        found.update({(table, key): row for key, row in rows(text, table, columns, "--seed", str(seed)).items()})
    return found


def check_same_again():
    first = drawn()
    require(first == drawn(), "one seed makes two drops")
    other = drawn(seed=2)
    require(not set(first.values()) & set(other.values()), "two seeds share a point")


def check_more_rows():
    """What is added moves nothing: a ring, users, another table in front, columns."""
    first = drawn()
    for more in ({"rings": 2}, {"users": 9}, {"text": "table other from uniform(7, 1 m, 1 m) {{ x : m; }}\n" + NETWORK}):
        found = drawn(**more)
        require(len(found) >= len(first), "there are fewer rows")
        moved = [key for key in first if found[key] != first[key]]
        require(not moved, f"with {more}, {moved[:3]} moved")


def check_rows_differ():
    """No random number serves twice: neither for two rows of a table, nor at two sites."""
    found = rows("table a from uniform(2000, 1 m, 1 m) { x : m; y : m; }\n", "a", "x y")
    require(len({number for row in found.values() for number in row}) == 4000, "two rows share a number")
    text = SITES.format(rings=2) + "".join(
        f"table {name} from {source} {{ x : m; y : m; site : site; }}\n" for name, source in
        [("ue", "drop(site, 20, 500 m, 0 m)"), ("pub", "clustered(site, 20, 500 m, 0 m, 2, 40 m, 50 %)")])
    sites = rows(text, "site", "x y")
    for table in ("ue", "pub"):
        offsets = {(round(x - sites[site][0], 6), round(y - sites[site][1], 6))
                   for x, y, site in rows(text, table, "x y site").values()}
        require(len(offsets) == 380, f"of {table}, two sites share a point")


def check_names_differ():
    text = "table a from uniform(100, 1 m, 1 m) { x : m; y : m; }\ntable b from uniform(100, 1 m, 1 m) { x : m; y : m; }\n"
    require(not set(rows(text, "a", "x").values()) & set(rows(text, "b", "x").values()), "two tables share a point")


def check_native():
    """A native twin draws as the interpreter does, and says where its tables come from."""
    with tempfile.TemporaryDirectory(prefix="hermes layouts ") as directory:
        path = pathlib.Path(directory)
        (path / "b.hbp").write_text("blueprint b;\n" + NETWORK.format(rings=1, users=5) + "kpi nothing : 1 = 1;\n")
        subprocess.run([HERMESC, path / "b.hbp", "-o", path / "ndt"], check=True, timeout=120)
        words = ["run", "--show", "ue.x,ue.y,ue.indoor,ue.height", "--format", "csv", "--seed", "5"]
        native = subprocess.run([path / "ndt", *words], text=True, capture_output=True, timeout=60).stdout
        interpreted = subprocess.run([HERMESC, "interpret", path / "b.hbp", *words], text=True, capture_output=True,
                                     timeout=60).stdout
        require(native == interpreted and native.count("\n") == 36, "the two draw differently")
        info = subprocess.run([path / "ndt", "info"], text=True, capture_output=True, timeout=60).stdout
        require("ue from drop(site, 5, 500 m, 35 m, 80 %)" in info, info)
        made = json.loads(subprocess.run([path / "ndt", "info", "--json"], text=True, capture_output=True,
                                         timeout=60).stdout)["tables"][1]["made"]
        require(made == {"name": "drop", "table": 0, "arguments": [5, 500, 35, 80]}, f"it is {made}")


# ---- wrap-around ----

def nearest(dx, dy, rings):
    """The least difference to any point of the lattice of copies, of which many more are tried than six."""
    first = [(rings + 1) * a + rings * b for a, b in zip(NEIGHBOURS[0], NEIGHBOURS[1])]
    second = [(rings + 1) * a + rings * b for a, b in zip(NEIGHBOURS[1], NEIGHBOURS[2])]
    return min(((dx - i * first[0] - j * second[0], dy - i * first[1] - j * second[1])
                for i in range(-3, 4) for j in range(-3, 4)), key=lambda d: math.hypot(*d))


def check_wrap_around():
    for rings in (0, 1, 2, 3):
        text = "import radio.layout;\n" + SITES.format(rings=rings) + (
            "table ue from drop(site, 7, 500 m, 0 m) { x : m; y : m; }\n"
            "functional block b {\n"
            f"out dx[u in ue, s in site] : m = wrapped_dx(s.x - u.x, s.y - u.y, {rings}, 500 m);\n"
            f"out dy[u in ue, s in site] : m = wrapped_dy(s.x - u.x, s.y - u.y, {rings}, 500 m);\n"
            f"out d[u in ue, s in site] : m = wrapped_distance(s.x - u.x, s.y - u.y, {rings}, 500 m);\n}}\n")
        sites, ues = rows(text, "site", "x y"), rows(text, "ue", "x y")
        done = run(text, "--show", "dx,dy,d", "--format", "csv")
        require(done.returncode == 0, done.stderr)
        found = [row[:2] + list(map(float, row[2:])) for row in list(csv.reader(io.StringIO(done.stdout)))[1:]]
        require(len(found) == len(sites) * len(ues), "not every pair is there")
        for ue, site, dx, dy, distance in found:
            wanted = nearest(sites[site][0] - ues[ue][0], sites[site][1] - ues[ue][1], rings)
            require(near(math.hypot(*wanted), distance) and near(math.hypot(dx, dy), distance),
                    f"{rings} rings, {ue} to {site}: {dx}, {dy}, {distance}, not {wanted}")
            require(math.dist((dx, dy), wanted) < 1e-6, f"{rings} rings, {ue} to {site}: {dx}, {dy}, not {wanted}")


def check_no_edge():
    """Seen from any site of the grid, the others are as far away as from the middle."""
    text = "import radio.layout;\n" + SITES.format(rings=2) + (
        "functional block b { out d[a in site, b in site] : m = "
        "wrapped_distance(b.x - a.x, b.y - a.y, 2, 500 m); }\n")
    views = collections.defaultdict(list)
    for a, _, distance in list(csv.reader(io.StringIO(run(text, "--show", "d", "--format", "csv").stdout)))[1:]:
        views[a].append(float(distance))
    middle = sorted(views["s0"])
    require(all(near(x, y) for view in views.values() for x, y in zip(sorted(view), middle)), "a site sees an edge")


# ---- what is refused ----

def check_limits():
    fails("table a from uniform(10000001, 1 m, 1 m) { x : m; }\n", "HB0738", "more than 10000000 rows", "table `a`")
    fails("table a from poisson(1e12 km^-2, 10 m, 10 m) { x : m; }\n", "HB0738")
    fails("table a from uniform(1000, 1 m, 1 m) { x : m; y : m; }\n", "HB0733", words=("--max-memory", "10kB"))
    fails(SITES.format(rings=20) + "table ue from drop(site, 10, 500 m, 35 m) { x : m; }\n", "HB0734",
          words=("--max-work", "1e6"))


def check_no_rows():
    fails("table a from poisson(0 km^-2, 10 m, 10 m) { x : m; }\n", "HB0716", "no rows")


def check_ranges():
    fails("table a from uniform(1000, 10 m, 10 m) { x : cm in 0 cm .. 900 cm; y : m; }\n", "HB0726", "`x`", "table `a`",
          "0 cm .. 900 cm")


def check_no_place():
    fails("table site from hexagonal(5, 100 m) { x : m; y : m; }\ntable ue from drop(site, 1, 500 m, 200 m) { x : m; }\n",
          "HB0739", "s0.u0")


def check_data():
    require(run(SITES.format(rings=1)).returncode == 0, "a twin without files needs --data")
    done = run('table site from "s.csv" { x : m; y : m; }\ntable ue from drop(site, 1, 500 m, 35 m) { x : m; }\n')
    require(done.returncode == 2 and "HB0806" in done.stderr, f"it needs --data, and says:\n{done.stderr}")


def check_defaults():
    found = rows("table a from uniform(2, 1 m, 1 m) { x : m; power : dBm = 46 dBm; on : bool = true; indoor : bool = true; "
                 "kind : {big, small} = small; }\n", "a", "power on indoor kind")
    require(list(found.values()) == [(46, True, True, "small")] * 2, f"it is {found}")


TESTS = [(name[6:].replace("_", " "), check) for name, check in list(globals().items()) if name.startswith("check_")]
sys.exit(run_all(TESTS))
