#!/usr/bin/env python3
"""`hermes ask` answers with numbers that the twin computed, for candidates that the model only named.

The twin is designed once, from a cassette; the model's replies to each question are written here.
usage: run.py HERMESC WORKDIR
"""
import itertools
import json
import pathlib
import shutil
import subprocess
import sys

SOURCE = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(SOURCE / "tests"))
from cases import require, run_all  # noqa: E402
from scripted import (HERMES, NETWORK, REFERENCE, ROLES, WORK, as_json, block, cassette,  # noqa: E402
                      clean_environment, nothing_left)

TWIN = WORK / "twin"
INTENT = {"understanding": "Which cell should change.", "objective": {"kpi": "mean_rate", "direction": "maximize"},
          "constraints": [], "candidates": [], "enumerate": None, "missing": []}


def design():
    shutil.rmtree(WORK, ignore_errors=True)
    WORK.mkdir(parents=True)
    cassette(WORK / "design.jsonl", {**ROLES, "coder": [block("hermes", REFERENCE)]})
    done = subprocess.run([HERMES, "design", "Rates.", "--data", NETWORK, "-o", TWIN, "--replay", WORK / "design.jsonl"],
                          text=True, capture_output=True, env=clean_environment(WORK), timeout=300)
    require(done.returncode == 0, done.stdout + done.stderr)


def ask(name, intents, answers, *options, code=0, twin=TWIN):
    path = WORK / f"{name}.jsonl"
    cassette(path, {"asker": [as_json(intent) if isinstance(intent, dict) else intent for intent in intents],
                    "answerer": answers})
    done = subprocess.run([HERMES, "ask", twin, "Which cell should send with 30 dBm?", "--replay", path, "--record",
                           WORK / f"{name}.trace", *options],
                          text=True, capture_output=True, env=clean_environment(WORK), timeout=300)
    require(done.returncode == code, f"exit {done.returncode}, not {code}\n{done.stdout}{done.stderr}")
    return done.stdout + done.stderr


def kpis(*settings):
    words = [word for setting in settings for word in ("--set", setting)]
    done = subprocess.run([TWIN / "ndt", "run", "--data", NETWORK, "--format", "json", *words], text=True,
                          capture_output=True, check=True)
    return {name: kpi["value"] for name, kpi in json.loads(done.stdout)["kpis"].items()}


def cells():
    return [line.split(",")[0] for line in (NETWORK / "cells.csv").read_text().splitlines()[1:]]


def enumerated(**changes):
    return {**INTENT, "enumerate": {"policy": "power", "choose": 1, "rows": [], "at": [], "set": 30, "base": {}, **changes}}


def test_every_subset_is_evaluated_and_the_best_comes_first():
    for chosen in (1, 2):
        said = ask(f"best{chosen}", [enumerated(choose=chosen)], ["See the table."], "--json")
        result = json.loads(said[:said.rindex("}") + 1])
        ranking = result["ranking"]["ranking"]
        expected = {", ".join(rows): kpis(*(f"power[{row}]=30 dBm" for row in rows))["mean_rate"]
                    for rows in itertools.combinations(cells(), chosen)}
        expected["no decision"] = kpis()["mean_rate"]
        found = {result["labels"][entry["candidate"] - 1]: entry["kpis"]["mean_rate"] for entry in ranking}
        require(found.keys() == expected.keys(), f"the candidates were {sorted(found)}")
        for label, rate in expected.items():
            require(abs(found[label] - rate) <= 1e-9 * abs(rate), f"{label}: {found[label]} is not {rate}")
        rates = [entry["kpis"]["mean_rate"] for entry in ranking]
        require(rates == sorted(rates, reverse=True), "they are not ranked by the question's goal")


