import {
  type Across,
  checkInteger,
  checkOptionNames,
  describeValue,
  InvalidStateError,
  origin,
  type Origin,
  refuseNew,
  rememberShared,
  replace,
  revive,
  reviveShared,
  suggestion,
  markOwn,
} from '@manyhands/base'
import { Region } from '@manyhands/core'
import { type AcrossOption, checkAcross } from './across.ts'
import { memoryOrigin } from './memory-origin.ts'
import { readField, writeField } from './struct-field.ts'
import { type FieldInput, type Fields, type FieldValue, layoutOf, type StructLayout } from './struct-layout.ts'

export interface StructOptions {
  /** Which workers can share the memory. @default 'auto' */
  readonly across?: AcrossOption | undefined
}

/** A struct in shared memory: its fields are read and written in place. */
export type StructOf<F extends Fields> = SharedStruct<F> & { -readonly [K in keyof F]: FieldValue<F[K]> }

/** Values for some of the fields. */
export type StructInit<F extends Fields> = { readonly [K in keyof F]?: FieldInput<F[K]> | undefined }

/** Makes structs of one kind; what {@link struct} returns. */
export interface StructType<F extends Fields> {
  readonly types: F
  /** Bytes of one struct in an array, padding included. */
  readonly byteLength: number
  /**
   * A struct of zeros, but for the fields that `values` sets. What is shorter than an array field is filled up with
   * zeros.
   *
   * @throws TypeError for an unknown field or option, or a value of the wrong kind
   * @throws RangeError for an array that is longer than its field; and as {@link SharedArray.create}
   */
  create(values?: StructInit<F>, options?: StructOptions): StructOf<F>
  /**
   * An array of structs of zeros.
   *
   * @param length - an integer >= 0
   * @throws as {@link StructType.create}
   */
  array(length: number, options?: StructOptions): StructArray<F>
}

/**
 * Describes structs in shared memory, laid out as in C.
 *
 * ```ts
 * const Particle = struct({ x: 'f64', alive: 'bool', tag: ['u8', 4] })
 * const p = Particle.create({ x: 0.5 })
 * p.x += 1
 * const swarm = Particle.array(1000)
 * swarm.at(7).x = 2
 * ```
 *
 * A write to what is no field is a TypeError. Structs and their arrays travel to workers by handle. Nothing is locked:
 * a read-modify-write that several do needs a lock around it.
 *
 * @param types - the fields in their order: a dtype, `'bool'`, or `[dtype, count]` for a fixed number of elements
 * @throws TypeError, RangeError naming the field for a bad name, type or count
 */
export function struct<const F extends Fields>(types: F): StructType<F> {
  const layout = layoutOf(types)
  const kind = kindOf(Object.freeze({ ...types }), layout)
  return {
    types: kind.types as F,
    byteLength: layout.byteLength,
    create(values = {}, options = {}) {
      checkOptionNames('struct', options, ['across'])
      const one = new kind.Class({
        region: Region.create(layout.byteLength, { across: checkAcross('struct', options.across) }),
        byteOffset: 0,
      })
      for (const [name, value] of Object.entries(values)) {
        if (!layout.fields.some(field => field.name === name)) throw noField(layout, name)
        if (value !== undefined) (one as unknown as Record<string, unknown>)[name] = value
      }
      return one as never
    },
    array(length, options = {}) {
      if (length === undefined) throw new TypeError('length must be an integer >= 0, got undefined')
      checkInteger('length', length, 0)
      checkOptionNames('struct array', options, ['across'])
      return arrayOn(
        kind,
        Region.create(layout.byteLength * length, { across: checkAcross('struct array', options.across) }),
      ) as never
    },
  }
}

/** Where a struct lies. */
interface Place {
  readonly region: Region
  readonly byteOffset: number
}

/** What all structs of the same fields have in common in this thread. */
interface Kind {
  readonly types: Fields
  readonly layout: StructLayout
  readonly Class: new (place: Place) => SharedStruct
}

/** By their fields: structs that were revived are of the same class as those that were made here. */
const kinds = new Map<string, Kind>()

function kindOf(types: Fields, layout: StructLayout = layoutOf(types)): Kind {
  const key = JSON.stringify(Object.entries(types))
  let kind = kinds.get(key)
  if (kind !== undefined) return kind
  class Struct extends SharedStruct {
    constructor(place: Place) {
      super(place, kind as Kind)
    }
  }
  // So that it travels as a SharedStruct, which makes this class anew from the fields, and not as the text of this
  // class.
  Object.defineProperty(Struct.prototype, 'constructor', { value: SharedStruct })
  for (const field of layout.fields) {
    Object.defineProperty(Struct.prototype, field.name, {
      enumerable: true,
      get(this: Struct) {
        return readField(viewOfStruct(this), field)
      },
      set(this: Struct, value: unknown) {
        writeField(viewOfStruct(this), field, value)
      },
    })
  }
  kinds.set(key, (kind = { types, layout, Class: Struct }))
  return kind
}

