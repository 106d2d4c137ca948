#!/usr/bin/env python3
"""The commands of a twin, as people and programs use them: every promise as a test, named by it.

usage: run.py HERMESC [WORKDIR [NAME...]]    NAME: a part of the names of the tests to run

The twins are those of examples/, and of decisions.hbp, which has a policy and an input of every kind.
"""
import concurrent.futures
import csv
import ctypes
import errno
import io
import json
import os
import pathlib
import pty
import re
import shutil
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
EXAMPLES = HERE.parents[1] / "examples"
HERMESC = pathlib.Path(sys.argv[1]).resolve()
WORK = pathlib.Path(sys.argv[2] if len(sys.argv) > 2 else "work").resolve()
NAMES = ["power_control", "energy_saving", "new_site", "decisions"]
COMMANDS = ["run", "compare", "rank", "test", "trace", "info"]
BLUEPRINTS = {name: EXAMPLES / name / f"{name}.hbp" for name in NAMES[:3]} | {"decisions": HERE / "decisions.hbp"}
DATA = {name: EXAMPLES / name / "data" for name in NAMES[:3]} | {"decisions": WORK / "decisions-data"}
DECISIONS_DATA = {"cells.csv": 'cell,tx_power\nc1,43\nc2,46\n"c,3",40\n', "hours.csv": "hour,activity\nh0,20\nh1,80\n",
                  "ues.csv": "ue,demand\nu1,1\nu2,2\n"}
ERROR = re.compile(r"^error\[(HB\d{4})\]: (.*)$", re.M)


# ---- running twins ------------------------------------------------------------------------------


class Room:
    """A directory of its own for one test, and the twins."""

    def __init__(self, name):
        self.path = WORK / name
        shutil.rmtree(self.path, ignore_errors=True)
        self.path.mkdir(parents=True)

    def write(self, name, text):
        path = self.path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return name

    def start(self, words, **more):
        return subprocess.run([str(word) for word in words], cwd=self.path, stdin=subprocess.DEVNULL, text=True,
                              timeout=120, **{"capture_output": True, **more})

    def twin(self, name, command, *words, **more):
        """A command of a twin on its data."""
        data = ["--data", DATA[name]] if command in COMMANDS[:5] else []
        return self.start([WORK / "twins" / name, command, *data, *words], **more)

    def ok(self, name, command, *words, exit_code=0, **more):
        done = self.twin(name, command, *words, **more)
        assert done.returncode == exit_code, f"exit {done.returncode}: {words}\n{done.stdout}{done.stderr}"
        return done.stdout

    def json(self, name, command, *words, **more):
        return json.loads(self.ok(name, command, *words, "--format", "json", **more))

    def csv(self, name, command, *words, **more):
        return list(csv.DictReader(io.StringIO(self.ok(name, command, *words, "--format", "csv", **more))))

    def refused(self, done, code, *words):
        """Exit code 2, one message of this code with these words, and no output."""
        assert done.returncode == 2, f"exit {done.returncode}: {done.stdout}{done.stderr}"
        assert done.stdout == "", f"printed {done.stdout}"
        codes = [found[0] for found in ERROR.findall(done.stderr)]
        assert codes == [code], f"{codes}, but expected {code}\n{done.stderr}"
        for word in words:
            assert word in done.stderr, f"`{word}` is not in\n{done.stderr}"

    def wrong(self, name, command, words, code, *expected):
        self.refused(self.twin(name, command, *words), code, *expected)


def decided(*words):
    """Words for decisions: its input without a default is given."""
    return ["--set", "margin=3 dB", *words]


def kpis(document):
    return {name: kpi["value"] for name, kpi in document["kpis"].items()}


def near(a, b):
    return abs(a - b) <= 1e-9 * max(abs(a), abs(b))


# ---- help and usage -----------------------------------------------------------------------------


def test_help_per_command(room):
    for command in COMMANDS:
        text = room.ok("power_control", command, "--help")
        assert text == room.ok("power_control", "help", command) == room.ok("power_control", command, "-h")
        assert text.startswith("usage: ") and "options:" in text and "examples:" in text, text
        assert max(map(len, text.splitlines())) <= 100 + len(str(WORK)), text
        for option in ("--out FILE", "--quiet", "--help", "--format"):
            assert option in text, (command, option)
        for option in ("--data DIR", "--policy FILE", "--set NAME=VALUE", "--max-memory SIZE", "--max-work N",
                       "--seed N"):
            assert (option in text) == (command != "info"), (command, option)
    assert "--threads N" in room.ok("power_control", "rank", "--help")
    assert "--show NAME,..." in room.ok("power_control", "run", "--help")
    assert "--row TABLE=KEY" in room.ok("power_control", "trace", "--help")


def test_help_lists_every_command(room):
    for words in (["--help"], ["-h"], ["help"]):
        text = room.start([WORK / "twins/power_control", *words]).stdout
        assert all(f"\n  {command} " in text for command in COMMANDS), text


def test_examples_in_the_help_are_sound(room):
    shutil.copytree(DATA["power_control"], room.path / "data")
    for name in ("policy.json", "before.json", "after.json", "a.json", "b.json"):
        room.write(name, '{"offset": {"c3": "-3 dB"}}')
    shutil.copy(EXAMPLES / "power_control/candidates.csv", room.path / "candidates.csv")
    room.write("candidates.jsonl", '{"offset": {"c3": "-3 dB"}}\n')
    for command in COMMANDS:
        text = room.ok("power_control", command, "--help")
        for line in text[text.index("examples:"):].splitlines()[1:]:
            words = line.partition("#")[0].strip().replace("power_control ", "", 1)
            done = subprocess.run(["bash", "-c", line.partition("#")[0]], cwd=room.path, capture_output=True, text=True)
            assert done.returncode == 0, f"{words}\n{done.stderr}"


def test_a_command_is_needed(room):
    done = room.start([WORK / "twins/power_control"])
    assert done.returncode == 2 and done.stdout == "" and "info" in done.stderr


def test_an_unknown_command_names_the_valid_ones(room):
    room.wrong("power_control", "rnu", [], "HB0801", "`rnu`", "did you mean: run", ", ".join(COMMANDS))
    room.wrong("power_control", "help", ["rnu"], "HB0801", "did you mean: run")


def test_unknown_options_name_the_valid_ones(room):
    room.wrong("power_control", "run", ["--polcy", "x"], "HB0802", "--polcy", "did you mean: --policy", "--set")
    room.wrong("power_control", "run", ["--polcy=x"], "HB0802")
    room.wrong("power_control", "run", ["-v"], "HB0802", "--quiet")
    room.wrong("power_control", "run", ["--row", "ue=u1"], "HB0802", "no option of `run`")
    room.wrong("power_control", "info", ["--set", "offset=1"], "HB0802", "no option of `info`")


def test_options_without_their_value(room):
    room.wrong("power_control", "run", ["--set"], "HB0803", "--set NAME=VALUE")
    room.wrong("power_control", "run", ["--policy", "--format", "json"], "HB0803", "--policy FILE")
    room.wrong("power_control", "run", ["--quiet=yes"], "HB0803", "takes no value")


def test_options_with_a_wrong_value_say_what_they_take(room):
    candidates = EXAMPLES / "power_control/candidates.csv"
    for command, words, expected in [
        ("run", ["--format", "xml"], "table, json or csv"), ("run", ["--format", "jsn"], "did you mean: json"),
        ("run", ["--max-memory", "lots"], "500MB"), ("run", ["--max-memory", "-1"], "8GiB"),
        ("run", ["--max-work", "0"], "whole number from 1"), ("run", ["--show", "sinr,,rate"], "comma"),
        ("run", ["--seed", "0"], "whole number from 1"), ("run", ["--seed", "1.5"], "whole number from 1"),
        ("run", ["--out", ""], "FILE"), ("rank", [candidates, "--threads", "0"], "from 1 to 1024"),
        ("rank", [candidates, "--threads", "2.5"], "whole number"),
        ("rank", [candidates, "--top", "-3"], "whole number"),
        ("test", ["--rows", "x"], "whole number")]:
        room.wrong("power_control", command, words, "HB0804", expected, words[-2])


