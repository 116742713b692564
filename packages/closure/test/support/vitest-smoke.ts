import { test } from 'vitest'
// @ts-expect-error: plain JavaScript
import { smoke } from './smoke.mjs'

test('a closure travels, or the captures form does', async () => {
  process.stdout.write(`\n${await (smoke as () => Promise<string>)()}\n`)
})
