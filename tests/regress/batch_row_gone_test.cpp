// SPDX-License-Identifier: Apache-2.0
// A batch remembers where the tree has a row that it sets. The row went before the batch set it
// again, and what was left of it was read. Meant for the address sanitizer.
#define CSPKIT_STATIC_NAME row_gone
#include <gtest/gtest.h>
#include <unistd.h>

#include <cspkit/provider.hpp>
#include <filesystem>
#include <fstream>
#include <future>
#include <memory>
#include <optional>
#include <string>

#include "test_tree.hpp"

namespace cspkit::testing {
namespace {

class RowGone : public Provider {
 public:
  explicit RowGone(Host host_table) : Provider(std::move(host_table)) { made = host(); }
  ~RowGone() override { made.reset(); }
  static inline std::optional<Host> made;  // for the one test of it
};
CSPKIT_PLUGIN(RowGone, "RowGone.xml")

TEST(BatchRowGone, ABatchSetsAgainWhatWasDeletedMeanwhile) {
  const std::filesystem::path dir =
      std::filesystem::temp_directory_path() / ("cspkit-row-gone." + std::to_string(::getpid()));
  std::filesystem::create_directories(dir);
  const std::string item =
      node("", "Add Delete Get", "node", occurs("ZeroOrMore") + "<DFTitle>Name</DFTitle>",
           node("Text", "Add Get Replace", "chr", occurs("One")));
  std::ofstream(dir / "RowGone.xml")
      << document("./Device/Vendor/Test", node("RowGone", "Get", "node", occurs("One"),
                                               node("Item", "Get", "node", occurs("One"), item)));
  Result<Engine> engine = Engine::open({});
  ASSERT_TRUE(engine);
  ASSERT_TRUE(engine->add_provider(cspkit_plugin_v1_row_gone, dir).ok());
  Session session = engine->open_session(Principal::device());
  const std::string at = "./Vendor/Test/RowGone/Item/";
  ASSERT_TRUE(session.add(at + "One").ok());
  ASSERT_TRUE(session.replace(at + "One/Text", Value::chr("first")).ok());

  Batch batch = RowGone::made->open_batch();
  batch.set("Item/One/Text", "second");
  ASSERT_TRUE(session.remove(at + "One").ok());
  batch.set("Item/One/Text", "third");
  std::promise<Code> done;
  ASSERT_EQ(std::move(batch).submit([&done](Code code) { done.set_value(code); }), Code::kOk);
  EXPECT_EQ(done.get_future().get(), Code::kOk);
  EXPECT_EQ(text_of(session.get(at + "One/Text")), "third");
  std::filesystem::remove_all(dir);
}

}  // namespace
}  // namespace cspkit::testing
