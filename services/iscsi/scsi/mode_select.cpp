// SPDX-License-Identifier: Apache-2.0
// MODE SELECT(6) and (10) (SPC-4 6.9, 6.10): all or nothing, only the bits that MODE SENSE calls changeable.
#include "iscsi/scsi/command_table.hpp"
#include "iscsi/scsi/mode_pages.hpp"

namespace bootferry::iscsi::scsi {
namespace {

// A refusal, or nothing. Whatever is not changeable must come as it is now (SPC-4 6.9).
std::optional<Sense> check_page(const Modes& modes, ByteView page, std::uint16_t at) {
  const Bytes now = mode_page(modes, page[0] & 0x3f, PageControl::current);
  const Bytes may = mode_page(modes, page[0] & 0x3f, PageControl::changeable);
  if (now.empty() || (page[0] & 0xc0) != 0) return invalid_parameter(at);
  if (page.size() != now.size()) return invalid_parameter(static_cast<std::uint16_t>(at + 1));
  for (std::size_t i = 2; i < page.size(); ++i) {
    if (((page[i] ^ now[i]) & ~may[i] & 0xff) != 0) return invalid_parameter(static_cast<std::uint16_t>(at + i));
  }
  return std::nullopt;
}

// A block descriptor may only say what is: this disk is not reformatted.
bool descriptor_matches(const Disk& disk, ByteView descriptor, bool long_lba) {
  ByteReader in(descriptor);
  if (long_lba) {
    in.skip(12);
    return in.u32() == disk.block_size();
  }
  in.skip(5);
  return in.u24() == disk.block_size();
}

Step on_parameters(Command& command, ByteView data) {
  const bool six = command.cdb().length() == 6;
  const std::size_t head = six ? 4 : 8;
  const std::size_t listed = six ? command.cdb().u8(4) : command.cdb().u16(7);
  if (data.size() < listed || data.size() < head) return command.refuse(parameter_list_length_error());
  const std::size_t descriptor = six ? data[3] : static_cast<std::size_t>(data[6]) << 8 | data[7];
  const bool long_lba = !six && (data[4] & 0x01) != 0;
  if (descriptor > data.size() - head) return command.refuse(parameter_list_length_error());
  if (descriptor != 0 && (descriptor != (long_lba ? 16u : 8u) ||
                          !descriptor_matches(command.disk(), data.subspan(head, descriptor), long_lba))) {
    return command.refuse(invalid_parameter(static_cast<std::uint16_t>(head)));
  }

  Modes& modes = command.disk().modes();
  std::vector<ByteView> pages;
  for (std::size_t at = head + descriptor; at < data.size();) {
    if (data.size() - at < 2 || data.size() - at < data[at + 1] + 2u)
      return command.refuse(parameter_list_length_error());
    const ByteView page = data.subspan(at, data[at + 1] + 2u);
    if (auto wrong = check_page(modes, page, static_cast<std::uint16_t>(at))) return command.refuse(*wrong);
    pages.push_back(page);
    at += page.size();
  }
  for (ByteView page : pages) apply_mode_page(modes, page);
  if (!pages.empty()) command.disk().attentions().raise_for_others(command.nexus(), attention::mode_changed);
  return command.good();
}

// Turning the cache off must not leave anything behind in it.
Step on_flushed(Command& command, const Result<void>& result, ByteView data) {
  return finish_write(command, result, data);
}

Step apply_and_flush(Command& command, ByteView data) {
  const bool cached = command.disk().modes().write_cache();
  Step step = on_parameters(command, data);
  const auto* answer = std::get_if<Answer>(&step);
  if (answer == nullptr || answer->status != Status::good) return step;
  if (!cached || command.disk().modes().write_cache()) return step;
  DiskJob flush;
  flush.kind = DiskJob::Kind::flush;
  return command.run(std::move(flush), on_flushed);
}

}  // namespace

Step mode_select(Command& command) {
  const Cdb& cdb = command.cdb();
  if (!cdb.bit(1, 0x10) || cdb.bit(1, 0x01)) return command.refuse(invalid_field(1));  // PF must be, SP cannot
  const std::uint32_t length = cdb.length() == 6 ? cdb.u8(4) : cdb.u16(7);
  if (length == 0) return command.good();
  return command.need_data(length, apply_and_flush);
}

}  // namespace bootferry::iscsi::scsi
