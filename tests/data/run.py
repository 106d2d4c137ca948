#!/usr/bin/env python3
"""How a twin reads its data: every promise about files as a case, named by it.

usage: run.py HERMESC [WORKDIR [NAME...]]    NAME: a part of the names of the cases to run

A case changes sound data (tables.py) for a small blueprint (tables.hbp), and says what must come of
it: the KPIs, or one message with its code, file, line and column, and nothing else printed.
"""
import concurrent.futures
import json
import os
import pathlib
import re
import shutil
import stat
import subprocess
import sys
import time

import fuzz
import tables
from tables import npy

HERE = pathlib.Path(__file__).resolve().parent
HERMESC = pathlib.Path(sys.argv[1]).resolve()
WORK = pathlib.Path(sys.argv[2] if len(sys.argv) > 2 else "work").resolve()
SOUND = tables.files()
FUZZ_SECONDS = 10
HEAD = re.compile(r"^(?:error|warning)\[(HB\d{4})\]: ")
PLACE = re.compile(r"^ *--> (.*)$", re.M)


# ---- what comes of a run ------------------------------------------------------------------------


def messages(text):
    """(code, place) of everything that was said."""
    found = []
    for block in re.split(r"\n(?=error\[|warning\[)", text):
        head, place = HEAD.match(block), PLACE.search(block)
        if head:
            found.append((head[1], place[1] if place else ""))
    return found


def same(value, expected):
    """Conversions of units may cost a last digit."""
    return value == expected or abs(value - expected) <= 1e-12 * max(abs(value), abs(expected))


def check_kpis(done, expected, warnings):
    assert done.returncode == 0, f"exit {done.returncode}\n{done.stderr}"
    kpis = {name: kpi["value"] for name, kpi in json.loads(done.stdout)["kpis"].items()}
    wrong = {name: value for name, value in kpis.items() if not same(value, expected[name])}
    assert not wrong, f"{wrong}, but expected {({name: expected[name] for name in wrong})}"
    codes = [code for code, _ in messages(done.stderr)]
    assert codes == warnings, f"said {codes}: {done.stderr}"


def check_problems(done, expected, words):
    assert done.returncode == 2, f"exit {done.returncode}: {done.stdout}{done.stderr}"
    assert done.stdout == "", f"printed {done.stdout}"
    found = messages(done.stderr)
    places = [f"{code} {place}".strip() for code, place in found]
    assert places == expected, f"{places}, but expected {expected}\n{done.stderr}"
    for word in words:
        assert word in done.stderr, f"`{word}` is not in\n{done.stderr}"
    assert "= help: help" not in done.stderr, done.stderr


# ---- cases --------------------------------------------------------------------------------------

CASES = []


def case(name, changes, check, options=(), arrange=None):
    assert name not in {other for other, *_ in CASES}, name
    CASES.append((name, changes, check, options, arrange))


def loads(name, changes, *, warnings=(), options=(), arrange=None, **kpis):
    """The data load; KPIs are those of sound data but for those given."""
    expected = {**tables.KPIS, **kpis}
    case(name, changes, lambda done: check_kpis(done, expected, list(warnings)), options, arrange)


def fails(name, changes, problem, *words, options=(), arrange=None):
    """One message, "CODE FILE:LINE:COLUMN", with these words in it."""
    case(name, changes, lambda done: check_problems(done, [problem], words), options, arrange)


def fails_twice(name, changes, *problems):
    case(name, changes, lambda done: check_problems(done, list(problems), ()))


def text(name):
    return SOUND[name].decode()


def put(name, old, new):
    """The file with its first `old` made `new`; new may be bytes."""
    old, new = (part.encode() if isinstance(part, str) else part for part in (old, new))
    assert old in SOUND[name], (name, old)
    return {name: SOUND[name].replace(old, new, 1)}


def whole(name, lines):
    return {name: lines.encode() if isinstance(lines, str) else lines}


def cells(header, *rows):
    return whole("cells.csv", "\n".join([header, *rows]) + "\n")


# ---- CSV as people have it ------------------------------------------------------------------------

loads("sound data", {})
loads("quotes", whole("cells.csv", '"cell","site","tx_power","layer","planned"\n"c1","s1","43","coverage","no"\n'
                      '"c2",s1,40,"capacity",""\n"c3","s2","46",capacity,"yes"\n'))
loads("quotes around commas, quotes and blanks", {
    "sites.csv": b'site,height,anchor\n"a, ""1""",25,c1\n" b ",30,c3\n',
    "cells.csv": b'cell,site,tx_power,layer,planned\nc1,"a, ""1""",43,coverage,no\nc2,"a, ""1""",40,capacity,\n'
                 b'c3," b ",46,capacity,yes\n',
    "rsrp.csv": SOUND["rsrp.csv"].replace(b"s1,", b'"a, ""1""",').replace(b"s2,", b'" b ",')})
