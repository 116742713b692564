import { test } from 'vitest'
// @ts-expect-error: plain JavaScript
import { runCases } from './run-cases.mjs'

test('the cases run', async () => {
  const rows: unknown = await runCases({
    workerUrl: new URL('./worker.mjs', import.meta.url),
    execArgv: ['--conditions=@manyhands/source'],
  })
  process.stdout.write(`\n${JSON.stringify(rows)}\n`)
})
