#!/usr/bin/env python3
"""What Hermes prints for programs has the form that it promises.

Every blueprint of tests/wrong is checked with --error-format=json and =sarif: the first is valid by
docs/schema/diagnostics.schema.json and its places are true, the second keeps the rules of SARIF 2.1.0 and says the
same. The documents of a twin are valid by the other schemas. usage: run.py HERMESC [WORKDIR]
"""
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import urllib.parse

from schema import Wrong, require, validate_by
from cases import run_all

SOURCE = pathlib.Path(__file__).resolve().parents[2]
SCAFFOLD = SOURCE / "tests/docs/scaffold.hbp"
HERMESC = pathlib.Path(sys.argv[1]).resolve()


# ---- running ----

def hermesc(*words, text=None):
    environment = {**os.environ, "NO_COLOR": "1"}
    return subprocess.run([HERMESC, *words], input=text, text=True, capture_output=True, timeout=120, cwd=SOURCE,
                          env=environment)


def document_of(form, words, text=None):
    """The one document, whatever happens, and the exit code."""
    done = hermesc(f"--error-format={form}", *words, text=text)
    require(done.returncode in (0, 1, 2) and not done.stderr, f"exit {done.returncode}\n{done.stderr}")
    return json.loads(done.stdout), done.returncode


# ---- JSON: places are true ----

def line_column(text, offset):
    before = text[:offset]
    return before.count(b"\n") + 1, len(before[before.rfind(b"\n") + 1:].decode()) + 1


def check_place(place, text):
    if "start" not in place:
        return
    require(place["start"] <= place["end"] <= len(text), f"bytes {place['start']} to {place['end']} of {len(text)}")
    where = line_column(text, place["start"])
    require((place["line"], place["column"]) == where, f"byte {place['start']} is at {where}: {place}")
    where = line_column(text, place["end"])
    require((place["end_line"], place["end_column"]) == where, f"byte {place['end']} is at {where}: {place}")


def text_of(place, text):
    """Of the blueprint itself, or of a module; of none where nothing could be read."""
    path = SOURCE / place.get("file", "<standard input>")
    return path.read_bytes() if path.is_file() else text


def check_edits(fix, text):
    end = 0
    for edit in sorted(fix["edits"], key=lambda edit: edit["start"]):
        require(end <= edit["start"] <= edit["end"] <= len(text), f"the edits of `{fix['title']}` overlap, or go too far")
        end = edit["end"]


def check_json(document, code, text):
    validate_by("diagnostics.schema.json", document)
    found = [d["severity"] for d in document["diagnostics"]]
    require(found.count("error") == document["errors"], "`errors` counts the errors")
    require(found.count("warning") == document["warnings"], "`warnings` counts the warnings")
    require((document["status"] == "error") == (code != 0) == (document["errors"] > 0), f"exit {code}")
    for d in document["diagnostics"]:
        for place in [d, *d["labels"]]:
            check_place(place, text_of(place, text))
        for fix in d["fixes"]:
            check_edits(fix, text_of(d, text))


# ---- SARIF: its rules, and the same as JSON ----

def check_rules(run):
    rules = run["tool"]["driver"]["rules"]
    ids = [rule["id"] for rule in rules]
    require(len(ids) == len(set(ids)), "a rule stands there once")
    known = re.findall(r"^HERMES_DIAGNOSTIC\((\d{4})", (SOURCE / "runtime/include/hermes/diagnostics.def")
                       .read_text(encoding="utf-8"), re.M)
    require(sorted(ids) == sorted(f"HB{code}" for code in known), "the rules are those of diagnostics.def")
    for rule in rules:
        for key in ("shortDescription", "fullDescription", "help"):
            require(key not in rule or rule[key]["text"], f"{rule['id']}: an empty {key}")
        require(rule["defaultConfiguration"]["level"] in ("error", "warning"), f"{rule['id']} has no level")


def check_region(region):
    require(region["startLine"] >= 1 and region.get("startColumn", 1) >= 1, f"{region}")
    if "endLine" in region:
        ends = (region["endLine"], region["endColumn"])
        require(ends >= (region["startLine"], region["startColumn"]), f"a region ends before it begins: {region}")
    require(("byteOffset" in region) == ("byteLength" in region), f"{region}")
    require(region.get("byteLength", 0) >= 0, f"{region}")


def check_artifact(artifact):
    uri = artifact["uri"]
    require(re.fullmatch(r"(file://)?[A-Za-z0-9\-._~/%]+", uri), f"this is no URI: {uri}")
    return urllib.parse.unquote(uri)


def check_location(location):
    physical = location["physicalLocation"]
    if "region" in physical:
        check_region(physical["region"])
    require("message" not in location or location["message"]["text"], "an empty message")
    return check_artifact(physical["artifactLocation"])


def check_change(change):
    check_artifact(change["artifactLocation"])
    require(change["replacements"], "a change replaces something")
    for replacement in change["replacements"]:
        check_region(replacement["deletedRegion"])
        require(isinstance(replacement["insertedContent"]["text"], str), "what is inserted is text")


