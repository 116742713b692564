import { type Across, Barrier, type Connection, Lock, pipe, Queue, Semaphore, SharedEvent } from '@manyhands/core'
import { ForkServerProcess, Process, SpawnProcess, Thread, warmUp } from '@manyhands/pool'
import { SharedArray } from '@manyhands/shared-memory'
import { median } from '../statistics.ts'

// Parties block, as those of Python do: two workers, and this thread waits for them.

const rounds = 5000
/** As in primitives.py. */
const record = { id: 17, name: 'Ada', tags: ['a', 'b'], at: { lat: 51.5, lng: -0.125 }, active: true }

/** Starts a worker for each target, and waits until all have ended. */
async function run(across: Across, targets: readonly (() => unknown)[]): Promise<void> {
  const Kind = across === 'threads' ? Thread : Process
  const workers = targets.map(target => new Kind({ target }))
  for (const worker of workers) await worker.start()
  for (const worker of workers) {
    const end = await worker.join()
    if (end?.exitCode !== 0) throw new Error(`a party ended with ${JSON.stringify(end)}`)
  }
}

export async function measurePrimitives(across: Across): Promise<Record<string, number>> {
  return {
    lockUncontended: await lockUncontended(across),
    lockContended: await lockContended(across),
    semaphoreUs: await semaphore(across),
    barrierUs: await barrier(across),
    eventUs: await event(across),
    queueIntsPerSec: await queue(across, 7, 200_000),
    queueKbPerSec: await queue(across, new Uint8Array(1024).fill(120), 50_000),
    queueRecordsPerSec: await queue(across, record, 20_000),
    pipeUs: await pipeRoundTrip(across),
    ...(across === 'processes'
      ? { spawnMs: await start(SpawnProcess), forkserverMs: await start(ForkServerProcess) }
      : {}),
  }
}

async function lockUncontended(across: Across): Promise<number> {
  const lock = new Lock({ across })
  const result = SharedArray.f64(1)
  await run(across, [
    () => {
      const times = 1_000_000
      const turn = (): number => {
        const begin = performance.now()
        for (let i = 0; i < times; i++) lock.acquireSync().release()
        return ((performance.now() - begin) / times) * 1e6
      }
      turn()
      result.set(turn(), 0)
    },
  ])
  return result.at(0)
}

async function lockContended(across: Across): Promise<number> {
  const lock = new Lock({ across })
  const together = new Barrier(2, { across })
  const counts = SharedArray.f64(1)
  const seconds = SharedArray.f64(2)
  const times = 500_000
  const party = (me: number) => () => {
    const turn = (): number => {
      together.waitSync()
      const begin = performance.now()
      for (let i = 0; i < times; i++) {
        const guard = lock.acquireSync()
        counts.data[0] = (counts.data[0] ?? 0) + 1
        guard.release()
      }
      return (performance.now() - begin) / 1000
    }
    turn()
    seconds.set(turn(), me)
  }
  await run(across, [party(0), party(1)])
  if (counts.at(0) !== 4 * times) throw new Error(`counted ${counts.at(0)} instead of ${4 * times}`)
  return (Math.max(...seconds) / (2 * times)) * 1e9
}

async function semaphore(across: Across): Promise<number> {
  const [first, second] = [new Semaphore(0, { across }), new Semaphore(0, { across })]
  const result = SharedArray.f64(1)
  await run(across, [
    () => {
      for (let i = 0; i < 2 * rounds; i++) {
        first.acquireSync()
        second.release()
      }
    },
    () => {
      for (let turn = 0; turn < 2; turn++) {
        const begin = performance.now()
        for (let i = 0; i < rounds; i++) {
          first.release()
          second.acquireSync()
        }
        result.set(((performance.now() - begin) / rounds) * 1e3, 0)
      }
    },
  ])
  return result.at(0)
}

async function barrier(across: Across): Promise<number> {
  const together = new Barrier(2, { across })
  const result = SharedArray.f64(1)
  const party = () => {
    for (let turn = 0; turn < 2; turn++) {
      together.waitSync()
      const begin = performance.now()
      for (let i = 0; i < rounds; i++) together.waitSync()
      result.set(((performance.now() - begin) / rounds) * 1e3, 0)
    }
  }
  await run(across, [party, party])
  return result.at(0)
}

async function event(across: Across): Promise<number> {
  const [ask, reply] = [new SharedEvent({ across }), new SharedEvent({ across })]
  const result = SharedArray.f64(1)
  await run(across, [
    () => {
      for (let i = 0; i < 2 * rounds; i++) {
        ask.waitSync()
        ask.clear()
        reply.set()
      }
    },
    () => {
      for (let turn = 0; turn < 2; turn++) {
        const begin = performance.now()
        for (let i = 0; i < rounds; i++) {
          ask.set()
          reply.waitSync()
          reply.clear()
        }
        result.set(((performance.now() - begin) / rounds) * 1e3, 0)
      }
    },
  ])
  return result.at(0)
}

async function queue(across: Across, item: unknown, times: number): Promise<number> {
  const items = new Queue({ across })
  const result = SharedArray.f64(1)
  await run(across, [
    () => {
      for (let i = 0; i < 2 * times; i++) items.putSync(item)
    },
    () => {
      for (let turn = 0; turn < 2; turn++) {
        const begin = performance.now()
        for (let i = 0; i < times; i++) items.getSync()
        result.set((times / (performance.now() - begin)) * 1e3, 0)
      }
    },
  ])
  return result.at(0)
}

/** Between this thread and a worker, both on their event loops. */
async function pipeRoundTrip(across: Across): Promise<number> {
  const [here, there] = pipe()
  const echo = async (connection: Connection): Promise<void> => {
    for await (const value of connection) await connection.send(value)
  }
  const worker = new (across === 'threads' ? Thread : Process)({ target: echo, args: [there] as const })
  await worker.start()
  let took = 0
  for (let turn = 0; turn < 2; turn++) {
    const begin = performance.now()
    for (let i = 0; i < rounds; i++) {
      await here.send(1)
      await here.recv()
    }
    took = performance.now() - begin
  }
  here.close()
  await worker.join()
  return (took / rounds) * 1e3
}

/** From the start of a process to the first thing that is heard of it. */
async function start(Kind: typeof SpawnProcess | typeof ForkServerProcess): Promise<number> {
  if (Kind !== SpawnProcess) await warmUp()
  const times: number[] = []
  for (let i = 0; i < 6; i++) {
    const [here, there] = pipe()
    const begin = performance.now()
    const child = new Kind({ target: (connection: Connection) => connection.send(1), args: [there] as const })
    await child.start()
    await here.recv()
    times.push(performance.now() - begin)
    here.close()
    await child.join()
    if (Kind !== SpawnProcess) await warmUp()
  }
  return median(times.slice(1))
}
