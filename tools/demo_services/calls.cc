#include "calls.h"

#include <nanospan/middleware/httplib.h>

#include <map>
#include <memory>

namespace demo {
namespace {

using Client = std::unique_ptr<nanospan::TracedClient>;

constexpr time_t kPatienceSeconds = 30;

Client connect(int port, Connection connection) {
  auto client = std::make_unique<nanospan::TracedClient>("127.0.0.1", port);
  client->set_keep_alive(connection == Connection::kKept);
  client->set_tcp_nodelay(true);
  client->set_read_timeout(kPatienceSeconds);
  return client;
}

// This thread's.
Client& kept_client(const std::string& service) {
  thread_local std::map<std::string, Client> clients;
  return clients[service];
}

template <typename Send>
Answer call(const Ports& ports, const Endpoint& to, const Send& send) {
  Client own;
  Client& client = to.connection == Connection::kKept ? kept_client(to.service) : own;
  if (client == nullptr) {
    const auto port = ports.find(to.service);
    if (!port) return {};
    client = connect(*port, to.connection);
  }
  const httplib::Result result = send(*client);
  if (result) return {result->status, result->body};
  client.reset();  // the service may listen elsewhere by now
  return {};
}

}  // namespace

Answer Calls::get(const Endpoint& to, const httplib::Params& params) {
  return call(ports_, to, [&](nanospan::TracedClient& client) {
    return client.Get({httplib::append_query_params(to.path, params), {.url_template = to.path}});
  });
}

Answer Calls::post(const Endpoint& to, const httplib::Params& params, int resend_count) {
  return call(ports_, to, [&](nanospan::TracedClient& client) {
    return client.Post({to.path, {.url_template = to.path, .resend_count = resend_count}}, params);
  });
}

}  // namespace demo
