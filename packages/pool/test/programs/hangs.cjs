// Preloaded: what the system does that gives a program no threads.
Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
