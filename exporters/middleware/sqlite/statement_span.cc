#include <array>
#include <charconv>

#include "middleware/sqlite/sql_summary.h"
#include "nanospan/middleware/sqlite.h"

namespace nanospan {
namespace {

constinit detail::Callsite statement_site{
    "sqlite",
    "exporters/middleware/sqlite/statement_span.cc",
    __LINE__,
    "StatementSpan",
    {.kind = SpanKind::kClient, .scope = {"nanospan.sqlite", NANOSPAN_VERSION}}};

constinit Key system_name{"db.system.name"}, sqlite_system{"sqlite"};
constinit Key query_text{"db.query.text"}, query_summary{"db.query.summary"};
constinit Key operation_name{"db.operation.name"}, db_namespace{"db.namespace"};
constinit Key response_status_code{"db.response.status_code"}, error_type{"error.type"};
constinit Key response_returned_rows{"db.response.returned_rows"};

std::string_view text_of(sqlite3_stmt* statement) {
  const char* const prepared = sqlite3_sql(statement);
  return prepared != nullptr ? prepared : "";
}

// PRAGMA and ATTACH take names for strings whatever is configured.
sqlite::DoubleQuotes double_quotes_of(sqlite3_stmt* statement, const sqlite::Summary& summary) {
  int may_be_strings = 1;
  sqlite3* const db = sqlite3_db_handle(statement);
  if (summary.is_dml() && db != nullptr)
    sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DML, -1, &may_be_strings);
  return may_be_strings != 0 ? sqlite::DoubleQuotes::kNamesOrStrings : sqlite::DoubleQuotes::kNames;
}

void set_text(ScopedSpan& span, sqlite3_stmt* statement, const sqlite::Summary& summary) {
  const std::string_view sql = text_of(statement);
  if (sqlite3_bind_parameter_count(statement) > 0) return span.set_attribute(query_text, sql);
  std::array<std::byte, 1024> space;
  std::pmr::monotonic_buffer_resource memory(space.data(), space.size());
  std::pmr::string hidden(&memory);
  span.set_attribute(query_text,
                     sqlite::without_literals(sql, double_quotes_of(statement, summary), hidden));
}

void set_summary(ScopedSpan& span, const sqlite::Summary& summary) {
  if (summary.text().empty()) return;
  span.update_name(summary.text());
  span.set_attribute(query_summary, summary.text());
  span.set_attribute(operation_name, summary.operation());
}

// The file without its folders; a database in memory has none.
void set_namespace(ScopedSpan& span, sqlite3* db) {
  const char* const path = db != nullptr ? sqlite3_db_filename(db, "main") : nullptr;
  const std::string_view file = path != nullptr ? path : "";
  const std::string_view name = file.substr(file.rfind('/') + 1);
  if (!name.empty()) span.set_attribute(db_namespace, name);
}

}  // namespace

StatementSpan::StatementSpan(sqlite3_stmt* statement)
    : statement_(statement),
      span_(statement_site),
      returns_rows_(sqlite3_column_count(statement) > 0) {
  if (!span_.is_recording()) return;
  span_.set_attribute(system_name, sqlite_system);
  const sqlite::Summary summary(text_of(statement));
  set_summary(span_, summary);
  set_text(span_, statement, summary);
  set_namespace(span_, sqlite3_db_handle(statement));
}

int StatementSpan::step() noexcept {
  const int code = sqlite3_step(statement_);
  error_ = SQLITE_OK;
  if (code == SQLITE_ROW)
    ++rows_;
  else if (code != SQLITE_DONE)
    error_ = statement_ != nullptr ? sqlite3_extended_errcode(sqlite3_db_handle(statement_)) : code;
  return code;
}

StatementSpan::~StatementSpan() {
  if (returns_rows_) span_.set_attribute(response_returned_rows, rows_);
  if (error_ == SQLITE_OK) return;
  char text[12];
  const auto end = std::to_chars(text, text + sizeof(text), error_).ptr;
  const std::string_view code(text, static_cast<std::size_t>(end - text));
  span_.set_attribute(response_status_code, code);
  span_.set_attribute(error_type, code);
  // Not sqlite3_errmsg(), which may hold values.
  span_.set_status(StatusCode::kError, sqlite3_errstr(error_));
}

}  // namespace nanospan
