// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <utility>

#include "provider/loaded_provider.hpp"
#include "txn/alert_row.hpp"
#include "txn/owner_write.hpp"

namespace cspkit::provider {

Status resolve(const gate::World& world, Scope scope, const std::string& user,
               std::string_view path, gate::Target& target) {
  target.user = scope == Scope::kUser ? user : std::string();
  Status found = world.schema->resolve_path(scope, path, target.address);
  if (!found.ok()) return found;
  target.node = world.schema->node(target.address.node);
  return {};
}

namespace {

Status put_alert(txn::Transaction& transaction, const WriteOp& op, std::string source) {
  if (!transaction.takes_alerts())
    return Status(Code::kFull, "too many alerts wait for the server");
  DeviceAlert alert = *op.alert;
  alert.source = std::move(source);
  if (Status judged = txn::judge_alert(alert); !judged.ok())
    return Status(Code::kBadValue, judged.text());
  transaction.put_alert(txn::alert_row(std::move(alert), op.user));
  return {};
}

}  // namespace

bool find_own_leaf(const LoadedProvider& provider, const gate::World& world,
                   const txn::Transaction& transaction, std::string_view user,
                   std::string_view path, txn::Transaction::Direct& found, ddf::Node& node) {
  found = transaction.find_direct(user, path);
  if (!found.row) return false;
  node = world.schema->node(found.live->node);
  return world.claimant(node) == &provider;
}

Status apply_write(const LoadedProvider& provider, const gate::World& world,
                   txn::Transaction& transaction, WriteOp op) {
  switch (op.kind) {
    case WriteOp::Kind::kStateWrite:
      transaction.put_state(provider.name(), std::move(op.path), std::move(op.value.data));
      return {};
    case WriteOp::Kind::kStateRemove:
      transaction.erase_state(provider.name(), std::move(op.path));
      return {};
    case WriteOp::Kind::kJobStart:
      transaction.put_job(provider.name(), op.path, std::move(op.value.data));
      return {};
    case WriteOp::Kind::kJobEnd:
      if (transaction.end_job(provider.name(), op.path)) return {};
      return Status(Code::kNotFound,
                    fmt::format("job {} of {} has ended already", op.path, provider.name()));
    case WriteOp::Kind::kAlert:
      if (op.path.empty()) return put_alert(transaction, op, {});
      break;
    default:
      break;
  }
  if (op.kind == WriteOp::Kind::kSet) {
    const std::string_view user = op.scope == Scope::kUser ? op.user : std::string_view{};
    txn::Transaction::Direct found;
    ddf::Node node;
    if (find_own_leaf(provider, world, transaction, user, op.path, found, node)) {
      return txn::owner_reset(transaction, node, found, std::move(op.value), std::move(op.mime));
    }
  }
  gate::Target target;
  Status found = resolve(world, op.scope, op.user, op.path, target);
  if (!found.ok()) {
    return Status(Code::kNotFound,
                  fmt::format("the DDF of {} has no node {}", provider.name(), op.path));
  }
  if (world.claimant(target.node) != &provider) {
    return Status(Code::kNotAllowed,
                  fmt::format("{} lies outside the roots of {}", op.path, provider.name()));
  }
  if (op.kind == WriteOp::Kind::kAlert)
    return put_alert(transaction, op, gate::readable_uri(target));
  if (op.kind == WriteOp::Kind::kRemove) {
    transaction.erase_subtree(target.user, target.address.key);
    return {};
  }
  if (op.kind == WriteOp::Kind::kCreate) {
    return txn::owner_create(transaction, world, target);
  }
  return txn::owner_set(transaction, world, target, std::move(op.value), std::move(op.mime));
}

}  // namespace cspkit::provider
