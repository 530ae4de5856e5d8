// SPDX-License-Identifier: Apache-2.0
#include "app/command_tree.hpp"

#include <gtest/gtest.h>
#include <cstdlib>
#include <fstream>

#include "app/command_line.hpp"
#include "support/source_tree.hpp"
#include "support/temporary_folder.hpp"

namespace bootferry::app {
namespace {

struct CommandTree : testing::Test {
  CLI::App app{"Bootferry.", "bootferry"};
  CommandContext context;
  test::TemporaryFolder folder;

  void SetUp() override { add_commands(app, context); }

  /// What bash offers for the last of these words.
  std::string offered(const std::string& words, int index) {
    const std::string script = folder.path() / "completion.bash", out = folder.path() / "offered";
    std::ofstream(script) << render_completion(app, Shell::bash) << "COMP_WORDS=(" << words << ")\nCOMP_CWORD=" << index
                          << "\n_bootferry\necho \" ${COMPREPLY[*]} \" >" << out << "\n";
    EXPECT_EQ(std::system(("bash " + script).c_str()), 0);
    std::ifstream in(out);
    std::string line;
    std::getline(in, line);
    return line;
  }
};

TEST_F(CommandTree, BashOffersCommandsAndOptionsOfWhatWasTyped) {
  EXPECT_NE(offered("bootferry im", 1).find(" image "), std::string::npos);
  const std::string verbs = offered("bootferry client ''", 2);
  EXPECT_NE(verbs.find(" list "), std::string::npos) << verbs;
  EXPECT_EQ(verbs.find(" serve "), std::string::npos) << verbs;
  // A word that is no command, such as a MAC, does not lose the way.
  EXPECT_NE(offered("bootferry client set 52:54:00:e2:e0:01 --dr", 4).find(" --drive "), std::string::npos);
}

TEST_F(CommandTree, TheManualHasEveryCommandAndIsReadable) {
  const std::string manual = render_manual(app, "1.0");
  for (const char* command : {"client set", "image add", "overlay apply", "session drop", "config show"})
    EXPECT_NE(manual.find(std::string(".SS \"bootferry ") + command + "\"\n"), std::string::npos) << command;
  EXPECT_EQ(manual.find("\n.drive"), std::string::npos);
}

TEST_F(CommandTree, FishKnowsWhichWordsFollow) {
  const std::string fish = render_completion(app, Shell::fish);
  EXPECT_NE(fish.find("-n '__fish_use_subcommand' -f -a client "), std::string::npos);
  EXPECT_NE(fish.find("__fish_seen_subcommand_from image; and not __fish_seen_subcommand_from list"),
            std::string::npos);
}

/// The guide is where people look: a command that it does not name is not there for them.
TEST_F(CommandTree, TheGuideNamesEveryCommand) {
  std::ifstream in(test::in_source_tree("docs/user-guide.md"));
  const std::string guide{std::istreambuf_iterator<char>(in), {}};
  ASSERT_FALSE(guide.empty());
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; }))
    EXPECT_NE(guide.find("bootferry " + command->get_name()), std::string::npos) << command->get_name();
}

}  // namespace
}  // namespace bootferry::app
