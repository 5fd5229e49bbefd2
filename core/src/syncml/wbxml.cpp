// SPDX-License-Identifier: Apache-2.0
#include "syncml/wbxml.hpp"

#include <algorithm>
#include <cspkit/ddf/locuri.hpp>
#include <cspkit/ddf/rules.hpp>
#include <cstdint>
#include <pugixml.hpp>
#include <vector>

#include "syncml/chars.hpp"
#include "syncml/message.hpp"

namespace cspkit::syncml {

namespace {

constexpr std::string_view kSyncmlTags[] = {"Add",
                                            "Alert",
                                            "Archive",
                                            "Atomic",
                                            "Chal",
                                            "Cmd",
                                            "CmdID",
                                            "CmdRef",
                                            "Copy",
                                            "Cred",
                                            "Data",
                                            "Delete",
                                            "Exec",
                                            "Final",
                                            "Get",
                                            "Item",
                                            "Lang",
                                            "LocName",
                                            "LocURI",
                                            "Map",
                                            "MapItem",
                                            "Meta",
                                            "MsgID",
                                            "MsgRef",
                                            "NoResp",
                                            "NoResults",
                                            "Put",
                                            "Replace",
                                            "RespURI",
                                            "Results",
                                            "Search",
                                            "Sequence",
                                            "SessionID",
                                            "SftDel",
                                            "Source",
                                            "SourceRef",
                                            "Status",
                                            "Sync",
                                            "SyncBody",
                                            "SyncHdr",
                                            "SyncML",
                                            "Target",
                                            "TargetRef",
                                            "",
                                            "VerDTD",
                                            "VerProto",
                                            "NumberOfChanges",
                                            "MoreData",
                                            "Field",
                                            "Filter",
                                            "Record",
                                            "FilterType",
                                            "SourceParent",
                                            "TargetParent",
                                            "Move",
                                            "Correlator"};
constexpr std::string_view kMetInfTags[] = {
    "Anchor",    "EMI",        "Format", "FreeID",  "FreeMem",    "Last",
    "Mark",      "MaxMsgSize", "Mem",    "MetInf",  "Next",       "NextNonce",
    "SharedMem", "Size",       "Type",   "Version", "MaxObjSize", "FieldLevel"};
constexpr unsigned kFirstTag = 0x05;
constexpr unsigned kContent = 0x40, kAttributes = 0x80;

enum Token : unsigned char {
  kSwitchPage = 0x00,
  kEnd = 0x01,
  kEntity = 0x02,
  kStrI = 0x03,
  kLiteral = 0x04,
  kStrT = 0x83,
  kOpaque = 0xC3
};

constexpr std::uint32_t kUtf8 = 106, kAscii = 3;
constexpr std::uint32_t kPublicIds[] = {0x0FD1, 0x0FD3, 0x1201};  // SyncML 1.0, 1.1, 1.2
constexpr std::uint32_t kSyncml12 = 0x1201;

std::string_view tag_name(unsigned page, unsigned tag) {
  const unsigned index = tag - kFirstTag;
  if (page == 0 && index < std::size(kSyncmlTags)) return kSyncmlTags[index];
  if (page == 1 && index < std::size(kMetInfTags)) return kMetInfTags[index];
  return {};
}

// Of an element that has no token; XML allows more, SyncML needs no more.
bool is_name(std::string_view text) {
  constexpr std::size_t kLongest = 64;
  const auto letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  };
  const auto rest = [&](char c) {
    return letter(c) || (c >= '0' && c <= '9') || c == '-' || c == '.';
  };
  return !text.empty() && text.size() <= kLongest && letter(text.front()) &&
         std::all_of(text.begin(), text.end(), rest);
}

class Decoder {
 public:
  Decoder(std::string_view bytes, std::size_t max_bytes, std::string_view binary_target)
      : in_(bytes), max_bytes_(max_bytes) {
    append(binary_target);
    binary_target_.swap(out_);  // as it is written
  }

  Result<std::string> run() {
    Status status = header();
    if (status.ok()) status = body();
    if (!status.ok()) return status;
    return std::move(out_);
  }

 private:
  struct Open {
    std::string_view name;
    std::size_t text_at = 0;  // where in out_ its content begins
  };

