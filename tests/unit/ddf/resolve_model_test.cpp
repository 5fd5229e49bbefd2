// SPDX-License-Identifier: Apache-2.0
// Schema::resolve against a model of a few lines that goes from child to child as the rules say,
// over every node there is: all the short cuts of the real one have to come out where it does.
#include <random>

#include "support.hpp"

namespace cspkit::ddf::test {
namespace {

struct Expected {
  NodeId node = kNoNode;
  std::string path, key;
  std::vector<NodeId> nodes;
};

Expected by_the_rules(const Schema& schema, const LocUri& uri) {
  Expected out;
  Node at = schema.top(uri.scope());
  for (std::size_t i = 0; i < uri.size(); ++i) {
    Node next = at.static_child(uri[i]);
    const bool dynamic = !next.valid();
    if (dynamic) next = at.dynamic_child();
    if (!next.valid()) return {};
    at = next;
    const std::string name = encode_segment(dynamic ? uri[i] : next.name());
    if (i != 0) {
      out.path += '/';
      out.key += '/';
    }
    out.path += name;
    out.key += next.case_sensitive() ? name : fold(name);
    out.nodes.push_back(next.id());
  }
  out.node = at.id();
  return out;
}

void compare(const Schema& schema, const std::string& uri, Address& address) {
  const Status status = schema.resolve(uri, address);
  const Result<LocUri> parsed = LocUri::parse(uri);
  if (!parsed) {
    ASSERT_EQ(status.code(), parsed.error().code()) << uri;
    return;
  }
  const Expected expected = by_the_rules(schema, *parsed);
  ASSERT_EQ(status.ok(), expected.node != kNoNode) << uri << ": " << status.text();
  ASSERT_EQ(address.node, expected.node) << uri;
  ASSERT_EQ(address.scope, parsed->scope()) << uri;
  ASSERT_EQ(address.scope_given, parsed->scope_given()) << uri;
  ASSERT_EQ(address.has_query, parsed->has_query()) << uri;
  ASSERT_EQ(address.query, parsed->query()) << uri;
  if (!status.ok()) {
    ASSERT_EQ(status.code(), Code::kNotFound) << uri;
    return;
  }
  ASSERT_EQ(address.path, expected.path) << uri;
  ASSERT_EQ(address.key, expected.key) << uri;
  ASSERT_EQ(address.segments.size(), expected.nodes.size()) << uri;
  for (std::size_t i = 0; i < expected.nodes.size(); ++i) {
    const Address::Segment& segment = address.segments[i];
    ASSERT_EQ(segment.node, expected.nodes[i]) << uri;
    ASSERT_EQ(segment.dynamic, schema.node(segment.node).is_dynamic()) << uri;
    ASSERT_EQ(segment.path_end, segment.key_end) << uri;
    ASSERT_EQ(address.name(i), segment.dynamic ? (*parsed)[i] : schema.node(segment.node).name())
        << uri;
  }
  Address again;
  ASSERT_TRUE(schema.resolve_path(address.scope, address.path, again).ok()) << uri;
  ASSERT_EQ(again.key, address.key) << uri;
  ASSERT_EQ(again.node, address.node) << uri;
}

class Addresses {
 public:
  explicit Addresses(const Schema& schema) : schema_(schema) {}

  /// The addresses of a node and of its neighbourhood, well and badly spelled.
  void around(const Node& node) {
    for (const char* name : {"x", "Contoso%20Wi%2DFi", "%7Ba-b%7D.c",
                             "Pr\xC3\xB6"
                             "file",
                             "abcdefghijklmnop", "%2"}) {
      const std::string uri = spelled(node, name);
      try_it(uri);
      try_it(uri + "/zzz");
      try_it(uri + "?prop=Name");
      try_it(uri + "/");
      try_it(mixed_case(uri));
      try_it(damaged(uri));
      if (uri.find(name) == std::string::npos) break;  // no dynamic node above: all alike
    }
    const std::string uri = spelled(node, std::string(300, 'N'));
    try_it(uri);
    try_it(uri.substr(uri.find('/', 2) + 1));
    // The name of a static neighbour where the dynamic node is.
    for (const Node& static_one :
         node.parent().valid() ? node.parent().static_children() : std::vector<Node>()) {
      if (!node.is_dynamic()) break;
      try_it(spelled(node.parent(), "x") + '/' + encode_segment(static_one.name()) + "/q");
    }
  }
  std::size_t count() const { return count_; }

