// SPDX-License-Identifier: Apache-2.0
// Installations inside an Atomic: what is undone never ran.
#include "office_fixture.hpp"

namespace cspkit::conformance {
namespace {

using harness::HasNode;
using harness::IsOk;
using harness::StatusIs;
using harness::ValueIs;
using testing::Not;

std::string command(int id, const std::string& verb, const std::string& uri,
                    const std::string& xml = {}) {
  std::string out = "<" + verb + "><CmdID>" + std::to_string(id) +
                    "</CmdID><Item><Target><LocURI>" + uri + "</LocURI></Target>";
  if (!xml.empty()) out += "<Data><![CDATA[" + xml + "]]></Data>";
  return out + "</Item></" + verb + ">";
}

std::string atomic(const std::string& commands) {
  return "<SyncML xmlns=\"SYNCML:SYNCML1.2\"><SyncBody><Atomic><CmdID>1</CmdID>" + commands +
         "</Atomic><Final/></SyncBody></SyncML>";
}

class OfficeAtomicTest : public OfficeTest {
 protected:
  void SetUp() override {
    device_ = open();
    ASSERT_NE(device_, nullptr);
  }
  std::vector<int> run_atomic(const std::string& commands) {
    EXPECT_THAT(device_->run(atomic(commands)), IsOk());
    return device_->statuses();
  }
  std::unique_ptr<harness::Device> device_;
};

TEST_F(OfficeAtomicTest, AnExecInsideRuns) {
  EXPECT_EQ(run_atomic(command(2, "Add", kInstallation + "/A") +
                       command(3, "Exec", node("A", "Install"), kInstallXml)),
            (std::vector<int>{200, 200, 200}));
  ASSERT_TRUE(device_->settle());
  EXPECT_THAT(device_->get(node("A", "Status")), ValueIs("0"));
}

TEST_F(OfficeAtomicTest, AnExecThatIsUndoneNeverRan) {
  EXPECT_EQ(run_atomic(command(2, "Exec", node("A", "Install"), kInstallXml) +
                       command(3, "Delete", kInstallation + "/missing")),
            (std::vector<int>{507, 216, 404}));
  EXPECT_TRUE(device_->engine().jobs().empty());
  device_->advance(1h);
  EXPECT_THAT(device_, Not(HasNode(kInstallation + "/A")));
  EXPECT_EQ(current(*device_), "");
  EXPECT_EQ(run(*device_, "A", kInstallXml), "0");
}

TEST_F(OfficeAtomicTest, OfTwoExecsTheSecondFindsTheMachineTaken) {
  EXPECT_EQ(run_atomic(command(2, "Exec", node("A", "Install"), kInstallXml) +
                       command(3, "Exec", node("B", "Install"), kInstallXml)),
            (std::vector<int>{200, 200, 200}));
  ASSERT_TRUE(device_->settle());
  EXPECT_THAT(device_->get(node("A", "Status")), ValueIs("0"));
  EXPECT_THAT(device_->get(node("B", "Status")), ValueIs("17003"));
}

TEST_F(OfficeAtomicTest, TwoExecsOnOneNodeUndoEachOther) {
  EXPECT_EQ(run_atomic(command(2, "Exec", node("A", "Install"), kInstallXml) +
                       command(3, "Exec", node("A", "Install"), kInstallXml)),
            (std::vector<int>{507, 216, 403}));
  EXPECT_THAT(device_, Not(HasNode(kInstallation + "/A")));
  EXPECT_TRUE(device_->engine().jobs().empty());
}

TEST_F(OfficeAtomicTest, ExecAndDeleteInOneLeaveNothing) {
  EXPECT_EQ(run_atomic(command(2, "Exec", node("A", "Install"), kInstallXml) +
                       command(3, "Delete", kInstallation + "/A")),
            (std::vector<int>{200, 200, 200}));
  EXPECT_TRUE(device_->engine().jobs().empty());
  device_->advance(1h);
  EXPECT_THAT(device_, Not(HasNode(kInstallation + "/A")));
  EXPECT_EQ(run(*device_, "A", kInstallXml), "0");
}

TEST_F(OfficeAtomicTest, DeleteAndExecInOneRestartTheRun) {
  ASSERT_THAT(device_->exec(node("A", "Install"), kInstallXml), StatusIs(200));
  device_->advance(2900ms);
  EXPECT_EQ(run_atomic(command(2, "Delete", kInstallation + "/A") +
                       command(3, "Exec", node("A", "Install"), kInstallXml)),
            (std::vector<int>{200, 200, 200}));
  device_->advance(2900ms);
  EXPECT_THAT(device_->get(node("A", "Status")), ValueIs("997"));
  ASSERT_TRUE(device_->settle());
  EXPECT_THAT(device_->get(node("A", "Status")), ValueIs("0"));
}

TEST_F(OfficeAtomicTest, ADeleteThatIsUndoneCancelsNothing) {
  ASSERT_THAT(device_->exec(node("A", "Install"), kInstallXml), StatusIs(200));
  device_->advance(1s);
  EXPECT_EQ(run_atomic(command(2, "Delete", kInstallation + "/A") +
                       command(3, "Exec", node("B", "Install"), "<")),
            (std::vector<int>{507, 216, 500}));
  ASSERT_TRUE(device_->settle());
  EXPECT_THAT(device_->get(node("A", "Status")), ValueIs("0"));
}

}  // namespace
}  // namespace cspkit::conformance
