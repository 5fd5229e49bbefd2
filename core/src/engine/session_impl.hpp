// SPDX-License-Identifier: Apache-2.0
// A session: the way of one command from its text to its outcome.
#ifndef CSPKIT_CORE_ENGINE_SESSION_IMPL_HPP_
#define CSPKIT_CORE_ENGINE_SESSION_IMPL_HPP_

#include <cspkit/engine.hpp>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <vector>

#include "dm/command_runner.hpp"
#include "dm/dm_session.hpp"
#include "engine/engine_impl.hpp"
#include "engine/operations.hpp"

namespace cspkit {

class SessionImpl : public dm::CommandRunner {
 public:
  SessionImpl(EngineImpl& engine, Principal principal, bool one_shot = false);

  // ---- dm::CommandRunner ----
  void run(const dm::Operation& operation, dm::Outcome& outcome) override;
  bool run_atomic(const std::vector<dm::Operation>& operations,
                  std::vector<dm::Outcome>& outcomes) override;
  void alert(AlertRecord record) override;
  std::vector<QueuedAlert> queued_alerts(std::int64_t after, std::size_t max_bytes) override {
    return engine_.queued_alerts(principal_, after, max_bytes);
  }
  void alerts_acknowledged(const std::vector<std::int64_t>& ids) override;
  Clock::Duration steady_now() override { return engine_.clock().steady_now(); }

  Result<std::string> process(std::string_view message);
  bool reply_wanted() const { return dm_.reply_wanted(); }
  /// At most `max_bytes` of a list.
  Status get(std::string_view uri, dm::Outcome& outcome,
             std::size_t max_bytes = std::numeric_limits<std::size_t>::max());
  /// The same without bringing anything up to date before.
  Status get_at_present(std::string_view uri, dm::Outcome& outcome,
                        std::size_t max_bytes = std::numeric_limits<std::size_t>::max());
  /// A Get that nothing but the row at that address decides: false when it is not one.
  bool get_direct(std::string_view uri, Value& value, std::string* mime);
  /// A change whose value is typed already; null: none.
  Status change(dm::Verb verb, std::string_view uri, const Value* value);
  Result<NodeDemands> demands(std::string_view uri);
  Result<std::vector<TreeEntry>> list(std::string_view uri);

  const Principal& principal() const { return principal_; }
  const std::vector<AlertRecord>& alerts() const { return alerts_; }
  const std::vector<int>& last_statuses() const { return statuses_; }

 private:
  Status run_change(const dm::Operation& operation, const Value* typed, std::string& failing_uri);
  /// Of `change_`: all up to its commit.
  Status judge_and_apply(const dm::Operation& operation, const Value* typed, Changer& changer,
                         Effects& effects, std::string& failing_uri);
  Status leave_pending(const dm::Operation& operation, const Change& change,
                       const Changer::LeftPending& left, txn::Transaction& transaction,
                       Effects& effects);
  void run_copy(const dm::Operation& operation, dm::Outcome& outcome);
  /// The rest of a Get once the node is known to exist; a provider is asked after `lock` was given
  /// back.
  Status get_value(const gate::World& world, std::shared_lock<tree::TreeMutex::Seat>& lock,
                   dm::Outcome& outcome);
  /// Gives `lock` back.
  Status get_list(const gate::World& world, std::shared_lock<tree::TreeMutex::Seat>& lock,
                  std::string_view uri, std::size_t max_bytes, dm::Outcome& outcome);
  Status get_property(const gate::World& world, std::shared_lock<tree::TreeMutex::Seat>& lock,
                      dm::Outcome& outcome);
  void refresh(std::string_view uri);

  EngineImpl& engine_;
  Principal principal_;
  std::uint64_t id_;
  tree::TreeMutex::Seat seat_;  // at the tree, for Gets
  dm::DmSession dm_;
  dm::Operation operation_;  // of change()
  Change change_;            // reused, too
  gate::Target target_;      // reused: a Get of a stored value allocates for its result only
  std::vector<AlertRecord> alerts_;
  std::vector<int> statuses_;
};

}  // namespace cspkit

#endif  // CSPKIT_CORE_ENGINE_SESSION_IMPL_HPP_
