// SPDX-License-Identifier: Apache-2.0
// Handlers: what they may look like, what their results become, what their failures become.
#include <gtest/gtest.h>

#include <cspkit/provider.hpp>
#include <functional>
#include <stdexcept>
#include <thread>

#include "fake_host.hpp"

namespace cspkit::test {
namespace {

/// A provider whose handlers the test writes.
class Scripted : public Provider {
 public:
  using Script = std::function<void(Scripted&)>;
  static thread_local Script script;
  explicit Scripted(Host host) : Provider(host) { script(*this); }
  using Provider::host;
  using Provider::on;
};
thread_local Scripted::Script Scripted::script;

class ProviderTest : public testing::Test {
 protected:
  ~ProviderTest() override {
    if (provider_ != nullptr) provider_->destroy(provider_);
    EXPECT_EQ(host_.breaches, std::vector<std::string>{});
    EXPECT_TRUE(host_.open_writers.empty()) << "a batch or a call was left open";
  }
  cspkit_code make(Scripted::Script script) {
    Scripted::script = std::move(script);
    return make_provider<Scripted>(host_.raw(), &provider_);
  }
  FakeHost::Outcome get(const std::string& pattern, const std::vector<std::string>& captures = {}) {
    return host_.operate(provider_, CSPKIT_GET, pattern, captures);
  }
  FakeHost::Outcome exec(const std::string& pattern, const Value* value = nullptr) {
    return host_.operate(provider_, CSPKIT_EXEC, pattern, {}, value);
  }
  template <typename F>
  FakeHost::Outcome get_of(F handler) {
    EXPECT_EQ(make([&](Scripted& p) { p.on("X").get(std::move(handler)); }), CSPKIT_OK);
    return get("X");
  }
  template <typename F>
  FakeHost::Outcome exec_of(F handler, const Value* value = nullptr) {
    EXPECT_EQ(make([&](Scripted& p) { p.on("X").exec(std::move(handler)); }), CSPKIT_OK);
    return exec("X", value);
  }

