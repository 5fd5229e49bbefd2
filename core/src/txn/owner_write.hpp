// SPDX-License-Identifier: Apache-2.0
// Changes as the owner of a node makes them (the provider, the embedder): bound by format and by
// the tree's shape, not by AccessType; no handler is called.
#ifndef CSPKIT_CORE_TXN_OWNER_WRITE_HPP_
#define CSPKIT_CORE_TXN_OWNER_WRITE_HPP_

#include <cspkit/result.hpp>
#include <cspkit/value.hpp>
#include <cstdint>
#include <string>
#include <string_view>

#include "gate/gate.hpp"
#include "gate/world.hpp"
#include "txn/transaction.hpp"

namespace cspkit::txn {

/// Path of the first n segments with dynamic names as they were created, where they exist.
std::string spelled_path(const gate::View& view, const gate::Target& target, std::size_t n);

/// Sets the row of segment n: an interior node, or a leaf with its initial value. `flags` are the
/// row's.
void make_node(Transaction& transaction, const gate::World& world, const gate::Target& target,
               std::size_t n, std::int64_t now_ms, std::uint32_t flags = 0);

/// Sets the row of the target to a value; its ancestors are not looked at. `existed`: set or by
/// rule.
void put_value(Transaction& transaction, const gate::Target& target, Value value, std::string mime,
               std::int64_t now_ms, bool existed);

/// Sets a leaf, or makes an interior node, with missing ancestors. `target` is resolved.
/// kBadFormat.
Status owner_set(Transaction& transaction, const gate::World& world, const gate::Target& target,
                 Value value, std::int64_t now_ms, std::string mime = {});
/// Sets a leaf that is set, whose row is this one, and above which nothing is missing.
/// kBadFormat, kTooLarge, kFull.
Status owner_reset(Transaction& transaction, const ddf::Node& leaf, const NodeRow& row, Value value,
                   std::int64_t now_ms, std::string mime = {});
/// Makes a node, and missing ancestors, exist; leaves get their initial value. Nothing when it was
/// set already. kFull.
Status owner_create(Transaction& transaction, const gate::World& world, const gate::Target& target,
                    std::int64_t now_ms);

}  // namespace cspkit::txn

#endif  // CSPKIT_CORE_TXN_OWNER_WRITE_HPP_