loads("a line break inside quotes of an undeclared column", cells(
    "cell,note,site,tx_power,layer,planned", 'c1,"two\nlines",s1,43,coverage,no', 'c2,"a\r\nb",s1,40,capacity,',
    "c3,,s2,46,capacity,yes"), warnings=["HB0712"])
loads("CRLF", whole("cells.csv", text("cells.csv").replace("\n", "\r\n")))
loads("CR alone", whole("cells.csv", text("cells.csv").replace("\n", "\r")))
loads("a byte order mark", whole("cells.csv", b"\xef\xbb\xbf" + SOUND["cells.csv"]))
loads("a byte order mark, CRLF, a comment and a blank line at once",
      whole("cells.csv", b"\xef\xbb\xbf# cells\r\n\r\n" + SOUND["cells.csv"].replace(b"\n", b"\r\n")))
loads("comments and blank lines anywhere", whole("cells.csv", "# of the north\n" + text("cells.csv").replace(
    "c2,", "\n  # the second, with a \" in it\n\nc2,") + "# end, without a line feed"))
loads("no line feed at the end", whole("cells.csv", text("cells.csv").rstrip("\n")))
loads("blanks around fields", whole("cells.csv", text("cells.csv").replace(",", " ,\t ")))
loads("semicolons between fields", whole("cells.csv", text("cells.csv").replace(",", ";")))
loads("tabs between fields", whole("cells.csv", text("cells.csv").replace(",", "\t")))
loads("columns in any order", cells(
    "planned,tx_power,layer,cell,site", "no,43,coverage,c1,s1", ",40,capacity,c2,s1", "yes,46,capacity,c3,s2"))
loads("the key stands first where no column bears the table's name", put("cells.csv", "cell,", "id,"))
loads("undeclared columns are ignored", put("sites.csv", "site,height,anchor\ns1,25,c1\ns2,30,c3",
                                            "site,name,height,anchor,\ns1,nan,25,c1,\ns2,\"1,5\",30,c3,x"))
loads("a default beside undeclared columns is said", cells(
    "cell,site,tx_power,layer,planed", "c1,s1,43,coverage,no", "c2,s1,40,capacity,no", "c3,s2,46,capacity,yes"),
    warnings=["HB0712"], planned=0, corner=-1000)
loads("--quiet says nothing of defaults", cells(
    "cell,site,tx_power,layer,planed", "c1,s1,43,coverage,no", "c2,s1,40,capacity,no", "c3,s2,46,capacity,yes"),
    options=["--quiet"], planned=0, corner=-1000)
loads("booleans as people write them", cells("cell,site,tx_power,layer,planned", "c1,s1,43,coverage,FALSE",
                                             "c2,s1,40,capacity,0", "c3,s2,46,capacity,True"))
loads("numbers as people write them", cells("cell,site,tx_power,layer,planned", "c1,s1,+43.0,coverage,no",
                                            "c2,s1,4e1,capacity,no", "c3,s2,4.6E+1,capacity,1"))
loads("rows keep the order of the file", {"cells.csv": b"cell,site,tx_power,layer,planned\nc2,s1,40,capacity,\n"
                                          b"c1,s1,43,coverage,no\nc3,s2,46,capacity,yes\n",
                                          "blocked.npy": npy((3, 2), [0, 0, 0, 1, 1, 1], "|b1")})

# ---- units in the data ----------------------------------------------------------------------------

loads("a unit in the header is converted", cells("cell,site,tx_power[dBW],layer,planned", "c1,s1,13,coverage,no",
                                                 "c2,s1,10,capacity,no", "c3,s2,16,capacity,yes"))
loads("a unit in the header, with blanks", put("sites.csv", "height", "height [m] "))
loads("a unit in the header scales", {**whole("sites.csv", "site,height[km],anchor\ns1,0.025,c1\ns2,0.03,c3\n"),
                                      "rsrp.csv": SOUND["rsrp.csv"].replace(b"delay", b"delay[ns]")}, delay=0.018)
loads("a share is a percentage unless the header says 1", cells(
    "cell,site,tx_power,layer,planned,load[1]", "c1,s1,43,coverage,no,0.25", "c2,s1,40,capacity,no,0.5",
    "c3,s2,46,capacity,yes,0.75"))
