// SPDX-License-Identifier: Apache-2.0
// cspkit/subscription.hpp: who watches the tree. Engine::subscribe() gives a Subscription; its
// callback gets every committed transaction that changed something at or below the address.
//
//   auto seen = engine.subscribe("./Vendor/MSFT/Office", [](const cspkit::ChangeBatch& batch) {
//     for (const cspkit::NodeChange& change : batch.changes) log(change.uri);
//   });
//
// Threads: callbacks of one subscription run one at a time on the engine's executor, in the order
// of the commits, after the change is durable and visible. They may use the engine and may end
// their own subscription; they must not destroy the engine.
#ifndef CSPKIT_SUBSCRIPTION_HPP_
#define CSPKIT_SUBSCRIPTION_HPP_

#include <cspkit/export.hpp>
#include <cspkit/value.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace cspkit {

/// What became of a node.
enum class ChangeKind : std::uint8_t {
  kSet,      ///< it existed and has another value, type or title
  kCreated,  ///< it did not exist before
  kRemoved   ///< it does not exist any more, nor does anything below it
};

/// Who changed it.
enum class ChangeCause : std::uint8_t {
  kCommand,   ///< a command of a session, with all that providers did for it
  kProvider,  ///< a batch or a refresh of a provider
  kOwner,     ///< Engine::owner()
  kRecovery   ///< what a start found unfinished and set right
};

/// One node that changed. Leaves without Get and secret values are never told of.
struct NodeChange {
  std::string uri;                     ///< as TreeEntry's
  ChangeKind kind = ChangeKind::kSet;  ///< what became of it
  bool leaf = false;                   ///< false: an interior node
  /// Leaves only. A leaf that existed without having been set had its first value (DefaultValue,
  /// else the empty one); one that a Delete takes back to it has that value after.
  /// @{
  std::optional<Value> before, after;
  /// @}
};

/// One committed transaction, as far as a subscription sees it.
struct ChangeBatch {
  std::uint64_t transaction = 0;              ///< grows in the order of the commits
  ChangeCause cause = ChangeCause::kCommand;  ///< who changed them
  std::string provider;                       ///< of kProvider
  /// True when earlier batches were dropped because the callback was too slow: more than 10,000 or
  /// 64 MiB waited for it. Look at the subtree anew.
  bool missed = false;
  /// By scope, user and address. A node that goes takes those below it along: below a removed node
  /// only those that had been set are listed.
  std::vector<NodeChange> changes;
};

/// Told of one transaction; the batch is borrowed until it returns. Must not throw.
using ChangeCallback = std::function<void(const ChangeBatch& batch)>;

/// Keeps a callback subscribed. Destroying it ends the subscription as cancel() does. May outlive
/// its engine: then it does nothing.
class CSPKIT_API Subscription {
 public:
  /// What the engine knows of it.
  class Subscriber;

  Subscription() = default;  ///< of nothing
  /// For Engine::subscribe().
  explicit Subscription(std::shared_ptr<Subscriber> subscriber)
      : subscriber_(std::move(subscriber)) {}
  /// Moves it; what is assigned to is cancelled first.
  /// @{
  Subscription(Subscription&&) noexcept = default;
  Subscription& operator=(Subscription&& other) noexcept;
  /// @}
  ~Subscription() { cancel(); }

  /// Ends it: when this returns no callback runs and none will; called from within the callback,
  /// the one that runs is the last. What waited is dropped. Safe to repeat. Two callbacks that end
  /// each other's subscriptions at once wait for each other for ever.
  void cancel();
  /// False once cancelled, or when the engine has gone.
  bool active() const;

 private:
  std::shared_ptr<Subscriber> subscriber_;
};

}  // namespace cspkit

#endif  // CSPKIT_SUBSCRIPTION_HPP_
