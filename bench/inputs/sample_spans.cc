#include "inputs/sample_spans.h"

#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <fstream>
#include <latch>
#include <thread>
#include <vector>

#include "nanospan/nanospan.h"
#include "otlp.pb.h"
#include "output/otlp_json.h"

namespace nanospan::bench {
namespace {

constexpr std::uint64_t kRequestSpans = 20;
constexpr std::uint64_t kMessageRequests = 25;  // 500 spans, as exporters batch
constexpr std::uint64_t kEpochNs = 1'700'000'000'000'000'000;
constexpr std::array kServices = {"api-gateway", "auth-service", "task-service", "cache", "search"};
constexpr std::array kNames = {"GET /tasks",   "verify token", "list tasks", "db: query",
                               "cache lookup", "render",       "serialize"};

// Numbers that look like chance, and are not (SplitMix64).
std::uint64_t mix(std::uint64_t number) {
  number += 0x9e3779b97f4a7c15;
  number = (number ^ number >> 30) * 0xbf58476d1ce4e5b9;
  number = (number ^ number >> 27) * 0x94d049bb133111eb;
  return number ^ number >> 31;
}

struct Sample {
  std::uint64_t trace_high, trace_low, span_id, parent_id;  // parent 0: none
  std::uint64_t start_ns, end_ns;
  std::size_t service;
  const char* name;
  int kind;
  std::int64_t rows;
};

Sample sample_of(std::uint64_t request, std::uint64_t index) {
  const std::uint64_t number = request * 64 + index;
  const std::uint64_t parent = index == 0 ? 0 : mix(request * 64 + (index - 1) / 3);
  // Inside of its parent: each level takes a part of the time of the one above.
  const std::uint64_t level = index == 0 ? 0 : index < 4 ? 1 : index < 13 ? 2 : 3;
  const std::uint64_t start = kEpochNs + request * 1'000'000 + level * 10'000 + index * 500;
  return {.trace_high = mix(request ^ 0x5eed),
          .trace_low = mix(request),
          .span_id = mix(number),
          .parent_id = parent,
          .start_ns = start,
          .end_ns = start + 400'000 - level * 100'000 + mix(number) % 10'000,
          .service = index == 0 ? 0 : 1 + (index - 1) / 3 % (kServices.size() - 1),
          .name = kNames[index % kNames.size()],
          .kind = index % 3 == 0 ? 2 : 3,
          .rows = static_cast<std::int64_t>(mix(number) % 1000)};
}

std::string bytes_of(std::initializer_list<std::uint64_t> numbers) {
  std::string bytes;
  for (const std::uint64_t number : numbers) {
    for (int shift = 56; shift >= 0; shift -= 8) bytes += static_cast<char>(number >> shift & 0xff);
  }
  return bytes;
}

template <typename Owner>
otlp::v1::AnyValue& add_attribute(Owner& owner, const char* key) {
  auto* const attribute = owner.add_attributes();
  attribute->set_key(key);
  return *attribute->mutable_value();
}

void add_span(const Sample& sample, otlp::v1::Span& span) {
  span.set_trace_id(bytes_of({sample.trace_high, sample.trace_low}));
  span.set_span_id(bytes_of({sample.span_id}));
  if (sample.parent_id != 0) span.set_parent_span_id(bytes_of({sample.parent_id}));
  span.set_name(sample.name);
  span.set_kind(static_cast<otlp::v1::Span::SpanKind>(sample.kind));
  span.set_start_time_unix_nano(sample.start_ns);
  span.set_end_time_unix_nano(sample.end_ns);
  span.set_flags(0x101);
  add_attribute(span, "http.request.method").set_string_value("GET");
  add_attribute(span, "server.address").set_string_value("10.0.0.17");
  add_attribute(span, "db.rows").set_int_value(sample.rows);
  add_attribute(span, "cache.ratio").set_double_value(0.5);
}

otlp::v1::TracesData message_of(std::uint64_t first_request, std::uint64_t end_request) {
  otlp::v1::TracesData traces;
  std::array<otlp::v1::ScopeSpans*, kServices.size()> scopes{};
  for (std::size_t service = 0; service < kServices.size(); ++service) {
    auto* const resource_spans = traces.add_resource_spans();
    add_attribute(*resource_spans->mutable_resource(), "service.name")
        .set_string_value(kServices[service]);
    scopes[service] = resource_spans->add_scope_spans();
    scopes[service]->mutable_scope()->set_name("sample");
  }
  for (std::uint64_t request = first_request; request < end_request; ++request) {
    for (std::uint64_t index = 0; index < kRequestSpans; ++index) {
      const Sample sample = sample_of(request, index);
      add_span(sample, *scopes[sample.service]->add_spans());
    }
  }
  return traces;
}

void write_otlp(SampleFormat format, std::uint64_t requests, std::ostream& out) {
  for (std::uint64_t first = 0; first < requests; first += kMessageRequests) {
    const auto message = message_of(first, std::min(requests, first + kMessageRequests));
    if (format == SampleFormat::kJsonLines) {
      out << tools::traces_to_json(message) << '\n';
      continue;
    }
    const std::string bytes = message.SerializeAsString();
    if (format == SampleFormat::kCollectorProtobuf) {
      for (int shift = 24; shift >= 0; shift -= 8)
        out.put(static_cast<char>(bytes.size() >> shift & 0xff));
    } else {
      std::size_t left = bytes.size();
      for (; left >= 0x80; left >>= 7) out.put(static_cast<char>((left & 0x7f) | 0x80));
      out.put(static_cast<char>(left));
    }
    out << bytes;
  }
}

std::string jaeger_span(const Sample& sample) {
  char text[1024];
  char references[160] = "";
  if (sample.parent_id != 0)
    std::snprintf(references, sizeof(references),
                  R"({"refType":"CHILD_OF","traceID":"%016llx%016llx","spanID":"%016llx"})",
                  static_cast<unsigned long long>(sample.trace_high),
                  static_cast<unsigned long long>(sample.trace_low),
                  static_cast<unsigned long long>(sample.parent_id));
  const int bytes = std::snprintf(
      text, sizeof(text),
      R"({"traceID":"%016llx%016llx","spanID":"%016llx","operationName":"%s","references":[%s],)"
      R"("startTime":%llu,"duration":%llu,"tags":[{"key":"span.kind","type":"string",)"
      R"("value":"%s"},{"key":"http.request.method","type":"string","value":"GET"},)"
      R"({"key":"server.address","type":"string","value":"10.0.0.17"},)"
      R"({"key":"db.rows","type":"int64","value":%lld}],"logs":[],"processID":"p%zu",)"
      R"("warnings":null})",
      static_cast<unsigned long long>(sample.trace_high),
      static_cast<unsigned long long>(sample.trace_low),
      static_cast<unsigned long long>(sample.span_id), sample.name, references,
      static_cast<unsigned long long>(sample.start_ns / 1000),
      static_cast<unsigned long long>((sample.end_ns - sample.start_ns) / 1000),
      sample.kind == 2 ? "server" : "client", static_cast<long long>(sample.rows), sample.service);
  return {text, static_cast<std::size_t>(bytes)};
}

void write_jaeger(std::uint64_t requests, std::ostream& out) {
  std::string processes;
  for (std::size_t service = 0; service < kServices.size(); ++service)
    processes += (service == 0 ? "\"p" : ",\"p") + std::to_string(service) +
                 R"(":{"serviceName":")" + kServices[service] + R"(","tags":[]})";
  out << R"({"data":[)";
  for (std::uint64_t request = 0; request < requests; ++request) {
    out << (request == 0 ? "" : ",") << R"({"spans":[)";
    for (std::uint64_t index = 0; index < kRequestSpans; ++index)
      out << (index == 0 ? "" : ",") << jaeger_span(sample_of(request, index));
    out << R"(],"processes":{)" << processes << "}}";
  }
  out << R"(],"total":0,"limit":0,"offset":0,"errors":null})" << '\n';
}

// Requests of 20 spans, as nested as the samples are.
void record_requests(std::uint64_t requests) {
  static constinit Key method{"http.request.method"}, get{"GET"}, rows{"db.rows"};
  for (std::uint64_t request = 0; request < requests; ++request) {
    NANOSPAN_SCOPE(root, "GET /tasks");
    root.set_attribute(method, get);
    for (std::uint64_t index = 1; index < kRequestSpans; ++index) {
      NANOSPAN_SCOPE(query, "db: query");
      query.set_attribute(method, get);
      query.set_attribute(rows, static_cast<std::int64_t>(index));
    }
  }
}

// A process that recorded into rings that lose nothing, and is gone. Its region's path.
std::string write_region(std::uint64_t requests, const std::string& directory) {
  constexpr std::uint64_t kRingBytes = 64u << 20;
  constexpr std::uint64_t kRingSpans = kRingBytes / 64 / 4;  // up to four slots a span
  const std::uint64_t threads = (requests * kRequestSpans + kRingSpans - 1) / kRingSpans;
  int pipe_ends[2];
  if (pipe(pipe_ends) != 0) return {};
  const pid_t child = fork();
  if (child == 0) {
    RecorderOptions options;
    options.service_name = "sample";
    options.region_directory = directory;
    options.budget_bytes = (threads * 2 + 2) * kRingBytes;  // past half of it rings are smaller
    options.ring_bytes_initial = options.ring_bytes_max = kRingBytes;
    options.drain.enabled = false;
    const Recorder recorder = Recorder::start(std::move(options));
    if (!recorder) _exit(1);
    // All alive until the last has recorded: the lane of one that has ended is the next one's.
    std::latch recorded(static_cast<std::ptrdiff_t>(threads));
    std::vector<std::jthread> all;
    for (std::uint64_t i = 0; i < threads; ++i)
      all.emplace_back([&recorded, share = requests / threads + (i < requests % threads ? 1 : 0)] {
        record_requests(share);
        recorded.arrive_and_wait();
      });
    all.clear();
    const std::string path(recorder.region_path());
    if (write(pipe_ends[1], path.data(), path.size()) < 0) _exit(1);
    _exit(0);
  }
  close(pipe_ends[1]);
  std::string path(4096, '\0');
  const ssize_t bytes = read(pipe_ends[0], path.data(), path.size());
  close(pipe_ends[0]);
  waitpid(child, nullptr, 0);
  path.resize(bytes > 0 ? static_cast<std::size_t>(bytes) : 0);
  return path;
}

}  // namespace

