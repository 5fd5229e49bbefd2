// SPDX-License-Identifier: Apache-2.0
#include "dm/large_object.hpp"

#include <algorithm>
#include <charconv>
#include <cspkit/ddf/rules.hpp>

namespace cspkit::dm {

bool LargeObject::is_next(const syncml::Command& command, const syncml::Item& item) const {
  return active() && command.kind == kind_ && item.target == target_ && item.meta.size.empty();
}

Code LargeObject::begin(const syncml::Command& command, const syncml::Item& item,
                        std::size_t max_bytes, Clock::Duration now, bool in_wbxml) {
  clear();
  binary_ = in_wbxml && item.meta.format == format_name(Format::kBin);
  kind_ = command.kind;
  target_ = item.target;
  touched_ = true;
  last_piece_ = now;
  const std::string_view size = item.meta.size;
  const auto [end, error] = std::from_chars(size.data(), size.data() + size.size(), size_);
  if (error == std::errc::result_out_of_range) return refuse(Code::kTooLarge);
  if (size.empty() || error != std::errc() || end != size.data() + size.size()) {
    return refuse(Code::kSizeRequired);
  }
  if (size_ > max_bytes) return refuse(Code::kTooLarge);
  source_ = item.source;
  format_ = item.meta.format;
  mime_ = item.meta.type;
  state_ = State::kOpen;
  const Code added = add(item, now);
  return added;
}

Code LargeObject::add(const syncml::Item& item, Clock::Duration now) {
  last_piece_ = now;
  touched_ = item.more_data;
  if (state_ == State::kRefused) {
    const Code why = refusal_;
    if (!item.more_data) clear();
    return why;
  }
  const bool fits = append(item.data);
  if (fits && item.more_data) return Code::kChunkAccepted;
  if (fits && data_.size() == size_) {
    if (binary_) data_ = ddf::base64_encode(data_);
    return Code::kOk;
  }
  if (item.more_data) return refuse(Code::kSizeMismatch);
  clear();
  return Code::kSizeMismatch;
}

bool LargeObject::append(std::string_view data) {
  const std::size_t room = size_ - data_.size();
  if (!binary_) {
    if (data.size() > room) return false;
    data_.append(data);
    return true;
  }
  const Result<std::string> bytes = ddf::base64_decode(data);
  if (!bytes || bytes->size() > room) return false;
  data_.append(*bytes);
  return true;
}

void LargeObject::give_up() {
  (void)refuse(Code::kSizeMismatch);
  touched_ = false;
}

Code LargeObject::refuse(Code why) {
  state_ = State::kRefused;
  refused_here_ = true;
  refusal_ = why;
  data_ = std::string();  // its memory too
  return why;
}

syncml::Item LargeObject::item() const {
  syncml::Item whole;
  whole.target = target_;
  whole.has_target = true;
  whole.source = source_;
  whole.has_source = !source_.empty();
  whole.meta.format = format_;
  whole.meta.type = mime_;
  whole.data = data_;
  whole.has_data = true;
  return whole;
}

}  // namespace cspkit::dm
