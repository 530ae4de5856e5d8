// SPDX-License-Identifier: Apache-2.0
#include "images/files/browse.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <tuple>

#include "images/files/volumes.hpp"

namespace bootferry::images::files {
namespace {

constexpr std::uint64_t budget = 256ull << 20;  // of bytes read for one question
constexpr std::size_t deepest = 64;

std::vector<std::string_view> parts_of(std::string_view path) {
  std::vector<std::string_view> parts;
  while (!path.empty()) {
    const std::size_t end = std::min(path.find('/'), path.size());
    if (end > 0) parts.push_back(path.substr(0, end));
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  return parts;
}

std::string in_small_letters(std::string_view text) {
  std::string small(text);
  for (char& c : small) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
  return small;
}

std::unexpected<Error> no_such(std::string_view name) {
  return fail(ErrorKind::not_found, fmt::format("There is no {} in the image.", name));
}

const Node* find_node(const std::vector<Node>& nodes, std::string_view name) {
  auto found = std::ranges::find(nodes, name, &Node::name);
  if (found == nodes.end()) {
    const std::string small = in_small_letters(name);
    found = std::ranges::find_if(nodes, [&](const Node& node) { return in_small_letters(node.name) == small; });
  }
  return found == nodes.end() ? nullptr : &*found;
}

/// What a path leads to; without a file system: the list of partitions.
struct Found {
  Volumes volumes;
  std::unique_ptr<FileSystem> files;
  Node node;
};

Result<std::unique_ptr<FileSystem>> open_numbered(check::DiskReader& reader, const Volumes& volumes,
                                                  std::string_view number) {
  unsigned wanted = 0;
  const auto parsed = std::from_chars(number.data(), number.data() + number.size(), wanted);
  const auto found = std::ranges::find(volumes.partitions, wanted, &check::Partition::number);
  if (parsed.ec != std::errc{} || parsed.ptr != number.data() + number.size() || found == volumes.partitions.end())
    return fail(ErrorKind::not_found, fmt::format("There is no partition {} in the image: its files begin at /{}.",
                                                  number, volumes.partitions.front().number));
  return open_partition(reader, *found);
}

Result<Found> follow(check::DiskReader& reader, std::string_view path) {
  std::vector<std::string_view> parts = parts_of(path);
  auto volumes = find_volumes(reader);
  if (!volumes) return std::unexpected(volumes.error());
  Found found{std::move(*volumes), nullptr, {}};
  found.files = std::move(found.volumes.whole);
  if (!found.files) {
    if (parts.empty()) return found;
    auto opened = open_numbered(reader, found.volumes, parts.front());
    if (!opened) return std::unexpected(opened.error());
    found.files = std::move(*opened);
    parts.erase(parts.begin());
  }
  found.node = found.files->root();
  for (const std::string_view part : parts) {
    if (!found.node.folder) return no_such(path);
    auto nodes = found.files->list(found.node);
    if (!nodes) return std::unexpected(nodes.error());
    const Node* next = find_node(*nodes, part);
    if (next == nullptr) return no_such(path);
    found.node = Node(*next);
  }
  return found;
}

/// What is wrong with the image is no fault of the question; what the disk below fails at stays what it is.
template <class Value>
Result<Value> settled(Result<Value> answer) {
  if (answer) return answer;
  const Error& error = answer.error();
  if (error.kind == ErrorKind::invalid) return fail(ErrorKind::conflict, error.message);
  if (error.kind == ErrorKind::exhausted)
    return fail(ErrorKind::conflict, "The image's file system is damaged, or very scattered: too much would be read.");
  return answer;
}

Result<void> check_path(std::string_view path) {
  if (parts_of(path).size() <= deepest) return {};
  return fail(ErrorKind::invalid, fmt::format("A path has {} parts at most.", deepest));
}

Folder list_partitions(const Volumes& volumes, std::uint64_t block_size) {
  Folder folder{std::string(volumes.table), {}, false};
  for (const check::Partition& partition : volumes.partitions)
    folder.nodes.push_back({std::to_string(partition.number), true, {partition.count * block_size}, "", 0});
  return folder;
}

Result<Folder> list_at(BlockDevice& device, std::string_view path) {
  check::DiskReader reader(device, budget);
  auto found = follow(reader, path);
  if (!found) return std::unexpected(found.error());
  if (!found->files) return list_partitions(found->volumes, device.block_size());
  if (!found->node.folder)
    return fail(ErrorKind::conflict, fmt::format("{} is a file: its content can be read.", found->node.name));
  auto nodes = found->files->list(found->node);
  if (!nodes) return std::unexpected(nodes.error());
  Folder folder{std::string(found->files->name()), std::move(*nodes), false};
  for (Node& node : folder.nodes) {
    if (node.folder) node.size = {};
  }
  std::ranges::sort(folder.nodes, {}, [](const Node& node) { return std::tuple(!node.folder, node.name); });
  folder.truncated = folder.nodes.size() > most_listed;
  if (folder.truncated) folder.nodes.resize(most_listed);
  return folder;
}

Result<Content> read_at(BlockDevice& device, std::string_view path) {
  check::DiskReader reader(device, budget);
  auto found = follow(reader, path);
  if (!found) return std::unexpected(found.error());
  const Node& file = found->node;
  if (!found->files || file.folder)
    return fail(ErrorKind::conflict, "That is a folder: its files can be listed, and read one by one.");
  if (file.size > biggest_file || !file.readable)
    return fail(ErrorKind::conflict,
                fmt::format("{} is too big to be read out of an image here, where {} MiB are the most; export the "
                            "image, and mount the copy.",
                            file.name, biggest_file.value >> 20));
  auto bytes = found->files->read(file);
  if (!bytes) return std::unexpected(bytes.error());
  return Content{file.name, std::move(*bytes)};
}

}  // namespace

Result<Folder> list_folder(BlockDevice& device, std::string_view path) {
  if (auto good = check_path(path); !good) return std::unexpected(good.error());
  return settled(list_at(device, path));
}

Result<Content> read_file(BlockDevice& device, std::string_view path) {
  if (auto good = check_path(path); !good) return std::unexpected(good.error());
  return settled(read_at(device, path));
}

}  // namespace bootferry::images::files
