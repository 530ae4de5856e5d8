// SPDX-License-Identifier: Apache-2.0
#include "images/check/initramfs.hpp"

#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <functional>
#include <memory>

namespace bootferry::images::check {
namespace {

constexpr std::uint64_t most_unpacked = 1ull << 30;
constexpr std::size_t header_size = 110, most_name = 4096;
constexpr std::string_view magic = "070701", magic_with_sum = "070702", trailer = "TRAILER!!!";

/// Reads archives piece by piece, keeps the names only.
class CpioScanner {
 public:
  explicit CpioScanner(InitramfsFacts& facts) : facts_(facts) {}

  [[nodiscard]] bool broken() const { return broken_; }

  /// How many bytes it took: fewer than given when an archive has ended and something else follows.
  std::size_t feed(ByteView bytes) {
    const std::size_t given = bytes.size();
    while (!bytes.empty() && !broken_ && !ended_) {
      const std::size_t taken = step(bytes);
      bytes = bytes.subspan(taken);
    }
    return given - bytes.size();
  }
  [[nodiscard]] bool ended() const { return ended_; }

 private:
  std::size_t step(ByteView bytes) {
    if (skip_ > 0) {
      const auto taken = static_cast<std::size_t>(std::min<std::uint64_t>(skip_, bytes.size()));
      skip_ -= taken;
      ended_ = skip_ == 0 && last_;
      return taken;
    }
    const std::size_t taken = std::min(wanted_ - held_.size(), bytes.size());
    held_.append(text_of(bytes.first(taken)));
    if (held_.size() == wanted_) take_header();
    return taken;
  }

  [[nodiscard]] std::uint32_t field(std::size_t index) {
    std::uint32_t value = 0;
    const char* at = held_.data() + 6 + index * 8;
    const auto [end, error] = std::from_chars(at, at + 8, value, 16);
    if (error != std::errc{} || end != at + 8) broken_ = true;
    return value;
  }

  // The header and the name are filled up to a multiple of 4, and so is the file.
  void take_header() {
    if (!held_.starts_with(magic) && !held_.starts_with(magic_with_sum)) {
      broken_ = true;
      return;
    }
    const std::uint32_t size = field(6), name = field(11);
    if (broken_ || name == 0 || name > most_name) {
      broken_ = true;
      return;
    }
    const std::size_t whole = (header_size + name + 3) / 4 * 4;
    if (wanted_ == header_size) {
      wanted_ = whole;
      return;
    }
    take_name(std::string_view(held_).substr(header_size, name - 1));
    skip_ = (std::uint64_t{size} + 3) / 4 * 4;
    ended_ = last_ && skip_ == 0;
    held_.clear();
    wanted_ = header_size;
  }

  void take_name(std::string_view path) {
    last_ = path == trailer;
    if (last_) return;
    ++facts_.files;
    const std::string_view name = path.substr(path.find_last_of('/') + 1);
    if (name == "iscsistart" || name == "iscsid" || name == "iscsiroot") facts_.initiator = true;
    if (name.starts_with("iscsi_tcp.ko")) facts_.transport = true;
    if (name.starts_with("iscsi_ibft.ko")) facts_.ibft = true;
  }