 private:
  void try_it(const std::string& uri) {
    ++count_;
    compare(schema_, uri, address_);
  }
  static std::string spelled(const Node& node, const std::string& name) {
    std::string below;
    for (Node at = node; at.parent().valid(); at = at.parent())
      below = '/' + (at.is_dynamic() ? name : encode_segment(at.name())) + below;
    return (node.scope() == Scope::kUser ? "./User" : "./Device") + below;
  }
  std::string mixed_case(std::string text) {
    for (char& c : text) {
      if (random_() % 3 != 0) continue;
      if (c >= 'a' && c <= 'z') {
        c = static_cast<char>(c - 32);
      } else if (c >= 'A' && c <= 'Z') {
        c = static_cast<char>(c + 32);
      }
    }
    return text;
  }
  std::string damaged(std::string text) {
    const std::size_t at = random_() % text.size();
    switch (random_() % 3) {
      case 0:
        text.erase(at, 1);
        break;
      case 1:
        text[at] = "/%?.*z"[random_() % 6];
        break;
      default:
        text.insert(at, 1, "/%?.*z"[random_() % 6]);
    }
    return text;
  }
  const Schema& schema_;
  Address address_;  // one for all: what is left in it must not matter
  std::mt19937 random_{7};
  std::size_t count_ = 0;
};

std::size_t everywhere(const Schema& schema) {
  Addresses addresses(schema);
  for (std::uint32_t i = 0; i < schema.node_count(); ++i) {
    addresses.around(schema.node(NodeId{i}));
    if (testing::Test::HasFatalFailure()) break;
  }
  return addresses.count();
}

TEST(ResolveModel, EveryPublishedNode) {
  CSPKIT_NEEDS_CORPUS(folder, "ddf");
  SchemaBuilder builder;
  ASSERT_TRUE(builder.add(folder).ok());
  EXPECT_GT(everywhere(*builder.build()), 15'000u);
}

TEST(ResolveModel, OddSchemas) {
  const std::string interior = usual("Get Add", "node", "ZeroOrMore");
  const std::string leaf = usual("Get", "chr");
  const std::string cs = usual("Get", "node", "One", "<CaseSense><CS/></CaseSense>");
  const std::string below = node("Name", leaf) + node("Deep", interior, node("Leaf", leaf)) +
                            node("", interior, node("Name", leaf) + node("With Blank", leaf));
  const std::string tree =
      node("Fixed", interior, node("", interior, below) + node("Static", interior)) +
      node("Exact", cs, node("Leaf", leaf) + node("", cs, below)) +
      node("With Blank", interior, node("", interior, below) + node("In/Side", leaf)) +
      node("", interior, below);
  SchemaBuilder builder;
  ASSERT_TRUE(builder
                  .add_bytes(document(root("Tree", "./Device/Vendor/MSFT", interior, tree) +
                                      root("Tree", "./User/Vendor/MSFT", interior, tree) +
                                      root("Top", ".", interior, tree) +
                                      root("Below", "./vendor/msft/tree/fixed", interior, tree) +
                                      root(std::string(120, 'L'), "./Vendor", interior,
                                           node(std::string(130, 'M'), interior, tree))),
                             "odd.xml")
                  .ok());
  EXPECT_GT(everywhere(*builder.build()), 1'000u);
}

}  // namespace
}  // namespace cspkit::ddf::test
