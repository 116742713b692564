import { parentProcess, Process } from '../../src/index.ts'

console.log('main')
const child = new Process({ target: () => console.log(`child of ${parentProcess()?.name}`) })
await child.start()
