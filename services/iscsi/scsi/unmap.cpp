// SPDX-License-Identifier: Apache-2.0
// UNMAP (SBC-3 5.28): a list of ranges whose blocks are given back.
#include "iscsi/scsi/command_table.hpp"
#include "iscsi/scsi/disk.hpp"

namespace bootferry::iscsi::scsi {
namespace {

class UnmapWork final : public DiskWork {
 public:
  UnmapWork(std::vector<BlockRange> ranges, std::uint32_t block_size)
      : ranges_(std::move(ranges)), block_size_(block_size) {}

  Result<void> run(images::BlockDevice& device) override {
    for (const BlockRange& range : ranges_) {
      auto trimmed = device.trim({range.lba * block_size_}, {range.count * block_size_});
      if (!trimmed) return trimmed;
    }
    return {};
  }

 private:
  std::vector<BlockRange> ranges_;
  std::uint32_t block_size_;
};

constexpr std::size_t head_length = 8;
constexpr std::size_t descriptor_length = 16;
constexpr std::size_t max_descriptors = 256;  // VPD B0h

Step on_parameters(Command& command, ByteView data) {
  if (data.size() < head_length) return command.refuse(parameter_list_length_error());
  ByteReader in(data);
  in.skip(2);
  const std::size_t length = in.u16();
  in.skip(4);
  if (length > in.remaining()) return command.refuse(parameter_list_length_error());
  const std::size_t count = length / descriptor_length;
  if (count > max_descriptors) return command.refuse(invalid_parameter(2));

  std::vector<BlockRange> ranges;
  std::uint64_t total = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const BlockRange range{in.u64(), in.u32()};
    in.skip(4);
    if (!command.disk().contains(range)) return command.refuse(lba_out_of_range());
    total += range.count;
    if (total > command.disk().max_unmap()) {
      return command.refuse(invalid_parameter(static_cast<std::uint16_t>(head_length + i * descriptor_length + 8)));
    }
    if (range.count != 0) ranges.push_back(range);
  }
  if (ranges.empty()) return command.good();
  return command.run(std::make_shared<UnmapWork>(std::move(ranges), command.disk().block_size()), finish_write);
}

}  // namespace

Step unmap(Command& command) {
  if (!command.disk().thin()) return command.refuse(invalid_opcode());
  if (command.cdb().bit(1, 0x01)) return command.refuse(invalid_field(1));  // ANCHOR
  const std::uint32_t length = command.cdb().u16(7);
  if (length == 0) return command.good();
  return command.need_data(length, on_parameters);
}

}  // namespace bootferry::iscsi::scsi
