// A function with arguments runs in a child process: it sleeps, then it prints a line.
import { setTimeout as sleep } from 'node:timers/promises'
import { Process } from '@manyhands/pool'

const greet = async (name: string, ms: number): Promise<void> => {
  await sleep(ms) // what the program is about: its result is waited for by join, however long this takes
  console.log(`hello ${name}, after ${ms} ms`)
}

const child = new Process({ target: greet, args: ['world', 50] })
await child.start()
console.log(`${child.name} is ${child.isAlive ? 'alive' : 'gone'}`)
await child.join()
console.log(`${child.name} is ${child.isAlive ? 'alive' : 'gone'}`)
