// SPDX-License-Identifier: Apache-2.0
#include "txn/owner_write.hpp"

#include <fmt/format.h>

#include <cspkit/ddf/rules.hpp>
#include <limits>
#include <utility>

namespace cspkit::txn {

std::string spelled_path(const gate::View& view, const gate::Target& target, std::size_t n) {
  const ddf::Address& address = target.address;
  std::string path;
  for (std::size_t i = 1; i <= n; ++i) {
    const std::size_t start = i == 1 ? 0 : address.segments[i - 2].path_end + 1;
    std::string_view segment = address.path_of(i).substr(start);
    if (address.segments[i - 1].dynamic) {
      if (const NodeRow* row = view.find(target.user, address.key_of(i))) {
        const std::size_t slash = row->path.rfind('/');
        segment = std::string_view(row->path).substr(slash == std::string::npos ? 0 : slash + 1);
      }
    }
    if (i > 1) path.push_back('/');
    path.append(segment);
  }
  return path;
}

void make_node(Transaction& transaction, const gate::World& world, const gate::Target& target,
               std::size_t n, std::int64_t now_ms, std::uint32_t flags) {
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
  transaction.put(std::move(row), now_ms);
}

namespace {

NodeRow row_of(const std::string& user, const std::string& key, Value value, std::string mime) {
  NodeRow row;
  row.user = user;
  row.key = key;
  row.format = value.format;
  row.mime = std::move(mime);
  row.value = std::move(value.data);
  row.flags = value.secret ? CSPKIT_VALUE_SECRET : 0;
  return row;
}

bool is_initial(const ddf::Node& node, const NodeRow& row) {
  if (!node.is_leaf()) return true;
  const Value initial = ddf::initial_value(node);
  return initial.data == row.value && initial.format == row.format;
}

/// The value in its leaf's format.
Result<Value> as_held(const ddf::Node& leaf, Value value) {
  const bool secret = value.secret;
  Result<Value> checked =
      ddf::check_format(leaf, std::move(value), std::numeric_limits<std::size_t>::max());
  if (checked) checked->secret = secret;
  return checked;
}

}  // namespace

void put_value(Transaction& transaction, const gate::Target& target, Value value, std::string mime,
               std::int64_t now_ms, bool existed) {
  NodeRow row = row_of(target.user, target.address.key, std::move(value), std::move(mime));
  const std::lock_guard lock(transaction.mutex());
  const NodeRow* before = transaction.find(target.user, target.address.key);
  // A row that is there keeps its spelling.
  if (!before) {
    row.path = spelled_path(transaction, target, target.address.segments.size());
    if (existed && !is_initial(target.node, row)) row.verno = 1;
  }
  transaction.put_over(before, std::move(row), now_ms);
}

namespace {

/// Did the target itself exist?
bool make_missing(Transaction& transaction, const gate::World& world, const gate::Target& target,
                  std::size_t last, std::int64_t now_ms) {
  const std::size_t depth = gate::existing_depth(world, transaction, target);
  for (std::size_t n = depth + 1; n <= last; ++n) {
    make_node(transaction, world, target, n, now_ms);
  }
  return depth == target.address.segments.size();
}

}  // namespace

Status owner_set(Transaction& transaction, const gate::World& world, const gate::Target& target,
                 Value value, std::int64_t now_ms, std::string mime) {
  if (!target.node.is_leaf()) {
    const bool empty =
        value.data.empty() && (value.format == Format::kUnset || value.format == Format::kNode);
    if (!empty) {
      return Status(Code::kBadFormat, fmt::format("{} is an interior node and holds no value",
                                                  gate::readable_uri(target)));
    }
    return owner_create(transaction, world, target, now_ms);
  }
  Result<Value> held = as_held(target.node, std::move(value));
  if (!held) return held.error();
  const std::lock_guard lock(transaction.mutex());
  Status room = transaction.judge_room(target.user, target.address.key, held->data.size());
  if (!room.ok()) return room;
  const bool existed =
      make_missing(transaction, world, target, target.address.segments.size() - 1, now_ms);
  put_value(transaction, target, *std::move(held), std::move(mime), now_ms, existed);
  return {};
}

Status owner_reset(Transaction& transaction, const ddf::Node& leaf, const NodeRow& row, Value value,
                   std::int64_t now_ms, std::string mime) {
  Result<Value> held = as_held(leaf, std::move(value));
  if (!held) return held.error();
  Status room = transaction.judge_room(row.user, row.key, held->data.size());
  if (!room.ok()) return room;
  transaction.put(row_of(row.user, row.key, *std::move(held), std::move(mime)), now_ms);
  return {};
}

Status owner_create(Transaction& transaction, const gate::World& world, const gate::Target& target,
                    std::int64_t now_ms) {
  const std::lock_guard lock(transaction.mutex());
  const std::size_t size = target.address.segments.size();
  if (size == 0 || target.node.is_ancestor_of_root()) return {};
  Status room = transaction.judge_room(target.user, target.address.key, 0);
  if (!room.ok()) return room;
  make_missing(transaction, world, target, size - 1, now_ms);
  const NodeRow* row = transaction.find(target.user, target.address.key);
  if (!row || (row->flags & store::kRowNotSet) != 0) {
    make_node(transaction, world, target, size, now_ms);
  }
  return {};
}

}  // namespace cspkit::txn
