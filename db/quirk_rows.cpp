// SPDX-License-Identifier: Apache-2.0
#include "db/quirk_rows.hpp"

#include "db/statement.hpp"

namespace bootferry::db {
namespace {

std::optional<boot::ProxyForm> form_of(const Statement& row, int column) {
  if (row.is_null(column)) return std::nullopt;
  const auto form = boot::parse_proxy_form(row.text(column));
  return form ? std::optional(*form) : std::nullopt;
}

}  // namespace

void load_quirks(Database& database, boot::RegistrySnapshot& snapshot) {
  Statement rows(database,
                 "SELECT mac, proxy_form, learned_proxy_form, loader, tftp_no_options, tftp_block_size, serial_console "
                 "FROM quirks");
  while (rows.step()) {
    const auto mac = parse_mac_address(rows.text(0));
    const auto client = mac ? snapshot.clients.find(*mac) : snapshot.clients.end();
    if (client == snapshot.clients.end()) continue;
    boot::Quirks& quirks = client->second.quirks;
    quirks.proxy_form = form_of(rows, 1).value_or(boot::ProxyForm::automatic);
    quirks.learned_proxy_form = form_of(rows, 2);
    quirks.loader = rows.text(3);
    quirks.tftp_no_options = rows.number(4) != 0;
    quirks.tftp_block_size = static_cast<std::uint16_t>(rows.number(5));
    quirks.serial_console = static_cast<std::uint8_t>(rows.number(6));
  }
}

void write_quirks(Database& database, const boot::Client& client) {
  const std::string mac = client.mac.to_string();
  const boot::Quirks& quirks = client.quirks;
  Statement(database, "DELETE FROM quirks WHERE mac = ?1").bind(mac).run();
  if (quirks == boot::Quirks{}) return;
  const auto learned = quirks.learned_proxy_form;
  Statement(database,
            "INSERT INTO quirks (mac, proxy_form, learned_proxy_form, loader, tftp_no_options, tftp_block_size, "
            "serial_console) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")
      .bind(mac, boot::name_of(quirks.proxy_form),
            learned ? std::optional(std::string(boot::name_of(*learned))) : std::nullopt,
            quirks.loader.empty() ? std::nullopt : std::optional(quirks.loader), std::int64_t{quirks.tftp_no_options},
            std::int64_t{quirks.tftp_block_size}, std::int64_t{quirks.serial_console})
      .run();
}

}  // namespace bootferry::db
