// SPDX-License-Identifier: Apache-2.0
#include "syncml/reply_queue.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace cspkit::syncml {

namespace {

// Rather than a smaller piece, the next message is begun.
constexpr std::size_t kLeastPiece = 128;
// Where even an empty message is too long for the limit, this much goes out all the same.
constexpr std::size_t kSmallestPiece = 16;
constexpr std::string_view kMetaEnd = "</Meta><Data>", kData = "<Data>", kEndResults = "</Results>";
constexpr std::string_view kEndPiece = "</Data><MoreData/></Item>", kEndItem = "</Data></Item>";
constexpr std::size_t kDigits = 20;

std::size_t room_in(const ReplyWriter& writer, std::size_t limit) {
  const std::size_t used = writer.size() + ReplyWriter::kClosing;
  return limit > used ? limit - used : 0;
}

}  // namespace

std::size_t unescaped_size(std::string_view escaped) {
  std::size_t size = escaped.size();
  for (std::size_t at = escaped.find('&'); at != std::string_view::npos;
       at = escaped.find('&', at + 1)) {
    size -= escaped.find(';', at) - at;
  }
  return size;
}

std::size_t piece_of(std::string_view escaped, std::size_t most) {
  // No reference and no character is longer.
  constexpr std::size_t kLongest = 5;
  if (escaped.size() <= std::max(most, kLongest)) return escaped.size();
  std::size_t size = std::max(most, kLongest);
  while ((escaped[size] & 0xC0) == 0x80) --size;
  const std::size_t mark = escaped.rfind('&', size - 1);
  if (mark != std::string_view::npos && size - mark < kLongest && mark != 0 &&
      escaped.substr(mark, size - mark).find(';') == std::string_view::npos) {
    size = mark;
  }
  return size;
}

void ReplyQueue::add(Written written) {
  if (written.elements.empty()) return;
  bytes_ += written.text.size();
  parts_.emplace_back().written = std::move(written);
}

void ReplyQueue::fill(ReplyWriter& writer, std::size_t limit) {
  bool any = false;
  const std::size_t fresh_room = room_in(writer, limit);
  while (!parts_.empty()) {
    Part& part = parts_.front();
    const WrittenElement& element = part.written.elements[part.element];
    if (element.is_results && element.item_count != 0) {
      const Went went = write_results(writer, part, limit, fresh_room, any);
      if (went != Went::kAll) return;
    } else {
      const std::size_t size = element.end - element.begin + kDigits;
      if (any && size > room_in(writer, limit)) return;
      writer.repeat(part.written, element);
    }
    any = true;
    next_element();
  }
}

ReplyQueue::Went ReplyQueue::write_results(ReplyWriter& writer, Part& part, std::size_t limit,
                                           std::size_t fresh_room, bool any) {
  const WrittenElement& element = part.written.elements[part.element];
  const WrittenItem* items = &part.written.items[element.first_item];
  const std::size_t frame = items[0].begin - element.begin + kDigits + kEndResults.size();
  const std::size_t room = room_in(writer, limit);
  std::size_t left = room > frame ? room - frame : 0;
  std::size_t fitting = part.item;
  while (part.data_done == 0 && fitting < element.item_count) {
    const std::size_t size = items[fitting].end - items[fitting].begin;
    if (size > left) break;
    left -= size;
    ++fitting;
  }
  if (fitting > part.item) {
    writer.repeat_head(part.written, element);
    for (; part.item < fitting; ++part.item) {
      const WrittenItem& item = items[part.item];
      writer.copy(std::string_view(part.written.text).substr(item.begin, item.end - item.begin));
    }
    writer.copy(kEndResults);
    return part.item == element.item_count ? Went::kAll : Went::kSome;
  }
  const WrittenItem& item = items[part.item];
  const bool has_data = item.data != item.end;
  if (!has_data) {  // small, and cannot be parted
    if (any) return Went::kNone;
    writer.repeat_head(part.written, element);
    writer.copy(std::string_view(part.written.text).substr(item.begin, item.end - item.begin));
    writer.copy(kEndResults);
    ++part.item;
    return part.item == element.item_count ? Went::kAll : Went::kSome;
  }
  const std::size_t around = item.data - item.begin + kEndPiece.size() + 64;
  const std::size_t data_room = left > around ? left - around : 0;
  // What fits into one message must not be parted.
  const bool fits_alone = part.data_done == 0 && item.end - item.begin + frame <= fresh_room;
  if (any && (fits_alone || data_room < kLeastPiece)) return Went::kNone;
  if (!write_piece(writer, part, element, item, std::max(data_room, kSmallestPiece))) {
    return Went::kSome;
  }
  part.data_done = 0;
  ++part.item;
  return part.item == element.item_count ? Went::kAll : Went::kSome;
}

// True when it was the last.
bool ReplyQueue::write_piece(ReplyWriter& writer, Part& part, const WrittenElement& element,
                             const WrittenItem& item, std::size_t room) {
  const std::string_view text(part.written.text);
  const std::string_view data = text.substr(item.data, item.data_end - item.data);
  writer.repeat_head(part.written, element);
  // Up to where the Size goes: after the other elements of Meta.
  const std::size_t tail = item.has_meta ? kMetaEnd.size() : kData.size();
  writer.copy(text.substr(item.begin, item.data - tail - item.begin));
  if (part.data_done == 0) {
    std::string size = std::to_string(unescaped_size(data));
    size = R"(<Size xmlns="syncml:metinf">)" + size + "</Size>";
    writer.copy(item.has_meta ? size : "<Meta>" + size + "</Meta>");
  }
  writer.copy(item.has_meta ? kMetaEnd : kData);
  const std::string_view rest = data.substr(part.data_done);
  const std::size_t piece = piece_of(rest, room);
  writer.copy(rest.substr(0, piece));
  const bool last = piece == rest.size();
  part.data_done += piece;
  writer.copy(last ? kEndItem : kEndPiece);
  writer.copy(kEndResults);
  return last;
}

void ReplyQueue::next_element() {
  Part& part = parts_.front();
  part.item = 0;
  part.data_done = 0;
  if (++part.element < part.written.elements.size()) return;
  bytes_ -= part.written.text.size();
  parts_.pop_front();
}

void ReplyQueue::drop_item() {
  if (!in_item()) return;
  Part& part = parts_.front();
  part.data_done = 0;
  if (++part.item == part.written.elements[part.element].item_count) next_element();
}

void ReplyQueue::clear() {
  parts_.clear();
  bytes_ = 0;
}

}  // namespace cspkit::syncml
