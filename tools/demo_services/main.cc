// nanospan_demo: the processes of tools/demo, which is how to run it.
#include <sys/prctl.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>

#include "causes.h"
#include "load.h"
#include "service.h"
#include "slow_link.h"
#include "verdict.h"

namespace {

struct Options {
  demo::ServiceOptions service;
  demo::LoadOptions load;
  std::string cause = "lock", analysis;
};

void add_ports(CLI::App& command, Options& options) {
  command.add_option("--ports", options.service.ports, "folder of the services' ports")->required();
}

void add_cause(CLI::App& command, Options& options) {
  command.add_option("--cause", options.cause, "why some requests are slow")
      ->check([](const std::string& name) {
        return demo::cause_of(name) ? "" : "'" + name + "' is no cause";
      });
}

void add_processes(CLI::App& app, Options& options) {
  CLI::App* const serve = app.add_subcommand("serve", "One of the services, until SIGTERM");
  serve->add_option("service", options.service.name, "api-gateway, ...")->required();
  serve->add_option("--folder", options.service.folder, "for its files")->required();
  add_ports(*serve, options);
  add_cause(*serve, options);
  serve->callback([&] {
    options.service.cause = *demo::cause_of(options.cause);
    demo::run_service(options.service);
  });
  CLI::App* const link = app.add_subcommand("link", "A network that loses packets, until killed");
  link->add_option("service", options.service.name, "where it leads to")->required();
  add_ports(*link, options);
  link->callback(
      [&] { demo::run_slow_link(demo::Ports(options.service.ports), options.service.name); });
  CLI::App* const load = app.add_subcommand("load", "Clients of api-gateway");
  load->add_option("--requests", options.load.requests)->check(CLI::Range(10, 1'000'000));
  load->add_option("--clients", options.load.clients)->check(CLI::Range(1, 16));
  load->add_flag("--progress", options.load.shows_progress);
  add_ports(*load, options);
  load->callback([&] { demo::run_load(demo::Ports(options.service.ports), options.load); });
}

void add_texts(CLI::App& app, Options& options, int& code) {
  CLI::App* const explain =
      app.add_subcommand("explain", "What a cause is, and the span whose time would be saved");
  add_cause(*explain, options);
  explain->callback([&] { std::puts(demo::explained(*demo::cause_of(options.cause)).c_str()); });
  CLI::App* const question = app.add_subcommand("question", "What the numbers leave open");
  question->add_option("analysis", options.analysis, "of nanospan analyze --json")->required();
  question->callback([&] { std::fputs(demo::question_of(options.analysis).c_str(), stdout); });
  CLI::App* const verdict =
      app.add_subcommand("verdict", "Was the cause found that was injected? Exit code 1: no");
  verdict->add_option("analysis", options.analysis, "of nanospan analyze --json")->required();
  add_cause(*verdict, options);
  verdict->callback([&] {
    const auto judged = demo::verdict_of(options.analysis, *demo::cause_of(options.cause));
    std::fputs(judged.text.c_str(), stdout);
    code = judged.agrees ? 0 : 1;
  });
}

// Whoever started it is gone: so are the processes of the demonstration, whatever killed it. False:
// it is gone already, and no signal tells of that any more.
bool end_with_parent() {
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  const char* const parent = std::getenv("DEMO_PARENT");
  return parent == nullptr || std::to_string(getppid()) == parent;
}

}  // namespace

int main(int argc, char** argv) {
  if (!end_with_parent()) return 1;
  std::signal(SIGPIPE, SIG_IGN);
  CLI::App app{"The processes of tools/demo, which is how to run it", "nanospan_demo"};
  app.require_subcommand(1);
  Options options;
  int code = 0;
  add_processes(app, options);
  add_texts(app, options, code);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "nanospan_demo: %s\n", error.what());
    return 1;
  }
  return code;
}
