import { forgetShared } from '../../../base/src/travel/shared-id.ts'
// What parties can be asked to do.
import {
  type Across,
  Barrier,
  type Condition,
  type Guard,
  type JoinableQueue,
  type Lock,
  type Queue,
  QueueShutDownError,
  Region,
  replace,
  revive,
  type RLock,
  type Semaphore,
  type SharedEvent,
  type SimpleQueue,
} from '../../src/index.ts'

export * from './connection-actions.ts'

const kept: unknown[] = []

export function add(region: Region, times: number): number {
  const words = new Int32Array(region.buffer)
  for (let i = 0; i < times; i++) Atomics.add(words, 0, 1)
  return Atomics.load(words, 0)
}

export function readByte(region: Region, index: number): number | undefined {
  return new Uint8Array(region.buffer)[index]
}

/** Makes a region and lets go of it at once: only the handle that travels holds it. */
export function makeRegion(byteLength: number, across: Across, first: number): Region {
  const region = Region.create(byteLength, { across })
  new Uint8Array(region.buffer)[0] = first
  return region
}

export function collectGarbage(): void {
  ;(globalThis as { gc?: () => void }).gc?.()
}

export function keep(...values: unknown[]): void {
  kept.push(...values)
}

export function sameAsKept(region: Region): boolean {
  return kept.includes(region)
}

export function returnKept(): unknown {
  return kept.at(-1)
}

export function openDescriptors(): number {
  return process.getBuiltinModule('node:fs').readdirSync('/proc/self/fd').length
}

export function publish(name: string): void {
  Region.create(8, { across: 'processes' }).publish(name)
}

export function addToPublished(name: string, amount: number): void {
  Atomics.add(new Int32Array(Region.open(name).buffer), 0, amount)
}

export function unpublish(name: string): boolean {
  return Region.unpublish(name)
}

export function exit(): void {
  setImmediate(() => process.exit(0))
}

// ---- synchronisation

/** Guards that this party holds, by what they hold. */
const guards = new Map<object, Guard[]>()

type Acquirable = Lock | RLock | Semaphore
type Method = 'acquire' | 'acquireSync'

const allow = { allowMainThread: true }

/** @returns whether the owner before died */
export async function acquire(lock: Acquirable, method: Method = 'acquire', timeoutMs?: number): Promise<boolean> {
  const guard = method === 'acquire' ? await lock.acquire({ timeoutMs }) : lock.acquireSync({ ...allow, timeoutMs })
  guards.set(lock, [...(guards.get(lock) ?? []), guard])
  return guard.ownerDied
}

export function tryAcquire(lock: Acquirable): boolean {
  return lock.tryAcquire() !== null
}

export function release(lock: Acquirable): void {
  lock.release()
}

export function releaseGuard(lock: Acquirable): void {
  const guard = guards.get(lock)?.pop()
  if (guard === undefined) throw new Error('no guard is held')
  guard.release()
}

export function locked(lock: Lock | RLock): boolean {
  return lock.locked
}

export function owned(lock: RLock): boolean {
  return lock.owned
}

/** Adds to a word in two steps, so that another in between would be noticed. */
export async function countUnder(lock: Lock | RLock, region: Region, times: number, method: Method): Promise<void> {
  const words = new Int32Array(region.buffer)
  for (let i = 0; i < times; i++) {
    const guard = method === 'acquire' ? await lock.acquire() : lock.acquireSync(allow)
    words[0] = (words[0] ?? 0) + 1
    guard.release()
  }
}

/** Keeps as many as it can inside at a time, and notes the most. */
export async function mostInside(semaphore: Semaphore, region: Region, times: number, method: Method): Promise<void> {
  const words = new Int32Array(region.buffer)
  for (let i = 0; i < times; i++) {
    const guard = method === 'acquire' ? await semaphore.acquire() : semaphore.acquireSync(allow)
    const inside = Atomics.add(words, 0, 1) + 1
    for (let most = Atomics.load(words, 1); most < inside; most = Atomics.load(words, 1)) {
      Atomics.compareExchange(words, 1, most, inside)
    }
    if (i % 8 === 0) await new Promise(setImmediate)
    Atomics.sub(words, 0, 1)
    guard.release()
  }
}

