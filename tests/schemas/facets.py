#!/usr/bin/env python3
"""Makes a valid or an invalid message for every element and every facet of a release.

    facets.py [release folder]

Writes to standard output, one after another: a line
`valid|invalid <bytes> <message> <path> <case>` and then the message.  What is
expected follows from the facts in bron/, not from the schemas, so that a
slip of the schema generator shows.
"""
import pathlib
import sys
from xml.sax.saxutils import escape

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "schemas"))
import generate  # noqa: E402  (the reader of the tables)

LINE = [("x", 1), (" x", 1), ("x ", 1), ("\u00a0", 1), ("", 0), (" ", 0), ("\t", 0), ("x\ny", 0),
        ("x\n", 0), ("\nx", 0)]
DATE = [("2024-02-29", 1), (" 2024-01-31 ", 1), ("\n2024-01-31\t", 1), ("-0044-03-15", 1),
        ("10000-01-01", 1), ("2023-02-29", 0), ("2027-06-31", 0), ("2024-13-01", 0),
        ("2024-1-1", 0), ("20240101", 0), ("2024-01-01Z", 0), ("2024-01-01+01:00", 0),
        ("2024-01-01-05:00", 0), ("01-01-2024", 0), ("", 0), (" ", 0)]
TIME = [("10:15:00", 1), ("00:00:00", 1), ("24:00:00", 1), ("10:15:00.123", 1), (" 10:15:00 ", 1),
        ("10:15", 0), ("25:00:00", 0), ("10:60:00", 0), ("10:15:00Z", 0), ("10:15:00+01:00", 0),
        ("10:15:00-05:00", 0), ("", 0)]
VERSION = [("1.0.0", 1), ("10.200.3000", 1), ("0.0.0", 1), ("1.0", 0), ("01.0.0", 0),
           ("1.00.0", 0), ("1.0.0.0", 0), ("1.0.a", 0), (" 1.0.0", 0), ("", 0)]
LETTERS = [("A", 1), ("aZ", 1), ("\u00c0\u1ef3", 1), ("\u00d7\u0416", 1), ("A.", 0), ("A B", 0),
           ("\u1ef4", 0), ("\u00bf", 0), ("1", 0), ("", 0)]
ANY = [("x", 1), (" ", 1), ("x y", 1), ("", 0)]
COMMENT = [("x", 1), (" x\n y ", 1), ("\u00a0", 1), ("\n\nx", 1), ("x" * 5000, 1), ("", 0), (" ", 0),
           (" \n\t", 0)]
PATTERNS = {
    ".*[^\\s].*": LINE, "([.\\s]*\\S+[.\\s]*)+": COMMENT, "": ANY, "([a-zA-ZÀ-ỳ])+": LETTERS,
    "(0|[1-9][0-9]*)\\.(0|[1-9][0-9]*)\\.(0|[1-9][0-9]*)": VERSION,
    "([a-zA-Z0-9])+": [("aZ9", 1), ("a b", 0), ("a-b", 0), ("é", 0), ("", 0)],
    "[0-9]*": [("0", 1), ("x", 0), ("1 2", 0), ("+31", 0), ("\u0663", 0), ("", 0)],
}


def of_digits(n):
    return [("1" * n, 1), ("0" * n, 1), ("1" * (n - 1), 0), ("1" * (n + 1), 0),
            ("1" * (n - 1) + "a", 0), (" " + "1" * (n - 1), 0), ("\u0661" * n, 0), ("", 0)]


def of_codes(codes):
    bad = ["", " " + codes[0], codes[0] + " ", "?", codes[0] + codes[0]]
    return [(c, 1) for c in codes] + [(b, int(b in codes)) for b in bad]


def of_integer(d):
    low, high = int(d["minInclusive"]), int(d["maxInclusive"])
    return [(str(low), 1), (str(high), 1), ("+7", 1), ("007", 1), (" 5 ", 1), ("-0", 1),
            ("\n5", 1), (str(high + 1), 0), (str(low - 1), 0), ("1.0", 0), ("1e1", 0), ("", 0),
            ("a", 0), ("\u0663", 0), ("5 5", 0)]


def of_length(d, filler):
    """Just as long as may be, and one more; counted in characters, not bytes."""
    if not d["maxLength"]:
        return []
    n = int(d["maxLength"])
    return [(filler * n, 1), (filler * (n + 1), 0)]


