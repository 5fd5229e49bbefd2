// SPDX-License-Identifier: Apache-2.0
// What a DDF asks beyond a node's own value: the kind of device, Atomic, dependencies, reboots; and
// the queries for properties.
#include "test_tree.hpp"

namespace cspkit::testing {
namespace {

std::string demanding_ddf() {
  const std::string newer =
      "<MSFT:Applicability><MSFT:OsBuildVersion>10.0.22621</MSFT:OsBuildVersion></"
      "MSFT:Applicability>";
  const std::string depends =
      "<MSFT:DependencyBehavior><MSFT:DependencyGroup FriendlyId=\"On\"><MSFT:Dependency "
      "Type=\"DependsOn\">"
      "<MSFT:DependencyUri>Vendor/Test/D/Switch</MSFT:DependencyUri><MSFT:DependencyAllowedValue "
      "ValueType=\"ENUM\">"
      "<MSFT:Enum><MSFT:Value>1</MSFT:Value></MSFT:Enum></MSFT:DependencyAllowedValue></"
      "MSFT:Dependency>"
      "</MSFT:DependencyGroup></MSFT:DependencyBehavior>";
  return document(
      "./Device/Vendor/Test",
      node("D", "Get", "node", occurs("One"),
           node("New", "Get Replace", "chr", occurs("One") + newer) +
               node("Old", "Get Replace", "chr", occurs("One")) +
               node("Together", "Get Replace", "chr", occurs("One") + "<MSFT:AtomicRequired/>") +
               node("Switch", "Get Replace", "int", occurs("One")) +
               node("Lamp", "Get Replace", "chr", occurs("One") + depends) +
               node("Boot", "Get Replace", "chr",
                    occurs("One") + "<MSFT:RebootBehavior>Automatic</MSFT:RebootBehavior>")));
}

class DemandsTest : public ::testing::Test {
 protected:
  Session open(EngineOptions options) {
    Result<Engine> opened = Engine::open(std::move(options));
    EXPECT_TRUE(opened);
    engine_ = std::make_unique<Engine>(*std::move(opened));
    EXPECT_TRUE(engine_->load_ddf_bytes(demanding_ddf(), "d.xml").ok());
    return engine_->open_session(Principal::device());
  }
  std::unique_ptr<Engine> engine_;
};

TEST_F(DemandsTest, ANodeThatIsNotForThisDeviceIs406AndListedNowhere) {
  EngineOptions options;
  options.profile.os_build = "10.0.19045.1";
  Session session = open(options);
  EXPECT_EQ(text_of(session.get("./Vendor/Test/D/New")), "status 406");
  EXPECT_EQ(syncml_status(session.replace("./Vendor/Test/D/New", Value::chr("x"))), 406);
  EXPECT_EQ(text_of(session.get("./Vendor/Test/D")).find("New"), std::string::npos);
  EXPECT_EQ(text_of(session.get("./Vendor/Test/D/Old")), "");
}

TEST_F(DemandsTest, WithoutAProfileNothingIsExcluded) {
  Session session = open({});
  EXPECT_EQ(text_of(session.get("./Vendor/Test/D/New")), "");
}

TEST_F(DemandsTest, ByDefaultDemandsAreReadAndRefuseNothing) {
  Session session = open({});
  EXPECT_TRUE(session.replace("./Vendor/Test/D/Together", Value::chr("x")).ok());
  EXPECT_TRUE(session.replace("./Vendor/Test/D/Lamp", Value::chr("x")).ok());
  const Result<NodeDemands> together = engine_->demands("./Vendor/Test/D/Together");
  ASSERT_TRUE(together);
  EXPECT_TRUE(together->atomic_required);
  const Result<NodeDemands> lamp = engine_->demands("./Vendor/Test/D/Lamp");
  ASSERT_TRUE(lamp);
  EXPECT_FALSE(lamp->dependencies.satisfied);
  ASSERT_EQ(lamp->dependencies.unmet.size(), 1u);
  EXPECT_EQ(lamp->dependencies.unmet[0].uri, "./Device/Vendor/Test/D/Switch");
  EXPECT_TRUE(session.replace("./Vendor/Test/D/Switch", Value::integer(1)).ok());
  EXPECT_TRUE(engine_->demands("./Vendor/Test/D/Lamp")->dependencies.satisfied);
}

TEST_F(DemandsTest, OptionsTurnDemandsIntoRefusals) {
  EngineOptions options;
  options.enforce_atomic_required = true;
  options.enforce_dependencies = true;
  Session session = open(options);
  EXPECT_EQ(syncml_status(session.replace("./Vendor/Test/D/Together", Value::chr("x"))), 405);
  EXPECT_EQ(syncml_status(session.replace("./Vendor/Test/D/Lamp", Value::chr("x"))), 412);
  ASSERT_TRUE(
      session.process("<SyncML><SyncBody><Atomic><CmdID>1</CmdID><Replace><CmdID>2</"
                      "CmdID><Item><Target><LocURI>./Vendor/Test/D/Together"
                      "</LocURI></Target><Data>x</Data></Item></Replace><Replace><CmdID>3</"
                      "CmdID><Item><Target><LocURI>"
                      "./Vendor/Test/D/Switch</LocURI></Target><Data>1</Data></Item></"
                      "Replace><Replace><CmdID>4</CmdID><Item><Target>"
                      "<LocURI>./Vendor/Test/D/Lamp</LocURI></Target><Data>x</Data></Item></"
                      "Replace></Atomic></SyncBody></SyncML>"));
  // The dependency is met by what the Atomic itself did before.
  EXPECT_EQ(session.last_statuses(), (std::vector<int>{200, 200, 200, 200}));
}

TEST_F(DemandsTest, ADocumentIsNoAtomic) {
  EngineOptions options;
  options.enforce_atomic_required = true;
  Session session = open(options);
  const std::string replace =
      "<Replace><CmdID>2</CmdID><Item><Target><LocURI>./Vendor/Test/D</LocURI></Target><Meta><Type>"
      "application/vnd.syncml.dmtnds+xml</Type></Meta><Data><MgmtTree><Node><NodeName>Together"
      "</NodeName><Value>x</Value></Node></MgmtTree></Data></Item></Replace>";
  const auto send = [&](const std::string& body) {
    EXPECT_TRUE(session.process("<SyncML><SyncBody>" + body + "</SyncBody></SyncML>"));
    return session.last_statuses();
  };
  EXPECT_EQ(send(replace), std::vector<int>{405});
  EXPECT_EQ(send("<Atomic><CmdID>1</CmdID>" + replace + "</Atomic>"), (std::vector<int>{200, 200}));
}

TEST_F(DemandsTest, AChangeThatNeedsARebootIsRemembered) {
  Session session = open({});
  EXPECT_FALSE(engine_->reboot_pending());
  EXPECT_TRUE(session.replace("./Vendor/Test/D/Old", Value::chr("x")).ok());
  EXPECT_FALSE(engine_->reboot_pending());
  EXPECT_TRUE(session.replace("./Vendor/Test/D/Boot", Value::chr("x")).ok());
  EXPECT_TRUE(engine_->reboot_pending());
  engine_->clear_reboot_pending();
  EXPECT_FALSE(engine_->reboot_pending());
}

using PropertyTest = TreeTest;

TEST_F(PropertyTest, PropertiesOfANode) {
  ASSERT_EQ(add("Profiles/HoMe/Text", "four"), 200);
  EXPECT_EQ(get("profiles/home?prop=Name"), "HoMe");
  EXPECT_EQ(get("Profiles/Home/Text?PROP=name"), "Text");
  EXPECT_EQ(get("Profiles/Home/Text?prop=Format"), "chr");
  EXPECT_EQ(get("Profiles?prop=Format"), "node");
  EXPECT_EQ(get("Profiles/Home/Text?prop=Size"), "4");
  EXPECT_EQ(get("Profiles/Home?prop=Size"), "status 406");
  EXPECT_EQ(get("Profiles/Home/Text?prop=Type"), "text/plain");
  EXPECT_EQ(get("Profiles/Home/Text?prop=VerNo"), "0");
  ASSERT_EQ(replace("Profiles/Home/Text", "five!"), 200);
  ASSERT_EQ(replace("Profiles/Home/Text", "five!"), 200);
  EXPECT_EQ(get("Profiles/Home/Text?prop=VerNo"), "1");
  EXPECT_EQ(get("Profiles/Home/Text?prop=TStamp").size(), 16u);
  EXPECT_EQ(get("Profiles/Home/Text?prop=ACL"), "status 406");
  EXPECT_EQ(get("Profiles/Nobody?prop=Name"), "status 404");
  EXPECT_EQ(get("WriteOnly?prop=Name"), "status 405");
}

}  // namespace
}  // namespace cspkit::testing
