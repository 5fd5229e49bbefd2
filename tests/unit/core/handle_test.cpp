// SPDX-License-Identifier: Apache-2.0
// Handles of calls: one is never given twice, and whoever uses one from another thread finds its
// call, or that it has ended, and nothing in between. Meant for the thread sanitizer, too.
#define CSPKIT_STATIC_NAME handles
#include <atomic>
#include <cspkit/provider.hpp>
#include <set>
#include <thread>

#include "../store/support.hpp"
#include "test_tree.hpp"

namespace cspkit::testing {
namespace {

/// What the provider was called with.
struct Seen {
  std::atomic<const cspkit_host*> host{nullptr};
  std::atomic<std::uint64_t> newest{0};
  std::vector<std::uint64_t> ids;  // of Execs
  std::vector<cspkit_code> old;    // of what was done with the handle before, in an Exec
  std::optional<Completion> kept;
};
Seen* seen = nullptr;

struct Open : Call {
  static std::uint64_t id_of(const Call& call) { return (call.*(&Open::id))(); }
};

cspkit_code set_with(std::uint64_t id, const char* path, std::string_view text) {
  const cspkit_host* host = seen->host;
  const cspkit_value value = {CSPKIT_FORMAT_CHR, 0, text.data(), text.size()};
  return host->set(host, cspkit_writer{id}, cspkit_str{path, std::char_traits<char>::length(path)},
                   &value);
}

class HandlesProvider : public Provider {
 public:
  explicit HandlesProvider(Host host_table) : Provider(std::move(host_table)) {
    seen->host = host().raw();
    on("Run").exec([](Call& call, std::string_view data) {
      const std::uint64_t id = Open::id_of(call);
      if (!seen->ids.empty()) seen->old.push_back(set_with(seen->ids.back(), "Last", "stale"));
      seen->ids.push_back(id);
      seen->newest = id;
      call.set("Last", data);
      call.set("Count", std::to_string(seen->ids.size()));
    });
    on("Wait").exec([](Call& call, Completion completion) {
      seen->newest = Open::id_of(call);
      seen->kept.emplace(std::move(completion));
    });
    on("Sum").concurrent().get([](Call& call) -> Result<Value> {
      const Result<Value> last = call.read("Last");
      return last ? Value::chr("last: " + last->data) : Result<Value>(last.error());
    });
  }
  ~HandlesProvider() override { seen->kept.reset(); }
};
CSPKIT_PLUGIN(HandlesProvider, "Handles.xml")

class HandleTest : public ::testing::Test {
 protected:
  void SetUp() override {
    seen = &seen_;
    store_test::write_file(
        dir_.file("Handles.xml"),
        document("./Device/Vendor/Test", node("Handles", "Get", "node", occurs("One"),
                                              node("Run", "Exec", "chr", occurs("One")) +
                                                  node("Wait", "Exec", "chr", occurs("One")) +
                                                  node("Sum", "Get", "chr", occurs("One")) +
                                                  node("Last", "Get", "chr", occurs("One")) +
                                                  node("Stray", "Get", "chr", occurs("One")) +
                                                  node("Count", "Get", "chr", occurs("One")))));
    Result<Engine> opened = Engine::open({});
    ASSERT_TRUE(opened);
    engine_ = std::make_unique<Engine>(*std::move(opened));
    const Status loaded = engine_->add_provider(cspkit_plugin_v1_handles, dir_.path());
    ASSERT_TRUE(loaded.ok()) << loaded.text();
    session_ = std::make_unique<Session>(engine_->open_session(Principal::device()));
  }
  static std::string uri(const std::string& below) { return "./Vendor/Test/Handles/" + below; }
  static int exec(Session& session, const std::string& below, const std::string& text) {
    return syncml_status(session.exec(uri(below), Value::chr(text)));
  }
  std::string get(const std::string& below) { return text_of(session_->get(uri(below))); }

