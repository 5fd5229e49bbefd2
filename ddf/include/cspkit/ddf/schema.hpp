// SPDX-License-Identifier: Apache-2.0
// cspkit/ddf/schema.hpp: what the DDF files say, immutable and shared. A Schema is built by
// SchemaBuilder (loader.hpp), never changes afterwards, and may be used from any number of threads
// and engines at once.
#ifndef CSPKIT_DDF_SCHEMA_HPP_
#define CSPKIT_DDF_SCHEMA_HPP_

#include <cspkit/ddf/locuri.hpp>
#include <cspkit/export.hpp>
#include <cspkit/result.hpp>
#include <cspkit/value.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cspkit::ddf {

/// Index of a node in its Schema.
enum class NodeId : std::uint32_t {};
inline constexpr NodeId kNoNode = NodeId{0xFFFFFFFFu};

/// AccessType, as bits; the same values as the verbs of abi.h.
enum Access : std::uint32_t {
  kAccessGet = CSPKIT_GET,
  kAccessAdd = CSPKIT_ADD,
  kAccessReplace = CSPKIT_REPLACE,
  kAccessDelete = CSPKIT_DELETE,
  kAccessExec = CSPKIT_EXEC,
  kAccessCopy = 32
};

enum class Occurrence : std::uint8_t {
  kOne,
  kZeroOrOne,
  kZeroOrMore,
  kOneOrMore,
  kZeroOrN,
  kOneOrN
};
enum class Persistence : std::uint8_t { kUnset, kPermanent, kDynamic };  ///< DDF's Scope element
enum class ValueType : std::uint8_t {
  kAbsent,
  kNone,
  kEnum,
  kFlag,
  kRange,
  kRegEx,
  kAdmx,
  kJson,
  kXsd,
  kSddl,
  kUnknown
};
enum class Naming : std::uint8_t { kNone, kServerGenerated, kClientInventory, kUniqueName };

struct EnumValue {
  std::string_view value;
  std::string_view description;
};

/// MSFT:AllowedValues of a node, as written.
struct AllowedValues {
  ValueType type = ValueType::kAbsent;
  std::vector<EnumValue> enums;   ///< ENUM and Flag
  std::vector<EnumValue> values;  ///< Value elements of the other types, with their descriptions
  bool has_list = false;
  std::string_view list_delimiter;  ///< as written: "0xF000", ";" ...
  std::string_view admx_area, admx_name, admx_file;
};

/// MSFT:Applicability that holds for a node, inherited element by element from its ancestors.
struct Applicability {
  std::string_view os_build_version;  ///< "10.0.22000, 10.0.19041.1202"
  std::string_view csp_version;
  std::string_view edition_allow_list;  ///< "0x4;0x1B;"
  bool requires_azure_ad = false;
};

/// MSFT:GpMapping: the group policy a node stands for.
struct GpMapping {
  std::string_view english_name, area_path, element;
};

/// One child of MSFT:CommonErrorResults.
struct ErrorResult {
  std::string_view name;  ///< of the element: "CommonErrorOne"
  std::string_view text;
};

/// An MSFT element that DDF v2 does not define: those of the years before it (SupportedValues,
/// ADMXBacked, ...), and unknown ones. Elements inside stand behind it as "SupportedValues/Name".
struct Extension {
  std::string_view name;
  std::string_view value;
  std::vector<std::pair<std::string_view, std::string_view>> attributes;
};

/// A Dependency: another node has to hold (or, when negated, must not hold) one of these values.
struct Dependency {
  bool negated = false;
  std::string_view uri;  ///< as written: no "./", names in [] or {}
  AllowedValues allowed;
};

struct DependencyGroup {
  std::string_view friendly_id;
  /// Replaces the node's own AllowedValues while the group is satisfied; absent: kAbsent.
  AllowedValues changed_allowed;
  std::vector<Dependency> dependencies;
};

/// A DDF file of a Schema.
struct FileInfo {
  std::string_view name;
  std::string_view version;      ///< VerDTD
  std::string_view diagnostics;  ///< MSFT:Diagnostics
};

class Schema;

/// A node of a Schema: a small handle, valid as long as the Schema. Strings live in the Schema.
class CSPKIT_API Node {
 public:
  Node() = default;
  bool valid() const { return schema_ != nullptr; }
  NodeId id() const { return id_; }
  const Schema& schema() const { return *schema_; }

