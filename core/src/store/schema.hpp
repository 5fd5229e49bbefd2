// SPDX-License-Identifier: Apache-2.0
// The tables of a state file, and how an older file becomes one of today.
#ifndef CSPKIT_CORE_STORE_SCHEMA_HPP_
#define CSPKIT_CORE_STORE_SCHEMA_HPP_

#include <cstdint>

#include "store/sqlite_db.hpp"

namespace cspkit::store {

/// Makes the tables of kSchemaVersion in an empty file, in one transaction: those of version 1, and
/// every step since, so that a new file and a migrated one cannot differ.
Status make_schema(Database& database, std::int64_t application_id);

/// Takes a file of an older version to kSchemaVersion, in one transaction that is on disk when this
/// returns: a crash leaves the old version or the new one. Nothing when it is of today.
Status migrate(Database& database);

}  // namespace cspkit::store

#endif  // CSPKIT_CORE_STORE_SCHEMA_HPP_
