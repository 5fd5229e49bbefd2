// SPDX-License-Identifier: Apache-2.0
// A call that goes on after its command was answered 202. Its writer becomes a batch: what the
// provider does by its handle is noted, and applied together with the word of how it ended.
#include <utility>

#include "provider/loaded_provider.hpp"

namespace cspkit::provider {

void LoadedProvider::detach(const PendingCall& call) {
  const std::lock_guard lock(call.writer->mutex);
  call.writer->preview = std::make_unique<txn::Transaction>(services_.tree(), 0, 0);
  call.writer->transaction = call.writer->preview.get();
  call.writer->detached = true;
}

void LoadedProvider::abandon(const PendingCall& call) {
  {
    const std::lock_guard lock(call.writer->mutex);
    call.writer->cancelled = true;
  }
  writers_.close(call.handle);
}

void LoadedProvider::arm(const PendingCall& call, std::int64_t alert) {
  const std::shared_ptr<Writer>& writer = call.writer;
  {
    const std::lock_guard lock(writer->mutex);
    writer->alert = alert;
    writer->when_ok = call.when_ok;
    writer->instance = call.instance;
    writer->armed = true;
  }
  const Clock::Duration left = call.deadline - services_.clock().steady_now();
  const auto late = [self = weak_from_this(), handle = call.handle, writer] {
    const std::shared_ptr<LoadedProvider> provider = self.lock();
    // In quarantine its calls have ended, and there may be no engine any more.
    if (!provider || !provider->enter_host()) return;
    {
      const std::lock_guard lock(writer->mutex);
      if (!writer->completed && !writer->cancelled) writer->late = writer->cancelled = true;
    }
    provider->finish(handle, writer);
    provider->leave_host();
  };
  const std::uint64_t timer = tasks_->post(late, std::max(left, Clock::Duration::zero()));
  {
    const std::lock_guard lock(writer->mutex);
    writer->timer = timer;
    // No timer any more: the provider is being stopped, and nobody will wait.
    if (timer == 0 && !writer->completed) writer->cancelled = true;
  }
  finish(call.handle, writer);  // it may have completed, or been cancelled, meanwhile
}

void LoadedProvider::finish(std::uint64_t handle, const std::shared_ptr<Writer>& writer) {
  PendingEnd end;
  std::uint64_t timer = 0;
  {
    const std::lock_guard lock(writer->mutex);
    const bool over = writer->completed || writer->cancelled;
    if (!writer->armed || !over || std::exchange(writer->closed, true)) return;
    end.alert = writer->alert;
    end.instance = writer->instance;
    end.code = writer->completed ? writer->code : writer->late ? Code::kTimedOut : Code::kCancelled;
    if (end.code == Code::kOk) {
      // The value of a Replace comes first, so that what the handler itself set there stands.
      if (writer->when_ok) end.ops.push_back(std::move(*writer->when_ok));
      for (WriteOp& op : writer->ops) end.ops.push_back(std::move(op));
    } else if (!writer->error_text.empty()) {
      services_.log(LogLevel::kWarning, name_, writer->error_text);
    }
    timer = writer->timer;
  }
  writers_.close(handle);
  if (timer != 0) tasks_->cancel(timer);
  services_.finish_pending(shared_from_this(), std::move(end));
}

void LoadedProvider::cancel_calls() {
  for (const auto& [handle, writer] : writers_.cancel_all()) finish(handle, writer);
}

}  // namespace cspkit::provider
