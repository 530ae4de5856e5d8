// SPDX-License-Identifier: Apache-2.0
// The folder of disk images (NAME.raw; NAME.iso of CDs; layers/ID.qcow2 that lie on them), and the rule who may have a
// file open: one holder for writing, as often as it likes and alone, or many for reading and below their own layers.
// Made and owned by app; thread-safe. All that touches files blocks: call it on a worker. Every change is whole or not
// there after a crash. What lies on what is told by the caller, never read from the files.
#pragma once

#include <atomic>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "images/block_device.hpp"
#include "images/image_draft.hpp"
#include "images/layer_file.hpp"
#include "images/open_mode.hpp"

namespace bootferry::images {

class ImageUses;
class LayerDevices;

/// How a file of the library is made up.
struct ImageShape {
  std::uint32_t block_size = 512;
  bool cd = false;  ///< NAME.iso rather than NAME.raw
};

struct Opened {
  std::shared_ptr<BlockDevice> device;  ///< the same object for all who write a file, and for all who read it
  std::shared_ptr<void> hold;           ///< its files count as in use by the holder until the last one is gone
};

class ImageLibrary {
 public:
  /// Bytes looked at so far, of how many. Its first error ends the copy.
  using Progress = std::function<Result<void>(ByteCount done, ByteCount total)>;

  /// Makes the folder when it is missing and removes what a crash left half done. Throws std::runtime_error with a
  /// sentence.
  explicit ImageLibrary(std::filesystem::path folder);
  ~ImageLibrary();
  ImageLibrary(const ImageLibrary&) = delete;
  ImageLibrary& operator=(const ImageLibrary&) = delete;

  /// Works on a new image's file before it has its name: what it leaves there is whole, or the image is not made.
  using Prepare = std::function<Result<void>(const std::filesystem::path& draft)>;

  /// An empty sparse disk; the size is rounded up to whole blocks. conflict when the name is taken.
  [[nodiscard]] Result<void> create(std::string_view name, ByteCount size, std::uint32_t block_size = 512,
                                    const Prepare& prepare = {});
  /// Copies a raw file or block special file (reflink where possible, holes stay holes). exhausted before it starts
  /// when it cannot fit.
  [[nodiscard]] Result<void> import_file(std::string_view name, const std::filesystem::path& source,
                                         const Progress& progress = {}, ImageShape shape = {});
  /// An empty file for one who makes an image himself; the name is his as long as the draft lives. conflict when it is
  /// taken.
  [[nodiscard]] Result<ImageDraft> make_draft(std::string_view name);
  /// The draft is all on the disk, whole blocks long, and an image, or the error says why not.
  [[nodiscard]] Result<void> name_draft(ImageDraft draft, ImageShape shape);
  /// Makes a disk bigger, also one that is in use: its open devices tell their new size when this returns. The size is
  /// rounded up to whole blocks; the new part reads zeros, and takes no space until it is written, unless the disk is
  /// `thick`: exhausted then when there is not enough, and nothing has changed. Answers the size that it has now: the
  /// same again is no error. conflict when it would become smaller, and when a block special file has not grown so far
  /// itself. When a device cannot be told,
  /// all others are, the disk has grown, and the error is the answer.
  [[nodiscard]] Result<ByteCount> grow(std::string_view name, ByteCount size, std::uint32_t block_size = 512,
                                       bool thick = false);
  /// Copies that run end soon, unavailable, and leave nothing; new ones too. Any thread: at shutdown.
  void stop_imports() { imports_stopped_ = true; }
  /// unavailable after stop_imports: for those who fill a draft.
  [[nodiscard]] Result<void> check_not_stopped() const;
  /// conflict, naming the holders, while it is in use.
  [[nodiscard]] Result<void> remove(std::string_view name);

  [[nodiscard]] Result<std::filesystem::path> path(std::string_view name) const;
  /// Takes all of its space from the disk below now; exhausted when there is not enough.
  [[nodiscard]] Result<void> reserve(std::string_view name);
  /// Where an unfinished SANITIZE of the image is marked; it goes when the image is removed.
  [[nodiscard]] std::filesystem::path sanitize_mark(std::string_view name) const;
  [[nodiscard]] Result<ByteCount> size(std::string_view name) const;
  /// Bytes that it takes on the disk below.
  [[nodiscard]] Result<ByteCount> allocated(std::string_view name) const;
  [[nodiscard]] std::vector<std::string> names() const;
  [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }

