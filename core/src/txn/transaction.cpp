// SPDX-License-Identifier: Apache-2.0
#include "txn/transaction.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "txn/alert_row.hpp"

namespace cspkit::txn {

const NodeRow* Transaction::find(std::string_view user, std::string_view key) const {
  if (const Overlay::Change own = changes_.find(user, key))
    return own.removed() ? nullptr : own.row;
  const tree::Live* live = tree_.find(user, key);
  return live && live->node != ddf::kNoNode ? &live->row : nullptr;
}

Transaction::Direct Transaction::find_placed(std::string_view user, std::string_view key) const {
  if (const Overlay::Change own = changes_.find(user, key))
    return {own.mark->live, own.removed() ? nullptr : own.row};
  const tree::Space* space = tree_.space(user);
  tree::Live* live = space ? space->find(key) : nullptr;
  if (!live || live->node == ddf::kNoNode) return {};
  return {live, &live->row};
}

Transaction::Direct Transaction::find_direct(std::string_view user, std::string_view path) const {
  if (removes_) return {};  // perhaps what is above it
  const tree::Space* space = tree_.space(user);
  tree::Live* live = space ? space->find_direct(path) : nullptr;
  if (!live) return {};
  return {live, see(*live)};
}

tree::Live* Transaction::find_firm(std::string_view user, std::string_view path) const {
  const tree::Space* space = removes_ ? nullptr : tree_.space(user);
  return space ? space->find_firm(path) : nullptr;
}

const NodeRow* Transaction::see(const tree::Live& firm) const {
  if (removes_) return nullptr;  // perhaps this, or what is above it
  if (changes_.empty()) return &firm.row;
  const Overlay::Change own = changes_.find(firm.row.user, firm.row.key);
  return own ? own.row : &firm.row;
}

void Transaction::children(std::string_view user, std::string_view key,
                           std::vector<std::string>& keys) const {
  std::set<std::string> found;
  if (const tree::Space* space = tree_.space(user)) {
    tree::for_each_child(space->rows(), key, [&](const std::string& child) {
      if (space->find(child)->node != ddf::kNoNode) found.insert(child);
    });
  }
  // The overlay is small and may hold removals: it is walked, not jumped over.
  const std::size_t start = key.empty() ? 0 : key.size() + 1;
  changes_.for_each_below(user, key, [&](const std::string& below, const Overlay::Change& change) {
    if (below.find('/', start) != std::string::npos) return;
    if (change.removed()) {
      found.erase(below);
    } else {
      found.insert(below);
    }
  });
  keys.assign(found.begin(), found.end());
}

std::size_t Transaction::cost_at(std::string_view user, std::string_view key) const {
  if (const Overlay::Change own = changes_.find(user, key))
    return own.removed() ? 0 : tree::cost_of(*own.row);
  const tree::Live* live = tree_.find(user, key);
  return live ? tree::cost_of(live->row) : 0;
}

Status Transaction::judge_room(std::string_view user, std::string_view key,
                               std::size_t value_bytes) const {
  const tree::Limits& limits = tree_.limits();
  const std::size_t room = limits.transaction_bytes - std::min(limits.transaction_bytes, written_);
  if (value_bytes > room) {
    return Status(
        Code::kTooLarge,
        fmt::format("one transaction may write {} bytes of values, and this would be more",
                    limits.transaction_bytes));
  }
  // What a preview has taken away may have gone from the tree meanwhile.
  const auto bytes = static_cast<std::ptrdiff_t>(tree_.bytes()) + growth_;
  const std::size_t taken = bytes > 0 ? static_cast<std::size_t>(bytes) : 0;
  const std::size_t wanted = tree::kRowCost + 2 * key.size() + value_bytes;
  if (taken <= limits.state_bytes && wanted <= limits.state_bytes - taken) return {};
  // Rarely: what is overwritten makes room.
  const std::size_t before = cost_at(user, key);
  const std::size_t rest = taken - std::min(taken, before);
  const bool fits = rest <= limits.state_bytes && wanted <= limits.state_bytes - rest;
  if (fits || wanted <= before) return {};
  return Status(Code::kFull, fmt::format("the nodes of this device may take {} bytes, and this "
                                         "would be more; delete what is not needed",
                                         limits.state_bytes));
}

void Transaction::put(NodeRow row) {
  const NodeRow* before = find(row.user, row.key);
  if (!before) return put_new(std::move(row));
  const std::size_t cost_before = tree::cost_of(*before);
  row.path = before->path;
  if (row.title.empty()) row.title = before->title;
  const bool same = before->value == row.value && before->format == row.format;
  row.verno = static_cast<std::uint16_t>(before->verno + (same ? 0 : 1));
  row.tstamp = now_ms_;
  set(std::move(row), cost_before);
}

void Transaction::put_new(NodeRow row) {
  row.tstamp = now_ms_;
  set(std::move(row), 0);
}

template <typename Put>
void Transaction::overwrite_with(const NodeRow& before, Format format, std::string_view data,
                                 bool secret, tree::Live* live, Put put) {
  const std::size_t cost_before = tree::cost_of(before);
  const bool same = before.format == format && before.value == data;
  const auto verno = static_cast<std::uint16_t>(before.verno + (same ? 0 : 1));
  const Overlay::Place place = changes_.at_copy_of(before, live);
  NodeRow& row = place.row;
  row.format = format;
  put(row);
  row.flags = secret ? CSPKIT_VALUE_SECRET : 0;
  row.tstamp = now_ms_;
  row.verno = verno;
  if (live) place.mark.live = live;
  note_set(place, cost_before);
}

void Transaction::overwrite(const NodeRow& before, Value&& value, std::string&& mime,
                            tree::Live* live) {
  overwrite_with(before, value.format, value.data, value.secret, live, [&](NodeRow& row) {
    row.mime.swap(mime);
    row.value.swap(value.data);
  });
}

void Transaction::overwrite(const NodeRow& before, const BorrowedValue& value,
                            std::string_view mime, tree::Live* live) {
  overwrite_with(before, value.format, value.data, value.secret, live, [&](NodeRow& row) {
    if (!mime.empty() || !row.mime.empty()) row.mime.assign(mime);
    row.value.assign(value.data);
  });
}

void Transaction::set(NodeRow row, std::size_t cost_before) {
  const Overlay::Place place = changes_.at(row.user, row.key);
  place.row = std::move(row);
  note_set(place, cost_before);
}

void Transaction::note_set(const Overlay::Place& place, std::size_t cost_before) {
  written_ += place.row.value.size();
  growth_ += static_cast<std::ptrdiff_t>(tree::cost_of(place.row) - cost_before);
  place.mark.written_at = ++writes_;
  place.mark.removed = false;
}

void Transaction::reset(std::string_view user, std::string_view key) {
  growth_ -= static_cast<std::ptrdiff_t>(cost_at(user, key));
  Overlay::Mark& mark = changes_.at(user, key).mark;
  mark.written_at = ++writes_;
  mark.removed = true;
  mark.live = nullptr;
  removes_ = true;
}

std::set<std::string> Transaction::keys_of_subtree(std::string_view user,
                                                   std::string_view key) const {
  std::set<std::string> gone;
  if (find(user, key) || changes_.find(user, key)) gone.emplace(key);
  if (const tree::Space* space = tree_.space(user)) {
    // Orphans too: a DDF that comes back must not bring back values of another life.
    tree::for_each_below(space->rows(), key, [&](const std::string& below) { gone.insert(below); });
  }
  changes_.for_each_below(
      user, key, [&](const std::string& below, const Overlay::Change&) { gone.insert(below); });
  return gone;
}

void Transaction::erase_subtree(std::string_view user, std::string_view key) {
  erased_keys_.push_back({std::string(user), std::string(key)});
  for (const std::string& each : keys_of_subtree(user, key)) reset(user, each);
}

Status Transaction::retitle(std::string_view user, std::string_view key, std::string title) {
  const NodeRow* before = find(user, key);
  if (!before || before->title == title) return {};
  // The whole row is written anew.
  Status room = judge_room(user, key, before->value.size());
  if (!room.ok()) return room;
  const std::size_t cost_before = tree::cost_of(*before);
  NodeRow row = *before;
  row.title = std::move(title);
  row.tstamp = now_ms_;
  ++row.verno;
  set(std::move(row), cost_before);
  return {};
}

Status Transaction::rename_subtree(std::string_view user, std::string_view key,
                                   std::string_view new_key, std::string_view new_path) {
  const NodeRow* top = find(user, key);
  if (!top || top->path == new_path) return {};
  const std::size_t old_path_size = top->path.size();
  const std::set<std::string> keys = keys_of_subtree(user, key);
  std::size_t bytes = 0;
  for (const std::string& each : keys) {
    const Overlay::Change own = changes_.find(user, each);
    const tree::Live* live = own ? nullptr : tree_.find(user, each);
    if (own && !own.removed()) bytes += own.row->value.size();
    if (live) bytes += live->row.value.size();
  }
  Status room = judge_room(user, key, bytes);
  if (room.code() == Code::kTooLarge) return room;
  std::vector<NodeRow> moved;
  for (const std::string& each : keys) {
    // What no DDF describes at present moves along.
    const Overlay::Change own = changes_.find(user, each);
    const tree::Live* live = own ? nullptr : tree_.find(user, each);
    if (own && !own.removed()) moved.push_back(*own.row);
    if (live) moved.push_back(live->row);
    reset(user, each);
  }
  if (new_key != key) erase_subtree(user, new_key);
  for (NodeRow& row : moved) {
    if (row.key == key) {
      row.tstamp = now_ms_;
      ++row.verno;
    }
    row.key.replace(0, key.size(), new_key);
    row.path.replace(0, old_path_size, new_path);
    set(std::move(row), 0);
  }
  return {};
}

bool Transaction::written_since(std::uint64_t writes, std::string_view user,
                                std::string_view key) const {
  if (writes_ == writes) return false;
  const Overlay::Change own = changes_.find(user, key);
  return own && own.mark->written_at > writes;
}

const std::string* Transaction::state(const std::string& provider, const std::string& key) const {
  if (extras_) {
    const auto own = extras_->state.find({provider, key});
    if (own != extras_->state.end()) return own->second ? &*own->second : nullptr;
  }
  const auto it = tree_.state().find({provider, key});
  return it == tree_.state().end() ? nullptr : &it->second;
}

void Transaction::put_state(std::string provider, std::string key, std::string bytes) {
  extras().state[{std::move(provider), std::move(key)}] = std::move(bytes);
}

void Transaction::erase_state(std::string provider, std::string key) {
  extras().state[{std::move(provider), std::move(key)}] = std::nullopt;
}

std::vector<std::string> Transaction::state_keys(const std::string& provider,
                                                 std::string_view prefix) const {
  std::set<std::string> found;
  const tree::StateKey first{provider, std::string(prefix)};
  const auto matches = [&](const tree::StateKey& key) {
    return key.first == provider && key.second.compare(0, prefix.size(), prefix) == 0;
  };
  const auto& kept = tree_.state();
  for (auto it = kept.lower_bound(first); it != kept.end() && matches(it->first); ++it)
    found.insert(it->first.second);
  if (!extras_) return {found.begin(), found.end()};
  const auto& own = extras_->state;
  for (auto it = own.lower_bound(first); it != own.end() && matches(it->first); ++it) {
    if (it->second) {
      found.insert(it->first.second);
    } else {
      found.erase(it->first.second);
    }
  }
  return {found.begin(), found.end()};
}

bool Transaction::has_job(const std::string& provider, const std::string& id) const {
  if (extras_) {
    const auto own = extras_->jobs.find({provider, id});
    if (own != extras_->jobs.end()) return own->second.has_value();
  }
  return tree_.jobs().count({provider, id}) != 0;
}

void Transaction::put_job(const std::string& provider, const std::string& id, std::string payload) {
  const tree::JobKey key{provider, id};
  Extras& own = extras();
  std::optional<std::string>& job = own.jobs[key];
  if (!job && tree_.jobs().count(key) != 0 && own.ended.count(key) != 0) own.restarted.insert(key);
  job = std::move(payload);
}

bool Transaction::end_job(const std::string& provider, const std::string& id) {
  if (!has_job(provider, id)) return false;
  extras().jobs[{provider, id}] = std::nullopt;
  extras().ended.insert({provider, id});
  return true;
}

std::vector<tree::JobKey> Transaction::extra_started_jobs() const {
  std::vector<tree::JobKey> started;
  for (const auto& [key, payload] : extras_->jobs) {
    if (payload && (tree_.jobs().count(key) == 0 || extras_->restarted.count(key) != 0))
      started.push_back(key);
  }
  return started;
}

std::int64_t Transaction::put_alert(store::AlertRow alert) {
  Extras& own = extras();
  if (alert.id == 0) {
    alert.id = std::max(tree_.next_alert(), own.last_alert + 1);
    own.last_alert = alert.id;
  }
  own.alerts.push_back(std::move(alert));
  return own.alerts.back().id;
}

bool Transaction::takes_alerts() const {
  return tree_.alerts().size() + (extras_ ? extras_->alerts.size() : 0) < kMostAlerts;
}

void Transaction::remove_alert(std::int64_t id) {
  if (tree_.alerts().count(id) != 0) extras().gone_alerts.push_back(id);
}

bool Transaction::empty() const {
  return changes_.empty() &&
         (!extras_ || (extras_->state.empty() && extras_->jobs.empty() && extras_->alerts.empty() &&
                       extras_->gone_alerts.empty()));
}

void Transaction::take_batch(store::Batch& batch, std::vector<tree::Live*>& lives) {
  changes_.take(tree_, batch, lives);
  if (extras_) take_extras(batch);
}

void Transaction::take_extras(store::Batch& batch) {
  for (auto& [key, bytes] : extras_->state) {
    if (bytes) {
      batch.put_state.push_back({key.first, key.second, std::move(*bytes)});
    } else if (tree_.state().count(key) != 0) {
      batch.remove_state.push_back(key);
    }
  }
  for (auto& [key, payload] : extras_->jobs) {
    const auto running = tree_.jobs().find(key);
    if (payload) {
      const bool fresh = running == tree_.jobs().end() || extras_->restarted.count(key) != 0;
      const std::uint32_t attempt = fresh ? 1 : running->second.attempt;
      batch.put_jobs.push_back({key.first, key.second, std::move(*payload), attempt});
    } else if (running != tree_.jobs().end()) {
      batch.remove_jobs.push_back(key);
    }
  }
  batch.put_alerts = std::move(extras_->alerts);
  batch.remove_alerts = std::move(extras_->gone_alerts);
  extras_.reset();
}

}  // namespace cspkit::txn
