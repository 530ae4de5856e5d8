// SPDX-License-Identifier: Apache-2.0
// Real firmware's packets (tests/vectors/dhcp/*.hex), each beside what it must be understood as.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "boot/client_words.hpp"
#include "dhcp/codec.hpp"
#include "dhcp_testing.hpp"
#include "support/source_tree.hpp"

namespace bootferry::dhcp {
namespace {

struct Vector {
  std::string name, expected;
  Bytes bytes;
};

std::vector<Vector> read_vectors() {
  std::vector<Vector> vectors;
  for (const auto& entry : std::filesystem::directory_iterator(test::in_source_tree("tests/vectors/dhcp"))) {
    if (entry.path().extension() != ".hex") continue;
    Vector vector{entry.path().filename().string(), {}, {}};
    std::ifstream file(entry.path());
    const std::string marker = "# expect: ";
    for (std::string line; std::getline(file, line);) {
      if (line.starts_with(marker)) vector.expected = line.substr(marker.size());
      if (line.starts_with("#")) continue;
      for (std::size_t i = 0; i + 1 < line.size(); i += 2)
        vector.bytes.push_back(static_cast<std::uint8_t>(std::stoi(line.substr(i, 2), nullptr, 16)));
    }
    vectors.push_back(std::move(vector));
  }
  return vectors;
}

TEST(DhcpVectors, are_understood_as_they_say) {
  const std::vector<Vector> vectors = read_vectors();
  ASSERT_GE(vectors.size(), 17u);
  for (const Vector& vector : vectors) {
    const Result<Message> message = decode(vector.bytes);
    ASSERT_TRUE(message) << vector.name;
    ASSERT_TRUE(message->type()) << vector.name;
    const auto netboot = find_netboot_client(*message);
    const std::string who = netboot ? describe(netboot->facts) : "does not netboot";
    EXPECT_EQ(std::string(name_of(*message->type())) + ", " + who, vector.expected) << vector.name;
    const Result<Bytes> again = encode(*message);
    ASSERT_TRUE(again) << vector.name;
    EXPECT_EQ(*decode(*again), *message) << vector.name;
  }
}

TEST(DhcpVectors, every_cut_and_every_changed_byte_is_answered_or_not_but_harms_nobody) {
  for (const Vector& vector : read_vectors()) {
    for (const Settings::Mode mode : {Settings::Mode::proxy, Settings::Mode::server}) {
      testing::Lab lab(mode);
      for (std::size_t i = 0; i < vector.bytes.size(); ++i) {
        if (const auto cut = decode(Bytes(vector.bytes.begin(), vector.bytes.begin() + static_cast<std::ptrdiff_t>(i))))
          (void)lab.hear(*cut);
        for (const int change : {0x01, 0x80, 0xff}) {
          Bytes changed = vector.bytes;
          changed[i] ^= static_cast<std::uint8_t>(change);
          const auto message = decode(changed);
          if (!message) continue;
          for (const Send& send : testing::all<Send>(lab.hear(*message)))
            EXPECT_TRUE(encode(send.message, send.limit)) << vector.name << " " << i;
        }
      }
      (void)lab.tick_after(std::chrono::seconds(1));
    }
  }
}

}  // namespace
}  // namespace bootferry::dhcp
