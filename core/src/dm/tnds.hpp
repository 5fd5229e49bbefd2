// SPDX-License-Identifier: Apache-2.0
// An Item that carries a subtree (OMA-TS-DM_TNDS 1.2; OMA-TS-DM_RepPro 1.2, section 6.6.1): one
// operation for each node of the document, to be run as one transaction, and one status for all.
//
// Choices where no source says:
//  * Paths are relative to the Item's Target; only topmost Nodes have one.
//  * Replace replaces the values that the document holds and leaves the rest of the subtree alone.
//  * Title, TStamp, VerNo and ACL of the document are not taken over.
//  * A document that cannot be read is 415.
#ifndef CSPKIT_CORE_DM_TNDS_HPP_
#define CSPKIT_CORE_DM_TNDS_HPP_

#include <cspkit/result.hpp>
#include <deque>
#include <string>
#include <vector>

#include "dm/command_runner.hpp"
#include "syncml/message.hpp"

namespace cspkit::dm {

/// True of an Add or Replace whose Type says that its Data is such a document.
bool is_tnds(const syncml::Command& command, const syncml::Item& item);

class Tnds {
 public:
  /// Reads the Item's document. kBadFormat: it is none; kTooLarge: more nodes than `kMaxNodes`, or
  /// nested deeper than kMaxDepth, or addresses of more than kMaxUriBytes together; kUriTooLong:
  /// one of more than `max_uri_bytes`.
  Status read(const syncml::Command& command, const syncml::Item& item, std::size_t max_uri_bytes);
  /// At least one; their strings live in this object.
  const std::vector<Operation>& operations() const { return operations_; }
  /// It stands in no Atomic.
  void mark_lone() {
    for (Operation& operation : operations_) operation.lone_document = true;
  }

  static constexpr std::size_t kMaxNodes = 100'000;
  static constexpr std::size_t kMaxDepth = 64;
  static constexpr std::size_t kMaxUriBytes = std::size_t{64} << 20;

 private:
  class Walk;
  std::vector<Operation> operations_;
  std::deque<std::string> texts_;
};

/// What several operations that share one status came to: the first that failed by itself, else the
/// worst of what became of all. That of a document's node names the node.
Outcome merged(const Operation* operations, const Outcome* first, const Outcome* last);

}  // namespace cspkit::dm

#endif  // CSPKIT_CORE_DM_TNDS_HPP_