export function waitForEvent(
  event: SharedEvent,
  method: 'wait' | 'waitSync' = 'wait',
  timeoutMs?: number,
): Promise<boolean> | boolean {
  return method === 'wait' ? event.wait({ timeoutMs }) : event.waitSync({ ...allow, timeoutMs })
}

export function setEvent(event: SharedEvent): void {
  event.set()
}

/** Says by `sleeping` that it is about to wait. */
export async function waitForNotification(
  condition: Condition,
  sleeping: Semaphore,
  method: 'wait' | 'waitSync',
  timeoutMs?: number,
): Promise<boolean> {
  if (method === 'waitSync') {
    const guard = condition.acquireSync(allow)
    sleeping.release()
    const notified = condition.waitSync({ ...allow, timeoutMs })
    guard.release()
    return notified
  }
  const guard = await condition.acquire()
  sleeping.release()
  const notified = await condition.wait({ timeoutMs })
  guard.release()
  return notified
}

export async function waitForWord(
  condition: Condition,
  region: Region,
  expected: number,
  timeoutMs?: number,
): Promise<boolean> {
  const words = new Int32Array(region.buffer)
  return condition.runExclusive(() => condition.waitFor(() => words[0] === expected, { timeoutMs }))
}

export async function setWord(condition: Condition, region: Region, value: number): Promise<void> {
  await condition.runExclusive(() => {
    new Int32Array(region.buffer)[0] = value
    condition.notifyAll()
  })
}

/** Passes the barrier so often, and checks each time that all have come. */
export async function pass(
  barrier: Barrier,
  region: Region,
  times: number,
  method: 'wait' | 'waitSync',
): Promise<number[]> {
  const words = new Int32Array(region.buffer)
  const indices: number[] = []
  for (let i = 0; i < times; i++) {
    Atomics.add(words, 0, 1)
    indices.push(method === 'wait' ? await barrier.wait() : barrier.waitSync(allow))
    if (Atomics.load(words, 0) < (i + 1) * barrier.parties) throw new Error('passed before all had come')
  }
  return indices
}

export async function waitAtBarrier(
  barrier: Barrier,
  method: 'wait' | 'waitSync' = 'wait',
  timeoutMs?: number,
): Promise<number> {
  return method === 'wait' ? barrier.wait({ timeoutMs }) : barrier.waitSync({ ...allow, timeoutMs })
}

export async function abortBarrier(barrier: Barrier): Promise<void> {
  await barrier.abort()
}

/** Waits while it holds the event loop, until another sets the word. */
export function spinUntilSet(region: Region): void {
  const words = new Int32Array(region.buffer)
  while (Atomics.load(words, 0) === 0);
}

/** Comes last to the barrier, and stays in its action for ever. */
export async function waitInAction(barrier: Barrier): Promise<void> {
  const { region, parties } = barrier[replace](barrier.across) as never as { region: Region; parties: number }
  forgetShared(`${region.id}/barrier`, barrier)
  const action = (): Promise<void> => new Promise(() => setInterval(() => {}, 1000))
  await Barrier[revive]({ region, parties, action, timeoutMs: undefined }).wait()
}

// ---- queues

export async function putAll(queue: Queue<number>, items: readonly number[], method: 'put' | 'putSync'): Promise<void> {
  for (const item of items) {
    if (method === 'put') await queue.put(item)
    else queue.putSync(item, allow)
  }
}

export async function getAll(
  queue: Queue<number>,
  count: number,
  method: 'get' | 'getSync' = 'get',
): Promise<number[]> {
  const items: number[] = []
  for (let i = 0; i < count; i++) items.push(method === 'get' ? await queue.get() : queue.getSync(allow))
  return items
}

