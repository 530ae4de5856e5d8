// SPDX-License-Identifier: Apache-2.0
// Brings a file into the image library, whatever it is: looks at it once, checks its sum, unpacks, converts or copies
// it, and names it when all of it is on the disk. An error or a crash leaves nothing. Blocks for minutes; called by app
// on a worker, any number at once.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "images/image_library.hpp"
#include "incoming/convert.hpp"
#include "incoming/file_kind.hpp"

namespace bootferry::incoming {

struct ImportOrder {
  std::string name;
  std::filesystem::path source;
  std::optional<Format> format = {};  ///< what it is when it is not packed (any more); none: what it shows to be
  std::string sha256 = {};            ///< of the file as it is brought, 64 lower-case digits; empty: not checked
  std::uint32_t block_size = 512;     ///< of the disk; a CD has its own
};

struct Imported {
  FileKind kind;  ///< `format` of what was inside
  images::ImageShape shape;
  std::string sha256;  ///< of the file as it was brought; empty for a block special file
};

/// `step`: "checking", "unpacking", "converting", "copying".
using StepReport = std::function<Result<void>(std::string_view step, ByteCount done, ByteCount total)>;

class Importer {
 public:
  explicit Importer(images::ImageLibrary& library, Converters converters = {})
      : library_(library), converters_(std::move(converters)) {}

  /// invalid: damaged, or another sum; unsupported: it asks for other files; exhausted: no space; conflict: the name is
  /// taken; or the first error of `report`.
  [[nodiscard]] Result<Imported> import_file(const ImportOrder& order, const StepReport& report);

 private:
  /// `report` for one step, and an error once the server stops.
  [[nodiscard]] Report told(const StepReport& report, std::string_view step) const;
  [[nodiscard]] Result<Imported> unpack_in(const ImportOrder& order, int input, Imported found,
                                           const StepReport& report);
  [[nodiscard]] Result<Imported> convert_in(const ImportOrder& order, int input, Imported found,
                                            const StepReport& report);

  images::ImageLibrary& library_;
  const Converters converters_;
};

/// 64 lower-case hexadecimal digits of a sum that a person gave in any case; invalid when it is none.
[[nodiscard]] Result<std::string> parse_sha256(std::string_view text);

}  // namespace bootferry::incoming
