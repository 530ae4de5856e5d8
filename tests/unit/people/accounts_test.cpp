// SPDX-License-Identifier: Apache-2.0
#include "people/accounts.hpp"

#include <gtest/gtest.h>

#include "support/people_store.hpp"

namespace bootferry::people {
namespace {

constexpr const char* good = "correct horse battery";
const Origin home{"10.99.0.7", "Firefox"};

struct AccountsTest : testing::Test {
  test::FakeStore store;
  ManualClock clock;
  SeededRandom random{7};
  std::unique_ptr<Accounts> accounts = open();

  std::unique_ptr<Accounts> open() {
    AccountOptions options;
    options.cost = PasswordCost::least;
    return std::make_unique<Accounts>(store, clock, random, [](const Accounts::Job& job) { job(); }, options);
  }
  NewLogin set_up() { return *accounts->set_up(accounts->first_visit_code(), "alice", good, home); }
  Refusal::Why refusal_of(const LoginResult& result) {
    EXPECT_FALSE(result);
    return result ? Refusal::Why::failed : result.error().why;
  }
};

TEST_F(AccountsTest, the_first_visit_takes_the_code_of_the_console_and_nothing_else) {
  ASSERT_TRUE(accounts->needs_first_visit());
  const std::string code = accounts->first_visit_code();
  EXPECT_EQ(code.size(), 14u) << code;
  EXPECT_EQ(refusal_of(accounts->set_up("", "alice", good, home)), Refusal::Why::wrong);
  EXPECT_EQ(refusal_of(accounts->set_up("AAAA-AAAA-AAAA", "alice", good, home)), Refusal::Why::wrong);
  EXPECT_EQ(refusal_of(accounts->set_up(code, "alice", "short", home)), Refusal::Why::failed);
  EXPECT_EQ(refusal_of(accounts->set_up(code, "Alice!", good, home)), Refusal::Why::failed);
  EXPECT_TRUE(accounts->needs_first_visit());
  std::string typed = code.substr(0, 4) + " " + code.substr(5, 4) + code.substr(10);
  for (char& c : typed) c = static_cast<char>(std::tolower(c));
  const auto made = accounts->set_up(typed, "alice", good, home);
  ASSERT_TRUE(made);
  EXPECT_EQ(made->principal.right, Right::admin);
  EXPECT_FALSE(accounts->needs_first_visit());
  EXPECT_EQ(accounts->first_visit_code(), "");
  EXPECT_EQ(refusal_of(accounts->set_up(code, "eve", good, home)), Refusal::Why::failed) << "one visit only";
  EXPECT_EQ(accounts->users().size(), 1u);
}

TEST_F(AccountsTest, the_code_cannot_be_guessed_at_speed) {
  int tries = 0;
  while (refusal_of(accounts->set_up("AAAA-AAAA-AAAA", "eve", good, home)) == Refusal::Why::wrong)
    ASSERT_LT(++tries, 20);
  EXPECT_EQ(refusal_of(accounts->set_up(accounts->first_visit_code(), "alice", good, {"10.0.0.9", ""})),
            Refusal::Why::too_often)
      << "from anywhere";
  clock.advance(std::chrono::minutes(1));
  EXPECT_TRUE(accounts->set_up(accounts->first_visit_code(), "alice", good, {"10.0.0.9", ""}));
}

TEST_F(AccountsTest, a_login_is_known_by_its_secret_until_it_ends) {
  const NewLogin first = set_up();
  const auto second = accounts->log_in("alice", good, home);
  ASSERT_TRUE(second);
  EXPECT_NE(first.secret, second->secret);
  const auto who = accounts->find_login(second->secret);
  ASSERT_TRUE(who);
  EXPECT_EQ(who->user, "alice");
  EXPECT_EQ(who->right, Right::admin);
  EXPECT_FALSE(accounts->find_login(""));
  EXPECT_FALSE(accounts->find_login(digest_of(second->secret))) << "what is stored opens nothing";
  for (const Login& login : store.kept.logins) EXPECT_EQ(login.digest.find(second->secret), std::string::npos);
  ASSERT_TRUE(accounts->log_out(*who));
  EXPECT_FALSE(accounts->find_login(second->secret));
  EXPECT_TRUE(accounts->find_login(first.secret)) << "only that one";
}

TEST_F(AccountsTest, logins_outlive_a_restart_and_end_by_idleness_and_by_age) {
  const std::string secret = set_up().secret;
  accounts = open();
  EXPECT_TRUE(accounts->find_login(secret));
  clock.advance(std::chrono::hours(24 * 6));
  EXPECT_TRUE(accounts->find_login(secret)) << "seen: begins anew";
  accounts = open();
  clock.advance(std::chrono::hours(24 * 6));
  EXPECT_TRUE(accounts->find_login(secret)) << "and that was kept";
  clock.advance(std::chrono::hours(24 * 8));
  EXPECT_FALSE(accounts->find_login(secret)) << "idle";
  const std::string next = accounts->log_in("alice", good, home)->secret;
  for (int day = 0; day < 29; ++day) {
    clock.advance(std::chrono::hours(24));
    ASSERT_TRUE(accounts->find_login(next)) << day;
  }
  clock.advance(std::chrono::hours(25));
  EXPECT_FALSE(accounts->find_login(next)) << "old";
}

TEST_F(AccountsTest, a_wrong_password_and_an_unknown_name_are_told_alike) {
  set_up();
  const auto wrong = accounts->log_in("alice", "wrong horse battery", home);
  const auto unknown = accounts->log_in("mallory", good, home);
  EXPECT_EQ(refusal_of(wrong), Refusal::Why::wrong);
  EXPECT_EQ(wrong.error().error, unknown.error().error);
  EXPECT_EQ(refusal_of(accounts->log_in("alice", std::string(5000, 'x'), home)), Refusal::Why::wrong);
}

TEST_F(AccountsTest, guessing_is_limited_by_address_and_by_user_and_ends_by_itself) {
  set_up();
  int tries = 0;
  while (refusal_of(accounts->log_in("alice", "wrong horse battery", home)) == Refusal::Why::wrong)
    ASSERT_LT(++tries, 20);
  EXPECT_EQ(refusal_of(accounts->log_in("alice", good, home)), Refusal::Why::too_often) << "not even looked at";
  EXPECT_EQ(refusal_of(accounts->log_in("bob", good, home)), Refusal::Why::too_often) << "the address";
  EXPECT_EQ(refusal_of(accounts->log_in("alice", good, {"10.99.0.8", ""})), Refusal::Why::too_often) << "the user";
  clock.advance(std::chrono::seconds(31));
  EXPECT_TRUE(accounts->log_in("alice", good, home));
  EXPECT_EQ(refusal_of(accounts->log_in("alice", "wrong horse battery", home)), Refusal::Why::wrong) << "forgiven";
}

TEST_F(AccountsTest, another_role_or_password_ends_his_logins_and_holds_at_once) {
  set_up();
  ASSERT_TRUE(accounts->add_user("bob", Role::admin, good));
  const auto bob = accounts->log_in("bob", good, home);
  EXPECT_EQ(bob->principal.right, Right::admin);
  ASSERT_TRUE(accounts->change_user("bob", Role::viewer, std::nullopt));
  EXPECT_FALSE(accounts->find_login(bob->secret));
  EXPECT_TRUE(std::ranges::none_of(store.kept.logins, [](const Login& login) { return login.user == "bob"; }));
  const auto again = accounts->log_in("bob", good, home);
  EXPECT_EQ(again->principal.right, Right::read);
  ASSERT_TRUE(accounts->change_user("bob", std::nullopt, "another long one"));
  EXPECT_FALSE(accounts->find_login(again->secret));
  EXPECT_EQ(refusal_of(accounts->log_in("bob", good, home)), Refusal::Why::wrong);
  EXPECT_TRUE(accounts->log_in("bob", "another long one", home));
}

TEST_F(AccountsTest, a_person_changes_his_own_password_with_the_old_one_and_goes_on_with_a_new_secret) {
  const NewLogin here = set_up();
  const auto elsewhere = accounts->log_in("alice", good, {"10.99.0.9", "Chrome"});
  EXPECT_EQ(refusal_of(accounts->change_own_password(here.principal, "not the old one", "another long one", home)),
            Refusal::Why::wrong);
  const auto next = accounts->change_own_password(here.principal, good, "another long one", home);
  ASSERT_TRUE(next);
  EXPECT_FALSE(accounts->find_login(here.secret));
  EXPECT_FALSE(accounts->find_login(elsewhere->secret));
  EXPECT_TRUE(accounts->find_login(next->secret));
  EXPECT_EQ(accounts->logins().size(), 1u);
}

TEST_F(AccountsTest, the_last_admin_stays) {
  set_up();
  EXPECT_EQ(accounts->remove_user("alice").error().kind, ErrorKind::conflict);
  EXPECT_EQ(accounts->change_user("alice", Role::viewer, std::nullopt).error().kind, ErrorKind::conflict);
  ASSERT_TRUE(accounts->add_user("bob", Role::admin, good));
  EXPECT_TRUE(accounts->remove_user("alice"));
  EXPECT_EQ(accounts->add_user("bob", Role::viewer, good).error().kind, ErrorKind::conflict);
  EXPECT_EQ(accounts->remove_user("nobody").error().kind, ErrorKind::not_found);
}

TEST_F(AccountsTest, a_user_who_is_removed_takes_his_logins_and_tokens_along) {
  set_up();
  ASSERT_TRUE(accounts->add_user("bob", Role::admin, good));
  const auto login = accounts->log_in("bob", good, home);
  const auto token = accounts->add_token("ci", Right::write, "bob", std::nullopt);
  ASSERT_TRUE(accounts->find_token(token->secret));
  ASSERT_TRUE(accounts->is_still_good(login->principal));
  ASSERT_TRUE(accounts->remove_user("bob"));
  EXPECT_FALSE(accounts->find_login(login->secret));
  EXPECT_FALSE(accounts->find_token(token->secret));
  EXPECT_FALSE(accounts->is_still_good(login->principal)) << "a live stream ends";
  accounts = open();
  EXPECT_FALSE(accounts->find_token(token->secret));
}

TEST_F(AccountsTest, a_token_has_its_scope_until_it_expires_and_never_more_than_its_maker) {
  set_up();
  ASSERT_TRUE(accounts->add_user("bob", Role::admin, good));
  const WallTime tomorrow = clock.wall_now() + std::chrono::hours(24);
  const auto made = accounts->add_token("backup", Right::admin, "bob", tomorrow);
  ASSERT_TRUE(made);
  EXPECT_TRUE(made->secret.starts_with("bf_"));
  EXPECT_EQ(accounts->find_token(made->secret)->right, Right::admin);
  EXPECT_EQ(accounts->find_token(made->secret)->description, "token backup of bob");
  EXPECT_FALSE(accounts->find_token(made->token.digest));
  ASSERT_TRUE(accounts->change_user("bob", Role::viewer, std::nullopt));
  EXPECT_EQ(accounts->find_token(made->secret)->right, Right::read);
  clock.advance(std::chrono::hours(25));
  EXPECT_FALSE(accounts->find_token(made->secret));
  EXPECT_FALSE(accounts->add_token("late", Right::read, "", tomorrow));
  EXPECT_FALSE(accounts->add_token("", Right::read, "", std::nullopt));
  const auto roots = accounts->add_token("forever", Right::read, "", std::nullopt);
  accounts = open();
  EXPECT_EQ(accounts->find_token(roots->secret)->description, "token forever of root");
  ASSERT_TRUE(accounts->remove_token(roots->token.id));
  EXPECT_FALSE(accounts->find_token(roots->secret));
  EXPECT_EQ(accounts->remove_token(roots->token.id).error().kind, ErrorKind::not_found);
}

TEST_F(AccountsTest, logins_are_listed_and_ended_by_their_short_id_and_a_viewer_ends_his_own_only) {
  const NewLogin alice = set_up();
  ASSERT_TRUE(accounts->add_user("bob", Role::viewer, good));
  const auto bob = accounts->log_in("bob", good, home);
  EXPECT_EQ(accounts->logins().size(), 2u);
  EXPECT_FALSE(accounts->end_login(alice.principal.login.substr(0, 12), "bob"));
  EXPECT_TRUE(accounts->find_login(alice.secret));
  EXPECT_FALSE(accounts->end_login("", ""));
  EXPECT_TRUE(accounts->end_login(bob->principal.login.substr(0, 12), "bob"));
  EXPECT_FALSE(accounts->find_login(bob->secret));
}

TEST_F(AccountsTest, one_user_has_fifty_logins_and_the_one_used_longest_ago_makes_room) {
  const std::string first = set_up().secret;
  std::string last;
  for (int i = 0; i < 50; ++i) {
    clock.advance(std::chrono::seconds(60));
    last = accounts->log_in("alice", good, home)->secret;
  }
  EXPECT_EQ(accounts->logins().size(), 50u);
  EXPECT_EQ(store.kept.logins.size(), 50u);
  EXPECT_FALSE(accounts->find_login(first));
  EXPECT_TRUE(accounts->find_login(last));
}

TEST_F(AccountsTest, what_the_disk_refuses_did_not_happen) {
  const NewLogin alice = set_up();
  store.failure = Error{ErrorKind::exhausted, "the disk is full"};
  EXPECT_FALSE(accounts->add_user("bob", Role::viewer, good));
  EXPECT_EQ(refusal_of(accounts->log_in("alice", good, home)), Refusal::Why::failed);
  EXPECT_FALSE(accounts->change_user("alice", std::nullopt, "another long one"));
  EXPECT_FALSE(accounts->add_token("ci", Right::read, "", std::nullopt));
  EXPECT_FALSE(accounts->log_out(alice.principal));
  store.failure.reset();
  EXPECT_EQ(accounts->users().size(), 1u);
  EXPECT_TRUE(accounts->tokens().empty());
  EXPECT_TRUE(accounts->find_login(alice.secret));
}

TEST(Credentials, PasswordsAreArgon2idAndSalted) {
  const std::string hash = hash_password(good, PasswordCost::interactive);
  EXPECT_TRUE(hash.starts_with("$argon2id$v=19$m=19456,t=2,")) << hash;
  EXPECT_NE(hash, hash_password(good, PasswordCost::interactive));
  EXPECT_TRUE(verify_password(hash, good));
  EXPECT_FALSE(verify_password(hash, "correct horse batterz"));
  EXPECT_FALSE(verify_password("", good));
  EXPECT_FALSE(check_password("ninechars"));
  EXPECT_TRUE(check_password("ten chars!"));
  EXPECT_FALSE(check_password(std::string(1025, 'x')));
}

TEST(Credentials, SecretsDoNotRepeatAndCodesHaveNoLettersThatPeopleMistake) {
  SystemRandom random;
  EXPECT_EQ(make_secret(random).size(), 43u);
  EXPECT_NE(make_secret(random), make_secret(random));
  for (int i = 0; i < 50; ++i) EXPECT_EQ(make_code(random).find_first_of("01OILU"), std::string::npos);
  EXPECT_TRUE(same_secret("a", "a"));
  EXPECT_FALSE(same_secret("a", "b"));
  EXPECT_FALSE(same_secret("a", ""));
}

}  // namespace
}  // namespace bootferry::people
