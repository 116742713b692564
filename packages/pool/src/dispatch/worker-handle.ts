import { type DoorbellLink, linkDoorbell, type WorkerExit, type WorkerInfo, clearTimeout, clock } from '@manyhands/base'
import { workingDirectory } from '../here/working-directory.ts'
import { useCodecInChannels } from '../host/channel-codec.ts'
import type { Channel, ChannelOptions, StartChannel } from '../host/channel.ts'
import { ABORTED_BATCH, distance, LISTENING_BATCH, numberAfter } from '../protocol/control-words.ts'
import {
  ABORT,
  BEGIN,
  CLOSE,
  HOLDS_RESOURCES,
  DEFINE,
  DIRECTORY,
  FORGET,
  LISTENING,
  OUTGROWN,
  type ToMainMessage,
  RANG,
  READY,
  RECALL,
  REPLY,
  REPORT_BEGIN,
  RETURNED,
  RING,
  START_FAILED,
} from '../protocol/messages.ts'
import { workerKinds } from '../protocol/worker-kinds.ts'
import { type Answering, Answers } from './answers.ts'
import { closeAtEnd } from './close-at-end.ts'
import type { FunctionRecord } from './function-table.ts'
import { Offered } from './offered.ts'
import type { Outgoing } from './outgoing.ts'
import { endAfter, isRunning, isTaken, lastBegunOf, takeBack } from './running-word.ts'
import type { QueueItem, Shipment } from './shipment.ts'
import { noteAnswer } from './stay-awake.ts'
import type { TaskQueue } from './task-queue.ts'
import type { WorkerCodec } from './worker-codec.ts'

export interface WorkerEvents {
  /** It takes tasks: its initializer, if any, has run. */
  onReady(worker: WorkerHandle): void
  /** A shipment has been answered for as a whole: there is room for another. */
  onRoom(worker: WorkerHandle, shipment: Shipment): void
  onBegin(worker: WorkerHandle, shipment: Shipment): void
  /** These were not begun and come back. */
  onReturned(items: readonly QueueItem[]): void
  /** It holds more memory than it may: so many bytes, or so many more than at first. */
  onOutgrown(worker: WorkerHandle, bytes: number): void
  onExit(worker: WorkerHandle, exit: WorkerExit, error: unknown): void
}

/** A worker as the main side sees it: what was sent to it, and what it has answered. */
export class WorkerHandle implements Answering {
  readonly info: WorkerInfo
  readonly inFlight: Shipment[] = []
  /** It runs a task that can be ended on its own: nothing else is sent to it. */
  exclusive = false
  /** It is being ended by the pool. */
  ending = false
  /** It has exited, though what it sent may still be in the decoding. */
  gone = false
  ready = false
  /** It has something to dispose of when it is closed. */
  holdsResources = false
  /** Nothing more is sent to it: it is closed when it has done what it has. */
  retiring = false
  /** Tasks that it may still be given. */
  tasksLeft: number
  /** Since when it has nothing to do. */
  idleSince = 0
  /** What waits for this worker alone; made for the first one. */
  line: TaskQueue | undefined
  /** How many keys of tasks are its own. */
  keys = 0
  /** What it was given last came from that line. */
  servedLine = false
  /** What waits in its line needs it alone: nothing else is sent to it until then. */
  isKept = false
  readonly startedAt = clock()
  /** What its initializer threw. */
  startError: { readonly error: unknown } | undefined
  /** It may run tasks of several shipments at a time. */
  readonly overlaps: boolean
  /** It takes no task before its initializer has run: until then tasks can be cancelled. */
  readonly #initializes: boolean
  readonly answers: Answers
  readonly #channel: Channel
  readonly #doorbell: DoorbellLink
  readonly #events: WorkerEvents
  /** Where it is; undefined for a thread, which is where the program is. */
  #directory: string | undefined
  readonly #known = new Set<number>()
  readonly #offered = new Offered()
  /** Of the next task that is sent. */
  #nextNumber = 1
  #held = false
  #terminated = false
  #exit: (() => void) | undefined

