// SPDX-License-Identifier: Apache-2.0
// The one line to the server of all tabs of this browser: a browser has six connections per host, and each stream takes one.
// Its URL is the worker's name. The first tab opens it, all hear the same; the worker ends with the last tab.
import { type LiveNews, type LiveState, openLiveStream } from './stream';

export type Word = 'hello' | 'reopen' | 'bye';

const tabs = new Set<MessagePort>();
let state: LiveState = 'connecting';
let close: (() => void) | null = null;

function tell(news: LiveNews): void {
  if (news.what === 'state') state = news.state;
  for (const tab of tabs) tab.postMessage(news);
}

function open(): void {
  close?.();
  close = openLiveStream((self as unknown as { name: string }).name, tell);
}

function leave(tab: MessagePort): void {
  tabs.delete(tab);
  if (tabs.size > 0) return;
  close?.();
  close = null;
}

function onWord(tab: MessagePort, word: Word): void {
  if (word === 'bye') return leave(tab);
  tabs.add(tab);
  if (word === 'reopen' || close === null) open();
  tab.postMessage({ what: 'state', state } satisfies LiveNews);
}

addEventListener('connect', (event) => {
  const [tab] = (event as MessageEvent).ports;
  if (tab !== undefined) tab.onmessage = ({ data }: MessageEvent<Word>) => onWord(tab, data);
});
