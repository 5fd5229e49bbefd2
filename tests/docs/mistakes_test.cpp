// SPDX-License-Identifier: Apache-2.0
// The table of mistakes in sdk/README.md: each is made here, and what the page quotes is what is
// said.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cspkit/harness.hpp>
#include <cspkit/harness/matchers.hpp>
#include <cspkit/provider.hpp>
#include <filesystem>
#include <functional>
#include <future>
#include <iterator>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include "temp_folder.hpp"

namespace {

using cspkit::Call;
using cspkit::Code;
using cspkit::Completion;
using cspkit::harness::IsOk;
using cspkit::harness::StatusIs;
using testing::HasSubstr;

const std::string kLamp = "./Vendor/Example/Lamp";
const std::string kGreeter = "./Vendor/Example/Greeter";

/// The first cell of the row of the table of mistakes that begins with this.
std::string symptom(const std::string& beginning) {
  const std::string page = cspkit::test::read_text(CSPKIT_SOURCE "/sdk/README.md");
  const std::size_t table = page.find("\n## Mistakes\n");
  const std::size_t row = page.find("\n| " + beginning, table);
  if (table == std::string::npos || row == std::string::npos) {
    ADD_FAILURE() << "sdk/README.md has no mistake that begins with: " << beginning;
    return {};
  }
  return page.substr(row + 3, page.find(" |", row) - row - 3);
}

/// A text holds what a cell quotes, in `...` or "...", with "..." in it for what varies.
void expect_quoted(const std::string& cell, const std::string& said) {
  const std::size_t begin = cell.find_first_of("`\"");
  ASSERT_NE(begin, std::string::npos) << cell;
  const std::string quoted = cell.substr(begin + 1, cell.find(cell[begin], begin + 1) - begin - 1);
  for (std::size_t at = 0; at < quoted.size();) {
    const std::size_t end = std::min(quoted.find("...", at), quoted.size());
    const std::size_t first = quoted.find_first_not_of(' ', at);
    const std::string part =
        quoted.substr(first, quoted.find_last_not_of(' ', end - 1) + 1 - first);
    EXPECT_THAT(said, HasSubstr(part)) << "the page says: " << cell;
    at = end + 3;
  }
}

/// A provider that a test writes on the spot, linked into it. The table is what `patch` makes of
/// it.
struct Mistake {
  std::string ddf_file = "samples/out_of_tree/Lamp.xml";
  std::function<void(cspkit::Provider&)> declare;
  std::function<void(cspkit_provider&)> patch;
  bool embedded = true;
};
const Mistake* current = nullptr;  // create() is a plain function

class Written : public cspkit::Provider {
 public:
  explicit Written(cspkit::Host host) : Provider(std::move(host)) { current->declare(*this); }
  using Provider::on;
};

cspkit::Rule on(cspkit::Provider& provider, std::string_view pattern) {
  return static_cast<Written&>(provider).on(pattern);
}

template <typename T>
cspkit_code create(const cspkit_host* host, std::size_t, cspkit_provider** out) noexcept {
  const cspkit_code made = cspkit::make_provider<T>(host, out);
  if (made == CSPKIT_OK && current->patch) current->patch(**out);
  return made;
}

class Mistakes : public testing::Test {
 protected:
  /// The device with the provider, or why there is none.
  template <typename T = Written>
  cspkit::Status open(Mistake mistake) {
    mistake_ = std::move(mistake);
    current = &mistake_;
    ddf_ = cspkit::test::read_text(std::string(CSPKIT_SOURCE "/") + mistake_.ddf_file);
    info_ = {CSPKIT_STR("mistake"), CSPKIT_STR("Nowhere.xml"), {ddf_.data(), ddf_.size()}, 0};
    if (!mistake_.embedded) info_.ddf = {nullptr, 0};
    plugin_ = {sizeof(cspkit_plugin),
               CSPKIT_ABI_MAJOR,
               CSPKIT_ABI_MINOR,
               CSPKIT_STR("mistake"),
               CSPKIT_STR("1.0.0"),
               &info_,
               1,
               &create<T>};
    cspkit::harness::DeviceOptions options;
    options.plugins = {{&plugin_}};
    options.engine.log = [this](cspkit::LogLevel, std::string_view, std::string_view text) {
      const std::lock_guard lock(mutex_);
      log_ += std::string(text) + '\n';
    };
    auto opened = cspkit::harness::Device::open(std::move(options));
    if (!opened) return opened.error();
    device_ = std::move(*opened);
    return {};
  }
  cspkit::harness::Device& device() { return *device_; }

