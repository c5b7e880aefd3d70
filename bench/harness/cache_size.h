// How large this machine says its caches are.
//
// Threads: any.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace nanospan::bench {

// The second-level cache of a core, as the folder of its caches in sysfs says. 0: it doesn't.
[[nodiscard]] std::size_t l2_bytes(const std::string& untrusted_folder);
[[nodiscard]] std::size_t l2_bytes(unsigned cpu);

// "1024K", "2M", "512": 0 of anything else.
[[nodiscard]] std::size_t cache_bytes_of(std::string_view untrusted);

}  // namespace nanospan::bench
