// SPDX-License-Identifier: Apache-2.0
#include "boot/client.hpp"

#include <fmt/format.h>
#include <algorithm>

#include "boot/image.hpp"

namespace bootferry::boot {
namespace {

constexpr std::string_view mode_names[] = {"master", "readonly", "private", "fresh"};  // in the order of DriveMode

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
}

/// Goes into an iPXE script as an argument: a newline would start a command, `${` would be expanded by iPXE.
Result<void> check_script_text(std::string_view what, std::string_view text, bool may_have_spaces) {
  for (const char c : text) {
    const bool printable = c > 0x20 && c < 0x7f;
    if (!printable && !(may_have_spaces && c == ' ')) {
      return fail(ErrorKind::invalid,
                  fmt::format("the {} has a character that a boot script cannot hold; use printable ASCII{}", what,
                              may_have_spaces ? "" : " without spaces"));
    }
  }
  if (text.find("${") != std::string_view::npos) {
    return fail(ErrorKind::invalid,
                fmt::format("the {} contains \"${{\", which iPXE would expand; write it without", what));
  }
  if (text.size() > 1024) return fail(ErrorKind::invalid, fmt::format("the {} is longer than 1024 characters", what));
  return {};
}

/// A URL, or a path below the files folder that cannot climb out of it.
Result<void> check_file_reference(std::string_view what, std::string_view reference) {
  if (reference.empty())
    return fail(ErrorKind::invalid, fmt::format("the {} is empty; give a URL or a file below the files folder", what));
  if (auto text = check_script_text(what, reference, false); !text) return text;
  if (reference.find("://") != std::string_view::npos) return {};
  if (reference.front() == '/' || reference == ".." || reference.starts_with("../") || reference.ends_with("/..") ||
      reference.find("/../") != std::string_view::npos) {
    return fail(
        ErrorKind::invalid,
        fmt::format("the {} \"{}\" is outside the files folder; give a path below it, or a URL", what, reference));
  }
  return {};
}

Result<void> check(const Wait&) { return {}; }
Result<void> check(const LocalDisk&) { return {}; }

Result<void> check_quota(const Drive& drive) {
  if (drive.quota.value == 0) return {};
  if (drive.mode == DriveMode::master || drive.mode == DriveMode::readonly)
    return fail(ErrorKind::invalid,
                fmt::format("a quota is for private and fresh drives, not for one that is {}", name_of(drive.mode)));
  if (drive.quota < least_quota)
    return fail(ErrorKind::invalid, fmt::format("a quota of {} leaves no room for any change; give {} or more",
                                                render_byte_count(drive.quota), render_byte_count(least_quota)));
  return {};
}

Result<void> check(const Disks& disks) {
  if (disks.drives.empty() || disks.drives.size() > max_drives) {
    return fail(ErrorKind::invalid,
                fmt::format("a client has 1 to {} drives, not {}", max_drives, disks.drives.size()));
  }
  for (std::size_t i = 0; i < disks.drives.size(); ++i) {
    if (auto name = check_image_name(disks.drives[i].image); !name) return name;
    if (auto quota = check_quota(disks.drives[i]); !quota) return quota;
    for (std::size_t j = 0; j < i; ++j) {
      const bool writes = disks.drives[i].mode != DriveMode::readonly || disks.drives[j].mode != DriveMode::readonly;
      if (writes && disks.drives[i].image == disks.drives[j].image) {
        return fail(
            ErrorKind::invalid,
            fmt::format(
                "image {} is there twice and would be written through both drives; give each drive its own image",
                disks.drives[i].image));
      }
    }
  }
  return {};
}

Result<void> check(const Kernel& kernel) {
  if (auto file = check_file_reference("kernel", kernel.kernel); !file) return file;
  if (kernel.initrds.size() > 8) return fail(ErrorKind::invalid, "a kernel has at most 8 initrds");
  for (const std::string& initrd : kernel.initrds) {
    if (auto file = check_file_reference("initrd", initrd); !file) return file;
  }
  return check_script_text("command line", kernel.command_line, true);
}

}  // namespace

std::string_view name_of(DriveMode mode) { return mode_names[static_cast<std::size_t>(mode)]; }

Result<DriveMode> parse_drive_mode(std::string_view name) {
  for (std::size_t i = 0; i < std::size(mode_names); ++i) {
    if (mode_names[i] == name) return static_cast<DriveMode>(i);
  }
  return fail(ErrorKind::invalid,
              fmt::format("\"{}\" is not a drive mode; use private, fresh, readonly or master", name.substr(0, 40)));
}

Result<void> check_boot_entry(const BootEntry& entry) {
  return std::visit([](const auto& kind) { return check(kind); }, entry);
}

Result<void> check_client_name(std::string_view name) {
  const bool well_formed =
      !name.empty() && name.size() <= 63 && std::all_of(name.begin(), name.end(), is_name_character);
  if (well_formed) return {};
  return fail(
      ErrorKind::invalid,
      fmt::format("\"{}\" is not a client name; use 1 to 63 letters, digits, '-', '_' or '.'", name.substr(0, 64)));
}

const ImageVersion* Image::find_version(unsigned number) const {
  const auto at = std::ranges::find(versions, number, &ImageVersion::number);
  return at == versions.end() ? nullptr : &*at;
}

Result<void> check_comment(std::string_view comment) {
  const bool one_line =
      std::ranges::all_of(comment, [](char c) { return static_cast<unsigned char>(c) >= 0x20 && c != 0x7f; });
  if (comment.size() <= 200 && one_line) return {};
  return fail(ErrorKind::invalid, "a comment is one line of at most 200 bytes");
}

Result<void> check_block_size(std::uint64_t block_size) {
  if (block_size == 512 || block_size == 4096) return {};
  return fail(ErrorKind::invalid, fmt::format("a disk has blocks of 512 or 4096 bytes, not of {}", block_size));
}

Result<void> check_image_name(std::string_view name) {
  const bool well_formed = !name.empty() && name.size() <= 63 &&
                           std::all_of(name.begin(), name.end(), is_name_character) && name.front() != '.' &&
                           name.front() != '-';
  if (well_formed) return {};
  return fail(
      ErrorKind::invalid,
      fmt::format(
          "\"{}\" is not an image name; use 1 to 63 letters, digits, '-', '_' or '.', beginning with a letter or digit",
          name.substr(0, 64)));
}

Result<Drive> parse_drive(std::string_view text) {
  std::vector<std::string_view> parts;
  for (std::string_view rest = text; parts.size() < 4;) {
    const std::size_t colon = rest.find(':');
    parts.push_back(rest.substr(0, colon));
    if (colon == std::string_view::npos) break;
    rest.remove_prefix(colon + 1);
  }
  if (parts.size() > 3)
    return fail(ErrorKind::invalid, "a drive is written NAME, NAME:MODE or NAME:MODE:QUOTA, as in win:private:20G");
  Drive drive;
  drive.image = parts[0];
  if (auto name = check_image_name(drive.image); !name) return std::unexpected(name.error());
  if (parts.size() > 1) {
    auto mode = parse_drive_mode(parts[1]);
    if (!mode) return std::unexpected(mode.error());
    drive.mode = *mode;
  }
  if (parts.size() > 2) {
    auto quota = parse_byte_count(parts[2]);
    if (!quota) return std::unexpected(quota.error());
    drive.quota = *quota;
  }
  return drive;
}

}  // namespace bootferry::boot