  /** @throws what `worker_threads` and `fork` throw for options that they refuse */
  constructor(start: StartChannel, options: ChannelOptions, codec: WorkerCodec, tasks: number, events: WorkerEvents) {
    this.answers = new Answers(codec, this)
    this.tasksLeft = tasks
    useCodecInChannels()
    this.#events = events
    this.overlaps = options.init.concurrency > 1
    this.#initializes = options.init.initializer !== undefined
    this.#channel = start(options, {
      onMessage: message => this.#receive(message),
      onExit: (exit, error) => {
        this.gone = true
        this.#doorbell.close()
        this.#offered.receiverGone()
        this.#exit = () => events.onExit(this, { ...exit, name: this.info.name }, error)
        this.onDecoded()
      },
    })
    this.#doorbell = linkDoorbell(id => this.#channel.post([RING, id]))
    const { kind, pid, threadId } = this.#channel
    this.#directory = workerKinds[kind].ownDirectory ? workingDirectory() : undefined
    this.info = { kind, id: options.init.id, name: options.init.lineage.name, pid, threadId }
    this.#hold()
  }

  /** It takes tasks. One with an aborted task that it may be stuck in, or that keeps others from running, does not. */
  get open(): boolean {
    if (this.ending || this.gone || this.exclusive || this.retiring || this.tasksLeft <= 0 || this.initializing) {
      return false
    }
    for (const { aborted, returned } of this.inFlight) if (aborted && !(this.overlaps && returned)) return false
    return true
  }

  /** Its initializer has not run: tasks wait for it in the queue. */
  get initializing(): boolean {
    return this.#initializes && !this.ready && !this.ending && !this.gone
  }

  /** An aborted task may still be running. */
  get holdsAborted(): boolean {
    return this.inFlight.some(shipment => shipment.aborted)
  }

  get holdsOnlyAborted(): boolean {
    return this.inFlight.every(shipment => shipment.aborted)
  }

  /** Milliseconds that one of its messages is expected to take; undefined when that of one is not known. */
  get costMs(): number | undefined {
    let most = 0
    for (const { costMs } of this.inFlight) {
      if (costMs === undefined) return undefined
      if (costMs > most) most = costMs
    }
    return most
  }

  get load(): number {
    return this.inFlight.length
  }

  get unanswered(): number {
    let sum = 0
    for (const shipment of this.inFlight) sum += shipment.unanswered
    return sum
  }

  /**
   * Sends a message and notes it as in flight.
   *
   * @throws DataCloneError when a value could not be cloned; nothing is in flight then
   */
  ship({ shipment, encoder, offered }: Outgoing): void {
    for (const fn of encoder.functions) this.#define(fn)
    shipment.id = this.#nextNumber || 1 // they have wrapped around; 0 is none
    const message = encoder.finish(shipment.id, shipment.reportsBegin ? REPORT_BEGIN : 0)
    // Which of several tasks is running, and that one is aborted, goes by these words.
    if (shipment.size > 1 || shipment.exclusive) this.#channel.shareControl()
    if (shipment.transfer !== undefined) encoder.transfer.push(...shipment.transfer)
    for (const moved of encoder.transfer) if (moved instanceof ArrayBuffer) shipment.bytes += moved.byteLength
    // What is in the message may be in the list of the user as well.
    this.#channel.post(message, encoder.transfer.length > 0 ? [...new Set(encoder.transfer)] : undefined)
    this.#nextNumber = numberAfter(shipment.id, shipment.size)
    this.tasksLeft -= shipment.size
    if (offered !== undefined) this.#offered.add(offered)
    if (encoder.offered.length > 0) this.#offered.add(encoder.offered)
    shipment.moved = encoder.moves || (shipment.transfer?.length ?? 0) > 0
    shipment.sentAt = clock()
    this.inFlight.push(shipment)
    this.exclusive = shipment.exclusive
    this.#hold()
  }

  /** What is shipped from now on runs in this directory. */
  follow(directory: string): void {
    if (this.#directory === undefined || this.#directory === directory) return
    this.#directory = directory
    this.#channel.post([DIRECTORY, directory])
  }

  /** With something in flight, in its initializer, and while it is being ended, it keeps the program alive. */
  #hold(): void {
    const hold = this.inFlight.length > 0 || this.initializing
    if (hold === this.#held || this.ending) return
    this.#held = hold
    if (hold) this.#channel.ref()
    else this.#channel.unref()
  }

  /**
   * Takes back what was sent and not begun, or asks for it where memory is not shared with the worker: it answers when
   * its event loop turns.
   *
   * @param before - only what was sent before that time
   */
  recall(before = Infinity): void {
    const { control } = this.#channel
    const waits = this.inFlight.filter(shipment => shipment.sentAt <= before && !shipment.aborted)
    if (control !== undefined) {
      if (!waits.some(shipment => this.#waitsIn(shipment, control) > 0)) return
      // What moved to the worker cannot be sent again, and comes between the others.
      const moved = this.inFlight.some(shipment => shipment.moved && this.#waitsIn(shipment, control) > 0)
      // What it comes to first stays: it would go from one worker that gets ready to the other.
      const least = numberAfter(this.inFlight[0]?.id ?? 0, 1)
      const from = moved ? undefined : takeBack(control, least, this.#nextNumber)
      if (from !== undefined) return this.#return(from)
    }
    for (const shipment of waits) {
      if (!shipment.recallable) continue
      shipment.recalled = true
      this.#channel.post([RECALL, shipment.id])
    }
  }

  /** Tasks that waited behind the one that it runs were taken back: it may be stuck. */
  get wasRelieved(): boolean {
    const { control } = this.#channel
    return control !== undefined && isTaken(control)
  }

  /** How many tasks of `shipment` have not begun. */
  #waitsIn(shipment: Shipment, control: Int32Array): number {
    return shipment.size - Math.max(0, lastBegunOf(control, shipment) + 1)
  }

  /** Tasks from this number on come back. */
  #return(from: number): void {
    const items: QueueItem[] = []
    const shortened: Shipment[] = []
    for (const shipment of this.inFlight) {
      const index = Math.max(0, distance(shipment.id, from))
      if (index >= shipment.size) continue
      items.push(...this.#shorten(shipment, index))
      shortened.push(shipment)
    }
    this.#events.onReturned(items)
    for (const shipment of shortened) this.onAnswered(shipment)
  }

  /** @returns the tasks from `index` on, which the worker will not begin, unless nobody waits for them */
  #shorten(shipment: Shipment, index: number): readonly QueueItem[] {
    shipment.returned = true
    if (index >= shipment.size) return []
    const items = shipment.aborted ? [] : shipment.rest(index)
    this.tasksLeft += shipment.size - index
    shipment.size = index
    return items
  }

  /** Asks the running task of `shipment` to end itself. */
  requestAbort(shipment: Shipment): void {
    const { control } = this.#channel
    if (control !== undefined) {
      // Of several it names the one that runs.
      const running = this.inFlight.find(other => isRunning(control, other))
      if (running === undefined || Atomics.load(control, ABORTED_BATCH) !== running.id) {
        Atomics.store(control, ABORTED_BATCH, shipment.id)
      }
    }
    this.#channel.post([ABORT, shipment.id])
  }

  /**
   * Whether ending the worker now, to end the aborted `shipment`, costs no task of anybody else. When the answer is
   * true the worker begins nothing more: then it must be ended.
   */
  mayEndFor(shipment: Shipment): boolean {
    if (this.holdsOnlyAborted) return true
    if (this.overlaps || this.inFlight[0] !== shipment) return false
    // It may have turned to the next, and its answer be under way: the word decides, see `RUNNING`.
    const { control } = this.#channel
    return control === undefined || endAfter(control, shipment)
  }

  /** True when a task of `shipment` asked for its context. */
  isListening(shipment: Shipment): boolean {
    return shipment.listening || this.#channel.control?.[LISTENING_BATCH] === shipment.id
  }

  /** Ends the worker whatever it does. */
  terminate(): void {
    if (this.#terminated) return
    this.#terminated = true
    this.ending = true
    this.#channel.awaitExit()
    this.#channel.terminate()
  }

  /** Lets the worker exit by itself; the program stays alive until it has. */
  close(): void {
    this.ending = true
    this.#channel.awaitExit()
    this.#channel.post([CLOSE])
  }

  forgetFunction(id: number): void {
    if (this.#known.delete(id) && !this.ending && !this.gone) this.#channel.post([FORGET, [id]])
  }

  /**
   * How many tasks of `shipment` the worker may have begun, now that it is gone. It leaves the index of the running
   * task behind; of a process without control words only the order is known.
   */
  begunTasks(shipment: Shipment): number {
    if (!this.ready) return 0
    const { control } = this.#channel
    // A process begins a batch when its answers for those before are on their way, unless it may run several at a time.
    if (control === undefined) return shipment === this.inFlight[0] || this.overlaps ? shipment.size : 0
    return Math.min(shipment.size, Math.max(0, lastBegunOf(control, shipment) + 1))
  }

  #define(fn: FunctionRecord): void {
    if (this.#known.has(fn.id)) return
    this.#channel.post([DEFINE, fn.id, fn.packed])
    this.#known.add(fn.id)
  }

  #receive(message: ToMainMessage): void {
    switch (message[0]) {
      case REPLY:
        noteAnswer()
        return this.answers.receive(message)
      case BEGIN: {
        const shipment = this.find(message[1])
        if (shipment !== undefined) this.#events.onBegin(this, shipment)
        return
      }
      case RETURNED: {
        const shipment = this.find(message[1])
        if (shipment === undefined) return
        this.#events.onReturned(this.#shorten(shipment, message[2]))
        this.onAnswered(shipment)
        return
      }
      case LISTENING: {
        const shipment = this.find(message[1])
        if (shipment !== undefined) shipment.listening = true
        return
      }
      case RANG:
        return this.#doorbell.receive(message[1])
      case HOLDS_RESOURCES:
        this.holdsResources = true
        return closeAtEnd(this)
      case READY:
        this.ready = true
        this.#hold()
        this.#events.onReady(this)
        return
      case OUTGROWN:
        return this.#events.onOutgrown(this, message[1])
      case START_FAILED:
        return this.answers.decode(message[1], error => {
          this.startError = { error }
        })
    }
  }

  find(id: number): Shipment | undefined {
    for (const shipment of this.inFlight) if (shipment.id === id) return shipment
    return undefined
  }

  onAnswered(shipment: Shipment): void {
    const at = this.inFlight.indexOf(shipment)
    if (shipment.unanswered > 0 || at < 0) return
    clearTimeout(shipment.timer)
    this.inFlight.splice(at, 1)
    this.exclusive = false
    this.#hold()
    this.#events.onRoom(this, shipment)
  }

  onDecoded(): void {
    if (this.answers.pending || this.#exit === undefined) return
    const exit = this.#exit
    this.#exit = undefined
    exit()
    this.#channel.dispose()
  }
}
