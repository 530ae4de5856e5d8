// SPDX-License-Identifier: Apache-2.0
// Any bytes at port 69: decoded, named, negotiated, and what decodes must encode to the same meaning.
#include <cstdlib>

#include "tftp/codec.hpp"
#include "tftp/loader_name.hpp"
#include "tftp/negotiation.hpp"

using namespace bootferry;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const boot::LoaderCatalog loaders = [] {
    boot::LoaderCatalog made;
    made.add("undionly.kpxe", "/l/undionly.kpxe");
    return made;
  }();
  const auto message = tftp::decode({data, size});
  if (!message) return 0;
  const auto* request = std::get_if<tftp::ReadRequest>(&*message);
  if (!request) return 0;
  const auto again = tftp::decode(tftp::encode_read_request(*request));
  if (!again || std::get<tftp::ReadRequest>(*again) != *request) std::abort();
  const auto name = tftp::find_loader_name(loaders, request->file);
  if (name && *name != "undionly.kpxe") std::abort();
  const tftp::TransferLimits limits;
  const tftp::Terms terms = tftp::negotiate(*request, 74213, limits);
  if (terms.block_size < 8 || terms.block_size > limits.max_block_size || terms.window < 1 ||
      terms.window > limits.max_window || terms.block_size * terms.window > limits.max_window_bytes ||
      tftp::encode_option_ack(terms.accepted).size() > 512) {
    std::abort();
  }
  return 0;
}
