import { getContext, setPreload } from '../../src/index.ts'

const { Process } = getContext('forkserver')
setPreload(['data:text/javascript,throw new Error("failed to load")'], { onError: process.argv[2] as 'warn' })
const child = new Process({ target: () => {} })
await child.start()
console.log((await child.join())?.exitCode)
