// SPDX-License-Identifier: Apache-2.0
// Which functions of a library are its own, and when it is out of the process.
#include <gtest/gtest.h>

#include <string>
#include <thread>

#include "zoo.hpp"

// Of the same name as one in same_function.c, and seen by every library that is loaded.
extern "C" __attribute__((visibility("default"))) const char* cspkit_zoo_whose();
extern "C" const char* cspkit_zoo_whose() { return "9"; }

namespace cspkit::test {
namespace {

class Residency : public ZooTest {
 protected:
  std::string number_of(const std::string& root) {
    const auto value = device().get("./Device/Vendor/" + root + "/Number");
    return value ? value->data : "failed: " + value.error().text();
  }
};

TEST_F(Residency, AFunctionThatTheProgramHasTooIsTheProgramsUnlessItIsHidden) {
  ASSERT_TRUE(load("same_function_open").ok());
  EXPECT_EQ(number_of("Zoo"), "9") << "what the README's table of mistakes warns of";
  ASSERT_TRUE(load("same_function_closed").ok());
  EXPECT_EQ(number_of("Closed"), "2");
}

TEST_F(Residency, TwoLibrariesWithOneFunctionCallTheirOwn) {
  ASSERT_TRUE(load("twin_first").ok());
  ASSERT_TRUE(load("twin_second").ok());
  EXPECT_EQ(number_of("Zoo"), "3");
  EXPECT_EQ(number_of("Twin"), "4");
}

TEST_F(Residency, ADestructorOfAThreadKeepsTheLibraryUntilThatThreadEnds) {
  const auto library = bring("thread_local");
  std::thread user([&] {
    ASSERT_TRUE(engine().load_provider(library).ok());
    EXPECT_EQ(number_of("Zoo"), "5");
    close();
    EXPECT_TRUE(is_mapped(library)) << "its destructor has not run yet";
  });
  user.join();
  // The loader looks at what nobody needs any more when the next library goes.
  ASSERT_TRUE(load("good").ok());
  close();
  EXPECT_FALSE(is_mapped(library));
}

TEST_F(Residency, AUniqueSymbolKeepsTheLibraryAndItServesTheNextEngine) {
  const auto library = bring("unique");
  ASSERT_TRUE(engine().load_provider(library).ok());
  EXPECT_EQ(number_of("Zoo"), "1");
  close();
#if !defined(__clang__)  // which makes no such symbols
  EXPECT_TRUE(is_mapped(library));
#endif
  ASSERT_TRUE(engine().load_provider(library).ok());
  EXPECT_NE(number_of("Zoo"), "") << "an object of its own, whatever the library remembers";
}

TEST_F(Residency, AFileThatIsReplacedWhileLoadedServesOnAndTheNewOneNeedsAStart) {
  const auto library = bring("good");
  ASSERT_TRUE(engine().load_provider(library).ok());
  std::filesystem::rename(bring("twin_first", "next.so"), library);
  EXPECT_EQ(number_of("Zoo"), "5");
  {
    // As long as the old one is in the process, its name stands for it.
    EngineOptions options;
    options.log = log_.sink();
    auto other = Engine::open(options);
    ASSERT_TRUE(other);
    ASSERT_TRUE(other->load_provider(library).ok());
    EXPECT_EQ(
        other->open_session(Principal::device()).get("./Device/Vendor/Zoo/Number").value().data,
        "5");
  }
  close();
  ASSERT_TRUE(engine().load_provider(library).ok());
  EXPECT_EQ(number_of("Zoo"), "3");
}

TEST_F(Residency, AFileThatIsRemovedWhileLoadedServesOn) {
  const auto library = bring("good");
  ASSERT_TRUE(engine().load_provider(library).ok());
  std::filesystem::remove(library);
  EXPECT_EQ(number_of("Zoo"), "5");
  EXPECT_TRUE(device().exec("./Device/Vendor/Zoo/Run").ok());
}

}  // namespace
}  // namespace cspkit::test
