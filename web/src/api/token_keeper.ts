// SPDX-License-Identifier: Apache-2.0
// Keeps the admin token, and asks for it when a write needs it. Knows no React: the dialog subscribes to it.

export type Asking =
  | { step: 'closed' }
  /** complaint: what the server said about the last token, null at the first question */
  | { step: 'asking'; complaint: string | null }
  /** the write that asked is trying the new token */
  | { step: 'checking' };

const storageKey = 'bootferry-admin-token';

export class TokenKeeper {
  private asking_: Asking = { step: 'closed' };
  private question_: { promise: Promise<string | null>; resolve: (token: string | null) => void } | null = null;
  private readonly listeners_ = new Set<() => void>();

  constructor(
    private readonly session_: Storage,
    private readonly device_: Storage,
  ) {}

  token(): string | null {
    return this.session_.getItem(storageKey) ?? this.device_.getItem(storageKey);
  }

  /** Several writes at once share one question. */
  ask(complaint: string | null): Promise<string | null> {
    this.forget();
    if (this.question_ === null) {
      const { promise, resolve } = Promise.withResolvers<string | null>();
      this.question_ = { promise, resolve };
    }
    this.become({ step: 'asking', complaint });
    return this.question_.promise;
  }

  answer(token: string, remember: boolean): void {
    (remember ? this.device_ : this.session_).setItem(storageKey, token);
    this.become({ step: 'checking' });
    this.resolve(token);
  }

  cancel(): void {
    this.become({ step: 'closed' });
    this.resolve(null);
  }

  /** A write has come to its end: the dialog closes, unless another write has asked again meanwhile. */
  settle(): void {
    if (this.asking_.step === 'checking') this.become({ step: 'closed' });
  }

  forget(): void {
    this.session_.removeItem(storageKey);
    this.device_.removeItem(storageKey);
    this.tellListeners();
  }

  readonly asking = (): Asking => this.asking_;
  readonly hasToken = (): boolean => this.token() !== null;
  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners_.add(listener);
    return () => this.listeners_.delete(listener);
  };

  private become(next: Asking): void {
    this.asking_ = next;
    this.tellListeners();
  }

  private resolve(token: string | null): void {
    const question = this.question_;
    this.question_ = null;
    question?.resolve(token);
  }

  private tellListeners(): void {
    for (const listener of this.listeners_) listener();
  }
}

export const tokenKeeper = new TokenKeeper(globalThis.sessionStorage, globalThis.localStorage);
