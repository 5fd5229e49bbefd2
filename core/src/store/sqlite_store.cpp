// SPDX-License-Identifier: Apache-2.0
// The store in a SQLite file: read once, written one transaction per batch.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <new>
#include <tuple>
#include <utility>

#include "store/copy.hpp"
#include "store/node_record.hpp"
#include "store/row_reader.hpp"
#include "store/sqlite_db.hpp"
#include "store/sqlite_open.hpp"
#include "store/state_file.hpp"
#include "store/store.hpp"
#include "store/undo_rows.hpp"

namespace cspkit::store {
namespace {

/// So many node rows go in one statement: it costs each of sixteen about half of what it costs one
/// alone.
constexpr std::array<std::size_t, 3> kGroups = {16, 4, 1};

/// One prepared statement per verb and kind of row.
struct Statements {
  Statement begin, commit, rollback;
  std::array<Statement, kGroups.size()> put_nodes;  // of kGroups rows
  Statement remove_node;
  Statement put_state, remove_state;
  Statement put_job, remove_job;
  Statement put_alert, remove_alert;
  Statement put_undo, put_committed, remove_transaction;
};

struct Verb {
  Statement Statements::*statement;
  const char* sql;
};

constexpr Verb kVerbs[] = {
    {&Statements::begin, "BEGIN IMMEDIATE"},
    {&Statements::commit, "COMMIT"},
    {&Statements::rollback, "ROLLBACK"},
    {&Statements::remove_node, "DELETE FROM nodes WHERE key=?"},
    {&Statements::put_state, "REPLACE INTO state(provider, key, bytes) VALUES(?,?,?)"},
    {&Statements::remove_state, "DELETE FROM state WHERE provider=? AND key=?"},
    {&Statements::put_job, "REPLACE INTO jobs(provider, id, payload, attempt) VALUES(?,?,?,?)"},
    {&Statements::remove_job, "DELETE FROM jobs WHERE provider=? AND id=?"},
    {&Statements::put_alert,
     "REPLACE INTO alerts(id, user, data, code, ready, provider, source, type, format, mark, "
     "correlator) VALUES(?,?,?,?,?,?,?,?,?,?,?)"},
    {&Statements::remove_alert, "DELETE FROM alerts WHERE id=?"},
    {&Statements::put_undo,
     "INSERT INTO undo(id, transact, provider, sequence, record) VALUES(?,?,?,?,?)"},
    {&Statements::put_committed,
     "INSERT INTO undo(id, transact, provider, sequence, record) VALUES(?,?,?,-1,x'')"},
    {&Statements::remove_transaction, "DELETE FROM undo WHERE id>=? AND transact=? AND provider=?"},
};

class SqliteStore final : public Store {
 public:
  SqliteStore(StateFile file, Database database, Statements statements, UndoRows undo_rows)
      : file_(std::move(file)),
        database_(std::move(database)),
        statements_(std::move(statements)),
        undo_rows_(std::move(undo_rows)) {}

  Result<Contents> load() override;
  Status apply(const Batch& batch) override;
  Status backup(const std::string& target) override;

 private:
  template <typename Row, typename Read>
  Status read_rows(const char* table, const char* sql, std::vector<Row>& rows, Read read);
  int write(const Batch& batch);
  int write_nodes(const Batch& batch);
  int put_nodes(const NodeRow* rows, std::size_t group);
  int write_provider_rows(const Batch& batch);
  int write_alerts(const Batch& batch);
  int write_transactions(const Batch& batch);
  Status abandon(int code);

  // In this order: the lock goes last, when the file is closed.
  StateFile file_;
  Database database_;
  Statements statements_;
  std::string bytes_;              // keys and records of the nodes of one statement
  std::vector<std::size_t> ends_;  // of each, in bytes_