  /// `block_size`: what it was made with; the library does not remember it. `holder` names a client for people: "pc1
  /// (52:54:00:e2:e0:01)". conflict when the sharing rule forbids it.
  [[nodiscard]] Result<Opened> open(std::string_view name, OpenMode mode, std::string_view holder,
                                    std::uint32_t block_size = 512);
  /// Who has it open, each once.
  [[nodiscard]] std::vector<std::string> holders(std::string_view name) const;

  // ---- layers (image_library_layers.cpp). `file` is LayerFile::file; invalid when it leads out of the folder.

  /// An empty qcow2 file, durable when this returns. conflict when the name is taken.
  [[nodiscard]] Result<void> make_layer(const NewLayer& layer);
  /// The disk that `layers` make, top first, at most 32: the top in `mode`, all below read-only and shared with the
  /// other disks on them. conflict, naming the holders, when somebody writes to one of them, or reads what shall be
  /// written to; invalid when one is among them twice.
  [[nodiscard]] Result<Opened> open_stack(std::span<const LayerFile> layers, OpenMode mode, std::string_view holder,
                                          const StackOptions& options = {});
  /// `grow` of the disk that `layers` make; its open devices tell the new size when this returns. conflict while
  /// another open disk lies on its top. `thick` is for raw files.
  [[nodiscard]] Result<ByteCount> grow_layer(std::span<const LayerFile> layers, ByteCount size,
                                             std::uint32_t block_size = 512, bool thick = false);
  /// For one who makes, replaces or removes the file: conflict, naming the holders, while anybody has it open, or a
  /// disk on it; nobody opens it until the answer is gone.
  [[nodiscard]] Result<std::shared_ptr<void>> claim_layer(std::string_view file);
  /// Who has it open, or a disk that lies on it; each once.
  [[nodiscard]] std::vector<std::string> layer_holders(std::string_view file) const;
  /// A file below layers/, with its notes; durable when this returns. not_found when it is gone already.
  [[nodiscard]] Result<void> remove_layer(std::string_view file);
  /// Nothing was ever written to it: its tables name no cluster. false for whatever cannot be read.
  [[nodiscard]] bool is_empty_layer(std::string_view file) const;
  /// "layers/17.qcow2", ...: all that are whole.
  [[nodiscard]] std::vector<std::string> layer_files() const;
  /// Bytes that it takes on the disk below.
  [[nodiscard]] Result<ByteCount> layer_allocated(std::string_view file) const;
  /// Another text whenever the file's bytes may be others: made of inode, size and time in nanoseconds. Empty where
  /// nothing tells, as of a block special file.
  [[nodiscard]] std::string layer_revision(std::string_view file) const;
  /// Of the disk in it.
  [[nodiscard]] Result<ByteCount> layer_size(std::string_view file, std::string_view format) const;

 private:
  /// Makes the file under a name of its own, lets `fill` write it, and gives it its name when all of it is on the disk.
  [[nodiscard]] Result<void> add(std::string_view name, bool cd,
                                 const std::function<Result<void>(int fd, const std::filesystem::path&)>& fill);
  [[nodiscard]] std::filesystem::path file_of(std::string_view name, bool cd) const;
  /// The name is well-formed and nobody's.
  [[nodiscard]] Result<std::shared_ptr<void>> claim_new(std::string_view name);
  /// Flushed, named, the folder flushed: after a crash the image is whole or not there.
  [[nodiscard]] Result<void> name_file(std::string_view name, bool cd, int fd, const std::filesystem::path& draft);

  [[nodiscard]] Result<void> grow_file(const std::filesystem::path& file, ByteCount size, bool thick);
  /// A hold on the image that `source` is the file of, so that nobody writes to it while it is read; null when it is
  /// none of ours.
  [[nodiscard]] Result<std::shared_ptr<void>> hold_source(int source, std::string_view copy);

  const std::filesystem::path folder_;
  std::mutex growing_;  ///< from looking at a size to changing it: two at once could shrink a disk
  std::atomic<bool> imports_stopped_{false};
  const std::shared_ptr<ImageUses> uses_;  ///< shared with the holds, which may outlive the library
  const std::unique_ptr<LayerDevices> devices_;
};

}  // namespace bootferry::images
