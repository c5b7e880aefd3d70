// The peers that there are, in the order in which they are measured, and what each needs to be
// built.
//
// Threads: any.
#pragma once

namespace nanospan::bench::peers {

struct Entry {
  const char* name;     // for people, before its program has said its own
  const char* program;  // beside the runner
  const char* needs;    // what was missing when there is no program
};

// The first is the least recorder, which the others are held against; the second is ours.
inline constexpr Entry kRoster[] = {
    {"R, the least recorder", "nanospan_peer_least", ""},
    {"nanospan", "nanospan_peer_nanospan", ""},
    {"mutex and vector", "nanospan_peer_mutex_vector", ""},
    {"moodycamel queue", "nanospan_peer_moodycamel", "Debian's libconcurrentqueue-dev"},
    {"LTTng-UST", "nanospan_peer_lttng_ust", "Debian's liblttng-ust-dev and lttng-tools"},
    {"spall", "nanospan_peer_spall", "-DNANOSPAN_PEER_SPALL=DIR"},
    {"Tracy", "nanospan_peer_tracy", "-DNANOSPAN_PEER_TRACY=DIR"},
    {"NanoLog", "nanospan_peer_nanolog", "-DNANOSPAN_PEER_NANOLOG=DIR"},
    {"Perfetto SDK", "nanospan_peer_perfetto", "-DNANOSPAN_PEER_PERFETTO=DIR"},
    {"OpenTelemetry C++", "nanospan_peer_opentelemetry", "-DNANOSPAN_PEER_OPENTELEMETRY=DIR"},
    {"fastrace", "nanospan_peer_fastrace", NANOSPAN_PEERS_RUST_LACKS},
    {"tracing and OpenTelemetry", "nanospan_peer_tracing", NANOSPAN_PEERS_RUST_LACKS},
};

}  // namespace nanospan::bench::peers
