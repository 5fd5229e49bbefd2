// SPDX-License-Identifier: Apache-2.0
// A message of some kilobytes took all memory there is: one long value, and an Atomic of hundreds
// of Copies of it. What one transaction writes, and what the tree holds, is bounded.
#include <gmock/gmock.h>
#include <unistd.h>

#include <filesystem>

#include "dm_messages.hpp"
#include "test_tree.hpp"

namespace cspkit::testing {
namespace {

using ::testing::ElementsAre;

class MemoryBounds : public TreeTest {
 protected:
  void open_with(std::size_t transaction_bytes, std::size_t state_bytes,
                 const std::string& state = ":memory:") {
    session_.reset();
    engine_.reset();
    EngineOptions options;
    options.state = state;
    options.max_transaction_bytes = transaction_bytes;
    options.max_state_bytes = state_bytes;
    engine_ = std::make_unique<Engine>(Engine::open(std::move(options)).value());
    ASSERT_TRUE(
        engine_->load_ddf_bytes(document("./Device/Vendor/Test", test_root()), "t.xml").ok());
    session_ = std::make_unique<Session>(engine_->open_session(Principal::device()));
  }
  static std::string copy(const std::string& target) {
    return "<Copy><CmdID>9</CmdID><Item><Source><LocURI>" + uri("Fixed") +
           "</LocURI></Source><Target><LocURI>" + uri(target) + "</LocURI></Target></Item></Copy>";
  }
  std::vector<int> run(const std::string& body) {
    EXPECT_TRUE(session_->process(message(body, ++id_)));
    return session_->last_statuses();
  }
  unsigned id_ = 0;
};

constexpr std::size_t kMuch = std::size_t{1} << 30;

TEST_F(MemoryBounds, AnAtomicOfCopiesEndsWhereATransactionMayWriteNoMore) {
  open_with(1000, kMuch);
  ASSERT_EQ(replace("Fixed", std::string(400, 'x')), 200);
  EXPECT_THAT(run("<Atomic><CmdID>1</CmdID>" + copy("Profiles/a/Text") + copy("Profiles/b/Text") +
                  copy("Profiles/c/Text") + copy("Profiles/d/Text") + "</Atomic>"),
              ElementsAre(507, 216, 216, 413, 215));
  EXPECT_EQ(get("Profiles"), "");
  EXPECT_THAT(run(copy("Profiles/a/Text") + copy("Profiles/b/Text") + copy("Profiles/c/Text")),
              ElementsAre(200, 200, 200))
      << "each is a transaction of its own";
}

TEST_F(MemoryBounds, OfOneTransactionHoldForEachWayToWrite) {
  open_with(1000, kMuch);
  EXPECT_EQ(replace("Fixed", std::string(1001, 'x')), 413);
  EXPECT_EQ(replace("Fixed", std::string(1000, 'x')), 200);
  EXPECT_EQ(engine_->owner().set(uri("Xml"), std::string(1001, ' ')).code(), Code::kTooLarge);
  ASSERT_EQ(add("Profiles/a"), 200);
  for (const char* leaf : {"Text", "WithDefault", "Fixed"})
    ASSERT_EQ(replace(std::string("Profiles/a/") + leaf, std::string(400, 'y')), 200);
  EXPECT_EQ(replace("Profiles/a?prop=Name", "b"), 413) << "all that moves is written anew";
  EXPECT_EQ(get("Profiles/a/Text"), std::string(400, 'y'));
  EXPECT_EQ(get("Profiles/b/Text"), "status 404");
  EXPECT_EQ(replace("Profiles/a/Text", ""), 200);
  EXPECT_EQ(replace("Profiles/a?prop=Name", "b"), 200);
  EXPECT_EQ(get("Profiles/b/Fixed"), std::string(400, 'y'));
}

TEST_F(MemoryBounds, OfTheTreeAnswer420AndLetItShrink) {
  open_with(kMuch, 10000);
  int added = 0;
  int last = 200;
  for (; added < 100 && last == 200; ++added) last = add("Profiles/p" + std::to_string(added));
  EXPECT_EQ(last, 420);
  EXPECT_GT(added, 10) << "a node takes some hundred bytes";
  EXPECT_LT(added, 40);
  const std::string refused = "Profiles/p" + std::to_string(added - 1);
  EXPECT_EQ(get(refused), "status 404");
  EXPECT_EQ(replace("Profiles/p0/Text", std::string(1000, 'x')), 420);
  EXPECT_EQ(engine_->owner().set(uri("Profiles/p0/Text"), std::string(1000, 'x')).code(),
            Code::kFull);
  EXPECT_EQ(remove("Profiles/p1"), 200);
  EXPECT_EQ(add(refused), 200);
  // Within an Atomic what went makes room for what comes.
  EXPECT_THAT(run("<Atomic><CmdID>1</CmdID><Delete><CmdID>2</CmdID><Item><Target><LocURI>" +
                  uri("Profiles/p2") + "</LocURI></Target></Item></Delete><Add><CmdID>3</CmdID>" +
                  "<Item><Target><LocURI>" + uri("Profiles/p1") +
                  "</LocURI></Target></Item></Add></Atomic>"),
              ElementsAre(200, 200, 200));
}

TEST_F(MemoryBounds, CountWhatTheFileHeld) {
  const std::filesystem::path file = std::filesystem::temp_directory_path() /
                                     ("cspkit-bounds-" + std::to_string(::getpid()) + ".db");
  open_with(kMuch, kMuch, file.string());
  ASSERT_EQ(replace("Fixed", std::string(20000, 'x')), 200);
  open_with(kMuch, 10000, file.string());
  EXPECT_EQ(get("Fixed").size(), 20000u) << "what is there stays";
  EXPECT_EQ(add("Profiles/a"), 420);
  EXPECT_EQ(replace("Fixed", std::string(19999, 'y')), 200) << "it takes nothing more";
  EXPECT_EQ(replace("Fixed", std::string(20001, 'y')), 420);
  EXPECT_EQ(replace("Fixed", "short"), 200);
  EXPECT_EQ(add("Profiles/a"), 200);
  session_.reset();
  engine_.reset();
  for (const char* tail : {"", "-wal", "-shm", ".lock"})
    std::filesystem::remove(file.string() + tail);
}

TEST_F(MemoryBounds, TheSizeOfALeafIsTheSizeOfItsValue) {
  open_with(kMuch, kMuch);
  EXPECT_EQ(get("Fixed?prop=Size"), "7") << "of its default";
  ASSERT_EQ(replace("Fixed", std::string(12345, 'x')), 200);
  EXPECT_EQ(get("Fixed?prop=Size"), "12345");
  EXPECT_EQ(get("Fixed?prop=VerNo"), "1") << "its first change";
}

}  // namespace
}  // namespace cspkit::testing