  InitramfsFacts& facts_;
  std::string held_;
  std::size_t wanted_ = header_size;
  std::uint64_t skip_ = 0;
  bool last_ = false, ended_ = false, broken_ = false;
};

using Sink = std::function<bool(ByteView)>;  // false: enough

// Answers why it stopped before the end, or nothing.
std::string unpack_gzip(ByteView bytes, const Sink& sink) {
  z_stream stream{};
  if (inflateInit2(&stream, 15 + 16) != Z_OK) return "there is no memory to unpack it";
  const std::unique_ptr<z_stream, int (*)(z_stream*)> end(&stream, inflateEnd);
  stream.next_in = const_cast<Bytef*>(bytes.data());
  stream.avail_in = static_cast<unsigned>(std::min<std::size_t>(bytes.size(), 1u << 30));
  std::vector<std::uint8_t> out(256 << 10);
  for (std::uint64_t total = 0; total < most_unpacked;) {
    stream.next_out = out.data();
    stream.avail_out = static_cast<unsigned>(out.size());
    const int result = inflate(&stream, Z_NO_FLUSH);
    const std::size_t made = out.size() - stream.avail_out;
    total += made;
    if (!sink(ByteView(out).first(made)) || result == Z_STREAM_END) return {};
    if (result != Z_OK || (made == 0 && stream.avail_in == 0)) return "its gzip data are damaged";
  }
  return "it is too big when unpacked";
}

std::string unpack_zstd(ByteView bytes, const Sink& sink) {
  const std::unique_ptr<ZSTD_DStream, std::size_t (*)(ZSTD_DStream*)> stream(ZSTD_createDStream(), ZSTD_freeDStream);
  if (!stream) return "there is no memory to unpack it";
  ZSTD_DCtx_setParameter(stream.get(), ZSTD_d_windowLogMax, 27);
  ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
  std::vector<std::uint8_t> data(256 << 10);
  for (std::uint64_t total = 0; total < most_unpacked;) {
    ZSTD_outBuffer out{data.data(), data.size(), 0};
    const std::size_t result = ZSTD_decompressStream(stream.get(), &out, &in);
    if (ZSTD_isError(result) != 0) return "its zstd data are damaged";
    total += out.pos;
    if (!sink(ByteView(data).first(out.pos)) || result == 0) return {};
    if (out.pos == 0 && in.pos == in.size) return "its zstd data are damaged";
  }
  return "it is too big when unpacked";
}

std::string name_of_packing(ByteView bytes) {
  static constexpr std::pair<std::string_view, std::string_view> kinds[] = {{"\xFD"
                                                                             "7zXZ",
                                                                             "xz"},
                                                                            {"\x02\x21\x4C\x18", "lz4"},
                                                                            {"\x04\x22\x4D\x18", "lz4"},
                                                                            {"BZh", "bzip2"},
                                                                            {"\x5D", "lzma"},
                                                                            {"\x89LZO", "lzo"}};
  for (const auto& [start, name] : kinds) {
    if (text_of(bytes).starts_with(start)) return "it is packed with " + std::string(name);
  }
  return "it is no archive that this check knows";
}

std::string scan_packed(ByteView bytes, InitramfsFacts& facts) {
  CpioScanner scanner(facts);
  // Behind an archive's end there may be another one, or zeros: the names that count are in the first.
  const Sink sink = [&scanner](ByteView part) {
    (void)scanner.feed(part);
    return !scanner.broken() && !scanner.ended();
  };
  std::string why;
  if (text_of(bytes).starts_with("\x1F\x8B"))
    why = unpack_gzip(bytes, sink);
  else if (text_of(bytes).starts_with("\x28\xB5\x2F\xFD"))
    why = unpack_zstd(bytes, sink);
  else
    return name_of_packing(bytes);
  if (why.empty() && !scanner.ended()) why = "its archive is damaged";
  return why;
}

}  // namespace

InitramfsFacts look_into_initramfs(ByteView bytes) {
  InitramfsFacts facts;
  while (true) {
    while (!bytes.empty() && bytes.front() == 0) bytes = bytes.subspan(1);
    if (bytes.empty()) break;
    if (!text_of(bytes).starts_with(magic)) {
      facts.untold = scan_packed(bytes, facts);
      break;
    }
    CpioScanner scanner(facts);
    bytes = bytes.subspan(scanner.feed(bytes));
    if (scanner.ended()) continue;
    facts.untold = "its archive is damaged";
    break;
  }
  if (facts.files == 0 && facts.untold.empty()) facts.untold = "it is empty";
  return facts;
}

}  // namespace bootferry::images::check
