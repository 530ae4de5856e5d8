// SPDX-License-Identifier: Apache-2.0
// Resumable uploads as they come over the wire, and the texts of their headers.
#include "appliance.hpp"
#include "http/syntax/tus.hpp"

namespace bootferry::http::test {
namespace {

class Uploads : public Appliance {
 protected:
  static std::string tus(std::string_view more = "") {
    return bearer() + "Tus-Resumable: 1.0.0\r\n" + std::string(more);
  }
  static std::string piece_at(std::size_t offset) {
    return tus("Content-Type: application/offset+octet-stream\r\nUpload-Offset: " + std::to_string(offset) + "\r\n");
  }
};

TEST_F(Uploads, AFileComesInPieces) {
  start();
  // name: dos, filename: d.img
  const auto made =
      ask("POST", "/api/v1/uploads", tus("Upload-Length: 1000000\r\nUpload-Metadata: name ZG9z,filename ZC5pbWc=\r\n"));
  EXPECT_EQ(made.status, 201);
  EXPECT_EQ(made.header("Location"), "/api/v1/uploads/u1");
  EXPECT_EQ(intake.upload.image.name, "dos");
  EXPECT_EQ(intake.upload.file_name, "d.img");
  Wire wire = dial();
  const std::string half(500'000, 'x');
  const auto first = ask(wire, "PATCH", "/api/v1/uploads/u1", piece_at(0), half);
  EXPECT_EQ(first.status, 204);
  EXPECT_EQ(first.header("Upload-Offset"), "500000");
  EXPECT_EQ(ask("HEAD", "/api/v1/uploads/u1").header("Upload-Offset"), "500000");
  EXPECT_EQ(ask(wire, "PATCH", "/api/v1/uploads/u1", piece_at(500'000), half).status, 204) << "the connection is kept";
  EXPECT_EQ(intake.bytes, half + half);
}

TEST_F(Uploads, TheListTellsWhatEachIsToBecome) {
  start();
  // name: dos, filename: d.img, sha256: 64 times a, format: raw, removable: true
  const std::string sum(64, 'a');
  ASSERT_EQ(ask("POST", "/api/v1/uploads",
                tus("Upload-Length: 9\r\nUpload-Metadata: " +
                    render_tus_metadata({{"name", "dos"},
                                         {"filename", "d.img"},
                                         {"sha256", sum},
                                         {"format", "raw"},
                                         {"removable", "true"},
                                         {"thick", "false"},
                                         {"block_size", "4096"}}) +
                    "\r\n"))
                .status,
            201);
  const auto upload = get("/api/v1/uploads").json()["uploads"][0];
  EXPECT_EQ(upload["image"], "dos");
  EXPECT_EQ(upload["file_name"], "d.img");
  EXPECT_EQ(upload["sha256"], sum);
  EXPECT_EQ(upload["format"], "raw");
  EXPECT_EQ(upload["block_size"], 4096);
  EXPECT_EQ(upload["physical_block_size"], 4096);
  EXPECT_EQ(upload["removable"], true);
  EXPECT_EQ(upload["thick"], false);
  EXPECT_EQ(upload["length"], 9);
}

TEST_F(Uploads, WhatMayNotBeIsRefusedBeforeTheBody) {
  start();
  EXPECT_EQ(ask("PATCH", "/api/v1/uploads/u1", "Tus-Resumable: 1.0.0\r\n", "x").status, 401);
  EXPECT_EQ(ask("PATCH", "/api/v1/uploads/u1", bearer(), "x").status, 412);
  EXPECT_EQ(ask("PATCH", "/api/v1/uploads/u1", tus(), "x").status, 415);
  EXPECT_EQ(ask("PATCH", "/api/v1/uploads/u1", piece_at(7), "x").status, 409);
  EXPECT_EQ(ask("PATCH", "/api/v1/uploads/u1", piece_at(0) + "Transfer-Encoding: chunked\r\n").status, 411);
  EXPECT_EQ(ask("POST", "/api/v1/uploads", tus("Upload-Length: 0\r\nUpload-Metadata: name ZG9z\r\n")).status, 400);
  EXPECT_EQ(ask("POST", "/api/v1/uploads", tus("Upload-Length: 9\r\nUpload-Metadata: name ?\r\n")).status, 400);
  EXPECT_EQ(ask("POST", "/api/v1/uploads", tus("Upload-Length: 9\r\n")).status, 400) << "no name";
  EXPECT_EQ(ask("PATCH", "/api/v1/images", bearer(), "x").status, 405);
  EXPECT_EQ(intake.bytes, "");
}

TEST_F(Uploads, ADiskThatGetsFullEndsIt) {
  start();
  const auto answer = ask("PATCH", "/api/v1/uploads/u1", piece_at(0), std::string(3'100'000, 'x'));
  EXPECT_EQ(answer.status, 507);
}

TEST_F(Uploads, OtherBodiesKeepTheirLimit) {
  start();
  EXPECT_EQ(ask("PUT", "/api/v1/clients/52:54:00:e2:e0:01", bearer(), std::string(70'000, ' ')).status, 413);
}

TEST_F(Uploads, JobsAreListedAndCancelled) {
  start();
  EXPECT_EQ(get("/api/v1/jobs").json()["jobs"][0]["id"], 5);
  EXPECT_EQ(get("/api/v1/jobs/5").json()["state"], "waiting");
  EXPECT_TRUE(get("/api/v1/jobs/5").json()["upload"].is_null());
  intake.job.upload = "u1";
  EXPECT_EQ(get("/api/v1/jobs/5").json()["upload"], "u1");
  EXPECT_EQ(get("/api/v1/jobs/6").status, 404);
  EXPECT_EQ(ask("DELETE", "/api/v1/jobs/5", bearer()).status, 204);
  EXPECT_EQ(ask("DELETE", "/api/v1/jobs/6", bearer()).status, 404);
  EXPECT_EQ(ask("OPTIONS", "/api/v1/uploads").header("Tus-Version"), "1.0.0");
}

TEST(Tus, NumbersAndMetadata) {
  EXPECT_EQ(parse_tus_number("0"), 0u);
  EXPECT_EQ(parse_tus_number("9223372036854775808"), std::nullopt);
  for (const char* bad : {"", "-1", "1 ", "0x1", "99999999999999999999"}) EXPECT_FALSE(parse_tus_number(bad)) << bad;
  const auto pairs = parse_tus_metadata("name ZG9z, filename ZC5pbWc=,removable").value();
  EXPECT_EQ(pairs.at("name"), "dos");
  EXPECT_EQ(pairs.at("filename"), "d.img");
  EXPECT_EQ(pairs.at("removable"), "");
  EXPECT_EQ(render_tus_metadata({{"filename", "d.img"}, {"name", "dos"}}), "filename ZC5pbWc=,name ZG9z");
  for (const char* text : {"", "a", "ab", "abc", "abcd", "\xff\x00\x80"}) {
    const std::map<std::string, std::string> one{{"name", text}};
    EXPECT_EQ(parse_tus_metadata(render_tus_metadata(one)), one) << text;
  }
  for (const char* bad : {"name ZG9", "name Z===", "name Z?9z", "a YQ==,a YQ==", ",", " "})
    EXPECT_FALSE(parse_tus_metadata(bad)) << bad;
  EXPECT_TRUE(parse_tus_metadata("").value().empty());
}

}  // namespace
}  // namespace bootferry::http::test