loads("a unit behind a number", cells(
    "cell,site,tx_power,layer,planned,bandwidth", "c1,s1,13 dBW,coverage,no,5000 kHz",
    "c2,s1,40dBm,capacity,no,0.02 GHz", 'c3,s2,"46 dBm",capacity,yes,'), bandwidth=35)
loads("a unit behind a number wins over the header's",
      whole("sites.csv", "site,height[km],anchor\ns1,25 m,c1\ns2,0.03,c3\n"))
fails("a header unit: a difference of temperatures is no temperature", cells(
    "cell,site,tx_power,cabinet[K]", "c1,s1,43,300", "c2,s1,40,300", "c3,s2,46,300"), "HB0714 cells.csv:1:20")
fails("a header unit of another dimension", put("cells.csv", "tx_power", "tx_power[m]"), "HB0714 cells.csv:1:11",
      "`m`", "tx_power", "expected: dBm")
fails("a header unit: linear power is no level", put("cells.csv", "tx_power", "tx_power[W]"),
      "HB0714 cells.csv:1:11")
fails("a header unit: a gain is no level", put("cells.csv", "tx_power", "tx_power[dB]"), "HB0714 cells.csv:1:11")
fails("a header unit that does not exist", put("cells.csv", "tx_power", "tx_power[dbm]"), "HB0715 cells.csv:1:11",
      "`dbm` is no unit", "dBm")
fails("a header unit that is not closed", put("cells.csv", "tx_power", "tx_power[dBm"), "HB0713 cells.csv:1:11")
fails("a header unit that is empty", put("cells.csv", "tx_power", "tx_power[]"), "HB0715 cells.csv:1:11")
fails("a header unit on labels", put("cells.csv", "layer", "layer[m]"), "HB0713 cells.csv:1:20")
fails("a header unit in parentheses is told how to mend", put("cells.csv", "tx_power", "tx_power (dBm)"),
      "HB0710 cells.csv:1", "`tx_power[...]`", "did you mean: tx_power (dBm)")
fails("a unit of another dimension behind a number", put("cells.csv", "43", "43 dB"), "HB0714 cells.csv:2:7",
      "expected: dBm", "actual: dB")
fails("an unknown unit behind a number", put("cells.csv", "43", "43 dBn"), "HB0715 cells.csv:2:7", "`43 dBn`",
      "tx_power")

# ---- two indices ----------------------------------------------------------------------------------

loads("long form in any order", whole("rsrp.csv", "\n".join([text("rsrp.csv").split()[0], *sorted(
    text("rsrp.csv").split()[1:], reverse=True)])))
loads("long form with its keys behind", whole("rsrp.csv", "\n".join(
    ",".join(reversed(line.split(","))) for line in text("rsrp.csv").split())))
loads("a column with a default may miss in long form", whole("rsrp.csv", "\n".join(
    line.rpartition(",")[0] for line in text("rsrp.csv").split())), delay=6)
loads("sparse: pairs that are missing take the defaults",
      whole("relations.csv", "a,b,penalty,kind\nc2,c1,9,intra\n"), penalty=1, inter=0)
loads("sparse: all pairs may miss", whole("relations.csv", "a,b,penalty,kind\n"), penalty=0, inter=0)
loads(".npy in Fortran order", whole("wall.npy", npy((2, 3), [1, 4, 2, 5, 3, 9], fortran=True)))
for kind in ("<f4", "<i2", "<i4", "<i8", "|i1", "|u1", "<u2", "<u4", "<u8"):
    loads(f".npy of {kind}", whole("wall.npy", npy((2, 3), [1, 2, 3, 4, 5, 9], kind)))
loads(".npy of version 2", whole("wall.npy", npy((2, 3), [1, 2, 3, 4, 5, 9], version=2)))
loads(".npy of version 3", whole("wall.npy", npy((2, 3), [1, 2, 3, 4, 5, 9], version=3)))
loads(".npy: zeros and ones are booleans", whole("blocked.npy", npy((3, 2), [0, 1, 0, 0, 1, 1], "<f8")))
fails(".npy of the wrong shape", whole("wall.npy", npy((3, 2), [1, 2, 3, 4, 5, 9])), "HB0731 wall.npy",
      "expected: 2 x 3", "actual: 3 x 2")
fails(".npy of one index", whole("wall.npy", npy((6,), [1, 2, 3, 4, 5, 9])), "HB0731 wall.npy")
fails(".npy that is cut", whole("wall.npy", SOUND["wall.npy"][:-1]), "HB0730 wall.npy", "cut")
fails(".npy with bytes behind", whole("wall.npy", SOUND["wall.npy"] + b"\0"), "HB0730 wall.npy", "longer")
fails(".npy that is none", whole("wall.npy", "site,cell,loss\n"), "HB0730 wall.npy")
fails(".npy that is empty", whole("wall.npy", b""), "HB0730 wall.npy")
fails(".npy of big-endian numbers", whole("wall.npy", npy((2, 3), [1, 2, 3, 4, 5, 9], ">f8")), "HB0730 wall.npy",
      "little-endian")
