// SPDX-License-Identifier: Apache-2.0
#include "app/image_sender.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <map>
#include <thread>

#include "app/interruption.hpp"
#include "app/job_follower.hpp"
#include "app/retry_pauses.hpp"
#include "app/upload_folder.hpp"
#include "boot/image.hpp"
#include "http/syntax/tus.hpp"
#include "images/file_descriptor.hpp"
#include "incoming/checksum.hpp"

namespace bootferry::app {
namespace {

using images::FileDescriptor;
using nlohmann::json;
using std::chrono::milliseconds;

static_assert(UploadFolder::lifetime == std::chrono::days(7));
constexpr const char* how_to_go_on =
    "the server keeps what has arrived for 7 days; give the same command again, and it goes on there";
constexpr milliseconds look_pause{250};

/// What ^C says: it depends on who has the work now.
const std::string while_sending = fmt::format("broken off; {}", how_to_go_on);
constexpr const char* while_adding =
    "the server has the whole file and goes on without you: \"bootferry job list\" shows how far it is";

std::unexpected<Error> cannot_read(const std::filesystem::path& file, std::string_view why) {
  return fail(ErrorKind::not_found, fmt::format("{} cannot be read: {}", file.string(), why));
}

/// What the server answered may be otherwise in a moment, or was lost on the way.
bool may_pass(const Error& error) { return is_of_the_link(error) || error.kind == ErrorKind::conflict; }

std::string metadata_of(const json& wanted) {
  std::map<std::string, std::string> pairs;
  for (const auto& [key, value] : wanted.items()) {
    if (key == "length") continue;
    pairs[key == "file_name" ? "filename" : key] = value.is_string() ? value.get<std::string>() : value.dump();
  }
  return http::render_tus_metadata(pairs);
}

class Sender {
 public:
  Sender(const ApiClient& client, std::filesystem::path file, json wanted, ProgressLine& progress)
      : client_(client), file_(std::move(file)), wanted_(std::move(wanted)), progress_(progress) {}

  Result<json> run() {
    if (auto opened = open(); !opened) return std::unexpected(opened.error());
    Interruption interruption(while_sending);
    if (auto begun = begin(); !begun) return std::unexpected(begun.error());
    if (auto sent = send_all(); !sent) {
      return fail(sent.error().kind, with_mend(sent.error().message, how_to_go_on));
    }
    interruption.say(while_adding);
    return follow();
  }

 private:
  /// Knows the file: that it can be read, its size and its sum.
  Result<void> open() {
    fd_ = FileDescriptor(::open(file_.c_str(), O_RDONLY | O_CLOEXEC));
    struct stat facts{};
    if (!fd_ || ::fstat(fd_.get(), &facts) != 0) return cannot_read(file_, std::strerror(errno));
    if (!S_ISREG(facts.st_mode)) return cannot_read(file_, "it is no plain file; copy it into one");
    size_ = {static_cast<std::uint64_t>(facts.st_size)};
    if (size_.value == 0) return cannot_read(file_, "it is empty");
    const auto sum = incoming::sha256_of(fd_.get(), size_, [this](ByteCount done, ByteCount total) -> Result<void> {
      progress_.draw("checking", done, total);
      return {};
    });
    if (!sum) return cannot_read(file_, sum.error().message);
    if (wanted_.contains("sha256") && wanted_["sha256"] != *sum) {
      return fail(
          ErrorKind::invalid,
          fmt::format("the SHA-256 of {} is {}, and --sha256 says another; nothing was sent", file_.string(), *sum));
    }
    wanted_["sha256"] = *sum;
    wanted_["file_name"] = file_.filename().string();
    wanted_["length"] = size_.value;
    return {};
  }

  Result<void> begin() {
    const auto answer = client_.get("/api/v1/uploads");
    if (!answer) return std::unexpected(answer.error());
    if (const json there = find_unfinished((*answer)["uploads"], wanted_); !there.is_null()) {
      id_ = there["id"];
      say(fmt::format("going on with what the server has, {} of {}",
                      render_byte_count({there["offset"].get<std::uint64_t>()}), render_byte_count(size_)));
      return {};
    }
    const auto made = client_.ask({.method = "POST",
                                   .path = "/api/v1/uploads",
                                   .headers = {{"Tus-Resumable", "1.0.0"},
                                               {"Upload-Length", std::to_string(size_.value)},
                                               {"Upload-Metadata", metadata_of(wanted_)}}});
    if (!made) return std::unexpected(made.error());
    // Only the last part: behind a proxy's path the server does not know where we see it.
    id_ = made->location.substr(made->location.rfind('/') + 1);
    return {};
  }

  Result<void> send_all() {
    RetryPauses pauses;
    std::optional<std::uint64_t> before;
    for (;;) {
      const auto sent = send_rest(before, pauses);
      if (sent || spoilt_) return spoilt_ ? std::unexpected(*spoilt_) : sent;
      if (!may_pass(sent.error())) return sent;
      const auto pause = pauses.next();
      if (!pause) return sent;
      if (broken_by_ != sent.error().kind) say(sent.error().message + "; trying again");
      broken_by_ = sent.error().kind;
      std::this_thread::sleep_for(*pause);
    }
  }

