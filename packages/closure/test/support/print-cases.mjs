// The verdicts as JSON. CASES_WORKER: the URL of the worker, in a bundle. CASES_NAMES=minified: names in messages are
// not those of the source.
import { runCases } from './run-cases.mjs'

void runCases({
  workerUrl: new URL(process.env.CASES_WORKER ?? new URL('./worker.mjs', import.meta.url)),
  anyRefusal: process.env.CASES_NAMES === 'minified',
}).then(rows => console.log(JSON.stringify(rows)))