fails(".npy of objects", whole("wall.npy", SOUND["wall.npy"].replace(b"'<f8'", b"'|O' ")), "HB0730 wall.npy",
      "little-endian")
fails(".npy whose shape overflows", whole("wall.npy", SOUND["wall.npy"].replace(
    b"(2, 3)", b"(4611686018427387904, 4)").replace(b" " * 18 + b"\n", b"\n")), "HB0730 wall.npy", "cut")
fails(".npy with NaN", whole("wall.npy", npy((2, 3), [1, 2, float("nan"), 4, 5, 9])), "HB0723 wall.npy", "s1, c3")
fails(".npy with infinity", whole("wall.npy", npy((2, 3), [1, 2, 3, 4, 5, float("inf")])), "HB0724 wall.npy",
      "s2, c3")
fails(".npy out of range", whole("wall.npy", npy((2, 3), [1, 2, 3, 4, 500, 9])), "HB0726 wall.npy", "500 dB",
      "s2, c2", "expected: 0 dB .. 200 dB")
fails(".npy: neither true nor false", whole("blocked.npy", npy((3, 2), [0, 1, 2, 0, 1, 1], "|u1")),
      "HB0729 blocked.npy", "`2`", "c2, s1")

# ---- what is missing ------------------------------------------------------------------------------

fails("a missing file", {"cells.csv": None}, "HB0702 cells.csv", "does not exist")
fails("a missing file whose name is misspelt", {"cells.csv": None, "cels.csv": SOUND["cells.csv"]},
      "HB0702 cells.csv", "did you mean: cels.csv")
fails("a missing .npy", {"wall.npy": None}, "HB0702 wall.npy")
fails("a missing data directory", {}, "HB0701", "nowhere", options=["--data", "nowhere"])
fails("a data directory that is a file", {}, "HB0701", options=["--data", "data/cells.csv"])
fails("a missing column", put("cells.csv", "tx_power", "tx_pwr"), "HB0710 cells.csv:1", "`tx_power`",
      "did you mean: tx_pwr")
fails("a missing column below comments", whole("cells.csv", "# one\n\n" + text("cells.csv").replace("tx_", "x")),
      "HB0710 cells.csv:3")
fails("a missing column of keys", put("rsrp.csv", "cell", "cel"), "HB0710 rsrp.csv:1", "`cell`",
      "did you mean: cel")
fails("too few columns for the keys", whole("relations.csv", "penalty\n1\n"), "HB0710 relations.csv:1")
fails("a missing pair", put("rsrp.csv", "s1,c2,-97,2\n", ""), "HB0720 rsrp.csv", "s1, c2", "sparse")
fails("missing pairs are counted", whole("rsrp.csv", "\n".join(text("rsrp.csv").split()[:4])), "HB0720 rsrp.csv",
      "3 of the 6", "s2, c1, ...")
fails("an empty file", whole("cells.csv", ""), "HB0716 cells.csv")
fails("a file of comments", whole("cells.csv", "# cell,site\n\n"), "HB0716 cells.csv")
fails("a header without rows", whole("sites.csv", "site,height,anchor\n"), "HB0716 sites.csv", "`site`")

# ---- duplicates and unknown keys --------------------------------------------------------------------

fails("a duplicate key", put("cells.csv", "c2,", "c1,"), "HB0717 cells.csv:3:1", "`c1`", "row 1")
fails("a duplicate pair", whole("rsrp.csv", text("rsrp.csv") + "s1,c1,-3,3\n"), "HB0719 rsrp.csv:8:1", "s1, c1")
fails("a duplicate pair in any order of columns", whole("rsrp.csv", "\n".join(
    ",".join(reversed(line.split(","))) for line in (text("rsrp.csv") + "s1,c1,-3,3\n").split())),
    "HB0719 rsrp.csv:8:9")
fails("a duplicate pair of a sparse table", whole("relations.csv", text("relations.csv") + "c1,c2,1,none\n"),
      "HB0719 relations.csv:5:1")
fails("a duplicate column", put("cells.csv", "layer", "tx_power"), "HB0711 cells.csv:1:20", "`tx_power`")
fails("a duplicate column of keys", put("rsrp.csv", "delay", "site"), "HB0711 rsrp.csv:1:16", "`site`")
fails("a duplicate column of a table's own keys", put("cells.csv", "layer", "cell"), "HB0711 cells.csv:1:20",
      "`cell`")
