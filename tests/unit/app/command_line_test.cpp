// SPDX-License-Identifier: Apache-2.0
// What the command line says by itself, with no server to ask.
#include "app/command_line.hpp"

#include <gtest/gtest.h>

#include "support/temporary_folder.hpp"

namespace bootferry::app {
namespace {

struct Said {
  int status = 0;
  std::string errors;
};

Said run_as_it_is(std::vector<std::string> words) {
  words.insert(words.begin(), "bootferry");
  std::vector<char*> line;
  for (std::string& word : words) line.push_back(word.data());
  testing::internal::CaptureStderr();
  Said said;
  said.status = run_command_line(static_cast<int>(line.size()), line.data());
  said.errors = testing::internal::GetCapturedStderr();
  return said;
}

Said run(std::vector<std::string> words) {
  const test::TemporaryFolder nobody;
  words.insert(words.begin(), {"--state-dir", nobody.path().string()});
  return run_as_it_is(std::move(words));
}

TEST(CommandLine, AnotherMachinesServerIsNamedWhole) {
  const auto refused = [](std::vector<std::string> words, std::string_view sentence) {
    const Said said = run_as_it_is(std::move(words));
    EXPECT_EQ(said.status, 2);
    EXPECT_NE(said.errors.find(sentence), std::string::npos) << said.errors;
  };
  refused({"--url", "boot.lan", "image", "list"}, "write http://HOST:PORT or https://HOST:PORT");
  refused({"--url", "http://boot.lan", "--state-dir", "/tmp", "image", "list"}, "give one of the two");
  refused({"--url", "http://boot.lan", "--fingerprint", std::string(64, 'a'), "image", "list"}, "has no certificate");
  refused({"--url", "https://boot.lan", "--fingerprint", "abc", "image", "list"}, "is no fingerprint");
  refused({"--url", "https://boot.lan", "--token-file", "/nowhere", "image", "list"}, "no token can be read");
  refused({"--token-file", "/nowhere", "image", "list"}, "go with --url");
  refused({"--url", "http://boot.lan", "config", "show"}, "works on the server's own files");
}

TEST(CommandLine, AServerThatDoesNotAnswerIsNoReasonToTurnToTheFilesHere) {
  const Said said = run_as_it_is({"--url", "http://127.0.0.1:1", "user", "list"});
  EXPECT_EQ(said.status, 1);
  EXPECT_NE(said.errors.find("no Bootferry answers at http://127.0.0.1:1"), std::string::npos) << said.errors;
}

TEST(CommandLine, AWordThatIsNoCommandIsNamed) {
  for (const auto& words : std::vector<std::vector<std::string>>{{"lanuch"}, {"image", "lanuch"}}) {
    const Said said = run(words);
    EXPECT_EQ(said.status, 2);
    EXPECT_NE(said.errors.find("no command \"lanuch\""), std::string::npos) << said.errors;
  }
  EXPECT_EQ(run({"image"}).status, 2);
}

TEST(CommandLine, ANameThatWouldMeanAnotherImageIsRefusedBeforeAnybodyIsAsked) {
  for (const char* verb : {"show", "remove", "path"}) {
    for (const char* name : {"dos?x", "a b", "../clients", ""}) {
      const Said said = run({"image", verb, name});
      EXPECT_EQ(said.status, 1);
      EXPECT_NE(said.errors.find("is not an image name"), std::string::npos) << said.errors;
    }
  }
  for (const char* verb : {"show", "remove"}) {
    EXPECT_NE(run({"client", verb, "pc1?x"}).errors.find("is neither a MAC address nor"), std::string::npos);
    EXPECT_NE(run({"client", verb, "pc1"}).errors.find("no Bootferry answers"), std::string::npos) << "is looked up";
  }
  EXPECT_NE(run({"image", "show", "dos"}).errors.find("no Bootferry answers"), std::string::npos);
}

TEST(CommandLine, NoneTakesALimitOfBlocksBack) {
  const auto set = [](const char* size) {
    return run({"client", "set", "52:54:00:00:00:01", "--tftp-block-size", size});
  };
  for (const char* size : {"none", "0", "512"})
    EXPECT_NE(set(size).errors.find("no Bootferry answers"), std::string::npos);
  EXPECT_EQ(set("much").status, 2);
}

TEST(CommandLine, AnEmptyAddressDoesNotLetEverybodyIn) {
  const Said said = run({"client", "set", "52:54:00:00:00:01", "--from", ""});
  EXPECT_EQ(said.status, 1);
  EXPECT_NE(said.errors.find("--from wants an address"), std::string::npos) << said.errors;
}

}  // namespace
}  // namespace bootferry::app
