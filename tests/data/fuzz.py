#!/usr/bin/env python3
"""Broken files, decisions and command lines, drawn at random from a seed: whatever a twin is given, it
says what is wrong with it or computes; it never crashes, hangs, or prints a KPI beside an error. And
sound data spelt in other ways: they give the same KPIs.

usage: fuzz.py HERMESC WORK [SECONDS [SEED [CASES]]]

run.py calls this for ten seconds. A failure prints the seed of its case and leaves its files in
WORK/case-SEED: fuzz.py HERMESC WORK 60 SEED 1 tries it again. More is found in more time with a
hermesc built with -DHERMES_SANITIZE=ON, whose twins are sanitized, too.
"""
import concurrent.futures
import decimal
import json
import os
import pathlib
import random
import re
import shutil
import subprocess
import sys
import time

import tables

HERE = pathlib.Path(__file__).resolve().parent
DECISIONS = HERE.parent / "twin" / "decisions.hbp"
DECISIONS_DATA = {
    "cells.csv": b'cell,tx_power\nc1,43\nc2,46\n"c,3",40\n',
    "hours.csv": b"hour,activity\nh0,20\nh1,80\n",
    "ues.csv": b"ue,demand\nu1,1\nu2,2\n",
    "inputs.json": b'{"margin": "3 dB", "height": {"c1": 20, "c2": "0.05 km"}}\n',
}
POLICY = (b'{"offset": {"c1": "-3 dB", "c2": 2.5, "c,3": 0}, "sleep": {"c1": {"h0": true, "h1": false}},\n'
          b' "anchor": {"u1": "c,3"}, "mode": "eco", "ttt": "0.04 s", "beams": 8, "share": "7 %",\n'
          b' "excess": 1e-3, "bandwidth": "10 MHz"}\n')
LINES = (b'{"offset": {"c1": 1}}\n\n{"sleep": true, "mode": "full"}\n{"sleep": {"c2": {"h1": 1}}, "share": 12}\n'
         b'{"anchor": "c1", "ttt": 40, "excess": "-2 dB"}\n')
COLUMNS = (b'offset[c1],"sleep[c1, h0]","offset[""c,3""]",mode,anchor\n1,true,-1 dB,eco,c1\n'
           b'0.5,no,"3",full,"c,3"\n')
ASSIGNMENTS = ["offset[c1]=-3 dB", "offset=1", 'sleep["c,3", h1]=yes', "sleep[c1]=1", 'anchor[u1]="c,3"',
               "mode=eco", "ttt=0.04 s", "beams=5", "share=7 %", "excess=1e300", "bandwidth=20 MHz",
               "height[c1]=0.05 km", "margin=-1 dB", "carriers=3"]
TOKENS = [b'"', b'""', b",", b";", b"\t", b"\r", b"\n", b"\r\n", b"\0", b"\xff", b"\xc3", b"\xef\xbb\xbf", b"#",
          b"[",
          b"]", b"{", b"}", b":", b"\\", b"\\u0000", b"\\ud800", b"=", b"-", b"+", b".", b"e", b"e999", b"1e400",
          b"nan",
          b"inf", b"-inf", b"0x10", b"1_000", b"%", b" %", b" dB", b" dBm", b" W", b" km", b"null", b"true",
          b"\xe2\x80\xae",
          b" ", b"9" * 400, b"A" * 70000, b"99999999999999999999", b"1/", b"\xc2\xb5", b"..",
          b"0." + b"0" * 500 + b"1",
          b"\xf0\x9f\x93\xa1", b"\x1b[31m", b"%s%n", b"[" * 100, b"{\"a\":" * 100, b"," * 5000]
WORDS = ["--data", "--policy", "--set", "--show", "--row", "--top", "--rows", "--format", "--json", "--out",
         "--threads",
         "--max-memory", "--max-work", "--quiet", "--help", "--", "-", "-h", "--top=3", "--threads=2",
         "--threads=0",
         "--rows=1", "--max-memory=1", "--max-memory=1kB", "--max-memory=64MiB", "--max-work=1e6", "--max-work=1", "--seed=7", "--seed=0",
         "--format=csv", "--format=json", "--format=xml", "--show=power", "--show=power,sleep,,",
         "--show=cell.tx_power",
         "--show=asleep,sleep", "--row=ue=u1", "--row=cell=c,3", "--row==", "--row", "run", "help", "\xff", "",
         "policy.json",
         "candidates.csv", "candidates.jsonl", "--set=mode", "--set=", "--out=out", "--out=", "--format=",
         "--quiet=1"]
