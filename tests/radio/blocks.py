"""Transport block sizes, step by step as TS 38.214 V16.4.0, clause 5.1.3.2, says, in fractions and whole numbers."""
import math
from fractions import Fraction

from vectors import Case

SMALL_BLOCKS = [  # Table 5.1.3.2-1
    24, 32, 40, 48, 56, 64, 72, 80, 88, 96, 104, 112, 120, 128, 136, 144, 152, 160, 168, 176, 184, 192, 208, 224, 240, 256,
    272, 288, 304, 320, 336, 352, 368, 384, 408, 432, 456, 480, 504, 528, 552, 576, 608, 640, 672, 704, 736, 768, 808, 848,
    888, 928, 984, 1032, 1064, 1128, 1160, 1192, 1224, 1256, 1288, 1320, 1352, 1416, 1480, 1544, 1608, 1672, 1736, 1800,
    1864, 1928, 2024, 2088, 2152, 2216, 2280, 2408, 2472, 2536, 2600, 2664, 2728, 2792, 2856, 2976, 3104, 3240, 3368, 3496,
    3624, 3752, 3824]


def block_size(elements, order, rate_2048, layers):
    information = Fraction(elements * order * layers * rate_2048, 2048)
    if information <= 3824:
        unit = 2 ** max(3, int(information).bit_length() - 1 - 6)
        wanted = max(24, unit * math.floor(information / unit))
        return min(size for size in SMALL_BLOCKS if size >= wanted)
    unit = 2 ** (int(information - 24).bit_length() - 1 - 5)
    rounded = max(3840, unit * math.floor((information - 24) / unit + Fraction(1, 2)))  # ties upwards
    split = 3816 if 4 * rate_2048 <= 2048 else 8424 if rounded > 8424 else rounded + 24
    blocks = -(-(rounded + 24) // split)
    return 8 * blocks * -(-(rounded + 24) // (8 * blocks)) - 24


def is_tie(elements, order, rate_2048, layers):
    information = elements * order * layers * rate_2048 - 24 * 2048
    unit = 2048 << max(0, (information // 2048).bit_length() - 6)
    return information > 3800 * 2048 and information % unit == unit // 2


def transport_blocks(rows):
    """Every rate of the MCS tables on many sizes of allocations, and ties of rounding wherever they are."""
    orders = {2: [30, 40, 50, 64, 78, 99, 120, 157, 193, 251, 308, 379, 449, 526, 602, 679],
              4: [340, 378, 434, 490, 553, 616, 658],
              6: [438, 466, 517, 567, 616, 666, 719, 772, 822, 873, 910, 948],
              8: [682.5, 711, 754, 797, 841, 885, 916.5, 948]}
    rates = [(order, int(2 * rate)) for order, row in orders.items() for rate in row]
    several = [12, 48, 156, 1000, 4999, 14 * 156, 66 * 150, 106 * 144, 273 * 156]
    cases = [(elements, order, rate, layers) for order, rate in rates for elements in several for layers in (1, 2, 4)]
    cases += [case for order, rate in rates for layers in (1, 4) for elements in range(4, 273 * 156, 4)
              if is_tie(*(case := (elements, order, rate, layers)))]
    return [dict(zip(("elements", "order", "rate_2048", "layers"), map(str, case))) for case in cases]


def strangers(rows):
    """Indices that no table has; what is null in JSON is read as minus infinity."""
    return [{"table": str(table), "index": index} for table in (0, 1, 2, 3, 4, 5) for index in ("-1", "2.5", "29", "31")]


STRANGER = {"table": ("table", "1"), "index": ("index", "1")}


def nothing(value, expected):
    return 0 if value == expected else math.inf


BLOCKS = [
    Case("no_such_mcs", "", STRANGER, "mcs_efficiency(r.table, r.index)", "bit/s/Hz", lambda row: -math.inf, 0,
         deviation=nothing, spread=strangers, reason="no number"),
    Case("no_such_cqi", "", STRANGER, "cqi_efficiency(r.table, r.index)", "bit/s/Hz", lambda row: -math.inf, 0,
         deviation=nothing, spread=strangers, reason="no number"),
    Case("blocks", "", {"elements": ("elements", "RE"), "order": ("order", "bit/RE"), "rate": ("rate_2048", "1"),
                        "layers": ("layers", "1")},
         "transport_block_size(r.elements, r.rate / 2048, r.order, r.layers)", "bit",
         lambda row: block_size(*(int(row[name]) for name in ("elements", "order", "rate_2048", "layers"))), 0,
         spread=transport_blocks, reason="TS 38.214 V16.4.0, clause 5.1.3.2"),
]
