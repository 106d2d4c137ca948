#!/usr/bin/env python3
"""Chance: are the numbers distributed as the language says, do they depend on what they may depend on and on nothing
else, and are means, deviations and intervals those of statistics?

Distribution functions, quantiles and jackknifes are worked out here. Every seed is fixed, so that what passes once
passes always; the bounds are those of a test at a level of about 1e-4.
usage: run.py HERMESC WORKDIR
"""
import csv
import functools
import io
import json
import math
import os
import pathlib
import subprocess
import sys

SOURCE = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(SOURCE / "tests"))
from cases import require, run_all  # noqa: E402
import coverage  # noqa: E402

HERMESC, WORK = map(os.path.abspath, sys.argv[1:3])
WORK = pathlib.Path(WORK)
ROWS = 30000
T95 = {1: 12.706205, 3: 3.182446, 7: 2.364624, 9: 2.262157, 15: 2.131450}  # Student's t, 0.975, by degrees of freedom


def twin(name, text):
    """Builds a blueprint; the path of its program."""
    path = WORK / f"{name}.hbp"
    path.write_text(text)
    done = subprocess.run([HERMESC, path, "-o", WORK / name], capture_output=True, text=True)
    require(done.returncode == 0, done.stderr)
    return WORK / name


def data(name, **tables):
    """A data directory: of each table its header and rows."""
    directory = WORK / name
    directory.mkdir(exist_ok=True)
    for table, rows in tables.items():
        (directory / f"{table}.csv").write_text("".join(",".join(map(str, row)) + "\n" for row in rows))
    return directory


def run(program, directory, *words, command="run"):
    done = subprocess.run([program, command, "--data", directory, *words], capture_output=True, text=True)
    require(done.returncode == 0, done.stdout + done.stderr)
    return done.stdout


def kpis(program, directory, *words):
    return json.loads(run(program, directory, "--format", "json", *words))["kpis"]


def arrays(program, directory, names, *words):
    """The first draw's values, by name and then by the keys of their row."""
    rows = csv.reader(io.StringIO(run(program, directory, "--format", "csv", "--draws", "1", "--show", ",".join(names), *words)))
    head = next(rows)
    keys = len(head) - len(names)
    found = {name: {} for name in names}
    for row in rows:
        for name, value in zip(names, row[keys:]):
            found[name][tuple(row[:keys])] = value
    return found


# ---- distribution functions ---------------------------------------------------------------------


def normal(x):
    return math.erfc(-x / math.sqrt(2)) / 2


def gamma_share(a, x):
    """The lower incomplete gamma function as a share of the whole, by its series."""
    if x <= 0:
        return 0.0
    term = total = 1 / a
    n = 0
    while term > total * 1e-16:
        n += 1
        term *= x / (a + n)
        total += term
    return min(1.0, total * math.exp(-x + a * math.log(x) - math.lgamma(a)))


@functools.cache
def rician(x, direct, scale, steps=200):
    """The amplitude is at most x where the point lies in a circle: one part is integrated over, the other is normal."""
    total = 0.0
    for i in range(steps):  # of y, one part; the other one is normal about `direct`
        y = -x + 2 * x * (i + 0.5) / steps
        half = math.sqrt(max(x * x - y * y, 0))
        inside = normal((half - direct) / scale) - normal((-half - direct) / scale)
        total += inside * math.exp(-y * y / (2 * scale * scale)) * 2 * x / steps
    return total / (scale * math.sqrt(2 * math.pi))


def between(function, x, step):
    """A smooth function, from where it is known."""
    low = math.floor(x / step) * step
    return function(low) + (function(low + step) - function(low)) * (x - low) / step


