// What workers of a bundled program start with, as text. It is CommonJS so that bundlers find it, and is loaded only where `worker/entry.js` is absent.
'use strict'

module.exports = { workerText: () => require('../dist/embedded-worker.cjs') }
