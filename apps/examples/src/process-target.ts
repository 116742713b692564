// A function with arguments runs in a child process: it sleeps, then it says something.
import { Process } from '@manyhands/pool'

const greet = async (name: string, ms: number): Promise<void> => {
  await new Promise(resolve => setTimeout(resolve, ms))
  console.log(`hello ${name}, after ${ms} ms`)
}

const child = new Process({ target: greet, args: ['world', 50] })
await child.start()
console.log(`${child.name} is ${child.isAlive ? 'alive' : 'gone'}`)
await child.join()
console.log(`${child.name} is ${child.isAlive ? 'alive' : 'gone'}`)
