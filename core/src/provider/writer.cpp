// SPDX-License-Identifier: Apache-2.0
#include "provider/writer.hpp"

#include <utility>

namespace cspkit::provider {

WriterTable::Place& WriterTable::next_place() {
  if (free_.empty()) {
    // So that a place can always be given back.
    if (free_.capacity() <= places_.size()) free_.reserve(2 * places_.size() + 8);
    places_.emplace_back();
    free_.push_back(places_.size() - 1);
  }
  return places_[free_.back()];
}

std::uint64_t WriterTable::take(Place& place) {
  place.id = next_++ << kPlaceBits | (free_.back() + 1);
  free_.pop_back();
  return place.id;
}

std::uint64_t WriterTable::open(std::shared_ptr<Writer> writer) {
  const std::lock_guard lock(mutex_);
  Place& place = next_place();
  place.writer = std::move(writer);
  return take(place);
}

const WriterTable::Place* WriterTable::place_of(std::uint64_t id) const {
  const std::size_t at = index_of(id);
  return at != kSingle && at <= places_.size() && places_[at - 1].id == id ? &places_[at - 1]
                                                                           : nullptr;
}

std::shared_ptr<Writer> WriterTable::find(std::uint64_t id) const {
  if (index_of(id) == kSingle) {
    const Single::Inside alone(single_, id);
    if (!alone) return nullptr;
    single_.lent = true;
    return single_.writer;
  }
  const std::lock_guard lock(mutex_);
  const Place* place = place_of(id);
  if (place == nullptr) return nullptr;
  place->lent = true;
  return place->writer;
}

std::size_t WriterTable::count() const {
  const std::size_t single = single_.open_id() == 0 ? 0 : 1;
  const std::lock_guard lock(mutex_);
  return single + places_.size() - free_.size();
}

// With the mutex.
void WriterTable::put_back(std::uint64_t id, std::shared_ptr<Writer> writer) {
  // One that somebody may still hold, or that has become more than a call, is not used again.
  const std::size_t at = index_of(id) - 1;
  Place& place = places_[at];
  if (!place.lent && writer->make_as_new()) place.writer = std::move(writer);
  free_.push_back(at);
}

bool Writer::make_as_new() {
  if (is_batch || detached || armed || preview) return false;
  constexpr std::size_t kKept = 1024;  // bytes of text worth keeping
  if (user.capacity() + error_text.capacity() + value.data.capacity() + whole.capacity() > kKept)
    return false;
  user.clear();
  root = {};
  transaction = nullptr;
  read_only = closed = completed = cancelled = false;
  code = Code::kOk;
  error_text.clear();
  hresult = 0;
  value.format = Format::kUnset;
  value.data.clear();
  value.secret = false;
  has_value = false;
  return true;
}

std::vector<std::pair<std::uint64_t, std::shared_ptr<Writer>>> WriterTable::cancel_all() {
  std::vector<std::pair<std::uint64_t, std::shared_ptr<Writer>>> open;
  const auto cancel = [&open](std::uint64_t id, const std::shared_ptr<Writer>& writer) {
    const std::lock_guard lock(writer->mutex);
    writer->cancelled = true;
    writer->changed.notify_all();
    open.emplace_back(id, writer);
  };
  const std::uint64_t first = single_.open_id();
  if (const std::shared_ptr<Writer> writer = find(first)) cancel(first, writer);
  const std::lock_guard lock(mutex_);
  for (const Place& place : places_) {
    if (place.id == 0) continue;
    place.lent = true;
    cancel(place.id, place.writer);
  }
  return open;
}

}  // namespace cspkit::provider
