// SPDX-License-Identifier: Apache-2.0
#include "app/people_offline.hpp"

#include <fmt/format.h>

#include "app/state_folder.hpp"
#include "base/clock.hpp"
#include "base/random.hpp"
#include "db/migrate.hpp"
#include "db/people_store.hpp"
#include "people/accounts.hpp"

namespace bootferry::app {
namespace {

using nlohmann::json;
constexpr std::string_view users_path = "/api/v1/users";

json render(const people::User& user) {
  return {{"name", user.name},
          {"role", people::name_of(user.role)},
          {"created", render_time(user.created)},
          {"password_changed", render_time(user.password_changed)}};
}

Result<json> render(const Result<people::User>& user) {
  if (!user) return std::unexpected(user.error());
  return render(*user);
}

Result<json> run(people::Accounts& accounts, const std::string& method, const std::string& name, const json* body) {
  if (method == "GET") {
    json list = json::array();
    for (const people::User& user : accounts.users()) list.push_back(render(user));
    return json{{"users", std::move(list)}};
  }
  if (method == "POST") {
    const auto role = people::parse_role(body->at("role").get<std::string>());
    if (!role) return std::unexpected(role.error());
    return render(accounts.add_user(body->at("name"), *role, body->at("password").get<std::string>()));
  }
  if (method == "DELETE") {
    if (auto done = accounts.remove_user(name); !done) return std::unexpected(done.error());
    return json();
  }
  std::optional<people::Role> role;
  std::optional<std::string> password;
  if (body->contains("role")) {
    const auto parsed = people::parse_role(body->at("role").get<std::string>());
    if (!parsed) return std::unexpected(parsed.error());
    role = *parsed;
  }
  if (body->contains("password")) password = body->at("password").get<std::string>();
  return render(accounts.change_user(name, role, password));
}

void record(people::Accounts& accounts, const std::string& method, const std::string& path, bool done) {
  people::Change change;
  change.who = "root";
  change.method = method;
  change.path = path;
  change.status = done ? 200 : 400;
  change.note = "while no server ran";
  accounts.record(std::move(change));
}

}  // namespace

Result<json> change_people_offline(const std::filesystem::path& state_dir, const std::string& method,
                                   const std::string& path, const json* body) {
  if (!std::filesystem::exists(state_dir / "bootferry.db")) {
    return fail(ErrorKind::not_found,
                fmt::format("there is no Bootferry at {}: start it with \"bootferry serve\", or name its folder with "
                            "--state-dir",
                            state_dir.string()));
  }
  try {
    const StateFolder folder(state_dir);
    const auto database = db::open_database(state_dir / "bootferry.db");
    db::PeopleStore store(*database);
    const SystemClock clock;
    SystemRandom random;
    people::Accounts accounts(store, clock, random, [](const people::Accounts::Job& job) { job(); });
    const std::string name = path.size() > users_path.size() ? path.substr(users_path.size() + 1) : std::string();
    auto answer = run(accounts, method, name, body);
    if (method != "GET") record(accounts, method, path, answer.has_value());
    return answer;
  } catch (const std::exception& error) {
    return fail(ErrorKind::unavailable, error.what());
  }
}

}  // namespace bootferry::app
