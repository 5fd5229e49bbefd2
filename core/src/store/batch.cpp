// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <utility>

#include "store/store.hpp"

namespace cspkit::store {

bool Batch::empty() const { return put_nodes.empty() && remove_nodes.empty() && is_nodes_only(); }

bool Batch::is_nodes_only() const {
  return remove_state.empty() && put_state.empty() && remove_jobs.empty() && put_jobs.empty() &&
         remove_alerts.empty() && put_alerts.empty() && remove_transactions.empty() &&
         put_undo.empty() && put_committed.empty();
}

void Batch::clear() {
  put_nodes.clear();
  if (empty()) return;
  Batch blank;
  blank.put_nodes.swap(put_nodes);
  *this = std::move(blank);
}

void NodeRows::clear_rows() {
  constexpr std::size_t kRows = 256, kMostRows = 4096, kBytes = 1024;
  const auto drop_long = [](std::string& text) {
    if (text.capacity() > kBytes) std::string().swap(text);
  };
  for (NodeRow& row : *this) {
    const std::size_t bytes = row.value.capacity() + row.mime.capacity() + row.title.capacity() +
                              row.key.capacity() + row.path.capacity();
    if (bytes <= kBytes) continue;  // so is each
    drop_long(row.value);
    drop_long(row.mime);
    drop_long(row.title);
    drop_long(row.key);
    drop_long(row.path);
  }
  if (rows_.size() > kRows) rows_.resize(kRows);
  if (rows_.capacity() > kMostRows) rows_.shrink_to_fit();
  size_ = 0;
}

}  // namespace cspkit::store
