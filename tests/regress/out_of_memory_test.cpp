// SPDX-License-Identifier: Apache-2.0
// A command that ends in std::bad_alloc, which an embedder may catch, left calls behind that the
// next one prepared as if they were its own.
#include <cspkit/engine.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cspkit/engine.hpp>
#include <cstdlib>
#include <filesystem>
#include <new>
#include <string>
#include <string_view>
#include <vector>

namespace {

thread_local long allocations_left = -1;   // until one fails; none does when it is not above 0
thread_local bool fails_for_good = false;  // all after it, too
thread_local bool is_exhausted = false;

void* allocate(std::size_t size) {
  const bool fails = allocations_left > 0 && --allocations_left == 0;
  if (fails && fails_for_good) is_exhausted = true;
  if (fails || is_exhausted) throw std::bad_alloc();
  void* const memory = std::malloc(size != 0 ? size : 1);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

}  // namespace

void* operator new(std::size_t size) { return allocate(size); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t /*size*/) noexcept { std::free(memory); }

namespace cspkit {
namespace {

std::string atomic(const std::string& tag, int count) {
  std::string text = "<SyncML><SyncBody><Atomic><CmdID>1</CmdID>";
  for (int i = 0; i < count; ++i) {
    text +=
        "<Replace><CmdID>" + std::to_string(i + 2) +
        "</CmdID><Item><Target><LocURI>./Device/Vendor/Example/Files/File/a-name-of-some-length-" +
        tag + std::to_string(i) + "</LocURI></Target><Data>hello</Data></Item></Replace>";
  }
  return text + "</Atomic><Final/></SyncBody></SyncML>";
}

enum Outcome { kGood, kBad, kNothingFailed };

/// In a process of its own: memory that runs out within a provider's call to the host ends one.
Outcome next_after_failure(long after) {
  auto engine = Engine::open({});
  if (!engine || !engine->load_provider(CSPKIT_FILES_LIBRARY).ok()) return kBad;
  Session first = engine->open_session(Principal::device());
  const std::string failing = atomic("x", 12);
  allocations_left = after;
  try {
    static_cast<void>(first.process(failing).has_value());
  } catch (const std::bad_alloc&) {
  }
  if (allocations_left > 0) return kNothingFailed;
  Session second = engine->open_session(Principal::device());
  const bool answered = second.process(atomic("y", 3)).has_value();
  return answered && second.last_statuses() == std::vector<int>(4, 200) ? kGood : kBad;
}

/// How many of the nodes that atomic(tag, count) makes are there.
int count_of(Session& session, const std::string& tag, int count) {
  int found = 0;
  for (int i = 0; i < count; ++i) {
    const std::string uri = "./Device/Vendor/Example/Files/File/a-name-of-some-length-" + tag;
    if (session.get(uri + std::to_string(i))) ++found;
  }
  return found;
}

/// The same with a state file, which is all that is left after the failure.
Outcome kept_after_failure(long after, const std::string& state) {
  std::filesystem::remove(state);
  std::filesystem::remove(state + "-wal");
  EngineOptions options;
  options.state = state;
  bool acknowledged = false;
  {
    auto engine = Engine::open(options);
    if (!engine || !engine->load_provider(CSPKIT_FILES_LIBRARY).ok()) return kBad;
    Session session = engine->open_session(Principal::device());
    const std::string failing = atomic("x", 20);
    allocations_left = after;
    try {
      acknowledged = session.process(failing).has_value() &&
                     session.last_statuses() == std::vector<int>(21, 200);
    } catch (const std::bad_alloc&) {
    }
    if (allocations_left > 0) return kNothingFailed;
    if (!session.process(atomic("y", 3)).has_value()) return kBad;
  }
  auto again = Engine::open(options);
  if (!again || !again->load_provider(CSPKIT_FILES_LIBRARY).ok()) return kBad;
  Session session = again->open_session(Principal::device());
  const int kept = count_of(session, "x", 20);
  const bool whole = kept == 20 || (kept == 0 && !acknowledged);
  return whole && count_of(session, "y", 3) == 3 ? kGood : kBad;
}

constexpr const char* kLeafDdf = R"(<MgmtTree><VerDTD>1.2</VerDTD><Node><NodeName>T</NodeName>
<Path>./Device/Vendor/Test</Path><DFProperties><AccessType><Get/></AccessType><DFFormat><node/>
</DFFormat></DFProperties><Node><NodeName>Leaf</NodeName><DFProperties><AccessType><Get/><Replace/>
</AccessType><DFFormat><chr/></DFFormat></DFProperties></Node></Node></MgmtTree>)";

/// A C function when memory has run out and stays so: it says that, and nothing passes it.
Outcome said_by_c_function(long after) {
  const std::string text = "a value that is too long to stand in a short string of its own";
  const cspkit_value value{CSPKIT_FORMAT_CHR, 0, text.data(), text.size()};
  cspkit_error error = CSPKIT_ERROR_INIT;
  cspkit_engine* engine = nullptr;
  cspkit_session* session = nullptr;
  if (cspkit_engine_open(nullptr, &engine, &error) != CSPKIT_OK ||
      cspkit_engine_load_ddf_bytes(engine, kLeafDdf, std::string_view(kLeafDdf).size(), "t.xml",
                                   &error) != CSPKIT_OK ||
      cspkit_session_open(engine, nullptr, &session, &error) != CSPKIT_OK)
    return kBad;
  fails_for_good = true;
  allocations_left = after;
  const cspkit_code code =
      cspkit_session_replace(session, "./Device/Vendor/Test/T/Leaf", &value, &error);
  fails_for_good = is_exhausted = false;
  if (allocations_left > 0) return code == CSPKIT_OK ? kNothingFailed : kBad;
  const bool told = code == CSPKIT_FAILED && std::string_view(error.text) == "std::bad_alloc";
  const cspkit_code next =
      cspkit_session_replace(session, "./Device/Vendor/Test/T/Leaf", &value, &error);
  return told && next == CSPKIT_OK ? kGood : kBad;
}

/// In one process for each allocation that fails; how many of them went on.
template <typename Try>
int good_ones(Try attempt, long step = 3, bool may_end = true) {
  int good = 0;
  for (long after = 1;; after += step) {
    const pid_t child = ::fork();
    if (child == 0) {
      ::close(STDERR_FILENO);  // what ends a process says so
      const rlimit none{0, 0};
      ::setrlimit(RLIMIT_CORE, &none);
      ::_exit(attempt(after));
    }
    int status = 0;
    EXPECT_EQ(::waitpid(child, &status, 0), child);
    if (!WIFEXITED(status)) {
      EXPECT_TRUE(may_end) << "allocation " << after << " ended it";
      EXPECT_EQ(WTERMSIG(status), SIGABRT) << "allocation " << after << " failed";
      continue;
    }
    if (WEXITSTATUS(status) == kNothingFailed) return good;
    EXPECT_EQ(WEXITSTATUS(status), kGood) << "allocation " << after << " failed";
    ++good;
  }
}

// In memory, where that can be had: it is about that, and a busy disk would only make it long.
std::filesystem::path base() {
  return ::access("/dev/shm", W_OK | X_OK) == 0 ? std::filesystem::path("/dev/shm")
                                                : std::filesystem::temp_directory_path();
}

TEST(OutOfMemory, ACommandThatFailedLeavesNothingToTheNext) {
  const std::filesystem::path folder = base() / ("cspkit-memory." + std::to_string(::getpid()));
  std::filesystem::create_directories(folder);
  ::setenv("EXAMPLE_FILES", folder.c_str(), 1);
  const int good = good_ones(next_after_failure);
  EXPECT_GT(good, 50) << "most of what it is about was not reached";
  std::filesystem::remove_all(folder);
}

TEST(OutOfMemory, ACFunctionSaysSoWithNoneLeft) {
  EXPECT_GT(good_ones(said_by_c_function, 1, false), 4);
}

TEST(OutOfMemory, AStateFileHoldsAllOfAnAtomicOrNothing) {
  const std::filesystem::path folder =
      base() / ("cspkit-memory-file." + std::to_string(::getpid()));
  std::filesystem::create_directories(folder);
  ::setenv("EXAMPLE_FILES", folder.c_str(), 1);
  const std::string state = (folder / "device.db").string();
  const int good = good_ones([&](long after) { return kept_after_failure(after, state); });
  EXPECT_GT(good, 50) << "most of what it is about was not reached";
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace cspkit
