// SPDX-License-Identifier: Apache-2.0
// A batch that had the turn, but no thread of the executor because all were in long work of a
// provider, kept every other change waiting until its deadline.
#include <condition_variable>
#include <mutex>

#include "test_tree.hpp"

namespace cspkit::testing {
namespace {

/// A provider whose nodes are all store-backed: it is here for its batches.
class Batcher {
 public:
  static const cspkit_plugin& plugin() {
    static const std::string ddf = document(
        "./Device/Vendor/Test", node("B", "Get", "node", occurs("One"),
                                     node("Leaf", "Get Replace", "chr", occurs("One")) +
                                         node("Other", "Get Replace", "chr", occurs("One"))));
    static const cspkit_provider_info info = {
        CSPKIT_STR("batcher"), CSPKIT_STR(""), {ddf.data(), ddf.size()}, 0};
    static const cspkit_plugin plugin = {sizeof(cspkit_plugin),
                                         CSPKIT_ABI_MAJOR,
                                         CSPKIT_ABI_MINOR,
                                         CSPKIT_STR("org.example.batcher"),
                                         CSPKIT_STR("1.0.0"),
                                         &info,
                                         1,
                                         create};
    return plugin;
  }
  static const cspkit_host* host;

 private:
  static cspkit_code create(const cspkit_host* its_host, std::size_t,
                            cspkit_provider** out) noexcept {
    static cspkit_provider table{};
    table = {};
    table.size = sizeof(table);
    table.destroy = [](cspkit_provider*) noexcept {};
    host = its_host;
    *out = &table;
    return CSPKIT_OK;
  }
};
const cspkit_host* Batcher::host = nullptr;

struct Gate {
  std::mutex mutex;
  std::condition_variable changed;
  bool open = false;
  bool told = false;
  cspkit_code code = CSPKIT_PENDING;
};

TEST(BusyExecutor, AChangeDoesNotWaitForATaskThatNoThreadComesTo) {
  EngineOptions options;
  options.executor = make_thread_executor(1);
  const std::shared_ptr<Executor> executor = options.executor;
  Result<Engine> engine = Engine::open(std::move(options));
  ASSERT_TRUE(engine);
  const Status loaded = engine->add_provider(Batcher::plugin());
  ASSERT_TRUE(loaded.ok()) << loaded.text();
  Session session = engine->open_session(Principal::device());

  Gate gate;
  executor->post([&gate] {
    std::unique_lock lock(gate.mutex);
    gate.changed.wait(lock, [&gate] { return gate.open; });
  });
  const cspkit_host* host = Batcher::host;
  cspkit_writer batch{};
  ASSERT_EQ(host->batch_open(host, CSPKIT_SCOPE_DEVICE, CSPKIT_STR(""), &batch), CSPKIT_OK);
  const cspkit_value value = {CSPKIT_FORMAT_UNSET, 0, "first", 5};
  ASSERT_EQ(host->set(host, batch, CSPKIT_STR("Leaf"), &value), CSPKIT_OK);
  const cspkit_done done = [](void* context, cspkit_code code) noexcept {
    auto& its = *static_cast<Gate*>(context);
    const std::lock_guard lock(its.mutex);
    its.told = true;
    its.code = code;
    its.changed.notify_all();
  };
  ASSERT_EQ(host->batch_submit(host, batch, done, &gate), CSPKIT_OK);

  // The only thread is busy until the gate opens; the command goes through, after the batch.
  EXPECT_TRUE(session.replace("./Vendor/Test/B/Other", Value::chr("second")).ok());
  EXPECT_EQ(text_of(session.get("./Vendor/Test/B/Leaf")), "first");
  std::unique_lock lock(gate.mutex);
  EXPECT_FALSE(gate.told) << "done runs on the executor";
  gate.open = true;
  gate.changed.notify_all();
  gate.changed.wait(lock, [&gate] { return gate.told; });
  EXPECT_EQ(gate.code, CSPKIT_OK);
}

}  // namespace
}  // namespace cspkit::testing