def test_words_too_many_or_too_few(room):
    room.wrong("power_control", "run", ["more"], "HB0805", "`more`")
    room.wrong("power_control", "rank", [], "HB0805", "CANDIDATES")
    room.wrong("power_control", "compare", [], "HB0805", "BEFORE.json")
    room.wrong("power_control", "compare", ["a", "b", "c"], "HB0805", "`c`")
    done = room.start([WORK / "twins/power_control", "run"])
    room.refused(done, "HB0806", "--data DIR")


def test_a_form_that_a_command_has_not(room):
    room.wrong("power_control", "trace", ["--format", "csv"], "HB0825", "json")
    room.wrong("power_control", "info", ["--format", "csv"], "HB0825", "json")


def test_options_in_any_order_and_with_equals_signs(room):
    plain = room.ok("power_control", "run", "--set", "offset[c3]=-3 dB", "--format", "csv")
    data = DATA["power_control"]
    for words in ([f"--data={data}", "--format=csv", "--set=offset[c3]=-3 dB"],
                  ["--set", "offset[c3]=-3", "--format", "csv", "--data", data, "--"]):
        assert room.start([WORK / "twins/power_control", "run", *words]).stdout == plain, words
    by_default = room.start([WORK / "twins/power_control", "--data", data, "--format", "csv", "--set", "offset[c3]=-3"])
    assert by_default.stdout == plain, "without a command: run"


# ---- run ----------------------------------------------------------------------------------------


def test_run_prints_kpis_with_units_and_verdicts(room):
    text = room.ok("power_control", "run")
    assert re.search(r"^mean_rate +[\d.]+ +Mbit/s$", text, re.M), text
    assert re.search(r"^coverage +95\.8 +%$", text, re.M), text
    assert re.search(r"^  met +coverage +95\.8 +>= +95 +%$", text, re.M), text
    missed = room.ok("power_control", "run", "--set", "offset=-6")
    assert re.search(r"^  MISSED +coverage ", missed, re.M), missed


def test_run_as_json(room):
    document = room.json("power_control", "run", "--set", "offset[c3]=-3 dB")
    assert document["blueprint"] == "power_control"
    assert document["kpis"]["coverage"] == {"value": 95.8, "unit": "%"}
    assert document["kpis"]["mean_rate"]["unit"] == "Mbit/s"
    assert document["constraints"] == [{"kpi": "coverage", "relation": ">=", "bound": 95, "value": 95.8, "unit": "%",
                                        "satisfied": True}]
    assert document["feasible"] is True and document["policy"] == {"offset": {"c3": -3}}
    assert document["inputs"]["bandwidth"] == {"value": 20, "unit": "MHz"}
    assert re.fullmatch(r"[0-9a-f]{64}", document["provenance"]["sha256"]), document["provenance"]
    assert room.json("power_control", "run", "--set", "offset=-6")["feasible"] is False


def test_run_as_csv(room):
    rows = room.csv("power_control", "run")
    assert [row["kpi"] for row in rows] == ["mean_rate", "edge_rate", "coverage"]
    assert rows[2] == {"kpi": "coverage", "value": "95.8", "unit": "%"}


def test_all_forms_say_the_same(room):
    document = kpis(room.json("new_site", "run"))
    rows = {row["kpi"]: float(row["value"]) for row in room.csv("new_site", "run")}
    assert rows == document
    table = room.ok("new_site", "run")
    for name, value in document.items():
        shown = re.search(rf"^{name} +(-?[\d.e+-]+)", table, re.M)
        assert shown and abs(float(shown[1]) - value) <= 1e-5 * abs(value), (name, value, table)


def test_show_adds_arrays(room):
    document = room.json("power_control", "run", "--show", "sinr,power,path.rsrp,mean_rate,server")
    arrays = document["arrays"]
    assert list(arrays) == ["sinr", "power", "path.rsrp", "mean_rate", "server"]
    assert arrays["sinr"]["unit"] == "dB" and arrays["sinr"]["index"] == ["ue"] and len(arrays["sinr"]["values"]) == 500
    assert arrays["path.rsrp"]["values"]["u1"]["c1"] == -149.7
    assert arrays["server"]["values"]["u1"].startswith("c")
    table = room.ok("power_control", "run", "--show", "power,offset")
    assert re.search(r"^cell +power\[dBm\] +offset\[dB\]$\n^c1 +46 +0$", table, re.M), table


def test_show_as_csv_has_one_row_per_index(room):
    rows = room.csv("power_control", "run", "--show", "sinr,rate")
    assert len(rows) == 500 and list(rows[0]) == ["ue", "sinr[dB]", "rate[Mbit/s]"] and rows[16]["ue"] == "u17"
    pairs = room.csv("power_control", "run", "--show", "path.rsrp")
    assert len(pairs) == 10500 and pairs[0] == {"ue": "u1", "cell": "c1", "path.rsrp[dBm/RE]": "-149.7"}
    quoted = room.csv("decisions", "run", *decided("--show", "sleep,asleep"))
    assert quoted[5] == {"cell": "c,3", "hour": "h1", "sleep": "false", "asleep": "false"}
    room.wrong("power_control", "run", ["--show", "sinr,power", "--format", "csv"], "HB0820", "sinr[ue]", "power[cell]")


def test_show_twice_shows_once(room):
    text = room.ok("decisions", "run", *decided("--show", "power,power", "--show", "power", "--format", "json"))
    assert text.count('"power"') == 1
    assert list(room.csv("decisions", "run", *decided("--show", "power,power"))[0]) == ["cell", "power[dBm]"]


def test_show_of_an_unknown_name_names_the_valid_ones(room):
    room.wrong("power_control", "run", ["--show", "sirn"], "HB0819", "`sirn`", "did you mean: sinr", "power")
    room.wrong("power_control", "run", ["--show", "rsrp"], "HB0819", "path.rsrp")


def test_an_invalid_decision_exits_1_with_its_reason(room):
    words = decided("--set", "sleep=yes")
    reason = "nothing to choose from or reduce over in `quietest`"
    assert reason in room.ok("decisions", "run", *words, exit_code=1)
    document = room.json("decisions", "run", *words, exit_code=1)
    assert reason in document["invalid"] and document["kpis"] is None and document["feasible"] is None
    done = room.twin("decisions", "run", *words, "--format", "csv")
    assert done.returncode == 1 and done.stdout == "" and reason in done.stderr


# ---- --set --------------------------------------------------------------------------------------


PRYING = """
#include <stdio.h>
static void pry(const char *path) {
  FILE *file = fopen(path, "r");
  fprintf(stderr, "%s %s\\n", file ? "opens" : "refused", path);
  if (file) fclose(file);
}
"""


def prying_twin(room, names):
    """A twin one of whose steps opens files: what the compiler ran, over a changed text."""
    words = [HERMESC, BLUEPRINTS["power_control"], "-o", "pc", "--keep=pc.c", "--no-cache", "--verbose"]
    done = subprocess.run(words, cwd=room.path, check=True, capture_output=True, text=True)
    text = (room.path / "pc.c").read_text()
    step = re.search(r"static int step_\d+\(hermes_frame \*frame\) {\n", text)
    pries = "".join(f'  pry("{name}");\n' for name in names)
    room.write("pry.c", text[:step.start()] + PRYING + step[0] + pries + text[step.end():])
    command = re.search(r"^hermesc: run (.*)$", done.stderr, re.M)[1].split()
    renamed = {"twin": "pry", "twin.c": "pry.c"}
    command = [renamed.get(pathlib.Path(word).name, word) if "/hermesc-" in word else word for word in command]
    subprocess.run(command, cwd=room.path, check=True)
    return room.path / "pry"


