// SPDX-License-Identifier: Apache-2.0
// What is accepted as SyncML, beyond OMA-SyncML-RepPro 1.2.2, follows real senders: any prefix,
// either namespace or none, a bare SyncBody, Meta and Data in any order, padded addresses, comments
// anywhere, an encoding label that is wrong. Whether prefixes in markup are bound, attributes
// repeat or "--" stands in a comment is not judged.
#include "syncml/message.hpp"

#include <array>
#include <cstddef>
#include <deque>
#include <memory_resource>
#include <pugixml.hpp>
#include <utility>

#include "syncml/input.hpp"
#include "syncml/reader.hpp"

namespace cspkit::syncml {
namespace {

// Comments and processing instructions are dropped; a blank text is kept when it is all an element
// holds; text outside the root becomes a node, so that it can be refused; an element's first text
// costs no node of its own.
constexpr unsigned kParseFlags =
    pugi::parse_escapes | pugi::parse_eol | pugi::parse_cdata | pugi::parse_ws_pcdata_single |
    pugi::parse_declaration | pugi::parse_doctype | pugi::parse_fragment | pugi::parse_embed_pcdata;

Status parse_failure(std::string_view text, const pugi::xml_parse_result& result) {
  if (result.status == pugi::status_out_of_memory) {
    return Status(Code::kTooLarge, "1:1: not enough memory for the message");
  }
  const auto offset = static_cast<std::size_t>(result.offset < 0 ? 0 : result.offset);
  return Status(Code::kNotSyncml,
                located(text, offset, std::string("not well-formed: ") + result.description()));
}

}  // namespace

struct Message::Document {
  std::array<std::byte, 4096> first_memory;
  std::pmr::monotonic_buffer_resource arena{first_memory.data(), first_memory.size()};
  pugi::xml_document dom;
  std::pmr::deque<std::pmr::string> owned{&arena};  // texts that no node holds in one piece
};

Message::Message(std::unique_ptr<Document> document)
    : document_(std::move(document)), commands(&document_->arena) {}
Message::Message(Message&&) noexcept = default;
Message::~Message() = default;

Result<Message> Message::parse(std::string_view bytes, std::size_t max_bytes,
                               unsigned max_nesting) {
  if (bytes.size() > max_bytes) {
    return Status(Code::kTooLarge, "1:1: message of " + std::to_string(bytes.size()) +
                                       " bytes, the limit is " + std::to_string(max_bytes));
  }
  std::string storage;
  const Result<std::string_view> text = decode_input(bytes, storage);
  if (!text) return text.error();
  if (Status status = check_text(*text); !status.ok()) return status;

  Message message(std::make_unique<Document>());
  Document& document = *message.document_;
  const pugi::xml_parse_result parsed =
      document.dom.load_buffer(text->data(), text->size(), kParseFlags, pugi::encoding_utf8);
  if (!parsed) return parse_failure(*text, parsed);
  Reader reader(*text, document.arena, document.owned, message, max_nesting);
  if (Status status = reader.read(document.dom); !status.ok()) return status;
  return message;
}

CommandKind command_kind(std::string_view element) {
  static constexpr std::pair<std::string_view, CommandKind> kKinds[] = {
      {"Get", CommandKind::kGet},         {"Replace", CommandKind::kReplace},
      {"Add", CommandKind::kAdd},         {"Exec", CommandKind::kExec},
      {"Delete", CommandKind::kDelete},   {"Status", CommandKind::kStatus},
      {"Results", CommandKind::kResults}, {"Alert", CommandKind::kAlert},
      {"Atomic", CommandKind::kAtomic},   {"Sequence", CommandKind::kSequence},
      {"Copy", CommandKind::kCopy},
  };
  for (const auto& [name, kind] : kKinds) {
    if (name == element) return kind;
  }
  return CommandKind::kUnknown;
}

}  // namespace cspkit::syncml
