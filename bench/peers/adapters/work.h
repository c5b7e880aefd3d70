// The attributes that all peers record: a literal, a 24-byte string, an int64, a double; those of
// nanospan's own loops (span_loops.h).
//
// Threads: any.
#pragma once

#include <string_view>

namespace nanospan::bench::peers {

inline constexpr char kSpanName[] = "work";
inline constexpr char kMethodKey[] = "http.request.method", kMethod[] = "GET";
inline constexpr char kUserKey[] = "user.id", kRowsKey[] = "db.rows", kRatioKey[] = "cache.ratio";

// Its length comes at run time, as a user's would; zero-terminated for those that want it so.
inline std::string_view user_id() {
  std::string_view id = "7f3b52c1-9f1e-4c7a-b2d4-";
  asm volatile("" : "+m"(id));
  return id;
}

}  // namespace nanospan::bench::peers
