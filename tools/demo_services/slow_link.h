// The link between two services, as a process of its own: it passes on bytes in both directions,
// and delays those of some connections where the cause is the network.
//
// It takes the service's place in the folder of ports, and runs until it is killed.
#pragma once

#include <string>

#include "ports.h"

namespace demo {

// Throws std::runtime_error where there is no such service or no socket to be had.
[[noreturn]] void run_slow_link(const Ports& ports, const std::string& service);

}  // namespace demo