def test_a_twin_opens_no_file_that_its_command_line_does_not_name(room):
    """Where the kernel has Landlock (landlock_create_ruleset tells its version); elsewhere there is nothing to see.

    A sanitized twin may read: its leak detector looks at the process itself."""
    cache = pathlib.Path(os.environ.get("HERMES_BUILD", ""), "CMakeCache.txt")
    sanitized = cache.is_file() and "HERMES_SANITIZE:BOOL=ON" in cache.read_text()
    if sanitized or ctypes.CDLL(None, use_errno=True).syscall(444, None, 0, 1) < 1:
        return
    secret, cells = room.path / room.write("secret.txt", "x"), DATA["power_control"] / "cells.csv"
    policy = room.path / room.write("policy.json", "{}")
    twin = prying_twin(room, [secret, cells, policy])
    words = [twin, "run", "--data", DATA["power_control"], "--policy", "policy.json", "--out", "out.txt"]
    done = subprocess.run(words, cwd=room.path, capture_output=True, text=True)
    said = re.findall(r"^(opens|refused) (.*)$", done.stderr, re.M)
    assert set(said) == {("refused", str(secret)), ("opens", str(cells)), ("opens", str(policy))}, done.stderr
    assert done.returncode == 0 and "mean_rate" in (room.path / "out.txt").read_text(), done.stderr


RANGED = """blueprint ranged "Ranges of parameters.";
table cell from "cells.csv" { tx_power : dBm; }
table hour from "hours.csv" { activity : %; }
policy { busy : bool = false; }
function drawn(power: dBm in 41 dBm ..< 46 dBm, share: 1 in 10 % .. 90 %) -> W "Watts." = share * lin(power);
functional block plain "Every cell in every hour."
{ out each[c in cell, h in hour] : W = if h.activity > 50 % then drawn(c.tx_power, h.activity) else 0 W; }
operational block decided "Only where it is busy." {
  in  busy;
  out all : W = sum(drawn(c.tx_power, 95 %) for c in cell if busy);
}
kpi total : W = sum(each[c, h] for c in cell for h in hour) + all;
goal maximize total;
"""
OUTSIDE = re.compile(r"warning\[HB0829\]: (.*)\n.*\n.*\n.*actual: (.*)")


def test_run_warns_of_models_used_outside_of_their_range(room):
    """Counted where the call is computed, and nowhere else; the same by both evaluators."""
    (room.path / "ranged.hbp").write_text(RANGED)
    subprocess.run([HERMESC, "ranged.hbp", "-o", "ranged"], cwd=room.path, check=True)
    outside = [("`power` of `drawn` outside of 41 dBm ..< 46 dBm, in `each`: 2 of 3", "40 dBm at cell c,3, hour h1")]
    busy = [("`power` of `drawn` outside of 41 dBm ..< 46 dBm, in `all`: 2 of 3", "40 dBm at cell c,3"),
            ("`share` of `drawn` outside of 10 % .. 90 %, in `all`: 3 of 3", "0.95 at cell c1")]
    for start in (["./ranged"], [str(HERMESC), "interpret", "ranged.hbp"]):
        for words, expected in (([], outside), (["--set", "busy=true"], outside + busy), (["--quiet"], [])):
            done = subprocess.run([*start, "run", "--data", str(DATA["decisions"]), *words], cwd=room.path,
                                  capture_output=True, text=True)
            assert done.returncode == 0, done.stderr
            assert OUTSIDE.findall(done.stderr) == expected, done.stderr
    room.write("busy.json", '{"busy": true}')
    room.write("all.csv", "busy\nfalse\ntrue\n")
    for command, file, expected in (("compare", "busy.json", outside + busy), ("rank", "all.csv", outside + busy)):
        done = room.start(["./ranged", command, "--data", DATA["decisions"], file])
        assert done.returncode == 0 and OUTSIDE.findall(done.stderr) == expected, done.stderr


ALONG = """blueprint along "What was is needed for a while.";
table cell from "cells.csv" { tx_power : dBm; }
time tick in 0 s ..< 3000 s step 1 s;
input { least : 1 = 0; }
policy { leak : 1 in 0 .. 1 = 0.2; }
draw { rain[c in cell, t in tick] : 1 ~ uniform(0, 1); }
operational block decided "The decision." { in leak; out loss : 1 = leak; }
functional block pools "Each passes on to the one that was emptiest three ticks ago." {
  in  loss, rain, least;
  out before[c in cell, t in tick] : 1 = rain[c, t] + loss * (lin(c.tx_power) / 1 W);
  out emptiest[t in tick] : cell = argmin(pool[c, t - 3] for c in cell) initially argmin(c.tx_power for c in cell);
  out pool[c in cell, t in tick] : 1 =
    (1 - loss) * mean(pool[k, t - 1] for k in cell if k != c) + before[c, t]
    + (if emptiest[t] == c then 1 else 0) initially least;
  let wet[c in cell, t in tick] = pool[c, t] > 1.01 * pool[c, t - 3] initially false;
  out wetness[t in tick] : % = share(wet[c, t] for c in cell);
  out level[t in tick] : 1 = mean(pool[c, t] for c in cell);
}
kpi mean_wet : %  = mean(wetness[t] for t in tick);
kpi deepest  : 1  = max(level[t] for t in tick);
kpi last     : 1  = sqrt(sum(level[t] for t in tick if instant(t) == 2999 s));
expect "a pool is never negative" { assert pool[c, t] >= 0 for c in cell for t in tick; }
"""


def test_of_a_time_the_instants_that_are_needed_are_kept(room):
    """The same comes out whether all are kept, which takes more memory, or not; both evaluators agree."""
    (room.path / "along.hbp").write_text(ALONG)
    subprocess.run([HERMESC, "along.hbp", "-o", "along"], cwd=room.path, check=True)

    def said(start, *words):
        return room.start([*start, *words, "--data", DATA["decisions"], "--format", "json"])
    native, interpreted = ["./along"], [HERMESC, "interpret", "along.hbp"]
    known = kpis(json.loads(said(native, "run", "--draws", "2").stdout))
    for start in (native, interpreted):
        for words in (["--show", "pool,wet"], ["--max-memory", "200 kB"]):
            done = said(start, "run", "--draws", "2", *words)
            assert done.returncode == 0 and kpis(json.loads(done.stdout)) == known, f"{words}: {done.stdout}"
        for words in (["run", "--show", "pool"], ["test"]):
            done = said(start, *words, "--max-memory", "200 kB")
            assert done.returncode == 2 and "HB0733" in done.stdout + done.stderr, f"{words}: {done.stdout}"
        reasons = [json.loads(said(start, "run", "--set", "leak=0", "--set", "least=-1e9", *words).stdout)["invalid"]
                   for words in ([], ["--show", "pool"])]
        assert reasons[0] == reasons[1] and "`last` is not a number" in reasons[0], reasons
    for words, draw in ([], 1), (["--seed", "7"], 7):
        assert json.loads(said(native, "test", *words).stdout)["seed"] == draw
        text = room.start([*native, "test", *words, "--data", DATA["decisions"]]).stdout
        assert f"1 of 1 expectations hold, in the first draw of seed {draw} (--seed tries others)" in text, text
    text = room.start([*native, "run", "--draws", "1", "--data", DATA["decisions"]]).stdout
    assert "\nvalues of 1 draw of seed 1\n" in text and "means" not in text, text
    slots = {slot["name"]: slot.get("window") for slot in json.loads(room.start(["./along", "info", "--json"]).stdout)["slots"]}
    kept = {name: window and window["instants"] for name, window in slots.items() if not name.count("#")}
    assert kept == {**dict.fromkeys(kept), "before": 1, "emptiest": 1, "pool": 4, "wet": 1}, kept