SANITIZER = re.compile(rb"Sanitizer|runtime error:|SUMMARY:|Assertion|core dumped|out of memory while")
ERROR = re.compile(rb"^error\[HB\d{4}\]: .", re.M)


# ---- drawing ------------------------------------------------------------------------------------


def piece(draw, size):
    """A part of something of that size: mostly small."""
    begin = draw.randrange(size + 1)
    return begin, min(size, begin + int(draw.expovariate(0.2)))


def change(draw, data):
    """One change to bytes that mean something."""
    way = draw.randrange(9)
    begin, end = piece(draw, len(data))
    if way == 0:
        return data[:begin] + draw.choice(TOKENS) + data[begin:]
    if way == 1:
        return data[:begin] + draw.choice(TOKENS) + data[end:]
    if way == 2:
        return data[:begin] + data[end:]
    if way == 3:
        return data[:begin] + bytes([draw.randrange(256)]) + data[begin + 1:]
    if way == 4:
        return data[:end] + data[begin:]
    if way == 5:
        return data[:begin]
    if way == 6:
        lines = data.split(b"\n")
        draw.shuffle(lines)
        return b"\n".join(lines)
    if way == 7:
        lines = data.split(b"\n")
        lines.insert(draw.randrange(len(lines) + 1), draw.choice(lines))
        return b"\n".join(lines)
    fields = re.split(rb"([,\n])", data)
    a, b = draw.randrange(0, len(fields), 2), draw.randrange(0, len(fields), 2)
    fields[a] = draw.choice(TOKENS) if draw.random() < 0.3 else fields[b]
    return b"".join(fields)


def changed(draw, data):
    for _ in range(1 + int(draw.expovariate(0.8))):
        data = change(draw, data)
    return data


def changed_text(draw, text):
    """As an argument of a program: any bytes but NUL."""
    return changed(draw, text.encode()).replace(b"\0", b"")[:100000]


# ---- cases: the files of a data directory, other files, the words of a command line ---------------


def broken_data(draw):
    files = dict(tables.files())
    for _ in range(draw.choice([1, 1, 1, 2])):
        name = draw.choice(sorted(files))
        files[name] = changed(draw, files[name])
    return "tables", files, {}, ["run", "--data", "data", "--format", draw.choice(["json", "json", "csv", "table"])]


def broken_inputs(draw):
    files = dict(DECISIONS_DATA)
    name = draw.choice(["inputs.json", "inputs.json", "cells.csv"])
    files[name] = changed(draw, files[name])
    return "decisions", files, {}, ["run", "--data", "data", "--format", "json"]


def broken_policy(draw):
    words = draw.choice([["run", "--policy", "policy.json"], ["compare", "policy.json"],
                         ["compare", "policy.json", "policy.json"], ["trace", "--policy", "policy.json"]])
    return ("decisions", DECISIONS_DATA, {"policy.json": changed(draw, POLICY)},
            [words[0], "--data", "data", *words[1:], "--format", "json"])


def broken_candidates(draw):
    name, data = draw.choice([("candidates.jsonl", LINES), ("candidates.csv", COLUMNS)])
    return ("decisions", DECISIONS_DATA, {name: changed(draw, data)},
            ["rank", "--data", "data", name, "--format", draw.choice(["json", "csv", "table"]),
             "--threads", str(draw.choice([1, 2, 7]))])


def broken_assignment(draw):
    words = [word for _ in range(draw.choice([1, 1, 3]))
             for word in ("--set", changed_text(draw, draw.choice(ASSIGNMENTS)))]
    return "decisions", DECISIONS_DATA, {}, ["run", "--data", "data", "--format", "json", *words]


def odd_command_line(draw):
    command = draw.choice(["run", "compare", "rank", "test", "trace", "info", "help", "--help"])
    words = [command, *(["--data", "data"] if draw.random() < 0.7 else [])]
    for _ in range(draw.randrange(6)):
        word = draw.choice(WORDS)
        words.insert(draw.randrange(len(words) + 1), word if draw.random() < 0.9 else changed_text(draw, word))
    return ("decisions", DECISIONS_DATA,
            {"policy.json": POLICY, "candidates.csv": COLUMNS, "candidates.jsonl": LINES}, words)


