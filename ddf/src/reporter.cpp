// SPDX-License-Identifier: Apache-2.0
// Findings about the node at hand.
#include "properties.hpp"

namespace cspkit::ddf {

using dom::Element;

namespace {

/// As much of a name as a person reads; a document may hold megabytes of one, time and again.
std::string_view told(std::string_view name) { return name.substr(0, 200); }

}  // namespace

void Reporter::report(Severity severity, std::string_view code, const Element& where,
                      std::string text) {
  std::string uri;
  if (parent_uri_ != nullptr && !sink_.is_full()) {
    uri = *parent_uri_;
    if (!segment_.empty()) uri += '/';
    uri += segment_;
  }
  sink_.add(severity, code, line(where), std::move(uri), std::move(text));
}

void Reporter::once(Severity severity, std::string_view code, const Element& where,
                    std::string_view word, std::string text) {
  if (sink_.first(code, word)) {
    report(severity, code, where, std::move(text));
  } else if (severity == Severity::kError) {
    sink_.error_unlisted();
  }
}

std::string Reporter::tag(const Element& element) const {
  return '<' + std::string(told(document_.name(element))) + '>';
}

void Reporter::unknown_element(const Element& above, const Element& element) {
  once(Severity::kWarning, "D215", element, told(document_.local_name(element)),
       "unknown element " + tag(element) + " in " + tag(above) +
           "; it has no effect (reported once per file)");
}

void Reporter::judge_attributes(const Element& element,
                                std::initializer_list<std::string_view> known) {
  document_.each_attribute(element, [&](std::string_view name, std::string_view) {
    if (name.substr(0, 5) == "xmlns") return;
    for (std::string_view candidate : known) {
      if (dom::is_named(name, candidate)) return;
    }
    std::string word(told(document_.name(element)));
    word.append(1, '@').append(told(name));
    once(Severity::kWarning, "D216", element, word,
         "unknown attribute " + std::string(told(name)) + " of " + tag(element) +
             "; it has no effect (reported once per file)");
  });
}

}  // namespace cspkit::ddf
