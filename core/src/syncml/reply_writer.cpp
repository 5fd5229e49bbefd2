// SPDX-License-Identifier: Apache-2.0
#include "syncml/reply_writer.hpp"

#include <algorithm>
#include <charconv>
#include <cspkit/ddf/rules.hpp>
#include <utility>

#include "syncml/chars.hpp"

namespace cspkit::syncml {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

// True when none of the eight bytes needs a look: no control character, no '&', '<', '>', no byte
// of a longer character. '<' and '>' differ in bit 1 only.
bool is_plain(std::uint64_t word) {
  return (swar::below(word, 0x20) | swar::equal(word, '&') |
          swar::equal(word | (swar::kOnes * 2), '>') | (word & swar::kHighs)) == 0;
}

bool is_plain(char c) {
  const auto u = static_cast<unsigned char>(c);
  return u >= 0x20 && u < 0x80 && c != '&' && c != '<' && c != '>';
}

std::string_view escape_of(char c) {
  switch (c) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '\n':
      return "&#10;";
    case '\r':
      return "&#13;";
    default:
      return {};
  }
}

std::string_view format_on_wire(Format format) {
  if (format == Format::kUnset || format == Format::kChr) return {};
  // XML cannot carry bytes: OMA-TS-DM_TND has them travel as base64 and say so.
  return is_binary(format) ? format_name(Format::kB64) : format_name(format);
}

}  // namespace

std::size_t ReplyWriter::expected_size(const std::pmr::vector<Command>& commands) {
  constexpr std::size_t kStatus = 128, kResult = 192;  // a little more than most take, values apart
  std::size_t bytes = 0;
  for (const Command& command : commands) {
    bytes += kStatus;
    if (command.kind == CommandKind::kGet) {
      for (const Item& item : command.items) bytes += kResult + item.target.size();
    }
    if (!command.children.empty()) bytes += expected_size(command.children);
  }
  return bytes;
}

ReplyWriter::ReplyWriter(const Header& request, unsigned msg_id, std::size_t capacity) {
  text_.resize(std::max<std::size_t>(capacity, 512));
  cursor_ = text_.data();
  end_ = cursor_ + text_.size();
  header(request, msg_id);
}

void ReplyWriter::header(const Header& request, unsigned msg_id) {
  raw(R"(<SyncML xmlns="SYNCML:SYNCML1.2">)");
  if (request.present) {
    raw("<SyncHdr><VerDTD>1.2</VerDTD><VerProto>DM/1.2</VerProto>");
    element("<SessionID>", request.session_id, "</SessionID><MsgID>");
    number(msg_id);
    element("</MsgID><Target><LocURI>", request.source, "</LocURI></Target>");
    element("<Source><LocURI>", request.target, "</LocURI></Source></SyncHdr>");
  } else {
    raw("<SyncHdr/>");
  }
  raw("<SyncBody");
  body_attributes_ = size();
  raw(">");
  // Escaped once, in place, then taken back.
  const std::size_t before = size();
  const bool has_id = request.present && !request.msg_id.empty();
  element("</CmdID><MsgRef>", has_id ? request.msg_id : "1", "</MsgRef><CmdRef>");
  after_cmd_id_.assign(text_.data() + before, size() - before);
  cursor_ = text_.data() + before;
}

// Before the CmdID's number, which begins at the cursor.
void ReplyWriter::begin_element(std::size_t start, bool is_results) {
  if (noting_) {
    WrittenElement element;
    element.begin = start;
    element.id = size();
    element.first_item = seams_.items.size();
    element.is_results = is_results;
    seams_.elements.push_back(element);
  }
  number(next_cmd_id_++);
  if (noting_) seams_.elements.back().id_end = size();
}

void ReplyWriter::end_element() {
  if (!noting_) return;
  WrittenElement& element = seams_.elements.back();
  element.end = size();
  element.item_count = seams_.items.size() - element.first_item;
}

