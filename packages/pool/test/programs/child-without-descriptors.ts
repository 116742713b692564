import { openSync } from 'node:fs'
import { Process, Thread } from '../../src/index.ts'

// Run with a low limit of open files: there is none left.
const warm = new Thread({ target: () => {} })
await warm.start()
await warm.join()
const thread = new Thread({ target: () => {} })
const child = new Process({ target: () => {} })
try {
  for (;;) openSync('/dev/null', 'r')
} catch {
  await child.start().catch((error: unknown) => console.log(String(error)))
  await thread.start()
  await thread.join()
  console.log(thread.exitCode)
}