export async function getSizes(queue: Queue<Uint8Array>, count: number): Promise<number[]> {
  const sizes: number[] = []
  for (let i = 0; i < count; i++) {
    const item = await queue.get()
    if (item.some(byte => byte !== (item.length & 255))) throw new Error('the item has been changed')
    sizes.push(item.length)
  }
  return sizes
}

export function isEmpty(queue: SimpleQueue): boolean {
  return queue.empty
}

export async function work(queue: JoinableQueue<number>, count: number, blocking: boolean): Promise<void> {
  for (let i = 0; i < count; i++) {
    if (blocking) queue.getSync(allow)
    else await queue.get()
    queue.taskDone()
  }
}

/** Counts in words 0 and 2: items, and their sum. */
export async function produceUntilShutDown(queue: Queue<number>, region: Region): Promise<void> {
  const words = new Int32Array(region.buffer)
  for (let i = 0; ; i++) {
    try {
      if (i % 2 === 0) await queue.put(i)
      else queue.putSync(i, allow)
    } catch (error) {
      if (error instanceof QueueShutDownError) return
      throw error
    }
    Atomics.add(words, 0, 1)
    Atomics.add(words, 2, i)
  }
}

/** Counts in words 1 and 3. */
export async function consumeUntilShutDown(queue: Queue<number>, region: Region): Promise<void> {
  const words = new Int32Array(region.buffer)
  for await (const item of queue) {
    Atomics.add(words, 1, 1)
    Atomics.add(words, 3, item)
  }
}

/** Passes on what it gets. */
export async function passOn(from: Queue, to: Queue, count: number): Promise<void> {
  for (let i = 0; i < count; i++) await to.put(await from.get())
}

// ---- for the storm: they go on until they are killed, or what they wait for is set

/** Words of the storm's region. */
export const STOP = 0
export const ENTERED = 1
export const LEFT = 2
export const INSIDE = 3
export const VIOLATIONS = 4
/** From here on: how far each producer is. */
export const PROGRESS = 8
/** From here on, for each item: how often it was got. */
export const SEEN = 32
export const ITEMS_EACH = 20_000

/** Leaves the processors to others: more of these are running than there are processors. */
function rest(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
}

/** Enters and leaves a critical section that is in two steps. Whoever finds it half done ends it. */
export function holdAgainAndAgain(lock: Lock, region: Region, self: number): void {
  const words = new Int32Array(region.buffer)
  while (Atomics.load(words, STOP) === 0) {
    const guard = lock.acquireSync(allow)
    if (guard.ownerDied) words[LEFT] = words[ENTERED] ?? 0
    else if (words[LEFT] !== words[ENTERED]) Atomics.add(words, VIOLATIONS, 1)
    words[ENTERED] = (words[ENTERED] ?? 0) + 1
    Atomics.store(words, INSIDE, self)
    rest(1)
    if (Atomics.load(words, INSIDE) !== self) Atomics.add(words, VIOLATIONS, 1)
    words[LEFT] = (words[LEFT] ?? 0) + 1
    guard.release()
    rest(0.5)
  }
}

/** Puts its next items, from where it was when it was killed. */
export function produceAgainAndAgain(queue: Queue<number>, region: Region, self: number): void {
  const words = new Int32Array(region.buffer)
  for (let next = Atomics.load(words, PROGRESS + self); next < ITEMS_EACH && Atomics.load(words, STOP) === 0;) {
    // Counted first: one that is killed in between leaves a gap, but puts nothing twice.
    Atomics.store(words, PROGRESS + self, ++next)
    queue.putSync(self * ITEMS_EACH + next - 1, allow)
    if (next % 4 === 0) rest(1)
  }
}

export async function consumeAgainAndAgain(queue: Queue<number>, region: Region): Promise<void> {
  const words = new Int32Array(region.buffer)
  for await (const item of queue) Atomics.add(words, SEEN + item, 1)
}
