// SPDX-License-Identifier: Apache-2.0
// An independent, naive model of what a DDF file promises: reads the XML by itself, in its own way,
// and says which status a command must get. It shares no code with the schema library or the gate;
// slow and plain on purpose.
#ifndef CSPKIT_TESTS_MODEL_DDF_MODEL_HPP_
#define CSPKIT_TESTS_MODEL_DDF_MODEL_HPP_

#include <cstdint>
#include <memory>
#include <optional>
#include <pugixml.hpp>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cspkit::model {

struct ModelNode {
  std::string name;  // "" dynamic
  bool user_scope = false;
  bool is_root = false;
  std::set<std::string> access;
  std::string format = "node";
  std::string occurrence = "One";
  std::optional<std::string> default_value;
  std::string value_type;  // "" none given
  std::vector<std::string> enums;
  std::vector<std::pair<std::int64_t, std::int64_t>> ranges;
  std::vector<std::string> patterns;  // RegEx
  bool has_list = false;
  const ModelNode* parent = nullptr;
  std::vector<std::unique_ptr<ModelNode>> children;
  std::string root_path;  // of roots: "Vendor/MSFT"

  bool dynamic() const { return name.empty() || name == "*"; }
  bool leaf() const { return format != "node"; }
  bool grants(const char* verb) const { return access.count(verb) != 0; }
};

/// The trees of one file; empty when it is not well-formed.
std::vector<std::unique_ptr<ModelNode>> read_file(const std::string& path);

/// Does the node exist, never having been set, when its parent does?
bool exists_by_rule(const ModelNode& node);

/// What the command carries.
struct Sent {
  enum class Kind { kNothing, kFits, kWrongFormat, kNoParse, kNotAllowed };
  Kind kind = Kind::kNothing;
  std::string format;  // Meta/Format; "" none
  std::string data;
};
/// The values worth sending to a node; kFits and kNotAllowed only where the model can tell.
std::vector<Sent> values_for(const ModelNode& node);

/// What is there before the command.
enum class Before { kFresh, kParentsSet, kSet };

/// Status of one command to an existing address, outside an Atomic.
int expect_alone(const ModelNode& node, const std::string& verb, const Sent& sent, Before before);
/// The same inside an Atomic of its own, where values are judged before existence.
int expect_in_atomic(const ModelNode& node, const std::string& verb, const Sent& sent,
                     Before before);

}  // namespace cspkit::model

#endif  // CSPKIT_TESTS_MODEL_DDF_MODEL_HPP_
