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
    "energy_saving": [
        ("the activity in % is taken for a share", 'float(row["activity"]) / 100', 'float(row["activity"])'),
        ("minutes are taken for hours", '60 * float(row["length"])', '3600 * float(row["length"])'),
        ("every period is an hour", '60 * float(row["length"])', "3600.0"),
        ("the demand in kbit/s is taken for Mbit/s", 'float(row["demand"]) * 1e3', 'float(row["demand"]) * 1e6'),
        ("coverage cells sleep, too", 'cells[cell]["layer"] == "capacity" and sleep', "sleep"),
        ("a sleeping cell goes on interfering", "for c in heard\n", "for c in cells if (user, c) in level\n"),
        ("nobody interferes", "(others + noise)", "noise"),
        ("cells of other layers interfere", ' and cells[c]["layer"] == cells[server]["layer"]', ""),
        ("preference is forgotten", 'level[user, c] + float(cells[c]["preference"])', "level[user, c]"),
        ("no noise figure", " * ratio(NOISE_FIGURE)", ""),
        ("noise of 20 MHz for every cell", "thermal_noise_watts(width)", "thermal_noise_watts(20e6)"),
        ("waking up costs nothing", "if asleep(c, row[\"previous\"])", "if False"),
        ("waking up is counted when falling asleep", "if asleep(c, row[\"previous\"])", "if not asleep(c, row[\"previous\"])"),
        ("idle cells draw nothing more under load", "(full - idle) * min", "0 * min"),
        ("the slope is the full power", "(full - idle) * min", "full * min"),
        ("overloaded cells carry everything", "/ max(1.0, wanted[server])", ""),
        ("1 GB is 2^30 bytes", "\"carried\": carried / 8e9", "\"carried\": carried / 8 / 2**30"),
        ("1 GB is 1e9 bit", "\"carried\": carried / 8e9", "\"carried\": carried / 1e9"),
    ],
}
