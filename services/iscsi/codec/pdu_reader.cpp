// SPDX-License-Identifier: Apache-2.0
#include "iscsi/codec/pdu_reader.hpp"

#include <cstring>

#include "iscsi/codec/digest.hpp"

namespace bootferry::iscsi {
namespace {

std::size_t move_bytes(ByteView& input, std::uint8_t* out, std::size_t wanted) {
  const std::size_t count = std::min(wanted, input.size());
  if (count != 0) std::memcpy(out, input.data(), count);
  input = input.subspan(count);
  return count;
}

}  // namespace

Result<PduReader::Progress> PduReader::feed(ByteView& input) {
  if (stage_ == Stage::header) return take_header(input);
  return take_data(input);
}

Result<PduReader::Progress> PduReader::take_header(ByteView& input) {
  if (head_filled_ < bhs_size) {
    if (head_filled_ == 0) {
      head_size_ = bhs_size;
      if (own_.capacity() > 4096) own_ = {};
    }
    head_filled_ += move_bytes(input, head_.data() + head_filled_, bhs_size - head_filled_);
    if (head_filled_ < bhs_size) return Progress::need_more;
    std::memcpy(bhs_.data(), head_.data(), bhs_size);
    if (data_length_of(bhs_) > limits_.max_data_segment) {
      return fail(ErrorKind::invalid, "a data segment is longer than MaxRecvDataSegmentLength");
    }
    head_size_ = bhs_size + ahs_length_of(bhs_) + (limits_.header_digest ? digest_size : 0);
    if (head_size_ > head_.size()) head_.resize(head_size_);
  }
  head_filled_ += move_bytes(input, head_.data() + head_filled_, head_size_ - head_filled_);
  if (head_filled_ < head_size_) return Progress::need_more;
  if (limits_.header_digest) {
    Crc32c crc;
    crc.add(ByteView(head_).first(head_size_ - digest_size));
    if (crc.value() != decode_digest(head_.data() + head_size_ - digest_size)) {
      return fail(ErrorKind::invalid, "a header digest is wrong");
    }
  }
  stage_ = Stage::data;
  destination_ = {};
  filled_ = 0;
  tail_filled_ = 0;
  data_ = {};
  data_digest_ok_ = true;
  return Progress::header;
}

MutableByteView PduReader::direct_space() const {
  if (stage_ != Stage::data || filled_ >= destination_.size()) return {};
  return destination_.subspan(filled_);
}

PduReader::Progress PduReader::take_data(ByteView& input) {
  const std::uint32_t length = data_length_of(bhs_);
  const std::size_t tail_size = length == 0 ? 0 : padding_of(length) + (limits_.data_digest ? digest_size : 0);
  if (length == 0) return finish();
  if (destination_.empty() && filled_ == 0 && input.size() >= length + tail_size) {
    data_ = input.first(length);  // all of it is here: no copy
    input = input.subspan(length);
    move_bytes(input, tail_.data(), tail_size);
    return finish();
  }
  if (destination_.empty()) {
    own_.resize(length);
    destination_ = own_;
  }
  filled_ += move_bytes(input, destination_.data() + filled_, length - filled_);
  if (filled_ < length) return Progress::need_more;
  tail_filled_ += move_bytes(input, tail_.data() + tail_filled_, tail_size - tail_filled_);
  if (tail_filled_ < tail_size) return Progress::need_more;
  data_ = destination_;
  return finish();
}

PduReader::Progress PduReader::finish() {
  if (limits_.data_digest && !data_.empty()) {
    const std::uint32_t pad = padding_of(static_cast<std::uint32_t>(data_.size()));
    Crc32c crc;
    crc.add(data_);
    crc.add(ByteView(tail_).first(pad));
    data_digest_ok_ = crc.value() == decode_digest(tail_.data() + pad);
  }
  stage_ = Stage::header;
  head_filled_ = 0;
  return Progress::pdu;
}

}  // namespace bootferry::iscsi