  store_test::TempDir dir_;
  Seen seen_;
  std::unique_ptr<Engine> engine_;
  std::unique_ptr<Session> session_;
};

TEST_F(HandleTest, NoneIsGivenTwiceAndAnOldOneIsStale) {
  constexpr std::size_t kCalls = 500;
  for (std::size_t i = 0; i < kCalls; ++i) ASSERT_EQ(exec(*session_, "Run", "fresh"), 200);
  EXPECT_EQ(std::set(seen_.ids.begin(), seen_.ids.end()).size(), kCalls);
  EXPECT_EQ(std::set(seen_.old.begin(), seen_.old.end()), std::set<cspkit_code>{CSPKIT_STALE});
  EXPECT_EQ(set_with(seen_.ids.back(), "Last", "late"), CSPKIT_STALE);
  for (const std::uint64_t guess : {std::uint64_t{0}, std::uint64_t{1}, seen_.ids.back() + 1,
                                    seen_.ids.back() + (1u << 24), ~std::uint64_t{0}}) {
    EXPECT_EQ(set_with(guess, "Last", "guessed"), CSPKIT_STALE) << guess;
  }
  EXPECT_EQ(get("Last"), "fresh");
}

TEST_F(HandleTest, CallsThatAreOpenTogetherDoNotMix) {
  std::thread waiting([this] {
    Session mine = engine_->open_session(Principal::device());
    EXPECT_EQ(exec(mine, "Wait", ""), 200);
  });
  while (seen_.newest == 0) std::this_thread::yield();
  // The one that waits has the turn: only what reads goes on beside it.
  const std::uint64_t first = seen_.newest;
  EXPECT_EQ(set_with(first, "Last", "of the first"), CSPKIT_OK);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(get("Sum"), "last: ");
  EXPECT_EQ(set_with(first, "Stray", "too"), CSPKIT_OK);
  EXPECT_EQ(seen_.kept->complete(), Code::kOk);
  waiting.join();
  EXPECT_EQ(set_with(first, "Last", "late"), CSPKIT_STALE);
  EXPECT_EQ(get("Sum"), "last: of the first");
  EXPECT_EQ(get("Stray"), "too");
}

TEST_F(HandleTest, WhoComesFromOtherThreadsFindsItOpenOrEnded) {
  constexpr int kCalls = 400;
  std::atomic<bool> stop{false};
  std::atomic<int> strays{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 3; ++t) {
    threads.emplace_back([&, t] {
      while (!stop) {
        const std::uint64_t id = seen->newest;
        if (id == 0) continue;
        const cspkit_host* host = seen->host;
        cspkit_code code = CSPKIT_OK;
        if (t == 0) {
          code = set_with(id, "Stray", "from elsewhere");
          if (code == CSPKIT_OK) ++strays;
        } else if (t == 1) {
          code = host->set_error(host, cspkit_call{id}, 0, CSPKIT_STR("not so"));
        } else {
          const std::int32_t cancelled = host->is_cancelled(host, cspkit_call{id});
          EXPECT_TRUE(cancelled == 0 || cancelled == 1);
        }
        EXPECT_TRUE(code == CSPKIT_OK || code == CSPKIT_STALE) << code;
      }
    });
  }
  threads.emplace_back([&] {
    Session mine = engine_->open_session(Principal::device());
    while (!stop) EXPECT_TRUE(mine.get(uri("Sum")));
  });
  for (int i = 0; i < kCalls; ++i) {
    ASSERT_EQ(exec(*session_, "Run", std::to_string(i)), 200);
    EXPECT_EQ(get("Last"), std::to_string(i));
    EXPECT_EQ(get("Count"), std::to_string(i + 1));
  }
  stop = true;
  for (std::thread& each : threads) each.join();
  EXPECT_EQ(get("Stray"), strays == 0 ? "" : "from elsewhere");
  EXPECT_EQ(set_with(seen_.newest, "Stray", "late"), CSPKIT_STALE);
}

}  // namespace
}  // namespace cspkit::testing
