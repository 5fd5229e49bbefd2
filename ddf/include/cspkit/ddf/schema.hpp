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
/// The id of no node.
inline constexpr NodeId kNoNode = NodeId{0xFFFFFFFFu};

/// AccessType, as bits; the same values as the verbs of abi.h.
enum Access : std::uint32_t {
  kAccessGet = CSPKIT_GET,          ///< may be read
  kAccessAdd = CSPKIT_ADD,          ///< may be made
  kAccessReplace = CSPKIT_REPLACE,  ///< may be set
  kAccessDelete = CSPKIT_DELETE,    ///< may be removed
  kAccessExec = CSPKIT_EXEC,        ///< is a command
  kAccessCopy = 32                  ///< may be copied
};

/// How many instances there are (OMA-TS-DM_TND 1.2.1, Occurrence).
enum class Occurrence : std::uint8_t {
  kOne,         ///< One: always there while its parent is
  kZeroOrOne,   ///< ZeroOrOne
  kZeroOrMore,  ///< ZeroOrMore
  kOneOrMore,   ///< OneOrMore
  kZeroOrN,     ///< ZeroOrN: at most Node::occurrence_limit()
  kOneOrN       ///< OneOrN: likewise
};
/// DDF's Scope element.
enum class Persistence : std::uint8_t {
  kUnset,      ///< not given
  kPermanent,  ///< there whenever its parent is
  kDynamic     ///< made and removed
};
/// MSFT:AllowedValues/ValueType.
enum class ValueType : std::uint8_t {
  kAbsent,  ///< no AllowedValues at all
  kNone,    ///< None: anything
  kEnum,    ///< ENUM: one of a list
  kFlag,    ///< Flag: numbers of a list, ored
  kRange,   ///< Range: "[0-100]"
  kRegEx,   ///< RegEx: the whole value
  kAdmx,    ///< ADMX: the value of a group policy
  kJson,    ///< JSON
  kXsd,     ///< XSD: XML that a schema allows
  kSddl,    ///< SDDL: a security descriptor
  kUnknown  ///< a name that is none of these: anything
};
/// MSFT:DynamicNodeNaming: who names the instances of a dynamic node.
enum class Naming : std::uint8_t {
  kNone,             ///< not given
  kServerGenerated,  ///< ServerGeneratedUniqueIdentifier
  kClientInventory,  ///< ClientInventory: the device
  kUniqueName        ///< UniqueName: whoever adds it, by the rule that unique_name() tells
};

/// A value of a list, and what it means.
struct EnumValue {
  std::string_view value;        ///< as written
  std::string_view description;  ///< for people; may be empty
};

/// MSFT:AllowedValues of a node, as written.
struct AllowedValues {
  ValueType type = ValueType::kAbsent;  ///< how they are to be read
  std::vector<EnumValue> enums;         ///< ENUM and Flag
  std::vector<EnumValue> values;    ///< Value elements of the other types, with their descriptions
  bool has_list = false;            ///< a value is several, parted by list_delimiter
  std::string_view list_delimiter;  ///< as written: "0xF000", ";" ...
  std::string_view admx_area;       ///< of kAdmx: Area of the policy
  std::string_view admx_name;       ///< its Name
  std::string_view admx_file;       ///< its File
};

/// MSFT:Applicability that holds for a node, inherited element by element from its ancestors.
struct Applicability {
  std::string_view os_build_version;    ///< "10.0.22000, 10.0.19041.1202"
  std::string_view csp_version;         ///< CspVersion
  std::string_view edition_allow_list;  ///< "0x4;0x1B;"
  bool requires_azure_ad = false;       ///< RequiresAzureAd
};

/// MSFT:GpMapping: the group policy a node stands for.
struct GpMapping {
  std::string_view english_name;  ///< GpEnglishName
  std::string_view area_path;     ///< GpAreaPath
  std::string_view element;       ///< GpElement
};

/// One child of MSFT:CommonErrorResults.
struct ErrorResult {
  std::string_view name;  ///< of the element: "CommonErrorOne"
  std::string_view text;  ///< what is in it
};

