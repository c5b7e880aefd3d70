// Writes one TracesData, binary, to standard output: what otlp_python_test.py expects to find.
#include <cstdio>

#include "exporters/batch_fixture.h"
#include "wire/otlp_encoder.h"

int main() {
  using namespace nanospan;
  test::BatchMaker maker;
  maker.thread = std::make_shared<const ThreadInfo>(ThreadInfo{815, "worker"});
  test::Payload inner;
  inner.integer("limit", 50);
  test::Payload payload;
  payload.text("long", std::string(20'000, 'x'));
  payload.text("bad", "a\xff");
  payload.integer("min", INT64_MIN);
  payload.real("half", 0.5);
  payload.boolean("yes", true);
  payload.strings("list", {"a", "", "c"});
  payload.event("fetch", 1'700'000'000'000'000'100, inner);
  payload.link({{1, 2}, {3}, {1}, true}, inner);
  const CallsiteInfo* plain = maker.callsite("plain", "one");
  const CallsiteInfo* full = maker.callsite("full", "two");
  maker.add(maker.record(plain));
  SpanRecord record = maker.record(full);
  record.unfinished = true;
  record.parent_span_id = {7};
  maker.add(record, payload, "vendor=1");
  wire::OtlpEncoder encoder;
  const std::string_view bytes = encoder.encode(maker.batch());
  return std::fwrite(bytes.data(), 1, bytes.size(), stdout) == bytes.size() ? 0 : 1;
}
