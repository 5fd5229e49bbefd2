// SPDX-License-Identifier: Apache-2.0
// A provider whose functions run on threads of its own can be given up when one of them does not
// return. From then on nothing of it is called, its handles are stale, and its memory, its library
// and its threads stay for ever: the function may come back at any time, also when the engine has
// gone.
#include <fmt/format.h>

#include <algorithm>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define CSPKIT_LEAK_CHECKED
#endif
#elif defined(__SANITIZE_ADDRESS__)
#define CSPKIT_LEAK_CHECKED
#endif
#ifdef CSPKIT_LEAK_CHECKED
#include <sanitizer/lsan_interface.h>
#endif

#include "provider/loaded_provider.hpp"

namespace cspkit::provider {

namespace {

void keep_for_ever(std::shared_ptr<LoadedProvider> provider) {
  const auto* kept = new std::shared_ptr<LoadedProvider>(std::move(provider));
#ifdef CSPKIT_LEAK_CHECKED
  __lsan_ignore_object(kept);
#else
  static_cast<void>(kept);
#endif
}

}  // namespace

Status LoadedProvider::quarantine_status() const {
  return Status(
      Code::kBusy,
      fmt::format("provider {} did not return from a call and is in quarantine: its computed "
                  "values and changes below its roots are refused until the program starts anew",
                  name_));
}

std::chrono::milliseconds LoadedProvider::choose_deadline() const {
  constexpr std::chrono::milliseconds kForever = std::chrono::hours(24 * 365 * 100);
  constexpr std::chrono::milliseconds kLeast{100};  // no function returns in no time
  const std::chrono::milliseconds given =
      options_.call_deadline.count() > 0 ? options_.call_deadline : services_.call_deadline();
  return offload_ ? std::clamp(given, kLeast, kForever) : std::min(given, kForever);
}

cspkit_code LoadedProvider::elsewhere(Offload::Lane lane, Offload::Unbegun unbegun,
                                      Offload::Function function) {
  if (quarantined_) return CSPKIT_BUSY;
  cspkit_code code = CSPKIT_FAILED;
  switch (offload_->run(lane, unbegun, std::move(function), call_deadline(), code)) {
    case Offload::Ran::kDone:
      return code;
    case Offload::Ran::kHangs:
      quarantine(fmt::format("a call did not return within {} ms", call_deadline().count()));
      return CSPKIT_TIMED_OUT;
    default:
      return CSPKIT_BUSY;
  }
}

void LoadedProvider::quarantine(std::string_view why) {
  {
    // What its host functions have begun to do is done; nothing begins.
    const std::lock_guard lock(host_mutex_);
    if (quarantined_.exchange(true)) return;
  }
  keep_for_ever(shared_from_this());
  closing_ = true;
  services_.log(LogLevel::kProviderMisbehaving, name_,
                fmt::format("{}: in quarantine until the program starts anew; what is not undone "
                            "of it waits for that start",
                            why));
  offload_->give_up();
  cancel_calls();
  static_cast<void>(tasks_->close(Clock::Duration::min()));
}

void LoadedProvider::tell(cspkit_done done, void* context, Code code) {
  const auto last_word = static_cast<cspkit_code>(code);
  if (!offload_) return done(context, last_word);
  elsewhere(Offload::Lane::kConcurrent, Offload::Unbegun::kWait, [done, context, last_word] {
    done(context, last_word);
    return CSPKIT_OK;
  });
}

bool LoadedProvider::enter_host() {
  const std::lock_guard lock(host_mutex_);
  if (quarantined_) return false;
  ++in_host_;
  return true;
}

void LoadedProvider::leave_host() {
  const std::lock_guard lock(host_mutex_);
  if (--in_host_ == 0) host_left_.notify_all();
}

void LoadedProvider::disconnect() {
  std::unique_lock lock(host_mutex_);
  host_left_.wait(lock, [this] { return in_host_ == 0; });
}

}  // namespace cspkit::provider
