// SPDX-License-Identifier: Apache-2.0
import type { FakeServer } from './fake_server.mjs';
export function fillWithHomeLab(server: FakeServer): void;
