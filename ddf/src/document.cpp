// SPDX-License-Identifier: Apache-2.0
#include "document.hpp"

#include "element_names.hpp"
#include "scanner.hpp"
#include "text.hpp"

namespace cspkit::ddf::dom {
namespace {

/// True when a byte of the text is one of `wanted`, none of which is NUL.
template <typename... Char>
bool holds(std::string_view text, Char... wanted) {
  const char* p = text.data();
  std::size_t n = text.size();
  if (n < 16) {
    // Both ends in one register; the bytes between them are there twice, or NUL.
    const text::Words2 ends = n < 8 ? text::Words2{text::load_tail(p, n), 0}
                                    : text::Words2{text::load8(p), text::load8(p + n - 8)};
    const auto v = reinterpret_cast<text::Bytes16>(ends);
    return !text::is_zero((... | (v == wanted)));
  }
  text::Bytes16 found = (... | (text::load16(p + n - 16) == wanted));
  for (; n > 16; n -= 16, p += 16) found |= (... | (text::load16(p) == wanted));
  return !text::is_zero(found);
}

/// Reads a character reference that begins at "&#"; 0 when it is none.
std::size_t take_number(std::string_view text, std::string& out) {
  const bool hex = text.size() > 2 && text[2] == 'x';
  const std::size_t first = hex ? 3 : 2;
  std::uint32_t code = 0;
  for (std::size_t i = first; i < text.size(); ++i) {
    const char c = text[i];
    const char lower = static_cast<char>(c | ' ');
    if (c >= '0' && c <= '9') {
      code = code * (hex ? 16 : 10) + static_cast<std::uint32_t>(c - '0');
    } else if (hex && lower >= 'a' && lower <= 'f') {
      code = code * 16 + static_cast<std::uint32_t>(lower - 'a') + 10;
    } else {
      if (c != ';' || i == first) return 0;
      text::append_utf8(out, code);
      return i + 1;
    }
  }
  return 0;
}

/// Reads a reference that begins at "&" and appends what it means. The bytes it took; 0 when it is
/// none of XML's own.
std::size_t take_reference(std::string_view text, std::string& out) {
  constexpr std::pair<std::string_view, char> kNamed[] = {
      {"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&apos;", '\''}};
  if (text.substr(0, 2) == "&#") return take_number(text, out);
  for (const auto& [name, meaning] : kNamed) {
    if (text.substr(0, name.size()) != name) continue;
    out += meaning;
    return name.size();
  }
  return 0;
}

}  // namespace

Name name_of(std::string_view qualified) {
  const std::string_view name = local(qualified);
  return kNameTable.find(name, word_of(name, 0), word_of(name, 8));
}

/// Lists what pugixml goes through.
class Document::Lister : public pugi::xml_tree_walker {
 public:
  explicit Lister(Document& out) : out_(out) {}

  bool for_each(pugi::xml_node& node) override {
    close(static_cast<std::size_t>(depth()) + 1);
    if (node.type() == pugi::node_element) {
      add(node);
    } else if (node.type() == pugi::node_pcdata || node.type() == pugi::node_cdata) {
      const std::string_view text(node.value());
      out_.texts_.push_back({offset_of(text), static_cast<std::uint32_t>(text.size()),
                             out_.open_.back(), Kind::kClean});
    }
    return true;
  }

  void add(const pugi::xml_node& node) {
    const std::string_view name(node.name());
    Element& element = out_.elements_.add();
    const auto index = static_cast<std::uint32_t>(out_.elements_.size() - 1);
    element.offset = offset_of(name);
    element.name_size = static_cast<std::uint32_t>(name.size());
    element.first_text = static_cast<std::uint32_t>(out_.texts_.size());
    element.first_attribute = static_cast<std::uint32_t>(out_.attributes_.size());
    element.name = name_of(name);
    for (const pugi::xml_attribute& attribute : node.attributes()) {
      const std::string_view key(attribute.name());
      const std::string_view value(attribute.value());
      out_.attributes_.push_back({offset_of(key), static_cast<std::uint32_t>(key.size()),
                                  offset_of(value), static_cast<std::uint32_t>(value.size())});
    }
    out_.open_.push_back(index);
  }

