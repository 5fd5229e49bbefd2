// SPDX-License-Identifier: Apache-2.0
// A SyncML message as views into its parsed document: nothing is copied that the document already
// holds.
#ifndef CSPKIT_CORE_SYNCML_MESSAGE_HPP_
#define CSPKIT_CORE_SYNCML_MESSAGE_HPP_

#include <cspkit/result.hpp>
#include <cstddef>
#include <memory>
#include <memory_resource>
#include <string>
#include <string_view>
#include <vector>

namespace cspkit::syncml {

enum class CommandKind {
  kAdd,
  kAlert,
  kAtomic,
  kCopy,
  kDelete,
  kExec,
  kGet,
  kReplace,
  kResults,
  kSequence,
  kStatus,
  kUnknown
};

/// Meta of an item, with the command's and its containers' Meta filled in where the item's says
/// nothing.
struct Meta {
  std::string_view format, type, size, mark;
};

struct Item {
  std::string_view target, source;  ///< LocURIs, trimmed
  bool has_target = false, has_source = false;
  Meta meta;
  std::string_view data;  ///< text; raw child markup as written
  bool has_data = false;
  bool more_data = false;
};

/// One command. Children of containers are commands of their own.
struct Command {
  /// Its vectors take their memory from there: the message's own arena.
  explicit Command(std::pmr::memory_resource* memory = std::pmr::get_default_resource())
      : items(memory), children(memory) {}

  CommandKind kind = CommandKind::kUnknown;
  std::string_view element;  ///< local name as written: "Exec"
  std::string_view cmd_id;   ///< byte for byte, surrounding blanks kept as sent
  bool has_cmd_id = false;   ///< false also when the element is there but empty
  std::string_view data;     ///< of Alert and Status
  std::string_view correlator;
  std::string_view msg_ref, cmd_ref, cmd;  ///< of Status and Results
  std::pmr::vector<Item> items;
  std::pmr::vector<Command> children;  ///< of Atomic and Sequence
  bool too_deep = false;  ///< a container nested beyond the limit: its children were not read
};

struct Header {
  bool present = false;  ///< the message has a SyncHdr with content
  std::string_view ver_dtd, ver_proto, session_id, msg_id, target, source;
  std::string_view max_msg_size, max_obj_size;
  bool has_cred = false;
};

/// A parsed message; owns the document its views point into. Immutable after parse.
class Message {
 public:
  Message(Message&&) noexcept;
  Message& operator=(Message&&) = delete;  // commands must go before the arena they lie in
  ~Message();

  /// Reads UTF-8 or UTF-16 text with or without BOM, roots SyncML and SyncBody (in namespace
  /// SYNCML:SYNCML1.1, 1.2 or none, any prefix). kNotSyncml with line and column and reason: not
  /// well-formed, another root, no SyncBody, DTD. kTooLarge beyond max_bytes. Containers nested
  /// deeper than max_nesting are marked too_deep. Depth of other elements is bounded.
  static Result<Message> parse(std::string_view bytes, std::size_t max_bytes, unsigned max_nesting);

 private:
  struct Document;
  std::unique_ptr<Document> document_;  // first: what follows points into it

 public:
  Header header;
  std::pmr::vector<Command> commands;  ///< in document order
  bool final = false;
  bool bare_body = false;  ///< the root was SyncBody

 private:
  explicit Message(std::unique_ptr<Document> document);
};

/// What an element of that name is.
CommandKind command_kind(std::string_view element);

}  // namespace cspkit::syncml

#endif  // CSPKIT_CORE_SYNCML_MESSAGE_HPP_
