#!/usr/bin/env python3
"""`hermes bench` judges what came out by truth alone, counts failures like successes, and confines programs.

Cassettes are written here: the replies are references, references with one mistake, and Python programs that are right,
wrong or hostile. What models really replied stands in bench/cassettes, and is replayed at the end.
usage: run.py HERMESC WORKDIR
"""
import json
import math
import pathlib
import shutil
import subprocess
import sys

SOURCE = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(SOURCE / "tests"))
from cases import require, run_all  # noqa: E402
from scripted import (HERMES, PLAN, REFERENCE, ROLES, WORK, Server, as_json, block, cassette,  # noqa: E402
                      clean_environment, live_environment, nothing_left)

TASKS = SOURCE / "bench/tasks"
# Truth itself as a program: what the baseline would have to be. It looks the answer up by the data that it is given.
RIGHT = """
import json, sys
TRUTH = json.loads(%r)
def signature(path):
    return hash_of(open(path).read())
def hash_of(text):
    import zlib
    return str(zlib.crc32(text.encode()))
key = signature(sys.argv[1] + "/rsrp.csv") + "/" + hash_of(json.dumps(json.load(open(sys.argv[2])), sort_keys=True))
print(json.dumps(TRUTH[key]))
"""


def truths():
    """Truth of power_control by what a program is given: the table of received powers, and the decisions."""
    import zlib
    crc = lambda text: str(zlib.crc32(text.encode()))  # noqa: E731
    directory = TASKS / "power_control"
    table = {}
    for network, policies in json.loads((directory / "truth.json").read_text()).items():
        data = directory / "networks" / network
        for policy, numbers in policies.items():
            decisions = {} if policy == "default" else json.loads((data / policy).read_text())
            key = crc((data / "rsrp.csv").read_text()) + "/" + crc(json.dumps(decisions, sort_keys=True))
            table[key] = numbers
    return table


def bench(name, runs, *options, code=0):
    """The report on cassettes: (column, task, roles) each."""
    home = WORK / name
    shutil.rmtree(home, ignore_errors=True)
    for number, (column, task, roles) in enumerate(runs):
        directory = home / "cassettes" / column
        directory.mkdir(parents=True, exist_ok=True)
        path = directory / f"{task}-{number}.jsonl"
        cassette(path, roles)
        start = {"event": "start", "column": column, "task": task, "model": "script", "coarse": 3, "repairs": 1,
                 "samples": 1, "designs": 0, "candidates": 1}
        path.write_text(json.dumps(start) + "\n" + path.read_text())
    done = subprocess.run([HERMES, "bench", "--replay", "--cassettes", home / "cassettes", "--json", *options], cwd=SOURCE,
                          text=True, capture_output=True, env=clean_environment(home), timeout=900)
    require(done.returncode == code, f"exit {done.returncode}, not {code}\n{done.stdout}{done.stderr}")
    return json.loads(done.stdout) if code == 0 else done.stderr


def thought(program):
    return {"chain_of_thought": [block("python", program)]}


def test_each_column_succeeds_with_what_is_right():
    right = RIGHT % json.dumps(truths())
    report = bench("right", [("cot", "power_control", thought(right)),
                             ("coder", "power_control", {"coder": [block("hermes", REFERENCE)]}),
                             ("hermes", "power_control", ROLES)])
    for column in ("cot", "coder", "hermes"):
        found = report["columns"][column]
        require(found["success_rate"] == 1 and found["runs"] == 1 and found["first_compile_rate"] == 1,
                f"{column}: {report}")
        require(set(found) >= {"success_rate", "runs", "interval", "first_compile_rate", "mean_repairs", "tokens"},
                f"{column} has {sorted(found)}")
    require(all(run["judged"] == run["right"] == 45 for run in report["runs"]), f"{report['runs']}")


def test_what_is_wrong_by_a_little_fails_and_is_told():
    wrong = {key: {**numbers, "mean_rate": numbers["mean_rate"] * 1.01} for key, numbers in truths().items()}
    report = bench("wrong", [("cot", "power_control", thought(RIGHT % json.dumps(wrong))),
                             ("coder", "power_control", {"coder": [block("hermes", REFERENCE.replace(
                                 "sum(lin(rx[u, c]) * c.load for", "sum(lin(rx[u, c]) for"))]})])
    for run in report["runs"]:
        require(not run["success"] and run["right"] < run["judged"] and "mean_rate is" in run["says"], f"{run}")
    require(report["columns"]["coder"]["first_compile_rate"] == 1, "it did compile")


def test_one_network_that_is_wrong_is_a_failure():
    numbers = dict(truths())
    numbers.pop(sorted(numbers)[0])
    report = bench("one", [("cot", "power_control", thought(RIGHT % json.dumps(numbers)))])
    run = report["runs"][0]
    require(not run["success"] and run["right"] == 40, f"{run}")


