// SPDX-License-Identifier: Apache-2.0
#include "dm/large_object.hpp"

#include <algorithm>
#include <charconv>
#include <cspkit/ddf/rules.hpp>

namespace cspkit::dm {

namespace {

// invalid_argument: no number; result_out_of_range: a greater one than there can be.
std::errc read_size(std::string_view text, std::size_t& size) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), size);
  if (error == std::errc() && end != text.data() + text.size()) return std::errc::invalid_argument;
  return error;
}

}  // namespace

bool has_stated_size(const syncml::Item& item) {
  std::size_t size = 0;
  const std::errc error = read_size(item.meta.size, size);
  if (error == std::errc::invalid_argument || (error == std::errc() && size == item.data.size())) {
    return true;
  }
  const std::string_view format = item.meta.format;
  if (format != format_name(Format::kBin) && format != format_name(Format::kB64)) return false;
  const Result<std::string> bytes = ddf::base64_decode(item.data);
  return bytes && error == std::errc() && bytes->size() == size;
}

bool LargeObject::is_next(const syncml::Command& command, const syncml::Item& item) const {
  if (!active() || command.kind != kind_ || item.target != target_) return false;
  if (item.meta.size.empty()) return true;
  std::size_t size = 0;
  return open() && read_size(item.meta.size, size) == std::errc() && size == size_;
}

Code LargeObject::begin(const syncml::Command& command, const syncml::Item& item,
                        std::size_t max_bytes, Clock::Duration now, bool in_wbxml) {
  clear();
  binary_ = in_wbxml && item.meta.format == format_name(Format::kBin);
  kind_ = command.kind;
  target_ = item.target;
  touched_ = true;
  last_piece_ = now;
  const std::errc error = read_size(item.meta.size, size_);
  if (error == std::errc::result_out_of_range) return refuse(Code::kTooLarge);
  if (error != std::errc()) return refuse(Code::kSizeRequired);
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
