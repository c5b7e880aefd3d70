// The table that people read and the JSON file, of all rows and of the peers that were not run.
//
// Threads: one.
#pragma once

#include <string>
#include <vector>

#include "harness/cost.h"
#include "peers/peer_process.h"
#include "peers/row.h"

namespace nanospan::bench::peers {

void print_peers(const std::vector<PeerProcess>& peers);
void print_row(const Row& row, const std::vector<PeerProcess>& peers);
// The head and the rounds in the form of nanospan_bench's file. False: it can't be written.
bool write_json(const std::string& path, const Effort& effort, const std::vector<Row>& rows,
                const std::vector<PeerProcess>& peers);

}  // namespace nanospan::bench::peers
