// SPDX-License-Identifier: Apache-2.0
// What a handler answers: status, a few headers and a body that is text, bytes in the binary, a part of a file or
// of a disk, or the live stream. Made by handlers, sent by connection; moves between threads. RFC 9110; problem details
// after RFC 9457.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "boot/disk_reader.hpp"
#include "http/open_file.hpp"

namespace bootferry::http {

struct FilePart {
  std::shared_ptr<const OpenFile> file;
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
};
/// Of a disk; nobody writes to it while this lives.
struct DiskPart {
  std::shared_ptr<boot::DiskReader> disk;
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
};
/// The live stream of events, behind the last id that the client saw.
struct LiveEvents {
  std::string last_event_id;         ///< as sent, or empty
  std::function<bool()> is_allowed;  ///< asked now and then: a login may have ended since
};

class Answer;

/// Takes a streamed body piece by piece, on a worker; then says what is answered.
class BodySink {
 public:
  virtual ~BodySink() = default;
  [[nodiscard]] virtual Result<void> take(ByteView piece) = 0;
  [[nodiscard]] virtual Answer finish() = 0;
};
/// No answer yet: the request's body goes here first.
struct TakesBody {
  std::shared_ptr<BodySink> sink;
};

class Answer {
 public:
  using Body = std::variant<std::string, std::string_view, FilePart, DiskPart, LiveEvents, TakesBody>;

  explicit Answer(unsigned status) : status_(status) {}
  Answer(unsigned status, std::string content_type, Body body)
      : status_(status), content_type_(std::move(content_type)), body_(std::move(body)) {}

  Answer& add_header(std::string name, std::string value) & {
    headers_.emplace_back(std::move(name), std::move(value));
    return *this;
  }
  /// What the audit log says beside the path.
  void set_note(std::string note) { note_ = std::move(note); }
  /// What identifies the edited part of a resource: If-Match compares it, and nothing that changes by itself is in it.
  void set_revision(std::string revision) { revision_ = std::move(revision); }
  /// Called on the connection's loop once the last byte was handed to the kernel.
  void on_sent(std::function<void()> action) { on_sent_ = std::move(action); }
  /// Called there now and then while a long body is sent, with the bytes that have been handed over so far.
  void on_progress(std::function<void(std::uint64_t)> action) { on_progress_ = std::move(action); }
  /// The handler would have to wait for a disk: ask it again on a thread that may.
  [[nodiscard]] static Answer would_block() { return Answer(0); }

  [[nodiscard]] bool is_would_block() const { return status_ == 0; }
  [[nodiscard]] unsigned status() const { return status_; }
  [[nodiscard]] const std::string& content_type() const { return content_type_; }
  [[nodiscard]] const std::vector<std::pair<std::string, std::string>>& headers() const { return headers_; }
  [[nodiscard]] const Body& body() const { return body_; }
  [[nodiscard]] const std::function<void()>& sent_action() const { return on_sent_; }
  [[nodiscard]] const std::function<void(std::uint64_t)>& progress_action() const { return on_progress_; }
  [[nodiscard]] std::string text() const;  ///< of a text body
  [[nodiscard]] const std::string& note() const { return note_; }
  [[nodiscard]] const std::string& revision() const { return revision_; }
  [[nodiscard]] std::vector<std::pair<std::string, std::string>>& headers() { return headers_; }

 private:
  unsigned status_;
  std::string content_type_;
  std::vector<std::pair<std::string, std::string>> headers_;
  Body body_;
  std::string note_, revision_;
  std::function<void()> on_sent_;
  std::function<void(std::uint64_t)> on_progress_;
};

[[nodiscard]] std::string_view reason_of(unsigned status);
[[nodiscard]] unsigned status_of(ErrorKind kind);
/// `detail` is one sentence; `hint`, where there is more to say, names a setting or a command.
[[nodiscard]] Answer make_problem(unsigned status, std::string_view detail, std::string_view hint = {});
[[nodiscard]] Answer make_problem(const Error& error);
[[nodiscard]] Answer make_text(unsigned status, std::string text);

/// The status line and headers. `date`: of the Date header; `keep`: the connection stays.
[[nodiscard]] std::string render_head(const Answer& answer, std::string_view date, bool keep);

}  // namespace bootferry::http