loads("undeclared columns may bear one name", put("sites.csv", "site,height,anchor\ns1,25,c1\ns2,30,c3",
                                                  "site,x,x,height,anchor\ns1,,,25,c1\ns2,,,30,c3"))
fails("an unknown key", put("cells.csv", "c2,s1", "c2,s9"), "HB0718 cells.csv:3:4", "`s9`", "table `site`",
      "its keys are s1, s2")
fails("an unknown key, misspelt", put("rsrp.csv", "s1,c2", "s1,C2"), "HB0718 rsrp.csv:3:4", "`C2`",
      "did you mean: c2")
fails("an unknown key in a forward reference", put("sites.csv", "c3", "c4"), "HB0718 sites.csv:3:7")
fails("an unknown key, empty", put("cells.csv", "c2,s1", "c2,"), "HB0721 cells.csv:3:4")
fails("an unknown key in quotes is not trimmed", put("cells.csv", "c2,s1", 'c2," s1"'), "HB0718 cells.csv:3:4")
fails("an empty key", put("cells.csv", "c2,", ","), "HB0721 cells.csv:3:1")
fails("an empty key of a pair", put("rsrp.csv", "s1,c2", "s1,"), "HB0721 rsrp.csv:3:4")
fails("a control character in a key", put("cells.csv", "c2,", "c\x1b[31m2,"), "HB0737 cells.csv:3:1")
fails("a line break in a key", put("cells.csv", "c2,", '"c\n2",'), "HB0737 cells.csv:3:1")

# ---- broken lines -----------------------------------------------------------------------------------

fails("a field too many", put("cells.csv", "coverage,no", "coverage,no,3"), "HB0709 cells.csv:2:22", "6 fields",
      "the header has 5")
fails("a field too few", put("cells.csv", ",coverage,no", ",coverage"), "HB0709 cells.csv:2:10", "4 fields")
fails("a field too many in long form", put("rsrp.csv", "-97,2", "-97,2,"), "HB0709 rsrp.csv:3:13")
fails("an open quote", put("cells.csv", "43", '"43'), "HB0708 cells.csv:2:7")
fails("an open quote in the header", put("cells.csv", "layer", '"layer'), "HB0708 cells.csv:1:20")
fails("an open quote that ends at another", put("cells.csv", "43,coverage,no\nc2,s1,40,capacity,",
                                                '"43,coverage,no\nc2,s1,"40",capacity,'), "HB0708 cells.csv:3:8")
fails("text behind a closing quote", put("cells.csv", "43", '"43" dBm'), "HB0708 cells.csv:2:12")
fails("the line of a mistake behind lines inside quotes", whole(
    "sites.csv", "site,height,anchor,note\ns1,25,c1,\"a\nb\r\nc\rd\"\ns2,x,c3,\n"), "HB0722 sites.csv:6:4")
fails("NUL", put("cells.csv", "43", b"4\x003"), "HB0706 cells.csv:2:8")
fails("NUL at the end", whole("cells.csv", SOUND["cells.csv"] + b"\0"), "HB0706 cells.csv:5:1")
fails("bytes that are no UTF-8", put("cells.csv", "c2,", b"c\xe9,"), "HB0707 cells.csv:3:2", "0xE9")
fails("UTF-16", whole("cells.csv", text("cells.csv").encode("utf-16")), "HB0707 cells.csv:1:1", "UTF-16")
fails("a field too long", put("cells.csv", "43", "4" * 65537), "HB0705 cells.csv:2:7")
fails("too many columns", whole("cells.csv", "," * 4096 + "\n"), "HB0705 cells.csv:1")

# ---- values -----------------------------------------------------------------------------------------

for spelt in ("nan", "NaN", "-nan"):
    fails(f"NaN: {spelt}", put("cells.csv", "43", spelt), "HB0723 cells.csv:2:7", f"`{spelt}`")
for spelt in ("inf", "-Inf", "Infinity"):
    fails(f"infinity: {spelt}", put("cells.csv", "43", spelt), "HB0724 cells.csv:2:7", f"`{spelt}`")
fails("overflow", put("cells.csv", "43", "1e400"), "HB0725 cells.csv:2:7", "`1e400`")
fails("overflow by its unit", put("sites.csv", "25", "1e308 km"), "HB0725 sites.csv:2:4")
loads("underflow is zero", put("sites.csv", "25", "1e-999"), height=30, sites=30, corner=-152)
for spelt in ("1,043", "43;5", "4 3", "--4", "43 .", "1.2.3", "٤٣", "-", "dBm"):
    fails(f"text where a number belongs: {spelt}", put("cells.csv", "43", f'"{spelt}"'), "HB0722 cells.csv:2:7",
          "tx_power")
