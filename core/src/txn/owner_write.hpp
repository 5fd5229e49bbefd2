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
/// The same into `path`. `known`: a row of the target that need not be looked up any more.
void spell_path(const gate::View& view, const gate::Target& target, std::size_t n,
                std::string& path, const gate::Found& known = {});

/// Sets the row of segment n: an interior node, or a leaf with its initial value. `flags` are the
/// row's.
void make_node(Transaction& transaction, const gate::World& world, const gate::Target& target,
               std::size_t n, std::uint32_t flags = 0);

/// Sets the row of the target to a value; its ancestors are not looked at. `existed`: set or by
/// rule. `known`: the row, if the caller has it. `value` is left with memory for another one.
void put_value(Transaction& transaction, const gate::Target& target, Value&& value,
               std::string&& mime, bool existed, Transaction::Direct known = {});

/// Sets a leaf, or makes an interior node, with missing ancestors. `target` is resolved.
/// kBadFormat.
Status owner_set(Transaction& transaction, const gate::World& world, const gate::Target& target,
                 Value value, std::string mime = {});
/// Sets a leaf that Transaction::find_direct() found. kBadFormat, kTooLarge, kFull.
Status owner_reset(Transaction& transaction, const ddf::Node& leaf,
                   const Transaction::Direct& found, Value value, std::string mime = {});
/// The same of a value that somebody else keeps.
Status owner_reset(Transaction& transaction, const ddf::Node& leaf,
                   const Transaction::Direct& found, BorrowedValue value, std::string_view mime);
/// Makes a node, and missing ancestors, exist; leaves get their initial value. Nothing when it was
/// set already. kFull.
Status owner_create(Transaction& transaction, const gate::World& world, const gate::Target& target);

}  // namespace cspkit::txn

#endif  // CSPKIT_CORE_TXN_OWNER_WRITE_HPP_
