// SPDX-License-Identifier: Apache-2.0
// A large object the server sends in pieces (OMA-TS-DM_Protocol 1.2, section 7). One at a time:
// its pieces come in contiguous messages. Nothing is done before the last one is there.
//
// Choices where no source says:
//  * The first piece must say the Size (else 411), and a Size beyond the value limit is refused at
//    once (413). So that a tail, which carries no MoreData, is never taken for a whole value, the
//    next command of its kind on the Target of a refused piece, if it says no Size, is refused with
//    the same status: sending a command again does less harm. In later messages only in the place
//    of a piece: those come one after the other, and any other command says that none will come.
//  * A piece has the command and the Target of the first, and says no Size, or the same one while
//    the object is open; with another Size it is a new object. Format and Type are those of the
//    first piece.
//  * A value that comes whole and says a Size that is not its own is refused like an object that
//    came in pieces (424): a tail whose beginning was lost is no value either.
//  * In WBXML the pieces of a bin object are bytes, and its Size is theirs; in XML both are text.
//  * An object that nobody goes on with for longer than the limit is given up (1225).
#ifndef CSPKIT_CORE_DM_LARGE_OBJECT_HPP_
#define CSPKIT_CORE_DM_LARGE_OBJECT_HPP_

#include <cspkit/executor.hpp>
#include <cspkit/result.hpp>
#include <cstddef>
#include <string>
#include <string_view>

#include "syncml/message.hpp"

namespace cspkit::dm {

/// False when a whole Item says a Size, and it is neither that of its text nor, in format bin or
/// b64, that of the bytes the text stands for. A Size that is no number says nothing.
bool has_stated_size(const syncml::Item& item);

class LargeObject {
 public:
  /// Pieces are expected: to be kept, or to be refused.
  bool active() const { return state_ != State::kNone; }
  /// What came is kept.
  bool open() const { return state_ == State::kOpen; }
  /// Its pieces come as bytes: it began in WBXML, with format bin.
  bool is_binary() const { return active() && binary_; }
  bool is_next(const syncml::Command& command, const syncml::Item& item) const;

  /// A first piece. kChunkAccepted, or why it is refused.
  Code begin(const syncml::Command& command, const syncml::Item& item, std::size_t max_bytes,
             Clock::Duration now, bool in_wbxml);
  /// A further piece. kChunkAccepted; kOk: it was the last, and item() is whole; else why not.
  Code add(const syncml::Item& item, Clock::Duration now);
  /// Something came in between, or nothing came for too long: what was kept is given up.
  void give_up();
  void clear() { *this = LargeObject(); }
  /// Another command came: what was refused has no further piece.
  void other_command() {
    if (state_ == State::kRefused && !refused_here_) clear();
  }

  void begin_message() { touched_ = refused_here_ = false; }
  /// A piece came since begin_message, and more are to come.
  bool touched() const { return touched_; }
  Clock::Duration last_piece() const { return last_piece_; }

  const std::string& target() const { return target_; }
  const std::string& source() const { return source_; }
  /// The Item put together; views into this object.
  syncml::Item item() const;

 private:
  enum class State { kNone, kOpen, kRefused };
  Code refuse(Code why);
  bool append(std::string_view data);

  State state_ = State::kNone;
  Code refusal_ = Code::kOk;
  syncml::CommandKind kind_ = syncml::CommandKind::kUnknown;
  std::string target_, source_, format_, mime_, data_;
  std::size_t size_ = 0;
  bool touched_ = false;
  bool refused_here_ = false;  // in this message: the sender does not know it yet
  bool binary_ = false;
  Clock::Duration last_piece_{};
};

}  // namespace cspkit::dm

#endif  // CSPKIT_CORE_DM_LARGE_OBJECT_HPP_
