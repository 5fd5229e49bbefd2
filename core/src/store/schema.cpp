// SPDX-License-Identifier: Apache-2.0
#include "store/schema.hpp"

#include <fmt/format.h>

#include <iterator>
#include <string>

#include "store/node_record.hpp"
#include "store/row_reader.hpp"
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

// Version 5: a node is a key and a record (node_record.hpp).
constexpr const char* kTo5 = R"(
ALTER TABLE nodes RENAME TO nodes_4;
CREATE TABLE nodes(
  key TEXT NOT NULL PRIMARY KEY, record BLOB NOT NULL) STRICT, WITHOUT ROWID;
)";

// Version 6: the mark of a decided transaction stands beside its undo records, as number -1, on the
// page that these are on anyway. With rowids a record of up to a page needs no second one.
constexpr const char* kTo6 = R"(
ALTER TABLE undo RENAME TO undo_5;
CREATE TABLE undo(
  id INTEGER NOT NULL PRIMARY KEY, transact INTEGER NOT NULL, provider TEXT NOT NULL,
  sequence INTEGER NOT NULL, record BLOB NOT NULL) STRICT;
)";

// A row of version 1 to 4.
NodeRow read_columns(RowReader& from) {
  NodeRow row;
  row.user = from.bytes();
  row.key = from.bytes();
  row.path = from.bytes();
  row.format = static_cast<Format>(from.ranged<std::int32_t>("format", CSPKIT_FORMAT_FLOAT));
  row.mime = from.bytes();
  row.value = from.bytes();
  row.flags = from.ranged<std::uint32_t>("flags");
  row.title = from.bytes();
  row.tstamp = from.integer();
  row.verno = from.ranged<std::uint16_t>("verno");
  return row;
}

Status put_nodes_in_records(Database& database) {
  Result<Statement> from = database.prepare(
      "SELECT user, key, path, format, mime, value, flags, title, tstamp, verno FROM nodes_4");
  if (!from) return from.error();
  Result<Statement> to = database.prepare("INSERT INTO nodes(key, record) VALUES(?,?)");
  if (!to) return to.error();
  int code = SQLITE_OK;
  std::size_t rows = 0;
  std::string key, record;
  while ((code = from->step()) == SQLITE_ROW) {
    RowReader reader(*from);
    const NodeRow row = read_columns(reader);
    ++rows;
    if (!reader.damage().empty()) return damaged_row(database, "nodes", rows, reader);
    key.clear();
    record.clear();
    append_node_key(key, row.user, row.key);
    append_node_record(record, row);
    code = to->text(key).blob(record).run();
    if (code != SQLITE_OK) break;
  }
  if (code != SQLITE_DONE) return database.failure(code, "bring the nodes to the new version");
  from->reset();  // no table goes while it is read
  return database.execute("DROP TABLE nodes_4", "bring the nodes to the new version");
}

Status put_marks_beside_records(Database& database) {
  constexpr const char* kAction = "bring the undo records to the new version";
  // None of them is to be taken for a mark.
  Result<Statement> from =
      database.prepare("SELECT sequence FROM undo_5 ORDER BY transact, sequence");
  if (!from) return from.error();
  int code = SQLITE_OK;
  for (std::size_t row = 1; (code = from->step()) == SQLITE_ROW; ++row) {
    RowReader reader(*from);
    static_cast<void>(reader.ranged<std::uint32_t>("sequence"));
    if (!reader.damage().empty()) return damaged_row(database, "undo", row, reader);
  }
  if (code != SQLITE_DONE) return database.failure(code, kAction);
  from->reset();  // no table goes while it is read
  return database.execute(R"(
INSERT INTO undo(transact, provider, sequence, record)
  SELECT transact, provider, sequence, record FROM undo_5 ORDER BY transact, sequence;
INSERT INTO undo(transact, provider, sequence, record)
  SELECT transact, provider, -1, x'' FROM committed;
DROP TABLE undo_5;
DROP TABLE committed;
)",
                          kAction);
}

struct Step {
  const char* sql;
  Status (*rows)(Database& database);  // what SQL cannot do; null: nothing
};

/// kSteps[n] leads from version n + 1 to n + 2.
constexpr Step kSteps[] = {{kTo2, nullptr},
                           {kTo3, nullptr},
                           {kTo4, nullptr},
                           {kTo5, put_nodes_in_records},
                           {kTo6, put_marks_beside_records}};
static_assert(std::size(kSteps) == kSchemaVersion - 1, "a version has no step that leads to it");

Status take_steps(Database& database, std::int64_t version) {
  for (; version < kSchemaVersion; ++version) {
    const Step& step = kSteps[version - 1];
    Status taken =
        database.execute(step.sql, fmt::format("bring the file to schema version {}", version + 1));
    if (taken.ok() && step.rows != nullptr) taken = step.rows(database);
    if (!taken.ok()) return taken;
  }
  return database.execute(fmt::format("PRAGMA user_version={}; COMMIT;", kSchemaVersion),
                          fmt::format("bring the file to schema version {}", kSchemaVersion));
}

// FULL whatever was chosen for later: it happens once.
constexpr const char* kBegin = "PRAGMA synchronous=FULL; BEGIN IMMEDIATE;";

}  // namespace

Status make_schema(Database& database, std::int64_t application_id) {
  Status begun = database.execute(
      fmt::format("{} PRAGMA application_id={}; {}", kBegin, application_id, kVersion1),
      "make the tables");
  return begun.ok() ? take_steps(database, 1) : begun;
}

Status migrate(Database& database) {
  const Result<std::int64_t> version =
      database.query_integer("PRAGMA user_version", "read the version");
  if (!version) return version.error();
  if (*version >= kSchemaVersion) return {};
  Status begun =
      database.execute(kBegin, fmt::format("bring the file to schema version {}", kSchemaVersion));
  return begun.ok() ? take_steps(database, *version) : begun;
}

}  // namespace cspkit::store
