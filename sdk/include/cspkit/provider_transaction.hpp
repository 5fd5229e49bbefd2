// SPDX-License-Identifier: Apache-2.0
// cspkit/provider_transaction.hpp: effects outside the host that are undone when a transaction
// fails or is cut off. Included by provider.hpp; include that. C++17, standard library only.
#ifndef CSPKIT_PROVIDER_TRANSACTION_HPP_
#define CSPKIT_PROVIDER_TRANSACTION_HPP_

#include <cspkit/provider_call.hpp>
#include <cspkit/result.hpp>
#include <cstdint>
#include <string>
#include <string_view>

namespace cspkit {
inline namespace sdk1 {

/// Derive from it beside Provider when changing handlers have effects outside the host: files,
/// devices, another process. The host then makes one transaction of its own tree and of what all
/// providers did, whatever dies and whenever:
///
///   begin, undo_for of each handler to come, [the records are on disk], handlers, [the decision],
///   commit, end;  or, when anything fails, apply_undo of each record, the last one first, and end.
///
/// After a crash, before start(): commit and end for what was decided, apply_undo and end for what
/// was not. Functions are called under the provider's lock, like handlers, one transaction at a
/// time. An exception counts as a failure with its text. The contract itself: abi.h,
/// cspkit.transaction/1.
class Transactional {
 public:
  virtual ~Transactional() = default;

  /// What undoes the operation that `call` describes (path, captures, verb, value); empty: there
  /// will be nothing to undo. It must restore the state before the transaction, absolutely ("the
  /// file held this", "there was none"): it is asked for before the first effect, also of what does
  /// not exist yet, and the operation may not follow. See Rule::undo_each(), Rule::irreversible().
  /// `call` can read, not change. An error fails the command.
  virtual Result<std::string> undo_for(Call& call) = 0;
  /// Undoes. Must do no harm to an operation that never, half, or already undone happened. While it
  /// fails, changes below the provider's roots are refused, and it is tried again.
  virtual Status apply_undo(std::string_view record) = 0;

  /// The first word of a transaction. An error fails the command.
  virtual Status begin(std::uint64_t transaction) {
    static_cast<void>(transaction);
    return {};
  }
  /// The transaction is decided: throw away what undoing would have needed, make visible what was
  /// prepared. Cannot change the outcome; repeated when it fails, and after a crash.
  virtual Status commit(std::uint64_t transaction) {
    static_cast<void>(transaction);
    return {};
  }
  /// The last word.
  virtual void end(std::uint64_t transaction) { static_cast<void>(transaction); }

 protected:
  /// Copied by a provider that is, which is none that is loaded.
  /// @{
  Transactional() = default;
  Transactional(const Transactional&) = default;
  Transactional& operator=(const Transactional&) = default;
  /// @}
};

}  // namespace sdk1
}  // namespace cspkit

#endif  // CSPKIT_PROVIDER_TRANSACTION_HPP_