def test_set_takes_every_kind_of_value(room):
    words = ["offset[c1]=-3 dB", "offset[c2]=2.5", 'offset["c,3"]=6', 'sleep["c,3", h1]=yes', "sleep[c1,h0]=TRUE",
             'anchor[u1]="c,3"', "mode=eco", "ttt=0.04 s", "beams=5", "share=7 %", "excess=-0.5", "bandwidth=20 MHz",
             "height[c1]=0.05 km", "carriers=3", " margin = 9 dB "]
    document = room.json("decisions", "run", *(part for word in words for part in ("--set", word)))
    assert document["policy"] == {
        "offset": {"c1": -3, "c2": 2.5, "c,3": 6}, "sleep": {"c1": {"h0": True}, "c,3": {"h1": True}},
        "anchor": {"u1": "c,3"}, "mode": "eco", "ttt": 40, "beams": 5, "share": 7, "excess": -0.5}, document["policy"]
    found = kpis(document)
    assert found.pop("shared") - 7 < 1e-12
    assert found == {"strongest": 48, "served": 45.5, "sleeping": 2, "quietest": 20, "saving": 1, "patience": 40,
                     "lobe_count": 5, "width": 60, "highest": 50, "reserve": 9}, found


def test_set_of_a_name_alone_or_with_fewer_keys_sets_all_below(room):
    def after(*words):
        return kpis(room.json("decisions", "run", *decided(*(part for word in words for part in ("--set", word)))))
    assert after("sleep[c1]=true")["sleeping"] == 2
    assert after("sleep[c1]=true", "sleep[c1,h0]=0")["sleeping"] == 1
    assert after("offset=1", "offset[c2]=0")["strongest"] == 46


def test_set_wins_over_policy_over_inputs_json_over_defaults(room):
    data = room.path / "data"
    shutil.copytree(DATA["decisions"], data)
    twin = WORK / "twins/decisions"

    def width(*words):
        done = room.start([twin, "run", "--data", "data", "--format", "json", "--set", "margin=1", *words])
        return kpis(json.loads(done.stdout))["width"]
    policy = room.write("policy.json", '{"bandwidth": "20 MHz"}')
    assert width() == 20
    (data / "inputs.json").write_text('{"bandwidth": "5 MHz"}')
    assert (width(), width("--policy", policy), width("--policy", policy, "--set", "bandwidth=10")) == (10, 40, 20)


def test_set_refuses_what_cannot_be_set(room):
    for word, code, *expected in [
        ("ofset[c1]=1", "HB0810", "--set:1:1", "did you mean: offset", "bandwidth"),
        ("strongest=1", "HB0810", "computed"), ("tx_power=1", "HB0810", "read from data"),
        ("offset[c9]=1", "HB0811", "--set:1:8", "there is no cell `c9`", "c1, c2, c,3"),
        ("sleep[c1,h9]=1", "HB0811", "--set:1:10", "there is no hour `h9`", "h0, h1"),
        ("offset[c1,h0]=1", "HB0815", "--set:1:11", "has no index for `h0`"),
        ("mode[c1]=eco", "HB0815"), ("offset[]=1", "HB0815", "a key is missing"), ("offset[c1=1", "HB0815"),
        ("offset[c1]x=1", "HB0815"), ("offset[c1]", "HB0815", "name=value"), ("=1", "HB0815", "name=value"),
        ("", "HB0815", "name=value"),
        ("offset[c1]=x", "HB0812", "--set:1:12", "is no number", "-6 dB .. 6 dB step 0.5 dB"),
        ("offset[c1]=", "HB0812", "no value"), ("offset=nan", "HB0812"), ("offset=inf", "HB0812"),
        ("sleep=maybe", "HB0812", "true or false"), ("mode=Eco", "HB0812", "{eco, full}", "did you mean: eco"),
        ("anchor=c9", "HB0811", "c1, c2, c,3"),
        ("offset=1 m", "HB0813", "dB: a gain", "m: length"), ("offset=1 dBm", "HB0813", "a level of power"),
        ("ttt=40 dB", "HB0813", "ms"), ("bandwidth=20 MHZ", "HB0813", "MHz"),
        ("offset=7", "HB0814", "not in its range", "-6 dB .. 6 dB step 0.5 dB"),
        ("offset=0.3 dB", "HB0814", "not on its steps"), ("share=100 %", "HB0814", "0 % ..< 100 %"),
        ("ttt=50 ms", "HB0814", "{40 ms, 80 ms, 160 ms}"), ("beams=2.5", "HB0814", "whole number"),
        ("beams=65", "HB0814", "1 .. 64"), ("bandwidth=15", "HB0814", "{5 MHz, 10 MHz, 20 MHz}"),
        ("height[c1]=0.2 km", "HB0814", "0 m .. 100 m"), ("excess=1e999", "HB0814", "too large"),
        ("offset[c1]=" + "9" * 5000, "HB0814", "..."), ("x" * 5000 + "=1", "HB0810", "...")]:
        room.wrong("decisions", "run", decided("--set", word), code, *expected)


def test_all_that_is_wrong_is_said_at_once(room):
    done = room.twin("decisions", "run", "--set", "margin=x", "--set", "mode=x", "--set", "nothing=1")
    assert [code for code, _ in ERROR.findall(done.stderr)] == ["HB0812", "HB0812", "HB0810"], done.stderr
    assert done.returncode == 2 and done.stdout == ""


def test_an_input_without_default_must_be_given(room):
    room.wrong("decisions", "run", [], "HB0816", "`margin`", "--set 'margin=... dB'", "inputs.json")


# ---- policy files -------------------------------------------------------------------------------

POLICY = {"offset": {"c1": "-3 dB", "c2": 2}, "sleep": {"c1": {"h0": True}, "c,3": {"h1": "yes"}},
          "anchor": {"u1": "c,3"},
          "mode": "eco", "ttt": "0.04 s", "margin": 4}


def test_a_policy_file(room):
    policy = room.write("policy.json", json.dumps(POLICY))
    document = room.json("decisions", "run", "--policy", policy)
    assert document["policy"] == {"offset": {"c1": -3, "c2": 2}, "sleep": {"c1": {"h0": True}, "c,3": {"h1": True}},
                                  "anchor": {"u1": "c,3"}, "mode": "eco", "ttt": 40}
    assert kpis(document)["strongest"] == 48 and kpis(document)["lobe_count"] == 4  # its default
    assert kpis(document)["reserve"] == 4


def test_what_run_prints_as_its_policy_is_a_policy_file(room):
    first = room.json("decisions", "run", "--policy", room.write("policy.json", json.dumps(POLICY)))
    again = room.json("decisions", "run", *decided("--set", "margin=4", "--policy",
                                                   room.write("again.json", json.dumps(first["policy"]))))
    assert again["kpis"] == first["kpis"] and again["policy"] == first["policy"]


