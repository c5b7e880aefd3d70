"""Reads a callgrind profile: what calls of a function cost, everything they called included.

Source: the manual of valgrind 3.19, "Callgrind Format Specification". A name in full stands where
its number comes first; later the number stands alone. Costs follow the order of `events:`, zeros at
the end of a line are left out.
"""
import re

CALLEE = re.compile(r"cfn=\((\d+)\)(?: (.+))?")
NAMED = re.compile(r"c?fn=\((\d+)\) (.+)")


def read(path):
    """{function: {event: cost}}, sums over all of its calls."""
    with open(path, encoding="utf-8", errors="replace") as file:
        lines = file.read().splitlines()
    names = {match[1]: match[2] for match in map(NAMED.match, lines) if match}
    events = next(line.split()[1:] for line in lines if line.startswith("events:"))
    sums = {}
    callee = None
    for line, following in zip(lines, lines[1:]):
        match = CALLEE.match(line)
        if match:
            callee = names[match[1]]
        elif line.startswith("calls="):
            costs = [int(field) for field in following.split()[1:]]
            total = sums.setdefault(callee, dict.fromkeys(events, 0))
            for event, cost in zip(events, costs):
                total[event] += cost
    return sums