  FakeHost host_;
  cspkit_provider* provider_ = nullptr;
};

TEST_F(ProviderTest, HandlersBecomeATable) {
  ASSERT_EQ(make([](Scripted& p) {
              p.on("A/{Id}/B").get([] { return 1; }).replace([](Call&, const Value&) {});
              p.on("Own").own();
              p.on("Secret").exec([](Call&) {}).secret().irreversible();
              p.on("A/{Id}/B").concurrent();
            }),
            CSPKIT_OK);
  ASSERT_EQ(provider_->size, sizeof(cspkit_provider));
  ASSERT_EQ(provider_->handler_count, 3U);
  const cspkit_handler* h = provider_->handlers;
  EXPECT_EQ(sdk_detail::to_view(h[0].pattern), "A/{Id}/B");
  EXPECT_EQ(h[0].verbs, std::uint32_t{CSPKIT_GET | CSPKIT_REPLACE});
  EXPECT_EQ(h[0].flags, std::uint32_t{CSPKIT_HANDLER_CONCURRENT});
  EXPECT_EQ(h[1].verbs, 0U);
  EXPECT_EQ(h[1].flags, std::uint32_t{CSPKIT_HANDLER_OWN});
  EXPECT_EQ(h[2].flags, std::uint32_t{CSPKIT_HANDLER_SECRET | CSPKIT_HANDLER_IRREVERSIBLE});
  EXPECT_NE(provider_->get, nullptr);
  EXPECT_NE(provider_->exec, nullptr);
  EXPECT_NE(provider_->replace, nullptr);
  EXPECT_EQ(provider_->remove, nullptr) << "a verb nobody declared has no function";
  EXPECT_EQ(provider_->add, nullptr);
  EXPECT_EQ(provider_->refresh, nullptr);
  EXPECT_EQ(provider_->start(provider_), CSPKIT_OK);
}

TEST_F(ProviderTest, CapturesByNameAndByPosition) {
  ASSERT_EQ(make([](Scripted& p) {
              p.on("A/{Id}/{Other Name}/B").get([](Call& c) {
                return c["Id"] + "+" + c["Other Name"] + "+" + c[0] + "+" + c[1] + "+" +
                       std::to_string(c.capture_count());
              });
              p.on("Unknown/{Id}").get([](Call& c) { return c["id"]; });
              p.on("Beyond/{Id}").get([](Call& c) { return c[1]; });
            }),
            CSPKIT_OK);
  const auto good = get("A/{Id}/{Other Name}/B", {"x/y", ""});
  EXPECT_EQ(good.code, CSPKIT_OK);
  EXPECT_EQ(good.value->data, "x/y++x/y++2");
  const auto unknown = get("Unknown/{Id}", {"x"});
  EXPECT_EQ(unknown.code, CSPKIT_FAILED);
  EXPECT_EQ(unknown.text, "the pattern has no {id}");
  const auto beyond = get("Beyond/{Id}", {"x"});
  EXPECT_EQ(beyond.code, CSPKIT_FAILED);
  EXPECT_NE(beyond.text.find("number 1"), std::string::npos) << beyond.text;
}

TEST_F(ProviderTest, CallTellsItsCircumstances) {
  Value sent(Format::kXml, "<a/>");
  sent.secret = true;
  const auto outcome = exec_of(
      [](Call& c, const Value& v) {
        EXPECT_EQ(c.scope(), Scope::kDevice);
        EXPECT_EQ(c.user(), "");
        EXPECT_EQ(c.path(), "Vendor/Test/X");
        EXPECT_EQ(c.mime(), "text/plain");
        EXPECT_EQ(c.session(), 7U);
        EXPECT_EQ(c.transaction(), 8U);
        EXPECT_EQ(c.deadline(), SteadyTime(61'000));
        EXPECT_FALSE(c.is_cancelled());
        EXPECT_TRUE(c.has_value());
        EXPECT_EQ(c.format(), Format::kXml);
        EXPECT_EQ(c.data(), "<a/>");
        EXPECT_EQ(v, Value(Format::kXml, "<a/>"));
        EXPECT_TRUE(v.secret);
      },
      &sent);
  EXPECT_EQ(outcome.code, CSPKIT_OK);
}

TEST_F(ProviderTest, CommandWithoutDataHasNoValue) {
  const auto outcome = exec_of([](Call& c, const Value& v) {
    EXPECT_FALSE(c.has_value());
    EXPECT_EQ(c.data(), "");
    EXPECT_EQ(v, Value());
  });
  EXPECT_EQ(outcome.code, CSPKIT_OK);
}

TEST_F(ProviderTest, DataIsGivenWithoutACopy) {
  const Value big = Value::chr(std::string(1000, 'x'));
  const char* seen = nullptr;
  exec_of([&](Call&, std::string_view data) { seen = data.data(); }, &big);
  EXPECT_EQ(seen, big.data.data());
}

TEST_F(ProviderTest, TextBecomesAValueOfTheNodesFormat) {
  EXPECT_EQ(get_of([] { return std::string("a\0b", 3); }).value,
            Value(Format::kUnset, {"a\0b", 3}));
}
TEST_F(ProviderTest, LiteralBecomesText) {
  EXPECT_EQ(get_of([] { return "x"; }).value, Value(Format::kUnset, "x"));
}
TEST_F(ProviderTest, ViewBecomesText) {
  EXPECT_EQ(get_of([] { return std::string_view("xy", 1); }).value, Value(Format::kUnset, "x"));
}
TEST_F(ProviderTest, SmallestNumberBecomesInt) {
  EXPECT_EQ(get_of([] { return std::numeric_limits<std::int64_t>::min(); }).value,
            Value(Format::kInt, "-9223372036854775808"));
}
TEST_F(ProviderTest, LargestNumberBecomesInt) {
  EXPECT_EQ(get_of([] { return std::numeric_limits<std::uint64_t>::max(); }).value,
            Value(Format::kInt, "18446744073709551615"));
}
TEST_F(ProviderTest, BoolBecomesBool) {
  EXPECT_EQ(get_of([](Call&) { return false; }).value, Value(Format::kBool, "false"));
}
TEST_F(ProviderTest, BytesBecomeRawBytes) {
  EXPECT_EQ(get_of([] {
              return Bytes{std::byte{0}, std::byte{255}};
            }).value,
            Value(Format::kUnset, std::string("\0\xff", 2)));
}
TEST_F(ProviderTest, EmptyBytesAreNoMisuse) {
  EXPECT_EQ(get_of([] { return Bytes{}; }).value, Value(Format::kUnset, ""));
}
TEST_F(ProviderTest, ValueKeepsItsFormatAndSecret) {
  const auto outcome = get_of([] {
    Value v = Value::xml("<a/>");
    v.secret = true;
    return v;
  });
  EXPECT_EQ(outcome.value, Value(Format::kXml, "<a/>"));
  EXPECT_TRUE(outcome.value->secret);
}
TEST_F(ProviderTest, ResultWithAValueIsTheValue) {
  EXPECT_EQ(get_of([]() -> Result<int> { return 5; }).value, Value(Format::kInt, "5"));
}
TEST_F(ProviderTest, FailedResultIsItsStatus) {
  const auto outcome = get_of(
      [](Call& c) -> Result<std::string> { return c.fail(Code::kBusy, "later", 0x80070020U); });
  EXPECT_EQ(outcome.code, CSPKIT_BUSY);
  EXPECT_EQ(outcome.text, "later");
  EXPECT_EQ(outcome.hresult, 0x80070020U);
  EXPECT_FALSE(outcome.value);
}
TEST_F(ProviderTest, HandlerMaySetTheValueItself) {
  EXPECT_EQ(get_of([](Call& c) { c.set_value(true); }).value, Value(Format::kBool, "true"));
}
TEST_F(ProviderTest, CodeOfAHandlerIsTheAnswer) {
  EXPECT_EQ(exec_of([] { return Code::kAlreadyExists; }).code, CSPKIT_ALREADY_EXISTS);
}
TEST_F(ProviderTest, TextOfSetErrorGoesWithACode) {
  const auto outcome = exec_of([](Call& c) {
    c.set_error("why", 5);
    return Code::kDenied;
  });
  EXPECT_EQ(outcome.code, CSPKIT_DENIED);
  EXPECT_EQ(outcome.text, "why");
  EXPECT_EQ(outcome.hresult, 5U);
}
TEST_F(ProviderTest, CodesOfTheEngineBecomeFailed) {
  const auto outcome = exec_of([] { return Status(Code::kIo, "no such file"); });
  EXPECT_EQ(outcome.code, CSPKIT_FAILED);
  EXPECT_EQ(outcome.text, "no such file");
}
TEST_F(ProviderTest, CodesOutOfTheEnumBecomeFailed) {
  EXPECT_EQ(exec_of([] { return static_cast<Code>(12345); }).code, CSPKIT_FAILED);
}
TEST_F(ProviderTest, PendingWithoutACompletionIsAFailure) {
  const auto outcome = exec_of([] { return Code::kPending; });
  EXPECT_EQ(outcome.code, CSPKIT_FAILED);
  EXPECT_NE(outcome.text.find("Completion"), std::string::npos);
}

TEST_F(ProviderTest, StdExceptionBecomesItsText) {
  const auto outcome = exec_of([]() -> void { throw std::runtime_error("disk on fire"); });
  EXPECT_EQ(outcome.code, CSPKIT_FAILED);
  EXPECT_EQ(outcome.text, "disk on fire");
}
TEST_F(ProviderTest, OtherExceptionBecomesFailed) {
  const auto outcome = get_of([]() -> int { throw 42; });
  EXPECT_EQ(outcome.code, CSPKIT_FAILED);
  EXPECT_NE(outcome.text, "");
}
TEST_F(ProviderTest, ErrorCarriesCodeTextAndHresult) {
  const auto outcome =
      exec_of([]() -> void { throw Error(Code::kTimedOut, "no answer", 0x8007000EU); });
  EXPECT_EQ(outcome.code, CSPKIT_TIMED_OUT);
  EXPECT_EQ(outcome.text, "no answer");
  EXPECT_EQ(outcome.hresult, 0x8007000EU);
}
TEST_F(ProviderTest, ErrorThatSaysOkIsStillAFailure) {
  EXPECT_EQ(exec_of([]() -> void { throw Error(Code::kOk); }).code, CSPKIT_FAILED);
}

TEST_F(ProviderTest, RefusedChangeFailsTheOperation) {
  host_.next_set = CSPKIT_BAD_FORMAT;
  const auto outcome = exec_of([](Call& c) { c.set("A/B", 5); });
  EXPECT_EQ(outcome.code, CSPKIT_BAD_FORMAT);
  EXPECT_EQ(outcome.text, "set 'A/B': bad format");
}
TEST_F(ProviderTest, RefusedChangeMayBeForgiven) {
  host_.next_set = CSPKIT_NOT_FOUND;
  EXPECT_EQ(exec_of([](Call& c) {
              EXPECT_EQ(c.remove("A"), Code::kNotFound);
              c.clear_error();
            }).code,
            CSPKIT_OK);
}

TEST_F(ProviderTest, EachVerbReachesItsHandler) {
  std::string seen;
  ASSERT_EQ(make([&](Scripted& p) {
              p.on("X")
                  .get([&] { seen += "get "; })
                  .add([&](Call&, const Value&) { seen += "add "; })
                  .replace([&](Call&, const Value&) { seen += "replace "; })
                  .remove([&](Call&) { seen += "remove "; })
                  .exec([&](Call&, const Value&) { seen += "exec "; })
                  .refresh([&](Call&) { seen += "refresh "; });
            }),
            CSPKIT_OK);
  for (const int verb :
       {CSPKIT_GET, CSPKIT_ADD, CSPKIT_REPLACE, CSPKIT_DELETE, CSPKIT_EXEC, CSPKIT_REFRESH}) {
    EXPECT_EQ(host_.operate(provider_, static_cast<std::uint32_t>(verb), "X").code, CSPKIT_OK);
  }
  EXPECT_EQ(seen, "get add replace remove exec refresh ");
}

TEST_F(ProviderTest, RequestForNoHandlerIsNotSupported) {
  ASSERT_EQ(make([](Scripted& p) { p.on("X").get([] { return 1; }); }), CSPKIT_OK);
  cspkit_request request{};
  request.size = sizeof(request);
  request.verb = CSPKIT_GET;
  request.handler = 99;
  EXPECT_EQ(provider_->get(provider_, cspkit_call{1}, &request), CSPKIT_NOT_SUPPORTED);
  request.handler = 0;
  request.verb = CSPKIT_EXEC;
  EXPECT_EQ(provider_->get(provider_, cspkit_call{1}, &request), CSPKIT_NOT_SUPPORTED);
  request.verb = 3;
  EXPECT_EQ(provider_->get(provider_, cspkit_call{1}, &request), CSPKIT_NOT_SUPPORTED);
}

TEST_F(ProviderTest, VerbGivenTwiceRefusesTheProvider) {
  EXPECT_EQ(make([](Scripted& p) {
              p.on("X").get([] { return 1; });
              p.on("X").get([] { return 2; });
            }),
            CSPKIT_FAILED);
  ASSERT_EQ(host_.log.size(), 1U);
  EXPECT_NE(host_.log[0].find("\"X\""), std::string::npos) << host_.log[0];
}

TEST_F(ProviderTest, ThrowingConstructorRefusesTheProvider) {
  EXPECT_EQ(make([](Scripted&) { throw std::runtime_error("no such device"); }), CSPKIT_FAILED);
  EXPECT_EQ(make([](Scripted&) { throw Error(Code::kBusy, "in use"); }), CSPKIT_BUSY);
  EXPECT_EQ(make([](Scripted&) { throw 5; }), CSPKIT_FAILED);
  EXPECT_EQ(provider_, nullptr);
  ASSERT_EQ(host_.log.size(), 3U);
  EXPECT_EQ(host_.log[0], "3: no such device");
  EXPECT_EQ(host_.log[1], "3: in use");
}

TEST_F(ProviderTest, HostOfAnotherMajorIsRefusedBeforeConstruction) {
  cspkit_host other = *host_.raw();
  other.abi_major = 2;
  bool constructed = false;
  Scripted::script = [&](Scripted&) { constructed = true; };
  EXPECT_EQ(make_provider<Scripted>(&other, &provider_), CSPKIT_NOT_SUPPORTED);
  EXPECT_FALSE(constructed);
}

TEST_F(ProviderTest, OnAfterConstructionIsAnError) {
  ASSERT_EQ(make([](Scripted& p) { p.on("X").exec([&p](Call&) { p.on("Y").own(); }); }), CSPKIT_OK);
  const auto outcome = exec("X");
  EXPECT_EQ(outcome.code, CSPKIT_FAILED);
  EXPECT_NE(outcome.text.find("constructor"), std::string::npos);
}

TEST_F(ProviderTest, HandlersMayOwnWhatCannotBeCopied) {
  auto owned = std::make_unique<int>(5);
  EXPECT_EQ(get_of([owned = std::move(owned)] { return *owned; }).value, Value(Format::kInt, "5"));
}

struct FailingStart : Provider {
  explicit FailingStart(Host host) : Provider(host) {}
  Status start() override { return Status(Code::kBusy, "device is in use"); }
};
struct ThrowingStart : Provider {
  explicit ThrowingStart(Host host) : Provider(host) {}
  Status start() override { throw std::runtime_error("no device"); }
};
struct OddStart : Provider {
  explicit OddStart(Host host) : Provider(host) {}
  Status start() override { throw "text"; }
};

template <typename T>
cspkit_code start_of(FakeHost& host) {
  cspkit_provider* provider = nullptr;
  EXPECT_EQ(make_provider<T>(host.raw(), &provider), CSPKIT_OK);
  const cspkit_code code = provider->start(provider);
  provider->destroy(provider);
  return code;
}

TEST(ProviderStart, FailuresBecomeACodeAndALogLine) {
  FakeHost host;
  EXPECT_EQ(start_of<FailingStart>(host), CSPKIT_BUSY);
  EXPECT_EQ(start_of<ThrowingStart>(host), CSPKIT_FAILED);
  EXPECT_EQ(start_of<OddStart>(host), CSPKIT_FAILED);
  ASSERT_EQ(host.log.size(), 3U);
  EXPECT_EQ(host.log[0], "3: device is in use");
  EXPECT_EQ(host.log[1], "3: no device");
}

struct NoJobs : Provider {
  explicit NoJobs(Host host) : Provider(host) {}
};
struct Jobs : Provider {
  explicit Jobs(Host host) : Provider(host) {}
  void job_run(std::string_view id, std::string_view payload, std::uint32_t attempt) override {
    if (id == "bad") throw std::runtime_error("job is broken");
    if (id == "odd") throw 1;
    host().info(std::string(id) + "=" + std::string(payload) + "#" + std::to_string(attempt));
  }
};
class PrivateJobs : public Provider {
 public:
  explicit PrivateJobs(Host host) : Provider(host) {}

 private:
  void job_run(std::string_view, std::string_view, std::uint32_t) override {}
};
struct InheritedJobs : Jobs {
  using Jobs::Jobs;
};
struct OwnExtension : Provider {
  explicit OwnExtension(Host host) : Provider(host) {}
  const void* extension(std::string_view id) override {
    return id == "com.example/1" ? this : nullptr;
  }
};

template <typename T>
const void* extension_of(FakeHost& host, const char* id) {
  cspkit_provider* provider = nullptr;
  EXPECT_EQ(make_provider<T>(host.raw(), &provider), CSPKIT_OK);
  const void* table = provider->get_extension(provider, id);
  provider->destroy(provider);
  return table;
}

TEST(ProviderJobs, TableIsOfferedByClassesThatOverrideJobRun) {
  FakeHost host;
  EXPECT_EQ(extension_of<NoJobs>(host, CSPKIT_EXT_JOBS), nullptr);
  EXPECT_NE(extension_of<Jobs>(host, CSPKIT_EXT_JOBS), nullptr);
  EXPECT_NE(extension_of<PrivateJobs>(host, CSPKIT_EXT_JOBS), nullptr);
  EXPECT_NE(extension_of<InheritedJobs>(host, CSPKIT_EXT_JOBS), nullptr);
  EXPECT_EQ(extension_of<Jobs>(host, "cspkit.jobs/2"), nullptr);
  EXPECT_EQ(extension_of<OwnExtension>(host, "cspkit.jobs/1"), nullptr);
  EXPECT_NE(extension_of<OwnExtension>(host, "com.example/1"), nullptr);
}

TEST(ProviderJobs, JobRunIsCalledAndItsExceptionsAreLogged) {
  FakeHost host;
  cspkit_provider* provider = nullptr;
  ASSERT_EQ(make_provider<Jobs>(host.raw(), &provider), CSPKIT_OK);
  const auto* jobs =
      static_cast<const cspkit_provider_jobs*>(provider->get_extension(provider, CSPKIT_EXT_JOBS));
  ASSERT_NE(jobs, nullptr);
  EXPECT_EQ(jobs->size, sizeof(cspkit_provider_jobs));
  jobs->job_run(provider, CSPKIT_STR("a"), CSPKIT_STR("p"), 2);
  jobs->job_run(provider, CSPKIT_STR("bad"), CSPKIT_STR(""), 1);
  jobs->job_run(provider, CSPKIT_STR("odd"), CSPKIT_STR(""), 1);
  ASSERT_EQ(host.log.size(), 3U);
  EXPECT_EQ(host.log[0], "1: a=p#2");
  EXPECT_EQ(host.log[1], "3: job is broken");
  provider->destroy(provider);
}

}  // namespace
}  // namespace cspkit::test