def test_repairs_and_compiling_at_first_are_counted():
    broken = REFERENCE.replace("thermal_noise(subcarrier)", "subcarrier")
    report = bench("repairs", [("coder", "power_control", {"coder": [block("hermes", broken)],
                                                           "coder_repair": [block("hermes", REFERENCE)]})])
    found = report["columns"]["coder"]
    require(found["mean_repairs"] == 1 and found["first_compile_rate"] == 0 and found["success_rate"] == 1, f"{found}")


def test_a_chain_that_breaks_is_a_failure():
    report = bench("breaks", [("hermes", "power_control", {**ROLES, "evaluator": ["no", "no"]}),
                              ("hermes", "power_control", {**ROLES, "refiner": [as_json({**PLAN, "blocks": 1})] * 2})])
    require([run["success"] for run in report["runs"]] == [False, False], f"{report}")
    require("evaluator" in report["runs"][0]["says"], f"{report['runs'][0]}")


def test_programs_of_the_baseline_are_confined():
    hostile = {
        "reads": "open('/etc/passwd').read()",
        "speaks": "import socket; socket.socket()",
        "writes": f"open({str(WORK / 'written')!r}, 'w').write('x')",
        "spies": "import os; open('/proc/%d/environ' % os.getppid(), 'rb').read()",
        "starts": "import subprocess; subprocess.run(['/bin/ls', '/'])",
        "eats": "x = bytearray(1 << 33)",
    }
    done = "\nprint('{}')\n"  # what a program prints that was let have its way
    require(bench("harmless", [("cot", "power_control", thought("x = 1" + done))])["runs"][0]["first_compiled"],
            "a harmless program is confined, too")
    report = bench("hostile", [("cot", "power_control", thought(text + done)) for text in hostile.values()])
    for run in report["runs"]:
        require(not run["success"] and not run["first_compiled"], f"{run}")
    require(not (WORK / "written").exists(), "a program wrote where it may not")


def test_the_interval_is_wilsons():
    numbers = truths()
    runs = [("cot", "power_control", thought(RIGHT % json.dumps(numbers)))] * 3 + [("cot", "power_control",
                                                                                  thought("print(1)"))]
    found = bench("interval", runs)["columns"]["cot"]
    n, p, z = 4, 0.75, 1.959963984540054
    centre = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    require(abs(found["interval"][0] - (centre - half)) < 1e-12 and abs(found["interval"][1] - (centre + half)) < 1e-12,
            f"{found['interval']}")


def test_only_what_is_named_is_run():
    runs = [("cot", "power_control", thought("print(1)")), ("cot", "tilt", thought("print(1)")),
            ("coder", "tilt", {"coder": ["no"], "coder_repair": ["no"]})]
    report = bench("named", runs, "tilt", "--column", "cot")
    require([(run["task"], run["column"]) for run in report["runs"]] == [("tilt", "cot")], f"{report['runs']}")
    require("HB0937" in bench("unnamed", runs, "weather", code=1), "an unknown task is no error")


def test_a_changed_prompt_is_reported_as_stale():
    home = WORK / "stale"
    runs = [("cot", "power_control", thought("print(1)"))]
    require(bench("stale", runs)["columns"]["cot"]["stale_calls"] == 1, "it is not counted")
    done = subprocess.run([HERMES, "bench", "--cassettes", home / "cassettes", "--exact", "--json"], cwd=SOURCE, text=True,
                          capture_output=True, env=clean_environment(home), timeout=300)
    require("HB0910" in done.stderr and json.loads(done.stdout)["runs"][0]["success"] is False, done.stderr)


def test_what_has_changed_is_recorded_anew():
    bench("refresh", [("cot", "power_control", thought("print(1)"))])
    home = WORK / "refresh"
    words = [HERMES, "bench", "--cassettes", home / "cassettes", "--json"]
    with Server(thought(RIGHT % json.dumps(truths()))) as server:
        environment = live_environment(home, server.server_port)
        for asked in (1, 1):  # the second time nothing has changed any more
            done = subprocess.run([*words, "--refresh"], cwd=SOURCE, text=True, capture_output=True, env=environment,
                                  timeout=300)
            require(done.returncode == 0 and json.loads(done.stdout)["runs"][0]["success"], done.stdout + done.stderr)
            require(len(server.asked) == asked, f"the server was asked {len(server.asked)} times")
        server.shutdown()
    done = subprocess.run([*words, "--exact"], cwd=SOURCE, text=True, capture_output=True, env=clean_environment(home),
                          timeout=300)
    require(done.returncode == 0 and json.loads(done.stdout)["runs"][0]["success"], done.stdout + done.stderr)
    require(not list((home / "cassettes").rglob("*.part")), "half a record is left")


