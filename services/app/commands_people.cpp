// SPDX-License-Identifier: Apache-2.0
// bootferry user add|list|remove|set-password|set-role, token create|list|revoke, audit, first-visit. Users can also be
// changed while no server runs: a forgotten password is often noticed then.
#include <fmt/format.h>
#include <termios.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <fstream>
#include <iostream>
#include <memory>

#include "app/command_line.hpp"
#include "app/first_visit.hpp"
#include "app/people_offline.hpp"
#include "app/text_table.hpp"

namespace bootferry::app {
namespace {

using nlohmann::json;

std::string text_or_dash(const json& value) {
  return value.is_string() && !value.get_ref<const std::string&>().empty() ? value.get<std::string>() : "-";
}

/// One line, without showing it.
std::string read_hidden(const char* prompt) {
  fmt::print(stderr, "{}", prompt);
  termios before{};
  const bool is_terminal = ::tcgetattr(STDIN_FILENO, &before) == 0;
  termios hidden = before;
  hidden.c_lflag &= ~static_cast<tcflag_t>(ECHO);
  if (is_terminal) ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
  std::string line;
  std::getline(std::cin, line);
  if (is_terminal) {
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
    fmt::print(stderr, "\n");
  }
  return line;
}

/// Of a file's first line ("-": standard input), or asked for twice. Never of an argument: others could see it there.
Result<std::string> read_password(const std::string& file) {
  std::string password;
  if (!file.empty() && file != "-") {
    std::ifstream in(file);
    if (!std::getline(in, password))
      return fail(ErrorKind::not_found, fmt::format("{} has no first line to read", file));
    return password;
  }
  if (file == "-" || ::isatty(STDIN_FILENO) == 0) {
    std::getline(std::cin, password);
    return password;
  }
  password = read_hidden("New password (10 characters or more): ");
  if (read_hidden("Once more: ") != password) return fail(ErrorKind::invalid, "the two are not the same; try again");
  return password;
}

/// By the server that runs, or else straight in its database.
Result<json> change_people(const CommandContext& context, const std::string& method, const std::string& path,
                           const json* body) {
  auto answer = method == "GET"    ? context.client().get(path)
                : method == "POST" ? context.client().post(path, *body)
                : method == "PUT"  ? context.client().put(path, *body)
                                   : context.client().remove(path);
  if (answer || answer.error().kind != ErrorKind::unavailable || context.server.is_remote()) return answer;
  return change_people_offline(context.state_dir, method, path, body);
}

void print_users(const json& answer) {
  TextTable table({"NAME", "ROLE", "CREATED", "PASSWORD CHANGED"});
  for (const json& user : answer["users"])
    table.add({user["name"], user["role"], user["created"], user["password_changed"]});
  fmt::print("{}", table.render("No users yet; the first visit to the page makes the admin."));
}

void print_tokens(const json& answer) {
  TextTable table({"ID", "NAME", "SCOPE", "OWNER", "CREATED", "EXPIRES", "LAST USED"});
  for (const json& token : answer["tokens"]) {
    table.add({std::to_string(token["id"].get<std::int64_t>()), token["name"], token["scope"],
               token["owner"].is_null() ? "root" : token["owner"].get<std::string>(), token["created"],
               token["expires"].is_null() ? "never" : token["expires"].get<std::string>(),
               text_or_dash(token["used"])});
  }
  fmt::print("{}", table.render("No tokens; \"bootferry token create\" makes one."));
}

void print_changes(const json& answer) {
  TextTable table({"TIME", "WHO", "FROM", "WHAT", "ANSWER", "NOTE"});
  for (auto at = answer["changes"].rbegin(); at != answer["changes"].rend(); ++at) {
    const json& change = *at;
    table.add({change["time"], change["who"], text_or_dash(change["address"]),
               fmt::format("{} {}", change["method"].get<std::string>(), change["path"].get<std::string>()),
               std::to_string(change["status"].get<unsigned>()), change["note"]});
  }
  fmt::print("{}", table.render("No changes yet."));
}

struct UserWords {
  std::string name, role, password_file;
};

void add_user_verbs(CLI::App& user, CommandContext& context, const std::shared_ptr<UserWords>& words) {
  const auto names = CLI::IsMember({"admin", "viewer"});
  CLI::App* add = user.add_subcommand("add", "A new one; the password is asked for");
  add->add_option("NAME", words->name, "1 to 32 of a-z, 0-9, '.', '-', '_'")->required();
  add->add_option("--role", words->role, "admin, or viewer (changes nothing)")->check(names)->required();
  add->add_option("--password-file", words->password_file, "Its first line is the password; - is standard input");
  add->callback([&context, words] {
    context.action = [&context, words] {
      const auto print = [words](const json&) { fmt::print("user {} added\n", words->name); };
      const auto password = read_password(words->password_file);
      if (!password) return context.show(std::unexpected(password.error()), print);
      const json body{{"name", words->name}, {"role", words->role}, {"password", *password}};
      context.show(change_people(context, "POST", "/api/v1/users", &body), print);
    };
  });
  CLI::App* set = user.add_subcommand("set-password", "Another password; it ends that user's logins");
  set->add_option("NAME", words->name, "The user")->required();
  set->add_option("--password-file", words->password_file, "Its first line is the password; - is standard input");
  set->callback([&context, words] {
    context.action = [&context, words] {
      const auto print = [words](const json&) {
        fmt::print("user {} has a new password, and is logged out everywhere\n", words->name);
      };
      const auto password = read_password(words->password_file);
      if (!password) return context.show(std::unexpected(password.error()), print);
      const json body{{"password", *password}};
      context.show(change_people(context, "PUT", "/api/v1/users/" + words->name, &body), print);
    };
  });
  CLI::App* role = user.add_subcommand("set-role", "Another role; it ends that user's logins");
  role->add_option("NAME", words->name, "The user")->required();
  role->add_option("ROLE", words->role, "admin or viewer")->check(names)->required();
  role->callback([&context, words] {
    context.action = [&context, words] {
      const json body{{"role", words->role}};
      context.show(change_people(context, "PUT", "/api/v1/users/" + words->name, &body),
                   [words](const json&) { fmt::print("user {} is {} now\n", words->name, words->role); });
    };
  });
  CLI::App* remove = user.add_subcommand("remove", "With his logins and tokens");
  remove->add_option("NAME", words->name, "The user")->required();
  remove->callback([&context, words] {
    context.action = [&context, words] {
      context.show(change_people(context, "DELETE", "/api/v1/users/" + words->name, nullptr),
                   [words](const json&) { fmt::print("user {} removed\n", words->name); });
    };
  });
}

}  // namespace

void add_user_commands(CLI::App& app, CommandContext& context) {
  CLI::App* user = app.add_subcommand("user", "Who may log in to the page; works without a server too");
  user->require_subcommand(1);
  user->add_subcommand("list", "All of them")->callback([&context] {
    context.action = [&context] { context.show(change_people(context, "GET", "/api/v1/users", nullptr), print_users); };
  });
  add_user_verbs(*user, context, std::make_shared<UserWords>());
  app.add_subcommand("first-visit", "The code that the page asks for before there is an admin")->callback([&context] {
    context.action = [&context] {
      context.show(context.client().get("/api/v1/first-visit/code"), [](const json& answer) {
        fmt::print("{}\n", answer["code"].get<std::string>());
        // A script reads the code alone.
        if (isatty(STDOUT_FILENO) != 0) fmt::print("{}", render_first_visit(answer["url"].get<std::string>()));
      });
    };
  });
}

void add_token_commands(CLI::App& app, CommandContext& context) {
  CLI::App* token = app.add_subcommand("token", "What programs use the API with");
  token->require_subcommand(1);
  token->add_subcommand("list", "All of them, without the secrets")->callback([&context] {
    context.action = [&context] { context.show(context.client().get("/api/v1/tokens"), print_tokens); };
  });
  CLI::App* create = token->add_subcommand("create", "A new one; it is shown once");
  struct Words {
    std::string name, scope = "read";
    std::int64_t days = 90, id = 0;
  };
  auto words = std::make_shared<Words>();
  create->add_option("NAME", words->name, "What it is for")->required();
  create->add_option("--scope", words->scope, "read; write: clients and images too; admin: everything")
      ->check(CLI::IsMember({"read", "write", "admin"}))
      ->capture_default_str();
  create->add_option("--expires-days", words->days, "When it ends; 0 is never")
      ->check(CLI::Range(0, 36500))
      ->capture_default_str();
  create->callback([&context, words] {
    context.action = [&context, words] {
      json body{{"name", words->name}, {"scope", words->scope}, {"expires_days", nullptr}};
      if (words->days > 0) body["expires_days"] = words->days;
      context.show(context.client().post("/api/v1/tokens", body),
                   [](const json& answer) { fmt::print("{}\n", answer["token"].get<std::string>()); });
    };
  });
  CLI::App* revoke = token->add_subcommand("revoke", "It opens nothing any more");
  revoke->add_option("ID", words->id, "Its number in the list")->required();
  revoke->callback([&context, words] {
    context.action = [&context, words] {
      context.show(context.client().remove(fmt::format("/api/v1/tokens/{}", words->id)),
                   [words](const json&) { fmt::print("token {} revoked\n", words->id); });
    };
  });
}

void add_audit_command(CLI::App& app, CommandContext& context) {
  auto limit = std::make_shared<unsigned>(100);
  CLI::App* command = app.add_subcommand("audit", "Who changed what, and from where; the newest last");
  command->add_option("--limit", *limit, "At most this many")->capture_default_str()->check(CLI::Range(1, 1000));
  command->callback([&context, limit] {
    context.action = [&context, limit] {
      context.show(context.client().get(fmt::format("/api/v1/audit?limit={}", *limit)), print_changes);
    };
  });
}

}  // namespace bootferry::app