  /// Asks where the upload is, and sends all that is missing.
  Result<void> send_rest(std::optional<std::uint64_t>& before, RetryPauses& pauses) {
    const auto now = client_.get(path());
    if (!now && before && now.error().kind == ErrorKind::not_found) return {};  // whole, and done already: see follow()
    if (!now) return std::unexpected(now.error());
    const auto offset = (*now)["offset"].get<std::uint64_t>();
    if (before && offset > *before) {
      pauses.reset();
      if (broken_by_ != ErrorKind::conflict) broken_by_.reset();  // else it is somebody else's work that arrives
    }
    before = offset;
    if (offset == size_.value) return {};
    return send_from(offset);
  }

  Result<void> send_from(std::uint64_t at) {
    StreamedBody body{"application/offset+octet-stream", size_.value - at, [this, &at](MutableByteView space) {
                        auto filled = read_at(at, space);
                        if (!filled) spoilt_ = filled.error();
                        at += space.size();
                        progress_.draw("sending", {at}, size_);
                        return filled;
                      }};
    const auto sent = client_.ask({.method = "PATCH",
                                   .path = path(),
                                   .headers = {{"Tus-Resumable", "1.0.0"}, {"Upload-Offset", std::to_string(at)}},
                                   .body = &body});
    if (!sent) return std::unexpected(sent.error());
    return {};
  }

  Result<void> read_at(std::uint64_t at, MutableByteView space) const {
    while (!space.empty()) {
      const ssize_t got = ::pread(fd_.get(), space.data(), space.size(), static_cast<off_t>(at));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return cannot_read(file_, std::strerror(errno));
      if (got == 0) return cannot_read(file_, "it became shorter while it was sent");
      space = space.subspan(static_cast<std::size_t>(got));
      at += static_cast<std::uint64_t>(got);
    }
    return {};
  }

  /// To the end of the job that makes an image of it.
  Result<json> follow() {
    RetryPauses pauses;
    for (;;) {
      const auto over = look();
      if (over && *over) return image_with(**over);
      if (!over && !may_pass(over.error())) return std::unexpected(over.error());
      milliseconds pause = look_pause;
      if (over) {
        pauses.reset();
      } else {
        const auto longer = pauses.next();
        if (!longer) return std::unexpected(over.error());
        pause = *longer;
      }
      std::this_thread::sleep_for(pause);
    }
  }

  /// The source of the image once it is there (null when the server began anew meanwhile), or why it will not be.
  Result<std::optional<json>> look() {
    const auto upload = client_.get(path());  // first: when it is gone, its job has ended
    if (!upload && upload.error().kind != ErrorKind::not_found) return std::unexpected(upload.error());
    const auto answer = client_.get("/api/v1/jobs");
    if (!answer) return std::unexpected(answer.error());
    const json& jobs = (*answer)["jobs"];
    const auto ours =
        std::ranges::find_if(jobs, [this](const json& job) { return job.value("upload", json()) == id_; });
    if (ours == jobs.end()) return upload ? std::optional<json>() : std::optional<json>(json());
    return look_at_job(*ours, progress_);
  }

  Result<json> image_with(const json& source) const {
    auto image = image_made_of(client_, wanted_["name"], source);
    if (image || image.error().kind != ErrorKind::not_found) return image;
    return fail(ErrorKind::not_found, "the upload was removed on the server before it was done");
  }

  void say(const std::string& sentence) {
    progress_.clear();
    fmt::print(stderr, "bootferry: {}\n", sentence);
  }
  [[nodiscard]] std::string path() const { return "/api/v1/uploads/" + id_; }

  const ApiClient& client_;
  const std::filesystem::path file_;
  json wanted_;
  ProgressLine& progress_;
  FileDescriptor fd_;
  ByteCount size_{};
  std::string id_;
  std::optional<Error> spoilt_;         ///< of the file here: no other try helps
  std::optional<ErrorKind> broken_by_;  ///< what a person was told last
};

}  // namespace

Result<json> send_image(const ApiClient& client, const std::filesystem::path& file, json wanted,
                        ProgressLine& progress) {
  return Sender(client, file, std::move(wanted), progress).run();
}

Result<json> image_made_of(const ApiClient& client, const std::string& name, const json& source) {
  auto image = client.get("/api/v1/images/" + name);
  if (image && !source.is_null()) (*image)["source"] = source;
  return image;
}

json find_unfinished(const json& uploads, const json& wanted) {
  json asked = wanted;
  asked["image"] = std::exchange(asked["name"], json());
  asked.erase("name");
  const json usual{{"format", nullptr},
                   {"block_size", 512},
                   {"physical_block_size", boot::DiskTraits{}.physical_block_size},
                   {"removable", false},
                   {"thick", false}};
  for (const auto& [key, value] : usual.items()) {
    if (!asked.contains(key)) asked[key] = value;
  }
  for (const json& upload : uploads) {
    const bool same = std::ranges::all_of(
        asked.items(), [&](const auto& item) { return upload.value(item.key(), json("?")) == item.value(); });
    if (same) return upload;
  }
  return nullptr;
}

}  // namespace bootferry::app