  Mistake mistake_;
  std::string ddf_, log_;
  std::mutex mutex_;
  cspkit_provider_info info_{};
  cspkit_plugin plugin_{};
  std::unique_ptr<cspkit::harness::Device> device_;
};

TEST_F(Mistakes, NoSymbol) {
  auto engine = cspkit::Engine::open();
  ASSERT_THAT(engine, IsOk());
  expect_quoted(symptom("`no symbol"), engine->load_provider(CSPKIT_NO_PROVIDER).text());
}

TEST_F(Mistakes, WritableByOthers) {
  const cspkit::test::TempFolder folder;
  const std::filesystem::path copy = folder.file("libcspkit_hello.so");
  std::filesystem::copy_file(CSPKIT_HELLO_LIBRARY, copy);
  std::filesystem::permissions(copy, std::filesystem::perms::group_write,
                               std::filesystem::perm_options::add);
  auto engine = cspkit::Engine::open();
  ASSERT_THAT(engine, IsOk());
  const std::string text = engine->load_provider(copy).text();
  expect_quoted(symptom("`writable"), text);
  EXPECT_THAT(text, HasSubstr("chmod go-w")) << "the message names the command";
}

TEST_F(Mistakes, NoDdf) {
  Mistake mistake;
  mistake.embedded = false;
  mistake.declare = [](cspkit::Provider&) {};
  expect_quoted(symptom("`its DDF"), open(mistake).text());
}

TEST_F(Mistakes, APatternThatIsAFullPath) {
  Mistake mistake;
  mistake.declare = [](cspkit::Provider& p) {
    on(p, "./Device/Vendor/Example/Lamp/Watts").get([] { return 1; });
  };
  expect_quoted(symptom("`no node of its DDF"), open(mistake).text());
}

TEST_F(Mistakes, AVerbWithoutAFunction) {
  Mistake mistake;
  mistake.declare = [](cspkit::Provider& p) { on(p, "Watts").get([] { return 1; }); };
  mistake.patch = [](cspkit_provider& table) { table.get = nullptr; };
  expect_quoted(symptom("`it declares a verb"), open(mistake).text());
}

TEST_F(Mistakes, AHandlerForWhatTheDdfDoesNotGrant) {
  Mistake mistake;
  bool called = false;
  mistake.declare = [&](cspkit::Provider& p) {
    on(p, "Watts").get([] { return 1; }).replace([&] { called = true; });
  };
  ASSERT_THAT(open(mistake), IsOk());
  symptom("405 instead of a call");
  EXPECT_THAT(device().replace(kLamp + "/Watts", "2"), StatusIs(405));
  EXPECT_FALSE(called);
}

TEST_F(Mistakes, AParentThatIsNotThere) {
  Mistake mistake;
  mistake.ddf_file = "samples/hello/Example.xml";
  mistake.declare = [](cspkit::Provider& p) {
    on(p, "Greeting/{Name}/Text").get([] { return "Hello"; });
  };
  ASSERT_THAT(open(mistake), IsOk());
  symptom("404 on a node that a handler serves");
  EXPECT_THAT(device().get(kGreeter + "/Greeting/Ada/Text"), StatusIs(404));
}

TEST_F(Mistakes, AValueOfAnotherFormat) {
  Mistake mistake;
  mistake.declare = [](cspkit::Provider& p) { on(p, "Watts").get([] { return "bright"; }); };
  ASSERT_THAT(open(mistake), IsOk());
  EXPECT_THAT(device().get(kLamp + "/Watts"), StatusIs(500));
  expect_quoted(symptom("500, \"gave a value"), log_);
}

TEST_F(Mistakes, ACodeThatIsNone) {
  Mistake mistake;
  mistake.declare = [](cspkit::Provider& p) { on(p, "Watts").get([] { return 1; }); };
  mistake.patch = [](cspkit_provider& table) {
    table.get = [](cspkit_provider*, cspkit_call, const cspkit_request*) noexcept -> cspkit_code {
      return 7;
    };
  };
  ASSERT_THAT(open(mistake), IsOk());
  EXPECT_THAT(device().get(kLamp + "/Watts"), StatusIs(500));
  expect_quoted(symptom("500, \"no final code"), log_);
}

TEST_F(Mistakes, NobodyCompletes) {
  Mistake mistake;
  mistake.declare = [](cspkit::Provider& p) { on(p, "Watts").get([] { return 1; }); };
  mistake.patch = [](cspkit_provider& table) {
    table.get = [](cspkit_provider*, cspkit_call, const cspkit_request*) noexcept -> cspkit_code {
      return CSPKIT_PENDING;
    };
  };
  ASSERT_THAT(open(mistake), IsOk());
  symptom("500 after 60 seconds");
  const auto before = device().clock().steady_now();
  EXPECT_THAT(device().get(kLamp + "/Watts"), StatusIs(500));
  EXPECT_EQ(device().clock().steady_now() - before, std::chrono::seconds(60));
}

TEST_F(Mistakes, CompletedTwice) {
  Mistake mistake;
  Code second = Code::kOk;
  mistake.declare = [&](cspkit::Provider& p) {
    on(p, "Watts").get([&](Call&, Completion done) {
      done.complete_with(1);
      second = done.complete();
    });
  };
  ASSERT_THAT(open(mistake), IsOk());
  symptom("`CSPKIT_STALE` from `complete`");
  EXPECT_THAT(device().get(kLamp + "/Watts"), StatusIs(200));
  EXPECT_EQ(second, Code::kStale);
}

TEST_F(Mistakes, AGetThatChanges) {
  Mistake mistake;
  Code set = Code::kOk;
  mistake.declare = [&](cspkit::Provider& p) {
    on(p, "Watts").get([&](Call& call) {
      set = call.set("Level", 7);
      return 1;
    });
  };
  ASSERT_THAT(open(mistake), IsOk());
  symptom("`CSPKIT_MISUSE` from `set` in a `get`");
  static_cast<void>(device().get(kLamp + "/Watts"));
  EXPECT_EQ(set, Code::kMisuse);
}

TEST_F(Mistakes, ReadingWhatIsComputed) {
  Mistake mistake;
  Code read = Code::kOk;
  mistake.declare = [&](cspkit::Provider& p) {
    on(p, "Watts").get([] { return 1; });
    on(p, "Level").replace([&](Call& call) { read = call.read("Watts").error().code(); });
  };
  ASSERT_THAT(open(mistake), IsOk());
  symptom("`NOT_SUPPORTED` from `read`");
  EXPECT_THAT(device().replace(kLamp + "/Level", "5"), StatusIs(200));
  EXPECT_EQ(read, Code::kNotSupported);
}

class CannotUndo : public cspkit::Provider, public cspkit::Transactional {
 public:
  explicit CannotUndo(cspkit::Host host) : Provider(std::move(host)) {
    on("Level").replace([](Call& call) { return call.fail(Code::kFailed, "the switch is stuck"); });
  }
  cspkit::Result<std::string> undo_for(Call&) override { return std::string("was off"); }
  cspkit::Status apply_undo(std::string_view) override {
    return cspkit::Status(Code::kFailed, "the switch is stuck");
  }
};

TEST_F(Mistakes, AnUndoThatFails) {
  ASSERT_THAT(open<CannotUndo>({}), IsOk());
  EXPECT_THAT(device().replace(kLamp + "/Level", "5"), testing::Not(IsOk()));
  const cspkit::Status next = device().replace(kLamp + "/Level", "5");
  EXPECT_THAT(next, StatusIs(403));
  expect_quoted(symptom("403, \"could neither"), next.text());
}

// Needs threads of its own: under a test's executor nothing is offloaded.
TEST_F(Mistakes, AFunctionThatDoesNotReturn) {
  std::promise<void> let_go;
  const std::shared_future<void> gone = let_go.get_future().share();
  mistake_.declare = [gone](cspkit::Provider& p) {
    on(p, "Watts").get([gone] {
      gone.wait();
      return 1;
    });
  };
  current = &mistake_;
  ddf_ = cspkit::test::read_text(CSPKIT_SOURCE "/samples/out_of_tree/Lamp.xml");
  info_ = {CSPKIT_STR("mistake"), CSPKIT_STR("Lamp.xml"), {ddf_.data(), ddf_.size()}, 0};
  plugin_ = {sizeof(cspkit_plugin),
             CSPKIT_ABI_MAJOR,
             CSPKIT_ABI_MINOR,
             CSPKIT_STR("mistake"),
             CSPKIT_STR("1.0.0"),
             &info_,
             1,
             &create<Written>};
  auto engine = cspkit::Engine::open();
  ASSERT_THAT(engine, IsOk());
  cspkit::ProviderOptions options;
  options.offload = true;
  options.call_deadline = std::chrono::milliseconds(20);
  ASSERT_THAT(engine->add_provider(plugin_, {}, options), IsOk());
  auto device = engine->open_session(cspkit::Principal::device());
  EXPECT_THAT(device.get(kLamp + "/Watts"), StatusIs(500));
  const auto next = device.get(kLamp + "/Watts");
  EXPECT_THAT(next, StatusIs(403));
  expect_quoted(symptom("403, \"in quarantine"), next.error().text());
  let_go.set_value();
}

// Who looks a message up finds it on the page, and every message of the page is one that is made
// above, or by a compiler, a linker or the loader.
TEST_F(Mistakes, EveryMessageOfThePageIsKnown) {
  const std::string page = cspkit::test::read_text(CSPKIT_SOURCE "/sdk/README.md");
  const std::string known[] = {"`no symbol",
                               "`writable",
                               "`its DDF",
                               "`no node of its DDF",
                               "`it declares a verb",
                               "500, \"gave a value",
                               "500, \"no final",
                               "403, \"could neither",
                               "403, \"in quarantine",
                               "`CSPKIT_STALE`",
                               "`CSPKIT_MISUSE`",
                               "`NOT_SUPPORTED`",
                               "`undefined symbol",
                               "`multiple definition",
                               "\"invalid conversion\"",
                               "`'host' is not captured`",
                               "`Name` holds",
                               "a change is not there although",
                               "crash after the program's end"};
  std::size_t row = page.find("\n|---|---|---|\n", page.find("\n## Mistakes\n"));
  ASSERT_NE(row, std::string::npos);
  std::size_t rows = 0;
  for (row = page.find("\n| ", row); row != std::string::npos; row = page.find("\n| ", row + 1)) {
    ++rows;
    const std::string cell = page.substr(row + 3, page.find(" |", row) - row - 3);
    if (cell.find_first_of("`\"") == std::string::npos) continue;
    EXPECT_TRUE(std::any_of(std::begin(known), std::end(known),
                            [&](const std::string& begin) { return cell.starts_with(begin); }))
        << "nobody makes this mistake here: " << cell;
  }
  EXPECT_GT(rows, 25U);
}

}  // namespace
