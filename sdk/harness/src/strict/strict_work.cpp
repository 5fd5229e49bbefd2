// SPDX-License-Identifier: Apache-2.0
// What a provider does beside its operations: batches and timers of its own. Each goes through the
// engine with this object's own function and context, so that its end is seen.
#include "strict/strict_work.hpp"

namespace cspkit::harness {

StrictProvider::Inside::Inside(StrictProvider& provider, std::uint64_t operation)
    : provider_(provider) {
  const std::lock_guard lock(provider_.mutex_);
  before_ = std::exchange(provider_.running_[std::this_thread::get_id()], operation);
}

StrictProvider::Inside::~Inside() {
  const std::lock_guard lock(provider_.mutex_);
  if (before_ != 0) {
    provider_.running_[std::this_thread::get_id()] = before_;
  } else {
    provider_.running_.erase(std::this_thread::get_id());
  }
}

/// With the mutex held: whose function runs on this thread; 0 for none.
std::uint64_t StrictProvider::operation_here() const {
  const auto found = running_.find(std::this_thread::get_id());
  return found == running_.end() ? 0 : found->second;
}

// ---- batches ----

void StrictProvider::opened(std::uint64_t batch, bool user_scope) {
  Call entry;
  entry.verb = "batch";
  entry.is_batch = true;
  entry.user_scope = user_scope;
  {
    const std::lock_guard lock(mutex_);
    entry.operation = operation_here();
  }
  remember(batch, std::move(entry));
}

void StrictProvider::closed(std::uint64_t batch) {
  const std::lock_guard lock(mutex_);
  Call* call = find(batch);
  if (call == nullptr) return;
  call->ended = true;
  call->paths.clear();  // it is remembered for long
}

cspkit_code StrictProvider::submit(cspkit_writer batch, cspkit_done done, void* context) {
  if (const auto answer = before_use(batch.id, "batch_submit", false)) return *answer;
  Submitted* entry = nullptr;
  {
    const std::lock_guard lock(mutex_);
    entry = &submitted_[++last_key_];
    *entry = {this, last_key_, done, context, 0, false, {}};
    if (Call* call = find(batch.id)) {
      entry->user_scope = call->user_scope;
      entry->paths = std::exchange(call->paths, {});
      if (call->operation == operation_here()) entry->operation = call->operation;
    }
  }
  const std::uint64_t key = entry->key;
  const cspkit_code code = real_host_->batch_submit(
      real_host_, batch,
      [](void* ours, cspkit_code outcome) noexcept {
        const auto* one = static_cast<const Submitted*>(ours);
        one->self->applied(one->key, outcome);
      },
      entry);
  if (code != CSPKIT_OK) {
    const std::lock_guard lock(mutex_);
    // It stays open, and may be submitted again.
    Call* call = find(batch.id);
    if (call != nullptr) call->paths.merge(submitted_[key].paths);
    submitted_.erase(key);
  }
  after_use(batch.id, "batch_submit", code, nullptr);
  if (code == CSPKIT_OK || code == CSPKIT_CANCELLED) closed(batch.id);
  return code;
}

void StrictProvider::applied(std::uint64_t key, cspkit_code code) {
  Submitted entry;
  {
    const std::lock_guard lock(mutex_);
    entry = std::move(submitted_[key]);
    submitted_.erase(key);
    if (code == CSPKIT_OK && !entry.paths.empty()) {
      Call* operation = find(entry.operation);
      if (operation != nullptr && operation->is_change) {
        operation->batch_applied = true;
        if (operation->failed) judge_batch(*operation);
      }
      const std::lock_guard all(state_.mutex);
      for (const std::string& path : entry.paths)
        state_.changed_by_batches.emplace(name_, entry.user_scope, path);
    }
  }
  if (entry.done != nullptr) entry.done(entry.context, code);
}

/// Of an operation that failed, and a batch that it had opened and submitted.
void StrictProvider::judge_batch(const Call& call) {
  breach(call, "batch.outlives-failure",
         "it failed, or its command did, and what it had written by a batch of its own stays",
         "what belongs to the command is written with the call, which the host undoes; what is to "
         "be told of a failure is written later, in a task (run_after)");
}

// ---- timers ----

std::uint64_t StrictProvider::run_after(std::int64_t delay_ms, cspkit_task task, void* context) {
  if (task == nullptr) return real_host_->run_after(real_host_, delay_ms, task, context);
  Timer* entry = nullptr;
  std::uint64_t key = 0;
  {
    const std::lock_guard lock(mutex_);
    key = ++last_key_;
    entry = &timers_[key];
    *entry = {this, key, task, context, 0};
  }
  const std::uint64_t id = real_host_->run_after(
      real_host_, delay_ms,
      [](void* ours) noexcept {
        const auto* one = static_cast<const Timer*>(ours);
        one->self->run_task(one->key);
      },
      entry);
  const std::lock_guard lock(mutex_);
  const auto found = timers_.find(key);  // it may have run meanwhile
  if (found == timers_.end()) return id;
  found->second.id = id;
  if (id == 0) timers_.erase(found);
  return id;
}

void StrictProvider::run_task(std::uint64_t key) {
  Timer entry;
  {
    const std::lock_guard lock(mutex_);
    entry = timers_[key];
    timers_.erase(key);
  }
  entry.task(entry.context);
}

std::int32_t StrictProvider::cancel_task(std::uint64_t timer) {
  const std::int32_t answer = real_host_->cancel_task(real_host_, timer);
  if (answer == 0) return answer;
  const std::lock_guard lock(mutex_);
  for (auto each = timers_.begin(); each != timers_.end(); ++each) {
    if (each->second.id != timer) continue;
    timers_.erase(each);
    break;
  }
  return answer;
}

// ---- what is going on ----

void StrictProvider::add_pending(std::vector<StrictHost::PendingCall>& calls) const {
  const std::lock_guard lock(mutex_);
  for (const std::uint64_t id : pending_) {
    const auto found = calls_.find(id);
    if (found == calls_.end()) continue;
    const Call& call = found->second;
    calls.push_back(
        {id, name_, call.handler, call.verb, call.uri, std::chrono::milliseconds(call.deadline)});
  }
}

void StrictProvider::add_activity(StrictHost::Activity& activity) const {
  const std::lock_guard lock(mutex_);
  activity.timers += timers_.size();
  activity.batches += submitted_.size();
}

}  // namespace cspkit::harness
