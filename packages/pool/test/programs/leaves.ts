import { Process } from '../../src/index.ts'

const daemon = process.argv[2] === 'daemon'
const child = new Process({
  target: (ms: number) => setTimeout(() => console.log('the process is done'), ms),
  args: [daemon ? 1e6 : 10],
  daemon,
})
await child.start()
console.log(child.pid)
