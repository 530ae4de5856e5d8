// SPDX-License-Identifier: Apache-2.0
export class Refusal extends Error {
  constructor(status, detail) {
    super(detail);
    this.status = status;
  }
}