  std::string_view name() const;   ///< NodeName, trimmed; "" for a dynamic node
  std::string_view title() const;  ///< DFTitle; names a dynamic node in documentation: "{id}"
  bool is_dynamic() const;         ///< its NodeName is empty or "*": instances are named when made
  bool is_leaf() const;            ///< its format is not `node`
  /// True for the topmost node of a tree in a DDF file, and for the ancestors of such nodes
  /// ("Vendor", "Vendor/MSFT").
  bool is_root() const;
  /// True for an ancestor of a root, or the tree's "." itself: no DDF file describes it; Get-only
  /// interior node.
  bool is_ancestor_of_root() const;
  Format format() const;
  std::uint32_t access() const;  ///< Access bits
  bool grants(std::uint32_t verb) const { return (access() & verb) != 0; }
  Occurrence occurrence() const;
  std::uint32_t occurrence_limit() const;  ///< N of ZeroOrN and OneOrN, 0 when not given
  Persistence persistence() const;
  Naming naming() const;
  bool case_sensitive() const;  ///< CaseSense CS
  bool has_default() const;
  std::string_view default_value() const;
  std::string_view description() const;
  std::string_view unique_name() const;  ///< the prose of DynamicNodeNaming/UniqueName
  std::vector<std::string_view> mime_types() const;
  std::string_view ddf_name() const;  ///< DFType/DDFName
  AllowedValues allowed_values() const;
  ValueType value_type() const;
  Applicability applicability() const;
  bool deprecated() const;
  std::string_view os_build_deprecated() const;
  bool atomic_required() const;                  ///< of this node or an ancestor
  std::string_view reboot_behavior() const;      ///< "", "None", "Automatic", "ServerInitiated"
  std::string_view replace_behavior() const;     ///< "", "Replace", "Append"
  std::string_view conflict_resolution() const;  ///< "", "LastWrite", ...
  GpMapping gp_mapping() const;                  ///< all empty when there is none
  std::vector<DependencyGroup> dependencies() const;
  std::vector<ErrorResult> error_results() const;
  std::vector<Extension> extensions() const;
  Scope scope() const;
  std::string_view file() const;  ///< the DDF file it came from, "" for ancestors of roots
  std::uint32_t line() const;

  Node parent() const;  ///< invalid for "."
  Node root() const;    ///< topmost node of its DDF tree; itself for ancestors of roots
  std::vector<Node> static_children() const;  ///< sorted by name
  Node dynamic_child() const;                 ///< invalid when there is none
  Node static_child(
      std::string_view decoded_name) const;  ///< by name, honouring CaseSense; invalid when none
  /// "./Device/Vendor/MSFT/Office/Installation/{id}/Install"
  std::string uri() const;
  /// Path below the tree's root in this scope: "Vendor/MSFT/Office/Installation/{id}/Install".
  std::string pattern() const;

  friend bool operator==(const Node& a, const Node& b) {
    return a.schema_ == b.schema_ && a.id_ == b.id_;
  }
  friend bool operator!=(const Node& a, const Node& b) { return !(a == b); }

 private:
  friend class Schema;
  Node(const Schema* schema, NodeId id) : schema_(schema), id_(id) {}
  const Schema* schema_ = nullptr;
  NodeId id_ = kNoNode;
};

/// Where a LocURI leads. Reuse one object for many resolutions: its buffers are kept.
struct CSPKIT_API Address {
  struct Segment {
    NodeId node = kNoNode;
    std::uint32_t path_end = 0;  ///< path.substr(0, path_end) is the address down to this segment
    std::uint32_t key_end = 0;   ///< the same in key
    bool dynamic = false;
  };
  Scope scope = Scope::kDevice;
  bool scope_given = false;
  bool has_query = false;
  NodeId node = kNoNode;          ///< the node addressed
  std::vector<Segment> segments;  ///< empty for "."
  std::string
      path;  ///< canonical path: static names as the DDF spells them, dynamic ones as addressed
  std::string
      key;  ///< the same, folded to lower case except where the node is CaseSense CS: compares
            ///< equal exactly when two addresses are the same node of one scope and user
  std::string query;  ///< without "?"

  /// Decoded name of segment i.
  std::string name(std::size_t i) const;
  /// The key of the first n segments; "" for n = 0.
  std::string_view key_of(std::size_t n) const {
    return n == 0 ? std::string_view{} : std::string_view(key).substr(0, segments[n - 1].key_end);
  }
  std::string_view path_of(std::size_t n) const {
    return n == 0 ? std::string_view{} : std::string_view(path).substr(0, segments[n - 1].path_end);
  }
};

/// What a Schema holds.
struct SchemaTotals {
  std::size_t files = 0, trees = 0, nodes = 0, leaves = 0, dynamic = 0;
};

class CSPKIT_API Schema {
 public:
  ~Schema();
  Schema(const Schema&) = delete;
  Schema& operator=(const Schema&) = delete;

  /// Resolves a LocURI. A static match is final, the longest static root wins, else the dynamic
  /// node is taken;
  /// ./Device/X and ./X are one. kBadRequest, kUriTooLong as LocUri::parse; kNotFound when no node
  /// is there. `out` is filled as far as it was understood (scope always when the syntax is right).
  Status resolve(std::string_view uri, Address& out, const UriLimits& limits = {}) const;
  /// The same for a canonical path ("Vendor/MSFT/...") in a scope: what the store holds.
  Status resolve_path(Scope scope, std::string_view canonical_path, Address& out) const;

  Node node(NodeId id) const { return Node(this, id); }
  /// The "." of a scope.
  Node top(Scope scope) const;
  /// Roots of the DDF trees, both scopes, in order of their URIs.
  std::vector<Node> roots() const;
  std::size_t node_count() const;  ///< NodeIds are below this; ancestors of roots count here
  std::vector<FileInfo> files() const;
  SchemaTotals totals() const;  ///< of the DDF files; ancestors of roots do not count

 private:
  friend class Node;
  friend class SchemaBuilder;
  friend struct SchemaAccess;
  struct Data;
  explicit Schema(std::unique_ptr<Data> data);
  std::unique_ptr<Data> data_;
};

}  // namespace cspkit::ddf

#endif  // CSPKIT_DDF_SCHEMA_HPP_