def check_result(run, result):
    require(run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"], "ruleIndex is another rule")
    require(result["level"] in ("error", "warning") and result["message"]["text"], "a result has a level and a message")
    for location in [*result["locations"], *result.get("relatedLocations", [])]:
        check_location(location)
    ids = [location["id"] for location in result.get("relatedLocations", [])]
    require(ids == sorted(set(ids)), "related locations have ids of their own")
    require(result.get("fixes", [None]), "no fixes are no member")
    for fix in result.get("fixes", []):
        require(fix["artifactChanges"], "a fix changes something")
        for change in fix["artifactChanges"]:
            check_change(change)


def check_sarif(document):
    require(document["version"] == "2.1.0" and document["$schema"].endswith("sarif-2.1.0.json"), "SARIF 2.1.0")
    require(len(document["runs"]) == 1, "there is one run")
    run = document["runs"][0]
    require(run["tool"]["driver"]["name"] == "hermesc" and run["columnKind"] == "unicodeCodePoints", "what run is this?")
    require(isinstance(run["invocations"][0]["executionSuccessful"], bool), "did it run?")
    check_rules(run)
    for result in run["results"]:
        check_result(run, result)
    return run


def told_by_json(d):
    place = (d.get("file"), d.get("line"), d.get("column"), d.get("start"))
    fixes = [[(e["start"], e["end"], e["text"]) for e in fix["edits"]] for fix in d["fixes"] if "start" in d]
    return d["code"], d["severity"], d["message"], place, len(d["labels"]), fixes, d["notes"], d.get("expected")


def edits_of(fix):
    regions = [(r["deletedRegion"], r["insertedContent"]["text"]) for r in fix["artifactChanges"][0]["replacements"]]
    return [(r["byteOffset"], r["byteOffset"] + r["byteLength"], text) for r, text in regions]


def told_by_sarif(result):
    where = [location["physicalLocation"] for location in result["locations"]]
    region = where[0].get("region", {}) if where else {}
    file = check_artifact(where[0]["artifactLocation"]) if where else None
    place = (file, region.get("startLine"), region.get("startColumn"), region.get("byteOffset"))
    facts = result["properties"]
    return (result["ruleId"], result["level"], result["message"]["text"], place,
            len(result.get("relatedLocations", [])), [edits_of(fix) for fix in result.get("fixes", [])], facts["notes"],
            facts.get("expected"))


def check_both(words, text=None, source=b""):
    plain, code = document_of("json", words, text)
    sarif, again = document_of("sarif", words, text)
    require(code == again, "SARIF exits otherwise")
    check_json(plain, code, source)
    run = check_sarif(sarif)
    require([told_by_json(d) for d in plain["diagnostics"]] == [told_by_sarif(r) for r in run["results"]],
            "SARIF says something else than JSON")
    require(run["properties"].get("form") == plain.get("form"), "SARIF shows another form")
    outside = any(d["category"] not in ("user_code", "data") for d in plain["diagnostics"])
    require(run["invocations"][0]["executionSuccessful"] != outside, "executionSuccessful")
    return plain


# ---- what is run ----

SOUND = 'blueprint sound "Sound."; kpi k : 1 = 1;'
UNLISTED = 'blueprint b "B."; input { a : dB = 1 dB; }\nfunctional block f { in a; out x : dB = a + y; }\n' \
           'functional block g { out y : dB = 1 dB; }\nkpi k : dB = x;'
WIDE = 'blueprint b "Überall ±°"; /* */ kpi k : dB = "µ" + 1 dBm;'


def check_text(text):
    return check_both(["check", "-"], text, text.encode())


def check_sound():
    require(check_text(SOUND)["status"] == "ok", "it is sound")


def check_names():
    """A file's name may hold what a URI may not."""
    with tempfile.TemporaryDirectory(prefix="hermes: 50% ä# ") as work:
        path = pathlib.Path(work) / "a b.hbp"
        path.write_text("blueprint b", encoding="utf-8")
        sarif, _ = document_of("sarif", ["check", str(path)])
        result = check_sarif(sarif)["results"][0]
        uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        require(uri.startswith("file:///") and urllib.parse.unquote(uri[7:]) == str(path), uri)


# ---- a file that is one long line ----

def one_line(errors, width):
    """Errors one behind the other, between characters of several bytes."""
    values = "".join(f'out a{i} : dBm = 3 dB + nothing{i} "µ";'.ljust(width) for i in range(errors))
    return f'blueprint long "Ä line."; functional block b {{ {values} }} kpi k : dBm = a0;'


def seconds_of(text, words):
    """Processor time: a busy machine does not change it."""
    with tempfile.TemporaryDirectory() as work:
        path = pathlib.Path(work) / "long.hbp"
        path.write_text(text, encoding="utf-8")
        child = subprocess.Popen([HERMESC, "check", *words, path], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        said = child.stdout.read().decode()
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        child.stdout.close()
    require(child.returncode == 1, f"exit {child.returncode}\n{said[:1000]}")
    return said, usage.ru_utime + usage.ru_stime


def check_long_line():
    """It is shown in part, and a thousand places in it cost about what one does."""
    text = one_line(1000, 4000)
    said, seconds = seconds_of(text, ["--error-limit", "0"])
    require(said.count(" --> ") == 1000 and said.count("^^^^^^^^") == 1000, "each error is shown with its excerpt")
    longest = max(map(len, said.splitlines()))
    require(longest < 200, f"a line of {longest} characters is shown")
    require(seconds < 5, f"as text it takes {seconds:.1f} s")
    for form in ("json", "sarif"):
        _, seconds = seconds_of(text, [f"--error-format={form}"])
        require(seconds < 5, f"as {form} it takes {seconds:.1f} s")


def blueprint_tests():
    for path in sorted((SOURCE / "tests/wrong").glob("*/*.hbp")):
        name = str(path.relative_to(SOURCE))
        yield name, lambda path=path, name=name: check_both(["check", name], source=path.read_bytes())
    yield "a sound blueprint", check_sound
    yield "a contract", lambda: check_text(UNLISTED)
    yield "names of files", check_names
    yield "wide characters", lambda: check_text(WIDE)
    yield "places of a long line", lambda: check_text(one_line(100, 200))
    yield "a line of megabytes", check_long_line
    for words in (["--print=types", "tests/docs/scaffold.hbp"], ["--print=types", "no-such-file.hbp"], ["explain"],
                  ["explain", "HB9999"], ["check"], ["check", "--no-such-option", "x.hbp"], ["generate", "bash"],
                  ["generate", "powershell"]):
        yield f"hermesc {' '.join(words)}", lambda words=words: check_both(words)


# ---- the twin's documents ----

GOALS = 'goal maximize weakest, minimize spread subject to covered >= 60 %;\n' \
        'kpi spread : dB = max(path.gain[u, c] for u in ue for c in cell) - min(path.gain[u, c] for u in ue for c in cell);\n' \
        'kpi open : bool = any(u.indoor for u in ue);\n' \
        'kpi picky : dBm = max(power[c] for c in cell if power[c] > 30 dBm);\n' \
        'expect "levels stay" for c in cell { vary offset[c] by 1 dB; assert weakest >= before.weakest; assert not open; }\n'
TWIN = [
    ("run", ["run"]),
    ("run", ["run", "--show", "rx,server,cell.tx_power,mode,frequency,sleep", "--set", "offset=-2 dB"]),
    ("run", ["run", "--set", "offset=-6 dB", "--set", "mode=eco", "--set", "anchor[u1]=b"]),
    ("compare", ["compare", "AFTER"]),
    ("compare", ["compare", "AFTER", "AFTER"]),
    ("rank", ["rank", "CANDIDATES"]),
    ("test", ["test"]),
    ("trace", ["trace", "--row", "ue=u1"]),
    ("trace", ["trace", "--row", "ue=u1", "--row", "cell=a", "--row", "hour=day"]),
]
INVALID = 'kpi strong : dBm = max(power[c] for c in cell if power[c] > 42 dBm);\n'


def check_twin(kind, words, text):
    with tempfile.TemporaryDirectory(prefix="hermes diagnostics ") as work:
        work = pathlib.Path(work)
        (work / "twin.hbp").write_text(text, encoding="utf-8")
        (work / "AFTER").write_text('{"offset": {"a": 3, "b": -6}, "mode": "eco"}', encoding="utf-8")
        (work / "CANDIDATES").write_text('{"offset": 2}\n{"offset": {"a": -6}}\n{"offset": -6}\n', encoding="utf-8")
        words = [str(work / word) if word.isupper() else word for word in words]
        done = hermesc("interpret", work / "twin.hbp", *words, "--data", SOURCE / "tests/docs/data", "--format=json")
    require(done.returncode in (0, 1), f"exit {done.returncode}\n{done.stderr}")
    document = json.loads(done.stdout)
    validate_by(f"{kind}.schema.json", document)
    return document


def twin_tests():
    scaffold = SCAFFOLD.read_text(encoding="utf-8")
    for kind, words in TWIN:
        name = f"{kind}.schema.json: {' '.join(words)}"
        yield name, lambda kind=kind, words=words: check_twin(kind, words, scaffold + GOALS)
        yield f"{name}, invalid", lambda kind=kind, words=words: check_twin(kind, words, scaffold + GOALS + INVALID)


def check_validator():
    """A validator that lets everything pass would pass, too."""
    sound, _ = document_of("json", ["check", "-"], SOUND)
    for change in ({"errors": -1}, {"errors": True}, {"status": "fine"}, {"more": 1}, {"diagnostics": [{}]},
                   {"file": 1}, {"diagnostics": {}}):
        try:
            validate_by("diagnostics.schema.json", {**sound, **change})
        except Wrong:
            continue
        raise Wrong(f"{change} passes")


def all_tests():
    yield "the validator", check_validator
    yield from blueprint_tests()
    yield from twin_tests()


sys.exit(run_all(all_tests()))
