// What comes from modules: of the program, of Node, ES and CommonJS.
import assert, { strictEqual } from 'node:assert'
import crypto, { createHash, randomUUID } from 'node:crypto'
import { EOL, cpus } from 'node:os'
import path, { posix } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import * as url from 'node:url'
import util, { format, inspect, promisify } from 'node:util'
import * as zlib from 'node:zlib'
import { createRequire } from 'node:module'
import data from '../modules/data.json' with { type: 'json' }
import { db } from '../modules/singleton.mjs'
import * as singleton from '../modules/singleton.mjs'
import multiply, { count, tools } from '../modules/shapes.mjs'
import * as shapes from '../modules/shapes.mjs'
import { refused, works } from './case.ts'

const require = createRequire(import.meta.url)
const withCounter = require('../modules/counter.cjs')
let loaded
/** A bundle for CommonJS cannot await here. */
export const ready = import('../modules/shapes.mjs').then(module => void (loaded = module))
export const local = x => x + offset
const offset = 1
export default class { v = 1 }

export const cases = [
  works('default export without a name', () => () => multiply(3, 4)),
  works('the default export itself', () => multiply, [3, 4]),
  works('a generator function that is exported', () => () => [...count(2)]),
  works('members of an exported object', () => () => [tools.double(2), tools.nested.triple(2)]),
  works('a member of an exported object itself', () => tools.double, [4]),
  works('a whole namespace as a value', () => () => Object.keys(shapes).sort()),
  works('a namespace handed on', () => () => ((ns) => ns.default(2, 3))(shapes)),
  works('a namespace from import()', () => () => loaded.default(2, 5)),
  works('a namespace in an object', () => { const o = { shapes }; return () => o.shapes.isPlain(1) }),
  works('a JSON module', () => () => data.list[1].deep),
  works('an exported object that cannot be sent', () => () => db.q()),
  works('a member of a namespace that cannot be sent', () => () => singleton.db.q()),
  refused('a local variable that shadows an import, and cannot be sent', () => { const db = { seen: new WeakRef({}), q: () => 'local' }; return () => db.q() }, /captured variable `db\d?` .* → \.seen: it is a WeakRef/),
  refused('a parameter that shadows a namespace of which a member cannot be sent', () => (singleton => () => singleton.db.q())({ db: { seen: new WeakRef({}), q: () => 'local' } }), /it is a WeakRef/),
  works('a local variable that shadows an import, and can be sent', () => { const db = { q: () => 'local' }; return () => db.q() }),
  works('an object that holds an exported one that cannot be sent', () => () => [db.name, singleton.server.listening]),
  works('CommonJS object with state', () => () => withCounter.next() > 0),
  works('CommonJS member', () => withCounter.add, [1, 2]),
  works('CommonJS nested member', () => () => withCounter.deep.inner(2)),
  works('CommonJS class', () => { const b = new withCounter.Box(3); return () => [b.get(), b instanceof withCounter.Box] }),
  works('module of Node as a whole, default', () => () => [path.join('a', 'b'), util.format('%d', 1)]),
  works('module of Node as a namespace handed on', () => () => ((u) => u.pathToFileURL('/a b').href)(url)),
  works('named imports of Node', () => () => [createHash('sha1').update('x').digest('hex'), format('%s', 'y'), typeof EOL, cpus().length > 0, randomUUID().length]),
  works('object of a module of Node', () => { const p = posix; return () => p.join('a', 'b') }),
  works('timers/promises under the name of a global', () => async () => await setTimeout(1, 'slept')),
  works('assert', () => () => { strictEqual(1, 1); assert(true); return 'ok' }),
  works('functions of Node as values', () => { const l = [createHash, inspect, path.basename, zlib.gzipSync]; return () => [typeof l[0]('md5'), l[1](1), l[2]('/a/b'), Buffer.isBuffer(l[3]('x'))] }),
  works('classes of Node, made there', () => { const { EventEmitter } = require('node:events'); return () => new EventEmitter().listenerCount('x') }),
  works('webcrypto', () => { const { webcrypto } = crypto; return () => typeof webcrypto.getRandomValues(new Uint8Array(1))[0] }),
  works('import.meta', () => () => [import.meta.url.endsWith('/modules.mjs'), import.meta.filename.endsWith('modules.mjs'), import.meta.dirname.endsWith('cases')]),
  works('import() relative to the file, nested', () => async () => (await (async () => import('../modules/lib.mjs'))()).greet()),
  works('import() of a package name', () => async () => typeof (await import('node:fs')).readFileSync),
  works('require of the module', () => () => require('../modules/cjs2.cjs').up('a')),
  works('require.resolve', () => () => require.resolve('../modules/cjs2.cjs').endsWith('cjs2.cjs')),
  works('an unexported neighbour', () => local, [1]),
  works('a promisified function of Node', () => { const p = promisify(process.getBuiltinModule('node:fs').access); return async () => [await p('/'), await p('/no/such').catch(e => e.code)] }),
  refused('a handle of Node', () => { const h = crypto.createHash('md5'); return () => h }, /`h`.*Hash/),
]
