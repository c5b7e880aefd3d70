#include "trace_model.h"

#include <algorithm>
#include <tuple>

#include "wire/otlp_encoder.h"
#include "wire/span_facts.h"

namespace nanospan::tools {
namespace {

TraceSpan span_from(const OtlpSpan& from) {
  TraceSpan span;
  span.span_id = from.span_id;
  if (!from.is_root()) span.parent_id = from.parent_span_id;
  span.name = from.name;
  span.start_ns = from.start_unix_ns;
  span.end_ns = std::max(span.start_ns, from.end_unix_ns);
  for (const std::string_view pair : from.attributes) {
    const OtlpAttribute attribute = read_attribute(pair);
    span.unfinished |= attribute.key == wire::kUnfinishedKey && attribute.is_true();
  }
  span.error = !span.unfinished && from.is_error();
  span.status_message = from.status_message;
  return span;
}

auto order_key(const TraceSpan& span) {
  return std::make_tuple(span.start_ns, ~span.duration_ns(), std::string_view(span.span_id));
}

class TreeBuilder {
 public:
  explicit TreeBuilder(Trace& trace) : trace_(trace) {}

  void build() {
    // A span that was exported, and read again out of a region, is one span; the finished one wins.
    std::sort(trace_.spans.begin(), trace_.spans.end(), [](const auto& a, const auto& b) {
      return std::tie(a.span_id, a.unfinished) < std::tie(b.span_id, b.unfinished);
    });
    const auto last =
        std::unique(trace_.spans.begin(), trace_.spans.end(),
                    [](const auto& a, const auto& b) { return a.span_id == b.span_id; });
    trace_.duplicates = static_cast<std::uint64_t>(trace_.spans.end() - last);
    trace_.spans.erase(last, trace_.spans.end());
    std::sort(trace_.spans.begin(), trace_.spans.end(),
              [](const auto& a, const auto& b) { return order_key(a) < order_key(b); });
    connect();
    place_cycles();
    sum_up();
  }

 private:
  // Spans are in order of start, so children and roots are as well.
  void connect() {
    std::unordered_map<std::string_view, std::uint32_t> by_id;
    parents_.resize(trace_.spans.size());
    for (std::uint32_t i = 0; i < trace_.spans.size(); ++i) by_id[trace_.spans[i].span_id] = i;
    for (std::uint32_t i = 0; i < trace_.spans.size(); ++i) {
      const TraceSpan& span = trace_.spans[i];
      const auto parent = by_id.find(span.parent_id);
      if (span.parent_id.empty())
        trace_.roots.push_back(i);
      else if (parent == by_id.end() || parent->second == i)
        trace_.orphans.push_back(i);
      else
        trace_.spans[parents_[i] = parent->second].children.push_back(i);
    }
  }

  // What no root reaches hangs in a circle: it is cut open at its earliest span.
  void place_cycles() {
    placed_.assign(trace_.spans.size(), false);
    for (const std::uint32_t root : trace_.roots) mark(root);
    for (const std::uint32_t root : trace_.orphans) mark(root);
    for (std::uint32_t i = 0; i < trace_.spans.size(); ++i) {
      if (placed_[i]) continue;
      std::erase(trace_.spans[parents_[i]].children, i);
      trace_.orphans.push_back(i);
      mark(i);
    }
  }

  void mark(std::uint32_t root) {
    std::vector<std::uint32_t> open{root};
    while (!open.empty()) {
      const std::uint32_t at = open.back();
      open.pop_back();
      if (placed_[at]) continue;
      placed_[at] = true;
      const auto& children = trace_.spans[at].children;
      open.insert(open.end(), children.begin(), children.end());
    }
  }

  void sum_up() {
    trace_.start_ns = std::numeric_limits<std::uint64_t>::max();
    for (const TraceSpan& span : trace_.spans) {
      trace_.start_ns = std::min(trace_.start_ns, span.start_ns);
      trace_.end_ns = std::max(trace_.end_ns, span.end_ns);
      trace_.errors += span.error ? 1 : 0;
      trace_.unfinished += span.unfinished ? 1 : 0;
      trace_.services.push_back(span.service);
    }
    std::sort(trace_.services.begin(), trace_.services.end());
    trace_.services.erase(std::unique(trace_.services.begin(), trace_.services.end()),
                          trace_.services.end());
  }

  Trace& trace_;
  std::vector<std::uint32_t> parents_;  // of those that are children
  std::vector<bool> placed_;
};

}  // namespace

const TraceSpan& Trace::root() const {
  const auto& candidates = roots.empty() ? orphans : roots;
  const auto longest =
      std::max_element(candidates.begin(), candidates.end(), [&](std::uint32_t a, std::uint32_t b) {
        return spans[a].duration_ns() < spans[b].duration_ns();
      });
  return spans[*longest];
}

// Regions go the way that every reader of ours goes: encoded, and read as OTLP.
struct TraceModel::Encoder {
  wire::OtlpEncoder otlp;
};

TraceModel::TraceModel(std::uint64_t memory_bytes_max)
    : encoder_(std::make_unique<Encoder>()), memory_bytes_max_(memory_bytes_max) {}
TraceModel::~TraceModel() = default;

bool TraceModel::take(const SpanBatch& batch) {
  return take(OtlpPiece{encoder_->otlp.encode(batch), batch.size()});
}

bool TraceModel::take(const OtlpPiece& piece) {
  visit(piece, *this);
  return true;
}

void TraceModel::resource(const OtlpAttributes& attributes) {
  service_ = service_index(std::string(service_name(attributes)));
}

void TraceModel::span(const OtlpSpan& from) {
  // Twice: a vector that grows has two of each for a moment, and children are counted later.
  memory_bytes_ += 2 * sizeof(TraceSpan) + from.name.size() + from.status_message.size();
  if (memory_bytes_ > memory_bytes_max_) {
    ++left_out_;
    return;
  }
  const auto [at, is_new] = index_.try_emplace(std::string(from.trace_id), traces_.size());
  if (is_new) traces_.emplace_back().id = from.trace_id;
  TraceSpan& span = traces_[at->second].spans.emplace_back(span_from(from));
  span.service = service_;
}

std::uint32_t TraceModel::service_index(const std::string& name) {
  const auto [at, is_new] =
      service_index_.try_emplace(name, static_cast<std::uint32_t>(services_.size()));
  if (is_new) services_.push_back(name);
  return at->second;
}

void TraceModel::finish() {
  for (Trace& trace : traces_) TreeBuilder(trace).build();
  std::stable_sort(traces_.begin(), traces_.end(), [](const Trace& a, const Trace& b) {
    return a.root().duration_ns() > b.root().duration_ns();
  });
}

}  // namespace nanospan::tools
