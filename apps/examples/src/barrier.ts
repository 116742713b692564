// Three processes wait for each other after each round.
import { Barrier } from '@manyhands/core'
import { Process } from '@manyhands/pool'
import { SharedArray } from '@manyhands/shared-memory'

const parties = 3
const barrier = new Barrier(parties, { across: 'processes' })
const rounds = SharedArray.i32(parties)

const walk = (me: number): void => {
  for (let round = 1; round <= 3; round++) {
    rounds.store(round, me)
    const place = barrier.waitSync()
    // All parties are in this round now; one of them reports it.
    if (place === 0) console.log(`round ${round}: ${[0, 1, 2].map(i => rounds.load(i)).join()}`)
    barrier.waitSync()
  }
}
const walkers = [0, 1, 2].map(me => new Process({ target: walk, args: [me] }))
for (const walker of walkers) await walker.start()
for (const walker of walkers) await walker.join()