for spelt in ("0x2b", "4_3", "1e", "43 d B m"):
    fails(f"no unit behind a number: {spelt}", put("cells.csv", "43", f'"{spelt}"'), "HB0715 cells.csv:2:7",
          "tx_power")
fails("text where a number belongs", put("cells.csv", "43", "high"), "HB0722 cells.csv:2:7", "`high`",
      "`tx_power`", "decimal")
fails("an empty field", put("cells.csv", "43", ""), "HB0721 cells.csv:2:7", "`tx_power` is empty")
fails("an empty field in quotes", put("cells.csv", "43", '""'), "HB0721 cells.csv:2:7")
fails("an empty field of blanks", put("cells.csv", "43", "  "), "HB0721 cells.csv:2:9")
fails("out of range", put("sites.csv", "25", "100.5"), "HB0726 sites.csv:2:4", "100.5 m", "`height`",
      "expected: 0 m .. 100 m")
fails("out of range below", put("sites.csv", "25", "-0.5"), "HB0726 sites.csv:2:4")
fails("out of range in the header's unit", whole("sites.csv", "site,height[km],anchor\ns1,0.025,c1\ns2,0.3,c3\n"),
      "HB0726 sites.csv:3:4", "300 m")
loads("both ends of a range", put("sites.csv", "25,c1\ns2,30", "100,c1\ns2,0.0"), height=100, sites=200,
      last_loss=3)
fails("the open end of a range", cells("cell,site,tx_power,load", "c1,s1,43,99", "c2,s1,40,100", "c3,s2,46,0"),
      "HB0726 cells.csv:3:10", "expected: 0 % ..< 100 %")
fails("not among its values", cells("cell,site,tx_power,bandwidth", "c1,s1,43,5", "c2,s1,40,15", "c3,s2,46,"),
      "HB0726 cells.csv:3:10", "expected: {5 MHz, 10 MHz, 20 MHz}")
loads("among its values, in another unit", cells(
    "cell,site,tx_power,layer,planned,bandwidth[kHz]", "c1,s1,43,coverage,no,5000", "c2,s1,40,capacity,no,20000",
    "c3,s2,46,capacity,yes,10000"), bandwidth=35)
fails("a fraction where whole numbers belong", cells(
    "cell,site,tx_power,antennas", "c1,s1,43,2", "c2,s1,40,2.5", "c3,s2,46,2"), "HB0727 cells.csv:3:10", "2.5")
fails("whole, but out of range", cells("cell,site,tx_power,antennas", "c1,s1,43,2", "c2,s1,40,65", "c3,s2,46,2"),
      "HB0726 cells.csv:3:10", "expected: 1 .. 64")
loads("whole numbers, also as 4.0", cells("cell,site,tx_power,layer,planned,antennas", "c1,s1,43,coverage,no,4.0",
                                          "c2,s1,40,capacity,no,64", "c3,s2,46,capacity,yes,1"), antennas=69)
fails("an unknown label", put("cells.csv", "coverage", "Coverage"), "HB0728 cells.csv:2:10",
      "expected: coverage, capacity",
      "did you mean: coverage")
fails("neither true nor false", put("cells.csv", "no", "maybe"), "HB0729 cells.csv:2:19", "`maybe`", "`planned`")

# ---- defaults ---------------------------------------------------------------------------------------

loads("a default fills a missing column", cells("cell,site,tx_power", "c1,s1,43", "c2,s1,40", "c3,s2,46"),
      covering=0, planned=0, corner=-1000)
fails("a default does not fill an empty field", put("cells.csv", "coverage", ""), "HB0721 cells.csv:2:10",
      "`layer`", "or missing")
fails("a default does not fill an empty field in long form", put("rsrp.csv", "-97,2", "-97,"),
      "HB0721 rsrp.csv:3:11", "or missing")
loads("`or missing`: a default fills an empty field", cells("cell,site,tx_power,layer,planned,bandwidth",
      "c1,s1,43,coverage,,20", "c2,s1,40,capacity,\"\",", "c3,s2,46,capacity,yes,  "), bandwidth=40)
fails("an empty field of a sparse table without `or missing`", put("relations.csv", "3,intra", "3,"),
      "HB0721 relations.csv:2:9")

# ---- several mistakes, and what follows from them ---------------------------------------------------

