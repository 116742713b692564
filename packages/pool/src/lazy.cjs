// What is loaded when it is first needed. It is CommonJS because that is where bundlers look for `require`: so a bundle
// holds it, and loads it as late.
'use strict'

module.exports = {
  ...require('@manyhands/closure/lazy'), // closure is built into this package, and finds what it loads late here
  workerText: () => require('../dist/embedded-worker.cjs'), // what workers of a bundled program start with
}