/// An MSFT element that DDF v2 does not define: those of the years before it (SupportedValues,
/// ADMXBacked, ...), and unknown ones. Elements inside stand behind it as "SupportedValues/Name".
struct Extension {
  std::string_view name;   ///< of the element, with the names it stands in
  std::string_view value;  ///< its text
  std::vector<std::pair<std::string_view, std::string_view>> attributes;  ///< names and values
};

/// A Dependency: another node has to hold (or, when negated, must not hold) one of these values.
struct Dependency {
  bool negated = false;   ///< type Not
  std::string_view uri;   ///< as written: no "./", names in [] or {}
  AllowedValues allowed;  ///< what the other node has to hold
};

/// Dependencies that are satisfied together.
struct DependencyGroup {
  std::string_view friendly_id;  ///< how the DDF calls it
  /// Replaces the node's own AllowedValues while the group is satisfied; absent: kAbsent.
  AllowedValues changed_allowed;
  std::vector<Dependency> dependencies;  ///< all of them, for the group to be satisfied
};

/// A DDF file of a Schema.
struct FileInfo {
  std::string_view name;         ///< as SchemaBuilder was given it
  std::string_view version;      ///< VerDTD
  std::string_view diagnostics;  ///< MSFT:Diagnostics
};

class Schema;

/// A node of a Schema: a small handle, valid as long as the Schema. Strings live in the Schema.
class CSPKIT_API Node {
 public:
  Node() = default;                                  ///< no node
  bool valid() const { return schema_ != nullptr; }  ///< false: no node, ask nothing else
  NodeId id() const { return id_; }                  ///< in its schema
  const Schema& schema() const { return *schema_; }  ///< whose node it is

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
  Format format() const;         ///< DFFormat
  std::uint32_t access() const;  ///< Access bits
  /// True when AccessType has one of these bits.
  bool grants(std::uint32_t verb) const { return (access() & verb) != 0; }
  Occurrence occurrence() const;                     ///< how many there are
  std::uint32_t occurrence_limit() const;            ///< N of ZeroOrN and OneOrN, 0 when not given
  Persistence persistence() const;                   ///< DDF's Scope element
  Naming naming() const;                             ///< of a dynamic node
  bool case_sensitive() const;                       ///< CaseSense CS
  bool has_default() const;                          ///< it has a DefaultValue, maybe an empty one
  std::string_view default_value() const;            ///< as written; rules.hpp makes a value of it
  std::string_view description() const;              ///< for people
  std::string_view unique_name() const;              ///< the prose of DynamicNodeNaming/UniqueName
  std::vector<std::string_view> mime_types() const;  ///< DFType/MIME
  std::string_view ddf_name() const;                 ///< DFType/DDFName
  AllowedValues allowed_values() const;              ///< MSFT:AllowedValues
  ValueType value_type() const;                      ///< the type of them alone, without a copy
  Applicability applicability() const;               ///< on which devices it is there
  bool deprecated() const;                           ///< MSFT:Deprecated
  std::string_view os_build_deprecated() const;      ///< its OsBuildDeprecated, or ""
  bool atomic_required() const;                      ///< of this node or an ancestor
  std::string_view reboot_behavior() const;          ///< "", "None", "Automatic", "ServerInitiated"
  std::string_view replace_behavior() const;         ///< "", "Replace", "Append"
  std::string_view conflict_resolution() const;      ///< "", "LastWrite", ...
  GpMapping gp_mapping() const;                      ///< all empty when there is none
  std::vector<DependencyGroup> dependencies() const;  ///< MSFT:DependencyBehavior
  std::vector<ErrorResult> error_results() const;     ///< MSFT:CommonErrorResults
  std::vector<Extension> extensions() const;          ///< what else Microsoft says of it
  Scope scope() const;                                ///< of the device or of a user
  std::string_view file() const;  ///< the DDF file it came from, "" for ancestors of roots
  std::uint32_t line() const;     ///< where in that file, from 1; 0 for ancestors of roots

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