fails_twice("independent mistakes are all said, in the order of the files",
            {**put("sites.csv", "25", "high"), **put("cells.csv", "coverage", "x")},
            "HB0722 sites.csv:2:4", "HB0728 cells.csv:2:10")
fails_twice("mistakes in one line", put("cells.csv", "43,coverage", "high,x"), "HB0722 cells.csv:2:7",
            "HB0728 cells.csv:2:12")
fails("what follows from a missing file is not said", {"sites.csv": None}, "HB0702 sites.csv")
fails("what follows from a lost line is not said", put("sites.csv", "s2,30,c3", "s2,30"), "HB0709 sites.csv:3:4")


def check_flood(done):
    found = messages(done.stderr)
    assert done.returncode == 2 and done.stdout == "", done
    assert 1 <= len(found) <= 20 and found[-1][0] == "HB0722", done.stderr
    assert "20 problems in this file" in done.stderr and "--error-limit" not in done.stderr, done.stderr


case("a file of mistakes is read to the twentieth", cells("cell,site,tx_power", *(f"c{i},s1,x" for i in range(1000))),
     check_flood)

# ---- limits -----------------------------------------------------------------------------------------

fails("--max-memory refuses and names the arrays", {}, "HB0733", "`penalty` over 3 rows of cell x 3 rows of cell",
      "--max-memory", options=["--max-memory", "400"])
fails("--max-work refuses and names the array", {}, "HB0734", "the most are spent on `", "--max-work",
      options=["--max-work", "100"])
fails("--max-memory holds for a file", {}, "HB0705 huge.csv", "9663676416",
      arrange=lambda data: (tables.write(data, {"huge.csv": b""}), os.truncate(data / "huge.csv", 9 << 30)),
      options=["SOURCE=huge.csv"])
loads("what fits is not refused", {}, options=["--max-memory", "10kB", "--max-work", "1e4"])


# ---- paths ------------------------------------------------------------------------------------------


def arranged(action):
    def arrange(data):
        (data / "sub").mkdir()
        (data.parent / "outside").mkdir(exist_ok=True)
        for directory in (data / "sub", data.parent / "outside"):
            tables.write(directory, {"x.csv": b"cell,x\na,1\nb,2\n"})
        action(data)
    return arrange


def path(name, source, action, *code_and_words):
    options = [f"SOURCE={source}"]
    if not code_and_words:
        case(name, {}, lambda done: check_kpis(done, {"total": 3}, []), options, arranged(action))
        return
    code, *words = code_and_words
    fails(name, {}, f"{code} {source}", *words, options=options, arrange=arranged(action))


NOTHING = lambda data: None
path("a file in a directory beneath", "sub/x.csv", NOTHING)
path("a link that stays inside", "in.csv", lambda data: os.symlink("sub/x.csv", data / "in.csv"))
path("a directory's link that stays inside", "way/x.csv", lambda data: os.symlink("sub", data / "way"))
path("..", "../outside/x.csv", NOTHING, "HB0703", "outside of the data directory")
path(".. in the middle", "sub/../../outside/x.csv", NOTHING, "HB0703")
path("an absolute path", "/etc/passwd", NOTHING, "HB0703", "outside of the data directory")
path("a link out", "out.csv", lambda data: os.symlink("../outside/x.csv", data / "out.csv"), "HB0703", "link")
path("an absolute link out", "out.csv", lambda data: os.symlink(data.parent / "outside/x.csv", data / "out.csv"),
     "HB0703")
path("a directory's link out", "way/x.csv", lambda data: os.symlink("../outside", data / "way"), "HB0703")
path("a link to a link out", "a.csv", lambda data: (os.symlink("b.csv", data / "a.csv"),
                                                    os.symlink("../outside/x.csv", data / "b.csv")), "HB0703")
path("a link to itself", "loop.csv", lambda data: os.symlink("loop.csv", data / "loop.csv"), "HB0703",
     "too many links")
path("a link to nowhere", "dead.csv", lambda data: os.symlink("nothing.csv", data / "dead.csv"), "HB0702", "is a link to")
path("a FIFO", "pipe.csv", lambda data: os.mkfifo(data / "pipe.csv"), "HB0704", "no regular file")
path("a link to a FIFO", "in.csv", lambda data: (os.mkfifo(data / "pipe.csv"),
                                                 os.symlink("pipe.csv", data / "in.csv")), "HB0704")
path("a directory", "sub", NOTHING, "HB0704", "no regular file")
path("a socket", "x.csv", lambda data: os.mknod(data / "x.csv", stat.S_IFSOCK | 0o600), "HB0704")
path("a link to a device", "zero.csv", lambda data: os.symlink("/dev/zero", data / "zero.csv"), "HB0703")
path("a file as a directory", "sub/x.csv/y.csv", NOTHING, "HB0702", "cannot be read: Not a directory")


