// SPDX-License-Identifier: Apache-2.0
#include "provider/writer.hpp"

#include <utility>

namespace cspkit::provider {

std::uint64_t WriterTable::open(std::shared_ptr<Writer> writer) {
  const std::lock_guard lock(mutex_);
  if (free_.empty()) {
    free_.push_back(places_.size());
    places_.emplace_back();
  }
  const std::size_t at = free_.back();
  free_.pop_back();
  const std::uint64_t id = next_++ << kPlaceBits | at;
  places_[at] = {id, std::move(writer)};
  return id;
}

const WriterTable::Place* WriterTable::place_of(std::uint64_t id) const {
  const std::size_t at = id & ((std::uint64_t{1} << kPlaceBits) - 1);
  return at < places_.size() && places_[at].id == id && id != 0 ? &places_[at] : nullptr;
}

std::shared_ptr<Writer> WriterTable::find(std::uint64_t id) const {
  const std::lock_guard lock(mutex_);
  const Place* place = place_of(id);
  return place == nullptr ? nullptr : place->writer;
}

void WriterTable::close(std::uint64_t id) {
  std::shared_ptr<Writer> writer;
  {
    const std::lock_guard lock(mutex_);
    const Place* place = place_of(id);
    if (place == nullptr) return;
    const auto at = static_cast<std::size_t>(place - places_.data());
    writer = std::move(places_[at].writer);
    places_[at].id = 0;
    free_.push_back(at);
  }
  // Whoever found the writer a moment ago may still be inside; after this it finds it closed.
  const std::lock_guard lock(writer->mutex);
  writer->closed = true;
  writer->transaction = nullptr;
}

std::vector<std::pair<std::uint64_t, std::shared_ptr<Writer>>> WriterTable::cancel_all() {
  const std::lock_guard lock(mutex_);
  std::vector<std::pair<std::uint64_t, std::shared_ptr<Writer>>> open;
  for (const auto& [id, writer] : places_) {
    if (id == 0) continue;
    const std::lock_guard writer_lock(writer->mutex);
    writer->cancelled = true;
    writer->changed.notify_all();
    open.emplace_back(id, writer);
  }
  return open;
}

}  // namespace cspkit::provider
