// CommonJS because that is where bundlers look for `require`: a bundle holds this, and loads it when it is needed.
'use strict'

/** The text of this package for workers of a bundle, which have no files. */
exports.part = () => require('../dist/part-parallel.cjs')