CONTINUOUS = {  # declaration -> distribution function, in the declared unit
    "dB ~ normal(-3 dB, 6 dB)": lambda x: normal((x + 3) / 6),
    "dBm ~ normal(30 dBm, 2 dB)": lambda x: normal((x - 30) / 2),
    "degC ~ normal(20 degC, 4 K)": lambda x: normal((x - 20) / 4),
    "Mbit ~ lognormal(2 Mbit, 0.5)": lambda x: normal(math.log(x / 2) / 0.5),
    "m ~ uniform(-50 m, 150 m)": lambda x: (x + 50) / 200,
    "s ~ exponential(3 s)": lambda x: -math.expm1(-x / 3),
    "W ~ gamma(2.5, 3 W)": lambda x: gamma_share(2.5, x / 3),
    "W ~ gamma(0.3, 1 W)": lambda x: gamma_share(0.3, x),
    "V ~ rayleigh(2 V)": lambda x: -math.expm1(-x * x / 8),
    "V ~ rician(3 V, 2 V)": lambda x: between(lambda at: rician(at, 3, 2), x, 0.02),
    "dB ~ field(1 dB, 5 dB, u.far, u.far, 1 m)": lambda x: normal((x - 1) / 5),
    "1 ~ poisson(4e15)": lambda x: normal((x - 4e15) / math.sqrt(4e15)),
}
DISCRETE = {  # declaration -> how likely a value is
    "int ~ uniform(2.5 + u.far / 1e12 m, 8.9)": lambda k: 1 / 6 if 3 <= k <= 8 else 0,
    "int ~ uniform(3, 8)": lambda k: 1 / 6 if 3 <= k <= 8 else 0,
    "int ~ poisson(2.5)": lambda k: math.exp(-2.5 + k * math.log(2.5) - math.lgamma(k + 1)),
    "int ~ poisson(60)": lambda k: math.exp(-60 + k * math.log(60) - math.lgamma(k + 1)),
    "bool ~ bernoulli(0.3)": lambda k: 0.3 if k else 0.7,
    "{a, b, c} ~ discrete(6, 3, 1)": lambda k: {"a": 0.6, "b": 0.3, "c": 0.1}[k],
    "1 ~ discrete(1, 1, 2)": lambda k: {0: 0.25, 1: 0.25, 2: 0.5}[k],
    "m ~ pick(1 m, 5 m, 7 m)": lambda k: 1 / 3 if k in (1, 5, 7) else 0,
    "cell ~ pick(c.weight for c in cell if c.weight < 9)": lambda k: {"c1": 0.25, "c2": 0.75}[k],
}


def distributions():
    lines = [f"  x{i}[u in ue] : {text};" for i, text in enumerate([*CONTINUOUS, *DISCRETE])]
    text = ('blueprint kinds "Each distribution, row by row.";\ntable ue from "ue.csv" { far : m; }\n'
            'table cell from "cell.csv" { weight : 1; }\ndraw {\n' + "\n".join(lines) + "\n}\nkpi k : 1 = count(true for u in ue);\n")
    names = [f"x{i}" for i in range(len(lines))]
    directory = data("kinds-data", cell=[("cell", "weight"), ("c1", 1), ("c2", 3), ("c3", 9), ("c4", 0)],
                     ue=[("ue", "far"), *((f"u{i}", 100000 * i) for i in range(ROWS))])
    return arrays(twin("kinds", text), directory, names)


def check_continuous(values, share):
    """Shares below each number are uniform: by Kolmogorov and Smirnov's distance, their mean, their variance and tails."""
    shares = sorted(map(share, map(float, values)))
    count = len(shares)
    distance = max(max(abs(u - i / count), abs((i + 1) / count - u)) for i, u in enumerate(shares))
    require(distance < 2.23 / math.sqrt(count), f"distance {distance:.4f} of {count} numbers")
    for what, of, mean, variance in (("mean", lambda u: u, 1 / 2, 1 / 12), ("variance", lambda u: (u - 0.5) ** 2, 1 / 12, 1 / 180),
                                     ("lower tail", lambda u: u < 0.01, 0.01, 0.0099), ("upper tail", lambda u: u > 0.99, 0.01, 0.0099)):
        found, bound = sum(map(of, shares)) / count, 4 * math.sqrt(variance / count)
        require(abs(found - mean) < bound, f"{what} of the shares: {found:.5f}, and not {mean:.5f} +- {bound:.5f}")


def read(text):
    return text == "true" if text in ("true", "false") else float(text) if text[0].isdigit() else text


