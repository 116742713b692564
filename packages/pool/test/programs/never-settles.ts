import { Process } from '../../src/index.ts'

const child = new Process({ target: () => new Promise(() => {}) })
await child.start()
process.exitCode = (await child.join())?.exitCode ?? 0
