/**
 * Random work on random pools: `node --conditions=@manyhands/source chaos.ts --seed 1 --seconds 60 --kind both`.
 * Each task has to settle once, with the right value or an error that is its own; nothing may be left behind.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { getReusableExecutor } from '@manyhands/pool'
import { Dice } from './dice.ts'
import { Ledger } from './ledger.ts'
import { type Kind, round } from './round.ts'

const STALLED_MS = 60_000

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    seconds: { type: 'string', default: '20' },
    kind: { type: 'string', default: 'both' },
  },
})
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31))
const kinds: Kind[] = values.kind === 'both' ? ['threads', 'processes'] : [values.kind as Kind]
console.log(`seed ${seed} kind ${values.kind} node ${process.version}`)
process.on('warning', () => {}) // of idle workers that exit: there are many

const segments = (): string[] => readdirSync('/dev/shm').filter(name => name.startsWith(`manyhands-${process.pid}-`))
/** Processes whose parent is this one. */
const children = (): string[] =>
  readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .filter(pid => {
      try {
        return (
          / (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) \S/s, ''))?.[1] === `${process.pid}`
        )
      } catch {
        return false // it is gone
      }
    })

const ledger = new Ledger()
const dice = new Dice(seed)

function report(): never {
  const left = { processes: children(), segments: segments(), handles: handles() }
  const { submitted, settled, duplicates, faults } = ledger
  const counts = Object.entries(left).map(([name, list]) => `${name} ${list.length}`)
  const isRight =
    submitted === settled && duplicates + faults.length === 0 && Object.values(left).every(list => list.length === 0)
  if (!isRight) {
    console.log(ledger.history.join('\n'))
    console.log('pending:', [...ledger.pending.values()], 'faults:', faults, left, `seed ${seed}`)
  }
  console.log(`submitted ${submitted} settled ${settled} duplicates ${duplicates} ${counts.join(' ')}`)
  process.exit(isRight ? 0 : 1)
}
const expected = process.getActiveResourcesInfo()
function handles(): string[] {
  const left = process.getActiveResourcesInfo()
  for (const name of expected) if (left.includes(name)) left.splice(left.indexOf(name), 1)
  return left.filter(name => name !== 'Timeout' && name !== 'Immediate')
}
const watchdog = setInterval(() => {
  if (performance.now() - ledger.lastSettled > STALLED_MS) report()
}, 1000)

const end = performance.now() + 1000 * Number(values.seconds)
while (performance.now() < end && ledger.faults.length === 0) await round(dice.pick(kinds), dice, ledger)
// Those of the calls of Parallel; one that another size replaced ends by itself.
for (const kind of kinds) {
  for (const maxWorkers of [1, 2, 3]) await getReusableExecutor(kind, { maxWorkers }).terminate()
}
const latest = performance.now() + 10_000
clearInterval(watchdog)
setInterval(() => {
  if (performance.now() > latest || [children(), segments(), handles()].every(list => list.length === 0)) report()
}, 20)
