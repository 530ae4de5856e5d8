// SPDX-License-Identifier: Apache-2.0
#include "db/database.hpp"

#include <sqlite3.h>
#include <sys/stat.h>

#include "db/statement.hpp"
#include "db/transaction.hpp"
#include "db_fixture.hpp"

namespace bootferry::db {
namespace {

struct DatabaseTest : DbTest {};

TEST_F(DatabaseTest, is_durable_and_keeps_references) {
  EXPECT_EQ(Statement(*database, "PRAGMA journal_mode").step(), true);
  Statement mode(*database, "PRAGMA journal_mode");
  ASSERT_TRUE(mode.step());
  EXPECT_EQ(mode.text(0), "wal");
  EXPECT_EQ(database->query_number("PRAGMA synchronous"), 2);  // FULL
  EXPECT_EQ(database->query_number("PRAGMA foreign_keys"), 1);
  EXPECT_GT(database->query_number("PRAGMA busy_timeout"), 0);
}

TEST_F(DatabaseTest, the_file_is_for_its_owner_only) {
  for (const char* name : {"bootferry.db", "bootferry.db-wal"}) {
    struct stat info{};
    ASSERT_EQ(::stat((folder / name).c_str(), &info), 0) << name;
    EXPECT_EQ(info.st_mode & 0777, 0600u) << name;
  }
}

TEST_F(DatabaseTest, a_statement_round_trips_every_kind_of_value) {
  database->execute("CREATE TABLE t (a, b, c, d, e)");
  const Bytes bytes{0, 1, 255};
  const WallTime time{std::chrono::milliseconds{1'700'000'000'123}};
  Statement(*database, "INSERT INTO t VALUES (?1, ?2, ?3, ?4, ?5)")
      .bind(std::int64_t{-7}, std::string_view("a\0b", 3), bytes, time, std::optional<std::string>())
      .run();
  Statement row(*database, "SELECT * FROM t");
  ASSERT_TRUE(row.step());
  EXPECT_EQ(row.number(0), -7);
  EXPECT_EQ(row.text(1), std::string("a\0b", 3));
  EXPECT_EQ(row.bytes(2), bytes);
  EXPECT_EQ(row.time(3), time);
  EXPECT_TRUE(row.is_null(4));
  EXPECT_FALSE(row.step());
}

TEST_F(DatabaseTest, a_transaction_that_is_not_committed_leaves_nothing) {
  database->execute("CREATE TABLE t (a)");
  {
    Transaction transaction(*database);
    database->execute("INSERT INTO t VALUES (1)");
  }
  EXPECT_EQ(database->query_number("SELECT count(*) FROM t"), 0);
  {
    Transaction transaction(*database, Durability::soon);
    database->execute("INSERT INTO t VALUES (1)");
    transaction.commit();
  }
  EXPECT_EQ(database->query_number("SELECT count(*) FROM t"), 1);
  {
    Transaction again(*database);
  }
  EXPECT_EQ(database->query_number("PRAGMA synchronous"), 2);
}

TEST_F(DatabaseTest, wrong_sql_and_a_missing_folder_throw_with_the_file_named) {
  try {
    Statement(*database, "SELECT nonsense");
    FAIL() << "no exception";
  } catch (const DbError& error) {
    EXPECT_NE(std::string(error.what()).find(file.string()), std::string::npos) << error.what();
    EXPECT_EQ(error.to_error().kind, ErrorKind::io);
  }
  try {
    Database nowhere(folder / "missing" / "x.db");
    FAIL() << "no exception";
  } catch (const DbError& error) {
    EXPECT_NE(std::string(error.what()).find("No such file or directory"), std::string::npos) << error.what();
  }
  EXPECT_EQ(DbError("x", SQLITE_FULL).to_error().kind, ErrorKind::exhausted);
  EXPECT_EQ(DbError("x", SQLITE_BUSY).to_error().kind, ErrorKind::unavailable);
}

TEST_F(DatabaseTest, a_file_that_is_no_database_is_refused_and_kept) {
  const auto other = folder / "letter.txt";
  std::FILE* out = std::fopen(other.c_str(), "w");
  for (int i = 0; i < 200; ++i) std::fputs("Dear friend, this is not a database.\n", out);
  std::fclose(out);
  const auto size = std::filesystem::file_size(other);
  EXPECT_THROW((void)open_database(other), DbError);
  EXPECT_EQ(std::filesystem::file_size(other), size);
}

}  // namespace
}  // namespace bootferry::db
