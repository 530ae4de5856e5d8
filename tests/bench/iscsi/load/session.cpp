// SPDX-License-Identifier: Apache-2.0
#include "load/session.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>

#include "load/pattern.hpp"

namespace bootferry::bench {
namespace {

constexpr std::size_t scratch_size = 512u << 10;
constexpr std::uint8_t final_flag = 0x80, read_flag = 0x40, write_flag = 0x20, simple_task = 1;

void put(std::uint8_t* at, int count, std::uint64_t value) {
  for (int i = count - 1; i >= 0; --i, value >>= 8) at[i] = static_cast<std::uint8_t>(value);
}
std::uint32_t get(const std::uint8_t* at, int count) {
  std::uint32_t value = 0;
  for (int i = 0; i < count; ++i) value = value << 8 | at[i];
  return value;
}

Bytes& scratch() {
  static Bytes bytes(scratch_size);
  return bytes;
}

[[noreturn]] void give_up(const std::string& why) { throw std::runtime_error(why); }

}  // namespace

LoadSession::LoadSession(SessionPlan plan, std::uint32_t number, Tally& tally)
    : plan_(std::move(plan)), number_(number), tally_(tally), slots_(plan_.depth), next_(plan_.begin) {
  for (std::uint32_t i = plan_.depth; i > 0; --i) free_.push_back(i - 1);
  random_ = 0x9e3779b97f4a7c15u * (number + 1);
}

LoadSession::~LoadSession() {
  if (fd_ >= 0) ::close(fd_);
}

void LoadSession::dial() {
  fd_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int one = 1;
  ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  const timeval limit{10, 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  if (!plan_.source.empty()) {
    ::inet_pton(AF_INET, plan_.source.c_str(), &address.sin_addr);
    if (::bind(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) give_up("cannot bind " + plan_.source);
  }
  address.sin_port = htons(plan_.port);
  if (::inet_pton(AF_INET, plan_.host.c_str(), &address.sin_addr) != 1) give_up("not an address: " + plan_.host);
  if (::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
    give_up("cannot connect to " + plan_.host + ": " + std::strerror(errno));
}

void LoadSession::open() {
  dial();
  login();
  constexpr std::array<std::uint8_t, 16> test_unit_ready{};
  for (int tries = 0; tries < 5; ++tries) {  // unit attentions are told first
    command(0, test_unit_ready, 0, false, false, 0);
    wait_idle();
    if (last_status_ == 0) break;
  }
  if (last_status_ != 0) give_up("the disk does not become ready");
  ::fcntl(fd_, F_SETFL, ::fcntl(fd_, F_GETFL) | O_NONBLOCK);
  stopping_ = false;
}

void LoadSession::login() {
  const std::string digest = plan_.digests ? "CRC32C" : "None";
  std::string keys;
  const auto add = [&](const std::string& key, const std::string& value) { keys += key + "=" + value + '\0'; };
  add("InitiatorName", plan_.initiator);
  add("TargetName", plan_.target);
  add("SessionType", "Normal");
  add("HeaderDigest", digest);
  add("DataDigest", digest);
  add("InitialR2T", "Yes");
  add("ImmediateData", "Yes");
  add("MaxRecvDataSegmentLength", std::to_string(plan_.segment));
  add("FirstBurstLength", "262144");
  add("MaxBurstLength", "1048576");
  add("MaxOutstandingR2T", "1");
  text_.clear();
  for (int step = 0; step < 5 && !logged_in_; ++step) {
    Piece piece;
    piece.head[0] = 0x43;
    piece.head[1] = 0x87;  // from operational negotiation to full feature
    piece.head[8] = 0x80;
    put(&piece.head[9], 4, number_);
    put(&piece.head[16], 4, 1);
    put(&piece.head[24], 4, cmd_sn_);
    put(&piece.head[28], 4, exp_stat_sn_);
    push(piece, {reinterpret_cast<const std::uint8_t*>(keys.data()), keys.size()});
    if (!flush()) give_up("the login does not leave");
    head_filled_ = 0;
    Bytes& space = scratch();
    while (head_filled_ != 0 || text_.empty() || !logged_in_) {
      const ssize_t got = ::recv(fd_, space.data(), space.size(), 0);
      if (got <= 0) give_up("the target ends the login");
      const std::uint32_t before = exp_stat_sn_;
      on_bytes(ByteView(space).first(static_cast<std::size_t>(got)));
      if (exp_stat_sn_ != before) break;
    }
    keys.clear();
  }
  if (!logged_in_) give_up("the login does not end");
  const std::string answer(reinterpret_cast<const char*>(text_.data()), text_.size());
  const auto find = [&](const std::string& key) -> std::string {
    const auto at = answer.find(key + "=");
    if (at == std::string::npos) return "";
    return answer.substr(at + key.size() + 1, answer.find('\0', at) - at - key.size() - 1);
  };
  if (const auto value = find("MaxRecvDataSegmentLength"); !value.empty()) target_segment_ = std::stoul(value);
  if (const auto value = find("FirstBurstLength"); !value.empty()) first_burst_ = std::stoul(value);
  immediate_data_ = find("ImmediateData") != "No";
  if (plan_.digests && (find("DataDigest") != "CRC32C" || find("HeaderDigest") != "CRC32C"))
    give_up("the target does not take digests");
}

void LoadSession::push(Piece& piece, ByteView data) {
  put(&piece.head[5], 3, data.size());
  const bool digests = plan_.digests && logged_in_;
  if (digests) {
    iscsi::Crc32c crc;
    crc.add(ByteView(piece.head).first(48));
    iscsi::encode_digest(crc.value(), &piece.head[48]);
    piece.head_size = 52;
  }
  piece.data = data;
  if (!data.empty()) {
    piece.tail_size = (4 - data.size() % 4) % 4;
    if (digests) {
      iscsi::Crc32c crc;
      crc.add(data);
      crc.add(ByteView(piece.tail).first(piece.tail_size));
      iscsi::encode_digest(crc.value(), &piece.tail[piece.tail_size]);
      piece.tail_size += 4;
    }
  }
  out_.push_back(piece);
}

void LoadSession::command(std::uint32_t slot, ByteView cdb, std::uint32_t length, bool read, bool write,
                          std::uint64_t position) {
  Piece piece;
  piece.head[0] = 0x01;
  piece.head[1] =
      static_cast<std::uint8_t>(final_flag | simple_task | (read ? read_flag : 0) | (write ? write_flag : 0));
  piece.head[9] = plan_.lun;
  put(&piece.head[16], 4, slot);
  put(&piece.head[20], 4, length);
  put(&piece.head[24], 4, cmd_sn_++);
  put(&piece.head[28], 4, exp_stat_sn_);
  std::memcpy(&piece.head[32], cdb.data(), cdb.size());
  ByteView data;
  if (write && immediate_data_) data = pattern_at(position, std::min({length, target_segment_, first_burst_}));
  push(piece, data);
  Slot& used = slots_[slot];
  used = {position, Now::now(), length, 0, true, length == 0};
  ++running_;
}

void LoadSession::transfer(std::uint32_t slot) {
  std::uint64_t position = next_;
  if (plan_.random) {
    random_ ^= random_ << 13, random_ ^= random_ >> 7, random_ ^= random_ << 17;
    position = plan_.begin + random_ % ((plan_.end - plan_.begin) / plan_.size) * plan_.size;
  } else {
    next_ += plan_.size;
    if (next_ + plan_.size > plan_.end) next_ = plan_.begin;
  }
  std::array<std::uint8_t, 16> cdb{};
  cdb[0] = plan_.write ? 0x2a : 0x28;
  put(&cdb[2], 4, position / 512);
  put(&cdb[7], 2, plan_.size / 512);
  command(slot, cdb, plan_.size, !plan_.write, plan_.write, position);
}

void LoadSession::issue() {
  while (!stopping_ && !free_.empty() && static_cast<std::int32_t>(max_cmd_sn_ - cmd_sn_) >= 0) {
    const std::uint32_t slot = free_.back();
    free_.pop_back();
    transfer(slot);
  }
}

bool LoadSession::flush() {
  while (out_next_ < out_.size()) {
    std::array<iovec, 384> pieces;
    std::size_t used = 0, skip = out_sent_;
    const auto add = [&](const std::uint8_t* data, std::size_t size) {
      if (skip >= size) {
        skip -= size;
        return;
      }
      pieces[used++] = {const_cast<std::uint8_t*>(data) + skip, size - skip};
      skip = 0;
    };
    for (std::size_t i = out_next_; i < out_.size() && used + 3 <= pieces.size(); ++i) {
      add(out_[i].head.data(), out_[i].head_size);
      add(out_[i].data.data(), out_[i].data.size());
      add(out_[i].tail.data(), out_[i].tail_size);
    }
    msghdr message{};
    message.msg_iov = pieces.data();
    message.msg_iovlen = used;
    const ssize_t count = ::sendmsg(fd_, &message, MSG_NOSIGNAL);
    if (count < 0 && errno == EAGAIN) return false;
    if (count < 0) give_up(std::string("the connection broke: ") + std::strerror(errno));
    out_sent_ += static_cast<std::size_t>(count);
    while (out_next_ < out_.size()) {
      const Piece& first = out_[out_next_];
      const std::size_t size = first.head_size + first.data.size() + first.tail_size;
      if (out_sent_ < size) break;
      out_sent_ -= size;
      ++out_next_;
    }
  }
  out_.clear();
  out_next_ = 0;
  return true;
}

void LoadSession::on_readable() {
  const ssize_t got = ::recv(fd_, scratch().data(), scratch().size(), 0);
  if (got < 0 && errno == EAGAIN) return;
  if (got <= 0) give_up("the target closed a session");
  on_bytes(ByteView(scratch()).first(static_cast<std::size_t>(got)));
}

void LoadSession::on_bytes(ByteView input) {
  const auto take = [&input](std::uint8_t* to, std::size_t wanted) {
    const std::size_t count = std::min(wanted, input.size());
    if (to != nullptr) std::memcpy(to, input.data(), count);
    input = input.subspan(count);
    return count;
  };
  while (!input.empty()) {
    const std::size_t head_size = plan_.digests && logged_in_ ? 52 : 48;
    if (head_filled_ < head_size) {
      head_filled_ += take(head_.data() + head_filled_, head_size - head_filled_);
      if (head_filled_ < head_size) return;
      on_header();
    }
    if (data_filled_ < data_length_) {
      const ByteView part = input.first(std::min<std::size_t>(input.size(), data_length_ - data_filled_));
      on_data(part);
      data_filled_ += static_cast<std::uint32_t>(part.size());
      input = input.subspan(part.size());
      if (data_filled_ < data_length_) return;
    }
    tail_filled_ += static_cast<std::uint32_t>(take(tail_.data() + tail_filled_, tail_size_ - tail_filled_));
    if (tail_filled_ < tail_size_) return;
    on_pdu_end();
    head_filled_ = 0;
  }
}

void LoadSession::on_header() {
  const bool digests = plan_.digests && logged_in_;
  if (digests) {
    iscsi::Crc32c crc;
    crc.add(ByteView(head_).first(48));
    if (crc.value() != iscsi::decode_digest(&head_[48])) give_up("a header digest is wrong");
  }
  if (head_[4] != 0) give_up("additional headers were not asked for");
  data_length_ = get(&head_[5], 3);
  data_filled_ = tail_filled_ = 0;
  tail_size_ = data_length_ == 0 ? 0 : (4 - data_length_ % 4) % 4 + (digests ? 4 : 0);
  data_crc_ = {};
}

void LoadSession::on_data(ByteView part) {
  if (plan_.digests && logged_in_) data_crc_.add(part);
  const std::uint8_t opcode = head_[0] & 0x3f;
  if (opcode == 0x23) text_.insert(text_.end(), part.begin(), part.end());
  if (opcode != 0x25) return;
  const std::uint32_t tag = get(&head_[16], 4);
  if (tag >= slots_.size() || !slots_[tag].busy) give_up("data of a command that is not out");
  if (!fits_pattern(slots_[tag].position + get(&head_[40], 4) + data_filled_, part)) give_up("wrong bytes were read");
  slots_[tag].arrived += static_cast<std::uint32_t>(part.size());
}

void LoadSession::on_pdu_end() {
  if (plan_.digests && logged_in_ && data_length_ != 0) {
    data_crc_.add(ByteView(tail_).first(tail_size_ - 4));
    if (data_crc_.value() != iscsi::decode_digest(&tail_[tail_size_ - 4])) give_up("a data digest is wrong");
  }
  const std::uint8_t opcode = head_[0] & 0x3f;
  const std::uint32_t max_cmd_sn = get(&head_[32], 4);
  if (static_cast<std::int32_t>(max_cmd_sn - max_cmd_sn_) > 0 || !logged_in_) max_cmd_sn_ = max_cmd_sn;
  const std::uint32_t tag = get(&head_[16], 4);
  const bool has_status = opcode != 0x25 || (head_[1] & 1) != 0;
  if (has_status && opcode != 0x31) exp_stat_sn_ = get(&head_[24], 4) + 1;
  switch (opcode) {
    case 0x21:
      return on_status(tag, head_[3]);
    case 0x25:
      if ((head_[1] & 1) != 0) on_status(tag, head_[3]);
      return;
    case 0x31:
      return on_ready_to_transfer();
    case 0x23:
      if (head_[36] != 0) give_up("the login was refused: " + std::to_string(get(&head_[36], 2)));
      logged_in_ = (head_[1] & 0x83) == 0x83;
      return;
    case 0x20:
    case 0x26:
      return;
    default:
      give_up("an unexpected PDU: " + std::to_string(opcode));
  }
}

void LoadSession::on_status(std::uint32_t tag, std::uint8_t status) {
  if (tag >= slots_.size() || !slots_[tag].busy) give_up("the status of a command that is not out");
  Slot& slot = slots_[tag];
  slot.busy = false;
  --running_;
  last_status_ = status;
  if (slot.plain) return;
  if (status != 0) give_up("a transfer ended with status " + std::to_string(status));
  if (!plan_.write && slot.arrived != slot.length) give_up("a read came short");
  free_.push_back(tag);
  if (!tally_.counting) return;
  tally_.bytes += slot.length;
  ++tally_.commands;
  const auto took = std::chrono::duration_cast<std::chrono::nanoseconds>(Now::now() - slot.issued).count();
  tally_.microseconds_x16.push_back(static_cast<std::uint32_t>(took * 16 / 1000));
}

void LoadSession::on_ready_to_transfer() {
  const std::uint32_t tag = get(&head_[16], 4);
  if (tag >= slots_.size() || !slots_[tag].busy) give_up("R2T of a command that is not out");
  const std::uint32_t offset = get(&head_[40], 4), length = get(&head_[44], 4);
  std::uint32_t data_sn = 0;
  for (std::uint32_t at = 0; at < length; at += target_segment_) {
    const std::uint32_t part = std::min(target_segment_, length - at);
    Piece piece;
    piece.head[0] = 0x05;
    piece.head[1] = at + part == length ? final_flag : 0;
    std::memcpy(&piece.head[8], &head_[8], 8);
    put(&piece.head[16], 4, tag);
    std::memcpy(&piece.head[20], &head_[20], 4);
    put(&piece.head[28], 4, exp_stat_sn_);
    put(&piece.head[36], 4, data_sn++);
    put(&piece.head[40], 4, offset + at);
    push(piece, pattern_at(slots_[tag].position + offset + at, part));
  }
}

void LoadSession::wait_idle() {
  do {
    pollfd waiting{fd_, static_cast<short>(POLLIN | (flush() ? 0 : POLLOUT)), 0};
    if (::poll(&waiting, 1, 10000) <= 0) give_up("no answer within 10 s");
    if ((waiting.revents & (POLLIN | POLLHUP | POLLERR)) != 0) on_readable();
  } while (!idle());
}

void LoadSession::read_once() {
  transfer(0);
  free_.clear();
  wait_idle();
}

void LoadSession::logout() {
  Piece piece;
  piece.head[0] = 0x46;
  piece.head[1] = final_flag;
  put(&piece.head[16], 4, 0x7fff);
  put(&piece.head[24], 4, cmd_sn_);
  put(&piece.head[28], 4, exp_stat_sn_);
  push(piece, {});
  (void)flush();
  const std::uint32_t before = exp_stat_sn_;
  while (exp_stat_sn_ == before) {
    pollfd waiting{fd_, POLLIN, 0};
    if (::poll(&waiting, 1, 10000) <= 0) give_up("no answer to a logout within 10 s");
    on_readable();
  }
}

}  // namespace bootferry::bench
