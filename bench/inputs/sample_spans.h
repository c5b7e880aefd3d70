// Files of any number of spans, the same each time: what the readers are measured with.
//
// Requests of 20 spans through five services, four attributes a span, four levels deep.
// Threads: the caller's; a region is written by a process of its own.
#pragma once

#include <cstdint>
#include <string>

namespace nanospan::bench {

enum class SampleFormat { kProtobuf, kCollectorProtobuf, kJsonLines, kJaegerJson, kRegion };

[[nodiscard]] const char* name_of(SampleFormat format);
// The path of a file in `directory`, with `spans` rounded up to whole requests; "": it can't be
// written.
[[nodiscard]] std::string write_samples(SampleFormat format, std::uint64_t spans,
                                        const std::string& directory);

}  // namespace nanospan::bench
