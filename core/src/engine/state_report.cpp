// SPDX-License-Identifier: Apache-2.0
// What an engine tells of itself: the state as its owner may copy it and a person may see it, and
// changes to those who watch.
#include <fmt/format.h>

#include <shared_mutex>
#include <utility>

#include "engine/engine_impl.hpp"

namespace cspkit {

namespace {

using Kind = StoredItem::Kind;

/// May a person see the value of this row? Needs the turn, or the tree's shared lock.
bool may_be_shown(const gate::World& world, const tree::Live& live) {
  const ddf::Node node = world.schema->node(live.node);
  if ((live.row.flags & CSPKIT_VALUE_SECRET) != 0) return false;
  if ((world.binding(live.node).flags & CSPKIT_HANDLER_SECRET) != 0) return false;
  return !node.is_leaf() || node.grants(CSPKIT_GET);
}

StoredNode shown_node(const gate::World& world, const tree::Tree& tree, store::NodeRow row) {
  StoredNode node;
  node.uri = (row.user.empty() ? "./Device/" : "./User/") + row.path;
  const tree::Live* live = tree.find(row.user, row.key);
  node.orphan = !live || live->node == ddf::kNoNode;
  node.shown = !node.orphan && may_be_shown(world, *live);
  node.user = std::move(row.user);
  node.format = row.format;
  node.mime = std::move(row.mime);
  node.title = std::move(row.title);
  node.tstamp = row.tstamp;
  node.verno = row.verno;
  node.bytes = row.value.size();
  if (node.shown) node.value = std::move(row.value);
  return node;
}

}  // namespace

Status EngineImpl::backup(const std::filesystem::path& target) {
  const txn::TurnHolder turn(turn_, patience());
  if (!turn.status().ok()) return turn.status();
  return store_->backup(target.string());
}

Result<Subscription> EngineImpl::subscribe(std::string_view uri, ChangeCallback callback,
                                           const Principal& principal) {
  if (!callback) return Status(Code::kMisuse, "subscribe: no callback");
  gate::Target target;
  {
    const std::shared_lock lock(tree_.mutex());
    Status judged = gate::judge_address(*world_, uri, principal, 0, options_.uri_limits, target);
    if (!judged.ok()) return judged;
  }
  if (target.address.has_query) {
    return Status(Code::kNotSupported, "subscribe: an address without a query is watched");
  }
  auto subscriber = std::make_shared<Subscription::Subscriber>(
      options_.executor, target.user, target.address.key, std::move(callback));
  subscriptions_.add(subscriber);
  return Subscription(std::move(subscriber));
}

Result<StateDump> EngineImpl::dump() {
  const txn::TurnHolder turn(turn_, patience());
  if (!turn.status().ok()) return turn.status();
  Result<store::Contents> contents = store_->keeps() ? store_->load() : tree_.contents();
  if (!contents) return contents.error();
  if (!store_->keeps()) ledger_.list(*contents);
  StateDump dump;
  for (store::NodeRow& row : contents->nodes) {
    dump.nodes.push_back(shown_node(*world_, tree_, std::move(row)));
  }
  for (const store::StateRow& row : contents->state) {
    dump.items.push_back({Kind::kState, row.provider, row.key, row.bytes.size()});
  }
  for (const store::JobRow& row : contents->jobs) {
    dump.items.push_back({Kind::kJob, row.provider, row.id, row.payload.size()});
  }
  for (const store::AlertRow& row : contents->alerts) {
    dump.items.push_back({Kind::kAlert, row.provider, std::to_string(row.id), row.data.size()});
  }
  for (const store::UndoRow& row : contents->undo) {
    dump.items.push_back({Kind::kUndo, row.provider,
                          fmt::format("{}/{}", row.transaction, row.sequence), row.record.size()});
  }
  return dump;
}

}  // namespace cspkit
