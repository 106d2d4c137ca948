"""What the tests that are scripts have in common: a case is a name and a function that raises Wrong.

A script in a directory of tests/ finds this beside its own directory:
    sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
"""
import concurrent.futures
import os
import subprocess


class Wrong(Exception):
    """What a test finds, and what it should have found."""


def require(condition, message):
    if not condition:
        raise Wrong(message)


def write_program(path, text):
    """A script that can be run at once. A child writes it: a descriptor of ours, open for writing, would be
    inherited by whatever another thread starts just then, and the system runs no file that somebody writes."""
    subprocess.run(["install", "-m", "755", "/dev/stdin", path], input=text, text=True, check=True)


def outcome(test):
    """None, or the name of the case with what is wrong."""
    name, check = test
    try:
        check()
        return None
    except Wrong as why:
        return f"{name}\n  {why}"
    except Exception as why:  # what is tested may be wrong in ways that nobody thought of
        line = why.__traceback__.tb_next.tb_lineno if why.__traceback__.tb_next else "?"
        return f"{name}\n  {type(why).__name__}: {why} (line {line})"


def run_all(tests, workers=os.cpu_count()):
    """Runs (name, function) pairs, says what failed and how many; the exit code."""
    tests = list(tests)
    with concurrent.futures.ThreadPoolExecutor(workers) as pool:
        failures = [failure for failure in pool.map(outcome, tests) if failure]
    for failure in failures:
        print(failure)
    print(f"{len(tests) - len(failures)} passed, {len(failures)} failed")
    return bool(failures)