# ---- running ----------------------------------------------------------------------------------------

TINY = """blueprint tiny "Reads one file.";
table cell from "SOURCE" { x : m; }
kpi total : m = sum(c.x for c in cell);
"""


def command_of(options, room, twin):
    """The twin of tables.hbp, or the interpreter on a table that reads the SOURCE asked for."""
    source = next((word[7:] for word in options if word.startswith("SOURCE=")), None)
    rest = ["run", "--data", "data", "--format", "json",
            *(word for word in options if not word.startswith("SOURCE="))]
    if source is None:
        return [twin, *rest]
    (room / "tiny.hbp").write_text(TINY.replace("SOURCE", source))
    return [HERMESC, "interpret", "tiny.hbp", *rest]


def run_case(number, twin):
    name, changes, check, options, arrange = CASES[number]
    room = WORK / f"case-{number}"
    shutil.rmtree(room, ignore_errors=True)
    tables.write(room / "data", {**SOUND, **changes})
    if arrange:
        arrange(room / "data")
    try:
        check(subprocess.run(command_of(options, room, twin), cwd=room, stdin=subprocess.DEVNULL,
                             capture_output=True, text=True, errors="replace", timeout=60))
    except Exception as error:  # a broken case must not hide the others
        return f"FAIL {name}: {type(error).__name__}: {error}\n  its files are in {room}"
    shutil.rmtree(room)
    return None


def check_many_rows():
    """570,000 long-form rows load correctly."""
    room = WORK / "many"
    users, sites = 10000, 57
    lines = (f"u{u},c{c},{-(u * 7 + c * 13) % 97 - 120}\n" for u in range(users) for c in range(sites))
    tables.write(room / "data", {
        "ues.csv": ("ue\n" + "".join(f"u{u}\n" for u in range(users))).encode(),
        "cells.csv": ("cell\n" + "".join(f"c{c}\n" for c in range(sites))).encode(),
        "path.csv": ("ue,cell,level\n" + "".join(lines)).encode()})
    (room / "many.hbp").write_text(
        'blueprint many "Many rows.";\n'
        'table ue from "ues.csv" { x : m = 0 m; }\ntable cell from "cells.csv" { y : m = 0 m; }\n'
        'table path[ue, cell] from "path.csv" { level : 1; }\n'
        "kpi total : 1 = sum(path.level[u, c] for u in ue for c in cell);\n"
        "kpi best : 1 = sum(max(path.level[u, c] for c in cell) for u in ue);\n"
        "kpi weighted : 1 = sum(path.level[u, c] for u in ue for c in cell if path.level[u, c] > -60);\n")
    twin = fuzz.build(HERMESC, room, room / "many.hbp", "twin")
    start = time.monotonic()
    done = subprocess.run([twin, "run", "--data", room / "data", "--format", "json"], capture_output=True,
                          text=True)
    seconds = time.monotonic() - start
    level = [[-(u * 7 + c * 13) % 97 - 120 for c in range(sites)] for u in range(users)]
    check_kpis(done, {"total": sum(map(sum, level)), "best": sum(map(max, level)),
                      "weighted": sum(x for row in level for x in row if x > -60)}, [])
    print(f"570000 long-form rows: {seconds:.2f} s")
    shutil.rmtree(room)


def attempt(check):
    try:
        return check()
    except AssertionError as error:
        return f"FAIL {check.__doc__ or check.__name__} {error}"


def main():
    wanted = sys.argv[3:]
    WORK.mkdir(parents=True, exist_ok=True)
    twins = {"tables": fuzz.build(HERMESC, WORK, HERE / "tables.hbp", "tables"),
             "decisions": fuzz.build(HERMESC, WORK, fuzz.DECISIONS, "decisions")}
    numbers = [n for n, (name, *_) in enumerate(CASES) if not wanted or any(part in name for part in wanted)]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        failures = list(filter(None, pool.map(lambda n: run_case(n, twins["tables"]), numbers)))
    ran = len(numbers)
    if not wanted:
        failures += filter(None, [attempt(check_many_rows)])
        tried, broken = fuzz.run(twins, WORK, FUZZ_SECONDS)
        print(f"fuzzing: {tried} cases in {FUZZ_SECONDS} s")
        failures += broken
        ran += 2
    for failure in failures:
        print(failure)
    print(f"{ran - len(failures)} passed, {len(failures)} failed")
    return failures != [] or ran == 0


if __name__ == "__main__":
    sys.exit(main())
