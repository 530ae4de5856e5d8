// SPDX-License-Identifier: Apache-2.0
#include "images/posix_error.hpp"

#include <cerrno>
#include <system_error>

namespace bootferry::images {
namespace {

ErrorKind kind_of(int error) {
  switch (error) {
    case ENOENT:
    case ENOTDIR:
      return ErrorKind::not_found;
    case EEXIST:
    case EBUSY:
    case ETXTBSY:
      return ErrorKind::conflict;
    case EACCES:
    case EPERM:
    case EROFS:
      return ErrorKind::denied;
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
      return ErrorKind::exhausted;
    case EMFILE:
    case ENFILE:
    case ENOMEM:
      return ErrorKind::unavailable;
    case EOPNOTSUPP:
      return ErrorKind::unsupported;
    default:
      return ErrorKind::io;
  }
}

}  // namespace

std::unexpected<Error> posix_fail(int error, std::string_view what, const std::filesystem::path& path) {
  std::string sentence = "Cannot ";
  sentence += what;
  sentence += ' ';
  sentence += path.string();
  sentence += ": ";
  sentence += std::generic_category().message(error);
  sentence += '.';
  return fail(kind_of(error), std::move(sentence));
}

}  // namespace bootferry::images
