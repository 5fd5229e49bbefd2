// SPDX-License-Identifier: Apache-2.0
// Atomic and Sequence through the whole engine.
#include "test_tree.hpp"

namespace cspkit::testing {
namespace {

class AtomicTest : public TreeTest {
 protected:
  static std::string command(const char* verb, int id, const std::string& below,
                             const char* data = nullptr) {
    std::string xml = std::string("<") + verb + "><CmdID>" + std::to_string(id) +
                      "</CmdID><Item><Target><LocURI>" + uri(below) + "</LocURI></Target>";
    if (data) xml += std::string("<Data>") + data + "</Data>";
    return xml + "</Item></" + verb + ">";
  }
  std::vector<int> run(const std::string& body) {
    Result<std::string> reply =
        session_->process("<SyncML><SyncBody>" + body + "<Final/></SyncBody></SyncML>");
    EXPECT_TRUE(reply) << reply.error().text();
    return session_->last_statuses();
  }
};

TEST_F(AtomicTest, AllOrNothing) {
  EXPECT_EQ(run("<Atomic><CmdID>1</CmdID>" + command("Add", 2, "Profiles/A") +
                command("Replace", 3, "Profiles/A/Text", "t") + "</Atomic>"),
            (std::vector<int>{200, 200, 200}));
  EXPECT_EQ(get("Profiles/A/Text"), "t");
  EXPECT_EQ(run("<Atomic><CmdID>1</CmdID>" + command("Replace", 2, "Fixed", "new") +
                command("Delete", 3, "Profiles/Nobody") + command("Replace", 4, "Int", "4") +
                "</Atomic>"),
            (std::vector<int>{507, 216, 404, 215}));
  EXPECT_EQ(get("Fixed"), "factory");
  EXPECT_EQ(get("Int"), "0");
}

TEST_F(AtomicTest, EveryChildIsJudgedBeforeAnyRuns) {
  EXPECT_EQ(run("<Atomic><CmdID>1</CmdID>" + command("Replace", 2, "Fixed", "new") +
                command("Replace", 3, "ReadOnly", "1") + command("Replace", 4, "Int", "no int") +
                "</Atomic>"),
            (std::vector<int>{507, 215, 405, 415}));
  EXPECT_EQ(get("Fixed"), "factory");
}

TEST_F(AtomicTest, GetInsideIs500) {
  EXPECT_EQ(run("<Atomic><CmdID>1</CmdID>" + command("Replace", 2, "Fixed", "new") +
                command("Get", 3, "Fixed") + "</Atomic>"),
            (std::vector<int>{507, 215, 500}));
  EXPECT_EQ(get("Fixed"), "factory");
}

TEST_F(AtomicTest, LaterChildrenSeeWhatEarlierOnesDid) {
  EXPECT_EQ(run("<Atomic><CmdID>1</CmdID>" + command("Add", 2, "Policy", "a") +
                command("Replace", 3, "Policy", "b") + command("Delete", 4, "Policy") +
                command("Add", 5, "Policy", "c") + "</Atomic>"),
            (std::vector<int>{200, 200, 200, 200, 200}));
  EXPECT_EQ(get("Policy"), "c");
  EXPECT_EQ(run("<Atomic><CmdID>1</CmdID>" + command("Add", 2, "Two/1") +
                command("Add", 3, "Two/2") + command("Add", 4, "Two/3") + "</Atomic>"),
            (std::vector<int>{507, 216, 216, 403}));
}

TEST_F(AtomicTest, ASequenceGoesOnAfterAFailure) {
  EXPECT_EQ(run("<Sequence><CmdID>1</CmdID>" + command("Delete", 2, "Profiles/Nobody") +
                command("Replace", 3, "Fixed", "s") + command("Get", 4, "Fixed") + "</Sequence>"),
            (std::vector<int>{200, 404, 200, 200}));
  EXPECT_EQ(get("Fixed"), "s");
}

TEST_F(AtomicTest, DeleteThenAddOfTheSameInstanceInOneAtomic) {
  ASSERT_EQ(add("Profiles/A/Text", "old"), 200);
  EXPECT_EQ(run("<Atomic><CmdID>1</CmdID>" + command("Delete", 2, "Profiles/A") +
                command("Add", 3, "Profiles/A") + "</Atomic>"),
            (std::vector<int>{200, 200, 200}));
  EXPECT_EQ(get("Profiles/A"), "Fixed/Inner/WithDefault");
}

}  // namespace
}  // namespace cspkit::testing