def cases(bron, d, inline):
    """(value, valid) pairs for a datatype, narrowed by the element's own pattern."""
    if inline and inline not in PATTERNS:  # a constant
        own = [(inline, 1), ("0" + inline, 0), ("", 0), (str(int(inline) + 1), 0)]
        blank = d["base"] == "xs:integer"
        return own + [(f" {inline} ", int(blank)), ("+" + inline, 0)]
    codes = [c["code"] for c in bron.codes(d["name"])]
    if codes:
        return of_codes(codes)
    if d["base"] == "xs:integer":
        return of_integer(d)
    if d["base"] in ("xs:date", "xs:time"):
        return DATE if d["base"] == "xs:date" else TIME
    pattern = inline or d["pattern"]
    if pattern.startswith("[0-9]{"):
        return of_digits(int(pattern[6:-1]))
    filler = {"[0-9]*": "1", "([a-zA-Z0-9])+": "a"}.get(pattern, "é")
    found = PATTERNS[pattern] + of_length(d, filler)
    limit = int(d["maxLength"] or 10 ** 9)
    return [(v, ok if len(v) <= limit else 0) for v, ok in found]


class Maker:
    """Builds whole messages of one type from the tables, with every element present."""

    def __init__(self, release, bron, naam):
        self.release, self.bron, self.naam = release, bron, naam
        self.classes = bron.classes(naam)
        self.types = {d["name"]: d for d in bron.datatypes}

    def children(self, t):
        return self.classes.get(t) or self.bron.cdt().get(t)

    def tree(self, e, prefix):
        """[prefix:name, text or list of children, element row]"""
        t = e["type"]
        below = self.children(t)
        name = prefix + ":" + e["element"]
        if below is None:
            inline = e.get("inline_restriction", "").partition("=")[2]
            values = cases(self.bron, self.types[t], inline)
            return [name, next(v for v, ok in values if ok), e]
        inner = "ijw" if t.startswith("CDT_") else "m"
        return [name, [self.tree(k, inner) for k in below], e]

    def root(self):
        e = {"element": "Bericht", "type": "Root", "min": "1", "max": "1"}
        return self.tree(e, "m")

    def text(self, root):
        out = []
        write(root, out)
        ns = (f' xmlns:m="{generate.message_url(self.release, self.naam)}"'
              f' xmlns:ijw="{generate.base_url(self.release)}"')
        out[0] = out[0].replace(">", ns + ">", 1)
        return '<?xml version="1.0" encoding="UTF-8"?>\n' + "".join(out) + "\n"


def write(node, out):
    name, content, _ = node
    out.append(f"<{name}>")
    if isinstance(content, str):
        out.append(escape(content, {"\r": "&#13;"}))
    else:
        for k in content:
            write(k, out)
    out.append(f"</{name}>")


def nodes(node, path=""):
    """Every (path, parent's list, position, node) below node."""
    if isinstance(node[1], str):
        return
    for i, k in enumerate(node[1]):
        here = path + "/" + k[2]["element"]
        yield here, node[1], i, k
        yield from nodes(k, here)


def emit(maker, root, valid, path, case):
    data = maker.text(root).encode("utf-8")
    head = f"{'valid' if valid else 'invalid'} {len(data)} {maker.naam} {path} {case}\n"
    sys.stdout.buffer.write(head.encode("utf-8") + data)


def values(maker, root):
    for path, siblings, i, k in list(nodes(root)):
        if not isinstance(k[1], str):
            continue
        inline = k[2].get("inline_restriction", "").partition("=")[2]
        before = k[1]
        for n, (value, valid) in enumerate(cases(maker.bron, maker.types[k[2]["type"]], inline)):
            k[1] = value
            emit(maker, root, valid, path, f"value{n}")
        k[1] = before


def structure(maker, root):
    for path, siblings, i, k in list(nodes(root)):
        del siblings[i]
        emit(maker, root, k[2]["min"] == "0", path, "absent")
        siblings[i:i] = [k, k]
        emit(maker, root, k[2]["max"] != "1", path, "twice")
        del siblings[i]
        before = k[0]
        k[0] = ("m:" if before.startswith("ijw:") else "ijw:") + k[2]["element"]
        emit(maker, root, False, path, "other-namespace")
        k[0] = before
        if i > 0:
            siblings[i - 1], siblings[i] = k, siblings[i - 1]
            emit(maker, root, False, path, "out-of-order")
            siblings[i - 1], siblings[i] = siblings[i], k


def main(argv):
    name = argv[0] if argv else "ijw-3.2"
    release, bron = generate.RELEASES[name], generate.Bron(ROOT / "schemas" / name / "bron")
    for naam in bron.names():
        maker = Maker(release, bron, naam)
        root = maker.root()
        emit(maker, root, True, "/", "all-elements")
        values(maker, root)
        structure(maker, root)


if __name__ == "__main__":
    main(sys.argv[1:])
