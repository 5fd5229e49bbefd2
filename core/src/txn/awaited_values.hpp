// SPDX-License-Identifier: Apache-2.0
// Values of Replaces that were answered 202 and are applied when their handlers end well. What was
// done to the node in between came later, and stands. The same of instances that handlers which go
// on were called for: what they do to one that was deleted in between comes to nothing.
#ifndef CSPKIT_CORE_TXN_AWAITED_VALUES_HPP_
#define CSPKIT_CORE_TXN_AWAITED_VALUES_HPP_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "store/store.hpp"
#include "txn/transaction.hpp"

namespace cspkit::txn {

/// Is a folded path that of the node, or of one below it?
bool at_or_below(std::string_view key, std::string_view above);

/// Read and written with the turn.
struct AwaitedValue {
  std::string user, key;
  bool lasts_when_written = false;  ///< an instance: only its removal counts
  bool superseded = false;  ///< the node was written, or went, since the command was answered
};

/// All that are waited for. Used with the turn.
class AwaitedValues {
 public:
  std::shared_ptr<const AwaitedValue> expect(std::string user, std::string key);
  std::shared_ptr<const AwaitedValue> expect_instance(std::string user, std::string key);
  /// Whatever a transaction is about to change, or to take back to its initial state.
  void note(const std::vector<store::NodeKey>& erased, const store::Batch& batch) {
    if (!waiting_.empty()) note_some(erased, batch);
  }

 private:
  void note_some(const std::vector<store::NodeKey>& erased, const store::Batch& batch);
  std::shared_ptr<AwaitedValue> wait_for(std::string user, std::string key);
  std::vector<std::weak_ptr<AwaitedValue>> waiting_;
};

}  // namespace cspkit::txn

#endif  // CSPKIT_CORE_TXN_AWAITED_VALUES_HPP_
