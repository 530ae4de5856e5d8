// SPDX-License-Identifier: Apache-2.0
// The pure parts of sending an image from afar: which unfinished upload is the same, how long it is tried again.
#include "app/image_sender.hpp"

#include <gtest/gtest.h>

#include "app/job_follower.hpp"
#include "app/retry_pauses.hpp"

namespace bootferry::app {
namespace {

using nlohmann::json;

const json wanted{{"name", "win"},  {"block_size", 512},      {"removable", false}, {"thick", false},
                  {"sha256", "ab"}, {"file_name", "win.img"}, {"length", 100}};

json upload_with(const json& changes = json::object()) {
  json upload{{"id", "u1"},
              {"image", "win"},
              {"file_name", "win.img"},
              {"sha256", "ab"},
              {"format", nullptr},
              {"block_size", 512},
              {"physical_block_size", 4096},
              {"removable", false},
              {"thick", false},
              {"offset", 40},
              {"length", 100},
              {"expires", "2026-01-01T00:00:00Z"}};
  upload.update(changes);
  return upload;
}

TEST(ImageSender, TheSameFileForTheSameImageGoesOn) {
  const json others = json::array({upload_with({{"id", "u0"}, {"image", "dos"}}), upload_with()});
  EXPECT_EQ(find_unfinished(others, wanted)["id"], "u1");
  EXPECT_TRUE(find_unfinished(json::array(), wanted).is_null());
}

TEST(ImageSender, AnythingElseBeginsAnew) {
  for (const json& other :
       {json{{"image", "dos"}}, json{{"file_name", "other.img"}}, json{{"length", 101}}, json{{"sha256", "cd"}},
        json{{"sha256", nullptr}}, json{{"format", "raw"}}, json{{"block_size", 4096}},
        json{{"physical_block_size", 512}}, json{{"removable", true}}, json{{"thick", true}}}) {
    EXPECT_TRUE(find_unfinished(json::array({upload_with(other)}), wanted).is_null()) << other;
  }
  json older = upload_with();  // of a server that does not tell the sum
  older.erase("sha256");
  EXPECT_TRUE(find_unfinished(json::array({older}), wanted).is_null());
}

TEST(ImageSender, WhatWasAskedForBesidesIsCompared) {
  json raw = wanted;
  raw["format"] = "raw";
  raw["physical_block_size"] = 512;
  EXPECT_TRUE(find_unfinished(json::array({upload_with()}), raw).is_null());
  EXPECT_EQ(find_unfinished(json::array({upload_with({{"format", "raw"}, {"physical_block_size", 512}})}), raw)["id"],
            "u1");
}

TEST(ImageSender, ItIsTriedForAboutTenMinutesAndAnewWhenSomethingArrived) {
  RetryPauses pauses;
  EXPECT_EQ(pauses.next()->count(), 0);
  std::chrono::milliseconds all{0};
  while (const auto pause = pauses.next()) all += *pause;
  EXPECT_GE(all, std::chrono::minutes(9));
  EXPECT_LE(all, std::chrono::minutes(11));
  EXPECT_FALSE(pauses.next());
  pauses.reset();
  EXPECT_EQ(pauses.next()->count(), 0);
}

TEST(ImageSender, AJobIsOverOrGoesOnOrSaysWhyNot) {
  ProgressLine nobody(false);
  const auto job = [](const json& changes = json::object()) {
    json made{{"step", nullptr},  {"state", "waiting"}, {"done", 0},        {"total", 0},
              {"ended", nullptr}, {"error", nullptr},   {"source", nullptr}};
    made.update(changes);
    return made;
  };
  EXPECT_FALSE(look_at_job(job(), nobody)->has_value());
  EXPECT_FALSE(look_at_job(job({{"state", "running"}, {"step", "copying"}}), nobody)->has_value());
  const json source{{"recognised", "raw"}};
  EXPECT_EQ(**look_at_job(job({{"state", "done"}, {"ended", "now"}, {"source", source}}), nobody), source);
  EXPECT_EQ(look_at_job(job({{"state", "failed"}, {"ended", "now"}, {"error", "it is torn"}}), nobody).error().message,
            "it is torn");
  EXPECT_FALSE(look_at_job(job({{"state", "cancelled"}, {"ended", "now"}}), nobody));
}

TEST(ProgressLine, ShowsHowFarItIs) {
  EXPECT_EQ(render_progress("sending", mib(5), mib(10)),
            "sending    [###############               ] 5.0 MiB of 10.0 MiB");
  EXPECT_EQ(render_progress("waiting", {}, {}), "waiting    [                              ] 0 B of 0 B");
  EXPECT_EQ(render_progress("adding", kib(3), kib(3)), "adding     [" + std::string(30, '#') + "] 3.0 KiB of 3.0 KiB");
}

}  // namespace
}  // namespace bootferry::app
