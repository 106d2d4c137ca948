"""A model by script: cassettes whose replies a test writes, so that every turn of the agents can be brought about."""
import json
import os
import pathlib
import sys

SOURCE = pathlib.Path(__file__).resolve().parents[1]
HERMESC = pathlib.Path(sys.argv[1]).resolve()
HERMES = HERMESC.parent / "hermes"
WORK = pathlib.Path(sys.argv[2]).resolve()
NETWORK = SOURCE / "bench/tasks/power_control/networks/three_cells"
REFERENCE = (SOURCE / "tests/bench/reference/power_control.hbp").read_text(encoding="utf-8")
TRUTH = json.loads((SOURCE / "bench/tasks/power_control/truth.json").read_text())["three_cells"]


def clean_environment(home):
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("HERMES_", "OPENAI_"))}
    return {**kept, "XDG_CONFIG_HOME": str(home / "config"), "XDG_DATA_HOME": str(home / "data"), "NO_COLOR": "1",
            "TMPDIR": str(home)}


# ---- what the roles say ----

def block(language, text):
    return f"So be it.\n\n```{language}\n{text}\n```\n"


def as_json(value):
    return block("json", json.dumps(value))


REFLECTION = {"purpose": "Predict rates.", "decisions": ["power[cell] in dBm"], "effects": ["power -> rsrp -> sinr"],
              "kpis": [{"name": "mean_rate", "unit": "Mbit/s", "definition": "mean"}], "traps": [], "missing": []}
GO = {"verdict": "go", "chosen": 1, "why": "It follows the task.", "keep": [], "reject": [],
      "parts": [{"name": "sinr", "question": "Over which bandwidth?"}], "missing": []}
DETAIL = {"part": "sinr", "formulas": [], "assumptions": [], "checks": ["more power, more of it arrives"]}
PLAN = {"title": "Powers.", "tables": [], "inputs": [], "policies": [], "blocks": [], "kpis": [], "expects": [],
        "assumptions": []}
ROLES = {"coarse_generator": [as_json(REFLECTION)] * 3, "evaluator": [as_json(GO)], "fine_generator": [as_json(DETAIL)],
         "blueprint_editor": [as_json(PLAN)], "refiner": [as_json({**PLAN, "changes": ["none"]})],
         "coder": [block("hermes", REFERENCE)]}


def cassette(path, roles):
    with open(path, "w", encoding="utf-8") as file:
        for role, replies in roles.items():
            for ordinal, reply in enumerate(replies):
                file.write(json.dumps({"event": "call", "role": role, "ordinal": ordinal, "prompt": f"{role} 1",
                                       "sha256": "0" * 64, "model": "script", "reply": reply, "finish": "stop",
                                       "prompt_tokens": 100, "completion_tokens": 10, "attempts": 1}) + "\n")
