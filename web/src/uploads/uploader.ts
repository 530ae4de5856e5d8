// SPDX-License-Identifier: Apache-2.0
// Files on their way from this tab to the server, by the tus protocol. The server keeps what has arrived: after a broken line, a
// closed tab or a restart the same file goes on where it was. Knows no React.
import { t } from '@lingui/core/macro';
import { Upload as TusUpload } from 'tus-js-client';
import { apiUrl, authorization, read, send } from '../api/http';
import { tellError } from '../api/problem';
import { markOld } from '../api/queries';
import type { Upload } from '../api/types';
import type { Traits } from '../images/TraitsInput';
import { said } from '../shared/server_words';

export interface Transfer {
  /** the server's id of the upload */
  id: string;
  image: string;
  fileName: string;
  sent: number;
  total: number;
  state: 'sending' | 'paused' | 'failed';
  error: string | null;
}

const version = { 'Tus-Resumable': '1.0.0' };
/** A server that restarts is waited for; the last pause is repeated for about ten minutes. */
const retryDelays = [0, 500, 1000, 2000, ...Array<number>(120).fill(5000)];

class Uploader {
  private transfers_: readonly Transfer[] = [];
  private readonly running_ = new Map<string, TusUpload>();
  private readonly listeners_ = new Set<() => void>();

  readonly transfers = (): readonly Transfer[] => this.transfers_;
  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners_.add(listener);
    return () => this.listeners_.delete(listener);
  };

  /** Goes on with an unfinished upload of the same file, or begins a new one. */
  async start(file: File, image: string, traits: Traits = {}): Promise<void> {
    const { uploads } = await read<{ uploads: Upload[] }>('uploads');
    const unfinished = uploads.find((one) => isSame(one, file, image) && !this.running_.has(one.id));
    const id = unfinished?.id ?? (await create(file, image, traits));
    markOld('uploads');
    this.put({ id, image, fileName: file.name, sent: unfinished?.offset ?? 0, total: file.size, state: 'sending', error: null });
    const upload = new TusUpload(file, {
      uploadUrl: apiUrl(`uploads/${id}`),
      headers: authorization(),
      retryDelays,
      storeFingerprintForResuming: false,
      onProgress: (sent) => this.change(id, { sent, state: 'sending' }),
      onError: (error) => this.change(id, { state: 'failed', error: reasonOf(error) }),
      onSuccess: () => this.drop(id),
    });
    this.running_.set(id, upload);
    upload.start();
  }

  async pause(id: string): Promise<void> {
    await this.running_.get(id)?.abort();
    this.change(id, { state: 'paused' });
  }

  resume(id: string): void {
    this.change(id, { state: 'sending', error: null });
    this.running_.get(id)?.start();
  }

  /** Also of one that another tab began: what has arrived is removed. */
  async remove(id: string): Promise<void> {
    await this.running_.get(id)?.abort();
    await send(`uploads/${id}`, { method: 'DELETE', headers: version });
    this.drop(id);
  }

  private drop(id: string): void {
    this.running_.delete(id);
    this.become(this.transfers_.filter((one) => one.id !== id));
    markOld('uploads', 'jobs', 'images');
  }

  private put(transfer: Transfer): void {
    this.become([...this.transfers_.filter((one) => one.id !== transfer.id), transfer]);
  }

  private change(id: string, change: Partial<Transfer>): void {
    this.become(this.transfers_.map((one) => (one.id === id ? { ...one, ...change } : one)));
  }

  private become(transfers: readonly Transfer[]): void {
    this.transfers_ = transfers;
    for (const listener of this.listeners_) listener();
  }
}

export function isSame(upload: Pick<Upload, 'image' | 'file_name' | 'length'>, file: Pick<File, 'name' | 'size'>, image: string): boolean {
  return upload.image === image && upload.file_name === file.name && upload.length === file.size;
}

async function create(file: File, image: string, traits: Traits): Promise<string> {
  const wanted = { name: image, filename: file.name, ...traits };
  const response = await send('uploads', {
    method: 'POST',
    headers: {
      ...version,
      'Upload-Length': String(file.size),
      'Upload-Metadata': Object.entries(wanted).map(([key, value]) => `${key} ${base64(String(value))}`).join(','),
    },
  });
  // Only the last part: behind a proxy's path the server does not know where the page sees it.
  return response.headers.get('Location')?.split('/').at(-1) ?? '';
}

function base64(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}

/** The server's own sentence where there is one. */
function reasonOf(error: Error): string {
  const body = /response text: (\{.*\})/.exec(error.message)?.[1];
  try {
    if (body !== undefined) return said((JSON.parse(body) as { detail: string }).detail);
  } catch {
    // Not a problem of our API.
  }
  return tellError(error) ?? t`It was broken off.`;
}

/** An image's name out of a file's: "win 11.qcow2.xz" is "win-11". */
export function imageNameOf(fileName: string): string {
  return fileName
    .replace(/(\.(img|raw|iso|qcow2|vmdk|vdi|vhdx?|ima|flp|dd|gz|xz|zst|bz2))+$/i, '')
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^[^A-Za-z0-9]+/, '')
    .slice(0, 64);
}

export const uploader = new Uploader();