def test_a_grid_has_every_combination():
    grid = [{"policy": "power", "at": [cells()[0]], "values": [25, 35, 45]},
            {"policy": "power", "at": [cells()[1]], "values": [30, 40]}]
    said = ask("grid", [{**INTENT, "grid": grid}], ["See the table."], "--json")
    result = json.loads(said[:said.rindex("}") + 1])
    found = {result["labels"][entry["candidate"] - 1]: entry["kpis"]["mean_rate"] for entry in result["ranking"]["ranking"]}
    require(len(found) == 7, f"the candidates were {sorted(found)}")
    rate = kpis(f"power[{cells()[0]}]=35 dBm", f"power[{cells()[1]}]=40 dBm")["mean_rate"]
    label = f"power {cells()[0]} = 35, power {cells()[1]} = 40"
    require(abs(found[label] - rate) <= 1e-9 * rate, f"{label}: {found[label]} is not {rate}")
    said = ask("range", [{**INTENT, "grid": [{"policy": "power", "at": [], "values": []}]}], ["See the table."], "--json")
    result = json.loads(said[:said.rindex("}") + 1])
    found = {result["labels"][entry["candidate"] - 1] for entry in result["ranking"]["ranking"]}
    require({"power = 20", "power = 47"} <= found and len(found) == 10, f"the range was {sorted(found)}")
    many = [{"policy": "power", "at": [cell], "values": list(range(20, 47))} for cell in cells()] * 2
    said = ask("many", [{**INTENT, "grid": many}] * 2, [], code=1)
    require("HB0938" in said and "points" in said, said)


def test_a_constraint_of_the_question_holds():
    bound = kpis()["radiated"]
    intent = {**enumerated(set=45), "constraints": [{"kpi": "radiated", "relation": "<=", "bound": f"{bound:.6f} W"}]}
    said = ask("constraint", [intent], ["See the table."], "--json")
    result = json.loads(said[:said.rindex("}") + 1])
    for entry in result["ranking"]["ranking"]:
        meets = entry["kpis"]["radiated"] <= float(f"{bound:.6f}")
        require((entry["standing"] == "feasible") == meets, f"{entry['standing']}: {entry['kpis']}")


def test_an_answer_cites_what_the_twin_computed():
    best = f"{kpis()['mean_rate']:.2f}"
    said = ask("cites", [enumerated()], [f"Today the mean is {best} Mbit/s; cell c1 at 30 dBm differs."])
    require(f"Today the mean is {best} Mbit/s" in said and "no decision" in said, said)


def test_a_number_from_nowhere_is_asked_for_again_then_refused():
    good = f"The mean is {kpis()['mean_rate']:.1f} Mbit/s."
    said = ask("again", [enumerated()], ["The mean is 7777.5 Mbit/s.", good])
    require(good in said and "7777.5" not in said, said)
    said = ask("refused", [enumerated()], ["The mean is 7777.5 Mbit/s."] * 2, code=1)
    require("HB0938" in said and "7777.5" in said, said)


def test_what_cannot_be_evaluated_is_asked_for_once_more():
    wrong = enumerated(policy="tilt")
    ask("mended", [wrong, enumerated()], ["See the table."])
    told = [json.loads(line) for line in (WORK / "mended.trace").read_text().splitlines()]
    told = [call["asked"][-1]["content"] for call in told if call.get("role") == "asker"]
    require(len(told) == 2 and "names no policy" in told[1], f"the model was told {told[1:]}")
    for change, words in (({"choose": 99}, "`choose` must be"), ({"rows": ["nowhere"]}, "`rows`"),
                          ({"at": ["c1"]}, "`at`")):
        said = ask("never", [enumerated(**change)] * 2, [], code=1)
        require("HB0938" in said and words in said, said)
    unit = {**enumerated(), "constraints": [{"kpi": "mean_rate", "relation": ">=", "bound": "3 dBm"}]}
    said = ask("unit", [unit] * 2, [], code=1)
    require("HB0938" in said and "constraint" in said, said)


def test_what_the_twin_lacks_is_said():
    said = ask("lacks", [{**INTENT, "missing": ["the twin knows no tilts"]}], [], code=3)
    require("HB0938" in said and "knows no tilts" in said, said)


def test_written_candidates_keep_their_labels():
    candidates = [{"label": "all low", "policy": {"power": {cell: 25 for cell in cells()}}}]
    said = ask("written", [{**INTENT, "candidates": candidates}], ["See the table."])
    require("all low" in said and f"{kpis('power=25 dBm')['mean_rate']:.6g}" in said, said)


def test_a_directory_without_a_twin_is_an_error():
    said = ask("none", [INTENT], [], code=1, twin=WORK)
    require("HB0935" in said, said)


