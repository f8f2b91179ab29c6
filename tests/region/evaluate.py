#!/usr/bin/env python3
"""How far the hub's readings are from the truth of a simulated region.

usage: evaluate.py TRUTH_DIR OPEN_ENDS.tsv FLOWS.tsv DAY [--tsv]

TRUTH_DIR is what `ijwctl simulate` wrote; the two files are what the hub made
of its messages, judged on DAY.  Definitions:

detectable  an episode that is not taakgericht, ended before DAY, and of which
            no definitive stop was sent on or before DAY;
flag        a row of OPEN_ENDS, matched to the episode of that gemeente that
            has its number; of several the strongest counts;
false alarm a flag, certain or probable, on an episode that runs on DAY; their
            rate is over the running episodes that could be flagged: allocated,
            with a start by DAY (as far as JW305 messages tell) and no stop;
balance     100 x (outflow - inflow) / inflow.

Flows are held against all episodes, taakgericht too.  "pp" is the mean absolute
error of the balance in percentage points, "mean pp" the same with its sign; the
others are mean relative errors, and how often the truth lies in low..high.
"settled" are the periods wholly before DAY less 60 days, "all" those before DAY,
both without the first simulated year; cells with true inflow below 30 are left
out.
"""

import argparse
import csv
import datetime
import os
import re
import sys
from collections import defaultdict

STRENGTH = {"certain": 3, "probable": 2, "information": 1, "hint": 0}
READINGS = ("geregistreerd", "cbs", "geschat")
SETTLED = 60  # days before DAY: later than that nobody can know yet
FEW = 30  # cells with less inflow say nothing


def day(text):
    return datetime.date.fromisoformat(text) if text else None


def rows(path, *needed):
    with open(path, newline="", encoding="utf-8") as f:
        reader = csv.DictReader(f, delimiter="\t")
        missing = [c for c in needed if c not in (reader.fieldnames or [])]
        if missing:
            sys.exit(f"{path}: no column {', '.join(missing)}")
        yield from reader


def share(part, whole):
    return part / whole if whole else None


# ---- the truth ----


class Episode:
    def __init__(self, row):
        self.id = row["episode"]
        self.gemeente = row["gemeente"]
        self.aanbieder = row["aanbieder"]
        self.numbers = [n for n in row["nummers"].split(",") if n]
        self.begin = day(row["begindatum"])
        self.end = day(row["einddatum"])
        self.stop = day(row["stop_at"])
        self.task = row["taakgericht"] == "1"
        self.fault = row["fout"]
        self.started = None  # the first JW305
        self.flags = []

    def runs(self, t):
        return self.begin <= t and (self.end is None or self.end >= t)

    def stopped(self, t):
        return self.stop is not None and self.stop <= t

    def detectable(self, t):
        return not self.task and self.end is not None and self.end < t and not self.stopped(t)

    def strongest(self):
        return max(self.flags, key=lambda f: STRENGTH[f["strength"]], default=None)


def read_truth(directory):
    return [Episode(row) for row in rows(
        os.path.join(directory, "waarheid.tsv"), "episode", "gemeente", "aanbieder", "nummers", "begindatum",
        "einddatum", "taakgericht", "stop_at", "fout")]


def by_number(episodes):
    return {(e.gemeente, n): e for e in episodes for n in e.numbers}


def read_starts(directory, known):
    """When the first start of each episode was sent."""
    number = re.compile(rb"<ToewijzingNummer>(\d+)<")
    for row in rows(os.path.join(directory, "index.tsv"), "file", "sent_at", "receiver", "type"):
        if row["type"] != "JW305":
            continue
        with open(os.path.join(directory, row["file"]), "rb") as f:
            found = number.search(f.read())
        e = known.get((row["receiver"], found.group(1).decode())) if found else None
        sent = day(row["sent_at"][:10])
        if e is not None and (e.started is None or sent < e.started):
            e.started = sent


def simulated_from(directory):
    """The month before that of the first declaration: with it the simulated time begins."""
    months = [row["sent_at"][:7] for row in rows(os.path.join(directory, "index.tsv"), "sent_at", "type")
              if row["type"] == "JW323"]
    first = min(months, default="1900-01")
    return day(first + "-01") - datetime.timedelta(days=31)


# ---- missing ends ----


def read_flags(path, known):
    """Hangs the flags on their episodes; gives all of them, with .episode or None."""
    flags = []
    for row in rows(path, "gemeente", "toewijzingnummer", "kind", "strength", "estimated_end", "low", "high"):
        if row["strength"] not in STRENGTH:
            sys.exit(f"{path}: unknown strength '{row['strength']}'")
        row["episode"] = known.get((row["gemeente"].strip(), row["toewijzingnummer"].strip()))
        if row["episode"] is not None:
            row["episode"].flags.append(row)
        flags.append(row)
    return flags


