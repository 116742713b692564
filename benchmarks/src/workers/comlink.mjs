import { parentPort } from 'node:worker_threads'
import * as Comlink from 'comlink/dist/esm/comlink.mjs'
import nodeEndpoint from 'comlink/dist/esm/node-adapter.mjs'
import * as tasks from './tasks.mjs'

Comlink.expose({ ...tasks, bounce: array => Comlink.transfer(array, [array.buffer]) }, nodeEndpoint(parentPort))