def test_policy_files_that_are_wrong(room):
    for text, code, *expected in [
        ("", "HB0808", "p.json:1:1"), ("no json", "HB0808", "p.json:1:1"), ("[]", "HB0808", "one object"),
        ("3", "HB0808", "one object"), ('{"offset": 1', "HB0808", "too early"),
        ('{"offset": 1,}', "HB0808", "comma too many"),
        ("{'offset': 1}", "HB0808", "double quotes"), ('{"offset": -3 dB}', "HB0808", '"-3 dB"'),
        ('{"offset": .5}', "HB0808", "0.5"), ('{"offset": +5}', "HB0808", "0.5"), ('{"offset": 01}', "HB0808", "0.5"),
        ('{"offset": 1} 2', "HB0808", "p.json:1:15"), ('{"offset": NaN}', "HB0808"),
        ('{"a\\u0000": 1}', "HB0808", "NUL"),
        ('{"offset": "\\ud800"}', "HB0808", "surrogate"), ("[" * 1000, "HB0808", "too deep"),
        ('{\n  "offset": {"c1": 1,\n    "c1": 2}}', "HB0809", "p.json:3:5", "`c1`"),
        ('{"mode": "eco", "mode": "eco"}', "HB0809"),
        ('{"ofset": 1}', "HB0810", "p.json:1:2", "did you mean: offset"), ('{"strongest": 1}', "HB0810", "computed"),
        ('{"offset": {"c9": 1}}', "HB0811", "p.json:1:13", "c1, c2, c,3"),
        ('{"offset": {"c1": {"h0": 1}}}', "HB0815", "no index for `h0`"), ('{"offset": null}', "HB0812", "null"),
        ('{"offset": [1, 2]}', "HB0812", "a list"), ('{"offset": true}', "HB0812"),
        ('{"sleep": 2}', "HB0812", "true or false"),
        ('{"mode": 1}', "HB0812", "{eco, full}"), ('{"offset": {"c1": "1 m"}}', "HB0813", "p.json:1:19", "m: length"),
        ('{"offset": 7}', "HB0814", "-6 dB .. 6 dB"), ('{"offset": 1e999}', "HB0814", "too large"),
        (b'{"off\xffset": 1}', "HB0707", "p.json:1:6"), (b'{"offset": 1}\0', "HB0706")]:
        room.write("p.json", text)
        room.wrong("decisions", "run", decided("--policy", "p.json"), code, *expected)
    room.wrong("decisions", "run", decided("--policy", "nothing.json"), "HB0807", "nothing.json", "No such file")
    room.wrong("decisions", "run", decided("--policy", "."), "HB0807", "directory")


def test_errors_beyond_the_twentieth_are_counted(room):
    room.write("p.json", json.dumps({f"x{i}": 1 for i in range(50)}))
    done = room.twin("decisions", "run", *decided("--policy", "p.json"))
    assert done.returncode == 2 and len(ERROR.findall(done.stderr)) == 20, done.stderr
    assert done.stderr.endswith("error: 50 errors, 20 shown\n"), done.stderr[-200:]


def test_inputs_json_holds_inputs_and_stays_inside(room):
    def inputs(text=None, arrange=None):
        data = room.path / "data"
        shutil.rmtree(data, ignore_errors=True)
        shutil.copytree(DATA["decisions"], data)
        if text is not None:
            (data / "inputs.json").write_text(text)
        if arrange:
            arrange(data / "inputs.json")
        return room.start([WORK / "twins/decisions", "run", "--data", data, "--format", "json"])
    assert kpis(json.loads(inputs('{"margin": "3 dB", "height": {"c1": "0.04 km"}}').stdout))["highest"] == 40
    room.refused(inputs('{"margin": 1, "offset": 1}'), "HB0817", "inputs.json:1:15", "only inputs")
    room.refused(inputs('{"margin": '), "HB0808", "inputs.json")
    room.refused(inputs(arrange=os.mkfifo), "HB0704", "inputs.json")
    (room.path / "outside.json").write_text('{"margin": 1}')
    room.refused(inputs(arrange=lambda path: os.symlink("../outside.json", path)), "HB0703", "inputs.json")


# ---- compare ------------------------------------------------------------------------------------


def test_compare_shows_before_after_and_difference(room):
    policy = EXAMPLES / "power_control/policy.json"
    before, after = kpis(room.json("power_control", "run")), kpis(room.json("power_control", "run", "--policy", policy))
    document = room.json("power_control", "compare", policy)
    for name, kpi in document["kpis"].items():
        assert (kpi["before"], kpi["after"]) == (before[name], after[name])
        assert near(kpi["difference"], after[name] - before[name]), kpi
    assert document["kpis"]["coverage"]["difference_unit"] == "percentage points"
    assert document["before"]["file"] is None and document["after"]["policy"]["offset"]["c1"] == -3
    rows = room.csv("power_control", "compare", policy)
    assert [float(row["after"]) for row in rows] == list(after.values())
    table = room.ok("power_control", "compare", policy)
    assert re.search(r"^mean_rate +70\.9709 +72\.6566 +Mbit/s +\+1\.68573 +Mbit/s +\+2\.37525 %$", table, re.M), table


def test_compare_of_two_files(room):
    a = room.write("a.json", '{"offset": {"c2": -2}}')
    b = room.write("b.json", '{"bandwidth": "20 MHz", "offset": {"c2": 1}}')
    document = room.json("decisions", "compare", a, b, *decided())
    strongest, width = document["kpis"]["strongest"], document["kpis"]["width"]
    assert strongest | {"before": 44, "after": 47, "difference": 3, "difference_unit": "dB"} == strongest, strongest
    assert (width["before"], width["after"]) == (20, 40), "an input of the one file must not stay for the other"
    back = room.json("decisions", "compare", b, a, *decided())["kpis"]["width"]
    assert (back["before"], back["after"]) == (40, 20)
    same = room.json("decisions", "compare", a, a, *decided())
    assert all(kpi["difference"] == 0 for kpi in same["kpis"].values())


def test_compare_with_an_invalid_side_exits_1(room):
    a, b = room.write("a.json", '{"offset": 1}'), room.write("b.json", '{"sleep": true}')
    for words in ([a, b], [b, a], [b]):
        assert "b.json" in room.ok("decisions", "compare", *words, *decided(), exit_code=1)
        assert room.json("decisions", "compare", *words, *decided(), exit_code=1)["kpis"] is None


def test_compare_names_the_file_that_is_wrong(room):
    room.write("a.json", "{}")
    room.write("b.json", '{"ofset": 1}')
    room.wrong("decisions", "compare", ["a.json", "b.json", *decided()], "HB0810", "b.json:1:2")
    room.wrong("decisions", "compare", ["a.json", "c.json", *decided()], "HB0807", "c.json")


# ---- rank ---------------------------------------------------------------------------------------

CANDIDATES = ('{"share": 10}\n{"sleep": true}\n\n{"excess": -20}\n{"share": 20, "offset": {"c2": 3}}\n{"share": 10}\n'
              '{"excess": -7}\n{"sleep": {"c1": true, "c2": true}}\n{"share": 30}\n')


def test_rank_orders_feasible_infeasible_invalid(room):
    document = room.json("decisions", "rank", room.write("c.jsonl", CANDIDATES), *decided())
    assert (document["candidates"], document["feasible"], document["infeasible"], document["invalid"]) == (8, 4, 3, 1)
    ranking = document["ranking"]
    assert [r["rank"] for r in ranking] == list(range(1, 9))
    assert [(r["candidate"], r["standing"]) for r in ranking] == [
        (4, "feasible"), (1, "feasible"), (5, "feasible"), (8, "feasible"), (6, "infeasible"), (7, "infeasible"),
        (3, "infeasible"), (2, "invalid")]
    assert [r.get("front") for r in ranking] == [1, 1, 1, 2] + 4 * [None], "Pareto fronts, for several objectives"
    assert [r["line"] for r in ranking][:3] == [5, 1, 6], "lines of the file"
    violations = [r["violation"] for r in ranking[4:7]]
    assert violations == sorted(violations) and all(v > 0 for v in violations)
    assert "`quietest`" in ranking[7]["reason"] and ranking[7]["kpis"] is None
    assert ranking[0]["policy"] == {"share": 20, "offset": {"c2": 3}}


