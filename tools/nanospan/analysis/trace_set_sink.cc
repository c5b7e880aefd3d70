#include "analysis/trace_set_sink.h"

#include <algorithm>
#include <limits>

#include "terminal/text.h"
#include "wire/span_facts.h"

namespace nanospan::tools::analysis {
namespace {

// OTLP's flags: it is known whether the parent is another process', and it is.
constexpr std::uint32_t kRemoteParentBits = 0x300;

SpanKind kind_from(std::int32_t otlp_kind) noexcept {
  const bool is_known = otlp_kind >= 1 && otlp_kind <= 5;
  return is_known ? static_cast<SpanKind>(otlp_kind) : SpanKind::kInternal;
}

StatusCode status_from(std::int32_t otlp_code) noexcept {
  const bool is_known = otlp_code >= 0 && otlp_code <= 2;
  return is_known ? static_cast<StatusCode>(otlp_code) : StatusCode::kUnset;
}

// What the attributes of a span say, of which there may be many and few are asked for.
struct Said {
  std::string_view peer_service, server_address;
  std::uint32_t resend_count = 0;
  bool unfinished = false;

  explicit Said(const OtlpAttributes& attributes) {
    for (const std::string_view pair : attributes) add(read_attribute(pair));
  }

 private:
  void add(const OtlpAttribute& attribute) {
    if (attribute.key == "peer.service")
      peer_service = attribute.text;
    else if (attribute.key == "server.address")
      server_address = attribute.text;
    else if (attribute.key == "http.request.resend_count")
      resend_count = static_cast<std::uint32_t>(std::clamp<std::int64_t>(
          attribute.integer, 0, std::numeric_limits<std::uint32_t>::max()));
    else if (attribute.key == wire::kUnfinishedKey)
      unfinished = attribute.is_true();
  }
};

}  // namespace

bool TraceSetSink::take(const SpanBatch& batch) {
  return take(OtlpPiece{encoder_.encode(batch), batch.size()});
}

bool TraceSetSink::take(const OtlpPiece& piece) {
  visit(piece, *this);
  return true;
}

void TraceSetSink::resource(const OtlpAttributes& attributes) {
  // Jaeger's clients say `hostname`.
  std::string_view host_name, jaeger_host;
  for (const std::string_view pair : attributes) {
    const OtlpAttribute attribute = read_attribute(pair);
    if (attribute.key == "host.name") host_name = attribute.text;
    if (attribute.key == "hostname") jaeger_host = attribute.text;
  }
  service_ = set_.intern(service_name(attributes));
  host_ = set_.intern(host_name.empty() ? jaeger_host : host_name);
}

void TraceSetSink::span(const OtlpSpan& span) {
  const Said said(span.attributes);
  NewSpan row;
  row.trace = trace_key_from_bytes(span.trace_id.data());
  row.span_id = id_from_bytes(span.span_id.data());
  if (!span.parent_span_id.empty()) row.parent_id = id_from_bytes(span.parent_span_id.data());
  row.start_unix_ns = span.start_unix_ns;
  row.end_unix_ns = span.end_unix_ns;
  row.service = service_;
  row.host = host_;
  row.name = set_.intern(span.name);
  row.peer = set_.intern(said.peer_service.empty() ? said.server_address : said.peer_service);
  if (messages_ == Messages::kKeep) row.message = set_.intern(span.status_message);
  if (record_prefix_ && tools::hex_of(span.trace_id).starts_with(*record_prefix_))
    row.record = span.bytes;
  row.resend_count = said.resend_count;
  row.kind = kind_from(span.kind);
  row.status = status_from(span.status_code);
  if (said.unfinished) row.flags |= analysis_flag::kUnfinished;
  if ((span.flags & kRemoteParentBits) == kRemoteParentBits)
    row.flags |= analysis_flag::kRemoteParent;
  (void)set_.add(row);  // refused: counted there
}

}  // namespace nanospan::tools::analysis
