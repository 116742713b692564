// Runs a program in a worker thread.
import { pathToFileURL } from 'node:url'
import { Worker } from 'node:worker_threads'

void new Worker(pathToFileURL(process.argv[2]))
