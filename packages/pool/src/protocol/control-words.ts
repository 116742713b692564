/**
 * Int32 words that a worker shares with its owner: a thread from its start, a process once it needs them, where memory
 * can be shared with it.
 */
export const CONTROL_WORDS = 8
/** Messages ever posted to the worker. It spins on this word before it parks. */
export const POSTED = 0
/**
 * The batch that the worker is running, or ran last. The worker turns to another batch by a compare-and-exchange from
 * the one before. Main ends a worker for the sake of a batch by one to its negative: only one of them succeeds, so that
 * no task is begun that nobody waits for, or lost that somebody does.
 */
export const RUNNING_BATCH = 1
/** Index of the last task of that batch which it has begun. Only the worker writes; read after it is gone. */
export const RUNNING_INDEX = 2
/** The batch that is to end. Polled by `taskContext().aborted`. */
export const ABORTED_BATCH = 3
/** The last batch of which a task asked for its context. */
export const LISTENING_BATCH = 4
/** 1: the worker has these words and writes to them. Of a process; a thread always does. */
export const IN_USE = 5
/** Of a thread: how much of its output main has passed on, counted as the worker counts what it posts. Wraps around. */
export const PASSED_ON = 6
