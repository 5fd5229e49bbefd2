// SPDX-License-Identifier: Apache-2.0
// What stands in the state file for a node: one key and one record of bytes. A change of a node is
// the commonest write there is, and SQLite takes two columns in two thirds of the time of ten.
//
//   key     "/vendor/msft/...": the folded path, of the device; "3:ada/vendor/msft/...": of a user,
//           whose size in bytes stands first. Text: SQLite compares that faster than bytes
//   record  byte 1 | format, flags, verno, tstamp, mime size, title size: numbers | mime | title |
//           a bit for each byte of the folded path, from the lowest: 1 where the path as it was
//           created has the capital letter | value
//
// Numbers as record_bytes.hpp has them. Byte 2 instead of 1: the path is not its folded form but
// for capital letters; instead of the bits stand its size, a number, and the path itself.
#ifndef CSPKIT_CORE_STORE_NODE_RECORD_HPP_
#define CSPKIT_CORE_STORE_NODE_RECORD_HPP_

#include <string>
#include <string_view>

#include "store/store.hpp"

namespace cspkit::store {

/// Both append. Keys order the rows of one user by their folded path, and the device's come first.
void append_node_key(std::string& to, std::string_view user, std::string_view key);
void append_node_record(std::string& to, const NodeRow& row);

/// False when no engine can have written these. `row` is a new one.
bool read_node(std::string_view key, std::string_view record, NodeRow& row);

}  // namespace cspkit::store

#endif  // CSPKIT_CORE_STORE_NODE_RECORD_HPP_
