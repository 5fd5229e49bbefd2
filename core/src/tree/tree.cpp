// SPDX-License-Identifier: Apache-2.0
#include "tree/tree.hpp"

#include <algorithm>

namespace cspkit::tree {

namespace {

ddf::NodeId place(const ddf::Schema& schema, const NodeRow& row, ddf::Address& scratch) {
  const Scope scope = row.user.empty() ? Scope::kDevice : Scope::kUser;
  if (!schema.resolve_path(scope, row.path, scratch).ok()) return ddf::kNoNode;
  // A newer DDF may tell names apart by case that were one, or the reverse, or have made a leaf of
  // an interior node: then the row is no longer this node's.
  const ddf::Node node = schema.node(scratch.node);
  const bool was_interior = row.format == Format::kNode;
  const bool same_kind =
      node.is_leaf() ? !was_interior || node.format() == Format::kNull : was_interior;
  const bool fits = scratch.key == row.key && same_kind;
  return fits ? scratch.node : ddf::kNoNode;
}

}  // namespace

void Space::put(NodeRow row, ddf::NodeId node) {
  const auto found = index_.find(row.key);
  if (found != index_.end()) {
    found->second->row = std::move(row);
    found->second->node = node;
    return;
  }
  std::string key = row.key;
  const auto it = rows_.emplace(std::move(key), Live{std::move(row), node}).first;
  index_.emplace(it->first, &it->second);
}

void Space::erase(std::string_view key) {
  const auto it = rows_.find(key);
  if (it == rows_.end()) return;
  index_.erase(it->first);
  rows_.erase(it);
}

void Tree::fill(store::Contents contents) {
  for (NodeRow& row : contents.nodes) {
    Space& space = own_space(row.user);
    space.put(std::move(row), ddf::kNoNode);
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

void Tree::bind(const ddf::Schema& schema) {
  ddf::Address scratch;
  for (auto& [key, live] : device_.rows()) live.node = place(schema, live.row, scratch);
  for (auto& [user, space] : users_) {
    for (auto& [key, live] : space.rows()) live.node = place(schema, live.row, scratch);
  }
}

void Tree::publish(store::Batch& batch, const ddf::Schema& schema) {
  ddf::Address scratch;
  for (const store::NodeKey& gone : batch.remove_nodes) own_space(gone.user).erase(gone.key);
  for (NodeRow& row : batch.put_nodes) {
    const ddf::NodeId node = place(schema, row, scratch);
    Space& space = own_space(row.user);
    space.put(std::move(row), node);
  }
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
