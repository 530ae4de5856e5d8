// SPDX-License-Identifier: Apache-2.0
// A connection's commands: the session's actions, the device server's steps, and the disk jobs between them.
#include <boost/asio/post.hpp>

#include <algorithm>
#include <cstring>

#include "base/log.hpp"
#include "iscsi/scsi/completion.hpp"
#include "iscsi/server_connection.hpp"

namespace bootferry::iscsi {
namespace asio = boost::asio;
namespace {

constexpr std::size_t reading_limit =
    2u << 20;  // of one session: reads under way and not sent; more would only cool the cache
// Writes that share one trip to the disk pool: the file below takes one at a time, so that two workers would only wait
// for each other.
constexpr std::size_t grouped_jobs = 16;
constexpr std::size_t grouped_bytes = 1u << 20;
constexpr std::size_t small_write_bytes = 256u << 10;
constexpr std::size_t answered_at_once = 32;  // whose latencies wait for one look at the clock

/// Its connection counts the jobs that are out: one that throws (no memory) must come back too.
Result<void> run_caught(const scsi::DiskJob& job, scsi::LogicalUnit& unit, MutableByteView buffer) {
  try {
    return unit.run_job(job, buffer);
  } catch (const std::exception& error) {
    log::error("DISK_JOB_FAILED", {{"why", error.what()}});
    return fail(ErrorKind::unavailable, error.what());
  }
}

}  // namespace

void Connection::run_actions() {
  if (running_actions_) return;
  running_actions_ = true;
  for (std::size_t i = 0; i < actions_.size() && !ended_; ++i) {
    Action action = std::move(actions_[i]);  // handling one may append others
    std::visit([this](auto& which) { on_action(which); }, action);
  }
  actions_.clear();
  running_actions_ = false;
}

void Connection::on_action(CloseConnection& action) {
  if (!logout_asked_ || end_reason_.empty()) end_reason_ = std::move(action.reason);
  if (const auto status = session_->login().response().status; status != LoginStatus::success)
    core_->refusals.count(status);
  if (!session_->login().failure().empty())
    tell_refusal(LoginStatus::authentication_failure, session_->login().failure());
  if (!action.flush) return end(end_reason_);
  closing_ = true;
  set_deadline(std::chrono::seconds(5));  // a peer that does not read is not waited for
  schedule_flush();
}

Connection::Running& Connection::running_of(CommandId id) {
  if (id.slot >= running_.size()) running_.resize(id.slot + 1);
  return running_[id.slot];
}

void Connection::on_action(StartCommand& action) {
  meter_->on_command(action.cdb[0], action.cdb[1] & 0x1f, session_->open_commands(), now_);
  Running& running = running_of(action.id);
  released_ = false;
  running = {};
  running.id = action.id;
  running.arrived = now_;
  const std::size_t waiting = reading_bytes_ + session_->queued_bytes();
  const bool must_wait = action.read && waiting != 0 && waiting + action.expected_length > reading_limit;
  if (must_wait || (action.read && !parked_.empty())) return parked_.push_back(action);
  start_command(action);
}

void Connection::start_parked() {
  while (!parked_.empty() && !ended_) {
    const std::size_t waiting = reading_bytes_ + session_->queued_bytes();
    if (waiting != 0 && waiting + parked_.front().expected_length > reading_limit) return;
    const StartCommand action = parked_.front();
    parked_.erase(parked_.begin());
    start_command(action);
    run_actions();
  }
}

void Connection::start_command(const StartCommand& action) {
  Running& running = running_of(action.id);
  running.takes_data = action.read;
  running.direction = action.read ? CommandClass::read : action.write ? CommandClass::write : CommandClass::other;
  running.task = opened_.unit->make_task(nexus_, action.lun, action.cdb);
  if (action.write) running.task->expect_data_out(action.expected_length);
  on_step(running, running.task->start());
}

void Connection::on_action(DataArrived& action) {
  Running& running = running_of(action.id);
  if (!(running.id == action.id) || !running.task) return;
  running.data = std::move(action.data);
  running.length = running.received = action.length;
  const ByteView bytes = running.data.first(action.length);
  on_step(running, running.task->on_data_out(bytes));
}

void Connection::on_action(ForgetCommand& action) {
  std::erase_if(parked_, [&](const StartCommand& parked) { return parked.id == action.id; });
  Running& running = running_of(action.id);
  if (running.id == action.id && running.in_pool) {
    running.forgotten = true;  // it cannot be called back; its end is told when it comes
    return;
  }
  if (running.id == action.id) running.task.reset();
  session_->on_command_gone(action.id, actions_);
}

void Connection::on_action(ResetUnit& action) {
  if (!action.tasks_only) opened_.unit->on_reset(nexus_);
  // Each of the others holds it until its commands are off the disk; then the function is answered.
  const std::shared_ptr<void> done(nullptr, [self = shared_from_this()](void*) {
    asio::post(self->socket_.get_executor(), [self] {
      if (self->ended_) return;
      self->session_->on_reset_done(self->actions_);
      self->run_actions();
      self->schedule_flush();
    });
  });
  for (const auto& other : core_->table.others_of_target(id_)) {
    other->ask_abort_all(action.tasks_only, done);
    if (action.drop_sessions) other->ask_close("the target was reset");
  }
}

void Connection::on_step(Running& running, scsi::Step step) {
  for (;;) {
    if (auto* done = std::get_if<scsi::Answer>(&step)) return answer(running, std::move(*done));
    if (const auto* need = std::get_if<scsi::NeedData>(&step)) {
      session_->on_need_data(running.id, need->length, actions_);
      return;
    }
    if (auto* wait = std::get_if<scsi::WaitFor>(&step)) return wait_for(running.id, *wait->until);
    auto& job = std::get<scsi::DiskJob>(step);
    if (job.kind == scsi::DiskJob::Kind::read && !running.takes_data) {
      running.length = static_cast<std::uint32_t>(job.length.value);  // told as its residual; none of it would be sent
      step = running.task->on_job_done({}, {});
      continue;
    }
    if (!try_inline(running, job)) return queue_job(running, std::move(job));
    step = running.task->on_job_done({}, running.data.first(running.length));
  }
}

/// Not counted as a job of the pool: the session may end, and the command be aborted, while what it waits for goes on.
void Connection::wait_for(CommandId id, scsi::Completion& completion) {
  completion.when_done([weak = weak_from_this(), executor = socket_.get_executor(), id](const Result<void>& result) {
    asio::post(executor, [weak, id, result] {
      const auto self = weak.lock();
      if (!self || self->ended_) return;
      Running& running = self->running_of(id);
      if (!(running.id == id) || !running.task) return;
      self->on_step(running, running.task->on_job_done(result, {}));
      self->run_actions();
      self->schedule_flush();
    });
  });
}

/// A read that memory answers costs less than the trip to another thread.
bool Connection::try_inline(Running& running, const scsi::DiskJob& job) {
  if (job.kind != scsi::DiskJob::Kind::read) return false;
  running.data = core_->buffers->take(job.length.value);
  running.length = static_cast<std::uint32_t>(job.length.value);
  const auto tried = scsi::try_run_job(job, opened_.unit->device(), running.data.first(running.length));
  return tried && *tried == images::TryRead::done;  // an error is found again, and told, by the pool
}

void Connection::queue_job(Running& running, scsi::DiskJob job) {
  running.in_pool = true;
  if (job.kind == scsi::DiskJob::Kind::read) {
    reading_bytes_ += job.length.value;
  } else {
    wrote_ = true;
  }
  new_jobs_.push_back({running.id, std::move(job), running.data, {}});
  if (!running_actions_) schedule_flush();
}

/// Small writes go together: one wake-up there and one back. All else goes alone, so that nothing waits for a slow one.
void Connection::dispatch_jobs() {
  std::vector<PoolJob> group;
  std::size_t bytes = 0;
  const auto post = [&] {
    if (group.empty()) return;
    ++jobs_in_pool_;
    core_->disk_pool.post([self = shared_from_this(), unit = opened_.unit, jobs = std::move(group)]() mutable {
      for (PoolJob& job : jobs) {
        const auto size = job.job.kind == scsi::DiskJob::Kind::read || job.job.kind == scsi::DiskJob::Kind::write
                              ? job.job.length.value
                              : 0;
        job.result = run_caught(job.job, *unit, job.data.first(size));
      }
      const auto executor = self->socket_.get_executor();
      asio::post(executor,
                 [self = std::move(self), done = std::move(jobs)]() mutable { self->on_jobs_done(std::move(done)); });
    });
    group = {};
    bytes = 0;
  };
  for (PoolJob& job : new_jobs_) {
    const bool small_write = job.job.kind == scsi::DiskJob::Kind::write && !job.job.force_unit_access &&
                             job.job.length.value <= small_write_bytes;
    if (!small_write) post();
    bytes += job.job.length.value;
    group.push_back(std::move(job));
    if (!small_write || group.size() >= grouped_jobs || bytes >= grouped_bytes) post();
  }
  post();
  new_jobs_.clear();
}

void Connection::on_jobs_done(std::vector<PoolJob> jobs) {
  --jobs_in_pool_;
  if (ended_) {
    if (jobs_in_pool_ == 0) finish_ending();
    return;
  }
  for (PoolJob& job : jobs) {
    const bool read = job.job.kind == scsi::DiskJob::Kind::read;
    if (read) reading_bytes_ -= job.job.length.value;
    Running& running = running_of(job.id);
    if (!(running.id == job.id) || !running.in_pool) continue;
    running.in_pool = false;
    if (running.forgotten) {
      running.task.reset();
      session_->on_command_gone(job.id, actions_);
      continue;
    }
    const ByteView data = read && job.result ? ByteView(running.data.first(running.length)) : ByteView{};
    on_step(running, running.task->on_job_done(job.result, data));
  }
  run_actions();
  if (ended_) return;
  // With others still out, behind what is ready now: one send for all of it. The last ones have nothing to wait for.
  if (jobs_in_pool_ != 0 || !new_jobs_.empty()) return schedule_flush();
  flush();
  if (!ended_) wait_readable();
}

/// PREEMPT AND ABORT: whoever hears its answer may rely on it that no write of the others is still under way. Meanwhile
/// this command does not count as being on the disk: two that abort each other must not wait for each other.
void Connection::abort_then_answer(CommandId id, scsi::Answer held) {
  std::vector<std::shared_ptr<SessionDoor>> doors;
  for (const std::uint64_t nexus : std::exchange(held.aborts, {})) {
    if (auto door = core_->table.find(nexus); door && nexus != id_) doors.push_back(std::move(door));
  }
  auto finish = [self = shared_from_this(), id, kept = std::move(held)]() mutable {
    if (self->ended_) return;
    Running& running = self->running_of(id);
    if (!(running.id == id) || !running.task) return;  // it was aborted itself
    self->answer(running, std::move(kept));
    self->run_actions();
    self->schedule_flush();
  };
  const auto executor = socket_.get_executor();
  const std::shared_ptr<void> done(
      nullptr, [executor, told = std::move(finish)](void*) mutable { asio::post(executor, std::move(told)); });
  for (const auto& door : doors) door->ask_abort_all(true, done);
}

/// One look at the clock for all answers that leave together: it costs as much as all other counting.
void Connection::note_latencies() {
  if (answered_.empty()) return;
  const SteadyTime now = core_->clock.now();
  for (const Answered& one : answered_)
    meter_->on_latency(one.direction, std::chrono::duration_cast<Latency>(now - one.arrived));
  answered_.clear();
}

void Connection::answer(Running& running, scsi::Answer done) {
  if (!done.aborts.empty()) return abort_then_answer(running.id, std::move(done));
  CommandAnswer out;
  out.status = static_cast<std::uint8_t>(done.status);
  if (done.sense) out.sense = scsi::encode_sense(*done.sense);
  if (done.data_in_is_job) {
    out.data = running.data.first(running.length);
    out.owner = std::move(running.data);
  } else if (!done.data_in.empty()) {
    out.owner = core_->buffers->take(done.data_in.size());
    std::memcpy(out.owner.data(), done.data_in.data(), done.data_in.size());
    out.data = out.owner.first(done.data_in.size());
  }
  const std::uint64_t moved = running.takes_data ? out.data.size() : running.received;
  // A unit attention is news, as each session's first one is (SAM-5 5.14), and no error.
  const bool is_error = done.status == scsi::Status::check_condition &&
                        !(done.sense && done.sense->key == scsi::SenseKey::unit_attention);
  meter_->on_answer(running.direction, moved, is_error);
  answered_.push_back({running.arrived, running.direction});
  if (answered_.size() >= answered_at_once) note_latencies();
  running.task.reset();
  running.data = {};
  session_->on_answer(running.id, std::move(out), actions_);
}

}  // namespace bootferry::iscsi
