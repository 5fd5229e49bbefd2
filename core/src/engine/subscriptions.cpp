// SPDX-License-Identifier: Apache-2.0
#include "engine/subscriptions.hpp"

#include <algorithm>
#include <cspkit/ddf/rules.hpp>
#include <tuple>
#include <utility>

#include "gate/gate.hpp"
#include "tree/tree_view.hpp"

namespace cspkit {

namespace {

// A callback that never returns must not fill the device's memory.
constexpr std::size_t kMostBatches = 10000;
constexpr std::size_t kMostBytes = std::size_t{64} << 20;

std::size_t size_of(const ChangeBatch& batch) {
  std::size_t bytes = sizeof(ChangeBatch);
  for (const NodeChange& change : batch.changes) {
    bytes += sizeof(NodeChange) + change.uri.size();
    if (change.before) bytes += change.before->data.size();
    if (change.after) bytes += change.after->data.size();
  }
  return bytes;
}

/// The node a row stands for; false when no DDF knows it.
bool place(const gate::World& world, const std::string& user, const std::string& path,
           gate::Target& target) {
  target.user = user;
  const Scope scope = user.empty() ? Scope::kDevice : Scope::kUser;
  if (!world.schema->resolve_path(scope, path, target.address).ok()) return false;
  target.node = world.schema->node(target.address.node);
  return true;
}

bool exists(const gate::World& world, const tree::Tree& tree, const gate::Target& target) {
  const tree::TreeView view(tree);
  return gate::existing_depth(world, view, target) == target.address.segments.size();
}

Value value_of(const ddf::Node& node, const store::NodeRow* row) {
  return row ? Value(row->format, row->value) : ddf::initial_value(node);
}

bool is_secret(const store::NodeRow* row) { return row && (row->flags & CSPKIT_VALUE_SECRET) != 0; }

}  // namespace

// ---- Subscription ----

Subscription& Subscription::operator=(Subscription&& other) noexcept {
  if (this != &other) {
    cancel();
    subscriber_ = std::move(other.subscriber_);
  }
  return *this;
}

void Subscription::cancel() {
  if (!subscriber_) return;
  // Held until it is over: a callback may destroy the Subscription it belongs to.
  const std::shared_ptr<Subscriber> subscriber = std::move(subscriber_);
  subscriber->cancel();
}

bool Subscription::active() const { return subscriber_ && subscriber_->active(); }

// ---- Subscriber ----

bool Subscription::Subscriber::watches(const std::string& user, const std::string& key) const {
  if (user != user_) return false;
  if (key_.empty() || key == key_) return true;
  return key.size() > key_.size() && key[key_.size()] == '/' &&
         key.compare(0, key_.size(), key_) == 0;
}

void Subscription::Subscriber::offer(ChangeBatch batch, std::size_t bytes) {
  std::unique_lock lock(mutex_);
  if (cancelled_) return;
  queue_.push_back({std::move(batch), bytes});
  queued_bytes_ += bytes;
  while (queue_.size() > kMostBatches || (queued_bytes_ > kMostBytes && queue_.size() > 1)) {
    queued_bytes_ -= queue_.front().bytes;
    queue_.pop_front();
    missed_ = true;
  }
  if (std::exchange(scheduled_, true)) return;
  lock.unlock();
  schedule();
}

void Subscription::Subscriber::schedule() {
  const std::shared_ptr<Executor> executor = executor_.lock();
  // One that is shutting down takes nothing more: then nobody is told any more either, and
  // scheduled_ may stay as it is.
  if (executor) executor->post([self = shared_from_this()] { self->deliver(); });
}

// One batch per task, so that a busy subscription does not keep a thread from everybody else.
void Subscription::Subscriber::deliver() {
  Waiting next;
  {
    const std::lock_guard lock(mutex_);
    if (cancelled_ || queue_.empty()) {
      scheduled_ = false;
      return;
    }
    next = std::move(queue_.front());
    queue_.pop_front();
    queued_bytes_ -= next.bytes;
    next.batch.missed = std::exchange(missed_, false);
    running_on_ = std::this_thread::get_id();
  }
  callback_(next.batch);
  {
    const std::lock_guard lock(mutex_);
    running_on_ = std::thread::id();
    idle_.notify_all();
    if (cancelled_ || queue_.empty()) {
      scheduled_ = false;
      return;
    }
  }
  schedule();
}

void Subscription::Subscriber::cancel() {
  ChangeCallback done_with;
  std::unique_lock lock(mutex_);
  cancelled_ = true;
  queue_.clear();
  queued_bytes_ = 0;
  if (running_on_ == std::this_thread::get_id()) return;  // from within the callback
  idle_.wait(lock, [&] { return running_on_ == std::thread::id(); });
  // What it holds goes here, not some time later on a thread of the executor.
  done_with.swap(callback_);
}

bool Subscription::Subscriber::active() const {
  const std::lock_guard lock(mutex_);
  return !cancelled_;
}

// ---- SubscriptionHub ----

void SubscriptionHub::add(std::shared_ptr<Subscriber> subscriber) {
  prune();
  const std::lock_guard lock(mutex_);
  subscribers_.push_back(std::move(subscriber));
  count_ = subscribers_.size();
}

std::vector<std::shared_ptr<SubscriptionHub::Subscriber>> SubscriptionHub::subscribers() const {
  const std::lock_guard lock(mutex_);
  return subscribers_;
}

void SubscriptionHub::prune() {
  const std::lock_guard lock(mutex_);
  const auto gone = [](const auto& each) { return !each->active(); };
  subscribers_.erase(std::remove_if(subscribers_.begin(), subscribers_.end(), gone),
                     subscribers_.end());
  count_ = subscribers_.size();
}

void SubscriptionHub::close() {
  for (const auto& each : subscribers()) each->cancel();
  prune();
}

// ---- ChangeNotes ----

ChangeNotes::ChangeNotes(SubscriptionHub& hub, const gate::World& world, const tree::Tree& tree,
                         const store::Batch& batch)
    : world_(world), tree_(tree) {
  if (hub.empty()) return;
  hub.prune();
  subscribers_ = hub.subscribers();
  if (subscribers_.empty()) return;
  for (const store::NodeKey& each : batch.remove_nodes) {
    if (const tree::Live* live = tree.find(each.user, each.key))
      note(each.user, each.key, live->row.path);
  }
  for (const store::NodeRow& row : batch.put_nodes) note(row.user, row.key, row.path);
  std::sort(notes_.begin(), notes_.end(), [](const Note& a, const Note& b) {
    return std::tie(a.user, a.key) < std::tie(b.user, b.key);
  });
}

void ChangeNotes::note(const std::string& user, const std::string& key, const std::string& path) {
  const auto watches = [&](const auto& each) { return each->watches(user, key); };
  if (std::none_of(subscribers_.begin(), subscribers_.end(), watches)) return;
  gate::Target target;
  if (!place(world_, user, path, target)) return;
  const ddf::Node& node = target.node;
  // Nobody may get it, or it is a secret: then it is not told of at all.
  if (node.is_leaf() && !node.grants(CSPKIT_GET)) return;
  if ((world_.binding(node.id()).flags & CSPKIT_HANDLER_SECRET) != 0) return;
  if (world_.excludes(node.id())) return;
  Note noted{user, key, path, exists(world_, tree_, target), std::nullopt};
  if (const store::NodeRow* row = tree::TreeView(tree_).find(user, key)) noted.row = *row;
  notes_.push_back(std::move(noted));
}

std::optional<NodeChange> ChangeNotes::compare(const Note& note) const {
  gate::Target target;
  if (!place(world_, note.user, note.path, target)) return std::nullopt;
  const store::NodeRow* before = note.row ? &*note.row : nullptr;
  const store::NodeRow* after = tree::TreeView(tree_).find(note.user, note.key);
  if (is_secret(before) || is_secret(after)) return std::nullopt;
  const bool there = exists(world_, tree_, target);
  if (!note.existed && !there) return std::nullopt;
  NodeChange change;
  change.uri = (note.user.empty() ? "./" : "./User/") + (after ? after->path : note.path);
  change.leaf = target.node.is_leaf();
  change.kind = !there          ? ChangeKind::kRemoved
                : !note.existed ? ChangeKind::kCreated
                                : ChangeKind::kSet;
  if (change.leaf && note.existed) change.before = value_of(target.node, before);
  if (change.leaf && there) change.after = value_of(target.node, after);
  if (change.kind != ChangeKind::kSet) return change;
  const auto mime = [](const store::NodeRow* row) { return row ? row->mime : std::string(); };
  const auto title = [](const store::NodeRow* row) { return row ? row->title : std::string(); };
  const bool same =
      change.before == change.after && mime(before) == mime(after) && title(before) == title(after);
  return same ? std::nullopt : std::optional<NodeChange>(std::move(change));
}

void ChangeNotes::finish(std::uint64_t transaction, const Origin& origin) {
  if (notes_.empty()) return;
  std::vector<std::optional<NodeChange>> changes;
  changes.reserve(notes_.size());
  for (const Note& each : notes_) changes.push_back(compare(each));
  for (const auto& subscriber : subscribers_) {
    ChangeBatch batch;
    batch.transaction = transaction;
    batch.cause = origin.cause;
    batch.provider = origin.provider;
    for (std::size_t i = 0; i < notes_.size(); ++i) {
      if (changes[i] && subscriber->watches(notes_[i].user, notes_[i].key))
        batch.changes.push_back(*changes[i]);
    }
    const std::size_t bytes = size_of(batch);
    if (!batch.changes.empty()) subscriber->offer(std::move(batch), bytes);
  }
}

}  // namespace cspkit
