// SPDX-License-Identifier: Apache-2.0
#include "support.hpp"

namespace cspkit::ddf::test {
namespace {

std::shared_ptr<const Schema> build(std::initializer_list<std::string> documents) {
  SchemaBuilder builder;
  int number = 0;
  for (const std::string& text : documents) {
    const Status status = builder.add_bytes(text, "file" + std::to_string(++number) + ".xml");
    EXPECT_TRUE(status.ok()) << status.text();
  }
  return builder.build();
}

std::string node_interior(std::string_view name, std::string_view children = {},
                          std::string_view more = {}) {
  return node(name, usual("Get", "node", "One", more), children);
}
std::string leaf(std::string_view name, std::string_view more = {}) {
  return node(name, usual("Get Replace", "int", "One", more));
}
std::string dynamic(std::string_view title, std::string_view children,
                    std::string_view format = "node") {
  return node(
      "", usual("Add Get", format, "ZeroOrMore", "<DFTitle>" + std::string(title) + "</DFTitle>"),
      children);
}

const std::string kOffice =
    document(root("Office", "./Device/Vendor/MSFT", usual("Get", "node"),
                  node_interior("Installation", dynamic("id", leaf("Install") + leaf("Status")) +
                                                    leaf("CurrentStatus"))) +
             root("Office", "./User/Vendor/MSFT", usual("Get", "node"), leaf("OnlyHere")));

const std::string kPolicy =
    document(root("Policy", "./Device/Vendor/MSFT", usual("Get", "node"),
                  node_interior("Config", dynamic("AreaName", dynamic("PolicyName", "", "null"))) +
                      node_interior("Result")));
const std::string kBrowser = document(root("Browser", "./Device/Vendor/MSFT/Policy/Config",
                                           usual("Get", "node"), leaf("AllowAutofill")));

TEST(Resolve, FindsStaticNodesInAnyCase) {
  const auto schema = build({kOffice});
  Address address;
  for (const char* text : {"./Device/Vendor/MSFT/Office/Installation/CurrentStatus",
                           "./Vendor/MSFT/Office/Installation/CurrentStatus",
                           "Vendor/MSFT/Office/Installation/CurrentStatus",
                           " ./device/VENDOR/msft/oFFICE/installation/CURRENTstatus ",
                           "./Vendor/MSFT/Office/Installation/%43urrentStatus"}) {
    const Status status = schema->resolve(text, address);
    ASSERT_TRUE(status.ok()) << text << ": " << status.text();
    EXPECT_EQ(address.path, "Vendor/MSFT/Office/Installation/CurrentStatus") << text;
    EXPECT_EQ(address.key, "vendor/msft/office/installation/currentstatus") << text;
    EXPECT_EQ(address.scope, Scope::kDevice);
    ASSERT_EQ(address.segments.size(), 5u);
    EXPECT_EQ(address.path_of(3), "Vendor/MSFT/Office");
    EXPECT_EQ(address.key_of(3), "vendor/msft/office");
    EXPECT_EQ(address.key_of(0), "");
    EXPECT_EQ(address.name(4), "CurrentStatus");
    EXPECT_FALSE(address.segments[4].dynamic);
    const Node node = schema->node(address.node);
    EXPECT_EQ(node.name(), "CurrentStatus");
    EXPECT_EQ(node.uri(), "./Device/Vendor/MSFT/Office/Installation/CurrentStatus");
    EXPECT_EQ(schema->node(address.segments[2].node).name(), "Office");
  }
}

TEST(Resolve, TakesDynamicNamesAsAddressed) {
  const auto schema = build({kOffice});
  Address address;
  ASSERT_TRUE(
      schema->resolve("./Vendor/MSFT/office/installation/%7Bab%2FC%7d/install", address).ok());
  EXPECT_EQ(address.path, "Vendor/MSFT/Office/Installation/%7Bab%2FC%7D/Install");
  EXPECT_EQ(address.key, "vendor/msft/office/installation/%7bab%2fc%7d/install");
  EXPECT_EQ(address.name(4), "{ab/C}");
  EXPECT_TRUE(address.segments[4].dynamic);
  EXPECT_FALSE(address.segments[5].dynamic);
  const Node node = schema->node(address.node);
  EXPECT_EQ(node.pattern(), "Vendor/MSFT/Office/Installation/{id}/Install");
  // The same node, spelled plainly.
  Address other;
  ASSERT_TRUE(schema->resolve("./Vendor/MSFT/Office/Installation/{AB%2fc}/INSTALL", other).ok());
  EXPECT_EQ(other.key, address.key);
  EXPECT_EQ(other.node, address.node);
}

bool same(const Address& a, const Address& b) {
  if (a.segments.size() != b.segments.size()) return false;
  for (std::size_t i = 0; i < a.segments.size(); ++i) {
    const Address::Segment &one = a.segments[i], &other = b.segments[i];
    if (one.node != other.node || one.path_end != other.path_end || one.key_end != other.key_end ||
        one.dynamic != other.dynamic)
      return false;
  }
  return a.node == b.node && a.path == b.path && a.key == b.key && a.scope == b.scope &&
         a.has_query == b.has_query && a.query == b.query;
}

TEST(Resolve, WhatWasResolvedIsRestoredFromItsPath) {
  const auto schema = build({kOffice, kPolicy, kBrowser});
  Address restored;  // one for all: what was in it before does not matter
  for (const char* text : {"./Vendor/MSFT/Office/Installation/%7Bab%2FC%7d/Install",
                           "./Vendor/MSFT/Office", "./Vendor/MSFT/Policy/Config/Area/Name",
                           "./Vendor/MSFT/Policy/Config/Browser/AllowAutofill",
                           "./User/Vendor/MSFT/Office/OnlyHere", "./Vendor"}) {
    Address whole;
    ASSERT_TRUE(schema->resolve(text, whole).ok()) << text;
    ASSERT_TRUE(
        schema->restore(whole.scope, whole.node, whole.path, whole.segments.size(), {}, restored))
        << text;
    EXPECT_TRUE(same(whole, restored)) << text;
    EXPECT_FALSE(restored.has_query);
    if (whole.segments.size() < 2 || whole.segments.back().dynamic) continue;
    const std::size_t parent = whole.segments.size() - 1;
    std::string below = whole.path.substr(whole.path_of(parent).size() + 1);
    below[0] = static_cast<char>(below[0] ^ 0x20);  // the other case
    ASSERT_TRUE(schema->restore(whole.scope, whole.segments[parent - 1].node, whole.path_of(parent),
                                parent, below, restored))
        << text;
    EXPECT_TRUE(same(whole, restored)) << text;
  }
}

TEST(Resolve, InstanceAfterInstanceIsRestoredInOneAddress) {
  const auto schema = build({kOffice, kPolicy});
  Address restored;
  // The beginning is the same or not, names grow and shrink, and other ways come in between.
  for (const char* text :
       {"./Device/Vendor/MSFT/Office/Installation/Aa/Install",
        "./Device/Vendor/MSFT/Office/Installation/Bb/Install",
        "./Device/Vendor/MSFT/Office/Installation/LongerThanBefore%2F/Install",
        "./Device/Vendor/MSFT/Office/Installation/c/Install",
        "./Device/Vendor/MSFT/Office/Installation/d/Status",
        "./Device/Vendor/MSFT/Office/Installation/e?list=Struct",
        "./Device/Vendor/MSFT/Office/Installation/f/Status?prop=Name",
        "./Device/Vendor/MSFT/Office/Installation/g/Status",
        "./Device/Vendor/MSFT/Office/Installation/nothing/there",
        "./Vendor/MSFT/Office/Installation/h/Status", "./Device/Vendor/MSFT/Policy/Config/i/Name",
        "./Device//x", "./Device/Vendor/MSFT/Office/Installation/j/Status"}) {
    Address whole;
    const bool known = schema->resolve(text, whole).ok();
    if (!known || whole.has_query || !whole.scope_given) {
      EXPECT_EQ(schema->resolve(text, restored).ok(), known);
      continue;
    }
    const std::size_t parent = whole.segments.size() - 1;
    const std::string below = whole.path.substr(whole.path_of(parent).size() + 1);
    const NodeId above = whole.segments[parent - 1].node;
    if (!whole.segments[parent].dynamic) {
      ASSERT_TRUE(
          schema->restore(whole.scope, above, whole.path_of(parent), parent, below, restored))
          << text;
    } else {
      ASSERT_TRUE(
          schema->restore(whole.scope, whole.node, whole.path, whole.segments.size(), {}, restored))
          << text;
    }
    EXPECT_TRUE(same(whole, restored)) << text;
  }
  // What is not the path of an instance is still none, whatever was there before.
  const Address good = restored;
  const NodeId instance = good.segments[4].node;
  for (const char* path :
       {"Vendor/MSFT/Office/Installation", "Vendor/MSFT/Office/Installation/a/b",
        "Vendor/MSFT/Office/Elsewhere/j", "Vendor/MSFT/Office/installation", "x"}) {
    restored = good;
    EXPECT_FALSE(schema->restore(Scope::kDevice, instance, path, 5, "Status", restored)) << path;
  }
}

TEST(Resolve, WhatIsNoPathOfTheNodeIsNotRestored) {
  const std::string odd = document(
      root("Odd", "./Device/Vendor/MSFT", usual("Get", "node"),
           node_interior("In", leaf("Plain") + leaf("With blank") +
                                   leaf("Exact", "<CaseSense><CS/></CaseSense>") + leaf("ab"))));
  const auto schema = build({odd});
  Address in, out;
  ASSERT_TRUE(schema->resolve("./Vendor/MSFT/Odd/In", in).ok());
  const auto restores = [&](std::string_view path, std::string_view below) {
    return schema->restore(Scope::kDevice, in.node, path, in.segments.size(), below, out);
  };
  EXPECT_TRUE(restores("Vendor/MSFT/Odd/In", ""));
  EXPECT_TRUE(restores("Vendor/MSFT/Odd/In", "pLAIN"));
  EXPECT_EQ(out.path, "Vendor/MSFT/Odd/In/Plain");
  EXPECT_EQ(out.key, "vendor/msft/odd/in/plain");
  EXPECT_TRUE(restores("Vendor/MSFT/Odd/In", "AB"));
  EXPECT_EQ(out.key, "vendor/msft/odd/in/ab");
  for (const char* path : {"", "In", "MSFT/Odd/In", "A/Vendor/MSFT/Odd/In", "Vendor/MSFT/Odd/Inn",
                           "/Vendor/MSFT/Odd/In", "Vendor/MSFT/OddxIn"})
    EXPECT_FALSE(restores(path, "")) << path;
  for (const char* below : {"None", "With blank", "With%20blank", "Exact", "exact", "%50lain",
                            "Plain/", "Plain/x", "Plain?list=Struct", " Plain"})
    EXPECT_FALSE(restores("Vendor/MSFT/Odd/In", below)) << below;
  for (const std::size_t segments : {std::size_t{0}, std::size_t{3}, std::size_t{5}, SIZE_MAX})
    EXPECT_FALSE(schema->restore(Scope::kDevice, in.node, in.path, segments, "", out)) << segments;
  Address top;
  ASSERT_TRUE(schema->resolve(".", top).ok());
  EXPECT_FALSE(schema->restore(Scope::kDevice, top.node, "", 0, "Vendor", out));
  EXPECT_FALSE(schema->restore(Scope::kDevice, top.node, ".", 1, "", out));
}

TEST(Resolve, StaticMatchIsFinal) {
  const auto schema = build({kOffice});
  Address address;
  const Status status =
      schema->resolve("./Vendor/MSFT/Office/Installation/CurrentStatus/Install", address);
  EXPECT_EQ(status.code(), Code::kNotFound);
  EXPECT_EQ(address.path, "Vendor/MSFT/Office/Installation/CurrentStatus");
  EXPECT_EQ(address.node, kNoNode);
}

TEST(Resolve, KeepsScopesApart) {
  const auto schema = build({kOffice});
  Address address;
  EXPECT_TRUE(schema->resolve("./User/Vendor/MSFT/Office/OnlyHere", address).ok());
  EXPECT_EQ(address.scope, Scope::kUser);
  EXPECT_TRUE(address.scope_given);
  EXPECT_EQ(schema->node(address.node).scope(), Scope::kUser);
  EXPECT_EQ(schema->resolve("./Device/Vendor/MSFT/Office/OnlyHere", address).code(),
            Code::kNotFound);
  EXPECT_EQ(schema->resolve("./User/Vendor/MSFT/Office/Installation", address).code(),
            Code::kNotFound);
  EXPECT_EQ(address.scope, Scope::kUser) << "the scope is known even when the node is not";
}

TEST(Resolve, SplitsTheQuery) {
  const auto schema = build({kOffice});
  Address address;
  ASSERT_TRUE(schema->resolve("./Vendor/MSFT/Office?list=TNDS", address).ok());
  EXPECT_TRUE(address.has_query);
  EXPECT_EQ(address.query, "list=TNDS");
  EXPECT_EQ(address.path, "Vendor/MSFT/Office");
  ASSERT_TRUE(schema->resolve("./Vendor/MSFT/Office", address).ok());
  EXPECT_FALSE(address.has_query);
  EXPECT_EQ(address.query, "");
}

TEST(Resolve, JudgesTheWholeTextFirst) {
  const auto schema = build({kOffice});
  Address address;
  for (const char* text : {"", "./", "/Vendor", "./Vendor//MSFT", "./Nothing/../x", "./Nothing/%zz",
                           "./Vendor/MSFT/Office/", "./Vendor/MSFT/Office/Installation/*",
                           "./Vendor/MSFT/Office/Installation/%00", "./Nothing/%FF"}) {
    EXPECT_EQ(schema->resolve(text, address).code(), Code::kBadRequest) << text;
  }
  EXPECT_EQ(schema->resolve("./Vendor/MSFT/Office", address, UriLimits{10, 0}).code(),
            Code::kUriTooLong);
  EXPECT_EQ(schema->resolve("./Vendor/MSFT/Office", address, UriLimits{0, 2}).code(),
            Code::kUriTooLong);
  EXPECT_EQ(schema->resolve("./x/y/z", address, UriLimits{0, 2}).code(), Code::kUriTooLong);
  EXPECT_TRUE(schema->resolve("./Vendor/MSFT/Office", address, UriLimits{0, 3}).ok());
}

TEST(Resolve, AgreesWithTheParserOnSyntax) {
  const auto schema = build({kOffice});
  Address address;
  for (const char* text : {"./A/B", ".", "./User", "./Device/A?x", ".?x", "./?x", "././A", "./A/*",
                           "./A/%2e", "./A/ b", "A//", "./A/%ED%A0%80", "./a%2Fb"}) {
    const Result<LocUri> parsed = LocUri::parse(text);
    const Status status = schema->resolve(text, address);
    EXPECT_EQ(status.code() == Code::kBadRequest, !parsed.has_value()) << text;
    if (parsed) {
      EXPECT_EQ(address.scope, parsed->scope()) << text;
      EXPECT_EQ(address.query, parsed->query()) << text;
    }
  }
}

TEST(Resolve, TopsAndAncestors) {
  const auto schema = build({kOffice});
  Address address;
  ASSERT_TRUE(schema->resolve(".", address).ok());
  EXPECT_TRUE(address.segments.empty());
  const Node top = schema->node(address.node);
  EXPECT_EQ(top, schema->top(Scope::kDevice));
  EXPECT_EQ(top.uri(), "./Device");
  EXPECT_FALSE(top.parent().valid());
  EXPECT_TRUE(top.is_ancestor_of_root());
  ASSERT_TRUE(schema->resolve("./vendor/msft", address).ok());
  const Node msft = schema->node(address.node);
  EXPECT_TRUE(msft.is_ancestor_of_root());
  EXPECT_TRUE(msft.is_root());
  EXPECT_EQ(msft.root(), msft);
  EXPECT_EQ(msft.access(), static_cast<std::uint32_t>(kAccessGet));
  EXPECT_EQ(msft.format(), Format::kNode);
  EXPECT_EQ(msft.file(), "");
  EXPECT_EQ(msft.parent().parent(), top);
  ASSERT_EQ(msft.static_children().size(), 1u);
  const Node office = msft.static_children()[0];
  EXPECT_TRUE(office.is_root());
  EXPECT_FALSE(office.is_ancestor_of_root());
  EXPECT_EQ(office.root(), office);
  EXPECT_EQ(office.static_child("INSTALLATION").static_child("CurrentStatus").root(), office);
  EXPECT_FALSE(office.static_child("nope").valid());
  EXPECT_TRUE(office.static_child("Installation").dynamic_child().is_dynamic());
  EXPECT_FALSE(office.dynamic_child().valid());
}

TEST(Resolve, AreaFileBeatsSkeleton) {
  // The order in which files come makes no difference.
  for (const auto& schema : {build({kPolicy, kBrowser}), build({kBrowser, kPolicy})}) {
    Address address;
    ASSERT_TRUE(schema->resolve("./Vendor/MSFT/Policy/Config/browser/allowautofill", address).ok());
    EXPECT_EQ(schema->node(address.node).format(), Format::kInt);
    EXPECT_EQ(schema->node(address.node).root().name(), "Browser");
    ASSERT_TRUE(schema->resolve("./Vendor/MSFT/Policy/Config/Other/Thing", address).ok());
    EXPECT_EQ(schema->node(address.node).format(), Format::kNull);
    EXPECT_TRUE(address.segments[4].dynamic);
    EXPECT_EQ(schema->resolve("./Vendor/MSFT/Policy/Config/Browser/Thing", address).code(),
              Code::kNotFound);
    ASSERT_TRUE(schema->resolve("./Vendor/MSFT/Policy/Config", address).ok());
    const Node config = schema->node(address.node);
    EXPECT_FALSE(config.is_ancestor_of_root()) << "what a file describes stays";
    EXPECT_EQ(config.root().name(), "Policy");
    EXPECT_EQ(config.static_children().size(), 1u);
    EXPECT_EQ(config.dynamic_child().title(), "AreaName");
    ASSERT_TRUE(schema->resolve("./Vendor/MSFT/Policy/Result", address).ok());
  }
  const auto alone = build({kBrowser});
  Address address;
  ASSERT_TRUE(alone->resolve("./Vendor/MSFT/Policy/Config/Browser/AllowAutofill", address).ok());
  ASSERT_TRUE(alone->resolve("./Vendor/MSFT/Policy/Config", address).ok());
  EXPECT_TRUE(alone->node(address.node).is_ancestor_of_root());
  EXPECT_EQ(alone->resolve("./Vendor/MSFT/Policy/Config/Other", address).code(), Code::kNotFound);
}

TEST(Resolve, LongerRootReplacesWhatAShorterDescribes) {
  const std::string outer = document(
      root("A", "./Vendor", usual("Get", "node"), node_interior("B", leaf("Old")) + leaf("Side")));
  const std::string inner = document(root("b", "./vendor/a", usual("Get", "node"), leaf("New")));
  for (const auto& schema : {build({outer, inner}), build({inner, outer})}) {
    Address address;
    EXPECT_TRUE(schema->resolve("./Vendor/A/B/New", address).ok());
    EXPECT_EQ(address.path, "Vendor/A/b/New");
    EXPECT_EQ(schema->resolve("./Vendor/A/B/Old", address).code(), Code::kNotFound);
    EXPECT_TRUE(schema->resolve("./Vendor/A/Side", address).ok());
    EXPECT_EQ(schema->totals().nodes, 4u);
  }
}

TEST(Resolve, CaseSensitiveNodes) {
  const std::string cs = "<CaseSense><CS/></CaseSense>";
  const auto schema = build({document(root(
      "T", "./Vendor", usual("Get", "node"),
      leaf("Exact", cs) + leaf("exact", cs) + leaf("Loose") +
          node_interior("Cs", leaf("Below"), cs) +
          node_interior("Dyn", node("", usual("Add Get", "node", "ZeroOrMore", cs), leaf("L")))))});
  Address a;
  ASSERT_TRUE(schema->resolve("./vendor/t/Exact", a).ok());
  EXPECT_EQ(a.key, "vendor/t/Exact");
  const NodeId upper = a.node;
  ASSERT_TRUE(schema->resolve("./vendor/t/exact", a).ok());
  EXPECT_NE(a.node, upper);
  EXPECT_EQ(schema->resolve("./vendor/t/EXACT", a).code(), Code::kNotFound);
  EXPECT_TRUE(schema->resolve("./vendor/t/LOOSE", a).ok());
  ASSERT_TRUE(schema->resolve("./vendor/t/Cs/BELOW", a).ok());
  EXPECT_EQ(a.key, "vendor/t/Cs/below");
  EXPECT_EQ(schema->resolve("./vendor/t/cs/Below", a).code(), Code::kNotFound);
  ASSERT_TRUE(schema->resolve("./vendor/t/dyn/Name/l", a).ok());
  EXPECT_EQ(a.key, "vendor/t/dyn/Name/l");
  EXPECT_TRUE(schema->node(a.segments[3].node).case_sensitive());
}

TEST(Resolve, NamesThatNeedEscapes) {
  const auto schema =
      build({document(root("A b", "./Vendor/x y", usual("Get", "node"), leaf("c{d")))});
  Address a;
  ASSERT_TRUE(schema->resolve("./Vendor/x%20y/a%20B/C%7bd", a).ok());
  EXPECT_EQ(a.path, "Vendor/x%20y/A%20b/c%7Bd");
  EXPECT_EQ(schema->node(a.node).name(), "c{d");
  EXPECT_EQ(schema->node(a.node).uri(), "./Device/Vendor/x%20y/A%20b/c%7Bd");
  Address b;
  ASSERT_TRUE(schema->resolve("./Vendor/x y/A b/c{d", b).ok());
  EXPECT_EQ(b.key, a.key);
}

TEST(Resolve, CanonicalPathsOfTheStore) {
  const auto schema = build({kOffice});
  Address a;
  ASSERT_TRUE(
      schema->resolve_path(Scope::kDevice, "Vendor/MSFT/Office/Installation/%7Bx%7D/Install", a)
          .ok());
  EXPECT_EQ(a.path, "Vendor/MSFT/Office/Installation/%7Bx%7D/Install");
  ASSERT_TRUE(schema->resolve_path(Scope::kUser, "Vendor/MSFT/Office/OnlyHere", a).ok());
  ASSERT_TRUE(schema->resolve_path(Scope::kUser, "", a).ok());
  EXPECT_EQ(schema->node(a.node), schema->top(Scope::kUser));
  EXPECT_EQ(schema->resolve_path(Scope::kUser, "Device/Vendor", a).code(), Code::kNotFound);
}

TEST(Resolve, EveryPlainNodeOfTheCorpusIsFoundByItsOwnAddress) {
  CSPKIT_NEEDS_CORPUS(path, "ddf");
  SchemaBuilder builder;
  ASSERT_TRUE(builder.add(path).ok());
  const auto schema = builder.build();
  Address a;
  for (std::uint32_t i = 2; i < schema->node_count(); ++i) {
    const Node node = schema->node(NodeId{i});
    for (const std::string& text : {node.uri(), "./" + fold(node.uri().substr(2))}) {
      const Status status = schema->resolve(text, a);
      if (text != node.uri() && (!status.ok() || a.node != node.id())) {
        bool sensitive = false;
        for (Node up = node; up.valid(); up = up.parent()) {
          sensitive = sensitive || up.case_sensitive();
        }
        EXPECT_TRUE(sensitive) << text;
        continue;
      }
      ASSERT_TRUE(status.ok()) << text << ": " << status.text();
      ASSERT_EQ(a.node, node.id()) << text;
      EXPECT_EQ(fold(a.path), a.key.size() == a.path.size() ? fold(a.key) : "") << text;
    }
  }
}

}  // namespace
}  // namespace cspkit::ddf::test
