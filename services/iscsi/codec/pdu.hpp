// SPDX-License-Identifier: Apache-2.0
// Every iSCSI PDU (RFC 7143 section 11), one header a family. For the session machine, which speaks them all; who needs
// one family includes that.
#pragma once

#include "iscsi/codec/bhs.hpp"                  // IWYU pragma: export
#include "iscsi/codec/pdu_async.hpp"            // IWYU pragma: export
#include "iscsi/codec/pdu_command.hpp"          // IWYU pragma: export
#include "iscsi/codec/pdu_data.hpp"             // IWYU pragma: export
#include "iscsi/codec/pdu_login.hpp"            // IWYU pragma: export
#include "iscsi/codec/pdu_logout.hpp"           // IWYU pragma: export
#include "iscsi/codec/pdu_nop.hpp"              // IWYU pragma: export
#include "iscsi/codec/pdu_task_management.hpp"  // IWYU pragma: export
#include "iscsi/codec/pdu_text.hpp"             // IWYU pragma: export