# ---- sound data, spelt in another way: the same KPIs must come out ---------------------------------

UNITS = {"height": [("m", 0), ("km", -3), ("cm", 2)], "delay": [("us", 0), ("ns", 3), ("ms", -3)],
         "load": [("%", 0), ("1", -2)], "bandwidth": [("MHz", 0), ("kHz", 3), ("GHz", -3)]}
LEVELS = {"tx_power": [("dBm", 0), ("dBW", -30)], "rsrp": [("dBm", 0), ("dBW", -30)]}
WORDS_OF = {"no": ["no", "false", "FALSE", "0"], "yes": ["yes", "true", "True", "1"]}
ANYTHING = ["", "nan", "x", "1,5", 'say "hi"', " blanks ", "two\nlines", "caf\u00e9", "#no", "a;b\tc", "-"]


def spelt_number(draw, text, shift, added):
    number = (decimal.Decimal(text) + added).scaleb(shift)
    return draw.choice([f"{number:f}", f"{number:e}", f"{number:E}", f"{number:+f}",
                        f"{number:f}" + ("" if "." in f"{number:f}"
                                                                                                    else ".0")])


def respell_column(draw, name, values):
    """The column with a unit in its header, or not, and its values as that asks for."""
    unit, shift, added = None, 0, 0
    if name in UNITS:
        unit, shift = draw.choice(UNITS[name])
    elif name in LEVELS:
        unit, added = draw.choice(LEVELS[name])
    elif name != "penalty":
        return name, [draw.choice(WORDS_OF.get(value, [value])) for value in values]
    plain = not shift and not added and draw.random() < 0.5
    behind = unit and draw.random() < 0.2
    header = name if plain or behind or not unit else f"{name}{draw.choice(['', ' '])}[{unit}]"
    return header, [value and spelt_number(draw, value, shift,
                                           added) + (f" {unit}" if behind else "") for value in values]


def spelt_field(draw, text, separator, first):
    must = any(c in text for c in '",;\t\r\n') or text != text.strip() or first and (text.startswith("#") or not text)
    if must or draw.random() < 0.1:
        text = '"' + text.replace('"', '""') + '"'
    blanks = draw.choice(["", "", "", " ", "  "])
    return blanks + text + draw.choice(["", "", "", " ", "   "])


def respell(draw, name, data):
    rows = [line.split(",") for line in data.decode().split()]
    columns = [respell_column(draw, row[0], list(row[1:])) for row in zip(*rows)]
    keys = columns[:2] if name == "relations.csv" else columns[:1]
    others = columns[len(keys):]
    others += [(f"extra{i}", [draw.choice(ANYTHING) for _ in rows[1:]]) for i in range(draw.randrange(3))]
    draw.shuffle(others)
    if name == "relations.csv":
        columns = keys + others
    else:
        columns = keys + others
        draw.shuffle(columns)
    lines = list(zip(*(values for _, values in columns)))
    if name in ("rsrp.csv", "relations.csv"):
        draw.shuffle(lines)
    separator = draw.choice([",", ",", ";", "\t"])
    ending = draw.choice(["\n", "\r\n", "\r"])
    out = [draw.choice(["", "\ufeff"])]
    for line in [tuple(header for header, _ in columns), *lines]:
        if draw.random() < 0.2:
            out.append(draw.choice(["", "  ", "# a comment, \"with\" all"]) + ending)
        out.append(separator.join(spelt_field(draw, text, separator, i == 0) for i,
                                  text in enumerate(line)) + ending)
    if draw.random() < 0.3:
        out[-1] = out[-1].rstrip("\r\n")
    return "".join(out).encode()


def respelt_data(draw):
    files = {name: respell(draw, name, data) if name.endswith(".csv") else data for name,
             data in tables.files().items()}
    return "tables", files, {}, ["run", "--data", "data", "--format", "json", "--quiet"]


def wrong_kpis(done):
    if done.returncode != 0:
        return f"sound data, respelt, are refused (exit {done.returncode})"
    kpis = {name: kpi["value"] for name, kpi in json.loads(done.stdout)["kpis"].items()}
    wrong = {name: value for name, value in kpis.items()
             if abs(value - tables.KPIS[name]) > 1e-12 * abs(value) + 1e-12}
    return f"sound data, respelt, give {wrong}" if wrong else None