  /// The same node of the same Schema.
  /// @{
  friend bool operator==(const Node& a, const Node& b) {
    return a.schema_ == b.schema_ && a.id_ == b.id_;
  }
  friend bool operator!=(const Node& a, const Node& b) { return !(a == b); }
  /// @}

 private:
  friend class Schema;
  Node(const Schema* schema, NodeId id) : schema_(schema), id_(id) {}
  const Schema* schema_ = nullptr;
  NodeId id_ = kNoNode;
};

/// Where a LocURI leads. Reuse one object for many resolutions: its buffers are kept.
struct CSPKIT_API Address {
  /// One name of it.
  struct Segment {
    NodeId node = kNoNode;       ///< the node that it leads to
    std::uint32_t path_end = 0;  ///< path.substr(0, path_end) is the address down to this segment
    std::uint32_t key_end = 0;   ///< the same in key
    bool dynamic = false;        ///< it names an instance
  };
  Scope scope = Scope::kDevice;   ///< whose node it is
  bool scope_given = false;       ///< the text said Device or User
  bool has_query = false;         ///< the text had a "?"
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
  /// The key, or the path, of the first n segments; "" for n = 0.
  /// @{
  std::string_view key_of(std::size_t n) const {
    return n == 0 ? std::string_view{} : std::string_view(key).substr(0, segments[n - 1].key_end);
  }
  std::string_view path_of(std::size_t n) const {
    return n == 0 ? std::string_view{} : std::string_view(path).substr(0, segments[n - 1].path_end);
  }
  /// @}
};

/// What a Schema holds.
struct SchemaTotals {
  std::size_t files = 0;    ///< DDF files
  std::size_t trees = 0;    ///< trees in them: roots
  std::size_t nodes = 0;    ///< nodes of these
  std::size_t leaves = 0;   ///< of the nodes, leaves
  std::size_t dynamic = 0;  ///< of the nodes, dynamic ones
};

/// What DDF files say. Made by SchemaBuilder; never changes; any number of threads may read it.
class CSPKIT_API Schema {
 public:
  ~Schema();
  Schema(const Schema&) = delete;             ///< shared, not copied
  Schema& operator=(const Schema&) = delete;  ///< likewise

  /// Resolves a LocURI. A static match is final, the longest static root wins, else the dynamic
  /// node is taken;
  /// ./Device/X and ./X are one. kBadRequest, kUriTooLong as LocUri::parse; kNotFound when no node
  /// is there. `out` is filled as far as it was understood (scope always when the syntax is right).
  Status resolve(std::string_view uri, Address& out, const UriLimits& limits = {}) const;
  /// The same for a canonical path ("Vendor/MSFT/...") in a scope: what the store holds.
  Status resolve_path(Scope scope, std::string_view canonical_path, Address& out) const;
  /// For who keeps what resolve_path() once gave for this Schema: makes the address of `node` again
  /// from its path of so many segments, without looking for anything, and goes on to the static
  /// child that `below` names, as it may stand in a LocURI; empty: the node itself. No node on the
  /// way is CaseSense CS. `out`, which may spare the work, must have been filled by this Schema
  /// last, or have kNoNode for its node. False: it is not such an address, there is no such child,
  /// or it is told by more than its name in any case of letters; then `out` holds anything.
  bool restore(Scope scope, NodeId node, std::string_view path, std::size_t segments,
               std::string_view below, Address& out) const;

  Node node(NodeId id) const { return Node(this, id); }  ///< of an id of this Schema, unchecked
  /// The "." of a scope.
  Node top(Scope scope) const;
  /// Roots of the DDF trees, both scopes, in order of their URIs.
  std::vector<Node> roots() const;
  std::size_t node_count() const;       ///< NodeIds are below this; ancestors of roots count here
  std::vector<FileInfo> files() const;  ///< in the order in which they were added
  SchemaTotals totals() const;          ///< of the DDF files; ancestors of roots do not count

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