  Status fail(std::string_view reason) const {
    return Status(Code::kNotSyncml,
                  "WBXML, byte " + std::to_string(at_) + ": " + std::string(reason));
  }
  bool byte(unsigned char& value) {
    if (at_ == in_.size()) return false;
    value = static_cast<unsigned char>(in_[at_++]);
    return true;
  }
  bool number(std::uint32_t& value) {
    constexpr std::uint32_t kTopBits = 0xFE000000u;
    value = 0;
    unsigned char next = 0x80;
    while ((next & 0x80) != 0) {
      if (!byte(next) || (value & kTopBits) != 0) return false;
      value = (value << 7) | (next & 0x7Fu);
    }
    return true;
  }
  bool take(std::size_t size, std::string_view& bytes) {
    if (in_.size() - at_ < size) return false;
    bytes = in_.substr(at_, size);
    at_ += size;
    return true;
  }
  // Up to a NUL, which is passed.
  bool string_at(std::string_view from, std::string_view& text) const {
    const std::size_t end = from.find('\0');
    if (end == std::string_view::npos) return false;
    text = from.substr(0, end);
    return true;
  }
  bool table_string(std::uint32_t index, std::string_view& text) const {
    return index < table_.size() && string_at(table_.substr(index), text);
  }

  Status header() {
    unsigned char version = 0;
    std::uint32_t public_id = 0, name_index = 0, charset = 0, table_size = 0;
    bool whole = byte(version) && number(public_id);
    if (whole && public_id == 0) whole = number(name_index);
    whole = whole && number(charset) && number(table_size) && take(table_size, table_);
    if (!whole) return fail("the header is cut short");
    if (public_id == 0) {
      std::string_view name;
      const bool known =
          table_string(name_index, name) && name.substr(0, 24) == "-//SYNCML//DTD SyncML 1.";
      if (!known) return fail("the document type is not SyncML");
    } else if (std::find(std::begin(kPublicIds), std::end(kPublicIds), public_id) ==
               std::end(kPublicIds)) {
      return fail("the document type is not SyncML");
    }
    const bool readable = charset == kUtf8 || charset == kAscii || charset == 0;
    return readable ? Status() : fail("its character set is not UTF-8");
  }

  Status body() {
    bool begun = false;
    while (at_ < in_.size()) {
      unsigned char token = 0;
      (void)byte(token);  // there is one
      if (begun && open_.empty() && token != kEnd) return fail("bytes after the root element");
      Status status = one(token);
      if (!status.ok()) return status;
      begun = begun || !open_.empty();
      if (out_.size() > max_bytes_) {
        return Status(Code::kTooLarge,
                      "WBXML: as XML it is more than " + std::to_string(max_bytes_) + " bytes");
      }
    }
    if (!begun || !open_.empty()) return fail("cut short");
    return {};
  }

  Status one(unsigned char token) {
    switch (token) {
      case kSwitchPage: {
        unsigned char page = 0;
        if (!byte(page)) return fail("cut short");
        page_ = page;
        return {};
      }
      case kEnd:
        return close();
      case kEntity:
      case kStrI:
      case kStrT:
      case kOpaque:
        return text(token);
      default:
        return element(token);
    }
  }

  Status element(unsigned char token) {
    constexpr std::size_t kMaxDepth = 256;
    if ((token & kAttributes) != 0) return fail("an element with attributes");
    std::string_view name = tag_name(page_, token & 0x3Fu);
    if ((token & 0x3Fu) == kLiteral) {
      std::uint32_t index = 0;
      const bool there = number(index) && table_string(index, name) && is_name(name);
      if (!there) return fail("an element without a name");
    }
    if (name.empty()) return fail("an unknown token");
    if (open_.size() == kMaxDepth) return fail("elements nested too deep");
    note_open(name);
    out_.append("<").append(name);
    if ((token & kContent) == 0) {
      out_.append("/>");
      if (open_.empty()) return fail("an empty document");
      return {};
    }
    out_.append(">");
    open_.push_back({name, out_.size()});
    return {};
  }

  Status close() {
    if (open_.empty()) return fail("an end without a beginning");
    const Open top = open_.back();
    open_.pop_back();
    if (top.name == "Item") in_item_ = false;
    if (top.name == "LocURI" && in_item_ && !open_.empty() && open_.back().name == "Target") {
      is_binary_target_ =
          !binary_target_.empty() &&
          detail::trim(std::string_view(out_).substr(top.text_at)) == binary_target_;
    }
    if (top.name == "Format") {
      (in_item_ ? item_format_ : command_format_) = out_.substr(top.text_at);
    }
    out_.append("</").append(top.name).append(">");
    return {};
  }

  void note_open(std::string_view name) {
    if (name == "Item") {
      in_item_ = true;
      is_binary_target_ = false;
      item_format_.clear();
    } else if (command_kind(name) != CommandKind::kUnknown) {
      command_format_.clear();
    }
  }

