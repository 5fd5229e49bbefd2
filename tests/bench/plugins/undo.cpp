// SPDX-License-Identifier: Apache-2.0
// What the engine bench calls when effects lie outside the store and can be undone: what
// Slot/{Name}/Text holds stands in a map beside the engine, too.
#include <cspkit/provider.hpp>
#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace {

using cspkit::Call;

class Bench : public cspkit::Provider, public cspkit::Transactional {
 public:
  explicit Bench(cspkit::Host host) : Provider(std::move(host)) {
    on("Slot/{Name}/Text").replace([this](Call& call, std::string_view text) {
      held_[call["Name"]] = text;
    });
  }
  cspkit::Result<std::string> undo_for(Call& call) override {
    const std::string name = call["Name"];
    return name + "\n" + held_[name];
  }
  cspkit::Status apply_undo(std::string_view record) override {
    const std::size_t line = record.find('\n');
    held_[std::string(record.substr(0, line))] = record.substr(line + 1);
    return {};
  }

 private:
  std::map<std::string, std::string> held_;
};

}  // namespace

CSPKIT_PLUGIN(Bench, "BenchUndo.xml", "bench_undo")