const char* name_of(SampleFormat format) {
  switch (format) {
    case SampleFormat::kProtobuf:
      return "protobuf";
    case SampleFormat::kCollectorProtobuf:
      return "collector protobuf";
    case SampleFormat::kJsonLines:
      return "JSON Lines";
    case SampleFormat::kJaegerJson:
      return "Jaeger JSON";
    case SampleFormat::kRegion:
      return "region";
  }
  return "";
}

std::string write_samples(SampleFormat format, std::uint64_t spans, const std::string& directory) {
  const std::uint64_t requests = (spans + kRequestSpans - 1) / kRequestSpans;
  if (format == SampleFormat::kRegion) return write_region(requests, directory);
  const char* const suffix = format == SampleFormat::kProtobuf            ? ".pb"
                             : format == SampleFormat::kCollectorProtobuf ? ".collector.pb"
                             : format == SampleFormat::kJsonLines         ? ".jsonl"
                                                                          : ".jaeger.json";
  const std::string path = directory + "/samples" + suffix;
  std::ofstream out(path, std::ios::binary);
  if (format == SampleFormat::kJaegerJson)
    write_jaeger(requests, out);
  else
    write_otlp(format, requests, out);
  out.close();
  return out ? path : std::string();
}

}  // namespace nanospan::bench
