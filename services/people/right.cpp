// SPDX-License-Identifier: Apache-2.0
#include "people/right.hpp"

namespace bootferry::people {

std::string_view name_of(Right right) {
  switch (right) {
    case Right::boot:
      return "boot";
    case Right::anyone:
      return "anyone";
    case Right::read:
      return "read";
    case Right::write:
      return "write";
    case Right::admin:
      return "admin";
    case Right::control:
      return "control";
  }
  return "control";
}

Result<Right> parse_scope(std::string_view name) {
  for (const Right right : {Right::read, Right::write, Right::admin}) {
    if (name_of(right) == name) return right;
  }
  return fail(ErrorKind::invalid, "A scope is read, write or admin.");
}

std::string_view name_of(Role role) { return role == Role::admin ? "admin" : "viewer"; }

Result<Role> parse_role(std::string_view name) {
  for (const Role role : {Role::viewer, Role::admin}) {
    if (name_of(role) == name) return role;
  }
  return fail(ErrorKind::invalid, "A role is viewer or admin.");
}

Right right_of(Role role) { return role == Role::admin ? Right::admin : Right::read; }

}  // namespace bootferry::people
