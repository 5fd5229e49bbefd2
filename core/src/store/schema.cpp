// SPDX-License-Identifier: Apache-2.0
#include "store/schema.hpp"

#include <fmt/format.h>

#include <iterator>

#include "store/store.hpp"

namespace cspkit::store {
namespace {

// Version 1. STRICT: SQLite itself refuses a value of the wrong type, and its check at open finds
// one. WITHOUT ROWID and no further index: one b-tree entry per row, so a change writes one page.
constexpr const char* kVersion1 = R"(
CREATE TABLE nodes(
  user TEXT NOT NULL, key TEXT NOT NULL, path TEXT NOT NULL, format INTEGER NOT NULL,
  mime TEXT NOT NULL, value BLOB NOT NULL, flags INTEGER NOT NULL, title TEXT NOT NULL,
  tstamp INTEGER NOT NULL, verno INTEGER NOT NULL, PRIMARY KEY(user, key)) STRICT, WITHOUT ROWID;
CREATE TABLE state(
  provider TEXT NOT NULL, key TEXT NOT NULL, bytes BLOB NOT NULL,
  PRIMARY KEY(provider, key)) STRICT, WITHOUT ROWID;
CREATE TABLE jobs(
  provider TEXT NOT NULL, id TEXT NOT NULL, payload BLOB NOT NULL, attempt INTEGER NOT NULL,
  PRIMARY KEY(provider, id)) STRICT, WITHOUT ROWID;
CREATE TABLE alerts(
  id INTEGER NOT NULL PRIMARY KEY, user TEXT NOT NULL, body BLOB NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE undo(
  transact INTEGER NOT NULL, sequence INTEGER NOT NULL, provider TEXT NOT NULL,
  record BLOB NOT NULL, PRIMARY KEY(transact, sequence)) STRICT, WITHOUT ROWID;
CREATE TABLE committed(transact INTEGER NOT NULL PRIMARY KEY) STRICT, WITHOUT ROWID;
)";

// Version 2: the marks of decided transactions name the provider. No engine of version 1 made any.
constexpr const char* kTo2 = R"(
DROP TABLE committed;
CREATE TABLE committed(
  transact INTEGER NOT NULL, provider TEXT NOT NULL, PRIMARY KEY(transact, provider))
  STRICT, WITHOUT ROWID;
)";

// Version 3: an alert says in columns what it will say on the wire, and whether the command it
// reports on has ended. What version 1 kept of one was its text.
constexpr const char* kTo3 = R"(
ALTER TABLE alerts RENAME TO alerts_1;
CREATE TABLE alerts(
  id INTEGER NOT NULL PRIMARY KEY, user TEXT NOT NULL, data BLOB NOT NULL, code INTEGER NOT NULL,
  ready INTEGER NOT NULL, provider TEXT NOT NULL, source TEXT NOT NULL, type TEXT NOT NULL,
  format TEXT NOT NULL, mark TEXT NOT NULL, correlator TEXT NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO alerts SELECT id, user, body, 1224, 1, '', '', '', 'chr', '', '' FROM alerts_1;
DROP TABLE alerts_1;
)";

// Version 4: undo records that were saved together stand in one row. An engine that reads version 4
// reads version 3's, the reverse it does not.
constexpr const char* kTo4 = "";

/// kSteps[n] leads from version n + 1 to n + 2.
constexpr const char* kSteps[] = {kTo2, kTo3, kTo4};
static_assert(std::size(kSteps) == kSchemaVersion - 1, "a version has no step that leads to it");

std::string steps_from(std::int64_t version) {
  std::string sql;
  for (auto at = static_cast<std::size_t>(version - 1); at < std::size(kSteps); ++at) {
    sql += kSteps[at];
  }
  return sql;
}

}  // namespace

std::string new_schema() { return kVersion1 + steps_from(1); }

Status migrate(Database& database) {
  const Result<std::int64_t> version =
      database.query_integer("PRAGMA user_version", "read the version");
  if (!version) return version.error();
  if (*version >= kSchemaVersion) return {};
  // FULL whatever was chosen for later: it happens once.
  return database.execute(
      fmt::format("PRAGMA synchronous=FULL; BEGIN IMMEDIATE; {} PRAGMA user_version={}; COMMIT;",
                  steps_from(*version), kSchemaVersion),
      fmt::format("bring the file from schema version {} to {}", *version, kSchemaVersion));
}

}  // namespace cspkit::store
