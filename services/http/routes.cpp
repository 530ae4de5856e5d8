// SPDX-License-Identifier: Apache-2.0
// The table itself: docs/api.md, line by line. The first match counts, so fixed names stand before {names}.
#include "http/api/resources.hpp"
#include "http/boot_scripts.hpp"
#include "http/files.hpp"
#include "http/metrics.hpp"
#include "http/page.hpp"
#include "http/router.hpp"

namespace bootferry::http {
namespace {

using people::Right;

constexpr Route routes[] = {
    {Method::get, "/api/v1/health", Right::read, Place::db, api::get_health},
    {Method::get, "/api/v1/clients", Right::read, Place::db, api::list_clients},
    {Method::get, "/api/v1/clients/{mac}", Right::read, Place::db, api::get_client},
    {Method::put, "/api/v1/clients/{mac}", Right::write, Place::db, api::put_client},
    {Method::remove, "/api/v1/clients/{mac}", Right::write, Place::db, api::remove_client},
    {Method::get, "/api/v1/clients/{mac}/overlays/{image}", Right::read, Place::db, api::get_overlay, true},
    {Method::remove, "/api/v1/clients/{mac}/overlays/{image}", Right::write, Place::db, api::discard_overlay, true},
    {Method::post, "/api/v1/clients/{mac}/overlays/{image}/snapshots", Right::write, Place::db, api::take_snapshot,
     true},
    {Method::remove, "/api/v1/clients/{mac}/overlays/{image}/snapshots/{number}", Right::write, Place::db,
     api::remove_snapshot, true},
    {Method::post, "/api/v1/clients/{mac}/overlays/{image}/rollback", Right::write, Place::db, api::roll_back, true},
    {Method::post, "/api/v1/clients/{mac}/overlays/{image}/apply", Right::write, Place::db, api::apply_overlay, true},
    {Method::post, "/api/v1/clients/{mac}/overlays/{image}/rebase", Right::write, Place::db, api::rebase_overlay, true},
    {Method::post, "/api/v1/clients/{mac}/overlays/{image}/clone", Right::write, Place::db, api::clone_overlay, true},
    {Method::post, "/api/v1/clients/{mac}/overlays/{image}/grow", Right::write, Place::db, api::grow_overlay, true},
    {Method::post, "/api/v1/clients/{mac}/overlays/{image}/export", Right::control, Place::db, api::export_overlay,
     true},
    {Method::get, "/api/v1/overlays", Right::read, Place::db, api::list_overlays},
    {Method::get, "/api/v1/assignments", Right::read, Place::db, api::list_assignments},
    {Method::put, "/api/v1/assignments/{mac}", Right::write, Place::db, api::put_assignment},
    {Method::remove, "/api/v1/assignments/{mac}", Right::write, Place::db, api::remove_assignment},
    {Method::get, "/api/v1/images", Right::read, Place::db, api::list_images},
    {Method::post, "/api/v1/images", Right::write, Place::db, api::create_image},
    {Method::get, "/api/v1/images/{name}", Right::read, Place::db, api::get_image},
    {Method::post, "/api/v1/images/{name}/grow", Right::write, Place::db, api::grow_image},
    {Method::get, "/api/v1/images/{name}/versions", Right::read, Place::db, api::list_versions},
    {Method::remove, "/api/v1/images/{name}/versions/{number}", Right::write, Place::db, api::remove_version},
    {Method::post, "/api/v1/images/{name}/publish", Right::write, Place::db, api::publish_image},
    {Method::post, "/api/v1/images/{name}/export", Right::control, Place::db, api::export_image},
    {Method::post, "/api/v1/images/{name}/clone", Right::write, Place::db, api::clone_image},
    {Method::get, "/api/v1/images/{name}/check", Right::read, Place::db, api::check_image},
    {Method::post, "/api/v1/images/{name}/repair", Right::write, Place::db, api::repair_image},
    {Method::remove, "/api/v1/images/{name}", Right::write, Place::db, api::remove_image},
    {Method::get, "/api/v1/images/{name}/path", Right::control, Place::db, api::get_image_path},
    {Method::get, "/api/v1/jobs", Right::read, Place::db, api::list_jobs},
    {Method::get, "/api/v1/jobs/{id}", Right::read, Place::db, api::get_job},
    {Method::remove, "/api/v1/jobs/{id}", Right::write, Place::db, api::cancel_job},
    {Method::options, "/api/v1/uploads", Right::anyone, Place::loop, api::tell_uploads},
    {Method::get, "/api/v1/uploads", Right::read, Place::db, api::list_uploads},
    {Method::post, "/api/v1/uploads", Right::write, Place::db, api::create_upload},
    {Method::get, "/api/v1/uploads/{id}", Right::read, Place::db, api::get_upload},
    {Method::patch, "/api/v1/uploads/{id}", Right::write, Place::db, api::append_upload},
    {Method::remove, "/api/v1/uploads/{id}", Right::write, Place::db, api::remove_upload},
    {Method::get, "/api/v1/sessions", Right::read, Place::db, api::list_sessions},
    {Method::get, "/api/v1/sessions/{id}", Right::read, Place::db, api::get_session},
    {Method::remove, "/api/v1/sessions/{id}", Right::write, Place::db, api::drop_session},
    {Method::get, "/api/v1/leases", Right::read, Place::db, api::list_leases},
    {Method::get, "/api/v1/events", Right::read, Place::db, api::list_events, true},
    {Method::get, "/api/v1/events/stream", Right::read, Place::loop, api::stream_events},
    {Method::get, "/metrics", Right::read, Place::db, get_metrics},
    {Method::get, "/boot/{script}", Right::anyone, Place::disk, get_boot_script},
    {Method::get, "/loaders/{name}", Right::anyone, Place::disk, get_loader},
    {Method::get, "/files/{path...}", Right::anyone, Place::disk, get_file},
    {Method::get, "/", Right::anyone, Place::loop, get_page},
    {Method::get, "/assets/{path...}", Right::anyone, Place::loop, get_page},
    {Method::get, "/{name}", Right::anyone, Place::loop, get_page},
};

}  // namespace

std::span<const Route> all_routes() { return routes; }

}  // namespace bootferry::http
