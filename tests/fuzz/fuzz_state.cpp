// SPDX-License-Identifier: Apache-2.0
// What is read from the state file when it is opened: undo records and their marks, jobs, alerts,
// state and nodes with any bytes in them. An engine opens on it or says why not; a provider takes
// up what it finds; changes below its root are answered. The input is a script of rows.
#include <algorithm>
#include <cspkit/engine.hpp>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "../fault/keeper.hpp"
#include "../fault/load.hpp"
#include "../fault/memory_vfs.hpp"
#include "store/store.hpp"
#include "txn/undo_record.hpp"

namespace {

using cspkit::fault::MemoryVfs;

/// Takes pieces from the front of the input.
class Input {
 public:
  explicit Input(std::string_view bytes) : left_(bytes) {}
  bool empty() const { return left_.empty(); }
  unsigned byte() {
    if (left_.empty()) return 0;
    const auto first = static_cast<unsigned char>(left_.front());
    left_.remove_prefix(1);
    return first;
  }
  std::string text() {
    const std::size_t size = std::min<std::size_t>(byte(), left_.size());
    std::string taken(left_.substr(0, size));
    left_.remove_prefix(size);
    return taken;
  }
  std::string provider() {
    const unsigned which = byte();
    return which % 4 == 0 ? "one" : which % 4 == 1 ? "two" : which % 4 == 2 ? "gone" : text();
  }

 private:
  std::string_view left_;
};

cspkit::store::Batch batch_of(Input input) {
  cspkit::store::Batch batch;
  // Twice the same is damage, and ends it when the file is read: once in a while only.
  std::uint32_t others = 256;
  const auto sequence = [&] {
    const std::uint32_t byte = input.byte();
    return byte % 8 == 0 ? byte : others++;
  };
  for (int rows = 0; rows < 64 && !input.empty(); ++rows) {
    const std::int64_t transaction = input.byte();
    switch (input.byte() % 6) {
      case 0:
        batch.put_undo.push_back({transaction, sequence(), input.provider(), input.text()});
        break;
      case 1: {
        std::vector<cspkit::txn::UndoRecord::Root> roots;
        if (input.byte() % 2 == 0) {
          roots.push_back({cspkit::Scope::kDevice, "vendor/test/" + input.provider()});
        }
        // As a keeper wrote it; what is no name of a thing is one all the same.
        const std::string record = "one/Text\n=" + input.text();
        const std::string other = "two/Text\n=" + input.text();
        std::vector<std::string_view> records = {record};
        if (input.byte() % 2 == 0) records.push_back(other);
        batch.put_undo.push_back(
            {transaction, sequence(), input.provider(), cspkit::txn::encode_undo(roots, records)});
        break;
      }
      case 2:
        batch.put_committed.push_back({transaction, input.provider()});
        break;
      case 3:
        batch.put_jobs.push_back({input.provider(), input.text(), input.text(), input.byte()});
        break;
      case 4:
        batch.put_state.push_back({input.provider(), input.text(), input.text()});
        break;
      default: {
        cspkit::store::NodeRow row;
        row.path = "Vendor/Test/" + input.provider() + "/" + input.text();
        row.key = "vendor/test/" + input.text();
        row.format = static_cast<cspkit::Format>(input.byte() % 12);
        row.value = input.text();
        batch.put_nodes.push_back(std::move(row));
      }
    }
  }
  return batch;
}

/// A new state file, made once.
const std::map<std::string, std::string>& new_file() {
  static const std::map<std::string, std::string> made = [] {
    MemoryVfs vfs;
    cspkit::store::SqliteOptions options;
    options.vfs_name = vfs.name();
    options.real_files = false;
    if (!cspkit::store::open_sqlite_store("device.db", options)) std::abort();
    return vfs.image();
  }();
  return made;
}

bool fill(const MemoryVfs& vfs, const cspkit::store::Batch& batch) {
  cspkit::store::SqliteOptions options;
  options.vfs_name = vfs.name();
  options.real_files = false;
  auto store = cspkit::store::open_sqlite_store("device.db", options);
  if (!store) std::abort();
  return (*store)->apply(batch).ok();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (auto records = cspkit::txn::decode_undo(bytes)) {
    std::vector<std::string_view> all;
    for (const cspkit::txn::UndoRecord& each : *records) all.push_back(each.bytes);
    const std::string again = cspkit::txn::encode_undo(records->front().roots, all);
    const auto same = cspkit::txn::decode_undo(again);
    if (!same || same->size() != records->size()) std::abort();
    if (same->front().roots.size() != records->front().roots.size()) std::abort();
    for (std::size_t i = 0; i < all.size(); ++i) {
      if ((*same)[i].bytes != all[i]) std::abort();
    }
  }
  MemoryVfs vfs;
  vfs.restore(new_file());
  if (!fill(vfs, batch_of(Input(bytes)))) return 0;
  cspkit::fault::MemoryOutside outside;
  cspkit::fault::work_on(&outside);
  cspkit::FileLayer files;
  files.name = vfs.name();
  files.elsewhere = true;
  for (int opened = 0; opened < 2; ++opened) {
    auto engine = cspkit::fault::open_device("device.db", files);
    if (!engine) {
      if (engine.error().text().empty()) std::abort();
      return 0;
    }
    cspkit::Session session = (*engine)->open_session(cspkit::Principal::device());
    // Both keepers undo and commit whatever they are given. What still refuses is a root that a
    // record of a provider that is not there names.
    const cspkit::Value text(cspkit::Format::kUnset, "new");
    for (const char* provider : {"one", "two"}) {
      const std::string uri = std::string("./Vendor/Test/") + provider + "/Plain";
      const cspkit::Status done = session.replace(uri, text);
      if (done.code() == cspkit::Code::kBusy) continue;
      if (!done.ok()) std::abort();
      const auto kept = session.get(uri);
      if (!kept || kept->data != "new") std::abort();
    }
  }
  return 0;
}