def check_discrete(values, chance):
    """Pearson's chi square; what is rarer than five of the sample counts together."""
    found = {}
    for value in map(read, values):
        found[value] = found.get(value, 0) + 1
    cells, rest = [], [0, 0.0]  # found and wanted
    for value, count in found.items():
        wanted = len(values) * chance(value)
        require(wanted > 0, f"{value} cannot be")
        if wanted >= 5:
            cells.append((count, wanted))
        else:
            rest = [rest[0] + count, rest[1] + wanted]
    rest[1] = len(values) - sum(wanted for _, wanted in cells)  # what was not found at all is rare, too
    if rest[1] > 1:
        cells.append(rest)
    else:
        require(rest[0] <= 6, f"{rest[0]} rare numbers")
    total, freedom = sum((count - wanted) ** 2 / wanted for count, wanted in cells), len(cells) - 1
    bound = freedom * (1 - 2 / (9 * freedom) + 3.72 * math.sqrt(2 / (9 * freedom))) ** 3  # Wilson and Hilferty
    require(total < bound, f"chi square {total:.1f} of {freedom} degrees of freedom, above {bound:.1f}")


# ---- what a number depends on -------------------------------------------------------------------

KEYED = """blueprint keyed "Names and keys make the numbers.";
table ue from "ue.csv" {{ far : m; }}
table cell from "cell.csv" {{ weight : 1; }}
draw {{
{before}  shadow[u in ue, c in cell] : dB ~ normal(0 dB, 6 dB);
  home[u in ue] : cell ~ pick(c.weight for c in cell);
  ground[u in ue, c in cell] : dB ~ field(0 dB, 6 dB, u.far, 0 m, 50 m, 0.5);
{after}}}
kpi k : 1 = count(true for u in ue);
"""


def keyed(name, ues, cells, before="", after="", *words):
    directory = data(f"{name}-data", ue=[("ue", "far"), *((f"u{i}", 10 * i) for i in ues)],
                     cell=[("cell", "weight"), *((f"c{i}", 1 + i) for i in cells)])
    return arrays(twin(name, KEYED.format(before=before, after=after)), directory, ["shadow", "ground"], *words)


def check_keys():
    """Neither the order of rows, nor other rows, nor other draws, nor where a draw stands change a number."""
    plain = keyed("plain", range(20), range(5))
    for name, other in (("turned", keyed("turned", reversed(range(20)), [3, 1, 4, 0, 2])),
                        ("more", keyed("more", range(40), range(9))),
                        ("beside", keyed("beside", range(20), range(5), "  first[u in ue] : 1 ~ normal(0, 1);\n",
                                         "  last[u in ue, c in cell] : 1 ~ normal(0, 1);\n"))):
        for value in plain:
            for key, number in plain[value].items():
                require(other[value][key] == number, f"{name}: {value}{key} is {other[value][key]}, and not {number}")
    seeds = keyed("plain", range(20), range(5), "", "", "--seed", "2")
    same = sum(seeds["shadow"][key] == number for key, number in plain["shadow"].items())
    require(same == 0, f"{same} numbers of another seed are the same")


def correlation(pairs):
    count = len(pairs)
    mean = [sum(p[i] for p in pairs) / count for i in (0, 1)]
    moment = [[sum((p[i] - mean[i]) * (p[j] - mean[j]) for p in pairs) / count for j in (0, 1)] for i in (0, 1)]
    return moment[0][1] / math.sqrt(moment[0][0] * moment[1][1])


def check_independence():
    """Neighbouring rows, other columns of a row and other names have nothing to do with one another."""
    found = keyed("plain", range(1500), range(5))["shadow"]
    number = {key: float(value) for key, value in found.items()}
    near = [(number[f"u{u}", f"c{c}"], number[f"u{u + 1}", f"c{c}"]) for u in range(1499) for c in range(5)]
    beside = [(number[f"u{u}", f"c{c}"], number[f"u{u}", f"c{c + 1}"]) for u in range(1500) for c in range(4)]
    for name, pairs in (("rows", near), ("columns", beside)):
        require(abs(correlation(pairs)) < 4 / math.sqrt(len(pairs)), f"{name}: correlation {correlation(pairs):.4f}")


