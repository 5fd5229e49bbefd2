// SPDX-License-Identifier: Apache-2.0
// From a claimed file to a connection that may be used: settings, whose file it is, its version,
// its health.
#ifndef CSPKIT_CORE_STORE_SQLITE_OPEN_HPP_
#define CSPKIT_CORE_STORE_SQLITE_OPEN_HPP_

#include <memory>
#include <string>

#include "store/sqlite_db.hpp"
#include "store/state_file.hpp"
#include "store/store.hpp"

namespace cspkit::store {

/// "CSPK": marks our files among SQLite's (sqlite.org/fileformat2.html, application id).
inline constexpr std::int64_t kApplicationId = 0x4353504B;

/// A connection with its schema, in WAL mode and exclusive, checked. Makes the schema in an empty
/// file. A file that is not ours is left as it was.
Result<Database> open_database(const std::string& path, const SqliteOptions& options);

/// A store over a connection that open_database() made.
Result<std::unique_ptr<Store>> make_sqlite_store(StateFile file, Database database);

/// Writes a transaction that changes nothing. After a commit whose sync failed its frames may stand
/// whole in the WAL; these overwrite them, so that a crash does not bring back what was refused.
Status write_nothing(Database& database);

}  // namespace cspkit::store

#endif  // CSPKIT_CORE_STORE_SQLITE_OPEN_HPP_
