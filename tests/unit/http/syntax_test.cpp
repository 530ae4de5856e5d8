// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "http/syntax/date.hpp"
#include "http/syntax/encoding.hpp"
#include "http/syntax/json_shape.hpp"
#include "http/syntax/path.hpp"
#include "http/syntax/range.hpp"
#include "http/syntax/script_value.hpp"

namespace bootferry::http {
namespace {

TEST(AcceptEncoding, IsAskedForGzip) {
  for (const char* yes : {"gzip", "GZIP", "gzip, deflate, br", "br;q=1.0, gzip;q=0.8, *;q=0.1", "*", "x-gzip",
                          "gzip; q=0.001", " gzip\t,br"})
    EXPECT_TRUE(accepts_gzip(yes)) << yes;
  for (const char* no :
       {"", "identity", "br", "gzip;q=0", "gzip;q=0.000, *", "*;q=0", "gzippo", "deflate;gzip", "gzip;level=9"})
    EXPECT_FALSE(accepts_gzip(no)) << no;
}

TEST(Target, DecodesOnce) {
  const auto target = parse_target("/a%20b/%2561?x=1%202&y&z=%26");
  ASSERT_TRUE(target);
  EXPECT_EQ(target->path, "/a b/%61");
  const QueryPairs expected{{"x", "1 2"}, {"y", ""}, {"z", "&"}};
  EXPECT_EQ(target->query, expected);
}

TEST(Target, TakesTheAbsoluteForm) {
  EXPECT_EQ(parse_target("http://10.0.0.1:8080/boot/x.ipxe")->path, "/boot/x.ipxe");
  EXPECT_EQ(parse_target("http://10.0.0.1")->path, "/");
}

TEST(Target, RefusesWhatLeadsAside) {
  for (const char* bad : {"",      "*",      "a",      "/..",    "/a/../b", "/%2e%2e/x", "/a/%2E./b",
                          "/a\\b", "/a%5cb", "/a%00b", "/a%0ab", "/%",      "/%4",       "/%zz",
                          "/a//b", "//a",    "/.",     "/a/.",   "/?x=%",   "ftp://x/",  "http://10.0.0.1?x"}) {
    EXPECT_FALSE(parse_target(bad)) << bad;
  }
  EXPECT_TRUE(parse_target("/..a/b.."));
  EXPECT_EQ(parse_target("/loaders/secureboot//grubx64.efi")->path, "/loaders/secureboot/grubx64.efi") << "a shim";
  EXPECT_FALSE(parse_target("/loaders//../admin-token"));
  EXPECT_TRUE(parse_target("/a/"));
}

TEST(Target, BoundsTheQuery) {
  std::string many = "/?";
  for (int i = 0; i < 17; ++i) many += "a&";
  EXPECT_FALSE(parse_target(many));
}

TEST(MatchPath, FindsTheCaptures) {
  EXPECT_EQ(match_path("/a/{x}/b/{y}", "/a/1/b/2"), (std::vector<std::string>{"1", "2"}));
  EXPECT_EQ(match_path("/files/{path...}", "/files/a/b/c"), (std::vector<std::string>{"a/b/c"}));
  EXPECT_EQ(match_path("/", "/"), std::vector<std::string>{});
}

TEST(MatchPath, WantsAllOfIt) {
  EXPECT_FALSE(match_path("/a/{x}", "/a/"));
  EXPECT_FALSE(match_path("/a/{x}", "/a/1/2"));
  EXPECT_FALSE(match_path("/a/{x}", "/a"));
  EXPECT_FALSE(match_path("/a", "/a/"));
  EXPECT_FALSE(match_path("/files/{path...}", "/files/"));
  EXPECT_FALSE(match_path("/files/{path...}", "/files"));
  EXPECT_FALSE(match_path("/", "/a"));
}

struct RangeCase {
  const char* text;
  RangeChoice::Kind kind;
  std::uint64_t first, length;
};

TEST(Range, KnowsTheForms) {
  using enum RangeChoice::Kind;
  const RangeCase cases[] = {
      {"", whole, 0, 1000},
      {"bytes=0-499", part, 0, 500},
      {"bytes=999-", part, 999, 1},
      {"bytes=500-5000", part, 500, 500},
      {"bytes=-1", part, 999, 1},
      {"bytes=-5000", part, 0, 1000},
      {"bytes=0-99999999999999999999999", part, 0, 1000},
      {"bytes=1000-", unsatisfiable, 0, 0},
      {"bytes=99999999999999999999999-", unsatisfiable, 0, 0},
      {"bytes=-0", unsatisfiable, 0, 0},
      {"bytes=5-4", whole, 0, 1000},
      {"bytes=0-1,3-4", whole, 0, 1000},
      {"bytes=a-b", whole, 0, 1000},
      {"bytes=-", whole, 0, 1000},
      {"bytes=--1", whole, 0, 1000},
      {"lines=0-1", whole, 0, 1000},
  };
  for (const RangeCase& one : cases) {
    const RangeChoice choice = parse_range(one.text, 1000);
    EXPECT_EQ(choice.kind, one.kind) << one.text;
    EXPECT_EQ(choice.first, one.first) << one.text;
    EXPECT_EQ(choice.length, one.length) << one.text;
  }
}

TEST(Range, OfAnEmptyFileIsNeverAPart) {
  EXPECT_EQ(parse_range("bytes=0-", 0).kind, RangeChoice::Kind::unsatisfiable);
  EXPECT_EQ(parse_range("bytes=-5", 0).kind, RangeChoice::Kind::unsatisfiable);
}

TEST(Range, OfAnAnswerTellsWhereItBeginsAndHowLongTheWholeIs) {
  const auto range = parse_content_range("bytes 1001-300000/600064");
  ASSERT_TRUE(range);
  EXPECT_EQ(range->first, 1001u);
  EXPECT_EQ(range->size, 600064u);
  for (const char* wrong :
       {"", "bytes", "bytes 1-2", "bytes 1-2/*", "bytes */5", "bytes 2-1/5", "bytes 1-5/5", "bytes -1/5", "bytes 1/2-5",
        "chars 1-2/5", "bytes 1-2/5x", "bytes 0-1/99999999999999999999-"})
    EXPECT_FALSE(parse_content_range(wrong)) << wrong;
}

TEST(ScriptValue, RefusesWhatIpxeWouldRead) {
  EXPECT_TRUE(check_script_word("iscsi:10.99.0.1::::iqn.2026-11.org.bootferry:525400e2e001.80"));
  EXPECT_TRUE(check_script_line("root=/dev/nfs nfsroot=10.0.0.1:/srv,v3 ip=dhcp quiet"));
  EXPECT_TRUE(check_script_line(""));
  for (const char* bad :
       {"a\nb", "a\rb", "${net0/mac}", "a ; shell", "a && b", "a || b", "a #b", "\x1b[2J", "caf\xc3\xa9"}) {
    EXPECT_FALSE(check_script_line(bad)) << bad;
    EXPECT_FALSE(check_script_word(bad)) << bad;
  }
  EXPECT_FALSE(check_script_line(std::string("a\0b", 3)));
  EXPECT_FALSE(check_script_line(std::string(1025, 'a')));
  EXPECT_FALSE(check_script_word(""));
  EXPECT_FALSE(check_script_word("two words"));
  EXPECT_FALSE(check_script_word("--replace"));
}

TEST(ScriptValue, ScreenLinesArePlainAndNarrow) {
  const auto lines = render_screen_lines("The image \"x ; shell\" && ${boom}\nis gone " + std::string(300, 'w'));
  ASSERT_FALSE(lines.empty());
  EXPECT_LE(lines.size(), 6u);
  for (const std::string& line : lines) {
    EXPECT_LE(line.size(), 76u);
    EXPECT_EQ(line.find_first_of("$;&|\"{}\n"), std::string::npos) << line;
    EXPECT_FALSE(line.starts_with('-'));
  }
  EXPECT_EQ(lines[0], "The image ?x ? shell? ?? ??boom? is gone");
}

TEST(JsonShape, BoundsDepthAndSize) {
  EXPECT_TRUE(check_json_shape(std::string(32, '[') + std::string(32, ']')));
  EXPECT_FALSE(check_json_shape(std::string(33, '[')));
  EXPECT_FALSE(check_json_shape(std::string(100'000, '[')));
  EXPECT_TRUE(check_json_shape("\"" + std::string(100, '[') + "\""));
  EXPECT_TRUE(check_json_shape("\"\\\"" + std::string(100, '[') + "\""));
  EXPECT_FALSE(check_json_shape("\"\\\\\"" + std::string(100, '{')));
  EXPECT_FALSE(check_json_shape(std::string(65537, ' ')));
}

TEST(Date, GoesThereAndBack) {
  const std::chrono::sys_seconds time{std::chrono::seconds{784111777}};  // the example of RFC 9110 5.6.7
  EXPECT_EQ(render_date(time), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(parse_date("Sun, 06 Nov 1994 08:49:37 GMT"), time);
  for (const char* bad :
       {"", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun, 31 Feb 1994 08:49:37 GMT", "Sun, 06 Nov 1994 24:49:37 GMT",
        "Sun, 06 Nov 1994 08:49:37 UTC", "Sun, 0x Nov 1994 08:49:37 GMT"}) {
    EXPECT_FALSE(parse_date(bad)) << bad;
  }
}

}  // namespace
}  // namespace bootferry::http