def check_field():
    """Over many seeds, places apart correlate as exp(-distance / length), and rows of a site by the common share."""
    pairs = {distance: [] for distance in (1, 2, 5, 10)}
    sites = []
    for seed in range(1, 61):
        found = keyed("plain", range(40), range(5), "", "", "--seed", str(seed))["ground"]
        number = {key: float(value) for key, value in found.items()}
        for distance in pairs:
            pairs[distance] += [(number[f"u{u}", f"c{c}"], number[f"u{u + distance}", f"c{c}"])
                                for u in range(0, 30, 15) for c in range(5)]
        sites += [(number[f"u{u}", f"c{c}"], number[f"u{u}", f"c{c + 1}"]) for u in (0, 20, 39) for c in (0, 2)]
    for distance, found in pairs.items():
        wanted, bound = math.exp(-distance * 10 / 50), 4 / math.sqrt(len(found) / 2)
        require(abs(correlation(found) - wanted) < bound,
                f"{distance * 10} m: {correlation(found):.3f}, and not {wanted:.3f} +- {bound:.3f}")
    require(abs(correlation(sites) - 0.5) < 4 / math.sqrt(len(sites)), f"sites: {correlation(sites):.3f}, and not 0.5")


# ---- means over draws ---------------------------------------------------------------------------

MEANS = """blueprint means "KPIs that draws move, and policies.";
table ue from "ue.csv" { far : m; }
policy { offset : 1 in -10 .. 10 = 0; }
draw { x[u in ue] : 1 ~ normal(2, 1); y : 1 ~ exponential(1); }
operational block moved "The decision moves what chance left." {
  in  offset, x, y;
  out taken : 1 = offset;
  out z[u in ue] : 1 = x[u] + offset * (1 + y);
}
kpi mean_z : 1 = mean(z[u] for u in ue);
kpi ratio : 1 = expectation(mean_z) / expectation(y);
kpi spread : 1 = max(expectation(z[u]) for u in ue) - min(expectation(z[u]) for u in ue);
kpi above : % = probability(mean_z > 2);
kpi fixed : 1 = 3 * taken + 0.1;
goal maximize mean_z subject to above >= 20 % with confidence 90 %, fixed <= 7;
"""


def means():
    directory = data("means-data", ue=[("ue", "far"), *((f"u{i}", i) for i in range(6))])
    text = MEANS
    return twin("means", text), directory


def per_draw(program, directory, *words):
    """Every draw's values of z and y: a run of as many draws less one, and one more."""
    rows, sums = [], {}
    text = MEANS.replace(
        "kpi fixed", "".join(f"kpi z{i} : 1 = sum(z[u] for u in ue if u.far == {i} m);\n" for i in range(6)) + "kpi y_is : 1 = y;\nkpi fixed")
    single = twin("single", text)
    names = [*(f"z{i}" for i in range(6)), "y_is", "mean_z"]
    for count in range(1, 17):
        now = kpis(single, directory, "--draws", str(count), *words)
        rows.append({name: now[name]["value"] * count - sums.get(name, 0) for name in names})
        sums = {name: now[name]["value"] * count for name in names}
    return rows


def near(found, wanted, what, relative=1e-9):
    require(abs(found - wanted) <= relative * max(abs(wanted), 1e-3), f"{what} is {found}, and not {wanted}")


def spread_of(values):
    count = len(values)
    mean = sum(values) / count
    deviation = math.sqrt(sum((v - mean) ** 2 for v in values) / (count - 1))
    return mean, deviation, T95[count - 1] * deviation / math.sqrt(count)


def check_statistics():
    program, directory = means()
    rows = per_draw(program, directory)
    for count in (2, 4, 8, 16):
        found = kpis(program, directory, "--draws", str(count))
        mean, deviation, half = spread_of([row["mean_z"] for row in rows[:count]])
        near(found["mean_z"]["value"], mean, f"mean of {count}")
        near(found["mean_z"]["stddev"], deviation, f"deviation of {count}")
        near(found["mean_z"]["ci95_low"], mean - half, f"low end of {count}", 1e-6)
        near(found["mean_z"]["ci95_high"], mean + half, f"high end of {count}", 1e-6)
        require("stddev" not in found["fixed"], "what draws do not move has no deviation")
        near(found["fixed"]["value"], 0.1, "fixed", 0)


def jackknifed(rows, statistic):
    count = len(rows)
    whole = statistic(rows)
    parts = [count * whole - (count - 1) * statistic(rows[:i] + rows[i + 1:]) for i in range(count)]
    return whole, spread_of(parts)[2]