  Status text(unsigned char token) {
    if (open_.empty()) return fail("text outside the root element");
    std::string_view bytes;
    std::uint32_t size = 0;
    if (token == kStrI) {
      if (!string_at(in_.substr(at_), bytes)) return fail("a string without its end");
      at_ += bytes.size() + 1;
    } else if (!number(size)) {
      return fail("cut short");
    } else if (token == kEntity) {
      return entity(size);
    } else if (token == kStrT ? !table_string(size, bytes) : !take(size, bytes)) {
      return fail("a string that is not there");
    }
    const std::string& format = item_format_.empty() ? command_format_ : item_format_;
    const bool is_binary = format.empty() ? in_item_ && is_binary_target_ : format == "bin";
    if (token == kOpaque && open_.back().name == "Data" && is_binary) {
      out_ += ddf::base64_encode(bytes);
    } else {
      append(bytes);
    }
    return {};
  }

  Status entity(std::uint32_t code) {
    if (!is_xml_char(code)) return fail("a character that XML does not have");
    out_.append("&#").append(std::to_string(code)).append(";");
    return {};
  }

  // Invalid UTF-8 is left for the reader of the XML to judge.
  void append(std::string_view text) {
    for (const char c : text) {
      if (c == '&') {
        out_ += "&amp;";
      } else if (c == '<') {
        out_ += "&lt;";
      } else if (c == '>') {
        out_ += "&gt;";
      } else if (c == '\r') {
        out_ += "&#13;";
      } else {
        out_ += c;
      }
    }
  }

  std::string_view in_, table_;
  std::size_t at_ = 0;
  std::size_t max_bytes_;
  unsigned page_ = 0;
  std::string out_;
  std::vector<Open> open_;
  std::string binary_target_;
  bool in_item_ = false;
  bool is_binary_target_ = false;  // of the Item at work
  std::string item_format_, command_format_;
};

class Encoder {
 public:
  std::string run(const pugi::xml_document& document) {
    out_.push_back(0x03);  // WBXML 1.3
    number(kSyncml12);
    number(kUtf8);
    number(0);  // no string table
    element(document.document_element());
    return std::move(out_);
  }

 private:
  void put(unsigned value) { out_.push_back(static_cast<char>(value)); }
  void number(std::uint32_t value) {
    for (int shift = 28; shift > 0; shift -= 7) {
      if (value >> shift != 0) put(((value >> shift) & 0x7Fu) | 0x80u);
    }
    put(value & 0x7Fu);
  }
  void page(unsigned wanted) {
    if (page_ == wanted) return;
    put(kSwitchPage);
    put(wanted);
    page_ = wanted;
  }

  // The reply is our own: every name is known and the depth is that of SyncML.
  void element(pugi::xml_node node) {
    const std::string_view name = node.name();
    const auto* syncml = std::find(std::begin(kSyncmlTags), std::end(kSyncmlTags), name);
    const auto* metinf = std::find(std::begin(kMetInfTags), std::end(kMetInfTags), name);
    const bool is_syncml = syncml != std::end(kSyncmlTags);
    if (!is_syncml && metinf == std::end(kMetInfTags)) return;
    page(is_syncml ? 0 : 1);
    const auto index = static_cast<unsigned>(is_syncml ? syncml - std::begin(kSyncmlTags)
                                                       : metinf - std::begin(kMetInfTags));
    const bool empty = !node.first_child();
    put((index + kFirstTag) | (empty ? 0u : kContent));
    if (empty) return;
    for (const pugi::xml_node child : node.children()) {
      if (child.type() == pugi::node_element) {
        element(child);
      } else {
        put(kStrI);
        out_.append(child.value());
        put(0);
      }
    }
    put(kEnd);
  }

  std::string out_;
  unsigned page_ = 0;
};

}  // namespace

bool is_wbxml(std::string_view bytes) {
  return !bytes.empty() && bytes.front() >= 0x01 && bytes.front() <= 0x03;
}

Result<std::string> wbxml_to_xml(std::string_view bytes, std::size_t max_bytes,
                                 std::string_view binary_target) {
  return Decoder(bytes, max_bytes, binary_target).run();
}

std::string xml_to_wbxml(std::string_view reply) {
  pugi::xml_document document;
  // White space in values is theirs.
  constexpr unsigned kFlags = pugi::parse_escapes | pugi::parse_ws_pcdata_single;
  if (!document.load_buffer(reply.data(), reply.size(), kFlags, pugi::encoding_utf8)) return {};
  return Encoder().run(document);
}

}  // namespace cspkit::syncml
