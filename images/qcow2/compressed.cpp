// SPDX-License-Identifier: Apache-2.0
#include "images/qcow2/compressed.hpp"

#include <zlib.h>
#include <zstd.h>

#include <memory>

namespace bootferry::images::qcow2 {
namespace {

constexpr int raw_deflate = -15;

/// The length of `packed` is known in whole sectors only: what follows the stream does not matter.
bool unpack_zlib(ByteView packed, MutableByteView out) {
  z_stream stream{};
  if (::inflateInit2(&stream, raw_deflate) != Z_OK) return false;
  stream.next_in = const_cast<Bytef*>(packed.data());
  stream.avail_in = static_cast<uInt>(packed.size());
  stream.next_out = out.data();
  stream.avail_out = static_cast<uInt>(out.size());
  const int result = ::inflate(&stream, Z_FINISH);
  const bool full = stream.avail_out == 0;
  ::inflateEnd(&stream);
  return full && (result == Z_STREAM_END || result == Z_BUF_ERROR);
}

bool unpack_zstd(ByteView packed, MutableByteView out) {
  const std::unique_ptr<ZSTD_DCtx, decltype(&::ZSTD_freeDCtx)> context(::ZSTD_createDCtx(), &::ZSTD_freeDCtx);
  if (!context) return false;
  ZSTD_inBuffer from{packed.data(), packed.size(), 0};
  ZSTD_outBuffer to{out.data(), out.size(), 0};
  while (to.pos < to.size) {
    const std::size_t before_in = from.pos, before_out = to.pos;
    const std::size_t result = ::ZSTD_decompressStream(context.get(), &to, &from);
    if (::ZSTD_isError(result) != 0) return false;
    if (from.pos == before_in && to.pos == before_out) return false;  // no more to be had
  }
  return true;
}

}  // namespace

Result<void> unpack_cluster(Compression compression, ByteView packed, MutableByteView out) {
  const bool good = compression == Compression::zlib ? unpack_zlib(packed, out) : unpack_zstd(packed, out);
  if (good) return {};
  return fail(ErrorKind::io, "A compressed cluster of this qcow2 file is damaged.");
}

}  // namespace bootferry::images::qcow2
