// SPDX-License-Identifier: Apache-2.0
// Overlays against a plain byte array: random operations, killed servers and cut power in between. What was
// acknowledged survives a killed server; what was flushed survives a power cut; qemu-img finds no fault in any of it.
#include "qcow2_fixture.hpp"

namespace bootferry::images::qcow2 {
namespace {

constexpr std::uint64_t sector = 512;

struct Shape {
  std::uint32_t cluster_bits;
  bool overlay;
  std::uint64_t disk_size;
};

/// The device and what it must contain. `flushed`: what a power cut must leave, where nothing was written since.
class Model {
 public:
  Model(const Shape& shape, std::uint64_t seed) : random_(seed), disk_size_(shape.disk_size) {
    wanted_.resize(disk_size_);
    if (shape.overlay) {
      // The base is shorter than the overlay, and ends inside a cluster.
      const std::uint64_t base_size = disk_size_ / 4 * 3 / sector * sector;
      auto base = std::make_shared<MemoryDevice>(ByteCount{base_size});
      Bytes content(base_size);
      random_.fill(MutableByteView(content).first(std::min<std::uint64_t>(base_size, 1 << 18)));
      std::copy_n(content.begin(), content.size(), wanted_.begin());
      EXPECT_TRUE(base->write({0}, content));
      machine_.backing = base;
    }
    changed_.resize(disk_size_ / sector);
    older_.resize(disk_size_ / sector);
    machine_.lay_out({disk_size_}, shape.cluster_bits);
    open();
  }

  void step() {
    const std::uint64_t sectors = disk_size_ / sector;
    const std::uint64_t first = random_.u32() % 3 == 0 ? random_.u32() % 64 % sectors : random_.u32() % sectors;
    const std::uint64_t most = random_.u32() % 8 == 0 ? 512 : 32;
    const std::uint64_t count = std::min<std::uint64_t>(1 + random_.u32() % most, sectors - first);
    const ByteCount offset{first * sector}, length{count * sector};
    switch (random_.u32() % 12) {
      case 0:
      case 1:
      case 2:
      case 3:
      case 4: {
        Bytes data(length.value);
        random_.fill(data);
        note(first, count);
        ASSERT_TRUE(device_->write(offset, data));
        std::ranges::copy(data, wanted_.begin() + static_cast<std::ptrdiff_t>(offset.value));
        break;
      }
      case 5:
      case 6:
        note(first, count);
        ASSERT_TRUE(random_.u32() % 2 == 0 ? device_->zero(offset, length) : device_->trim(offset, length));
        std::fill_n(wanted_.begin() + static_cast<std::ptrdiff_t>(offset.value), length.value, 0);
        break;
      case 7: {
        const auto done = device_->flush();
        ASSERT_TRUE(done) << done.error().message;
        std::fill(changed_.begin(), changed_.end(), false);
        for (auto& old : older_) old.clear();
        if (random_.u32() % 8 == 0) {
          ASSERT_TRUE(is_clean(*machine_.image));
        }
        break;
      }
      default: {
        Bytes data(length.value);
        ASSERT_TRUE(device_->read(offset, data));
        ASSERT_TRUE(std::equal(data.begin(), data.end(), wanted_.begin() + static_cast<std::ptrdiff_t>(offset.value)))
            << "at sector " << first;
      }
    }
  }

  /// The server dies and is started again: nothing acknowledged is lost.
  void kill() {
    device_.reset();
    open();
    check_all();
  }

  /// A sector that was written since the last flush may be any of what it was since then; all others are as they were.
  void cut_power() {
    device_.reset();
    machine_.cut_power(random_);
    open();
    for (std::uint64_t i = 0; i < changed_.size(); ++i) {
      Bytes now(sector);
      ASSERT_TRUE(device_->read({i * sector}, now));
      const ByteView newest = ByteView(wanted_).subspan(i * sector, sector);
      bool allowed = std::ranges::equal(now, newest);
      for (const Bytes& old : older_[i]) allowed = allowed || now == old;
      ASSERT_TRUE(allowed) << "sector " << i << (changed_[i] ? " holds what it never was" : " was flushed and is lost");
      std::ranges::copy(now, wanted_.begin() + static_cast<std::ptrdiff_t>(i * sector));
      older_[i].clear();
      changed_[i] = false;
    }
    ASSERT_TRUE(device_->flush());
    ASSERT_TRUE(is_clean(*machine_.image));
  }

