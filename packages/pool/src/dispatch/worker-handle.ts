import {
  type DoorbellLink,
  linkDoorbell,
  openOffers,
  receiverGone,
  setTaskInfo,
  updateCost,
  type WorkerExit,
  type WorkerInfo,
  clearTimeout,
  clock,
} from '@manyhands/base'
import { workingDirectory } from '../here/working-directory.ts'
import { useCodecInChannels } from '../host/channel-codec.ts'
import type { Channel, ChannelOptions, StartChannel } from '../host/channel.ts'
import { ABORTED_BATCH, LISTENING_BATCH, RUNNING_BATCH, RUNNING_INDEX } from '../protocol/control-words.ts'
import {
  ABORT,
  BEGIN,
  CLOSE,
  HOLDS_RESOURCES,
  DEFINE,
  DIRECTORY,
  FORGET,
  LISTENING,
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
import { FIRST_SEGMENT, readSegment, SEGMENT_LENGTH } from '../protocol/segment.ts'
import { workerKinds } from '../protocol/worker-kinds.ts'
import { closeAtEnd } from './close-at-end.ts'
import type { FunctionRecord } from './function-table.ts'
import type { Outgoing } from './outgoing.ts'
import { placeStack } from './place-stack.ts'
import type { QueueItem, Shipment } from './shipment.ts'
import { noteAnswer } from './stay-awake.ts'
import type { WorkerCodec } from './worker-codec.ts'

/** Connections that are remembered before those that were claimed are forgotten. */
const MOST_OFFERED = 256

export interface WorkerEvents {
  /** It takes tasks: its initializer, if any, has run. */
  onReady(): void
  /** A shipment has been answered for as a whole: there is room for another. */
  onRoom(worker: WorkerHandle, shipment: Shipment): void
  onBegin(worker: WorkerHandle, shipment: Shipment): void
  /** These were not begun and come back. */
  onReturned(items: readonly QueueItem[]): void
  onExit(worker: WorkerHandle, exit: WorkerExit, error: unknown): void
}

/** A worker as the main side sees it: what was sent to it, and what it has answered. */
export class WorkerHandle {
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
  /** What its initializer threw. */
  startError: { readonly error: unknown } | undefined
  /** It may run tasks of several shipments at a time. */
  readonly overlaps: boolean
  /** It takes no task before its initializer has run: until then tasks can be cancelled. */
  readonly #initializes: boolean
  readonly #codec: WorkerCodec
  readonly #channel: Channel
  readonly #doorbell: DoorbellLink
  readonly #events: WorkerEvents
  /** Where it is; undefined for a thread, which is where the program is. */
  #directory: string | undefined
  readonly #known = new Set<number>()
  /** Connections that were sent to it. */
  #offered: string[] = []
  #pruneAt = MOST_OFFERED
  #nextShipment = 1
  #held = false
  #decoding = 0
  #terminated = false
  #exit: (() => void) | undefined

  /** @throws what `worker_threads` and `fork` throw for options that they refuse */
  constructor(start: StartChannel, options: ChannelOptions, codec: WorkerCodec, events: WorkerEvents) {
    this.#codec = codec
    useCodecInChannels()
    this.#events = events
    this.overlaps = options.init.concurrency > 1
    this.#initializes = options.init.initializer !== undefined
    this.#channel = start(options, {
      onMessage: message => this.#receive(message),
      onExit: (exit, error) => {
        this.gone = true
        this.#doorbell.close()
        receiverGone(this.#offered)
        this.#exit = () => events.onExit(this, exit, error)
        this.#finishExit()
      },
    })
    this.#doorbell = linkDoorbell(id => this.#channel.post([RING, id]))
    const { kind, pid, threadId } = this.#channel
    this.#directory = workerKinds[kind].ownDirectory ? workingDirectory() : undefined
    this.info = { kind, id: options.init.id, pid, threadId }
    this.#hold()
  }

  /** It takes tasks. One with an aborted task that it may be stuck in, or that keeps others from running, does not. */
  get open(): boolean {
    if (this.ending || this.gone || this.exclusive || this.initializing) return false
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
    shipment.id = this.#nextShipment++
    const message = encoder.finish(shipment.id, shipment.reportsBegin ? REPORT_BEGIN : 0)
    // Which of several tasks is running, and that one is aborted, goes by these words.
    if (shipment.size > 1 || shipment.exclusive) this.#channel.shareControl()
    if (shipment.transfer !== undefined) encoder.transfer.push(...shipment.transfer)
    for (const moved of encoder.transfer) if (moved instanceof ArrayBuffer) shipment.bytes += moved.byteLength
    // What is in the message may be in the list of the user as well.
    this.#channel.post(message, encoder.transfer.length > 0 ? [...new Set(encoder.transfer)] : undefined)
    if (offered !== undefined) this.#noteOffered(offered)
    if (encoder.offered.length > 0) this.#noteOffered(encoder.offered)
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

  #noteOffered(offered: readonly string[]): void {
    if (this.#offered.length >= this.#pruneAt) {
      this.#offered = openOffers(this.#offered)
      this.#pruneAt = Math.max(MOST_OFFERED, this.#offered.length * 2)
    }
    this.#offered.push(...offered)
  }

  /** With something in flight, in its initializer, and while it is being ended, it keeps the program alive. */
  #hold(): void {
    const hold = this.inFlight.length > 0 || this.initializing
    if (hold === this.#held || this.ending) return
    this.#held = hold
    if (hold) this.#channel.ref()
    else this.#channel.unref()
  }

  recall(shipment: Shipment): void {
    if (!shipment.recallable) return
    shipment.recalled = true
    this.#channel.post([RECALL, shipment.id])
  }

  /** Asks the running task of `shipment` to end itself. */
  requestAbort(shipment: Shipment): void {
    const { control } = this.#channel
    // Of several batches it names the one that runs.
    if (
      control !== undefined &&
      Atomics.load(control, ABORTED_BATCH) !== Math.abs(Atomics.load(control, RUNNING_BATCH))
    ) {
      Atomics.store(control, ABORTED_BATCH, shipment.id)
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
    // It may have turned to the next, and its answer be under way: the word decides, see `RUNNING_BATCH`.
    const { control } = this.#channel
    return (
      control === undefined ||
      Atomics.compareExchange(control, RUNNING_BATCH, shipment.id, -shipment.id) === shipment.id
    )
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
    const batch = Math.abs(control[RUNNING_BATCH] ?? 0)
    if (shipment.id !== batch) return shipment.id < batch ? shipment.size : 0
    return Math.min(shipment.size, (control[RUNNING_INDEX] ?? 0) + 1)
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
        for (let at = FIRST_SEGMENT; at < message.length; at += SEGMENT_LENGTH) this.#segment(message, at)
        return
      case BEGIN: {
        const shipment = this.#find(message[1])
        if (shipment !== undefined) this.#events.onBegin(this, shipment)
        return
      }
      case RETURNED: {
        const shipment = this.#find(message[1])
        if (shipment === undefined) return
        const [, , from] = message
        shipment.returned = true
        const items = shipment.aborted ? [] : shipment.rest(from)
        shipment.size = Math.min(shipment.size, from)
        this.#events.onReturned(items)
        this.#finishIfAnswered(shipment)
        return
      }
      case LISTENING: {
        const shipment = this.#find(message[1])
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
        this.#events.onReady()
        return
      case START_FAILED:
        this.#decoding++
        this.#codec.decode(message[1], error => {
          this.startError = { error }
          this.#decoding--
          this.#finishExit()
        })
        return
    }
  }

  #find(id: number): Shipment | undefined {
    for (const shipment of this.inFlight) if (shipment.id === id) return shipment
    return undefined
  }

  #segment(message: ToMainMessage, at: number): void {
    const { batchId, start, count, durationMs, payload, failures } = readSegment(message, at)
    const shipment = this.#find(batchId)
    if (shipment === undefined) return
    if (ArrayBuffer.isView(payload)) shipment.bytes += payload.byteLength
    this.#measure(shipment, start, count, durationMs)
    let failure = 0
    for (let k = 0; k < count; k++) {
      const index = start + k
      if (failures !== undefined && failures[failure] === k) {
        this.#settle(shipment, index, failures[failure + 1], true)
        failure += 2
        continue
      }
      const value = payload[k]
      if (typeof value === 'object' && value !== null) this.#settle(shipment, index, value, false)
      else shipment.value(index, value)
    }
    shipment.answered(start, count)
    this.#finishIfAnswered(shipment)
  }

  /** Settles a task with an outcome that may have to be decoded, which may have to wait for an import. */
  #settle(shipment: Shipment, index: number, encoded: unknown, failed: boolean): void {
    this.#decoding++
    this.#codec.decode(encoded, (outcome, damaged) => {
      this.#decoding--
      if (failed || damaged) {
        const record = shipment.record(index)
        setTaskInfo(outcome, {
          remoteStack: placeStack(outcome, record),
          get taskName() {
            return record.name
          },
          worker: this.info,
        })
        shipment.error(index, outcome)
      } else {
        shipment.value(index, outcome)
      }
      this.#finishExit()
    })
  }

  #measure(shipment: Shipment, start: number, count: number, durationMs: number): void {
    shipment.spent(durationMs, this.info)
    const fn = shipment.record(start)
    if (count > 1 && shipment.record(start + count - 1) !== fn) return // whose time it was is not known
    // Tasks of an unknown cost are sent one by one, to workers that are idle: there is no need to call them back.
    if (shipment.moved) return void (fn.costMs = undefined)
    fn.costMs = updateCost(fn.costMs, durationMs / count)
  }

  #finishIfAnswered(shipment: Shipment): void {
    if (shipment.unanswered > 0) return
    clearTimeout(shipment.timer)
    this.inFlight.splice(this.inFlight.indexOf(shipment), 1)
    this.exclusive = false
    this.#hold()
    this.#events.onRoom(this, shipment)
  }

  #finishExit(): void {
    if (this.#decoding > 0 || this.#exit === undefined) return
    const exit = this.#exit
    this.#exit = undefined
    exit()
    this.#channel.dispose()
  }
}
