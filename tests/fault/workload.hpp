// SPDX-License-Identifier: Apache-2.0
// A series of changes of which any prefix can be told from the contents: what the tests of faults
// write, and what they expect to find.
#ifndef CSPKIT_TESTS_FAULT_WORKLOAD_HPP_
#define CSPKIT_TESTS_FAULT_WORKLOAD_HPP_

#include <gtest/gtest.h>

#include <string>

#include "fault_vfs.hpp"
#include "store/store.hpp"
#include "support.hpp"

namespace cspkit::fault {

/// Change number n touches every table: rows that all say n, one that grows and one that goes.
inline store::Batch change(int n) {
  const std::string number = std::to_string(n);
  store::Batch batch;
  batch.put_nodes = {store_test::node("a", number), store_test::node("z", number, "ada"),
                     store_test::node("log/" + number, std::string(900, 'x'))};
  batch.remove_nodes = {{"", "log/" + std::to_string(n - 4)}};
  batch.put_state = {{"p", "k", number}};
  batch.put_jobs = {{"p", "job", number, static_cast<std::uint32_t>(n)}};
  batch.put_alerts = {store_test::alert(n, "", number)};
  batch.remove_alerts = {n - 1};
  batch.remove_transactions = {{n - 1, "q"}, {n - 1, "p"}};
  batch.put_undo = {{n, 0, "q", number}};
  batch.put_committed = {{n, "p"}};
  return batch;
}

/// The number of the last change in it; -1, and a failure of the test, when its rows do not agree.
inline int whole_change_in(const store::Contents& all) {
  if (all.jobs.empty()) {
    EXPECT_TRUE(all.nodes.empty() && all.state.empty() && all.alerts.empty() && all.undo.empty() &&
                all.committed.empty());
    return 0;
  }
  const std::string number = all.jobs[0].payload;
  const int n = std::stoi(number);
  bool whole = all.nodes.size() == static_cast<std::size_t>(2 + std::min(n, 4));
  whole = whole && all.nodes.front().value == number && all.nodes.back().value == number;
  for (std::size_t i = 1; whole && i + 1 < all.nodes.size(); ++i) {
    const int logged = std::stoi(all.nodes[i].key.substr(4));
    whole = logged <= n && logged > n - 4 && all.nodes[i].value == std::string(900, 'x');
  }
  whole = whole && all.state.size() == 1 && all.state[0].bytes == number;
  whole = whole && all.jobs.size() == 1 && all.jobs[0].attempt == static_cast<std::uint32_t>(n);
  whole = whole && all.alerts.size() == 1 && all.alerts[0].id == n && all.alerts[0].data == number;
  whole = whole && all.undo.size() == 1 && all.undo[0].record == number;
  whole = whole && all.committed.size() == 1 && all.committed[0].transaction == n;
  EXPECT_TRUE(whole) << "change " << n << " is there by half";
  return whole ? n : -1;
}

/// The same of a file, opened by SQLite's own file layer.
inline int whole_change_in(const std::string& path) {
  auto opened = store::open_sqlite_store(path, Durability::kFull);
  if (!opened) {
    ADD_FAILURE() << opened.error().text();
    return -1;
  }
  const auto contents = (*opened)->load();
  if (!contents) {
    ADD_FAILURE() << contents.error().text();
    return -1;
  }
  return whole_change_in(*contents);
}

inline Result<std::unique_ptr<store::Store>> open(const std::string& path, const FaultVfs& vfs,
                                                  int checkpoint_pages = 1000) {
  store::SqliteOptions options;
  options.vfs_name = vfs.name();
  options.checkpoint_pages = checkpoint_pages;
  return store::open_sqlite_store(path, options);
}

}  // namespace cspkit::fault

#endif  // CSPKIT_TESTS_FAULT_WORKLOAD_HPP_