void ReplyWriter::status(const StatusLine& line) {
  const std::size_t start = size();
  raw("<Status><CmdID>");
  begin_element(start);
  after_cmd_id();
  element("", line.cmd_ref, "</CmdRef><Cmd>");
  const bool short_form = line.target_ref.empty() && line.source_ref.empty() &&
                          line.provider_error == 0 && line.failing_uri.empty();
  if (short_form) {
    element("", line.cmd, "</Cmd><Data>");
    number(static_cast<std::uint64_t>(line.code));
    raw("</Data></Status>");
    return end_element();
  }
  element("", line.cmd, "</Cmd>");
  if (!line.target_ref.empty()) element("<TargetRef>", line.target_ref, "</TargetRef>");
  if (!line.source_ref.empty()) element("<SourceRef>", line.source_ref, "</SourceRef>");
  if (line.provider_error != 0) {
    uses_msft_ = true;
    if (noting_) seams_.elements.back().uses_msft = true;
    raw(R"(<Data msft:originalerror="0x)");
    room(8);
    for (int shift = 28; shift >= 0; shift -= 4) {
      *cursor_++ = "0123456789ABCDEF"[(line.provider_error >> shift) & 0xF];
    }
    raw("\">");
  } else {
    raw("<Data>");
  }
  number(static_cast<std::uint64_t>(line.code));
  raw("</Data>");
  if (!line.failing_uri.empty()) {
    element("<Item><Target><LocURI>", line.failing_uri, "</LocURI></Target></Item>");
  }
  raw("</Status>");
  end_element();
}

void ReplyWriter::begin_results(std::string_view cmd_ref) {
  const std::size_t start = size();
  raw("<Results><CmdID>");
  begin_element(start, true);
  after_cmd_id();
  element("", cmd_ref, "</CmdRef>");
}

void ReplyWriter::item(std::string_view uri, const Value& value, std::string_view mime) {
  WrittenItem seam;
  seam.begin = size();
  element("<Item><Source><LocURI>", uri, "</LocURI></Source>");
  const std::size_t before_meta = size();
  meta(value.format, mime);
  seam.has_meta = size() != before_meta;
  raw("<Data>");
  seam.data = size();
  if (is_binary(value.format)) {
    text(ddf::base64_encode(value.data));
  } else {
    text(value.data);
  }
  seam.data_end = size();
  raw("</Data></Item>");
  seam.end = size();
  if (noting_) seams_.items.push_back(seam);
}

void ReplyWriter::item_without_data(std::string_view uri, Format format, std::string_view mime) {
  WrittenItem seam;
  seam.begin = size();
  element("<Item><Source><LocURI>", uri, "</LocURI></Source>");
  meta(format, mime);
  raw("</Item>");
  seam.data = seam.data_end = seam.end = size();
  if (noting_) seams_.items.push_back(seam);
}

void ReplyWriter::meta(Format of_value, std::string_view mime) {
  const std::string_view format = format_on_wire(of_value);
  const bool has_type = !mime.empty() && mime != "text/plain";
  if (format.empty() && !has_type) return;
  raw("<Meta>");
  if (!format.empty()) element(R"(<Format xmlns="syncml:metinf">)", format, "</Format>");
  if (has_type) element(R"(<Type xmlns="syncml:metinf">)", mime, "</Type>");
  raw("</Meta>");
}

void ReplyWriter::end_results() {
  raw("</Results>");
  end_element();
}

void ReplyWriter::alert(const AlertLine& line) {
  const std::size_t start = size();
  raw("<Alert><CmdID>");
  begin_element(start);
  element("</CmdID><Data>", line.code, "</Data>");
  if (!line.correlator.empty()) element("<Correlator>", line.correlator, "</Correlator>");
  if (line.has_item) {
    raw("<Item>");
    if (!line.target.empty()) element("<Target><LocURI>", line.target, "</LocURI></Target>");
    if (!line.source.empty()) element("<Source><LocURI>", line.source, "</LocURI></Source>");
    if (!line.type.empty() || !line.format.empty() || !line.mark.empty()) {
      raw("<Meta>");
      if (!line.format.empty()) {
        element(R"(<Format xmlns="syncml:metinf">)", line.format, "</Format>");
      }
      if (!line.type.empty()) element(R"(<Type xmlns="syncml:metinf">)", line.type, "</Type>");
      if (!line.mark.empty()) element(R"(<Mark xmlns="syncml:metinf">)", line.mark, "</Mark>");
      raw("</Meta>");
    }
    if (!line.data.empty()) element("<Data>", line.data, "</Data>");
    raw("</Item>");
  }
  raw("</Alert>");
  end_element();
}

