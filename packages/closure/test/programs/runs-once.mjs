// Sends functions whose scope is known only by the code around it, which runs once or does not; a test runner would
// change that code. Prints for each pair what `get` says after `up(2)`, or that the pair was refused.
import { pack, unpack } from '../../src/index.ts'
import { mixed, once } from '../modules/runs-once.mjs'

const through = value => unpack(structuredClone(pack(value)))
const after = ({ up, get }) => [get(), up(2), get()]
function outcome(pair, read = after) {
  try {
    return read(through(pair))
  } catch (error) {
    return /is assigned by .* and also used by .*, and each would get a variable/.test(error.message)
      ? 'refused'
      : String(error)
  }
}
const each = pairs => Object.fromEntries(Object.entries(pairs).map(([name, pair]) => [name, outcome(pair)]))
console.log(
  JSON.stringify({
    once: each(once),
    together: outcome(once, pairs => Object.values(pairs).map(after)),
    mixed: each(mixed),
    here: Object.values(once).map(({ get }) => get()),
  }),
)
