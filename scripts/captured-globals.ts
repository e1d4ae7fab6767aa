/**
 * JavaScript that declares, for the whole bundle, what a test environment replaces: timers, which Jest and vitest fake, and
 * classes that jsdom and happy-dom lack or have in a form that Node rejects. They are taken from Node when the bundle is loaded.
 * `globalThis.Date` is still the faked one. Bun has no `transferableAbortController`.
 */
export const capturedGlobals = `
const nodeGlobal = require('node:vm').runInThisContext('globalThis');
const { setTimeout, clearTimeout, setInterval, clearInterval, setImmediate, clearImmediate } = require('node:timers');
const { performance } = require('node:perf_hooks');
const { TextDecoder, TextEncoder, transferableAbortController } = require('node:util');
const { URL, URLSearchParams } = require('node:url');
const { Date, queueMicrotask, structuredClone } = nodeGlobal;
const { hrtime, nextTick } = nodeGlobal.process;
const abortController = transferableAbortController?.() ?? new nodeGlobal.AbortController();
const { constructor: AbortController, signal: { constructor: AbortSignal } } = abortController;
`.replaceAll('\n', '')

/** What the bundle writes in place of properties. */
export const capturedProperties = { 'process.hrtime': 'hrtime', 'process.nextTick': 'nextTick' }
