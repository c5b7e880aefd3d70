"""The layer law: a room includes itself and rooms below it; public headers see no private one. The
folders of the command and of the benchmarks likewise, all of which see every room.

The law is this table. A room's CMakeLists.txt names what it uses (DEPENDS), within the table.
"""
import re

import sources

BELOW = {
    "base": set(),
    "config": {"base"},
    "format": {"base"},
    "clock": {"base", "format"},
    "region": {"base", "format", "clock"},
    "capture": {"base", "config", "format", "clock", "region"},
    "crash": {"base", "format", "clock", "region", "capture"},
    "context": {"base", "format", "clock", "region", "capture"},
    "carry": {"base", "format", "clock", "region", "capture", "context"},
    "propagation": {"base", "config", "format", "clock", "region", "capture", "context"},
    "sampling": {"base", "config", "format", "clock", "region", "capture", "context"},
    "decode": {"base", "format", "clock"},
    "drain": {"base", "config", "format", "clock", "region", "capture", "decode"},
    "recovery": {"base", "config", "format", "clock", "region", "decode"},
    "exporters/wire": set(),
    "exporters/sinks": {"exporters/wire"},
    "exporters/middleware/httplib": set(),
    "exporters/middleware/sqlite": set(),
}

# The recorder's own room wires all the others together.
BELOW["recorder"] = {room for room in BELOW if "/" not in room}

# What rooms of the command see of each other.
TOOLS_BELOW = {
    "terminal": set(),
    "facts": {"terminal"},
    "readers": {"facts"},
    "process": {"facts"},
    "input": {"terminal", "facts", "readers", "process"},
    "output": {"terminal", "input"},
    "analysis": {"terminal", "readers", "input"},
    "command": {"terminal", "facts", "process", "input"},
}

# A subcommand's room sees what is shared, and no other subcommand.
TOOLS_BELOW |= {
    "analyze": {"terminal", "analysis", "command"},
    "collect": {"terminal", "process", "output", "command"},
    "cost": {"terminal", "command"},
    "export": {"terminal", "output", "command"},
    "inspect": {"terminal", "facts", "readers", "process", "command"},
    "view": {"terminal", "facts", "analysis", "command"},
}

# What folders of bench see of each other, and who sees all, there and in the command.
SEES_ALL = ("main.cc", "rows.cc", "rows.h")
BENCH_BELOW = {
    "harness": set(),
    "report": {"harness"},
    "recording": {"harness"},
    "service/load": {"harness"},
    "peers": {"harness", "recording", "report"},
    "peers/adapters": {"harness", "recording", "peers"},
    "service/program": {"harness", "peers"},
    "service": {"harness", "recording", "peers", "service/load"},
    "disk": {"harness"},
    "inputs": {"harness"},
} | {folder: {"harness", "recording"} for folder in (
    "spans", "reading", "size", "tails", "cold", "loss", "programs", "recipes")}

INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"')
ROOM_CALL = re.compile(r"nanospan_room\(\s*(\w+)(.*?)\)", re.S)


def room_of(path):
    parts = path.parts
    if parts[:2] == ("core", "src"):
        return parts[2]
    if "include" in parts:
        return "public"
    if parts[0] == "exporters":
        return exporter_room(parts[1:-1])
    return None


def exporter_room(folders):
    """A piece of middleware is a room of its own: none sees another, or the sinks."""
    if not folders or folders[0] not in ("wire", "sinks", "middleware"):
        return None
    return "/".join(("exporters", *folders[:2 if folders[0] == "middleware" else 1]))


def included_room(path, header):
    """The room that an include leads to."""
    first = header.split("/")[0]
    if first == "nanospan":
        return "public"
    if "/" not in header:
        return room_of(path)
    if path.parts[0] == "exporters":
        return exporter_room(header.split("/")[:-1]) or "exporters/" + first
    return first


def house_of(path):
    """The folder of folders that `path` stands in, and its table; None: neither of the two."""
    for root, below in (("bench", BENCH_BELOW), ("tools/nanospan", TOOLS_BELOW)):
        if path.is_relative_to(root):
            return root, below
    return None


def folder_of(parts, below):
    """The innermost folder of the table that `parts` stands in."""
    known = ["/".join(parts[:length]) for length in (2, 1)]
    return next((folder for folder in known if folder in below), None)


def judge_folder(house, path, number, header):
    root, below = house
    parts = path.relative_to(root).parts
    folder, target = folder_of(parts[:-1], below), folder_of(header.split("/")[:-1], below)
    if parts[0] in SEES_ALL or target in (None, folder):
        return None
    if folder is None:
        return f"{path}: its folder is not in the layer law (tests/hygiene/layer_law.py)"
    if target not in below[folder]:
        return f"{path}:{number}: {root}/{folder} includes {header}, which is not below it"
    return None


def declared_dependencies():
    declared = {}
    for cmake in sorted((sources.ROOT / "core/src").glob("*/CMakeLists.txt")):
        for room, rest in ROOM_CALL.findall(cmake.read_text()):
            depends = re.search(r"DEPENDS\s+([\w\s]*?)(?=\s+(?:SOURCES|LINK)\b|$)", rest.strip())
            declared[room] = set(depends.group(1).split()) if depends else set()
    return declared


def reachable(room, declared):
    seen, todo = set(), [room]
    while todo:
        for below in declared.get(todo.pop(), ()):
            if below not in seen:
                seen.add(below)
                todo.append(below)
    return seen


def judge(path, number, header, declared):
    room, target = room_of(path), included_room(path, header)
    where = f"{path}:{number}: "
    if target in ("public", room):
        return None
    if room == "public":
        return f"{where}a public header includes the private {header}"
    if room not in BELOW:
        return f"{where}room '{room}' is not in the layer law (tests/hygiene/layer_law.py)"
    if target not in BELOW[room]:
        return f"{where}room {room} includes {header}, which is not below it"
    if room in declared and target not in reachable(room, declared):
        return f"{where}room {room} includes {header} but does not name {target} in DEPENDS"
    return None


def main():
    findings, declared, looked_at = [], declared_dependencies(), 0
    for room, depends in declared.items():
        for above in sorted(depends - BELOW.get(room, set())):
            findings.append(f"core/src/{room}/CMakeLists.txt: {above} is not below it")
    for path in sources.files(*sources.CPP):
        house = house_of(path)
        if room_of(path) is None and house is None:
            continue
        looked_at += 1
        for number, line in enumerate(sources.lines(path), 1):
            match = INCLUDE.match(line)
            finding = match and (judge_folder(house, path, number, match.group(1)) if house else
                                 judge(path, number, match.group(1), declared))
            if finding:
                findings.append(finding)
    sources.report(findings, looked_at)


main()
