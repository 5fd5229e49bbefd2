// SPDX-License-Identifier: Apache-2.0
// One Atomic: its commands flattened into one transaction, their statuses written in document
// order afterwards.
#ifndef CSPKIT_CORE_DM_ATOMIC_RUN_HPP_
#define CSPKIT_CORE_DM_ATOMIC_RUN_HPP_

#include <cstddef>
#include <vector>

#include "dm/exchange.hpp"

namespace cspkit::dm {

class AtomicRun {
 public:
  AtomicRun(Exchange& exchange, const syncml::Command& atomic)
      : exchange_(exchange), atomic_(atomic) {}

  void run();

 private:
  void collect(const std::pmr::vector<syncml::Command>& commands);
  void collect_command(const syncml::Command& command);
  void refuse(Code code);
  void answer(const std::pmr::vector<syncml::Command>& commands);
  void answer_command(const syncml::Command& command);
  int sequence_status(std::size_t operations) const;

  Exchange& exchange_;
  const syncml::Command& atomic_;
  std::vector<Operation> operations_;
  std::vector<Outcome> outcomes_;
  std::vector<std::size_t> counts_;  // operations of each command, in document order; of a
                                     // Sequence, those of all below it
  std::size_t next_count_ = 0, next_outcome_ = 0;
  bool committed_ = true;
};

}  // namespace cspkit::dm

#endif  // CSPKIT_CORE_DM_ATOMIC_RUN_HPP_
