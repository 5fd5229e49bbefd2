// SPDX-License-Identifier: Apache-2.0
#include "query/tnds.hpp"

#include <cspkit/ddf/rules.hpp>

#include "syncml/chars.hpp"

namespace cspkit::query {

namespace {

// What XML cannot carry becomes U+FFFD, as in every reply.
void append_text(std::string& out, std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const syncml::Utf8Char c = syncml::read_utf8(text.data() + i, text.size() - i);
    if (c.code == '&' && c.length == 1) {
      out += "&amp;";
    } else if (c.code == '<' && c.length == 1) {
      out += "&lt;";
    } else if (c.code == '>' && c.length == 1) {
      out += "&gt;";
    } else if (c.code == '\r' && c.length == 1) {
      out += "&#13;";
    } else if (c.length != 0 && syncml::is_xml_char(c.code)) {
      out.append(text, i, c.length);
    } else {
      out += "\xEF\xBF\xBD";
    }
    i += c.length != 0 ? c.length : 1;
  }
}

void append_element(std::string& out, std::string_view name, std::string_view text) {
  out.append("<").append(name).append(">");
  append_text(out, text);
  out.append("</").append(name).append(">");
}

void append_properties(std::string& out, const Entry& entry, const List& list) {
  out += "<RTProperties>";
  if (list.format) {
    const Format format = entry.leaf ? entry.value.format : Format::kNode;
    out.append("<Format><").append(format_name(format)).append("/></Format>");
  }
  if (list.title && !entry.title.empty()) append_element(out, "Title", entry.title);
  if (list.tstamp && entry.tstamp != 0) append_element(out, "TStamp", basic_time(entry.tstamp));
  if (list.type && !entry.mime.empty()) {
    out += "<Type>";
    append_element(out, entry.leaf ? "MIME" : "DDFName", entry.mime);
    out += "</Type>";
  }
  if (list.verno) append_element(out, "VerNo", std::to_string(entry.verno));
  out += "</RTProperties>";
}

}  // namespace

std::string write_tnds(const std::vector<Entry>& entries, std::string_view path, const List& list) {
  std::string out = R"(<MgmtTree xmlns="syncml:dmddf1.2"><VerDTD>1.2</VerDTD>)";
  std::size_t open = 0;
  for (const Entry& entry : entries) {
    for (; open > entry.depth; --open) out += "</Node>";
    out += "<Node>";
    ++open;
    append_element(out, "NodeName", entry.name);
    if (entry.depth == 0) append_element(out, "Path", path);
    append_properties(out, entry, list);
    if (list.value && entry.leaf && entry.has_value) {
      append_element(out, "Value", ddf::to_wire(entry.value));
    }
  }
  for (; open > 0; --open) out += "</Node>";
  return out += "</MgmtTree>";
}

}  // namespace cspkit::query