def test_rank_of_one_objective_is_by_the_goal(room):
    rows = room.csv("power_control", "rank", EXAMPLES / "power_control/candidates.csv")
    assert len(rows) == 200 and rows[0]["rank"] == "1"
    feasible = [float(row["edge_rate[Mbit/s]"]) for row in rows if row["standing"] == "feasible"]
    assert feasible == sorted(feasible, reverse=True) and len(feasible) == 192
    assert all(float(row["coverage[%]"]) >= 95 for row in rows[:192])
    assert all(float(row["coverage[%]"]) < 95 for row in rows[192:])


def test_rank_and_run_agree(room):
    document = room.json("energy_saving", "rank", EXAMPLES / "energy_saving/candidates.jsonl", "--top", "3")
    assert len(document["ranking"]) == 3
    for ranked in document["ranking"]:
        policy = room.write("policy.json", json.dumps(ranked["policy"]))
        assert kpis(room.json("energy_saving", "run", "--policy", policy)) == ranked["kpis"]


def test_rank_top(room):
    path = room.write("c.jsonl", CANDIDATES)
    assert len(room.csv("decisions", "rank", path, *decided())) == 8
    assert len(room.csv("decisions", "rank", path, *decided("--top", "2"))) == 2
    table = room.ok("decisions", "rank", path, *decided("--top", "2"))
    assert "6 more (--top 8 shows all)" in table and "8 candidates: 4 feasible, 3 infeasible, 1 invalid" in table


def test_candidates_as_csv_and_jsonl_are_the_same(room):
    table = room.write("c.csv", 'offset[c1],"sleep[c1, h0]","offset[""c,3""]",mode,anchor\n1,true,-1 dB,eco,c1\n'
                                '# a comment\n\n0.5,no,"3",full,"c,3"\n')
    lines = room.write("c.jsonl", '{"offset": {"c1": 1, "c,3": "-1 dB"}, "sleep": {"c1": {"h0": true}}, "mode": "eco", '
                                  '"anchor": "c1"}\n'
                                  '{"offset": {"c1": 0.5, "c,3": 3}, "anchor": "c,3"}\n')
    a, b = (room.json("decisions", "rank", name, *decided()) for name in (table, lines))
    for document in (a, b):
        for ranked in document["ranking"]:
            del ranked["line"]
    assert a == b
    for text, ending in ((CANDIDATES, "pipe"), ("offset[c1]\n1\n", "txt")):
        room.json("decisions", "rank", room.write(f"c.{ending}", text), *decided())


def test_candidates_lie_over_policy_and_under_set(room):
    policy = room.write("p.json", '{"offset": {"c2": 2}, "mode": "eco"}')
    path = room.write("c.jsonl", '{"offset": {"c1": 4}}\n{"offset": {"c2": -1}, "mode": "full"}\n')
    ranking = room.json("decisions", "rank", path, *decided("--policy", policy, "--set", "ttt=80"))["ranking"]
    policies = {ranked["candidate"]: ranked["policy"] for ranked in ranking}
    assert policies == {1: {"offset": {"c1": 4, "c2": 2}, "mode": "eco", "ttt": 80},
                        2: {"offset": {"c2": -1}, "ttt": 80}}, policies


def test_candidates_that_are_wrong(room):
    for name, text, code, *expected in [
        ("c.jsonl", "", "HB0822"), ("c.jsonl", "\n\n", "HB0822"), ("c.csv", "", "HB0716"),
        ("c.csv", "offset[c1]\n", "HB0822"),
        ("c.jsonl", '{"mode": "eco"}\n{"mode": "x"}\n', "HB0812", "c.jsonl:2:10"),
        ("c.jsonl", '{}\n\n{"offset": 1\n', "HB0808", "c.jsonl:3:13"), ("c.jsonl", "[]\n", "HB0808"),
        ("c.json", '[{"mode": "eco"}, {"mode": "full"}]\n', "HB0808", "c.json:1:1", "one to a line"),
        ("c.jsonl", '{"bandwidth": 5}\n', "HB0817", "c.jsonl:1:2", "only policies"),
        ("c.csv", "bandwidth\n5\n", "HB0817", "c.csv:1:1", "only policies"),
        ("c.csv", "offset[c9]\n1\n", "HB0811", "c.csv:1:8"),
        ("c.csv", "offset[c1],mode\n1,eco\n2,x\n", "HB0812", "c.csv:3:3"),
        ("c.csv", "offset[c1],mode\n1\n", "HB0709", "c.csv:2:1", "the header has 2"),
        ("c.csv", "offset[c1],mode\n1,eco,3\n", "HB0709", "c.csv:2:7"),
        ("c.csv", "offset[c1],mode\n,eco\n", "HB0821", "c.csv:2:1", "column 1"),
        ("c.csv", "offset[c1],offset[c1]\n1,1\n", "HB0821", "c.csv:1:12", "column 1"),
        ("c.csv", "offset,offset[c1]\n1,1\n", "HB0821", "c.csv:1:8"), ("c.csv", 'mode\n"eco\n', "HB0708", "c.csv:2:1"),
        ("c.csv", '"offset[""c,3""]"\n1\n7\n', "HB0814", "c.csv:3:1"),
        ("c.csv", '"offset[""c9""]"\n1\n', "HB0811", "c.csv:1:2"),
        ("c.csv", 'mode\neco\n"a ""b"""\n', "HB0812", "c.csv:3:2", '3 | "a ""b"""'),
        ("c.csv", b"mode\neco\0\n", "HB0706", "c.csv:2:4")]:
        room.write(name, text)
        room.wrong("decisions", "rank", [name, *decided()], code, *expected)
    room.wrong("decisions", "rank", ["nothing.csv", *decided()], "HB0807", "nothing.csv")
    many = room.write("many.csv", "mode\n" + "x\n" * 1000)
    done = room.twin("decisions", "rank", many, *decided())
    assert done.returncode == 2 and done.stdout == "" and len(ERROR.findall(done.stderr)) == 20, done.stderr[-300:]
    room.wrong("decisions", "rank", [room.write("c.csv", "mode\n" + "eco\n" * 100), *decided("--max-memory", "2kB")],
               "HB0826",
               "c.csv:16", "more than 14 candidates", "--max-memory")


# ---- test ---------------------------------------------------------------------------------------


def test_test_prints_the_numbers_behind_every_verdict(room):
    text = room.ok("power_control", "test")
    assert re.search(r"^pass  raising one cell's power never weakens its own signal$", text, re.M), text
    row = r"line \d+: holds in 10500 of 10500; closest c c\d+, u u\d+: -[\d.]+ >= -[\d.]+ dBm/RE, margin 3 dB"
    assert re.search(row, text), text
    assert "1 of 1 expectations hold" in text
    document = room.json("new_site", "test")
    assert document["passed"] is True and len(document["expects"]) == 6
    worst = document["expects"][1]["asserts"][0]["worst"]
    assert worst["left"] <= worst["right"] and near(worst["margin"], worst["right"] - worst["left"]), worst
    rows = room.csv("new_site", "test")
    assert len(rows) == sum(len(expect["asserts"]) for expect in document["expects"])
    assert all(row["passed"] == "true" for row in rows)


def test_a_failed_expectation_exits_1(room):
    words = ["--set", "margin=11 dB"]
    text = room.ok("decisions", "test", *words, exit_code=1)
    assert re.search(r"^FAIL  the margin is small$", text, re.M) and "11 <= 10 dB, margin -1 dB" in text, text
    assert "1 of 2 expectations hold" in text
    document = room.json("decisions", "test", *words, exit_code=1)
    assert document["passed"] is False and [expect["passed"] for expect in document["expects"]] == [True, False]
    assert [row["passed"] for row in room.csv("decisions", "test", *words, exit_code=1)] == ["true", "false"]
    room.ok("decisions", "test", "--set", "margin=10 dB")


