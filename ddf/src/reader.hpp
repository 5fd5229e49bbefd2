// SPDX-License-Identifier: Apache-2.0
// One parsed DDF document into trees of records. Elements are read by local name, in any order;
// whatever is odd becomes a finding, never a failure.
#ifndef CSPKIT_DDF_SRC_READER_HPP_
#define CSPKIT_DDF_SRC_READER_HPP_

#include <cspkit/ddf/loader.hpp>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "document.hpp"
#include "pool.hpp"
#include "schema_data.hpp"

namespace cspkit::ddf {

/// Everything that the trees of a builder share.
struct Pools {
  StringPool strings;
  StringPool cold;  ///< descriptions of documents that came from memory
  WordPool words;
};

/// One tree of a file: the records refer to each other by their place in `nodes`; 0 is the root.
struct TreeDraft {
  Scope scope = Scope::kDevice;
  std::vector<std::string> path;  ///< decoded names above the root
  std::string key;                ///< folded canonical path of the root, marks its identity
  std::string uri;                ///< "./Device/Vendor/MSFT/Office"
  bool provider = false;
  std::uint32_t line = 0;
  std::vector<Record> nodes;

  /// Sets key and uri, once scope and path are known.
  void set_name(std::string_view name);
};

/// Findings of one file. At most kMax are kept, and each (code, once) pair at most once.
class FindingSink {
 public:
  static constexpr std::size_t kMax = 1000;
  FindingSink(std::vector<Finding>& out, std::string file) : out_(out), file_(std::move(file)) {}
  void add(Severity severity, std::string_view code, std::uint32_t line, std::string uri,
           std::string text);
  /// True the first time only for that word.
  bool first(std::string_view code, std::string_view word);
  /// An error was left out because the list is full: what says that it is full becomes an error.
  void error_unlisted();
  /// True once what is added is only counted: no need to say where it is.
  bool is_full() const { return count_ > kMax; }
  const std::string& file() const { return file_; }

 private:
  std::vector<Finding>& out_;
  std::string file_;
  std::unordered_set<std::string> seen_;
  std::size_t count_ = 0;
  std::size_t more_at_ = 0;  // where out_ says that more is not listed; nothing moves before then
};

/// What a document says about itself.
struct DocumentInfo {
  std::string version;      ///< VerDTD
  std::string diagnostics;  ///< MSFT:Diagnostics
};

/// Reads all trees of a document. `utf8` is the text it was parsed from, for line numbers.
std::vector<TreeDraft> read_trees(dom::Document& document, std::string_view utf8,
                                  std::uint32_t file, bool resident, Pools& pools,
                                  FindingSink& findings, DocumentInfo& info);

/// Descriptions in the order in which read_trees numbers the nodes.
std::vector<std::string> collect_descriptions(dom::Document& document);

}  // namespace cspkit::ddf

#endif  // CSPKIT_DDF_SRC_READER_HPP_