def estimate(flag):
    try:
        return day(flag["estimated_end"]), day(flag["low"]), day(flag["high"])
    except ValueError:
        return None, None, None


def measure_dates(found, put):
    dated = near = banded = covered = 0
    errors = []
    for e in found:
        best = max((f for f in e.flags if STRENGTH[f["strength"]] >= 2 and f["estimated_end"]),
                   key=lambda f: STRENGTH[f["strength"]], default=None)
        if best is None:
            continue
        value, low, high = estimate(best)
        if value is None:
            continue
        dated += 1
        near += abs((value - e.end).days) <= 31
        errors.append(abs((value - e.end).days))
        if low and high:
            banded += 1
            covered += low <= e.end <= high
    errors.sort()
    put("found ends with an estimate", dated, share(dated, len(found)))
    put("estimate within 31 days", near, share(near, dated))
    put("estimate, median error in days", errors[len(errors) // 2] if errors else None, None)
    put("estimate in low..high", covered, share(covered, banded))


def measure_kinds(flags, detectable, t, put):
    kinds = defaultdict(lambda: [set(), set(), set(), 0])
    wanted = {e.id for e in detectable}
    for f in flags:
        k = kinds[f"{f['kind']} ({f['strength']})"]
        if f["episode"] is None:
            k[3] += 1
            continue
        k[0].add(f["episode"].id)
        if f["episode"].id in wanted:
            k[1].add(f["episode"].id)
        elif f["episode"].runs(t):
            k[2].add(f["episode"].id)
    for name in sorted(kinds):
        every, good, wrong, unknown = kinds[name]
        put(f"kind {name}: episodes", len(every), None)
        put(f"kind {name}: precision", len(good), share(len(good), len(every)))
        put(f"kind {name}: on running care", len(wrong), share(len(wrong), len(every)))
        put(f"kind {name}: recall", len(good), share(len(good), len(detectable)))
        if unknown:
            put(f"kind {name}: rows on no episode", unknown, None)


def measure_ends(episodes, flags, t, put):
    detectable = [e for e in episodes if e.detectable(t)]
    running = [e for e in episodes if e.runs(t) and not e.task and e.started is not None and e.started <= t
               and not e.stopped(t)]
    certain = [e for e in episodes if e.flags and e.strongest()["strength"] == "certain"]
    flagged = [e for e in episodes if e.flags and STRENGTH[e.strongest()["strength"]] >= 2]
    good = [e for e in certain if e.detectable(t)]
    found = [e for e in flagged if e.detectable(t)]
    wrong = [e for e in flagged if e.runs(t)]
    window = [e for e in detectable if 60 <= (t - e.end).days <= 240]
    put("detectable ends", len(detectable), None)
    put("running, started and not stopped", len(running), None)
    put("certain: flagged episodes", len(certain), None)
    put("certain: precision", len(good), share(len(good), len(certain)))
    put("certain: share of detectable ends", len(good), share(len(good), len(detectable)))
    put("certain+probable: flagged episodes", len(flagged), None)
    put("certain+probable: precision", len(found), share(len(found), len(flagged)))
    put("certain+probable: share found", len(found), share(len(found), len(detectable)))
    put("certain+probable: false alarms", len(wrong), share(len(wrong), len(running)))
    put("certain+probable: found of ends 60-240 days ago", sum(e in set(found) for e in window),
        share(len(set(found) & set(window)), len(window)))
    put("rows on no true episode", sum(f["episode"] is None and STRENGTH[f["strength"]] >= 2 for f in flags), None)
    measure_dates(found, put)
    measure_kinds(flags, detectable, t, put)
    for fault in sorted({e.fault for e in detectable}):
        of = [e for e in detectable if e.fault == fault]
        hit = [e for e in of if e in set(found)]
        put(f"fault {fault}: found of {len(of)}", len(hit), share(len(hit), len(of)))


# ---- flows ----


def bounds(period):
    year = int(period[:4])
    first = datetime.date(year, 7 if period.endswith("H2") else 1, 1)
    last = datetime.date(year, 6, 30) if period.endswith("H1") else datetime.date(year, 12, 31)
    return first, last


def true_flows(episodes, period):
    """By gemeente and for all (*): inflow, outflow, stock at the end."""
    first, last = bounds(period)
    flows = defaultdict(lambda: [0, 0, 0])
    for e in episodes:
        for g in ("*", e.gemeente):
            flows[g][0] += first <= e.begin <= last
            flows[g][1] += e.end is not None and first <= e.end <= last
            flows[g][2] += e.begin <= last and (e.end is None or e.end > last)
    return flows


def balance(inflow, outflow):
    return 100 * (outflow - inflow) / inflow


def read_flows(path):
    readings = {}
    for row in rows(path, "gemeente", "halfjaar", "lezing", "instroom", "uitstroom", "stand", "balans", "low", "high"):
        readings[row["gemeente"], row["halfjaar"], row["lezing"]] = row
    return readings


def number(text):
    try:
        return float(text)
    except (TypeError, ValueError):
        return None


def reading_balance(row):
    """From the counts, which are not rounded; else as printed."""
    inflow, outflow = number(row["instroom"]), number(row["uitstroom"])
    if inflow and outflow is not None:
        return balance(inflow, outflow)
    return number(row["balans"])


LEVELS = (("region-year", True, True), ("region half-year", True, False), ("gemeente-year", False, True),
          ("gemeente half-year", False, False))


def cells(readings, truth, lezing, region, whole_year, last_day, first_day):
    for (gemeente, period, which), row in sorted(readings.items()):
        if which != lezing or (gemeente == "*") != region or ("H" not in period) != whole_year:
            continue
        first, last = bounds(period)
        if last >= last_day or first < first_day:
            continue
        if period not in truth:
            truth[period] = None
        inflow, outflow, stock = truth[period][gemeente]
        if inflow >= FEW:
            yield row, inflow, outflow, stock


def mean(values):
    values = [v for v in values if v is not None]
    return sum(values) / len(values) if values else None


def level_measures(chosen):
    """What is said of one reading at one level: name, value, whether it is a share."""

    def error(column, i):
        return mean(abs(number(c[0][column]) - c[i]) / c[i] if number(c[0][column]) is not None and c[i] else None
                    for c in chosen)

    gaps = [reading_balance(c[0]) - balance(c[1], c[2]) for c in chosen if reading_balance(c[0]) is not None]
    bands = [(number(c[0]["low"]), balance(c[1], c[2]), number(c[0]["high"])) for c in chosen]
    bands = [b for b in bands if b[0] is not None and b[2] is not None]
    return (
        ("cells", len(gaps), False),
        ("balance pp", mean(abs(g) for g in gaps), False),
        ("mean pp", mean(gaps), False),
        ("worst pp", max((abs(g) for g in gaps), default=None), False),
        ("inflow", error("instroom", 1), True),
        ("outflow", error("uitstroom", 2), True),
        ("stock", error("stand", 3), True),
        ("in band", share(sum(low <= x <= high for low, x, high in bands), len(bands)), True),
        ("width pp", mean(b[2] - b[0] for b in bands), False),
    )


def measure_flows(episodes, readings, t, start, table):
    truth = {p: true_flows(episodes, p) for p in {k[1] for k in readings}}
    after = datetime.date(start.year + 1, start.month, 1)
    # The first whole year after the start is warm-up: what came before the stream nobody has told.
    for word, last_day in (("settled", t - datetime.timedelta(days=SETTLED)), ("all", t)):
        for lezing in READINGS:
            for level, region, whole_year in LEVELS:
                chosen = list(cells(readings, truth, lezing, region, whole_year, last_day, after))
                if chosen:
                    table.put_level((word, lezing, level), level_measures(chosen))


# ---- printing ----


def show(value):
    if value is None:
        return "-"
    return f"{value:.2f}" if isinstance(value, float) else str(value)


class Table:
    def __init__(self, tsv):
        self.tsv = tsv
        self.columns = None

    def head(self, text):
        if not self.tsv:
            print(f"\n{text}")

    def put(self, name, value, part):
        percent = "-" if part is None else f"{100 * part:.1f}%"
        if self.tsv:
            print(f"{name}\t{show(value)}\t{'' if part is None else format(part, '.4f')}")
        else:
            print(f"  {name:<72} {show(value):>9} {percent:>8}")

    def put_level(self, where, measures):
        """A line for people; for machines a line for each measure."""
        if self.tsv:
            for name, value, is_share in measures:
                self.put(", ".join(where + (name,)), None if is_share else value, value if is_share else None)
            return
        if self.columns is None:
            self.columns = [m[0] for m in measures]
            print(f"  {'':<42}" + "".join(f"{c:>11}" for c in self.columns))
        cells_ = ("-" if v is None else f"{100 * v:.1f}%" if is_share else show(v) for _, v, is_share in measures)
        print(f"  {where[0]:<8} {where[1]:<13} {where[2]:<19}" + "".join(f"{c:>11}" for c in cells_))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("truth_dir")
    parser.add_argument("open_ends")
    parser.add_argument("flows")
    parser.add_argument("day", type=datetime.date.fromisoformat)
    parser.add_argument("--tsv", action="store_true", help="measure, value and share, tab separated")
    a = parser.parse_args()
    table = Table(a.tsv)
    episodes = read_truth(a.truth_dir)
    known = by_number(episodes)
    read_starts(a.truth_dir, known)
    if a.tsv:
        print("measure\tvalue\tshare")
    table.head(f"Missing ends on {a.day}")
    measure_ends(episodes, read_flags(a.open_ends, known), a.day, table.put)
    table.head("Flows against the truth")
    measure_flows(episodes, read_flows(a.flows), a.day, simulated_from(a.truth_dir), table)


if __name__ == "__main__":
    main()
