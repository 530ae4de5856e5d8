// SPDX-License-Identifier: Apache-2.0
#include "images/files/iso_files.hpp"

#include <optional>

#include "images/check/little_endian.hpp"

namespace bootferry::images::files {
namespace {

constexpr std::uint64_t first_descriptor = 16;
constexpr unsigned most_descriptors = 64;
constexpr std::uint64_t longest_folder = 4 << 20;
constexpr std::size_t most_in_folder = 65536;

/// UCS-2 level 1, 2 or 3 (Joliet specification, "Escape Sequences").
bool is_joliet(ByteView descriptor) {
  const std::string_view escape = text_of(descriptor.subspan(88, 3));
  return escape == "%/@" || escape == "%/C" || escape == "%/E";
}

}  // namespace

Result<std::unique_ptr<FileSystem>> IsoFiles::open(check::DiskReader& reader) {
  std::optional<Node> plain, joliet;
  for (unsigned i = 0; i < most_descriptors && reader.holds((first_descriptor + i) * iso_sector, iso_sector); ++i) {
    auto descriptor = reader.read((first_descriptor + i) * iso_sector, iso_sector);
    if (!descriptor) return std::unexpected(descriptor.error());
    const std::uint8_t type = check::u8_at(*descriptor, 0);
    if (text_of(ByteView(*descriptor).subspan(1, 5)) != "CD001" || type == 255) break;
    if (type != 1 && !(type == 2 && is_joliet(*descriptor))) continue;
    if (check::u16_at(*descriptor, 128) != iso_sector)
      return fail(ErrorKind::conflict, "The disc has logical blocks of another size than 2048 bytes.");
    auto root = decode_iso_record(ByteView(*descriptor).subspan(156, 34));
    if (root) (type == 1 ? plain : joliet) = std::move(*root);
  }
  const std::optional<Node>& root = joliet ? joliet : plain;
  if (!root || !root->folder) return fail(ErrorKind::invalid, "The disc is damaged: it has no folder to begin from.");
  if (joliet) return std::unique_ptr<FileSystem>(new IsoFiles(reader, *root, IsoNames::joliet));
  auto first = reader.read(root->place * iso_sector, iso_sector);
  if (!first) return std::unexpected(first.error());
  const IsoNames names = has_susp(*first) ? IsoNames::rock_ridge : IsoNames::plain;
  return std::unique_ptr<FileSystem>(new IsoFiles(reader, *root, names));
}

std::string_view IsoFiles::name() const {
  switch (names_) {
    case IsoNames::joliet:
      return "ISO 9660 (Joliet)";
    case IsoNames::rock_ridge:
      return "ISO 9660 (Rock Ridge)";
    case IsoNames::plain:
      break;
  }
  return "ISO 9660";
}

Result<std::vector<Node>> IsoFiles::list(const Node& folder) {
  if (folder.size.value > longest_folder)
    return fail(ErrorKind::invalid, "The disc is damaged: it has a folder of an impossible size.");
  auto bytes = reader_.read(folder.place * iso_sector, folder.size.value);
  if (!bytes) return std::unexpected(bytes.error());
  const Continuation continuation = [this](std::uint64_t sector, std::uint64_t offset, std::uint64_t length) {
    if (offset >= iso_sector || length > iso_sector - offset) return Bytes{};
    return reader_.read(sector * iso_sector + offset, length).value_or(Bytes{});
  };
  return decode_iso_folder(*bytes, names_, most_in_folder, continuation);
}

// An empty file may be said to be anywhere.
Result<Bytes> IsoFiles::read(const Node& file) {
  return file.size.value == 0 ? Bytes{} : reader_.read(file.place * iso_sector, file.size.value);
}

}  // namespace bootferry::images::files
