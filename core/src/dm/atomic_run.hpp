// SPDX-License-Identifier: Apache-2.0
// One Atomic: its commands flattened into one transaction, their statuses written in document
// order afterwards.
#ifndef CSPKIT_CORE_DM_ATOMIC_RUN_HPP_
#define CSPKIT_CORE_DM_ATOMIC_RUN_HPP_

#include <cstddef>
#include <deque>
#include <vector>

#include "dm/exchange.hpp"
#include "dm/tnds.hpp"

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
  int sequence_status(std::size_t answers) const;

  Exchange& exchange_;
  const syncml::Command& atomic_;
  void add(const Operation& operation);
  void add_tnds(const syncml::Command& command, const syncml::Item& item);
  void merge_outcomes();

  std::vector<Operation> operations_;
  std::vector<std::size_t> first_;   // of each answer, in operations_
  std::deque<Tnds> documents_;       // whose operations are among them
  std::vector<Outcome> outcomes_;    // of each answer
  std::vector<std::size_t> counts_;  // answers of each command, in document order; of a Sequence,
                                     // those of all below it
  std::size_t next_count_ = 0, next_outcome_ = 0;
  bool committed_ = true;
};

}  // namespace cspkit::dm

#endif  // CSPKIT_CORE_DM_ATOMIC_RUN_HPP_