def check_jackknife():
    program, directory = means()
    rows = per_draw(program, directory)

    def mean_of(some, name):
        return sum(row[name] for row in some) / len(some)

    statistics = {
        "ratio": lambda some: mean_of(some, "mean_z") / mean_of(some, "y_is"),
        "spread": lambda some: max(mean_of(some, f"z{i}") for i in range(6)) - min(mean_of(some, f"z{i}") for i in range(6)),
        "above": lambda some: 100 * sum(row["mean_z"] > 2 for row in some) / len(some),
    }
    found = kpis(program, directory, "--draws", "16")
    for name, statistic in statistics.items():
        whole, half = jackknifed(rows, statistic)
        near(found[name]["value"], whole, name)
        near(found[name]["ci95_high"] - found[name]["value"], half, f"half the interval of {name}", 1e-6)


def check_pairs():
    """Both sides see the same draws: the interval of the difference is that of differences draw by draw."""
    program, directory = means()
    policy = WORK / "policy.json"
    policy.write_text('{"offset": 1}')
    found = json.loads(run(program, directory, policy, "--draws", "8", "--format", "json", command="compare"))["kpis"]
    before, after = per_draw(program, directory), per_draw(program, directory, "--set", "offset=1")
    mean, _, half = spread_of([b["mean_z"] - a["mean_z"] for a, b in zip(before[:8], after[:8])])
    near(found["mean_z"]["difference"], mean, "the difference")
    near(found["mean_z"]["difference_ci95_low"], mean - half, "its low end", 1e-6)
    require("difference_ci95_low" not in found["fixed"], "what draws do not move has no interval")


def check_rank():
    """A batch, in any number of threads and in little memory, comes to what each candidate comes to alone."""
    program, directory = means()
    candidates = WORK / "candidates.csv"
    offsets = [n / 10 for n in range(-30, 30)]
    candidates.write_text("offset\n" + "".join(f"{offset}\n" for offset in offsets))
    documents = [json.loads(run(program, directory, candidates, "--draws", "16", "--format", "json", *words, command="rank"))
                 for words in ([], ["--threads", "1"], ["--threads", "3"], ["--max-memory", "20kB"])]
    require(all(document["ranking"] == documents[0]["ranking"] for document in documents), "threads or memory change a ranking")
    for ranked in documents[0]["ranking"][::7]:
        offset = offsets[ranked["candidate"] - 1]
        alone = json.loads(run(program, directory, "--draws", "16", "--set", f"offset={offset}", "--format", "json"))
        for name, kpi in alone["kpis"].items():
            require(kpi["value"] == ranked["kpis"][name], f"{name} at {offset} is {kpi['value']} and {ranked['kpis'][name]}")
        require(alone["feasible"] == (ranked["standing"] == "feasible"), f"{offset} is feasible in one of both")


def check_confidence():
    """One-sided at 90 %: the mean less t(0.9, 15) standard errors."""
    program, directory = means()
    document = json.loads(run(program, directory, "--draws", "16", "--format", "json"))
    constraint = document["constraints"][0]
    above = document["kpis"]["above"]
    near(constraint["needed"], 20 + 1.340606 * above["stddev"] / 4, "what is needed", 1e-5)
    require(constraint["satisfied"] == (above["value"] >= constraint["needed"]), "the verdict")


UNTIL = """blueprint until "One mean that settles, and one in decibels.";
draw { x : 1 ~ exponential(3); fade : dB ~ normal(0 dB, 3 dB); }
kpi mean_x : 1 = x;
kpi level : dBm = -90 dBm + fade;
"""


