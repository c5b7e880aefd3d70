#!/usr/bin/env python3
"""Writes the tables of RESULTS.md from raw JSON files of one run, and says what was not run.

    results_page.py RAW.json... > RESULTS.md

A raw file holds "costs" (nanospan_bench) or "rows" of peers (nanospan_bench_peers); what else it
holds is left to who doubts a number. Exit codes: 0 written; 1 a file can't be read or is neither.
"""
import json
import os
import sys

DASH = "–"


def number(value, digits=4):
    """Four digits are more than a run can resolve; None: not known."""
    if value is None:
        return DASH
    text = f"{0.0 if abs(value) < 5e-4 else value:.{digits}g}"
    return f"{value:,.0f}" if abs(value) >= 1000 or "e" in text else text


def limits(low_high):
    if not low_high or None in low_high:
        return DASH
    return f"{number(low_high[0])} – {number(low_high[1])}"


def escaped(text):
    return text.replace("|", "\\|")


def row(cells):
    return "| " + " | ".join(cells) + " |"


def table(heads, rows):
    right = [":---"] + ["---:"] * (len(heads) - 1)
    return [row(heads), row(right), *map(row, rows)]


def counted(of):
    return [f"{of[key]:,}" if of.get(key) is not None else DASH for key in ("exported", "lost")]


def percentiles(of):
    return [number(of.get(key)) for key in ("p50", "p99", "p99.9")]


def cost_cells(cost):
    floor = cost.get("median_ns", {}).get("F")
    facts = cost.get("facts", {})
    tail = [number(facts.get(f"{name}_ns")) for name in ("p50", "p99", "p99.9")]
    verdict = cost["verdict"]
    return [f"`{cost['name']}`", number(floor), f"{number(cost['median'])} {cost['unit']}".rstrip(),
            limits(cost.get("interval_95")), *tail, number(cost["bar"]), number(cost["aim"]),
            f"**{verdict}**" if verdict.isupper() else verdict, *counted(cost)]


def median(values):
    values = sorted(values)
    middle = len(values) // 2
    return values[middle] if len(values) % 2 else (values[middle - 1] + values[middle]) / 2


def sides_ns(cost):
    """The median of each side that was timed, over valid rounds; one that failed left None."""
    raw = cost.get("raw")
    if not raw:
        return {}
    rounds = [of["ns"] for of in raw["rounds"] if not of["void"]]
    known = ([value for value in values if value is not None] for values in zip(*rounds))
    return {side: median(values) for side, values in zip(raw["sides"], known) if values}


def costs_page(raw):
    was_run = [cost | {"median_ns": sides_ns(cost)} for cost in raw["costs"] if "median" in cost]
    heads = ["what", "F, ns", "median", "95 %", "p50, ns", "p99, ns", "p99.9, ns", "at most", "aim",
             "verdict", "exported", "lost"]
    yield from table(heads, map(cost_cells, was_run))
    yield ""
    for cost in was_run:
        note = f"; {cost['note']}" if cost.get("note") else ""
        timed = ", ".join(f"{side} {number(ns)}" for side, ns in cost["median_ns"].items())
        yield f"- `{cost['name']}`: {cost['what']}{note}" + (f" (ns: {timed})" if timed else "")
    yield from not_run((cost["name"], cost["problem"]) for cost in raw["costs"]
                       if "problem" in cost)


def peer_cells(side):
    ratios = [number(side[key]["median"], 3) for key in ("over_F", "over_R")]
    return [side["peer"], number(side["median"]), limits(side.get("interval_95")),
            *percentiles(side.get("percentiles", {})), *ratios, *counted(side),
            number(side.get("bytes_per_span"), 3)]


def peers_page(raw):
    heads = ["", "ns", "95 %", "p50", "p99", "p99.9", "× F", "× R", "exported", "lost",
             "bytes a span"]
    for of in raw["rows"]:
        yield f"### {of['what']}"
        yield ""
        walk = f", a walk takes {number(of['walk_ns']['median'])} ns" if of["walked_bytes"] else ""
        yield f"F {number(of['F']['median'])} ns, {of['raw']['valid']} rounds valid, " \
              f"{of['raw']['void']} void{walk}."
        yield ""
        yield from table(heads, [peer_cells(side) for side in of["sides"] if "median" in side])
        yield from not_run((side["peer"], side["problem"]) for side in of["sides"]
                           if "problem" in side)
        yield ""
    yield "### How each was used"
    yield ""
    for peer in raw["peers"]:
        if "not_run" not in peer:
            yield f"- {peer['name']} {peer.get('version', '')}: {peer.get('how', '')}; " \
                  f"ids: {peer['ids']}"
    yield from not_run((peer["name"], peer["not_run"]) for peer in raw["peers"]
                       if "not_run" in peer)


def not_run(problems):
    lines = [f"- {name}: {escaped(why)}" for name, why in problems]
    return ["", "Not run:", "", *lines] if lines else []


def machine_line(raw):
    machine, build = raw["machine"], raw["build"]
    quick = "; **a quick run, which resolves less: not numbers to quote**"
    effort = quick if raw.get("quick") else ""
    return (f"{machine['cpu']}, {machine['cores']} cores, {machine['kernel']}, clock source "
            f"{machine['clock_source']}; {build['compiler']} `{build['flags']}`; "
            f"{raw['date']}{effort}.")


def costs_title(raw):
    """Which costs, where a file has those of one folder or two."""
    kinds = dict.fromkeys(cost["name"].split("/")[0] for cost in raw["costs"])
    return "What nanospan costs" + (f": {', '.join(kinds)}" if len(kinds) <= 2 else "")


SECTIONS = {"costs": (costs_title, costs_page),
            "rows": (lambda raw: "Beside its peers, in the same rounds", peers_page)}


def page(files):
    """files: (name, parsed) of each."""
    yield "# Results"
    yield ""
    yield "Written by `tools/bench`; method, and what misleads: [README.md](../README.md)."
    for name, raw in files:
        kind = next((kind for kind in SECTIONS if kind in raw), None)
        if kind is None:
            raise ValueError(f"{name} holds neither costs nor rows of peers; give a raw file of "
                             "nanospan_bench or nanospan_bench_peers")
        title, lines = SECTIONS[kind]
        yield from ["", f"## {title(raw)}", ""]
        yield from [f"{machine_line(raw)} Every round: [{name}]({name}).", ""]
        yield from lines(raw)


def main():
    if len(sys.argv) < 2 or sys.argv[1] in ("--help", "-h"):
        print(__doc__.strip())
        sys.exit(0 if len(sys.argv) == 2 else 1)
    try:
        files = []
        for path in sys.argv[1:]:
            with open(path, encoding="utf-8") as file:
                files.append((os.path.basename(path), json.load(file)))
        text = "\n".join(page(files))
    except (OSError, ValueError, KeyError) as error:
        sys.exit(f"results_page.py: {error}")
    print(text)


if __name__ == "__main__":
    main()
