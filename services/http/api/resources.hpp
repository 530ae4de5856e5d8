// SPDX-License-Identifier: Apache-2.0
// The handlers of /api/v1, one file per resource: JSON in, a verb of boot::Administration, JSON out. They block, and
// run on the db thread (stream_events only says what is to be streamed). The contract is docs/api.md.
#pragma once

#include "http/answer.hpp"
#include "http/request.hpp"
#include "http/site.hpp"

namespace bootferry::http::api {

[[nodiscard]] Answer get_first_visit(const Request& request, const Site& site);
[[nodiscard]] Answer get_first_visit_code(const Request& request, const Site& site);
[[nodiscard]] Answer set_up(const Request& request, const Site& site);
[[nodiscard]] Answer log_in(const Request& request, const Site& site);
[[nodiscard]] Answer log_out(const Request& request, const Site& site);
[[nodiscard]] Answer get_me(const Request& request, const Site& site);
[[nodiscard]] Answer put_own_password(const Request& request, const Site& site);
[[nodiscard]] Answer list_logins(const Request& request, const Site& site);
[[nodiscard]] Answer end_login(const Request& request, const Site& site);

[[nodiscard]] Answer list_users(const Request& request, const Site& site);
[[nodiscard]] Answer add_user(const Request& request, const Site& site);
[[nodiscard]] Answer put_user(const Request& request, const Site& site);
[[nodiscard]] Answer remove_user(const Request& request, const Site& site);
[[nodiscard]] Answer list_tokens(const Request& request, const Site& site);
[[nodiscard]] Answer add_token(const Request& request, const Site& site);
[[nodiscard]] Answer remove_token(const Request& request, const Site& site);
[[nodiscard]] Answer list_changes(const Request& request, const Site& site);

[[nodiscard]] Answer get_openapi(const Request& request, const Site& site);
[[nodiscard]] Answer get_health(const Request& request, const Site& site);

[[nodiscard]] Answer list_clients(const Request& request, const Site& site);
[[nodiscard]] Answer get_client(const Request& request, const Site& site);
[[nodiscard]] Answer put_client(const Request& request, const Site& site);
[[nodiscard]] Answer remove_client(const Request& request, const Site& site);

[[nodiscard]] Answer list_assignments(const Request& request, const Site& site);
[[nodiscard]] Answer put_assignment(const Request& request, const Site& site);
[[nodiscard]] Answer remove_assignment(const Request& request, const Site& site);

[[nodiscard]] Answer get_client_script(const Request& request, const Site& site);

[[nodiscard]] Answer list_groups(const Request& request, const Site& site);
[[nodiscard]] Answer get_group(const Request& request, const Site& site);
[[nodiscard]] Answer put_group(const Request& request, const Site& site);
[[nodiscard]] Answer remove_group(const Request& request, const Site& site);
[[nodiscard]] Answer list_rules(const Request& request, const Site& site);
[[nodiscard]] Answer put_rules(const Request& request, const Site& site);
[[nodiscard]] Answer get_defaults(const Request& request, const Site& site);
[[nodiscard]] Answer put_defaults(const Request& request, const Site& site);

[[nodiscard]] Answer list_templates(const Request& request, const Site& site);
[[nodiscard]] Answer get_template(const Request& request, const Site& site);
[[nodiscard]] Answer put_template(const Request& request, const Site& site);
[[nodiscard]] Answer remove_template(const Request& request, const Site& site);
[[nodiscard]] Answer preview_template(const Request& request, const Site& site);

[[nodiscard]] Answer get_backup(const Request& request, const Site& site);
[[nodiscard]] Answer restore_backup(const Request& request, const Site& site);
[[nodiscard]] Answer restore_at_first_visit(const Request& request, const Site& site);

[[nodiscard]] Answer get_export(const Request& request, const Site& site);
[[nodiscard]] Answer apply_setup(const Request& request, const Site& site);

[[nodiscard]] Answer list_images(const Request& request, const Site& site);
[[nodiscard]] Answer get_image(const Request& request, const Site& site);
[[nodiscard]] Answer create_image(const Request& request, const Site& site);
[[nodiscard]] Answer grow_image(const Request& request, const Site& site);
[[nodiscard]] Answer check_image(const Request& request, const Site& site);
[[nodiscard]] Answer repair_image(const Request& request, const Site& site);
[[nodiscard]] Answer remove_image(const Request& request, const Site& site);
[[nodiscard]] Answer get_image_path(const Request& request, const Site& site);

[[nodiscard]] Answer list_image_files(const Request& request, const Site& site);
[[nodiscard]] Answer get_image_file(const Request& request, const Site& site);
[[nodiscard]] Answer list_overlay_files(const Request& request, const Site& site);
[[nodiscard]] Answer get_overlay_file(const Request& request, const Site& site);

[[nodiscard]] Answer list_versions(const Request& request, const Site& site);
[[nodiscard]] Answer publish_image(const Request& request, const Site& site);
[[nodiscard]] Answer clone_image(const Request& request, const Site& site);
[[nodiscard]] Answer remove_version(const Request& request, const Site& site);

[[nodiscard]] Answer get_image_content(const Request& request, const Site& site);
[[nodiscard]] Answer get_overlay_content(const Request& request, const Site& site);
[[nodiscard]] Answer export_image(const Request& request, const Site& site);
[[nodiscard]] Answer export_overlay(const Request& request, const Site& site);

[[nodiscard]] Answer list_overlays(const Request& request, const Site& site);
[[nodiscard]] Answer get_overlay(const Request& request, const Site& site);
[[nodiscard]] Answer discard_overlay(const Request& request, const Site& site);
[[nodiscard]] Answer take_snapshot(const Request& request, const Site& site);
[[nodiscard]] Answer remove_snapshot(const Request& request, const Site& site);
[[nodiscard]] Answer roll_back(const Request& request, const Site& site);
[[nodiscard]] Answer apply_overlay(const Request& request, const Site& site);
[[nodiscard]] Answer rebase_overlay(const Request& request, const Site& site);
[[nodiscard]] Answer clone_overlay(const Request& request, const Site& site);
[[nodiscard]] Answer grow_overlay(const Request& request, const Site& site);

[[nodiscard]] Answer list_jobs(const Request& request, const Site& site);
[[nodiscard]] Answer get_job(const Request& request, const Site& site);
[[nodiscard]] Answer cancel_job(const Request& request, const Site& site);

[[nodiscard]] Answer tell_uploads(const Request& request, const Site& site);
[[nodiscard]] Answer list_uploads(const Request& request, const Site& site);
[[nodiscard]] Answer create_upload(const Request& request, const Site& site);
[[nodiscard]] Answer get_upload(const Request& request, const Site& site);
[[nodiscard]] Answer append_upload(const Request& request, const Site& site);
[[nodiscard]] Answer remove_upload(const Request& request, const Site& site);

[[nodiscard]] Answer list_boots(const Request& request, const Site& site);
[[nodiscard]] Answer get_boot(const Request& request, const Site& site);
[[nodiscard]] Answer get_packets(const Request& request, const Site& site);

[[nodiscard]] Answer list_sessions(const Request& request, const Site& site);
[[nodiscard]] Answer get_session(const Request& request, const Site& site);
[[nodiscard]] Answer drop_session(const Request& request, const Site& site);

[[nodiscard]] Answer wake_client(const Request& request, const Site& site);
[[nodiscard]] Answer insert_floppy(const Request& request, const Site& site);
[[nodiscard]] Answer get_medium(const Request& request, const Site& site);
[[nodiscard]] Answer get_medium_path(const Request& request, const Site& site);
[[nodiscard]] Answer run_check(const Request& request, const Site& site);
[[nodiscard]] Answer run_check_at_first_visit(const Request& request, const Site& site);

[[nodiscard]] Answer list_loaders(const Request& request, const Site& site);

[[nodiscard]] Answer list_leases(const Request& request, const Site& site);

[[nodiscard]] Answer get_network(const Request& request, const Site& site);
[[nodiscard]] Answer list_network_servers(const Request& request, const Site& site);
[[nodiscard]] Answer probe_network(const Request& request, const Site& site);

[[nodiscard]] Answer get_summary(const Request& request, const Site& site);

[[nodiscard]] Answer get_diagnostics(const Request& request, const Site& site);

[[nodiscard]] Answer list_webhooks(const Request& request, const Site& site);
[[nodiscard]] Answer test_webhook(const Request& request, const Site& site);

[[nodiscard]] Answer list_events(const Request& request, const Site& site);
[[nodiscard]] Answer stream_events(const Request& request, const Site& site);

}  // namespace bootferry::http::api
