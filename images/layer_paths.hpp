// SPDX-License-Identifier: Apache-2.0
// How files of the library are named: what may be a name, where the notes of a qcow2 file lie, what messages call a
// file. Used by ImageLibrary's parts only; any thread.
#pragma once

#include <array>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "images/layer_file.hpp"

namespace bootferry::images {

inline constexpr std::string_view disk_suffix = ".raw";
inline constexpr std::string_view cd_suffix = ".iso";
inline constexpr std::string_view layers_folder = "layers";
inline constexpr std::string_view unfinished = ".unfinished-";  // no name begins with a dot

/// Keeps any name inside the folder; boot::check_image_name is stricter.
[[nodiscard]] Result<void> check_name(std::string_view name);
/// The same of LayerFile::file: NAME or layers/NAME, or an absolute path.
[[nodiscard]] Result<void> check_layer_file(std::string_view file);

/// All of a stack, top first: 1 to 32 different files, of formats that are known.
[[nodiscard]] Result<void> check_layers(std::span<const LayerFile> layers);

/// Two names of one block special file are one; any other file is its name.
[[nodiscard]] std::string key_of(std::string_view file);
/// "image win", "layer 17", "/dev/vg0/win".
[[nodiscard]] std::string label_of(std::string_view file);
/// `backing` as a tool finds it that looks from where `file` lies.
[[nodiscard]] std::string name_from(std::string_view file, std::string_view backing);
/// Of a qcow2 file: what was mapped since its last flush (qcow2/journal.hpp).
[[nodiscard]] std::array<std::filesystem::path, 2> notes_of(const std::filesystem::path& file);
/// The file that `path` are the notes of; empty when it is something else.
[[nodiscard]] std::filesystem::path owner_of_notes(const std::filesystem::path& path);

[[nodiscard]] Result<void> sync_folder(const std::filesystem::path& folder);

}  // namespace bootferry::images
