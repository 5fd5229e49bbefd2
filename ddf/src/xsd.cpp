// SPDX-License-Identifier: Apache-2.0
// XSD values with libxml2. Nothing is ever loaded from elsewhere: neither the schema nor the value
// may name another document.
#include <libxml/parser.h>
#include <libxml/xmlschemas.h>

#include <climits>
#include <cspkit/value.hpp>

#include "patterns.hpp"
#include "xsd_size.hpp"

namespace cspkit::ddf {
namespace {

// No entities, no DTD, no network, nothing on stderr.
constexpr int kOptions = XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING;

struct FreeDocument {
  void operator()(xmlDoc* document) const { xmlFreeDoc(document); }
};
using Document = std::unique_ptr<xmlDoc, FreeDocument>;

/// Parses a text; null with a reason when it is not well-formed or has a DTD.
Document parse(std::string_view text, std::string& problem) {
  // libxml2 guards its own first use with a lock.
  xmlInitParser();
  if (text.size() > static_cast<std::size_t>(INT_MAX)) {
    problem = "the document is too large";
    return nullptr;
  }
  xmlParserCtxt* context = xmlNewParserCtxt();
  if (context == nullptr) {
    problem = "out of memory";
    return nullptr;
  }
  Document document(xmlCtxtReadMemory(context, text.data(), static_cast<int>(text.size()), nullptr,
                                      nullptr, kOptions));
  if (document == nullptr) {
    const xmlError* error = xmlCtxtGetLastError(context);
    problem = "not well-formed XML";
    if (error != nullptr && error->message != nullptr) {
      problem += ", line " + std::to_string(error->line) + ": ";
      problem += detail::trim(error->message);
    }
  } else if (document->intSubset != nullptr) {
    problem = "a document type declaration is not accepted";
    document.reset();
  }
  xmlFreeParserCtxt(context);
  return document;
}

/// True when a schema points at other documents.
bool refers_elsewhere(const xmlNode* schema) {
  for (const xmlNode* child = schema->children; child != nullptr; child = child->next) {
    if (child->type != XML_ELEMENT_NODE) continue;
    const std::string_view name(reinterpret_cast<const char*>(child->name));
    if (name == "include" || name == "redefine") return true;
    if (name == "import" &&
        xmlHasProp(child, reinterpret_cast<const xmlChar*>("schemaLocation")) != nullptr) {
      return true;
    }
  }
  return false;
}

void keep_first(void* user, const xmlError* error) {
  auto* text = static_cast<std::string*>(user);
  if (!text->empty() || error == nullptr || error->message == nullptr) return;
  *text = "line " + std::to_string(error->line) + ": ";
  *text += detail::trim(error->message);
}

}  // namespace

Xsd::Xsd(std::string_view schema) {
  const std::string_view text = detail::trim(schema);
  if (text.empty()) {
    problem_ = "there is no schema";
    return;
  }
  Document document = parse(text, problem_);
  if (document == nullptr) return;
  xmlNode* root = xmlDocGetRootElement(document.get());
  if (root != nullptr && refers_elsewhere(root)) {
    problem_ = "the schema refers to another document; such are never loaded";
    return;
  }
  if (root != nullptr) problem_ = xsd_too_large(root);
  if (!problem_.empty()) return;
  if (root != nullptr) dropped_pattern_ = drop_costly_patterns(root);
  xmlSchemaParserCtxt* context = xmlSchemaNewDocParserCtxt(document.get());
  if (context == nullptr) {
    problem_ = "out of memory";
    return;
  }
  std::string first;
  // Generic, because newer versions of libxml2 make the error const.
  xmlSchemaSetParserStructuredErrors(
      context, [](void* user, auto* error) { keep_first(user, error); }, &first);
  schema_ = xmlSchemaParse(context);
  xmlSchemaFreeParserCtxt(context);
  if (schema_ == nullptr) problem_ = first.empty() ? "not a usable XML schema" : first;
  document_ = document.release();
}

Xsd::~Xsd() {
  xmlSchemaFree(static_cast<xmlSchema*>(schema_));
  xmlFreeDoc(static_cast<xmlDoc*>(document_));
}

std::string Xsd::validate(std::string_view text) const {
  if (schema_ == nullptr) return {};
  std::string problem;
  const Document document = parse(detail::trim(text), problem);
  if (document == nullptr) return problem;
  xmlSchemaValidCtxt* context = xmlSchemaNewValidCtxt(static_cast<xmlSchema*>(schema_));
  if (context == nullptr) return "out of memory";
  xmlSchemaSetValidStructuredErrors(
      context, [](void* user, auto* error) { keep_first(user, error); }, &problem);
  const int result = xmlSchemaValidateDoc(context, document.get());
  xmlSchemaFreeValidCtxt(context);
  if (result == 0) return {};
  return problem.empty() ? "the document does not fit the schema" : problem;
}

}  // namespace cspkit::ddf
