// SPDX-License-Identifier: Apache-2.0
// Many callers at once on real threads and the real clock: whatever they do to each other, every
// run ends, and the machine is free afterwards.
#include <random>
#include <sstream>
#include <thread>
#include <vector>

#include "office_fixture.hpp"

namespace cspkit::conformance {
namespace {

using harness::IsOk;
using harness::StatusIs;
using harness::ValueIs;

void disturb(Engine& engine, unsigned seed) {
  std::mt19937 random(seed);
  Session session = engine.open_session(Principal::for_user("user" + std::to_string(seed), true));
  for (int i = 0; i < 120; ++i) {
    const std::string root = random() % 4 == 0 ? kUserInstallation : kInstallation;
    const std::string id = root + "/" + std::to_string(random() % 3);
    switch (random() % 4) {
      case 0:
      case 1: {
        const Status status = session.exec(
            id + "/Install", Value::chr(random() % 2 == 0 ? kInstallXml : kUninstallXml));
        EXPECT_THAT(status, testing::AnyOf(StatusIs(200), StatusIs(403)));
        break;
      }
      case 2:
        EXPECT_THAT(session.remove(id), testing::AnyOf(StatusIs(200), StatusIs(404)));
        break;
      default:
        EXPECT_THAT(session.get(kInstallation + "/CurrentStatus"), IsOk());
        EXPECT_THAT(session.get(id + "/Status"), testing::AnyOf(StatusIs(200), StatusIs(404)));
    }
  }
}

TEST(OfficeThreadsTest, EveryRunEndsWhateverTheyDoToEachOther) {
  ::setenv("CSPKIT_OFFICE_INSTALL_MS", "2", 1);
  ::setenv("CSPKIT_OFFICE_UNINSTALL_MS", "1", 1);
  auto engine = Engine::open();
  ASSERT_THAT(engine, IsOk());
  ASSERT_THAT(engine->load_provider(CSPKIT_OFFICE_LIBRARY), IsOk());
  std::vector<std::thread> threads;
  for (unsigned seed = 1; seed <= 4; ++seed) {
    threads.emplace_back([&engine, seed] { disturb(*engine, seed); });
  }
  for (std::thread& thread : threads) thread.join();
  ASSERT_TRUE(engine->wait_for_jobs());

  const auto check = [&](const std::string& root, Session& session) {
    std::istringstream names(session.get(root).value_or(Value::chr("")).data);
    for (std::string id; std::getline(names, id, '/');) {
      if (id == "CurrentStatus") continue;
      const auto status = session.get(root + "/" + id + "/Status");
      ASSERT_THAT(status, IsOk()) << root << id;
      EXPECT_NE(status->data, "997") << root << id;
      EXPECT_THAT(session.get(root + "/" + id + "/FinalStatus"),
                  ValueIs(status->data == "0" ? "70" : "60"));
    }
  };
  for (unsigned seed = 1; seed <= 4; ++seed) {
    Session session =
        engine->open_session(Principal::for_user("user" + std::to_string(seed), true));
    check(kUserInstallation, session);
    check(kInstallation, session);
  }
  Session device = engine->open_session(Principal::device());
  ASSERT_THAT(device.exec(kInstallation + "/last/Install", Value::chr(kInstallXml)), StatusIs(200));
  ASSERT_TRUE(engine->wait_for_jobs());
  EXPECT_THAT(device.get(kInstallation + "/last/Status"), ValueIs("0"));
}

}  // namespace
}  // namespace cspkit::conformance
