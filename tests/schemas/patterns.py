#!/usr/bin/env python3
"""Tries each pattern of a release and our second spelling of it on all short texts.

The two must admit the same.  Texts are taken from the characters that the
patterns tell apart, up to a length at which every branch has been taken.
"""
import itertools
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "schemas"))
import generate  # noqa: E402  (the reader of the tables)

CHARACTERS = ["a", ".", " ", "\t", "\n", "\r", "\u00a0", "0", "1", "-", "+", "Z", ":"]


def to_python(pattern):
    """XML Schema's reading of . and \\s and \\S, outside and inside a class."""
    out, inside = [], False
    i = 0
    while i < len(pattern):
        two = pattern[i:i + 2]
        if two == "\\s":
            out.append(" \\t\\n\\r" if inside else "[ \\t\\n\\r]")
        elif two == "\\S":
            # Only beside \s in a class does \S stand: then the class is every character.
            out.append("\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f!-\U0010ffff" if inside else "[^ \\t\\n\\r]")
        elif two[0] == "\\":
            out.append(two)
        elif two[0] == "." and not inside:
            out.append("[^\\n\\r]")
        else:
            inside = two[0] == "[" or (inside and two[0] != "]")
            out.append(two[0])
            i -= 1
        if two[0] == "." and not inside:
            i -= 1
        i += 2
    return re.compile("".join(out))


def main():
    wrong = 0
    for name in generate.RELEASES:
        bron = generate.Bron(ROOT / "schemas" / name / "bron")
        for row in bron.patterns.values():
            if row["pattern"] == row["schema"]:
                continue
            one, two = to_python(row["pattern"]), to_python(row["schema"])
            for n in range(6):
                for text in map("".join, itertools.product(CHARACTERS, repeat=n)):
                    if bool(one.fullmatch(text)) != bool(two.fullmatch(text)):
                        print(f"{row['pattern']} and {row['schema']} differ on {text!r}")
                        wrong = 1
                        break
    return wrong


if __name__ == "__main__":
    sys.exit(main())
