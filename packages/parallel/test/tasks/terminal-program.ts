// A program with a bar, for the tests of the terminal. Its argument says how it ends.
import { parallelMap } from '@manyhands/parallel'

const [how = 'done'] = process.argv.slice(2)
const items = Array.from({ length: 60 }, (_, i) => i)

async function step(i: number): Promise<number> {
  await new Promise(resolve => setTimeout(resolve, 20))
  if (i === 40) console.log('printed by a task')
  return i
}

const timer = setTimeout(() => {
  console.log('printed by the program')
  console.error('an error message')
  process.stdout.write('no newline, ')
  if (how === 'exit') process.exit(0)
}, 500)

try {
  await parallelMap(
    items,
    async i => {
      if (how === 'fail' && i === 50) throw new Error('task 50')
      return step(i)
    },
    { jobs: 1, backend: 'async', progress: { desc: 'steps', unit: 'step' } },
  )
} catch (error) {
  console.log(`failed: ${(error as Error).message}`)
}
clearTimeout(timer)
const write = Object.hasOwn(process.stdout, 'write') ? 'still ours' : 'its own'
console.log(`write is ${write}, ${process.listenerCount('exit')} listeners`)
