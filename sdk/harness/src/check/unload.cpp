// SPDX-License-Identifier: Apache-2.0
// Devices come and go; what stays behind?
#include <dlfcn.h>
#include <fmt/format.h>
#include <malloc.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cspkit/harness/node_values.hpp>
#include <thread>

#include "check/subject.hpp"
#include "process.hpp"

// Of the sanitizers: their allocators are not the C library's.
extern "C" int __lsan_do_recoverable_leak_check() __attribute__((weak));
extern "C" void __asan_init() __attribute__((weak));
extern "C" void __tsan_init() __attribute__((weak));

namespace cspkit::harness::check {
namespace {

bool is_sanitized() {
  return __lsan_do_recoverable_leak_check != nullptr || __asan_init != nullptr ||
         __tsan_init != nullptr;
}

std::size_t allocated() {
  const auto info = ::mallinfo2();
  return info.uordblks + info.hblkhd;
}

void find(Probe& probe, Severity severity, const char* code, std::string text, std::string remedy) {
  Finding finding;
  finding.severity = severity;
  finding.code = code;
  finding.text = std::move(text);
  finding.remedy = std::move(remedy);
  probe.report(finding);
}

/// A life of a device: made, used a little, gone. False when it could not be made.
bool live_once(const CheckOptions& options, const cspkit_plugin& plugin, Probe& probe) {
  const auto bench = Bench::open(options, plugin);
  if (!bench) return false;
  constexpr std::chrono::milliseconds kPatience(50);  // whatever it answers, it was used
  (*bench)->be_patient(kPatience);
  Device& device = (*bench)->device();
  for (const Target& target : targets_of(**bench)) {
    if (target.uri.empty() || target.verbs == 0 || is_skipped(options, target.uri)) continue;
    const ddf::Node& node = target.node;
    const bool own = (target.flags & CSPKIT_HANDLER_OWN) != 0;
    if (!(own ? make_way(device, node, target.uri) : make(device, node, target.uri))) continue;
    if (node.grants(CSPKIT_GET)) static_cast<void>(device.get(target.uri));
    if (node.grants(CSPKIT_REPLACE))
      static_cast<void>(device.replace(target.uri, fitting_value(node)));
    if (node.grants(CSPKIT_DELETE)) static_cast<void>(device.remove(target.uri));
  }
  (*bench)->close();
  (*bench)->tell(probe);
  return true;
}

void try_lives(const CheckOptions& options, const cspkit_plugin& plugin, Probe& probe) {
  constexpr std::size_t kWarm = 3;
  constexpr std::size_t kCounted = 5;
  // A sanitizer begins threads of its own with the first one, whose ever it is.
  if (is_sanitized()) std::thread([] {}).join();
  const std::size_t threads_before = count_threads();
  std::array<std::size_t, kWarm + kCounted> bytes{};
  std::array<std::size_t, kWarm + kCounted> open{};
  ::mallopt(M_ARENA_MAX, 1);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    // Each in a thread of its own: what the C library keeps for a thread that has freed it counts
    // as allocated until the thread has gone.
    bool lived = false;
    const auto live = [&] { lived = live_once(options, plugin, probe); };
    if (is_sanitized()) {
      live();
    } else {
      std::thread(live).join();
    }
    if (!lived) {
      find(probe, Severity::kError, "unload.again",
           "a device could not be made a second time in one process",
           "destroy() must free what create() took; keep no global state");
      return;
    }
    bytes[i] = allocated();
    open[i] = count_files();
  }
  // A thread that was joined is listed for a moment more.
  for (int looks = 0; looks < 200 && count_threads() > threads_before; ++looks)
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  if (count_threads() > threads_before)
    find(probe, Severity::kError, "unload.thread-left",
         fmt::format("{} threads still run after destroy() of {} objects",
                     count_threads() - threads_before, bytes.size()),
         "tell them to stop, and join them in destroy(): their code may be unloaded");
  const auto grows = [](const auto& all) {
    std::size_t least = SIZE_MAX;
    for (std::size_t i = kWarm; i < all.size(); ++i)
      least = std::min(least, all[i] > all[i - 1] ? all[i] - all[i - 1] : 0);
    return least;
  };
  if (const std::size_t left = grows(open); left != 0)
    find(probe, Severity::kError, "unload.file-left",
         fmt::format("{} file descriptors stay open after each destroy()", left),
         "close them in destroy()");
  if (const std::size_t left = grows(bytes); left != 0 && !is_sanitized())
    find(probe, Severity::kWarning, "leak.grows",
         fmt::format("{} bytes and more stay allocated after each device", left),
         "run this check with a build that has -fsanitize=address: its report says who allocated "
         "them");
}

void try_unload(const CheckOptions& options, Library& library, Probe& probe) {
  library.close();
  if (void* found = ::dlopen(options.library.c_str(), RTLD_NOW | RTLD_NOLOAD)) {
    ::dlclose(found);
    find(probe, Severity::kWarning, "unload.stays",
         "the library stays in memory after it was closed",
         "thread_local objects and unique symbols keep it (the version script hides the latter)");
  }
  const Library again(options.library);
  if (again.plugin() != nullptr && live_once(options, *again.plugin(), probe)) return;
  find(probe, Severity::kError, "unload.again",
       "loaded again after it had been unloaded, it does not start",
       "leave nothing behind in the process that the next load trips over");
}

}  // namespace

void unload_phase(const CheckOptions& options, Probe& probe) {
  probe.at("load", "dlopen");
  Library library(options.library);
  if (library.plugin() == nullptr) return;
  const std::size_t threads_before = count_threads();
  if (probe.step("what stays behind", "devices come and go"))
    try_lives(options, *library.plugin(), probe);
  // LeakSanitizer cannot name the functions of a library that has gone.
  if (is_sanitized()) {
    probe.left_out("unloading: a sanitized program keeps libraries for its reports");
  } else if (count_threads() > threads_before) {
    probe.left_out("unloading: threads still run in it");
  } else if (probe.step("unload", "dlclose, and load again")) {
    try_unload(options, library, probe);
  }
}

}  // namespace cspkit::harness::check
