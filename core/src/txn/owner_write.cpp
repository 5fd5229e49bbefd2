// SPDX-License-Identifier: Apache-2.0
#include "txn/owner_write.hpp"

#include <fmt/format.h>

#include <cspkit/ddf/rules.hpp>
#include <limits>
#include <utility>

namespace cspkit::txn {

void spell_path(const gate::View& view, const gate::Target& target, std::size_t n,
                std::string& path, const gate::Found& known) {
  const ddf::Address& address = target.address;
  path.assign(address.path_of(n));
  // A row spells the names above it, too: the deepest one knows all. Static names are the DDF's.
  const NodeRow* row = nullptr;
  for (std::size_t i = n; i != 0; --i) {
    const ddf::Address::Segment& segment = address.segments[i - 1];
    if (!segment.dynamic) continue;
    if (!row) row = i <= known.segment ? known.row : view.find(target.user, address.key_of(i));
    if (!row) continue;
    const std::size_t begin = i == 1 ? 0 : address.segments[i - 2].path_end + 1;
    row->path.copy(path.data() + begin, segment.path_end - begin, begin);
  }
}

std::string spelled_path(const gate::View& view, const gate::Target& target, std::size_t n) {
  std::string path;
  spell_path(view, target, n, path);
  return path;
}

void make_node(Transaction& transaction, const gate::World& world, const gate::Target& target,
               std::size_t n, std::uint32_t flags) {
  const ddf::Node node = world.schema->node(target.address.segments[n - 1].node);
  NodeRow row;
  row.user = target.user;
  row.key = std::string(target.address.key_of(n));
  row.path = spelled_path(transaction, target, n);
  row.format = Format::kNode;
  row.flags = flags;
  if (node.is_leaf()) {
    Value value = ddf::initial_value(node);
    row.format = value.format;
    row.value = std::move(value.data);
  }
  transaction.put(std::move(row));
}

namespace {

bool is_initial(const ddf::Node& node, const NodeRow& row) {
  if (!node.is_leaf()) return true;
  const Value initial = ddf::initial_value(node);
  return initial.data == row.value && initial.format == row.format;
}

/// Gives a value its leaf's format.
Status hold(const ddf::Node& leaf, Value& value) {
  return ddf::fit_format(leaf, value, std::numeric_limits<std::size_t>::max());
}

}  // namespace

void put_value(Transaction& transaction, const gate::Target& target, Value&& value,
               std::string&& mime, bool existed, Transaction::Direct known) {
  // A row that is there keeps its spelling.
  if (!known.row) known = transaction.find_placed(target.user, target.address.key);
  if (known.row)
    return transaction.overwrite(*known.row, std::move(value), std::move(mime), known.live);
  NodeRow row;
  row.user = target.user;
  row.key = target.address.key;
  row.path = spelled_path(transaction, target, target.address.segments.size());
  row.format = value.format;
  row.mime = std::move(mime);
  row.value = std::move(value.data);
  row.flags = value.secret ? CSPKIT_VALUE_SECRET : 0;
  if (existed && !is_initial(target.node, row)) row.verno = 1;
  transaction.put_new(std::move(row));
}

namespace {

/// Did the target itself exist?
bool make_missing(Transaction& transaction, const gate::World& world, const gate::Target& target,
                  std::size_t last) {
  const std::size_t depth = gate::existing_depth(world, transaction, target);
  for (std::size_t n = depth + 1; n <= last; ++n) {
    make_node(transaction, world, target, n);
  }
  return depth == target.address.segments.size();
}

}  // namespace

Status owner_set(Transaction& transaction, const gate::World& world, const gate::Target& target,
                 Value value, std::string mime) {
  if (!target.node.is_leaf()) {
    const bool empty =
        value.data.empty() && (value.format == Format::kUnset || value.format == Format::kNode);
    if (!empty) {
      return Status(Code::kBadFormat, fmt::format("{} is an interior node and holds no value",
                                                  gate::readable_uri(target)));
    }
    return owner_create(transaction, world, target);
  }
  Status held = hold(target.node, value);
  if (!held.ok()) return held;
  Status room = transaction.judge_room(target.user, target.address.key, value.data.size());
  if (!room.ok()) return room;
  const bool existed = make_missing(transaction, world, target, target.address.segments.size() - 1);
  put_value(transaction, target, std::move(value), std::move(mime), existed);
  return {};
}

namespace {

/// May a leaf that was found take such a value? It gets the leaf's format.
Status judge_reset(const Transaction& transaction, const ddf::Node& leaf, const NodeRow& row,
                   std::string_view data, Format& format) {
  Status held = ddf::fit_format(leaf, data, std::numeric_limits<std::size_t>::max(), format);
  return held.ok() ? transaction.judge_room(row.user, row.key, data.size()) : held;
}

}  // namespace

Status owner_reset(Transaction& transaction, const ddf::Node& leaf,
                   const Transaction::Direct& found, Value value, std::string mime) {
  Status judged = judge_reset(transaction, leaf, *found.row, value.data, value.format);
  if (judged.ok()) transaction.overwrite(*found.row, std::move(value), std::move(mime), found.live);
  return judged;
}

Status owner_reset(Transaction& transaction, const ddf::Node& leaf,
                   const Transaction::Direct& found, BorrowedValue value, std::string_view mime) {
  Status judged = judge_reset(transaction, leaf, *found.row, value.data, value.format);
  if (judged.ok()) transaction.overwrite(*found.row, value, mime, found.live);
  return judged;
}

Status owner_create(Transaction& transaction, const gate::World& world,
                    const gate::Target& target) {
  const std::size_t size = target.address.segments.size();
  if (size == 0 || target.node.is_ancestor_of_root()) return {};
  Status room = transaction.judge_room(target.user, target.address.key, 0);
  if (!room.ok()) return room;
  make_missing(transaction, world, target, size - 1);
  const NodeRow* row = transaction.find(target.user, target.address.key);
  if (!row || (row->flags & store::kRowNotSet) != 0) {
    make_node(transaction, world, target, size);
  }
  return {};
}

}  // namespace cspkit::txn
