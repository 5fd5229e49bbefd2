// SPDX-License-Identifier: Apache-2.0
// The host table of a provider that may be given up, and outlive its engine: every function looks
// first whether that has happened, and is then CSPKIT_STALE, or what stands beside it below. The
// clock goes on.
#include <cstring>
#include <string>
#include <vector>

#include "provider/loaded_provider.hpp"

namespace cspkit::provider {

namespace {

LoadedProvider& of(const cspkit_host* host) { return *static_cast<LoadedProvider*>(host->impl); }

class HostUse {
 public:
  explicit HostUse(const cspkit_host* host) : provider_(of(host)), good_(provider_.enter_host()) {}
  ~HostUse() {
    if (good_) provider_.leave_host();
  }
  HostUse(const HostUse&) = delete;
  HostUse& operator=(const HostUse&) = delete;
  explicit operator bool() const { return good_; }

 private:
  LoadedProvider& provider_;
  bool good_;
};

/// A function of a table, and what it answers in quarantine.
template <auto kMember, auto kStale>
struct Guarded;
template <typename R, typename... Args,
          R (*cspkit_host::*kMember)(const cspkit_host*, Args...) CSPKIT_NOEXCEPT, auto kStale>
struct Guarded<kMember, kStale> {
  static R call(const cspkit_host* host, Args... args) noexcept {
    const HostUse use(host);
    return use ? (of(host).plain_host().*kMember)(host, args...) : static_cast<R>(kStale);
  }
};
template <typename R, typename... Args,
          R (*cspkit_host_jobs::*kMember)(const cspkit_host*, Args...) CSPKIT_NOEXCEPT, auto kStale>
struct Guarded<kMember, kStale> {
  static R call(const cspkit_host* host, Args... args) noexcept {
    const HostUse use(host);
    if (!use) return static_cast<R>(kStale);
    const void* jobs = of(host).plain_host().get_extension(host, CSPKIT_EXT_JOBS);
    return (static_cast<const cspkit_host_jobs*>(jobs)->*kMember)(host, args...);
  }
};
template <typename R, typename... Args,
          R (*cspkit_host_alerts::*kMember)(const cspkit_host*, Args...) CSPKIT_NOEXCEPT,
          auto kStale>
struct Guarded<kMember, kStale> {
  static R call(const cspkit_host* host, Args... args) noexcept {
    const HostUse use(host);
    if (!use) return static_cast<R>(kStale);
    const void* alerts = of(host).plain_host().get_extension(host, CSPKIT_EXT_ALERTS);
    return (static_cast<const cspkit_host_alerts*>(alerts)->*kMember)(host, args...);
  }
};
template <auto kMember, auto kStale = CSPKIT_STALE>
constexpr auto guarded = &Guarded<kMember, kStale>::call;

// A sink is the provider's code, and may not return either: it is called when the engine is not
// needed any more.

void keep_value(void* context, const cspkit_value* value) noexcept {
  auto& kept = *static_cast<Value*>(context);
  kept = Value(static_cast<Format>(value->format),
               std::string(static_cast<const char*>(value->data), value->size));
  kept.secret = (value->flags & CSPKIT_VALUE_SECRET) != 0;
}

void keep_bytes(void* context, cspkit_str bytes) noexcept {
  static_cast<std::vector<std::string>*>(context)->emplace_back(bytes.data, bytes.size);
}

cspkit_code read(const cspkit_host* host, cspkit_writer writer, cspkit_str path,
                 cspkit_value_sink sink, void* context) noexcept {
  Value value;
  const cspkit_code code =
      guarded<&cspkit_host::read>(host, writer, path, sink ? keep_value : nullptr, &value);
  if (code != CSPKIT_OK || !sink) return code;
  const cspkit_value out{static_cast<std::int32_t>(value.format),
                         value.secret ? std::uint32_t{CSPKIT_VALUE_SECRET} : 0u, value.data.data(),
                         value.data.size()};
  sink(context, &out);
  return code;
}

template <auto kMember>
cspkit_code bytes_of(const cspkit_host* host, cspkit_writer writer, cspkit_str what,
                     cspkit_bytes_sink sink, void* context) noexcept {
  std::vector<std::string> kept;
  const cspkit_code code = guarded<kMember>(host, writer, what, sink ? keep_bytes : nullptr, &kept);
  if (code != CSPKIT_OK || !sink) return code;
  for (const std::string& each : kept) sink(context, {each.data(), each.size()});
  return code;
}

std::int64_t now_steady(const cspkit_host* host) noexcept {
  return std::chrono::duration_cast<std::chrono::milliseconds>(of(host).clock().steady_now())
      .count();
}

std::int64_t now_utc(const cspkit_host* host) noexcept {
  return of(host).clock().utc_now().time_since_epoch().count();
}

void log(const cspkit_host* host, std::int32_t level, cspkit_str text) noexcept {
  const HostUse use(host);
  if (use) of(host).plain_host().log(host, level, text);
}

constexpr cspkit_host_jobs kJobs = {sizeof(cspkit_host_jobs),
                                    0,
                                    guarded<&cspkit_host_jobs::job_start>,
                                    guarded<&cspkit_host_jobs::job_end>,
                                    guarded<&cspkit_host_jobs::job_progress>,
                                    guarded<&cspkit_host_jobs::is_closing, 1>};

constexpr cspkit_host_alerts kAlerts = {sizeof(cspkit_host_alerts), 0,
                                        guarded<&cspkit_host_alerts::alert_queue>};

const void* get_extension(const cspkit_host*, const char* id) noexcept {
  if (!id) return nullptr;
  if (std::strcmp(id, CSPKIT_EXT_JOBS) == 0) return &kJobs;
  return std::strcmp(id, CSPKIT_EXT_ALERTS) == 0 ? &kAlerts : nullptr;
}

}  // namespace

cspkit_host make_guarded_host_table(LoadedProvider& provider) {
  cspkit_host host = make_host_table(provider);
  host.set_value = guarded<&cspkit_host::set_value>;
  host.set_error = guarded<&cspkit_host::set_error>;
  host.complete = guarded<&cspkit_host::complete>;
  host.is_cancelled = guarded<&cspkit_host::is_cancelled, 1>;
  host.read = read;
  host.children = bytes_of<&cspkit_host::children>;
  host.set = guarded<&cspkit_host::set>;
  host.create = guarded<&cspkit_host::create>;
  host.remove = guarded<&cspkit_host::remove>;
  host.state_read = bytes_of<&cspkit_host::state_read>;
  host.state_list = bytes_of<&cspkit_host::state_list>;
  host.state_write = guarded<&cspkit_host::state_write>;
  host.state_remove = guarded<&cspkit_host::state_remove>;
  host.batch_open = guarded<&cspkit_host::batch_open>;
  host.batch_submit = guarded<&cspkit_host::batch_submit>;
  host.batch_drop = guarded<&cspkit_host::batch_drop>;
  host.now_steady = now_steady;
  host.now_utc = now_utc;
  host.run_after = guarded<&cspkit_host::run_after, 0>;
  host.cancel_task = guarded<&cspkit_host::cancel_task, 0>;
  host.log = log;
  host.get_extension = get_extension;
  return host;
}

}  // namespace cspkit::provider