Written ReplyWriter::take() {
  Written written = std::move(seams_);
  seams_ = {};
  if (written.elements.empty()) return written;
  const std::size_t first = written.elements.front().begin;
  written.text.assign(text_.data() + first, size() - first);
  for (WrittenElement& each : written.elements) {
    for (std::size_t* at : {&each.begin, &each.end, &each.id, &each.id_end}) *at -= first;
  }
  for (WrittenItem& each : written.items) {
    for (std::size_t* at : {&each.begin, &each.end, &each.data, &each.data_end}) *at -= first;
  }
  cursor_ = text_.data() + first;
  next_cmd_id_ -= static_cast<unsigned>(written.elements.size());
  uses_msft_ = false;
  noting_ = false;
  return written;
}

void ReplyWriter::repeat(const Written& from, const WrittenElement& element) {
  const std::string_view bytes(from.text);
  copy(bytes.substr(element.begin, element.id - element.begin));
  number(next_cmd_id_++);
  copy(bytes.substr(element.id_end, element.end - element.id_end));
  uses_msft_ = uses_msft_ || element.uses_msft;
}

void ReplyWriter::repeat_head(const Written& from, const WrittenElement& element) {
  const std::string_view bytes(from.text);
  copy(bytes.substr(element.begin, element.id - element.begin));
  number(next_cmd_id_++);
  copy(bytes.substr(element.id_end, from.items[element.first_item].begin - element.id_end));
}

void ReplyWriter::copy(std::string_view bytes) {
  room(bytes.size());
  std::memcpy(cursor_, bytes.data(), bytes.size());
  cursor_ += bytes.size();
}

std::string ReplyWriter::finish(bool final) {
  if (final) raw("<Final/>");
  raw("</SyncBody></SyncML>");
  text_.resize(size());
  if (uses_msft_) {
    text_.insert(body_attributes_,
                 R"( xmlns:msft="http://schemas.microsoft.com/MobileDevice/MDM")");
  }
  cursor_ = end_ = nullptr;
  return std::move(text_);
}

void ReplyWriter::grow(std::size_t bytes) {
  const std::size_t used = size();
  text_.resize(std::max(text_.size() * 2, used + bytes));
  cursor_ = text_.data() + used;
  end_ = text_.data() + text_.size();
}

void ReplyWriter::after_cmd_id() {
  room(after_cmd_id_.size());
  std::memcpy(cursor_, after_cmd_id_.data(), after_cmd_id_.size());
  cursor_ += after_cmd_id_.size();
}

void ReplyWriter::number(std::uint64_t value) {
  constexpr std::size_t kDigits = 20;
  room(kDigits);
  cursor_ = std::to_chars(cursor_, cursor_ + kDigits, value).ptr;
}

// In pieces: each is given the room its longest escape could need, and then written unchecked.
void ReplyWriter::text(std::string_view bytes) {
  constexpr std::size_t kPiece = 4096, kLongestEscape = 5;
  while (!bytes.empty()) {
    std::size_t size = std::min(bytes.size(), kPiece);
    // Never through a character of several bytes.
    if (size < bytes.size()) {
      for (int i = 0; i < 3 && (bytes[size] & 0xC0) == 0x80; ++i) --size;
    }
    room(size * kLongestEscape);
    escape(bytes.data(), bytes.data() + size);
    bytes.remove_prefix(size);
  }
}

void ReplyWriter::escape(const char* from, const char* const end) {
  char* out = cursor_;
  const auto put = [&out](std::string_view what) {
    std::memcpy(out, what.data(), what.size());
    out += what.size();
  };
  while (true) {
    while (end - from >= 8 && is_plain(swar::load(from))) {
      std::memcpy(out, from, 8);
      from += 8;
      out += 8;
    }
    while (from != end && is_plain(*from)) *out++ = *from++;
    if (from == end) break;
    std::size_t length = 1;
    if (const std::string_view escaped = escape_of(*from); !escaped.empty()) {
      put(escaped);
    } else {
      const Utf8Char found = read_utf8(from, static_cast<std::size_t>(end - from));
      const bool fits = found.length != 0 && is_xml_char(found.code);
      put(fits ? std::string_view(from, found.length) : kReplacement);
      length = std::max<std::size_t>(found.length, 1);
    }
    from += length;
  }
  cursor_ = out;
}

}  // namespace cspkit::syncml