function noField({ fields }: StructLayout, name: string): TypeError {
  const known = fields.map(field => field.name)
  return new TypeError(`the struct has no field \`${name}\`${suggestion(name, known)}`)
}

let viewOfStruct: (one: SharedStruct) => DataView
let layoutOfStruct: (one: object) => StructLayout | undefined
let arrayOn: (kind: Kind, region: Region) => StructArray

/** What all structs have in common. The fields are accessors of a class of their own for each kind. */
export class SharedStruct<F extends Fields = Fields> {
  readonly #place: Place
  readonly #kind: Kind
  readonly #view: DataView

  /** @internal */
  constructor(place: Place, kind: Kind) {
    if (kind === undefined) refuseNew('SharedStruct', 'struct(fields).create(values)')
    this.#place = place
    this.#kind = kind
    this.#view = new DataView(place.region.buffer, place.byteOffset, kind.layout.byteLength)
  }

  /** A copy as an ordinary object; arrays are copied as well. */
  toObject(): { [K in keyof F]: FieldValue<F[K]> } {
    const entries = this.#kind.layout.fields.map(field => {
      const value = readField(this.#view, field)
      return [field.name, field.count === undefined ? value : (value as Uint8Array).slice()]
    })
    return Object.fromEntries(entries) as never
  }

  /**
   * Gives the memory back, as far as this thread is concerned; of a struct of an array that of the whole array.
   * @see SharedArray.close
   */
  close(): void {
    this.#place.region.close()
  }

  [Symbol.dispose](): void {
    this.close()
  }

  [replace](): Place & { readonly types: Fields } {
    rememberShared(idOf(this.#place), this)
    return { ...this.#place, types: this.#kind.types }
  }

  static [revive]({ region, byteOffset, types }: Place & { readonly types: Fields }): SharedStruct {
    const place = { region, byteOffset }
    return reviveShared(
      idOf(place),
      () => new (kindOf(types).Class)(place),
      live => !live.#place.region.closed,
    )
  }

  static get [origin](): Origin {
    return memoryOrigin('mh:struct', 'SharedStruct')
  }

  static {
    layoutOfStruct = one => (#kind in one ? one.#kind.layout : undefined)
    viewOfStruct = one => {
      if (one.#place.region.closed) throw new InvalidStateError('the memory of this struct was closed')
      return one.#view
    }
  }
}

// A write to a property that is no field arrives here, behind all accessors. Fields cost nothing more by that.
Object.setPrototypeOf(
  SharedStruct.prototype,
  new Proxy(Object.prototype, {
    set(target, name, value, receiver: object) {
      const layout = layoutOfStruct(receiver)
      if (layout !== undefined && typeof name === 'string') throw noField(layout, name)
      return Reflect.set(target, name, value, receiver)
    },
  }),
)

function idOf({ region, byteOffset }: Place): string {
  return `${region.id}/struct/${byteOffset}`
}

/** Several structs of one kind, one behind the other. */
export class StructArray<F extends Fields = Fields> implements Disposable, Iterable<StructOf<F>> {
  readonly length: number
  readonly #kind: Kind
  readonly #region: Region

  private constructor(kind: Kind, region: Region) {
    if (region === undefined) refuseNew('StructArray', 'struct(fields).array(length)')
    this.#kind = kind
    this.#region = region
    this.length = region.byteLength / kind.layout.byteLength
  }

  get across(): Across {
    return this.#region.across
  }

  /**
   * The struct at `index`, in place: what is written to it is written to the array.
   *
   * @throws RangeError when `index` is outside
   * @throws InvalidStateError when the memory was closed
   */
  at(index: number): StructOf<F> {
    if (this.#region.closed) throw new InvalidStateError('the memory of this array was closed')
    if (!Number.isInteger(index) || index < 0 || index >= this.length) {
      throw new RangeError(`index ${describeValue(index)} is out of bounds for an array of ${this.length} structs`)
    }
    return new this.#kind.Class({ region: this.#region, byteOffset: index * this.#kind.layout.byteLength }) as never
  }

  /** Gives the memory back, as far as this thread is concerned. @see SharedArray.close */
  close(): void {
    this.#region.close()
  }

  [Symbol.dispose](): void {
    this.close()
  }

  *[Symbol.iterator](): Generator<StructOf<F>, undefined> {
    for (let i = 0; i < this.length; i++) yield this.at(i)
    return undefined
  }

  [replace](): { readonly region: Region; readonly types: Fields } {
    rememberShared(`${this.#region.id}/structs`, this)
    return { region: this.#region, types: this.#kind.types }
  }

  static [revive]({ region, types }: { readonly region: Region; readonly types: Fields }): StructArray {
    return reviveShared(
      `${region.id}/structs`,
      () => new StructArray(kindOf(types), region),
      live => !live.#region.closed,
    )
  }

  static get [origin](): Origin {
    return memoryOrigin('mh:structs', 'StructArray')
  }

  static {
    arrayOn = (kind, region) => new StructArray(kind, region)
  }
}

markOwn(struct, () => memoryOrigin('mh:structs', 'struct'))
