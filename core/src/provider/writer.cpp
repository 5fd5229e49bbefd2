// SPDX-License-Identifier: Apache-2.0
#include "provider/writer.hpp"

#include <utility>

namespace cspkit::provider {

std::uint64_t WriterTable::open(std::shared_ptr<Writer> writer) {
  const std::lock_guard lock(mutex_);
  const std::uint64_t id = next_++;
  writers_.emplace(id, std::move(writer));
  return id;
}

std::shared_ptr<Writer> WriterTable::find(std::uint64_t id) const {
  const std::lock_guard lock(mutex_);
  const auto it = writers_.find(id);
  return it == writers_.end() ? nullptr : it->second;
}

void WriterTable::close(std::uint64_t id) {
  std::shared_ptr<Writer> writer;
  {
    const std::lock_guard lock(mutex_);
    const auto it = writers_.find(id);
    if (it == writers_.end()) return;
    writer = std::move(it->second);
    writers_.erase(it);
  }
  // Whoever found the writer a moment ago may still be inside; after this it finds it closed.
  const std::lock_guard lock(writer->mutex);
  writer->closed = true;
  writer->transaction = nullptr;
}

std::vector<std::pair<std::uint64_t, std::shared_ptr<Writer>>> WriterTable::cancel_all() {
  const std::lock_guard lock(mutex_);
  for (auto& [id, writer] : writers_) {
    const std::lock_guard writer_lock(writer->mutex);
    writer->cancelled = true;
    writer->changed.notify_all();
  }
  return {writers_.begin(), writers_.end()};
}

}  // namespace cspkit::provider
