// SPDX-License-Identifier: Apache-2.0
// State files as older versions of cspkit made them. The SQL stands here word for word as it was
// released and is never changed.
#ifndef CSPKIT_TESTS_UNIT_STORE_OLD_FILES_HPP_
#define CSPKIT_TESTS_UNIT_STORE_OLD_FILES_HPP_

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <string>
#include <string_view>

namespace cspkit::store_test {

/// Runs SQL on a file by SQLite itself, as another program would.
inline void run_sql(const std::string& path, const std::string& statements) {
  sqlite3* handle = nullptr;
  ASSERT_EQ(sqlite3_open(path.c_str(), &handle), SQLITE_OK);
  char* error = nullptr;
  EXPECT_EQ(sqlite3_exec(handle, statements.c_str(), nullptr, nullptr, &error), SQLITE_OK)
      << (error == nullptr ? "" : error);
  sqlite3_free(error);
  sqlite3_close(handle);
}

/// Bytes as a literal of SQL.
inline std::string sql_blob(std::string_view bytes) {
  std::string literal = "X'";
  for (const char byte : bytes) {
    literal.push_back("0123456789abcdef"[static_cast<unsigned char>(byte) >> 4]);
    literal.push_back("0123456789abcdef"[static_cast<unsigned char>(byte) & 0xF]);
  }
  return literal + "'";
}

/// Version 1, with a row of every kind.
inline void make_version_1(const std::string& path) {
  run_sql(path, R"(
PRAGMA application_id=1129533515; PRAGMA user_version=1;
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
PRAGMA journal_mode=WAL;
INSERT INTO nodes VALUES('', 'vendor/test/t/fixed', 'Vendor/Test/T/Fixed', 4, 'text/plain',
                         X'6f6c64', 0, 'a title', 1700000000000, 7);
INSERT INTO state VALUES('p', 'k', X'00ff');
INSERT INTO jobs VALUES('p', 'job', X'7061796c6f6164', 3);
INSERT INTO alerts VALUES(41, 'ada', X'68656c6c6f');
INSERT INTO undo VALUES(5, 0, 'p', X'01000000007265636f7264');
INSERT INTO committed VALUES(5);
)");
}

/// All tables but nodes.
constexpr const char* kTablesOf4And5 = R"(
CREATE TABLE state(
  provider TEXT NOT NULL, key TEXT NOT NULL, bytes BLOB NOT NULL,
  PRIMARY KEY(provider, key)) STRICT, WITHOUT ROWID;
CREATE TABLE jobs(
  provider TEXT NOT NULL, id TEXT NOT NULL, payload BLOB NOT NULL, attempt INTEGER NOT NULL,
  PRIMARY KEY(provider, id)) STRICT, WITHOUT ROWID;
CREATE TABLE alerts(
  id INTEGER NOT NULL PRIMARY KEY, user TEXT NOT NULL, data BLOB NOT NULL, code INTEGER NOT NULL,
  ready INTEGER NOT NULL, provider TEXT NOT NULL, source TEXT NOT NULL, type TEXT NOT NULL,
  format TEXT NOT NULL, mark TEXT NOT NULL, correlator TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE undo(
  transact INTEGER NOT NULL, sequence INTEGER NOT NULL, provider TEXT NOT NULL,
  record BLOB NOT NULL, PRIMARY KEY(transact, sequence)) STRICT, WITHOUT ROWID;
CREATE TABLE committed(
  transact INTEGER NOT NULL, provider TEXT NOT NULL, PRIMARY KEY(transact, provider))
  STRICT, WITHOUT ROWID;
)";

/// Version 4: what version 1 to 4 say of nodes.
inline void make_version_4(const std::string& path) {
  run_sql(path, std::string(R"(
PRAGMA application_id=1129533515; PRAGMA user_version=4;
CREATE TABLE nodes(
  user TEXT NOT NULL, key TEXT NOT NULL, path TEXT NOT NULL, format INTEGER NOT NULL,
  mime TEXT NOT NULL, value BLOB NOT NULL, flags INTEGER NOT NULL, title TEXT NOT NULL,
  tstamp INTEGER NOT NULL, verno INTEGER NOT NULL, PRIMARY KEY(user, key)) STRICT, WITHOUT ROWID;
)") + kTablesOf4And5 +
                    R"(
PRAGMA journal_mode=WAL;
INSERT INTO nodes VALUES('', 'vendor/test/t', 'Vendor/Test/T', 6, '', X'', 0, '', 1, 0);
INSERT INTO nodes VALUES('', 'vendor/test/t/fixed', 'Vendor/Test/T/Fixed', 4, 'text/plain',
                         X'6f6c64', 1, 'a title', 1700000000000, 65535);
INSERT INTO nodes VALUES('ada', 'vendor/test/t/fixed', 'Vendor/TEST/T/fixed', 4, '', X'00ff', 0, '',
                         -5, 3);
)");
}

/// Version 5: nodes as they have been since, undo records and marks in two tables.
inline void make_version_5(const std::string& path) {
  run_sql(path, std::string(R"(
PRAGMA application_id=1129533515; PRAGMA user_version=5;
CREATE TABLE nodes(
  key TEXT NOT NULL PRIMARY KEY, record BLOB NOT NULL) STRICT, WITHOUT ROWID;
)") + kTablesOf4And5 +
                    R"(
PRAGMA journal_mode=WAL;
INSERT INTO undo VALUES(9, 0, 'p', X'0200');
INSERT INTO undo VALUES(9, 1, 'q', X'0201');
INSERT INTO undo VALUES(9, 2, 'q', X'0202');
INSERT INTO undo VALUES(8, 4294967295, 'q', X'');
INSERT INTO alerts VALUES(41, 'ada', X'68656c6c6f', 1224, 1, '', '', '', 'chr', '', '');
INSERT INTO committed VALUES(9, 'p');
INSERT INTO committed VALUES(7, 'gone');
)");
}

}  // namespace cspkit::store_test

#endif  // CSPKIT_TESTS_UNIT_STORE_OLD_FILES_HPP_