  UndoRows undo_rows_;
};

template <typename Row, typename Read>
Status SqliteStore::read_rows(const char* table, const char* sql, std::vector<Row>& rows,
                              Read read) {
  Result<Statement> statement = database_.prepare(sql);
  if (!statement) return statement.error();
  int code = SQLITE_OK;
  while ((code = statement->step()) == SQLITE_ROW) {
    RowReader reader(*statement);
    rows.push_back(read(reader));
    if (reader.damage().empty()) continue;
    return damaged_row(database_, table, rows.size(), reader);
  }
  return code == SQLITE_DONE ? Status()
                             : database_.failure(code, fmt::format("read the table {}", table));
}

NodeRow read_node_row(RowReader& row) {
  NodeRow node;
  const std::string key = row.bytes();
  if (!read_node(key, row.bytes(), node)) row.is_damaged("record of " + node.key);
  return node;
}

StateRow read_state(RowReader& row) {
  StateRow state;
  state.provider = row.bytes();
  state.key = row.bytes();
  state.bytes = row.bytes();
  return state;
}

JobRow read_job(RowReader& row) {
  JobRow job;
  job.provider = row.bytes();
  job.id = row.bytes();
  job.payload = row.bytes();
  job.attempt = row.ranged<std::uint32_t>("attempt");
  return job;
}

AlertRow read_alert(RowReader& row) {
  AlertRow alert;
  alert.id = row.integer();
  alert.user = row.bytes();
  alert.data = row.bytes();
  alert.code = row.ranged<int>("code");
  alert.ready = row.ranged<std::uint8_t>("ready", 1) != 0;
  alert.provider = row.bytes();
  alert.source = row.bytes();
  alert.type = row.bytes();
  alert.format = row.bytes();
  alert.mark = row.bytes();
  alert.correlator = row.bytes();
  return alert;
}

UndoRow read_undo(RowReader& row) {
  UndoRow undo;
  undo.transaction = row.integer();
  undo.sequence = row.ranged<std::uint32_t>("sequence");
  undo.provider = row.bytes();
  undo.record = row.bytes();
  return undo;
}

TransactionKey read_mark(RowReader& row) {
  TransactionKey key;
  key.transaction = row.integer();
  key.provider = row.bytes();
  if (!row.bytes().empty()) row.is_damaged("a mark with a record");
  return key;
}

// What is twice an engine has not written.
Status judge_transactions(const Database& database, const Contents& all) {
  const auto same_record = [](const UndoRow& a, const UndoRow& b) {
    return a.transaction == b.transaction && a.sequence == b.sequence;
  };
  const auto same_mark = [](const TransactionKey& a, const TransactionKey& b) {
    return a.transaction == b.transaction && a.provider == b.provider;
  };
  const auto record = std::adjacent_find(all.undo.begin(), all.undo.end(), same_record);
  const auto mark = std::adjacent_find(all.committed.begin(), all.committed.end(), same_mark);
  if (record == all.undo.end() && mark == all.committed.end()) return {};
  const bool is_record = record != all.undo.end();
  return damaged_table(database, "undo",
                       fmt::format("transaction {}: a {} is there twice",
                                   is_record ? record->transaction : mark->transaction,
                                   is_record ? "record" : "mark"));
}

// Records beside a mark undo nothing: they are waiting to go with it.
void drop_decided(Contents& all) {
  const auto comes_before = [](const TransactionKey& a, const TransactionKey& b) {
    return std::tie(a.transaction, a.provider) < std::tie(b.transaction, b.provider);
  };
  const auto is_decided = [&](const UndoRow& row) {
    const TransactionKey key{row.transaction, row.provider};
    return std::binary_search(all.committed.begin(), all.committed.end(), key, comes_before);
  };
  all.undo.erase(std::remove_if(all.undo.begin(), all.undo.end(), is_decided), all.undo.end());
}

Result<Contents> SqliteStore::load() {
  Contents all;
  Status status =
      read_rows("nodes", "SELECT key, record FROM nodes ORDER BY key", all.nodes, read_node_row);
  if (status.ok()) {
    status = read_rows("state", "SELECT provider, key, bytes FROM state ORDER BY provider, key",
                       all.state, read_state);
  }
  if (status.ok()) {
    status =
        read_rows("jobs", "SELECT provider, id, payload, attempt FROM jobs ORDER BY provider, id",
                  all.jobs, read_job);
  }
  if (status.ok()) {
    status = read_rows("alerts",
                       "SELECT id, user, data, code, ready, provider, source, type, format, mark, "
                       "correlator FROM alerts ORDER BY id",
                       all.alerts, read_alert);
  }
  if (status.ok()) {
    status = read_rows("undo",
                       "SELECT transact, sequence, provider, record FROM undo WHERE sequence<>-1 "
                       "ORDER BY transact, sequence",
                       all.undo, read_undo);
  }
  if (status.ok()) {
    status = read_rows(
        "undo",
        "SELECT transact, provider, record FROM undo WHERE sequence=-1 ORDER BY transact, provider",
        all.committed, read_mark);
  }
  if (status.ok()) status = judge_transactions(database_, all);
  if (!status.ok()) return status;
  drop_decided(all);
  // A user's keys begin with the size of the name.
  const auto comes_before = [](const NodeRow& a, const NodeRow& b) {
    return std::tie(a.user, a.key) < std::tie(b.user, b.key);
  };
  if (!std::is_sorted(all.nodes.begin(), all.nodes.end(), comes_before)) {
    std::sort(all.nodes.begin(), all.nodes.end(), comes_before);
  }
  return all;
}

// The first failure ends a list; its result code is the answer.
template <typename Rows, typename Run>
int each(const Rows& rows, Run run) {
  for (const auto& row : rows) {
    if (const int code = run(row); code != SQLITE_OK) return code;
  }
  return SQLITE_OK;
}

/// Long values go alone: a statement holds copies of its rows.
bool fits_group(const NodeRow* row, const NodeRow* end, std::size_t size) {
  constexpr std::size_t kLong = 4096;
  if (size == 1) return true;
  if (static_cast<std::size_t>(end - row) < size) return false;
  return std::all_of(row, row + size, [](const NodeRow& each) {
    return each.value.size() < kLong && each.title.size() < kLong && each.mime.size() < kLong;
  });
}

int SqliteStore::put_nodes(const NodeRow* rows, std::size_t group) {
  bytes_.clear();
  ends_.clear();
  for (std::size_t i = 0; i < kGroups[group]; ++i) {
    append_node_key(bytes_, rows[i].user, rows[i].key);
    ends_.push_back(bytes_.size());
    append_node_record(bytes_, rows[i]);
    ends_.push_back(bytes_.size());
  }
  Statement& put = statements_.put_nodes[group];
  const auto part = [this](std::size_t i) {
    const std::size_t begin = i == 0 ? 0 : ends_[i - 1];
    return std::string_view(bytes_).substr(begin, ends_[i] - begin);
  };
  for (std::size_t i = 0; i < ends_.size(); i += 2) put.text(part(i)).blob(part(i + 1));
  return put.run();
}

int SqliteStore::write_nodes(const Batch& batch) {
  int code = each(batch.remove_nodes, [&](const NodeKey& node) {
    bytes_.clear();
    append_node_key(bytes_, node.user, node.key);
    return statements_.remove_node.text(bytes_).run();
  });
  const NodeRow* const end = batch.put_nodes.end();
  for (const NodeRow* row = batch.put_nodes.begin(); row != end && code == SQLITE_OK;) {
    std::size_t group = 0;
    while (!fits_group(row, end, kGroups[group])) ++group;
    code = put_nodes(row, group);
    row += kGroups[group];
  }
  constexpr std::size_t kKept = std::size_t{64} << 10;
  if (bytes_.capacity() > kKept) std::string().swap(bytes_);
  return code;
}

int SqliteStore::write_provider_rows(const Batch& batch) {
  Statements& s = statements_;
  int code = each(batch.remove_state, [&](const auto& key) {
    return s.remove_state.text(key.first).text(key.second).run();
  });
  if (code == SQLITE_OK) {
    code = each(batch.put_state, [&](const StateRow& row) {
      return s.put_state.text(row.provider).text(row.key).blob(row.bytes).run();
    });
  }
  if (code == SQLITE_OK) {
    code = each(batch.remove_jobs, [&](const auto& key) {
      return s.remove_job.text(key.first).text(key.second).run();
    });
  }
  if (code != SQLITE_OK) return code;
  return each(batch.put_jobs, [&](const JobRow& row) {
    return s.put_job.text(row.provider).text(row.id).blob(row.payload).integer(row.attempt).run();
  });
}

int SqliteStore::write_alerts(const Batch& batch) {
  Statements& s = statements_;
  const int code =
      each(batch.remove_alerts, [&](std::int64_t id) { return s.remove_alert.integer(id).run(); });
  if (code != SQLITE_OK) return code;
  return each(batch.put_alerts, [&](const AlertRow& row) {
    return s.put_alert.integer(row.id)
        .text(row.user)
        .blob(row.data)
        .integer(row.code)
        .integer(row.ready ? 1 : 0)
        .text(row.provider)
        .text(row.source)
        .text(row.type)
        .text(row.format)
        .text(row.mark)
        .text(row.correlator)
        .run();
  });
}

int SqliteStore::write_transactions(const Batch& batch) {
  Statements& s = statements_;
  int code = each(batch.remove_transactions, [&](const TransactionKey& key) {
    return s.remove_transaction.integer(undo_rows_.first_of(key))
        .integer(key.transaction)
        .text(key.provider)
        .run();
  });
  if (code == SQLITE_OK) {
    code = each(batch.put_undo, [&](const UndoRow& row) {
      return s.put_undo.integer(undo_rows_.add(row.transaction, row.provider))
          .integer(row.transaction)
          .text(row.provider)
          .integer(row.sequence)
          .blob(row.record)
          .run();
    });
  }
  if (code != SQLITE_OK) return code;
  return each(batch.put_committed, [&](const TransactionKey& key) {
    return s.put_committed.integer(undo_rows_.add(key.transaction, key.provider))
        .integer(key.transaction)
        .text(key.provider)
        .run();
  });
}

int SqliteStore::write(const Batch& batch) try {
  int code = statements_.begin.run();
  if (code == SQLITE_OK) code = write_nodes(batch);
  if (code == SQLITE_OK) code = write_provider_rows(batch);
  if (code == SQLITE_OK) code = write_alerts(batch);
  if (code == SQLITE_OK) code = write_transactions(batch);
  return code;
} catch (const std::bad_alloc&) {
  return SQLITE_NOMEM;  // a statement's bytes are collected before any is bound
}

// Ends the transaction that failed, whatever SQLite has already ended by itself.
Status SqliteStore::abandon(int code) {
  struct AtTheEnd {  // also when there is no memory for the text
    ~AtTheEnd() {
      if (sqlite3_get_autocommit(store.database_.handle()) == 0)
        static_cast<void>(store.statements_.rollback.run());
    }
    SqliteStore& store;
  };
  const AtTheEnd rolls_back{*this};
  return database_.failure(code, "save the change; nothing of it was kept");
}

Status SqliteStore::apply(const Batch& batch) {
  if (batch.empty()) return {};
  if (const int code = write(batch); code != SQLITE_OK) return abandon(code);
  const int code = statements_.commit.run();
  if (code == SQLITE_OK) {
    undo_rows_.forget(batch);
    return {};
  }
  Status status = abandon(code);
  // Frames of the refused change may lie whole in the log, for want of nothing but the sync. When
  // the disk takes this no more either, a crash before the next good change may bring them back;
  // that is as far as the truth can be told on a disk that takes nothing.
  static_cast<void>(write_nothing(database_));
  return status;
}

Status SqliteStore::backup(const std::string& target) {
  // A file layer of its own keeps no files where a copy could be put beside others.
  if (!file_.lock) return Status(Code::kNotSupported, file_.path + ": lies in no file system");
  return copy_database(database_, target);
}

}  // namespace

Result<std::unique_ptr<Store>> open_sqlite_store(const std::string& path,
                                                 const SqliteOptions& options) {
  StateFile file{path, UniqueFd()};
  if (options.real_files) {
    Result<StateFile> claimed = claim_state_file(path);
    if (!claimed) return claimed.error();
    file = std::move(*claimed);
  }
  Result<Database> database = open_database(file.path, options);
  if (!database) return database.error();
  return make_sqlite_store(std::move(file), std::move(*database));
}

Result<std::unique_ptr<Store>> make_sqlite_store(StateFile file, Database database) {
  Statements statements;
  for (const Verb& verb : kVerbs) {
    Result<Statement> statement = database.prepare(verb.sql);
    if (!statement) return statement.error();
    statements.*verb.statement = std::move(*statement);
  }
  for (std::size_t group = 0; group < kGroups.size(); ++group) {
    std::string sql = "REPLACE INTO nodes(key, record) VALUES(?,?)";
    for (std::size_t i = 1; i < kGroups[group]; ++i) sql += ",(?,?)";
    Result<Statement> statement = database.prepare(sql.c_str());
    if (!statement) return statement.error();
    statements.put_nodes[group] = std::move(*statement);
  }
  Result<UndoRows> undo_rows = UndoRows::read(database);
  if (!undo_rows) return undo_rows.error();
  return std::unique_ptr<Store>(std::make_unique<SqliteStore>(
      std::move(file), std::move(database), std::move(statements), *std::move(undo_rows)));
}

Result<std::unique_ptr<Store>> open_sqlite_store(const std::string& path, Durability durability) {
  SqliteOptions options;
  options.durability = durability;
  return open_sqlite_store(path, options);
}

}  // namespace cspkit::store
