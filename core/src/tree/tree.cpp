// SPDX-License-Identifier: Apache-2.0
#include "tree/tree.hpp"

#include <algorithm>
#include <cassert>
#include <limits>

namespace cspkit::tree {

namespace {

ddf::NodeId find_node(const ddf::Schema& schema, const NodeRow& row, ddf::Address& address) {
  const Scope scope = row.user.empty() ? Scope::kDevice : Scope::kUser;
  if (!schema.resolve_path(scope, row.path, address).ok()) return ddf::kNoNode;
  // A newer DDF may tell names apart by case that were one, or the reverse, or have made a leaf of
  // an interior node: then the row is no longer this node's.
  const ddf::Node node = schema.node(address.node);
  const bool was_interior = row.format == Format::kNode;
  const bool same_kind =
      node.is_leaf() ? !was_interior || node.format() == Format::kNull : was_interior;
  // A key is its path, folded: a file in which it is not was not written by an engine.
  const bool fits = address.key == row.key && row.path.size() == row.key.size() && same_kind;
  return fits ? address.node : ddf::kNoNode;
}

}  // namespace

std::pair<Live*, bool> Space::replace(NodeRow& row, Live& live, bool same_path) {
  NodeRow& old = live.row;
  assert(!same_path || row.path == old.path);
  const bool same_kind = (row.format == Format::kNode) == (old.format == Format::kNode);
  bytes_ += cost_of(row) - cost_of(old);
  old.format = row.format;
  old.flags = row.flags;
  old.tstamp = row.tstamp;
  old.verno = row.verno;
  old.value.swap(row.value);
  if (!old.mime.empty() || !row.mime.empty()) old.mime.swap(row.mime);
  if (!old.title.empty() || !row.title.empty()) old.title.swap(row.title);
  if (!same_path) old.path.swap(row.path);
  return {&live, live.node != ddf::kNoNode && same_kind && same_path};
}

std::pair<Live*, bool> Space::put(NodeRow& row) {
  const auto is_it = [&row](const Live& live) { return live.row.key == row.key; };
  if (Live* live = index_.find(row.key, is_it))
    return replace(row, *live, row.path == live->row.path);
  bytes_ += cost_of(row);
  // What was longer before, in the transaction's memory, is not what this row is charged for.
  for (std::string* text : {&row.key, &row.path, &row.value, &row.mime, &row.title}) {
    if (text->capacity() > 2 * text->size() + 64) text->shrink_to_fit();
  }
  std::string key = row.key;
  Live& live = rows_.emplace(std::move(key), Live{.row = std::move(row)}).first->second;
  index_.insert(live.row.key, &live);
  return {&live, false};
}

void Space::erase(std::string_view key) {
  const auto it = rows_.find(key);
  if (it == rows_.end()) return;
  bytes_ -= cost_of(it->second.row);
  index_.erase(it->first, &it->second);
  auto below = rows_.erase(it);
  // What is left below may be there no more: it is looked at again when it is asked for. Between
  // a row and those below it stand names that go on with a character before '/'.
  const std::string prefix = std::string(key) + "/";
  if (below == rows_.end() || below->first.compare(0, key.size(), key) != 0) return;
  for (below = rows_.lower_bound(prefix);
       below != rows_.end() && below->first.compare(0, prefix.size(), prefix) == 0; ++below) {
    below->second.firm = below->second.direct = false;
  }
}

void Tree::fill(store::Contents contents) {
  for (NodeRow& row : contents.nodes) {
    Space& space = own_space(row.user);
    bytes_ -= space.bytes();
    space.put(row);
    bytes_ += space.bytes();
  }
  for (store::StateRow& row : contents.state) {
    state_[{std::move(row.provider), std::move(row.key)}] = std::move(row.bytes);
  }
  for (store::JobRow& row : contents.jobs) {
    jobs_[{std::move(row.provider), std::move(row.id)}] =
        Job{std::move(row.payload), row.attempt, -1, {}, false};
  }
  for (store::AlertRow& row : contents.alerts) put_alert(std::move(row));
}

void Tree::bind(const gate::World& world, std::size_t max_segments) {
  world_ = &world;
  max_segments_ = max_segments;
  for (auto& [key, live] : device_.rows()) place(device_, live);
  for (auto& [user, space] : users_) {
    for (auto& [key, live] : space.rows()) place(space, live);
  }
}

void Tree::place(Space& space, Live& live) {
  live.node = find_node(*world_->schema, live.row, scratch_);
  const bool sure = live.node != ddf::kNoNode && is_sure(space);
  const std::size_t segments = scratch_.segments.size();
  live.firm = sure && scratch_.path == live.row.path &&
              segments <= std::numeric_limits<std::uint16_t>::max();
  live.segments = live.firm ? static_cast<std::uint16_t>(segments) : std::uint16_t{0};
  live.direct = sure && world_->has(live.node, gate::kStored);
}

// Of the row whose address is in scratch_.
bool Tree::is_sure(const Space& space) const {
  const std::vector<ddf::Address::Segment>& segments = scratch_.segments;
  if (max_segments_ != 0 && segments.size() > max_segments_) return false;
  for (std::size_t n = 1; n <= segments.size(); ++n) {
    const ddf::NodeId id = segments[n - 1].node;
    if (!world_->has(id, gate::kPlain)) return false;
    if (n == segments.size() || world_->has(id, gate::kStands)) continue;
    const Live* above = space.find(scratch_.key_of(n));
    if (above == nullptr || above->node == ddf::kNoNode) return false;
  }
  return true;
}

void Tree::put_node(NodeRow& row, Live* known) {
  Space& space = own_space(row.user);
  bytes_ -= space.bytes();
  const auto [live, placed] = known ? space.put(row, *known) : space.put(row);
  bytes_ += space.bytes();
  if (!placed) place(space, *live);
}

void Tree::publish(store::Batch& batch, const std::vector<Live*>& lives) {
  if (!batch.remove_nodes.empty()) remove_nodes(batch);
  for (std::size_t i = 0; i < batch.put_nodes.size(); ++i)
    put_node(batch.put_nodes[i], lives.empty() ? nullptr : lives[i]);
  if (!batch.is_nodes_only()) publish_rest(batch);
}

void Tree::remove_nodes(const store::Batch& batch) {
  for (const store::NodeKey& gone : batch.remove_nodes) {
    Space& space = own_space(gone.user);
    bytes_ -= space.bytes();
    space.erase(gone.key);
    bytes_ += space.bytes();
  }
}

void Tree::publish_rest(store::Batch& batch) {
  for (const auto& gone : batch.remove_state) state_.erase(gone);
  for (store::StateRow& row : batch.put_state)
    state_[{row.provider, row.key}] = std::move(row.bytes);
  for (const auto& gone : batch.remove_jobs) jobs_.erase(gone);
  for (store::JobRow& row : batch.put_jobs) {
    Job& job = jobs_[{row.provider, row.id}];
    job.payload = std::move(row.payload);
    job.attempt = row.attempt;
  }
  for (const std::int64_t gone : batch.remove_alerts) alerts_.erase(gone);
  for (store::AlertRow& row : batch.put_alerts) put_alert(std::move(row));
}

void Tree::put_alert(store::AlertRow row) {
  next_alert_ = std::max(next_alert_, row.id + 1);
  const std::int64_t id = row.id;
  alerts_.insert_or_assign(id, std::move(row));
}

store::Contents Tree::contents() const {
  store::Contents all;
  const auto copy = [&all](const Space& space) {
    for (const auto& [key, live] : space.rows()) all.nodes.push_back(live.row);
  };
  copy(device_);
  for (const auto& [user, space] : users_) copy(space);
  for (const auto& [key, bytes] : state_) all.state.push_back({key.first, key.second, bytes});
  for (const auto& [key, job] : jobs_)
    all.jobs.push_back({key.first, key.second, job.payload, job.attempt});
  for (const auto& [id, row] : alerts_) all.alerts.push_back(row);
  return all;
}

std::vector<std::string> Tree::orphans() const {
  std::vector<std::string> found;
  const auto collect = [&](const Space& space) {
    for (const auto& [key, live] : space.rows()) {
      if (live.node != ddf::kNoNode) continue;
      found.push_back(live.row.user.empty()
                          ? "./Device/" + live.row.path
                          : "./User/" + live.row.path + " (user " + live.row.user + ")");
    }
  };
  collect(device_);
  for (const auto& [user, space] : users_) collect(space);
  return found;
}

}  // namespace cspkit::tree
