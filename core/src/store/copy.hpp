// SPDX-License-Identifier: Apache-2.0
// A consistent copy of an open state file.
#ifndef CSPKIT_CORE_STORE_COPY_HPP_
#define CSPKIT_CORE_STORE_COPY_HPP_

#include <string>

#include "store/sqlite_db.hpp"

namespace cspkit::store {

/// Writes what the connection sees to a file of that name (mode 0600), which must not exist. It
/// appears under its name whole and synced, or not at all. kIo, kFull.
Status copy_database(Database& database, const std::string& target);

}  // namespace cspkit::store

#endif  // CSPKIT_CORE_STORE_COPY_HPP_
