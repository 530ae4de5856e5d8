// SPDX-License-Identifier: Apache-2.0
// The page's end of the live line: the shared worker's where the browser has such (most do, also over plain HTTP), else a
// stream of its own that hidden tabs let go of.
import type { Word } from './shared_worker';
import { type LiveNews, openLiveStream } from './stream';

export interface Line {
  close(): void;
  /** after a login: the server may answer differently now */
  reopen(): void;
}

export function openLine(url: string, tell: (news: LiveNews) => void): Line {
  return 'SharedWorker' in window ? openSharedLine(url, tell) : openOwnLine(url, tell);
}

function openSharedLine(url: string, tell: (news: LiveNews) => void): Line {
  const worker = new SharedWorker(new URL('./shared_worker.ts', import.meta.url), { type: 'module', name: url });
  const say = (word: Word) => worker.port.postMessage(word);
  const bye = () => say('bye');
  const onShow = ({ persisted }: PageTransitionEvent) => persisted && say('hello');
  worker.port.onmessage = ({ data }: MessageEvent<LiveNews>) => tell(data);
  addEventListener('pagehide', bye);
  addEventListener('pageshow', onShow);
  say('hello');
  return {
    close: () => {
      removeEventListener('pagehide', bye);
      removeEventListener('pageshow', onShow);
      bye();
      worker.port.close();
    },
    reopen: () => say('reopen'),
  };
}

function openOwnLine(url: string, tell: (news: LiveNews) => void): Line {
  let close = openLiveStream(url, tell);
  const reopen = () => {
    close();
    close = openLiveStream(url, tell);
  };
  const onVisibility = () => (document.hidden ? close() : reopen());
  document.addEventListener('visibilitychange', onVisibility);
  return {
    close: () => {
      document.removeEventListener('visibilitychange', onVisibility);
      close();
    },
    reopen,
  };
}
