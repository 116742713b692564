import { setTimeout, clock } from '../intrinsics.ts'
import { slot } from '../slots.ts'

/**
 * Keeps a thread from being terminated inside of a native call.
 *
 * An addon built on node-addon-api without C++ exceptions, as koffi is, fails every call into JavaScript once
 * `Worker.terminate()` was called. It cannot throw that failure either, so it aborts, and the whole program is killed
 * by SIGABRT. This holds while the addon is loaded and in each call that creates or reads a value.
 *
 *     thread                                     starter
 *     add 1; closed? undo, park                  set CLOSED
 *     native call                                wait until the count is 0
 *     subtract 1; closed? notify                 Worker.terminate()
 *
 * When a thread ends, the threads that it started end too. A nested thread therefore counts in the words of all its
 * ancestors too, innermost first: once it has passed its own gate, it stays counted there until it has left all others.
 */

/**
 * Word 0 of a gate, Int32. Bits 0..29: native calls in progress, in the thread and in the threads that it started. Bit
 * 30: closed, no further call may begin. Word 1 stays 0: parked threads wait on it.
 */
export type NativeGate = Int32Array

const WORD = 0
const PARKED = 1
const CLOSED = 1 << 30

/**
 * How long ending a thread waits for its native call. Longer: a nested thread that ran out of memory inside of a call
 * delays the end; shorter: a program whose native code loads from a very slow disk may still abort. A thread never ends
 * before its native call returns.
 */
const LONGEST_MS = 5000
/** Milliseconds between two checks of a gate that is being closed. */
const LOOK_MS = 1

interface GateState {
  /**
   * Gates that this thread passes: its own gate and the gates of its ancestors. Empty on a main thread, and in threads
   * that no pool started.
   */
  passes: readonly NativeGate[]
  isInside: boolean
  /** Gates of the running threads that this thread started. */
  readonly started: Set<NativeGate>
}

let known: GateState | undefined

function state(): GateState {
  return (known ??= slot('core.nativeGate', () => ({ passes: [], isInside: false, started: new Set() })))
}

/** @returns the gates of a new thread, its own first */
export function newGates(): readonly NativeGate[] {
  return [new Int32Array(new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT)), ...state().passes]
}

/** In the thread, before its first native call. */
export function adoptGates(gates: readonly NativeGate[]): void {
  state().passes = gates
}

/**
 * Runs `call`, which makes native calls. In a thread that is about to be terminated this does not return. Calls may
 * nest.
 */
export function gated<T>(call: () => T): T {
  const gate = state()
  if (gate.passes.length === 0 || gate.isInside) return call()
  enter(gate.passes)
  gate.isInside = true
  try {
    return call()
  } finally {
    gate.isInside = false
    leave(gate.passes, gate.passes.length)
  }
}

function enter(gates: readonly NativeGate[]): void {
  for (const [passed, gate] of gates.entries()) {
    if ((Atomics.add(gate, WORD, 1) & CLOSED) === 0) continue
    leave(gates, passed + 1)
    // Not in native code: `terminate` ends this wait.
    for (;;) Atomics.wait(gate, PARKED, 0)
  }
}

/** Leaves the outermost gate first, see above. */
function leave(gates: readonly NativeGate[], count: number): void {
  for (let i = count - 1; i >= 0; i--) {
    const gate = gates[i] as NativeGate
    if ((Atomics.sub(gate, WORD, 1) & CLOSED) !== 0) Atomics.notify(gate, WORD)
  }
}

/**
 * Records a started thread. When this thread exits, Node terminates the threads that it started: their gates are closed
 * before that.
 */
export function trackGate(gate: NativeGate): void {
  const { started } = state()
  slot('core.nativeGate.atExit', () => process.on('exit', () => closeGates(started)))
  started.add(gate)
}

/** Forgets the gate of an exited thread. */
export function dropGate(gate: NativeGate): void {
  state().started.delete(gate)
  // If the thread crashed inside a call, its count would block a pending `terminate`.
  Atomics.store(gate, WORD, CLOSED)
}

/**
 * Prevents further native calls in a thread. Calls `done` immediately if no call is in progress, else when the last one
 * has returned.
 */
export function closeGate(gate: NativeGate, done: () => void): void {
  Atomics.or(gate, WORD, CLOSED)
  const until = clock() + LONGEST_MS
  const look = (): void => {
    if (Atomics.load(gate, WORD) === CLOSED || clock() >= until) done()
    else setTimeout(look, LOOK_MS)
  }
  look()
}

function closeGates(gates: Iterable<NativeGate>): void {
  for (const gate of gates) Atomics.or(gate, WORD, CLOSED)
  const until = clock() + LONGEST_MS
  for (const gate of gates) {
    for (let word: number; (word = Atomics.load(gate, WORD)) !== CLOSED;) {
      const leftMs = until - clock()
      if (leftMs <= 0) return
      Atomics.wait(gate, WORD, word, leftMs)
    }
  }
}
