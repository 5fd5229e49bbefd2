// SPDX-License-Identifier: Apache-2.0
// What stands in the store for one undo record: the provider's own bytes, and in the first one of a
// transaction the provider's roots, so that they are known when the provider is not loaded.
#ifndef CSPKIT_CORE_TXN_UNDO_RECORD_HPP_
#define CSPKIT_CORE_TXN_UNDO_RECORD_HPP_

#include <cspkit/value.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cspkit::txn {

struct UndoRecord {
  struct Root {
    Scope scope = Scope::kDevice;
    std::string key;  ///< folded canonical path
  };
  std::vector<Root> roots;
  std::string bytes;  ///< the provider's
};

/// byte 1 | roots: u32 | for each: scope: byte, size: u32, key | bytes, to the end. Little-endian.
std::string encode_undo(const UndoRecord& record);
/// Nothing when these are not the bytes of a record.
std::optional<UndoRecord> decode_undo(std::string_view stored);

}  // namespace cspkit::txn

#endif  // CSPKIT_CORE_TXN_UNDO_RECORD_HPP_
