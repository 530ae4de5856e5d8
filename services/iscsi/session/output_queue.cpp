// SPDX-License-Identifier: Apache-2.0
#include "iscsi/session/output_queue.hpp"

#include <algorithm>
#include <cstring>

#include "iscsi/codec/digest.hpp"

namespace bootferry::iscsi {

void OutputQueue::push(const Bhs& bhs, StatSn numbering, ByteView data, Buffer owner) {
  Item item;
  item.bhs = bhs;
  item.numbering = numbering;
  item.data = data;
  item.owner = std::move(owner);
  bytes_ += data.size();
  items_.push_back(std::move(item));
}

void OutputQueue::push_urgent(const Bhs& bhs, StatSn numbering, ByteView data, Buffer owner) {
  Item item;
  item.bhs = bhs;
  item.numbering = numbering;
  item.data = data;
  item.owner = std::move(owner);
  bytes_ += data.size();
  urgent_.push_back(std::move(item));
}

void OutputQueue::push_login(const Bhs& bhs, ByteView data, Buffer owner) {
  push(bhs, StatSn::advance, data, std::move(owner));
  items_.back().login = true;
}

void OutputQueue::push_data_in(DataInRun run) {
  Item item;
  DataIn header;
  header.lun = run.lun;
  header.task_tag = run.task_tag;
  item.bhs = encode(header);
  item.is_run = true;
  item.run_with_status = run.with_status;
  item.data = run.data;
  item.owner = std::move(run.owner);
  bytes_ += run.data.size();
  items_.push_back(std::move(item));
}

void OutputQueue::release() {
  std::vector<Item>().swap(items_);
  std::vector<Item>().swap(urgent_);
}

void OutputQueue::fill(SendBatch& batch, const Parameters& parameters, std::uint32_t& stat_sn, std::uint32_t exp_cmd_sn,
                       std::uint32_t max_cmd_sn) {
  const Numbers numbers{stat_sn, exp_cmd_sn, max_cmd_sn};
  for (Item& item : urgent_) {  // few and small: pings are answered even when the batch is full
    bytes_ -= item.data.size();
    emit(batch, item.bhs, item.numbering, item.data, item.owner, false, parameters, numbers);
  }
  urgent_.clear();
  while (head_ < items_.size() && !batch.full()) {
    Item& item = items_[head_];
    if (item.is_run) {
      if (!emit_run(item, batch, parameters, numbers)) break;
    } else {
      bytes_ -= item.data.size();
      emit(batch, item.bhs, item.numbering, item.data, item.owner, item.login, parameters, numbers);
    }
    item.owner = {};
    ++head_;
  }
  if (head_ == items_.size()) {
    if (items_.capacity() > 1024)
      items_ = {};
    else
      items_.clear();
    head_ = 0;
  } else if (head_ >= 1024) {
    items_.erase(items_.begin(), items_.begin() + static_cast<std::ptrdiff_t>(head_));
    head_ = 0;
  }
}

bool OutputQueue::emit_run(Item& item, SendBatch& batch, const Parameters& p, Numbers numbers) {
  const auto total = static_cast<std::uint32_t>(item.data.size());
  while (item.offset < total) {
    if (batch.full()) return false;
    const std::uint32_t length =
        std::min({p.initiator_max_data_segment, total - item.offset, p.max_burst - item.burst});
    const bool last = item.offset + length == total;
    Bhs bhs = item.bhs;
    BhsWriter writer(bhs);
    writer.number(5, 3, length);
    writer.number(36, 4, item.data_sn++);
    writer.number(40, 4, item.offset);
    item.burst += length;
    if (last || item.burst == p.max_burst) {  // the end of a sequence (RFC 7143 11.7.1)
      bhs[1] |= 0x80;
      item.burst = 0;
    }
    const bool status = last && item.run_with_status;
    if (status) bhs[1] |= 0x01;
    emit(batch, bhs, status ? StatSn::advance : StatSn::none, item.data.subspan(item.offset, length), item.owner, false,
         p, numbers);
    item.offset += length;
    bytes_ -= length;
  }
  return true;
}

void OutputQueue::emit(SendBatch& batch, Bhs& bhs, StatSn numbering, ByteView data, const Buffer& owner, bool login,
                       const Parameters& p, Numbers numbers) {
  if (batch.frames.capacity() == 0) batch.frames.reserve(8);
  Frame& frame = batch.frames.emplace_back();
  const BhsWriter writer(bhs);
  if (numbering != StatSn::none) writer.number(24, 4, numbers.stat_sn);
  if (numbering == StatSn::advance) ++numbers.stat_sn;
  writer.number(28, 4, numbers.exp_cmd_sn);
  writer.number(32, 4, numbers.max_cmd_sn);
  std::memcpy(frame.head.data(), bhs.data(), bhs.size());
  if (p.header_digest && !login) {
    Crc32c crc;
    crc.add(bhs);
    encode_digest(crc.value(), frame.head.data() + bhs.size());
    frame.head_size = bhs.size() + digest_size;
  }
  frame.data = data;
  frame.owner = owner;
  if (!data.empty()) {
    frame.tail_size = static_cast<std::uint8_t>(padding_of(static_cast<std::uint32_t>(data.size())));
    if (p.data_digest && !login) {
      Crc32c crc;
      crc.add(data);
      crc.add(ByteView(frame.tail).first(frame.tail_size));
      encode_digest(crc.value(), frame.tail.data() + frame.tail_size);
      frame.tail_size += digest_size;
    }
  }
  batch.bytes += frame.size();
}

}  // namespace bootferry::iscsi
