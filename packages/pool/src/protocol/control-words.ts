/**
 * Int32 words that a worker shares with its owner: a thread from its start, a process once it needs them, where memory
 * can be shared with it.
 */
export const CONTROL_WORDS = 8
/** Messages ever posted to the worker. It spins on this word before it parks. */
export const POSTED = 0
/**
 * The number of the task that the worker has begun last, and what main says about those behind it. All tasks that are
 * sent to a worker are numbered, from 1 on; a message is named by the number of its first task.
 *
 * The worker begins a task by a compare-and-exchange from what it wrote last, so that exactly one of two things
 * happens: the task is begun, or main takes it back. Main adds `TAKEN` to take back those from `TAKEN_FROM` to
 * `TAKEN_TO`, or `ENDED` when it is about to end the worker: then nothing more is begun that nobody waits for.
 */
export const RUNNING = 1
/** The first number that main took back. Main writes it, and `TAKEN_TO`, before it adds `TAKEN`. */
export const TAKEN_FROM = 2
/** The message that is to end. Polled by `taskContext().aborted`. */
export const ABORTED_BATCH = 3
/** The last message of which a task asked for its context. */
export const LISTENING_BATCH = 4
/** 1: the worker has these words and writes to them. Of a process; a thread always does. */
export const IN_USE = 5
/** Of a thread: how much of its output main has passed on, counted as the worker counts what it posts. Wraps around. */
export const PASSED_ON = 6
/** The first number that was not sent yet when main took tasks back. */
export const TAKEN_TO = 7

const NUMBER = 0x3fff_ffff
/** In `RUNNING`: main took tasks back, and the worker has not come to what was sent after them. */
export const TAKEN = 0x4000_0000
/** In `RUNNING`: nothing more is to be begun. */
export const ENDED = -0x8000_0000

/** The number `by` places after `number`; they wrap around. */
export function numberAfter(number: number, by: number): number {
  return (number + by) & NUMBER
}

/** The number of the task that `word` says is running. */
export function runningNumber(word: number): number {
  return word & NUMBER
}

/** How far `number` is behind `from`; negative when it comes before. Right as long as they are less than 2^29 apart. */
export function distance(from: number, number: number): number {
  return ((number - from) << 2) >> 2
}
