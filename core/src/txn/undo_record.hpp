// SPDX-License-Identifier: Apache-2.0
// What stands in the store for undo records of one provider that were saved together: the
// provider's own bytes, and in the first ones of a transaction the provider's roots, so that they
// are known when the provider is not loaded.
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

/// byte 3 | roots | for each: scope: byte, size, key | records | for each: size, bytes. Numbers as
/// store/record_bytes.hpp has them. One record at least; the roots are the first one's.
std::string encode_undo(const std::vector<UndoRecord::Root>& roots,
                        const std::vector<std::string_view>& records);
/// Nothing when these are no such bytes. Takes what older versions of the schema wrote, too, with
/// numbers of four bytes, the lowest first: 4 and 5 the same behind byte 2, 3 behind byte 1 the
/// roots and the bytes of one record to the end.
std::optional<std::vector<UndoRecord>> decode_undo(std::string_view stored);

}  // namespace cspkit::txn

#endif  // CSPKIT_CORE_TXN_UNDO_RECORD_HPP_
