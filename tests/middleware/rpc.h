// A framework that nanospan knows nothing of, small enough for a test: calls by name, with
// metadata, that go through a wire of text.
//
// Threads: the caller's; a Server answers where it is asked.
#pragma once

#include <functional>
#include <map>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace rpc {

struct Call {
  std::string method;  // "tasks/list"
  std::vector<std::pair<std::string, std::string>> metadata;
  std::string payload;
};
struct Reply {
  int code = 0;  // 0: it worked
  std::string payload;
};
using Handler = std::function<Reply(const Call&)>;

class Server {
 public:
  void add(const std::string& method, Handler handler) { handlers_[method] = std::move(handler); }
  // One call as it came: the method, a line for each entry of metadata, an empty one, the payload.
  [[nodiscard]] Reply answer(const std::string& untrusted_bytes) const {
    std::istringstream in(untrusted_bytes);
    Call call;
    std::getline(in, call.method);
    for (std::string line; std::getline(in, line) && !line.empty();)
      call.metadata.emplace_back(line.substr(0, line.find(' ')), line.substr(line.find(' ') + 1));
    std::getline(in, call.payload, '\0');
    const auto handler = handlers_.find(call.method);
    return handler == handlers_.end() ? Reply{12, "no such method"} : handler->second(call);
  }

 private:
  std::map<std::string, Handler> handlers_;
};

class Channel {
 public:
  explicit Channel(const Server& server) : server_(server) {}
  [[nodiscard]] Reply send(const Call& call) const {
    std::string bytes = call.method + "\n";
    for (const auto& [key, value] : call.metadata) bytes.append(key + " " + value + "\n");
    return server_.answer(bytes + "\n" + call.payload);
  }

 private:
  const Server& server_;
};

}  // namespace rpc
