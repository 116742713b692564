import type { KeyObject } from 'node:crypto'
import * as types from 'node:util/types'
import { SerializationError } from '@manyhands/base'

/**
 * Objects of the language and of Node that are made again from what they say of themselves: how to see that a value is
 * one, what it says, and how to make it.
 */
interface EngineObject {
  /** The prototype that `value` has if it is one; undefined where this version of Node has none. */
  readonly prototype: (value: object) => object | undefined
  /** What structured clone copies. */
  readonly state: (value: never) => readonly unknown[]
  readonly make: (...state: never[]) => object
}

const crypto = (): typeof import('node:crypto') => process.getBuiltinModule('node:crypto')

/** An Intl object is made again from its locale and the options that it has resolved. */
function intl(name: string): EngineObject {
  const type = (Intl as unknown as Readonly<Record<string, (new (...state: never[]) => object) | undefined>>)[name]
  return {
    prototype: () => type?.prototype as object | undefined,
    state: (value: { resolvedOptions(): { readonly locale: string } }) => {
      const options = value.resolvedOptions()
      return [options.locale, isDefaultDate(options) ? withoutFields(options) : options]
    },
    make: (...state) => new (type as new (...state: never[]) => object)(...state),
  }
}

const dateFields = ['year', 'month', 'day'] as const
const otherFields = 'weekday era dayPeriod hour minute second fractionalSecondDigits timeZoneName dateStyle timeStyle'

/** The fields that a DateTimeFormat has when none were asked for: then it has others for a Temporal.Instant. */
function isDefaultDate(options: object): boolean {
  return (
    dateFields.every(field => (options as Readonly<Record<string, unknown>>)[field] === 'numeric') &&
    !otherFields.split(' ').some(field => field in options)
  )
}

function withoutFields(options: object): object {
  return Object.fromEntries(Object.entries(options).filter(([key]) => !(dateFields as readonly string[]).includes(key)))
}

interface TemporalType {
  readonly prototype: object
  from(text: string): object
}

function temporalType(name: string): TemporalType | undefined {
  return (globalThis as { readonly Temporal?: Readonly<Record<string, TemporalType>> }).Temporal?.[name]
}

/** A Temporal object is made again from its text. */
function temporal(name: string): EngineObject {
  const type = temporalType(name)
  return {
    prototype: () => type?.prototype,
    state: (value: { toString(): string }) => [value.toString()],
    make: (text: string) => (type as TemporalType).from(text),
  }
}

/** A key is made again from what it exports. */
const keyObject: EngineObject = {
  prototype: value => (types.isKeyObject(value) ? (Object.getPrototypeOf(value) as object) : undefined),
  state: (value: KeyObject) =>
    value.type === 'secret'
      ? [value.type, value.export()]
      : [value.type, value.export({ format: 'der', type: value.type === 'public' ? 'spki' : 'pkcs8' } as never)],
  make: (type: KeyObject['type'], bytes: Uint8Array) => {
    const { createSecretKey, createPublicKey, createPrivateKey } = crypto()
    const der = Buffer.from(bytes)
    if (type === 'secret') return createSecretKey(der)
    return type === 'public'
      ? createPublicKey({ key: der, type: 'spki', format: 'der' })
      : createPrivateKey({ key: der, type: 'pkcs8', format: 'der' })
  },
}

type FileState = readonly [
  content: Blob,
  name: string,
  options: { readonly type: string; readonly lastModified: number },
]

function fileState(file: File): FileState {
  const { name, type, lastModified } = file
  return [file.slice(0, file.size, type), name, { type, lastModified }]
}

function makeFile(...[content, name, options]: FileState): File {
  return new File([content], name, options)
}

const intlNames =
  'Collator DateTimeFormat DisplayNames DurationFormat ListFormat NumberFormat PluralRules RelativeTimeFormat Segmenter'
const temporalNames = 'Instant PlainDate PlainDateTime PlainMonthDay PlainTime PlainYearMonth ZonedDateTime'

const durationUnits = 'years months weeks days hours minutes seconds milliseconds microseconds nanoseconds'.split(' ')

