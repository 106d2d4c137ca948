"""Tables too large to keep: more rows than one block of a sum holds. The same ones each time."""
import random

ROWS, CELLS, HOURS = 2500, 9, 3


def write(path, head, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [head, *(",".join(map(str, row)) for row in rows)]
    path.write_text("\n".join(lines) + "\n")


def blocks(directory):
    """Values of very different sizes and signs: how they are summed shows in the last bits."""
    rng = random.Random("blocks")
    cells = [f"c{i}" for i in range(CELLS)]
    write(directory / "cells.csv", "cell,power",
          [(c, round(rng.uniform(30, 46), 1)) for c in cells])
    write(directory / "hours.csv", "hour,activity",
          [(f"h{i}", 30 * i + 10) for i in range(HOURS)])
    write(directory / "ues.csv", "ue,demand,signed,level,home,weight",
          [(f"u{i}", round(10 ** rng.uniform(-6, 6), 9),
            rng.choice((-1, 1)) * 10 ** rng.uniform(-9, 9), round(rng.uniform(-140, -40), 1),
            rng.choice(cells[:-1]), rng.randint(0, 9))
           for i in range(ROWS)])


def write_all(directory):
    blocks(directory / "blocks")
