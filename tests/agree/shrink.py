"""Makes a blueprint small that fails: drops declarations, then lines, while it fails alike."""

MOST_TRIES = 400


def pieces(text):
    """Declarations; those with statements reach to a line `}`."""
    found, inside = [], False
    for line in text.splitlines(keepends=True):
        if inside:
            found[-1] += line
        else:
            found.append(line)
        inside = line.endswith("{\n") if not inside else line != "}\n"
    return found


def without(parts, fails, tries):
    """Parts that cannot be left out, each by itself."""
    at = len(parts)
    while at > 0 and tries[0] > 0:
        at -= 1
        fewer = parts[:at] + parts[at + 1:]
        tries[0] -= 1
        if fails("".join(fewer)):
            parts = fewer
    return parts


def shrink(text, fails):
    tries = [MOST_TRIES]
    while tries[0] > 0:
        before = text
        text = "".join(without(pieces(text), fails, tries))
        text = "".join(without(text.splitlines(keepends=True), fails, tries))
        if text == before:
            break
    return text
