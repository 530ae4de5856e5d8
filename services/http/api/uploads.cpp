// SPDX-License-Identifier: Apache-2.0
// The tus protocol 1.0.0 (core, creation, expiration, termination): a file comes in pieces, and goes on where it was
// after a lost connection or a restart. What it becomes is said at its creation, in Upload-Metadata.
#include <fmt/format.h>

#include <chrono>

#include "http/api/json.hpp"
#include "http/api/resources.hpp"
#include "http/syntax/date.hpp"
#include "http/syntax/tus.hpp"

namespace bootferry::http::api {
namespace {

constexpr const char* tus_version = "1.0.0";

Answer with_version(Answer answer) {
  answer.add_header("Tus-Resumable", tus_version);
  return answer;
}
Answer tus_problem(const Error& error) { return with_version(make_problem(error)); }
Answer tus_problem(unsigned status, std::string_view detail) { return with_version(make_problem(status, detail)); }

/// The refusal of a request that speaks another version, or of a server without uploads.
std::optional<Answer> refuse(const Request& request, const Site& site) {
  if (site.services.intake == nullptr) return make_problem(404, "There is nothing at this address.");
  if (request.tus.version == tus_version) return std::nullopt;
  Answer answer = make_problem(412, "Uploads speak the tus protocol: send the header Tus-Resumable: 1.0.0.");
  answer.add_header("Tus-Version", tus_version);
  return answer;
}

void add_state(Answer& answer, const boot::UploadView& upload) {
  answer.add_header("Upload-Offset", std::to_string(upload.offset.value));
  answer.add_header("Upload-Length", std::to_string(upload.wanted.length.value));
  answer.add_header("Upload-Expires", render_date(std::chrono::floor<std::chrono::seconds>(upload.expires)));
  answer.add_header("Cache-Control", "no-store");
}

Json render_upload(const boot::UploadView& upload) {
  const boot::NewImage& image = upload.wanted.image;
  return {{"id", upload.id},
          {"image", image.name},
          {"file_name", upload.wanted.file_name},
          {"sha256", image.sha256.empty() ? Json() : Json(image.sha256)},
          {"format", image.format ? Json(*image.format) : Json()},
          {"block_size", image.block_size},
          {"physical_block_size", image.traits.physical_block_size},
          {"removable", image.traits.removable},
          {"thick", image.traits.thick},
          {"offset", upload.offset.value},
          {"length", upload.wanted.length.value},
          {"expires", render_time(upload.expires)}};
}

/// What the image is to be: the keys of POST /api/v1/images, as texts.
Result<boot::NewUpload> parse_wanted(const std::map<std::string, std::string>& metadata) {
  boot::NewUpload wanted;
  const auto flag = [](const std::string& value) { return value == "true"; };
  for (const auto& [key, value] : metadata) {
    if (key == "name")
      wanted.image.name = value;
    else if (key == "filename")
      wanted.file_name = value.substr(0, 255);
    else if (key == "sha256")
      wanted.image.sha256 = value;
    else if (key == "format")
      wanted.image.format = value;
    else if (key == "block_size")
      wanted.image.block_size = value == "4096" ? 4096 : value == "512" ? 512 : 0;
    else if (key == "physical_block_size")
      wanted.image.traits.physical_block_size = value == "512" ? 512 : 4096;
    else if (key == "removable")
      wanted.image.traits.removable = flag(value);
    else if (key == "thick")
      wanted.image.traits.thick = flag(value);
    else if (key != "filetype" && key != "type")
      return fail(ErrorKind::invalid,
                  "Upload-Metadata knows name, filename, sha256, format, block_size, "
                  "physical_block_size, removable and thick.");
  }
  if (auto good = boot::check_image_name(wanted.image.name); !good) return std::unexpected(good.error());
  if (auto good = boot::check_block_size(wanted.image.block_size); !good) return std::unexpected(good.error());
  return wanted;
}

/// The body of a PATCH on its way into the upload.
class UploadSink final : public BodySink {
 public:
  explicit UploadSink(std::unique_ptr<boot::UploadWriter> writer) : writer_(std::move(writer)) {}
  Result<void> take(ByteView piece) override { return writer_->append(piece); }
  Answer finish() override {
    const auto offset = writer_->finish();
    if (!offset) return tus_problem(offset.error());
    Answer answer(204);
    answer.add_header("Upload-Offset", std::to_string(offset->value));
    return with_version(std::move(answer));
  }

 private:
  std::unique_ptr<boot::UploadWriter> writer_;
};

}  // namespace

Answer tell_uploads(const Request&, const Site&) {
  Answer answer(204);
  answer.add_header("Tus-Version", tus_version);
  answer.add_header("Tus-Extension", "creation,expiration,termination");
  return with_version(std::move(answer));
}

Answer list_uploads(const Request&, const Site& site) {
  Json list = Json::array();
  const auto uploads = site.services.intake ? site.services.intake->uploads() : std::vector<boot::UploadView>{};
  for (const boot::UploadView& upload : uploads) list.push_back(render_upload(upload));
  return make_json(200, {{"uploads", std::move(list)}});
}

Answer create_upload(const Request& request, const Site& site) {
  if (auto refused = refuse(request, site)) return std::move(*refused);
  if (!request.body.empty()) return tus_problem(400, "The file itself is sent with PATCH, to the address in Location.");
  const auto length = parse_tus_number(request.tus.length);
  if (!length || *length == 0)
    return tus_problem(400, "Upload-Length must say how many bytes the file has, 1 or more.");
  const auto metadata = parse_tus_metadata(request.tus.metadata);
  if (!metadata) return tus_problem(400, "Upload-Metadata is a list of keys and base64 values.");
  auto wanted = parse_wanted(*metadata);
  if (!wanted) return tus_problem(wanted.error());
  wanted->length = {*length};
  const auto made = site.services.intake->create_upload(*wanted);
  if (!made) return tus_problem(made.error());
  Answer answer(201);
  answer.add_header("Location", "/api/v1/uploads/" + made->id);
  add_state(answer, *made);
  return with_version(std::move(answer));
}

Answer get_upload(const Request& request, const Site& site) {
  if (site.services.intake == nullptr) return make_problem(404, "There is nothing at this address.");
  const auto upload = site.services.intake->require_upload(request.captures[0]);
  if (!upload) return tus_problem(upload.error());
  Answer answer = make_json(200, render_upload(*upload));
  add_state(answer, *upload);
  return with_version(std::move(answer));
}

Answer append_upload(const Request& request, const Site& site) {
  if (auto refused = refuse(request, site)) return std::move(*refused);
  if (request.content_type != "application/offset+octet-stream")
    return tus_problem(415, "A piece of an upload has the Content-Type application/offset+octet-stream.");
  const auto offset = parse_tus_number(request.tus.offset);
  if (!offset) return tus_problem(400, "Upload-Offset must say where the piece begins.");
  auto writer = site.services.intake->write_upload(request.captures[0], {*offset});
  if (!writer) return tus_problem(writer.error());
  return Answer(204, "", TakesBody{std::make_shared<UploadSink>(std::move(*writer))});
}

Answer remove_upload(const Request& request, const Site& site) {
  if (auto refused = refuse(request, site)) return std::move(*refused);
  const auto done = site.services.intake->remove_upload(request.captures[0]);
  return done ? with_version(Answer(204)) : tus_problem(done.error());
}

}  // namespace bootferry::http::api