def check_until():
    """Draws are doubled until every interval is small: of a level, that of its linear value."""
    program, directory = twin("until", UNTIL), data("until-data")
    document = json.loads(run(program, directory, "--until-ci", "5%", "--format", "json"))
    draws = document["draws"]
    require(draws > 32 and draws & (draws - 1) == 0, f"{draws} draws are no doubling of 32")
    for count, close in ((draws, True), (draws // 2, False)):
        found = kpis(program, directory, "--draws", str(count))
        half = {name: kpi["ci95_high"] - kpi["value"] for name, kpi in found.items()}
        small = half["mean_x"] <= 0.05 * found["mean_x"]["value"] and half["level"] <= 10 * math.log10(1.05)
        require(small == close, f"{count} draws of {draws}: {half}")
    require(kpis(program, directory, "--draws", str(draws)) == document["kpis"], "as many draws at once give other numbers")


BOUNDED = """blueprint bounded "Each parameter is one of the data.";
table ue from "ue.csv" {{ p : 1; }}
draw {{ x[u in ue] : {declared}; }}
kpi k : 1 = count(true for u in ue if {condition});
"""
BOUNDS = {  # declaration, a condition on x -> parameters that are allowed, and one that is not
    ("dB ~ normal(0 dB, u.p * 1 dB)", "x[u] < 0 dB"): ([0, 3], -1e-9),
    ("1 ~ lognormal(u.p, 1)", "x[u] < 0"): ([0, 3], -2),
    ("1 ~ lognormal(1, u.p)", "x[u] < 0"): ([0, 3], -2),
    ("dBm ~ uniform(u.p * 1 dB + 1 dBm, 4 dBm)", "x[u] < 3 dBm"): ([-2, 3], 3.1),
    ("int ~ uniform(u.p, 1.9)", "x[u] < 1"): ([-3.5, 1], 1.2),
    ("1 ~ exponential(u.p)", "x[u] < 1"): ([0, 3], -1),
    ("1 ~ poisson(u.p)", "x[u] < 1"): ([0, 30], -1),
    ("bool ~ bernoulli(u.p)", "x[u]"): ([0, 1], 1.01),
    ("1 ~ gamma(u.p, 1)", "x[u] < 1"): ([0.1, 3], 0),
    ("1 ~ rayleigh(u.p)", "x[u] < 1"): ([0, 3], -1),
    ("1 ~ rician(1, u.p)", "x[u] < 1"): ([0, 3], -1),
    ("{a, b} ~ discrete(u.p, 1)", "x[u] == a"): ([0, 3], -1),
    ("1 ~ field(0, 1, u.p * 1 m, 0 m, u.p * 1 m, 0)", "x[u] < 1"): ([0.1, 3], 0),
    ("1 ~ field(0, 1, 0 m, 0 m, 1 m, u.p)", "x[u] < 1"): ([0, 1], 1.5),
}


def check_bounds(number, declared, condition, good, bad):
    """At its bounds a distribution is one; beyond, the decision is invalid at that row, by both evaluators."""
    program = twin(f"bounded{number}", BOUNDED.format(declared=declared, condition=condition))
    for rows, code in ((good, 0), ([*good, bad, good[0]], 1)):
        directory = data(f"bounded{number}-data", ue=[("ue", "p"), *((f"u{i}", p) for i, p in enumerate(rows))])
        for start in ([program], [HERMESC, "interpret", f"{program}.hbp"]):
            done = subprocess.run([*start, "run", "--data", directory, "--draws", "3"], capture_output=True, text=True)
            require(done.returncode == code, f"{rows}: {done.returncode}, {done.stdout}{done.stderr}")
            require(not code or "in `x` at ue u2 (blueprint line 3)" in done.stdout + done.stderr, done.stdout + done.stderr)


def check_interpreter():
    """The reference semantics draws the same."""
    program, directory = means()
    done = subprocess.run([HERMESC, "interpret", WORK / "means.hbp", "run", "--data", directory, "--draws", "16", "--format", "json"],
                          capture_output=True, text=True)
    require(json.loads(done.stdout)["kpis"] == kpis(program, directory, "--draws", "16"), done.stdout + done.stderr)


def all_tests():
    found = distributions()
    for i, (text, share) in enumerate(CONTINUOUS.items()):
        yield text, lambda i=i, share=share: check_continuous(list(found[f"x{i}"].values()), share)
    for i, (text, chance) in enumerate(DISCRETE.items(), len(CONTINUOUS)):
        yield text, lambda i=i, chance=chance: check_discrete(list(found[f"x{i}"].values()), chance)
    for number, ((declared, condition), (good, bad)) in enumerate(BOUNDS.items()):
        yield f"bounds of {declared}", lambda *known, all=(number, declared, condition, good, bad): check_bounds(*all)
    for check in (check_keys, check_independence, check_field, check_statistics, check_jackknife, check_pairs, check_rank,
                  check_confidence, check_until, check_interpreter):
        yield check.__name__[6:], check
    yield from coverage.checks(twin, data, kpis)


sys.exit(run_all(all_tests(), workers=1))