/** By the name that they have in messages. */
const engineObjects: Readonly<Record<string, EngineObject>> = {
  ...Object.fromEntries(intlNames.split(' ').map(name => [`Intl.${name}`, intl(name)])),
  ...Object.fromEntries(temporalNames.split(' ').map(name => [`Temporal.${name}`, temporal(name)])),
  'Temporal.Duration': {
    ...temporal('Duration'),
    // Its text counts smaller units into larger ones.
    state: (value: Readonly<Record<string, number>>) => [durationUnits.map(unit => value[unit])],
    make: (units: readonly number[]) =>
      new (temporalType('Duration') as unknown as new (...all: number[]) => object)(...units),
  },
  'Intl.Locale': {
    prototype: () => Intl.Locale.prototype,
    state: (value: Intl.Locale) => [value.toString()],
    make: (text: string) => new Intl.Locale(text),
  },
  TextEncoder: {
    prototype: () => TextEncoder.prototype,
    state: () => [],
    make: () => new TextEncoder(),
  },
  TextDecoder: {
    prototype: () => TextDecoder.prototype,
    state: ({ encoding, fatal, ignoreBOM }: InstanceType<typeof TextDecoder>) => [encoding, { fatal, ignoreBOM }],
    make: (encoding: string, options: { readonly fatal: boolean; readonly ignoreBOM: boolean }) =>
      new TextDecoder(encoding, options),
  },
  Headers: {
    prototype: () => Headers.prototype,
    state: (value: Headers) => [[...value]],
    make: (entries: [string, string][]) => new Headers(entries),
  },
  // Node 22 would clone it to a Blob.
  File: {
    prototype: () => File.prototype,
    state: fileState,
    make: makeFile,
  },
  FormData: {
    prototype: () => FormData.prototype,
    state: (value: FormData) => [
      Array.from(value, ([key, item]) => [key, typeof item === 'string' ? item : fileState(item)]),
    ],
    make: (entries: readonly (readonly [key: string, item: string | FileState])[]) => {
      const form = new FormData()
      for (const [key, item] of entries) {
        if (typeof item === 'string') form.append(key, item)
        else form.append(key, makeFile(...item))
      }
      return form
    },
  },
  ...Object.fromEntries(
    (['SecretKeyObject', 'PublicKeyObject', 'PrivateKeyObject'] as const).map(name => [name, keyObject]),
  ),
  X509Certificate: {
    prototype: () => crypto().X509Certificate.prototype,
    state: (value: import('node:crypto').X509Certificate) => [value.raw],
    make: (bytes: Uint8Array) => new (crypto().X509Certificate)(bytes),
  },
}

/** By the name of the class, which is asked first: to name some of the classes would load what they are part of. */
const byClassName = new Map(Object.keys(engineObjects).map(tag => [tag.slice(tag.indexOf('.') + 1), tag] as const))

/** What such an object is made again from; undefined for any other object. */
export function engineState(value: object): readonly [tag: string, state: readonly unknown[]] | undefined {
  const prototype = Object.getPrototypeOf(value) as object | null
  if (prototype === null || types.isProxy(prototype)) return undefined
  const type: unknown = Object.getOwnPropertyDescriptor(prototype, 'constructor')?.value
  // The class of a program may have an accessor of this name.
  const name: unknown = typeof type === 'function' ? Object.getOwnPropertyDescriptor(type, 'name')?.value : undefined
  const tag = typeof name === 'string' ? byClassName.get(name) : undefined
  const known = tag === undefined ? undefined : engineObjects[tag]
  if (tag === undefined || known?.prototype(value) !== prototype || Reflect.ownKeys(value).some(isOwn)) return undefined
  return [tag, known.state(value as never)]
}

/** A property that a program has put on it would be lost. Some of these objects keep their state in symbols. */
function isOwn(key: string | symbol): boolean {
  return typeof key === 'string'
}

/** @throws SerializationError for a name that is none */
export function makeEngineObject(tag: string, state: readonly unknown[]): object {
  const made = Object.hasOwn(engineObjects, tag) ? engineObjects[tag]?.make(...(state as never[])) : undefined
  if (made === undefined) throw new SerializationError(`the message is damaged: ${tag} is no object of Node`)
  return made
}
