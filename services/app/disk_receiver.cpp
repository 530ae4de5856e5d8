// SPDX-License-Identifier: Apache-2.0
#include "app/disk_receiver.hpp"

#include <fmt/format.h>

#include <thread>

#include "app/interruption.hpp"
#include "app/part_file.hpp"
#include "app/retry_pauses.hpp"

namespace bootferry::app {
namespace {

class Receiver {
 public:
  Receiver(const ApiClient& client, std::string address, PartFile part, ProgressLine& progress)
      : client_(client), address_(std::move(address)), part_(std::move(part)), progress_(progress) {}

  Result<void> run(bool as_qcow2) {
    Interruption interruption("broken off; " + how_to_go_on());
    if (part_.arrived().value > 0)
      say(fmt::format("going on with what is here, {} of {}", render_byte_count(part_.arrived()),
                      render_byte_count(part_.size())));
    if (auto fetched = fetch_all(); !fetched) return give_up(fetched.error());
    if (!as_qcow2) return part_.finish_raw();
    interruption.hold();
    auto made = part_.finish_qcow2([this](ByteCount done, ByteCount total) -> Result<void> {
      progress_.draw("converting", done, total);
      if (!Interruption::came()) return {};
      return fail(ErrorKind::unavailable, "broken off");
    });
    return made ? made : give_up(made.error());
  }

 private:
  Result<void> fetch_all() {
    RetryPauses pauses;
    for (bool told = false;;) {
      const ByteCount before = part_.arrived();
      auto fetched = fetch_rest();
      if (spoilt_ || fetched) return spoilt_ ? std::unexpected(*spoilt_) : fetched;
      if (!is_of_the_link(fetched.error())) return fetched;
      if (part_.arrived() > before) {
        pauses.reset();
        told = false;
      }
      const auto pause = pauses.next();
      if (!pause) return fetched;
      if (!std::exchange(told, true)) say(fetched.error().message + "; trying again");
      std::this_thread::sleep_for(*pause);
    }
  }

  /// All that is missing, in one answer; an error when it broke off.
  Result<void> fetch_rest() {
    ApiRequest request{.method = "GET", .path = address_, .accept = "application/octet-stream"};
    if (part_.etag().empty()) {
      // Nothing tells whether what is here is of the same bytes.
    } else if (part_.is_whole()) {
      request.headers = {{"If-None-Match", part_.etag()}};
    } else if (part_.arrived().value > 0) {
      // Another disk than the one that these bytes are of is sent from its start.
      request.headers = {{"Range", fmt::format("bytes={}-", part_.arrived().value)}, {"If-Range", part_.etag()}};
    }
    begun_ = false;
    const auto reply = client_.fetch(request, [this](const ApiReply& head, std::string_view piece) {
      auto taken = take(head, piece);
      if (!taken) spoilt_ = taken.error();
      return taken;
    });
    if (!reply) return std::unexpected(reply.error());
    if (part_.is_whole()) return part_.keep();
    return fail(ErrorKind::io, fmt::format("{} ended before all was here", client_.server_name()));
  }

  Result<void> take(const ApiReply& head, std::string_view piece) {
    if (!std::exchange(begun_, true)) {
      if (auto ready = begin(head); !ready) return ready;
    }
    if (auto kept = part_.append(bytes_of(piece)); !kept) return kept;
    progress_.draw("fetching", part_.arrived(), part_.size());
    return {};
  }

  Result<void> begin(const ApiReply& head) {
    if (head.status == 206 && head.etag == part_.etag() && head.first == part_.arrived().value &&
        head.whole == part_.size().value)
      return {};
    if (head.status != 200 || head.whole == 0)
      return fail(ErrorKind::invalid, "the server sends another part than was asked for; is it a Bootferry?");
    if (part_.arrived().value > 0) {
      say(head.etag.empty() ? "nothing tells whether this disk is still the same; beginning anew"
                            : "the disk there is another one now; beginning anew");
    }
    if (auto begun = part_.begin(head.etag, {head.whole}); !begun) return begun;
    return part_.keep();
  }

  std::unexpected<Error> give_up(const Error& error) {
    if (part_.arrived().value == 0) {
      part_.remove();
      return std::unexpected(error);
    }
    (void)part_.keep();  // the disk may be full: what was noted before holds
    return fail(error.kind, with_mend(error.message, how_to_go_on()));
  }

  [[nodiscard]] std::string how_to_go_on() const {
    return fmt::format("what has arrived is in {}; give the same command again, and it goes on there",
                       part_.path().string());
  }
  void say(const std::string& sentence) {
    progress_.clear();
    fmt::print(stderr, "bootferry: {}\n", sentence);
  }

  const ApiClient& client_;
  const std::string address_;
  PartFile part_;
  ProgressLine& progress_;
  bool begun_ = false;           ///< the answer's first bytes have come
  std::optional<Error> spoilt_;  ///< of the file here, or of a server that is no Bootferry: no other try helps
};

}  // namespace

Result<void> receive_disk(const ApiClient& client, const std::string& address, const std::filesystem::path& file,
                          bool as_qcow2, ProgressLine& progress) {
  auto part = PartFile::open(file);
  if (!part) return std::unexpected(part.error());
  return Receiver(client, address, std::move(*part), progress).run(as_qcow2);
}

}  // namespace bootferry::app