def test_nothing_but_a_goal_comes_into_the_blueprint():
    bounds = ["3 W; input { secret : W = 1 W \"x\"; }", "3 W, mean_rate >= 1 Mbit/s; kpi evil : W = 1 W \"e\"", "radiated",
              "3 W # no", "{", "1e3 W\n;"]
    for bound in bounds:
        intent = {**enumerated(), "constraints": [{"kpi": "radiated", "relation": "<=", "bound": bound}]}
        said = ask("bound", [intent] * 2, [], code=1)
        require("a number and its unit" in said, said)
    for objective, words in (({"kpi": "mean_rate; kpi evil : W = 3 W \"x\"", "direction": "maximize"}, "names no KPI"),
                             ({"kpi": "power", "direction": "maximize"}, "names no KPI"),
                             ({"kpi": "mean_rate", "direction": "maximize radiated, minimize"}, "`direction`"),
                             (None, "`direction`")):
        said = ask("objective", [{**enumerated(), "objective": objective}] * 2, [], code=1)
        require("HB0938" in said and words in said, said)
    intent = {**enumerated(), "constraints": [{"kpi": "evil", "relation": "<=", "bound": "1 W"}]}
    require("names no KPI" in ask("kpi", [intent] * 2, [], code=1), "any name is taken for a KPI")
    for bound in ("-20.5 dB", "1e1 dB"):
        ask("good", [{**enumerated(), "constraints": [{"kpi": "median_sinr", "relation": ">=", "bound": bound}]}], ["See."])


def test_candidates_of_another_form_are_refused():
    one_for_all = {"policy": "power", "at": [], "values": [30]}
    for change, words in (({"rows": [1, None]}, "arrays of keys"), ({"rows": "c1"}, "arrays of keys"),
                          ({"at": [1]}, "arrays of keys"), ({"choose": 1.5}, "`choose`"), ({"choose": 1e300}, "`choose`"),
                          ({"base": 3}, "`base`"), ({"base": {"power": 25}}, "one value for all")):
        said = ask("odd", [enumerated(**change)] * 2, [], code=1)
        require("HB0938" in said and words in said, f"{change}: {said}")
    without = {key: value for key, value in enumerated()["enumerate"].items() if key != "set"}
    require("`set`" in ask("set", [{**INTENT, "enumerate": without}] * 2, [], code=1), "no value is as good as one")
    grid = [one_for_all, {"policy": "power", "at": [cells()[0]], "values": [25]}]
    require("one value for all" in ask("both", [{**INTENT, "grid": grid}] * 2, [], code=1), "one entry hides another")


def test_there_are_no_more_candidates_than_may_be():
    listed = [{"label": "x", "policy": {}}] * 3
    said = ask("most", [{**INTENT, "candidates": listed}] * 2, [], "--candidates", "2", code=1)
    require("at most 2" in said, said)
    said = ask("together", [{**enumerated(), "candidates": listed}] * 2, [], "--candidates", "5", code=1)
    require("at most 2" in said, said)
    ask("enough", [{**enumerated(), "candidates": listed}], ["See."], "--candidates", "6")


def test_a_label_is_no_result():
    candidates = [{"label": "a\n1. b: feasible\n  mean_rate = 99 Mbit/s \x1b[2J", "policy": {}}]
    said = ask("label", [{**INTENT, "candidates": candidates}], ["So it is. \x1b[2J"])
    require("\n1. b" not in said and "\x1b" not in said, said)


def test_what_is_tiny_is_no_result_either():
    said = ask("tiny", [enumerated()], ["It falls to 1e-5 W."] * 2, code=1)
    require("1e-5" in said, said)
    ask("rounded", [enumerated()], [f"It is {kpis()['radiated'] / 100:.1f}e2 W."])


def test_replies_without_end_take_little_memory():
    said = ask("lacking", [{**INTENT, "missing": ["nothing"] * 100000}], [], code=3)
    require("HB0938" in said, said[:500])
    ask("numbers", [enumerated()], [" ".join(str(7000000 + number) for number in range(50000))] * 2, code=1)


def test_a_twin_that_names_no_data_is_an_error():
    for text in ("no", "{}", '{"data": 3}'):
        twin = WORK / "no_data"
        shutil.rmtree(twin, ignore_errors=True)
        shutil.copytree(TWIN, twin)
        (twin / "twin.json").write_text(text)
        said = ask("no_data", [INTENT], [], code=1, twin=twin)
        require("HB0935" in said and "no data" in said, said)


def test_a_question_without_words_is_an_error():
    done = subprocess.run([HERMES, "ask", TWIN, " "], text=True, capture_output=True, env=clean_environment(WORK))
    require(done.returncode == 2 and "is empty" in done.stderr, done.stderr)


def main():
    design()
    failed = run_all((name[5:].replace("_", " "), test) for name, test in globals().items() if name.startswith("test_"))
    return failed or nothing_left(WORK)


if __name__ == "__main__":
    sys.exit(main())
