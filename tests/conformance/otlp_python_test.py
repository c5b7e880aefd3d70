"""Decodes what our encoder wrote by the official OTLP schema: otlp_python_test.py <sample program>.

Exit code 77: skipped, the decoder is not installed.
"""
import subprocess
import sys

try:
    from opentelemetry.proto.collector.trace.v1 import trace_service_pb2
except ImportError as error:
    print(f"skipped: {error}; tools/setup installs opentelemetry-proto into build/venv")
    sys.exit(77)


def expect(what, found, wanted):
    print(f"{what}: {str(found)[:80]!r}")
    if found != wanted:
        sys.exit(f"{what}: found {found!r}, wanted {wanted!r}")


def attributes(owner):
    return {each.key: each.value for each in owner.attributes}


wire = subprocess.run([sys.argv[1]], check=True, stdout=subprocess.PIPE).stdout
request = trace_service_pb2.ExportTraceServiceRequest.FromString(wire)
scopes = request.resource_spans[0].scope_spans
expect("scopes", [each.scope.name for each in scopes], ["one", "two"])

plain = scopes[0].spans[0]
expect("name", plain.name, "plain")
expect("trace id", plain.trace_id.hex(), "0102030405060708090a0b0c0d0e0f10")
expect("span id", plain.span_id.hex(), "a1a2a3a4a5a6a700")
expect("parent", plain.parent_span_id, b"")
expect("flags", plain.flags, 0x101)
expect("kind", plain.kind, 1)
expect("start", plain.start_time_unix_nano, 1_700_000_000_000_000_001)
expect("end", plain.end_time_unix_nano, 1_700_000_000_000_002_502)
expect("thread", attributes(plain)["thread.name"].string_value, "worker")

full = scopes[1].spans[0]
values = attributes(full)
expect("long", values["long"].string_value, "x" * 20_000)
expect("bad", values["bad"].string_value, "a\ufffd")
expect("min", values["min"].int_value, -(2**63))
expect("half", values["half"].double_value, 0.5)
expect("yes", values["yes"].bool_value, True)
expect("list", [each.string_value for each in values["list"].array_value.values], ["a", "", "c"])
expect("unfinished", values["nanospan.unfinished"].bool_value, True)
expect("status", full.status.code, 2)
expect("trace state", full.trace_state, "vendor=1")
expect("event", full.events[0].name, "fetch")
expect("event attribute", attributes(full.events[0])["limit"].int_value, 50)
expect("link flags", full.links[0].flags, 0x301)
expect("link span", full.links[0].span_id.hex(), "0000000000000003")
