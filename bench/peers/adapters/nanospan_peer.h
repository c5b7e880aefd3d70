// NanospanPeer: our own recorder as a peer, with its drain; by which loop decides who makes it.
//
// Threads: as Peer says.
#pragma once

#include <iostream>
#include <optional>
#include <string>
#include <string_view>

#include "nanospan/log.h"
#include "nanospan/recorder.h"
#include "peers/peer.h"
#include "recording/session.h"

namespace nanospan::bench::peers {

class NanospanPeer : public Peer {
 public:
  NanospanPeer(PeerFacts facts, Loops loops) : facts_(std::move(facts)), loops_(loops) {}
  [[nodiscard]] PeerFacts facts() const override { return facts_; }
  [[nodiscard]] Loops loops() const override { return loops_; }
  [[nodiscard]] std::string start() override {
    set_log_handler([](LogLevel level, std::string_view text) {
      if (level != LogLevel::kInfo) std::cerr << text << '\n';
    });
    session_.emplace(Drained::kYes);
    return session_->problem();
  }
  void prepare_thread() override { (void)nanospan::prepare_thread(); }
  Delivery settle() override {
    session_->flush();
    return {session_->exported(), session_->lost(), session_->exported_bytes()};
  }

 private:
  PeerFacts facts_;
  Loops loops_;
  std::optional<Session> session_;
};

}  // namespace nanospan::bench::peers