  /// Ends the elements that are open beyond the first `levels`.
  void close(std::size_t levels) {
    for (; out_.open_.size() > levels; out_.open_.pop_back()) {
      const std::uint32_t i = out_.open_.back();
      out_.elements_[i].size =
          static_cast<std::uint32_t>(out_.elements_.size() - i) & kMostElements;
    }
  }

 private:
  // Names and values lie in pugixml's copy of the text; what is empty may lie anywhere.
  std::uint32_t offset_of(std::string_view text) const {
    return text.empty() ? 0 : static_cast<std::uint32_t>(text.data() - out_.base_);
  }
  Document& out_;
};

void Document::clear() {
  elements_.clear();
  texts_.clear();
  attributes_.clear();
  open_.clear();
  kept_.clear();
}

void Document::list(const pugi::xml_node& root) {
  if (!root) return;
  base_ = root.name() - root.offset_debug();
  Lister lister(*this);
  lister.add(root);
  pugi::xml_node(root).traverse(lister);
  lister.close(0);
}

void Document::finish() {
  elements_.add().first_attribute = static_cast<std::uint32_t>(attributes_.size());
  texts_.add();
}

pugi::xml_parse_result Document::read(std::string_view utf8) {
  clear();
  base_ = utf8.data();
  attributes_are_ = Kind::kAttribute;
  pugi::xml_parse_result result;
  result.status = pugi::status_ok;
  // Address space: published files have an element every 55 bytes, a text every 200.
  elements_.reserve(utf8.size() / 32);
  texts_.reserve(utf8.size() / 128);
  if (!Scanner(utf8, *this).scan()) {
    clear();
    attributes_are_ = Kind::kClean;
    result = tree_.load_buffer(utf8.data(), utf8.size(), pugi::parse_default, pugi::encoding_utf8);
    if (result) list(tree_.document_element());
  }
  finish();
  return result;
}

void Document::trim() {
  constexpr std::size_t kKept = std::size_t{1} << 15;
  const auto give_back = [](auto& list) {
    if (list.capacity() > kKept) list = {};
  };
  give_back(elements_);
  give_back(texts_);
  give_back(attributes_);
  give_back(open_);
  kept_.clear();
  tree_.reset();
}

std::string Document::own_text(const Element& element) {
  std::string out;
  const auto self = static_cast<std::uint32_t>(&element - elements_.data());
  for (const Text* at = &texts_[element.first_text]; inside(*at, element); ++at) {
    if (at->owner == self) out += clean(piece(at->begin, at->size), at->kind);
  }
  return out;
}

std::string_view Document::join(const Element& element) {
  std::string out;
  for (const Text* at = &texts_[element.first_text]; inside(*at, element); ++at)
    out += clean(piece(at->begin, at->size), at->kind);
  return keep(std::move(out));
}

bool Document::is_clean(std::string_view raw, Kind kind) {
  switch (kind) {
    case Kind::kClean:
      return true;
    case Kind::kCharacters:
      return !holds(raw, '&', '\r');
    case Kind::kCdata:
      return !holds(raw, '\r');
    case Kind::kAttribute:
      break;
  }
  return !holds(raw, '&', '\r', '\n', '\t');
}

std::string Document::cleaned(std::string_view raw, Kind kind) {
  const std::string_view special = kind == Kind::kAttribute ? "&\r\n\t"
                                   : kind == Kind::kCdata   ? "\r"
                                                            : "&\r";
  std::string out;
  out.reserve(raw.size());
  while (!raw.empty()) {
    std::size_t plain = 0;
    while (plain < raw.size() && special.find(raw[plain]) == std::string_view::npos) ++plain;
    out += raw.substr(0, plain);
    raw.remove_prefix(plain);
    if (raw.empty()) break;
    std::size_t took = 1;
    if (raw[0] != '&') {
      out += kind == Kind::kAttribute ? ' ' : '\n';
      took = raw.substr(0, 2) == "\r\n" ? 2 : 1;
    } else if (took = take_reference(raw, out); took == 0) {
      out += '&';
      took = 1;
    }
    raw.remove_prefix(took);
  }
  // To pugixml a text ends at a NUL, however it came there.
  if (const std::size_t nul = out.find('\0'); nul != std::string::npos) out.resize(nul);
  return out;
}

}  // namespace cspkit::ddf::dom
