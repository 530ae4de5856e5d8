// SPDX-License-Identifier: Apache-2.0
// An EXTENDED COPY on its way (SPC-4 6.4): its units found, its segments checked, one piece of work after another.
// Owned by its Command, used on that session's loop.
#pragma once

#include "iscsi/scsi/copy_log.hpp"
#include "iscsi/scsi/copy_parameters.hpp"

namespace bootferry::iscsi::scsi {

class CopyWork;
class Disk;

class ExtendedCopy {
 public:
  /// `disk`: the unit that was asked, which is the copy manager too. It must outlive this. `seals`: of its device, when
  /// the command was let in.
  ExtendedCopy(Disk& disk, std::uint64_t nexus, std::uint64_t seals, CopyPlan plan);

  ExtendedCopy(const ExtendedCopy&) = delete;
  ExtendedCopy& operator=(const ExtendedCopy&) = delete;
  /// An aborted one is logged as failed, so that its list identifier may be used again.
  ~ExtendedCopy();

  /// Finds the units and checks all segments, so that what can be known to fail does so before the first byte.
  [[nodiscard]] std::optional<Sense> resolve();
  /// false: a copy with its list identifier runs already. Before next().
  [[nodiscard]] bool begin();
  /// What is to be run next; null at the end.
  [[nodiscard]] std::expected<std::shared_ptr<CopyWork>, Sense> next();
  /// The work that next() gave failed.
  [[nodiscard]] Sense on_failure(const Error& error);

 private:
  struct Unit {
    Disk* disk = nullptr;  ///< null: not reachable
    std::shared_ptr<LogicalUnit> keep;
    std::uint64_t nexus = 0;  ///< of the same initiator port with that unit; 0: none, as a stranger
    std::uint64_t seals = 0;  ///< of its device, when the copy was let in
  };
  [[nodiscard]] Unit unit_of(const CopyTarget& target) const;
  [[nodiscard]] bool reachable(const Unit& unit) const;
  [[nodiscard]] std::optional<Sense> check(const CopySegment& segment) const;
  [[nodiscard]] std::optional<Sense> check_rights(const CopySegment& segment) const;
  [[nodiscard]] std::uint64_t bytes_of_segment(const CopySegment& segment) const;
  [[nodiscard]] std::shared_ptr<CopyWork> work_of(const CopySegment& segment) const;
  Sense end(std::optional<Sense> sense);
  void tell();

  Disk& own_;
  const std::uint64_t nexus_;
  const std::uint64_t own_seals_;
  const CopyPlan plan_;
  std::vector<Unit> units_;
  std::shared_ptr<CopyWork> work_;
  CopyStatus status_;
  bool logged_ = false;  ///< the log's entry is this one's
};

}  // namespace bootferry::iscsi::scsi