def test_an_expectation_of_an_invalid_decision_fails_with_the_reason(room):
    assert "`quietest`" in room.ok("decisions", "test", *decided("--set", "sleep=true"), exit_code=1)


def test_test_says_how_many_rows_it_looked_at(room):
    document = room.json("power_control", "test", "--rows", "2")
    expect = document["expects"][0]
    assert (expect["rows_checked"], expect["rows_total"]) == (2, 21)
    assert "2 of 21" in room.ok("power_control", "test", "--rows", "2")
    assert room.ok("power_control", "test", "--rows", "2") == room.ok("power_control", "test", "--rows", "2")


# ---- trace --------------------------------------------------------------------------------------


def test_trace_walks_the_blocks_for_one_row(room):
    text = room.ok("power_control", "trace", "--row", "ue=u17")
    assert text.startswith("power_control: ue u17\n")
    arrays = room.json("power_control", "run", "--show", "sinr,server")["arrays"]
    assert f"  server = {arrays['server']['values']['u17']}\n" in text
    shown = float(re.search(r"^  sinr = (-?[\d.]+) dB$", text, re.M)[1])
    assert abs(shown - arrays["sinr"]["values"]["u17"]) < 1e-4
    blocks = re.findall(r"^(\w+) \((?:operational|functional)\)", text, re.M)
    assert blocks == ["set_power", "received_power", "association", "interference", "noise_floor", "signal_quality"]
    document = room.json("power_control", "trace", "--row", "ue=u17")
    assert document["row"] == {"ue": "u17"}
    values = {value["name"]: value for block in document["blocks"] for value in block["values"]}
    assert values["sinr"]["value"] == arrays["sinr"]["values"]["u17"] and values["sinr"]["unit"] == "dB"
    assert len(values["rx"]["elements"]) == 8 and values["rx"]["more"] == 13


def test_trace_of_several_rows_and_of_a_key_with_a_comma(room):
    text = room.ok("decisions", "trace", *decided("--row", "cell=c,3", "--row", "hour=h1"))
    assert "cell c,3, hour h1" in text and "cell.tx_power = 40 dBm" in text and "asleep = false\n" in text, text


def test_trace_of_an_invalid_decision_exits_1(room):
    assert "`quietest`" in room.ok("decisions", "trace", *decided("--set", "sleep=yes"), exit_code=1)


def test_trace_refuses_rows_that_are_none(room):
    for word, code, *expected in [
        ("ue", "HB0828", "--row cell=c1"), ("eu=u1", "HB0828", "`eu`", "cell, ue"), ("path=u1", "HB0828", "cell, ue"),
        ("ue=u9999", "HB0811", "there is no ue `u9999`"), ("ue=", "HB0811"), ("=u1", "HB0828")]:
        room.wrong("power_control", "trace", ["--row", word], code, *expected)
    room.wrong("power_control", "trace", ["--row", "ue=u1", "--row", "ue=u2"], "HB0828", "two rows of ue")


# ---- info ---------------------------------------------------------------------------------------


def test_info_needs_no_data_and_tells_everything(room):
    text = room.ok("decisions", "info")
    for word in ("tables", "cell from cells.csv", "inputs", "must be given", "{5 MHz, 10 MHz, 20 MHz}", "policies",
                 "-6 dB .. 6 dB step 0.5 dB, default 0 dB", "{eco, full}", "blocks", "operational", "kpis", "goal",
                 "maximize strongest", "subject to sleeping <= 3", "expectations", "sha256"):
        assert word in text, (word, text)


def test_info_as_json(room):
    text = room.ok("energy_saving", "info", "--json")
    assert text == room.ok("energy_saving", "info", "--format", "json")
    document = json.loads(text)
    slots, names = document["slots"], lambda numbers: [document["slots"][n]["name"] for n in numbers]
    assert [table["name"] for table in document["tables"]] == ["site", "cell", "ue", "hour", "path"]
    assert names(document["inputs"]) == ["noise_figure", "capacity_preference"]
    assert names(document["policies"]) == ["sleep"]
    assert names(document["kpis"])[0] == "energy" and slots[document["kpis"][0]]["unit"] == "kWh"
    goal = document["goal"]
    assert [o["direction"] for o in goal["objectives"]] == ["minimize", "maximize"] and len(goal["constraints"]) == 2
    assert document["blueprint"]["name"] == "energy_saving"
    assert re.fullmatch(r"[0-9a-f]{64}", document["blueprint"]["sha256"])
    assert document["hermes"] and document["abi"] and document["provenance"]["runtime"], document["provenance"]
    run = room.json("energy_saving", "run")["provenance"]
    assert (run["sha256"], run["hermes"]) == (document["blueprint"]["sha256"], document["hermes"])


# ---- --out, pipes, terminals ----------------------------------------------------------------------


def test_out_writes_what_would_be_printed(room):
    for command, words in (("run", ["--format", "json"]), ("run", ["--show", "sinr", "--format", "csv"]), ("info", []),
                           ("rank", [EXAMPLES / "power_control/candidates.csv"]), ("trace", ["--row", "ue=u1"]),
                           ("test", []), ("compare", [EXAMPLES / "power_control/policy.json"])):
        printed = room.ok("power_control", command, *words)
        assert room.ok("power_control", command, *words, "--out", "out") == ""
        assert (room.path / "out").read_text() == printed
    assert room.ok("power_control", "run", "--out", "-") == room.ok("power_control", "run")


def test_out_appears_when_it_is_complete_or_not_at_all(room):
    room.write("out", "kept")
    for words in (["--set", "offset=9"], ["--policy", "nothing.json"], ["--show", "nothing"]):
        assert room.twin("power_control", "run", *words, "--out", "out").returncode == 2
        assert (room.path / "out").read_text() == "kept"
    assert room.twin("power_control", "run", "--data", "nowhere", "--out", "new").returncode == 2
    assert not (room.path / "new").exists()
    os.symlink("out", room.path / "link")
    room.ok("power_control", "run", "--out", "link")
    assert (room.path / "link").is_symlink() and "mean_rate" in (room.path / "out").read_text()
    assert sorted(os.listdir(room.path)) == ["link", "out"], "nothing temporary stays"


def test_out_that_cannot_be_written(room):
    for name, reason in (("nowhere/out", "No such file"), (".", "directory"), ("/dev/full", "No space left")):
        room.wrong("power_control", "run", ["--out", name], "HB0823", name, reason)
    assert os.listdir(room.path) == []


def test_standard_output_that_cannot_be_written(room):
    for command, words in (("run", []), ("run", ["--show", "rx", "--format", "csv"]), ("info", []), ("help", ["run"]),
                           ("rank", [EXAMPLES / "power_control/candidates.csv", "--format", "csv"])):
        with open("/dev/full", "w") as full:
            done = room.twin("power_control", command, *words, capture_output=False, stdout=full,
                             stderr=subprocess.PIPE)
        assert done.returncode == 2 and "HB0823" in done.stderr and "No space left on device" in done.stderr, done


def on_terminal(words, cwd):
    """Standard error of a program that has a terminal for it; and its output."""
    main, side = pty.openpty()
    program = subprocess.Popen([str(word) for word in words], cwd=cwd, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=side, env={k: v for k, v in os.environ.items() if k != "NO_COLOR"})
    os.close(side)
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        output = pool.submit(program.stdout.read)
        said = b""
        while True:
            try:
                more = os.read(main, 4096)
            except OSError as error:
                assert error.errno == errno.EIO
                break
            if not more:
                break
            said += more
        os.close(main)
        program.wait(120)
        return said.decode(errors="replace"), output.result().decode()


