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

constexpr Route routes[] = {
    {Method::get, "/api/v1/health", Place::db, api::get_health},
    {Method::get, "/api/v1/clients", Place::db, api::list_clients},
    {Method::get, "/api/v1/clients/{mac}", Place::db, api::get_client},
    {Method::put, "/api/v1/clients/{mac}", Place::db, api::put_client},
    {Method::remove, "/api/v1/clients/{mac}", Place::db, api::remove_client},
    {Method::get, "/api/v1/clients/{mac}/overlays/{image}", Place::db, api::get_overlay, false, true},
    {Method::remove, "/api/v1/clients/{mac}/overlays/{image}", Place::db, api::discard_overlay, false, true},
    {Method::post, "/api/v1/clients/{mac}/overlays/{image}/snapshots", Place::db, api::take_snapshot, false, true},
    {Method::remove, "/api/v1/clients/{mac}/overlays/{image}/snapshots/{number}", Place::db, api::remove_snapshot,
     false, true},
    {Method::post, "/api/v1/clients/{mac}/overlays/{image}/rollback", Place::db, api::roll_back, false, true},
    {Method::post, "/api/v1/clients/{mac}/overlays/{image}/apply", Place::db, api::apply_overlay, false, true},
    {Method::post, "/api/v1/clients/{mac}/overlays/{image}/rebase", Place::db, api::rebase_overlay, false, true},
    {Method::post, "/api/v1/clients/{mac}/overlays/{image}/clone", Place::db, api::clone_overlay, false, true},
    {Method::post, "/api/v1/clients/{mac}/overlays/{image}/grow", Place::db, api::grow_overlay, false, true},
    {Method::post, "/api/v1/clients/{mac}/overlays/{image}/export", Place::db, api::export_overlay, true, true},
    {Method::get, "/api/v1/overlays", Place::db, api::list_overlays},
    {Method::get, "/api/v1/assignments", Place::db, api::list_assignments},
    {Method::put, "/api/v1/assignments/{mac}", Place::db, api::put_assignment},
    {Method::remove, "/api/v1/assignments/{mac}", Place::db, api::remove_assignment},
    {Method::get, "/api/v1/images", Place::db, api::list_images},
    {Method::post, "/api/v1/images", Place::db, api::create_image},
    {Method::get, "/api/v1/images/{name}", Place::db, api::get_image},
    {Method::post, "/api/v1/images/{name}/grow", Place::db, api::grow_image},
    {Method::get, "/api/v1/images/{name}/versions", Place::db, api::list_versions},
    {Method::remove, "/api/v1/images/{name}/versions/{number}", Place::db, api::remove_version},
    {Method::post, "/api/v1/images/{name}/publish", Place::db, api::publish_image},
    {Method::post, "/api/v1/images/{name}/export", Place::db, api::export_image, true},
    {Method::post, "/api/v1/images/{name}/clone", Place::db, api::clone_image},
    {Method::get, "/api/v1/images/{name}/check", Place::db, api::check_image},
    {Method::post, "/api/v1/images/{name}/repair", Place::db, api::repair_image},
    {Method::remove, "/api/v1/images/{name}", Place::db, api::remove_image},
    {Method::get, "/api/v1/images/{name}/path", Place::db, api::get_image_path, true},
    {Method::get, "/api/v1/jobs", Place::db, api::list_jobs},
    {Method::get, "/api/v1/jobs/{id}", Place::db, api::get_job},
    {Method::remove, "/api/v1/jobs/{id}", Place::db, api::cancel_job},
    {Method::options, "/api/v1/uploads", Place::loop, api::tell_uploads},
    {Method::get, "/api/v1/uploads", Place::db, api::list_uploads},
    {Method::post, "/api/v1/uploads", Place::db, api::create_upload},
    {Method::get, "/api/v1/uploads/{id}", Place::db, api::get_upload},
    {Method::patch, "/api/v1/uploads/{id}", Place::db, api::append_upload},
    {Method::remove, "/api/v1/uploads/{id}", Place::db, api::remove_upload},
    {Method::get, "/api/v1/sessions", Place::db, api::list_sessions},
    {Method::get, "/api/v1/sessions/{id}", Place::db, api::get_session},
    {Method::remove, "/api/v1/sessions/{id}", Place::db, api::drop_session},
    {Method::get, "/api/v1/leases", Place::db, api::list_leases},
    {Method::get, "/api/v1/events", Place::db, api::list_events, false, true},
    {Method::get, "/api/v1/events/stream", Place::loop, api::stream_events},
    {Method::get, "/metrics", Place::db, get_metrics},
    {Method::get, "/boot/{script}", Place::disk, get_boot_script},
    {Method::get, "/loaders/{name}", Place::disk, get_loader},
    {Method::get, "/files/{path...}", Place::disk, get_file},
    {Method::get, "/", Place::loop, get_page},
    {Method::get, "/assets/{path...}", Place::loop, get_page},
    {Method::get, "/{name}", Place::loop, get_page},
};

}  // namespace

std::span<const Route> all_routes() { return routes; }

}  // namespace bootferry::http
