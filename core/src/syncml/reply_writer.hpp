// SPDX-License-Identifier: Apache-2.0
// The text of a reply, in the shape native Windows clients send (25H2, build 26200): one line, no
// white space between elements, the header's Status first, Results without Cmd. Written through a
// cursor into one string.
//
// Whatever the values hold, the reply is well-formed: markup is escaped, line ends become &#10; and
// &#13;, and what XML 1.0 cannot carry (control characters, invalid UTF-8, U+FFFE, U+FFFF) becomes
// U+FFFD. A value that needs such bytes needs format bin.
#ifndef CSPKIT_CORE_SYNCML_REPLY_WRITER_HPP_
#define CSPKIT_CORE_SYNCML_REPLY_WRITER_HPP_

#include <cspkit/value.hpp>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "syncml/message.hpp"

namespace cspkit::syncml {

/// What one Status says beside its own CmdID and MsgRef. Empty views are left out, but for cmd_ref
/// and cmd.
struct StatusLine {
  std::string_view cmd_ref, cmd;
  std::string_view target_ref, source_ref;
  int code = 200;
  std::uint32_t provider_error = 0;  ///< an HRESULT, goes out as msft:originalerror; 0: none
  std::string_view failing_uri;      ///< goes out as Item/Target/LocURI
};

/// What one Alert says beside its own CmdID. Empty views are left out.
struct AlertLine {
  std::string_view code;
  std::string_view correlator;
  bool has_item = false;  ///< the rest is its Item
  std::string_view target, source, type, format, mark, data;
};

/// Where an Item of Results lies in a reply's text.
struct WrittenItem {
  std::size_t begin = 0, end = 0;
  std::size_t data = 0;      ///< after "<Data>"; end of the Item when it has none
  std::size_t data_end = 0;  ///< before "</Data>"
  bool has_meta = false;
};

/// Where an element of the body lies. Its first bytes are the start tag and "<CmdID>".
struct WrittenElement {
  std::size_t begin = 0, end = 0;
  std::size_t id = 0, id_end = 0;              ///< the digits of its CmdID
  std::size_t first_item = 0, item_count = 0;  ///< of Results, into Written::items
  bool is_results = false;
  bool uses_msft = false;
};

/// A part of a reply's body with its seams, to be sent in other messages.
struct Written {
  std::string text;
  std::vector<WrittenElement> elements;
  std::vector<WrittenItem> items;
};

class ReplyWriter {
 public:
  /// Begins the reply to a message with that header (Target and Source change places; no header,
  /// an empty SyncHdr and MsgRef 1). `capacity` is a first guess of the size in bytes.
  ReplyWriter(const Header& request, unsigned msg_id, std::size_t capacity);
  /// About what the answers to these commands take.
  static std::size_t expected_size(const std::pmr::vector<Command>& commands);

  void status(const StatusLine& line);
  /// Results: begin, one item per value, end.
  void begin_results(std::string_view cmd_ref);
  void item(std::string_view uri, const Value& value, std::string_view mime);
  /// The same without Data: what a node is, not what it holds.
  void item_without_data(std::string_view uri, Format format, std::string_view mime);
  void end_results();
  void alert(const AlertLine& line);
  /// CmdID of the element written last.
  unsigned last_cmd_id() const { return next_cmd_id_ - 1; }

  /// Notes from here on where elements and items lie, for take().
  void note_seams() { noting_ = true; }
  /// Takes back all that was written since note_seams() and hands it over.
  Written take();
  /// Writes an element of a Written again, with a CmdID of this message: all of it, or its
  /// beginning up to the first Item.
  void repeat(const Written& from, const WrittenElement& element);
  void repeat_head(const Written& from, const WrittenElement& element);
  /// Bytes as they are: escaped already.
  void copy(std::string_view bytes);
  /// Bytes that finish() may add.
  static constexpr std::size_t kClosing = 96;

  /// Bytes written so far.
  std::size_t size() const { return static_cast<std::size_t>(cursor_ - text_.data()); }
  /// Ends the reply, as the last message of its package or not, and hands it over; the writer is
  /// spent.
  std::string finish(bool final = true);

 private:
  void header(const Header& request, unsigned msg_id);
  void room(std::size_t bytes) {
    if (static_cast<std::size_t>(end_ - cursor_) < bytes) grow(bytes);
  }
  void grow(std::size_t bytes);
  // A literal, as it is.
  template <std::size_t N>
  void raw(const char (&literal)[N]) {
    room(N - 1);
    std::memcpy(cursor_, literal, N - 1);
    cursor_ += N - 1;
  }
  void number(std::uint64_t value);
  void text(std::string_view bytes);  // escaped
  void escape(const char* from, const char* end);
  template <std::size_t N, std::size_t M>
  void element(const char (&open)[N], std::string_view content, const char (&close)[M]) {
    raw(open);
    text(content);
    raw(close);
  }
  void after_cmd_id();
  void meta(Format format, std::string_view mime);
  void begin_element(std::size_t start, bool is_results = false);
  void end_element();

  std::string text_;
  char* cursor_ = nullptr;
  char* end_ = nullptr;
  std::string after_cmd_id_;  // "</CmdID><MsgRef>1</MsgRef><CmdRef>", the same in every element
  std::size_t body_attributes_ = 0;  // where attributes of SyncBody go
  unsigned next_cmd_id_ = 1;
  bool uses_msft_ = false;
  bool noting_ = false;
  Written seams_;  // its text stays empty until take()
};

}  // namespace cspkit::syncml

#endif  // CSPKIT_CORE_SYNCML_REPLY_WRITER_HPP_
