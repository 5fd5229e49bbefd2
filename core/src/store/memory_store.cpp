// SPDX-License-Identifier: Apache-2.0
// The store of a device that forgets, for tests, dry runs and simulated fleets. The tree holds
// every row in memory as it is, so there is nothing left to keep.
#include <memory>

#include "store/store.hpp"

namespace cspkit::store {
namespace {

class MemoryStore final : public Store {
 public:
  Result<Contents> load() override { return Contents(); }
  Status apply(const Batch&) override { return {}; }
  Status backup(const std::string&) override {
    return Status(Code::kNotSupported, "this state is kept in memory: there is no file to copy");
  }
  bool keeps() const override { return false; }
};

}  // namespace

std::unique_ptr<Store> make_memory_store() { return std::make_unique<MemoryStore>(); }

}  // namespace cspkit::store