  /// The power goes in the middle of writes and flushes: everything from the n-th access on never happens.
  void cut_power_in_the_middle() {
    for (int i = 0; i < 6; ++i) step();
    machine_.image->fail_from(1 + random_.u32() % 24);
    for (int i = 0; i < 8; ++i) {
      if (random_.u32() % 2 == 0) {
        (void)device_->flush();
        continue;
      }
      const std::uint64_t first = random_.u32() % (disk_size_ / sector - 8), count = 1 + random_.u32() % 8;
      Bytes data(count * sector);
      random_.fill(data);
      note(first, count);
      if (device_->write({first * sector}, data)) {
        std::ranges::copy(data, wanted_.begin() + static_cast<std::ptrdiff_t>(first * sector));
        continue;
      }
      for (std::uint64_t k = 0; k < count; ++k)  // some of it may have got there
        older_[first + k].emplace_back(data.begin() + static_cast<std::ptrdiff_t>(k * sector),
                                       data.begin() + static_cast<std::ptrdiff_t>((k + 1) * sector));
    }
    machine_.image->fail_from(0);
    cut_power();
  }

  void check_all() {
    Bytes all(disk_size_);
    ASSERT_TRUE(device_->read({0}, all));
    ASSERT_EQ(all, wanted_);
  }

  Machine& machine() { return machine_; }
  SeededRandom& random() { return random_; }
  Device& device() { return *device_; }

 private:
  void open() {
    auto opened = machine_.open();
    ASSERT_TRUE(opened) << opened.error().message;
    device_ = std::move(*opened);
  }
  void note(std::uint64_t first, std::uint64_t count) {
    for (std::uint64_t i = first; i < first + count; ++i) {
      changed_[i] = true;
      const auto at = wanted_.begin() + static_cast<std::ptrdiff_t>(i * sector);
      older_[i].emplace_back(at, at + sector);
    }
  }

  SeededRandom random_;
  const std::uint64_t disk_size_;
  Machine machine_;
  std::shared_ptr<Device> device_;
  Bytes wanted_;
  std::vector<bool> changed_;
  std::vector<std::vector<Bytes>> older_;
};

class Qcow2Model : public testing::TestWithParam<Shape> {};

TEST_P(Qcow2Model, keeps_what_it_was_told_whatever_happens) {
  for (std::uint64_t seed = 1; seed <= 2; ++seed) {
    Model model(GetParam(), seed * 7919);
    for (int i = 0; i < 600 && !HasFatalFailure(); ++i) {
      model.step();
      if (i % 97 == 96) model.kill();
      if (i % 149 == 148) model.cut_power();
      if (i % 61 == 60) model.cut_power_in_the_middle();
    }
    if (!HasFatalFailure()) model.check_all();
    ASSERT_FALSE(HasFatalFailure()) << "seed " << seed;
  }
}

// A full disk at every point: the write is told, nothing that was acknowledged is lost, and with space it goes on.
TEST_P(Qcow2Model, survives_a_full_disk_at_every_step) {
  for (std::size_t nth = 1; nth < 40; ++nth) {
    Machine machine;
    machine.lay_out({4 << 20}, GetParam().cluster_bits);
    auto device = machine.open();
    ASSERT_TRUE(device) << device.error().message;
    ASSERT_TRUE((*device)->write({100 * sector}, Bytes(3 * sector, 1)));
    machine.image->fail_from(nth);
    std::vector<std::pair<std::uint64_t, bool>> told;
    for (std::uint64_t i = 0; i < 24; ++i) {
      const std::uint64_t at = i * 300 * sector;
      told.emplace_back(at, (*device)->write({at}, Bytes(2 * sector, static_cast<std::uint8_t>(i + 1))).has_value());
      if (i % 5 == 4) (void)(*device)->flush();
    }
    machine.image->fail_from(0);
    const auto flushed = (*device)->flush();
    ASSERT_TRUE(flushed) << flushed.error().message;
    for (int round = 0; round < 2; ++round) {
      for (std::uint64_t i = 0; i < told.size(); ++i) {
        if (!told[i].second) continue;
        Bytes now(2 * sector);
        ASSERT_TRUE((*device)->read({told[i].first}, now));
        ASSERT_EQ(now, Bytes(2 * sector, static_cast<std::uint8_t>(i + 1)))
            << "write " << i << ", failing from " << nth;
      }
      ASSERT_TRUE((*device)->write({200 * sector}, Bytes(sector, 9)));
      ASSERT_TRUE((*device)->flush());
      ASSERT_TRUE(is_clean(*machine.image)) << "failing from " << nth;
      device = machine.open();
      ASSERT_TRUE(device) << device.error().message;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(shapes, Qcow2Model,
                         testing::Values(Shape{16, false, 8 << 20}, Shape{16, true, 8 << 20}, Shape{9, false, 1 << 20},
                                         Shape{9, true, (1 << 20) + 512}, Shape{12, true, (3 << 20) + 512 * 3}),
                         [](const auto& shape) {
                           return std::string(shape.param.overlay ? "overlay" : "alone") + "_clusters_of_2_to_the_" +
                                  std::to_string(shape.param.cluster_bits);
                         });

}  // namespace
}  // namespace bootferry::images::qcow2
