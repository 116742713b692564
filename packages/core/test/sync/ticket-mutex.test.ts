import { expect, test } from 'vitest'
import { ACQUIRED, type MutexAlgorithm } from '../../src/sync/mutex.ts'
import { LINE_LENGTH, TICKET_MUTEX_BYTES, TicketMutex } from '../../src/sync/ticket-mutex.ts'
import { SharedWords } from '../../src/waiting/words.ts'

const take = (mutex: MutexAlgorithm): unknown => mutex.acquire().next(false).value

// It took the place of the ticket that has the same one a round later, whose owner then did not hold the lock any more.
test.each([
  ['tryAcquire', (mutex: MutexAlgorithm) => mutex.tryAcquire(), false],
  ['acquire', take, { index: 0, expected: LINE_LENGTH }],
])('%s by one that was stopped while the line went round takes no place of another', (_, attempt, outcome) => {
  const words = new SharedWords(new SharedArrayBuffer(TICKET_MUTEX_BYTES))
  const mutexOf = (party: number, seen = words): TicketMutex =>
    new TicketMutex(seen, 0, { me: () => party << 2, isDead: () => false }, () => {})
  const other = mutexOf(1)
  // Between its look at who is served, and that at the place of that ticket.
  let stop: (() => void) | undefined = () => {
    stop = undefined
    for (let i = 0; i < LINE_LENGTH; i++) {
      expect(take(other)).toBe(ACQUIRED)
      expect(other.releaseOwn()).toBe(true)
    }
    expect(take(other)).toBe(ACQUIRED)
  }
  const stopped = new SharedWords(words.array.buffer)
  const load64 = stopped.load64.bind(stopped)
  stopped.load64 = index => (stop?.(), load64(index))
  expect(attempt(mutexOf(2, stopped))).toEqual(outcome)
  expect(other.isHeldHere()).toBe(true)
  expect(other.releaseOwn()).toBe(true)
})