def test_progress_on_a_terminal_only(room):
    header, *lines = (EXAMPLES / "power_control/candidates.csv").read_text().splitlines()
    count, seconds = 2000, 0.0
    while seconds < 1 and count < 500_000:  # long enough to say something, on any machine
        count *= 4
        path = room.write("many.csv", "\n".join([header, *(lines[i % len(lines)] for i in range(count))]) + "\n")
        start = time.monotonic()
        done = room.twin("power_control", "rank", path, "--top", "1")
        seconds = time.monotonic() - start
    assert done.stderr == "", done.stderr
    words = [WORK / "twins/power_control", "rank", "--data", DATA["power_control"], path, "--top", "1"]
    said, output = on_terminal(words, room.path)
    assert output == done.stdout
    assert re.search(r"candidates \d+ of \d+", said) and said.endswith("\r\x1b[K"), repr(said[-200:])
    assert on_terminal([*words, "--quiet"], room.path) == ("", output)


def test_colour_on_a_terminal_only(room):
    words = [WORK / "twins/power_control", "run", "--data", DATA["power_control"], "--set", "offset=9"]
    assert "\x1b[" in on_terminal(words, room.path)[0]
    assert "\x1b[" not in room.start(words).stderr


def test_quiet_says_no_warnings_but_errors(room):
    data = room.path / "data"
    shutil.copytree(DATA["power_control"], data)
    (data / "ues.csv").write_text((data / "ues.csv").read_text().replace("demand", "damand"))
    twin = WORK / "twins/power_control"
    warned, quiet = (room.start([twin, "run", "--data", data, *words]) for words in ([], ["--quiet"]))
    assert warned.returncode == quiet.returncode == 0 and warned.stdout == quiet.stdout
    assert "warning[HB0712]" in warned.stderr and "damand" in warned.stderr and quiet.stderr == ""
    assert "HB0810" in room.start([twin, "run", "--data", data, "--quiet", "--set", "x=1"]).stderr


# ---- the same results -----------------------------------------------------------------------------


def test_same_results_for_any_number_of_threads(room):
    for name, command, words in (("power_control", "rank", [EXAMPLES / "power_control/candidates.csv"]),
                                 ("energy_saving", "rank", [EXAMPLES / "energy_saving/candidates.jsonl"]),
                                 ("energy_saving", "test", []), ("new_site", "test", ["--rows", "7"])):
        first = room.ok(name, command, *words, "--format", "json", "--threads", "1")
        for threads in ("2", "3", "8", "64"):
            again = room.ok(name, command, *words, "--format", "json", "--threads", threads)
            assert again == first, (name, command, threads)
        assert room.ok(name, command, *words, "--format", "json") == first


WIDE = '''blueprint wide "Large arrays that every thread needs for itself.";
table ue from "ues.csv" { x : 1; }
table cell from "cells.csv" { y : 1; }
policy { p[cell] : 1 = 0; }
operational block decide { in p; out a[u in ue, c in cell] : 1 = u.x + c.y + p[c]; }
functional block further {
  in a;
  out b[u in ue, c in cell] : 1 = a[u, c] * a[u, c];
  out d[u in ue, c in cell] : 1 = b[u, c] + a[u, c];
}
kpi total : 1 = sum(d[u, c] for u in ue for c in cell);
goal maximize total;
'''


def test_threads_stay_within_max_memory(room):
    room.write("wide.hbp", WIDE)
    (room.path / "data").mkdir()
    room.write("data/ues.csv", "ue,x\n" + "".join(f"u{i},{i}\n" for i in range(1000)))
    room.write("data/cells.csv", "cell,y\n" + "".join(f"c{i},{i}\n" for i in range(50)))
    room.write("c.csv", "p\n" + "".join(f"{i}\n" for i in range(64 * 64)))
    subprocess.run([HERMESC, "wide.hbp", "-o", "wide"], cwd=room.path, check=True)
    words = ["./wide", "rank", "--data", "data", "c.csv", "--format", "csv", "--threads"]
    peak, output = {}, {}
    for threads, limit in (("1", "8GiB"), ("64", "8GiB"), ("64", "4MB")):
        program = subprocess.Popen([*words, threads, "--max-memory", limit], cwd=room.path, stdout=subprocess.PIPE)
        output[limit] = program.stdout.read()
        _, program.returncode, usage = os.wait4(program.pid, 0)
        assert program.returncode == 0 and len(output[limit]) > 4096, output[limit][:300]
        peak[threads, limit] = usage.ru_maxrss / 1024
    assert len(set(output.values())) == 1
    # One twin has 1.2 MB; so 4 MB are enough for three, beside the program itself.
    assert peak["64", "4MB"] < peak["1", "8GiB"] + 20, peak


def test_interpret_takes_the_same_options_and_prints_the_same(room):
    policy = EXAMPLES / "power_control/policy.json"
    room.write("p.json", json.dumps(POLICY))
    room.write("c.jsonl", CANDIDATES)
    for name, command, words in [
        ("power_control", "run", ["--policy", policy, "--set", "offset[c3]=-3 dB", "--show", "server", "--quiet"]),
        ("power_control", "compare", [policy]), ("decisions", "run", ["--policy", "p.json"]),
        ("decisions", "rank", ["c.jsonl", *decided("--threads", "2")]), ("decisions", "test", decided()),
        ("decisions", "trace", decided("--row", "ue=u1")), ("decisions", "info", []),
        ("decisions", "run", decided("--set", "sleep=yes"))]:
        for form in ("json", "table"):
            native = room.twin(name, command, *words, "--format", form)
            data = ["--data", DATA[name]] if command != "info" else []
            same = room.start([HERMESC, "interpret", BLUEPRINTS[name], command, *data, *words, "--format", form])
            assert same.returncode == native.returncode, same
            assert close(same.stdout, native.stdout), f"{name} {command}\n{same.stdout}\n{native.stdout}"
    interpret = [HERMESC, "interpret", BLUEPRINTS["decisions"], "run", "--data", DATA["decisions"]]
    wrong = room.start([*interpret, "--set", "mode=x"])
    room.refused(wrong, "HB0812", "{eco, full}")


def close(a, b):
    """The same words, and numbers to the tolerance that semantics grants."""
    number = re.compile(r"(?<![\w.])-?\d+(?:\.\d+)?(?:e[+-]?\d+)?(?!\w)")
    if number.sub("0", a).split() != number.sub("0", b).split():
        return False
    pairs = zip(number.findall(a), number.findall(b))
    return all(x == y or abs(float(x) - float(y)) <= 1e-9 * max(abs(float(x)), abs(float(y))) for x, y in pairs)


# ---- all of them --------------------------------------------------------------------------------


def prepare():
    (WORK / "twins").mkdir(parents=True, exist_ok=True)
    DATA["decisions"].mkdir(parents=True, exist_ok=True)
    for name, text in DECISIONS_DATA.items():
        (DATA["decisions"] / name).write_text(text)
    for name in NAMES:
        subprocess.run([HERMESC, BLUEPRINTS[name], "-o", WORK / "twins" / name], check=True)


def attempt(test):
    room = Room(test.__name__)
    try:
        test(room)
    except Exception as error:  # a broken test must not hide the others
        return f"FAIL {test.__name__}: {type(error).__name__}: {str(error)[:3000]}"
    shutil.rmtree(room.path)
    return None


def main():
    prepare()
    wanted = sys.argv[3:]
    tests = [test for name, test in globals().items()
             if name.startswith("test_") and (not wanted or any(part in name for part in wanted))]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        failures = list(filter(None, pool.map(attempt, tests)))
    for failure in failures:
        print(failure)
    print(f"{len(tests) - len(failures)} passed, {len(failures)} failed")
    return failures != [] or not tests


if __name__ == "__main__":
    sys.exit(main())
