// What is loaded when it is first needed. It is CommonJS because that is where bundlers look for `require`: so a bundle
// holds it, and loads it as late.
'use strict'

const closure = require('@manyhands/closure/lazy') // what revives is built into this package, and finds it here

module.exports = {
  ...closure,
  parts: () => ({ 'part-worker': require('../dist/part-worker.cjs'), 'part-packing': closure.packingPart() }),
}
