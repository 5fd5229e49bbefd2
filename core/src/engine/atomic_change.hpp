// SPDX-License-Identifier: Apache-2.0
// One Atomic: every command is judged before any runs, all run in one transaction, and all of it
// is decided or undone.
#ifndef CSPKIT_CORE_ENGINE_ATOMIC_CHANGE_HPP_
#define CSPKIT_CORE_ENGINE_ATOMIC_CHANGE_HPP_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "dm/command_runner.hpp"
#include "engine/effects.hpp"
#include "engine/engine_impl.hpp"
#include "engine/operations.hpp"
#include "txn/transaction.hpp"

namespace cspkit {

/// Used by the holder of the turn, once.
class AtomicChange {
 public:
  enum class Of : std::uint8_t {
    kAtomic,
    kLoneCommand  ///< one operation, which stands in no Atomic: AtomicRequired refuses it
  };
  AtomicChange(EngineImpl& engine, const Principal& principal, std::uint64_t session,
               const std::vector<dm::Operation>& operations, std::vector<dm::Outcome>& outcomes,
               Of of = Of::kAtomic);
  AtomicChange(const AtomicChange&) = delete;
  AtomicChange& operator=(const AtomicChange&) = delete;
  ~AtomicChange();

  /// True when it was decided. Else the outcomes are those of an Atomic that failed.
  bool run();

 private:
  bool judge();
  Status judge_one(std::size_t i);
  Status judge_copy(const dm::Operation& operation, std::size_t i);
  bool put_in_order();
  Status prepare(std::size_t& failed);
  Status run_one(std::size_t i);
  Status read_source(const dm::Operation& operation, std::size_t i);
  void choose_copy_verb(std::size_t i);
  void fail(std::size_t i, Status status, std::size_t done);

  EngineImpl& engine_;
  const gate::World& world_;
  const Principal& principal_;
  std::uint64_t session_;
  const std::vector<dm::Operation>& operations_;
  std::vector<dm::Outcome>& outcomes_;
  Of of_;
  txn::Transaction transaction_;
  Effects effects_;
  Changer changer_;
  std::vector<Change> changes_;        // by operation; there may be more
  std::vector<gate::Target> sources_;  // of Copy, by operation; none when there is no Copy
  std::vector<std::size_t> order_;     // as they run: what cannot be undone comes last
};

}  // namespace cspkit

#endif  // CSPKIT_CORE_ENGINE_ATOMIC_CHANGE_HPP_