def test_the_papers_two_tasks_replay_to_validated_twins():
    """From the words, word for word as they were recorded, to numbers that are true."""
    for name in ("power_control", "energy_saving"):
        task = json.loads((TASKS / name / "task.json").read_text())
        network = task["networks"][0]
        data, policy = TASKS / name / "networks" / network, task["policies"][0]
        quantities = ", ".join(f"{quantity['name']}: {quantity['unit']}" for quantity in task["quantities"])
        twin = WORK / f"designed_{name}"
        shutil.rmtree(twin, ignore_errors=True)
        done = subprocess.run([HERMES, "design", f"@{TASKS / name / 'task.md'}", "--data", data, "--policy", data / policy,
                               "--quantities", quantities, "--replay", SOURCE / f"bench/cassettes/hermes/{name}-1.jsonl",
                               "--no-repository", "--json", "-o", twin], text=True, capture_output=True, timeout=300,
                              env=clean_environment(WORK))
        require(done.returncode == 0, done.stdout + done.stderr)
        result, truth = json.loads(done.stdout), json.loads((TASKS / name / "truth.json").read_text())[network]
        for kpis, numbers in ((result["kpis"], truth["default"]), (result["kpis_decided"], truth[policy])):
            for quantity in task["quantities"]:
                found, true = kpis[quantity["name"]]["value"], numbers[quantity["name"]]
                within = max(quantity["absolute"], quantity["relative"] * abs(true))
                require(abs(found - true) <= within, f"{name}: {quantity['name']} is {found}, not {true}")
        tests = json.loads((twin / "tests.json").read_text())
        require(tests and all(test["outcome"] != "failed" for test in tests), f"{tests}")


def test_a_record_names_no_path_and_colours_nothing():
    for name in ("../tasks/power_control", "", "."):
        home = WORK / "path"
        bench("path", [("cot", "power_control", thought("print(1)"))])
        path = home / "cassettes/cot/power_control-0.jsonl"
        path.write_text(path.read_text().replace('"task": "power_control"', f'"task": {json.dumps(name)}'))
        done = subprocess.run([HERMES, "bench", "--cassettes", home / "cassettes"], cwd=SOURCE, text=True,
                              capture_output=True, env=clean_environment(home), timeout=300)
        require(done.returncode == 1 and "no task of this name" in done.stderr, done.stdout + done.stderr)
    colour = thought("raise SystemExit('\\x1b[2J')")
    bench("colours", [("cot", "power_control", colour)])
    done = subprocess.run([HERMES, "bench", "--cassettes", WORK / "colours/cassettes"], cwd=SOURCE, text=True,
                          capture_output=True, env=clean_environment(WORK / "colours"), timeout=300)
    require("[2J" in done.stdout and "\x1b" not in done.stdout, repr(done.stdout))


def test_tasks_that_lack_something_are_refused():
    tasks = WORK / "tasks"
    task = tasks / "power_control"
    runs = [("cot", "power_control", thought("print(1)"))]
    whole = json.loads((TASKS / "power_control/task.json").read_text())
    odd = [({"quantities": [{"name": "mean_rate", "unit": "Mbit/s"}]}, "no tolerance"), ({"quantities": 3}, "no quantities"),
           ({"policies": whole["policies"] + ["nowhere.json"]}, "nowhere.json"), ({"networks": ["nowhere"]}, "nowhere"),
           ({"networks": {"a": 1}, "words": 7}, "HB0937")]
    for change, words in odd:
        shutil.rmtree(tasks, ignore_errors=True)
        shutil.copytree(TASKS / "power_control", task)
        (task / "task.json").write_text(json.dumps({**whole, **change}))
        said = bench("lacking", runs, "--tasks", str(tasks), code=1)
        require("HB0937" in said and words in said, f"{change}: {said}")


def test_recorded_replies_of_models_are_replayed():
    """At least eight for each column, of every task."""
    done = subprocess.run([HERMES, "bench", "--replay", "--json"], cwd=SOURCE, text=True, capture_output=True,
                          env=clean_environment(WORK), timeout=1500)
    require(done.returncode == 0, done.stdout + done.stderr)
    report = json.loads(done.stdout)
    (WORK / "report.json").write_text(done.stdout)
    for column in ("cot", "coder", "hermes"):
        found = report["columns"][column]
        require(found["runs"] >= 8, f"{column} has {found['runs']} runs")
        require(len(found["tasks"]) == len(list(TASKS.glob("*/task.json"))), f"{column} lacks a task: {found['tasks']}")
        low, high = found["interval"]
        require(low <= found["success_rate"] <= high, f"{found}")
    print({column: found["success_rate"] for column, found in report["columns"].items()})


def main():
    WORK.mkdir(parents=True, exist_ok=True)
    failed = run_all((name[5:].replace("_", " "), test) for name, test in globals().items() if name.startswith("test_"))
    return failed or nothing_left(WORK)


if __name__ == "__main__":
    sys.exit(main())
