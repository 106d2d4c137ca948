"""Mistakes that are typical of each task, as replacements in its truth.py: (what is wrong, right, wrong).

run.py checks that each one falls outside of the task's tolerances on some network: else the measure
could not tell it from a right answer. A replacement whose text is not found exactly once is an error.
"""

WRONG = {
    "power_control": [
        ("today's power in W is taken for dBm", 'before = float(row["tx_power"])', 'before = watts(float(row["tx_power"]))'),
        ("the load in % is taken for a share", 'float(row["load"]) / 100', 'float(row["load"])'),
        ("others interfere as if they were full", "load[c] * heard[c]", "heard[c]"),
        ("nobody interferes", "(others + noise)", "noise"),
        ("interference counts the server", "if c != best)", ")"),
        ("noise of the whole carrier against one resource element",
         "thermal_noise_watts(SUBCARRIER)", "thermal_noise_watts(1200 * SUBCARRIER)"),
        ("-174 dBm/Hz and 300 K", "thermal_noise_watts(SUBCARRIER)", "(300 / 290 * thermal_noise_watts(SUBCARRIER))"),
        ("no noise figure", 'ratio(float(row["noise_figure"]))', "1"),
        ("received powers stay as they are", "* after / before", ""),
        ("a locked cell goes on serving", 'if true(row["active"])}', "}"),
        ("each user gets the whole carrier", "/ sharing / 1e6", "/ 1e6"),
        ("Shannon's bound itself", "link_efficiency(sinr[user])", "math.log2(1 + sinr[user])"),
        ("users without service are left out of the rates", "rates.append(0.0)", "pass"),
    ],
}
