#include "analysis/trace_set_sink.h"
#include "wire/span_facts.h"
namespace nanospan::tools::analysis {
bool TraceSetSink::take(const SpanBatch& batch) {
  const std::string_view bytes = encoder_.encode(batch);
  otlp::v1::TracesData traces;
  return traces.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())) && take(traces);
}
bool TraceSetSink::take(const otlp::v1::TracesData& traces) {
  for (const auto& rs : traces.resource_spans()) {
    StringId service = set_.intern("unknown_service"), host = kEmptyString;
    for (const auto& a : rs.resource().attributes()) {
      if (a.key() == "service.name") service = set_.intern(a.value().string_value());
      if (a.key() == "host.name") host = set_.intern(a.value().string_value());
    }
    for (const auto& ss : rs.scope_spans())
      for (const auto& f : ss.spans()) {
        NewSpan s;
        s.trace = trace_key_from_bytes(f.trace_id().data());
        s.span_id = id_from_bytes(f.span_id().data());
        if (!f.parent_span_id().empty()) s.parent_id = id_from_bytes(f.parent_span_id().data());
        s.start_unix_ns = f.start_time_unix_nano();
        s.end_unix_ns = f.end_time_unix_nano();
        s.service = service;
        s.host = host;
        s.name = set_.intern(f.name());
        s.kind = static_cast<SpanKind>(f.kind());
        s.status = static_cast<StatusCode>(f.status().code());
        for (const auto& a : f.attributes()) {
          if (a.key() == "http.request.resend_count")
            s.resend_count = static_cast<std::uint32_t>(a.value().int_value());
          if (a.key() == wire::kUnfinishedKey && a.value().bool_value())
            s.flags |= analysis_flag::kUnfinished;
        }
        (void)set_.add(s);
      }
  }
  return true;
}
}  // namespace nanospan::tools::analysis
