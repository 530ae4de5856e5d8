// SPDX-License-Identifier: Apache-2.0
// The code of the first visit out of "#code=7KQF-2MXP-9DTW": the address that the server's console shows, as a QR code too. It is behind '#', so that
// no server on the way has it in a log; and it is taken out of the address at once, so that neither the history nor the router keeps it.
const prefix = '#code=';

function take(): string {
  if (!location.hash.startsWith(prefix)) return '';
  const code = location.hash.slice(prefix.length);
  history.replaceState(history.state, '', location.pathname + location.search);
  // What is no code shall not stand in the form as if it were one.
  return /^[0-9A-Za-z-]{1,40}$/.test(code) ? code : '';
}

// The address may be put into a page that is open already.
addEventListener('hashchange', () => {
  if (location.hash.startsWith(prefix)) location.reload();
});

/** Empty where the page was opened by hand. */
export const codeOfAddress = take();
