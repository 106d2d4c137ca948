"""Sound data for tables.hbp, and arrays as numpy.save writes them."""
import pathlib
import struct

CODES = {"f4": "f", "f8": "d", "i1": "b", "i2": "h", "i4": "i", "i8": "q", "u1": "B", "u2": "H", "u4": "I",
         "u8": "Q",
         "b1": "?"}


def npy(shape, values, descr="<f8", fortran=False, version=1):
    text = f"{{'descr': '{descr}', 'fortran_order': {fortran}, 'shape': {tuple(shape)}, }}"
    before = 10 if version == 1 else 12
    text += " " * (-(len(text) + 1 + before) % 64) + "\n"
    size = struct.pack("<H" if version == 1 else "<I", len(text))
    body = struct.pack(f"{'>' if descr[0] == '>' else '<'}{len(values)}{CODES[descr[1:]]}", *values)
    return b"\x93NUMPY" + bytes([version, 0]) + size + text.encode() + body


def files():
    """A data directory as name -> bytes. The KPIs of it are KPIS."""
    pairs = "".join(f"s{s},c{c},{-80 - s - 8 * c},{s * c}\n" for s in (1, 2) for c in (1, 2, 3))
    return {
        "sites.csv": b"site,height,anchor\ns1,25,c1\ns2,30,c3\n",
        "cells.csv": b"cell,site,tx_power,layer,planned\nc1,s1,43,coverage,no\nc2,s1,40,capacity,\n"
                     b"c3,s2,46,capacity,yes\n",
        "rsrp.csv": b"site,cell,rsrp,delay\n" + pairs.encode(),
        "relations.csv": b"from,to,penalty,kind\nc1,c2,3,intra\nc2,c3,,inter\nc3,c1,1.5,none\n",
        "wall.npy": npy((2, 3), [1, 2, 3, 4, 5, 9]),
        "blocked.npy": npy((3, 2), [0, 1, 0, 0, 1, 1], "|b1"),
    }


KPIS = {"height": 55, "anchored": 46, "strongest": 46, "sites": 80, "covering": 1, "planned": 1, "antennas": 6,
        "bandwidth": 30, "load": 150, "hottest": 20, "best": -89, "corner": -151, "delay": 18, "penalty": 0.5,
        "inter": 1, "loss": 4, "last_loss": 9, "closed": 3}


def write(directory, contents):
    """Files by name; None: leave that one out."""
    directory = pathlib.Path(directory)
    directory.mkdir(parents=True, exist_ok=True)
    for name, data in contents.items():
        if data is not None:
            (directory / name).write_bytes(data)
