// SPDX-License-Identifier: Apache-2.0
#include "check/watch.hpp"

#include <algorithm>
#include <map>
#include <thread>

namespace cspkit::harness::check {
namespace {

constexpr std::size_t kMostTasks = 10'000;

/// "./Vendor/A/B" of a snapshot's line, or of a change.
std::string address_in(const std::string& line) {
  const std::size_t begin = line.find('.');
  const std::string address = line.substr(begin, line.find(" = ") - begin);
  return address.size() > 1 && address.back() == '/' ? address.substr(0, address.size() - 1)
                                                     : address;
}

bool is_at_or_below(const std::string& uri, const std::string& top) {
  return uri.size() >= top.size() && uri.compare(0, top.size(), top) == 0 &&
         (uri.size() == top.size() || uri[top.size()] == '/');
}

/// Did one of the changes of batches make, change or remove the node of this line?
bool is_of_batch(const std::string& change, const std::vector<std::string>& changed) {
  const std::string uri = normal(address_in(change));
  const bool interior = change.back() == '/';
  return std::any_of(changed.begin(), changed.end(), [&](const std::string& each) {
    return is_at_or_below(uri, each) || (interior && is_at_or_below(each, uri));
  });
}

std::string shortened(const std::vector<std::string>& all) {
  constexpr std::size_t kShown = 3;
  constexpr std::size_t kLine = 160;
  std::string text;
  for (std::size_t i = 0; i < std::min(all.size(), kShown); ++i) {
    if (!text.empty()) text += "; ";
    text += all[i].size() > kLine ? all[i].substr(0, kLine) + "..." : all[i];
  }
  if (all.size() > kShown) text += "; and " + std::to_string(all.size() - kShown) + " more";
  return text;
}

}  // namespace

std::vector<std::string> without_batches(std::vector<std::string> lines,
                                         const std::vector<std::string>& changed) {
  lines.erase(std::remove_if(lines.begin(), lines.end(),
                             [&](const std::string& each) { return is_of_batch(each, changed); }),
              lines.end());
  return lines;
}

// ---- Watch ----

Watch watch_tree(Bench& bench, Probe& probe) {
  if (!probe.prepare_tree()) return {};
  bench.settle(probe);
  return Watch(bench.device());
}

Watch::Watch(Device& device) : looks_(true) {
  const Snapshot before = device.snapshot();
  device.executor().advance(std::chrono::seconds(3), kMostTasks);
  for (const std::string& change : diff(before, device.snapshot()))
    restless_.insert(address_in(change));
}

Snapshot Watch::look(Device& device) const {
  if (!looks_) return {};
  Snapshot snapshot = device.snapshot();
  snapshot.lines = without_restless(std::move(snapshot.lines));
  return snapshot;
}

std::vector<std::string> Watch::without_restless(std::vector<std::string> changes) const {
  const auto is_restless = [&](const std::string& line) {
    return restless_.count(address_in(line)) != 0;
  };
  changes.erase(std::remove_if(changes.begin(), changes.end(), is_restless), changes.end());
  return changes;
}

void Watch::find_restless(Device& device, Clock::Duration time) {
  constexpr int kLooks = 3;
  constexpr int kMost = 2;  // of them
  constexpr std::chrono::milliseconds kReal(5);
  std::map<std::string, int> seen;
  Snapshot before = look(device);
  for (int i = 0; i < kLooks; ++i) {
    device.executor().advance(time, kMostTasks);
    std::this_thread::sleep_for(kReal);
    Snapshot after = look(device);
    std::set<std::string> changed;
    for (const std::string& change : diff(before, after)) changed.insert(address_in(change));
    for (const std::string& address : changed) ++seen[address];
    before = std::move(after);
  }
  for (const auto& [address, times] : seen) {
    if (times >= kMost) restless_.insert(address);
  }
}

std::string Watch::changes(const Snapshot& before, const Snapshot& after) {
  return shortened(diff(before, after));
}

// ---- Window ----

Window::Window(Bench& bench, Watch& watch) : bench_(bench), watch_(watch) {
  static_cast<void>(bench_.take_batch_changes());
  begin_ = bench_.device().clock().steady_now();
  before_ = watch_.look(bench_.device());
}

std::string Window::changes() {
  if (!watch_.looks()) return {};
  Device& device = bench_.device();
  std::vector<std::string> changes = diff(before_, watch_.look(device));
  const Clock::Duration took = device.clock().steady_now() - begin_;
  for (std::string& each : bench_.take_batch_changes()) others_.push_back(std::move(each));
  changes = without_batches(std::move(changes), others_);
  if (changes.empty()) return {};
  watch_.find_restless(device, took);
  return shortened(watch_.without_restless(std::move(changes)));
}

}  // namespace cspkit::harness::check