KINDS = [respelt_data, respelt_data, broken_data, broken_data, broken_data, broken_inputs, broken_policy,
         broken_policy, broken_candidates,
         broken_candidates, broken_assignment, odd_command_line]


# ---- judging --------------------------------------------------------------------------------------


def finite(node):
    if isinstance(node, dict):
        return all(map(finite, node.values()))
    if isinstance(node, list):
        return all(map(finite, node))
    return not isinstance(node, float) or abs(node) != float("inf") and node == node


def wrong_document(words, output):
    """What is wrong with the JSON that was printed."""
    try:
        document = json.loads(output)
    except ValueError as error:
        return f"no JSON: {error}"
    if not finite(document):
        return "a number that is not finite"
    kpis = document.get("kpis")
    if words[0] == "run" and isinstance(kpis, dict) and any(k["value"] is None for k in kpis.values()):
        return "a KPI without a value"
    return None


def judge(words, done):
    """What is wrong with this end of a run, or None."""
    output, said = done.stdout, done.stderr
    if SANITIZER.search(said):
        return "sanitizer"
    if any(re.search(rb"[\x00-\x08\x0b-\x1f\x7f]", stream) for stream in (output, said)):
        return "a control character reaches the terminal"
    if max(map(len, said.split(b"\n"))) > 1500:
        return "a line of a message that nobody reads"
    if done.returncode not in (0, 1, 2):
        return f"exit code {done.returncode}"
    if done.returncode == 2:
        if not ERROR.search(said) and not said.startswith(b"usage:"):
            return "an error without a message"
        return "output beside an error" if output else None
    if ERROR.search(said):
        return "an error with exit code 0 or 1"
    if done.returncode == 1 and b"invalid" not in said + output and b"FAIL" not in output and b"false" not in output:
        return "exit code 1 without a reason"
    return wrong_document(words, output) if "json" in words and words[0] != "info" and output else None


def try_case(twins, room, seed):
    draw = random.Random(seed)
    kind = draw.choice(KINDS)
    twin, data, files, words = kind(draw)
    place = room / f"case-{seed}"
    shutil.rmtree(place, ignore_errors=True)
    tables.write(place / "data", data)
    tables.write(place, files)
    try:
        done = subprocess.run([twins[twin], *words], cwd=place, stdin=subprocess.DEVNULL, capture_output=True,
                              timeout=60)
        problem = judge(words, done) or (wrong_kpis(done) if kind is respelt_data else None)
        detail = (done.stdout[:400] + done.stderr[:4000]).decode(errors="replace") if problem else ""
    except subprocess.TimeoutExpired:
        problem, detail = "hangs", ""
    if not problem:
        shutil.rmtree(place)
        return None
    lines = [f"fuzz seed {seed} ({kind.__name__}): {problem}", str(words), *detail.split("\n")]
    return "\n  ".join(line[:300] for line in lines)


def build(hermesc, work, blueprint, name):
    twin = pathlib.Path(work) / name
    subprocess.run([hermesc, blueprint, "-o", twin], check=True)
    return twin.resolve()


def run(twins, work, seconds, seed=1, most=10 ** 9):
    """Tries cases seed, seed + 1, ... until the time is up. The number tried, and what failed."""
    room = pathlib.Path(work) / "fuzz"
    room.mkdir(parents=True, exist_ok=True)
    end, tried, failures = time.monotonic() + seconds, 0, []
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        while time.monotonic() < end and tried < most and len(failures) < 20:
            batch = range(seed + tried, seed + min(tried + 64, most))
            failures += filter(None, pool.map(lambda s: try_case(twins, room, s), batch))
            tried += len(batch)
    return tried, failures


def main():
    hermesc, work = sys.argv[1:3]
    seconds, seed, most = (int(text) for text in (*sys.argv[3:], *("60", "1", "1000000000")[len(sys.argv) - 3:]))
    os.makedirs(work, exist_ok=True)
    twins = {"tables": build(hermesc, work, HERE / "tables.hbp", "tables"),
             "decisions": build(hermesc, work, DECISIONS, "decisions")}
    tried, failures = run(twins, work, seconds, seed, most)
    for failure in failures:
        print(failure)
    print(f"{tried} cases, {len(failures)} failed")
    return failures != []


if __name__ == "__main__":
    sys.exit(main())
