// SPDX-License-Identifier: Apache-2.0
// What of a reply did not fit into one message and waits for the server to ask for it (OMA-TS-
// DM_Protocol 1.2, sections 6 and 7): whole elements are moved to later messages, Results are
// parted between their Items, and an Item that no message can hold goes in pieces, each but the
// last with MoreData, the first with the Size of the whole. Meta and Source stand in every piece.
#ifndef CSPKIT_CORE_SYNCML_REPLY_QUEUE_HPP_
#define CSPKIT_CORE_SYNCML_REPLY_QUEUE_HPP_

#include <cstddef>
#include <deque>
#include <string_view>

#include "syncml/reply_writer.hpp"

namespace cspkit::syncml {

class ReplyQueue {
 public:
  bool empty() const { return parts_.empty(); }
  /// Bytes that wait.
  std::size_t size() const { return bytes_; }
  /// Puts elements behind those that wait.
  void add(Written written);
  /// Writes as much as a message of `limit` bytes takes, at least one element or piece.
  void fill(ReplyWriter& writer, std::size_t limit);
  /// True when a piece of an Item has gone out and others have not.
  bool in_item() const { return !parts_.empty() && parts_.front().data_done != 0; }
  /// Gives that Item up.
  void drop_item();
  void clear();

 private:
  struct Part {
    Written written;
    std::size_t element = 0;    // the next one
    std::size_t item = 0;       // of it, counted from its first
    std::size_t data_done = 0;  // bytes of the Item's text that went out
  };
  enum class Went { kAll, kSome, kNone };

  Went write_results(ReplyWriter& writer, Part& part, std::size_t limit, std::size_t fresh_room,
                     bool any);
  bool write_piece(ReplyWriter& writer, Part& part, const WrittenElement& element,
                   const WrittenItem& item, std::size_t room);
  void next_element();

  std::deque<Part> parts_;
  std::size_t bytes_ = 0;
};

/// Bytes a reader gets from escaped text as ReplyWriter writes it.
std::size_t unescaped_size(std::string_view escaped);
/// The longest beginning of such text that has at most `most` bytes, at least one character, and
/// ends between characters.
std::size_t piece_of(std::string_view escaped, std::size_t most);

}  // namespace cspkit::syncml

#endif  // CSPKIT_CORE_SYNCML_REPLY_QUEUE_HPP_
