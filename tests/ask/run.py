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
                      clean_environment)

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
    said = ask("lacks", [{**INTENT, "missing": ["the twin knows no tilts"]}], [], code=1)
    require("HB0938" in said and "knows no tilts" in said, said)


def test_written_candidates_keep_their_labels():
    candidates = [{"label": "all low", "policy": {"power": {cell: 25 for cell in cells()}}}]
    said = ask("written", [{**INTENT, "candidates": candidates}], ["See the table."])
    require("all low" in said and f"{kpis('power=25 dBm')['mean_rate']:.6g}" in said, said)


def test_a_directory_without_a_twin_is_an_error():
    said = ask("none", [INTENT], [], code=1, twin=WORK)
    require("HB0935" in said, said)


def main():
    design()
    return run_all((name[5:].replace("_", " "), test) for name, test in globals().items() if name.startswith("test_"))


if __name__ == "__main__":
    sys.exit(main())
