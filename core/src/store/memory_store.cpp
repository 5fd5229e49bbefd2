// SPDX-License-Identifier: Apache-2.0
// The store of a device that forgets: for tests, dry runs and simulated fleets. Same meaning as the
// file, row for row, so that one set of tests holds for both.
#include <iterator>
#include <map>
#include <memory>
#include <set>
#include <string_view>
#include <utility>

#include "store/store.hpp"

namespace cspkit::store {
namespace {

using Pair = std::pair<std::string, std::string>;

class MemoryStore final : public Store {
 public:
  Result<Contents> load() override {
    Contents contents;
    contents.nodes.reserve(nodes_.size());
    for (const auto& [name, row] : nodes_) contents.nodes.push_back(*row);
    copy_rows(state_, contents.state);
    copy_rows(jobs_, contents.jobs);
    copy_rows(alerts_, contents.alerts);
    copy_rows(undo_, contents.undo);
    for (const auto& [transaction, provider] : committed_)
      contents.committed.push_back({transaction, provider});
    return contents;
  }

  Status apply(const Batch& batch) override {
    for (const NodeKey& key : batch.remove_nodes) nodes_.erase({key.user, key.key});
    for (const NodeRow& row : batch.put_nodes) put_node(row);
    for (const Pair& key : batch.remove_state) state_.erase(key);
    for (const StateRow& row : batch.put_state) {
      state_.insert_or_assign({row.provider, row.key}, row);
    }
    for (const Pair& key : batch.remove_jobs) jobs_.erase(key);
    for (const JobRow& row : batch.put_jobs) jobs_.insert_or_assign({row.provider, row.id}, row);
    for (const std::int64_t id : batch.remove_alerts) alerts_.erase(id);
    for (const AlertRow& row : batch.put_alerts) alerts_.insert_or_assign(row.id, row);
    for (const TransactionKey& key : batch.remove_undo) {
      auto row = undo_.lower_bound({key.transaction, 0});
      while (row != undo_.end() && row->first.first == key.transaction)
        row = row->second.provider == key.provider ? undo_.erase(row) : std::next(row);
    }
    for (const UndoRow& row : batch.put_undo) {
      undo_.insert_or_assign({row.transaction, row.sequence}, row);
    }
    for (const TransactionKey& key : batch.remove_committed)
      committed_.erase({key.transaction, key.provider});
    for (const TransactionKey& key : batch.put_committed)
      committed_.emplace(key.transaction, key.provider);
    return {};
  }

  Status backup(const std::string&) override {
    return Status(Code::kNotSupported, "this state is kept in memory: there is no file to copy");
  }

 private:
  template <typename Map, typename Row>
  static void copy_rows(const Map& from, std::vector<Row>& to) {
    to.reserve(from.size());
    for (const auto& entry : from) to.push_back(entry.second);
  }

  void put_node(const NodeRow& row) {
    if (const auto found = nodes_.find({row.user, row.key}); found != nodes_.end()) {
      *found->second = row;
      return;
    }
    auto kept = std::make_unique<NodeRow>(row);
    const NodeName name{kept->user, kept->key};
    nodes_.emplace(name, std::move(kept));
  }

  // The names are those of the rows.
  using NodeName = std::pair<std::string_view, std::string_view>;
  std::map<NodeName, std::unique_ptr<NodeRow>> nodes_;
  std::map<Pair, StateRow> state_;
  std::map<Pair, JobRow> jobs_;
  std::map<std::int64_t, AlertRow> alerts_;
  std::map<std::pair<std::int64_t, std::uint32_t>, UndoRow> undo_;
  std::set<std::pair<std::int64_t, std::string>> committed_;
};

}  // namespace

std::unique_ptr<Store> make_memory_store() { return std::make_unique<MemoryStore>(); }

}  // namespace cspkit::store
