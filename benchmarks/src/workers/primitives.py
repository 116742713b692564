"""The same measurements with Python's primitives: python3 primitives.py threading|multiprocessing. Prints one line of JSON."""
import json
import multiprocessing
import queue
import sys
import threading
import time

KIND = sys.argv[1]
IS_PROCESS = KIND == "multiprocessing"
# What Python starts everywhere since 3.14, and what Node can do.
context = multiprocessing.get_context("spawn") if IS_PROCESS else threading
now = time.perf_counter
# As in primitives/manyhands.ts.
RECORD = {"id": 17, "name": "Ada", "tags": ["a", "b"], "at": {"lat": 51.5, "lng": -0.125}, "active": True}


def start(target, *args):
    worker = context.Process(target=target, args=args) if IS_PROCESS else threading.Thread(target=target, args=args)
    worker.start()
    return worker


def contend(lock, together, times, seconds):
    together.wait()
    begin = now()
    for _ in range(times):
        lock.acquire()
        lock.release()
    seconds.put(now() - begin)


def answer(first, second, times):
    for _ in range(times):
        first.acquire()
        second.release()


def pass_barrier(barrier, times):
    for _ in range(times):
        barrier.wait()


def answer_event(ask, reply, times):
    for _ in range(times):
        ask.wait()
        ask.clear()
        reply.set()


def produce(items, item, times):
    for _ in range(times):
        items.put(item)


def echo(connection, times):
    for _ in range(times):
        connection.send(connection.recv())


def say_ready(connection):
    connection.send(1)


def measure():
    values = {}
    lock = context.Lock()
    times = 300_000
    begin = now()
    for _ in range(times):
        lock.acquire()
        lock.release()
    values["lockUncontended"] = (now() - begin) / times * 1e9

    times = 50_000
    together = context.Barrier(2)
    seconds = context.Queue() if IS_PROCESS else queue.Queue()
    workers = [start(contend, lock, together, times, seconds) for _ in range(2)]
    values["lockContended"] = max(seconds.get(), seconds.get()) / (2 * times) * 1e9
    for worker in workers:
        worker.join()

    times = 5000
    first, second = context.Semaphore(0), context.Semaphore(0)
    worker = start(answer, first, second, times + 1)
    first.release()
    second.acquire()
    begin = now()
    for _ in range(times):
        first.release()
        second.acquire()
    values["semaphoreUs"] = (now() - begin) / times * 1e6
    worker.join()

    barrier = context.Barrier(2)
    worker = start(pass_barrier, barrier, times + 1)
    barrier.wait()
    begin = now()
    for _ in range(times):
        barrier.wait()
    values["barrierUs"] = (now() - begin) / times * 1e6
    worker.join()

    ask, reply = context.Event(), context.Event()
    worker = start(answer_event, ask, reply, times + 1)
    for i in range(times + 1):
        if i == 1:
            begin = now()
        ask.set()
        reply.wait()
        reply.clear()
    values["eventUs"] = (now() - begin) / times * 1e6
    worker.join()

    for name, item, times in (("queueIntsPerSec", 7, 20_000), ("queueKbPerSec", b"x" * 1024, 20_000), ("queueRecordsPerSec", RECORD, 20_000)):
        items = context.Queue() if IS_PROCESS else queue.Queue()
        worker = start(produce, items, item, times + 1)
        items.get()
        begin = now()
        for _ in range(times):
            items.get()
        values[name] = times / (now() - begin)
        worker.join()

    if IS_PROCESS:
        times = 5000
        here, there = context.Pipe()
        worker = start(echo, there, times + 1)
        for i in range(times + 1):
            if i == 1:
                begin = now()
            here.send(1)
            here.recv()
        values["pipeUs"] = (now() - begin) / times * 1e6
        worker.join()

        for name, method in (("spawnMs", "spawn"), ("forkserverMs", "forkserver")):
            starting = multiprocessing.get_context(method)
            times = []
            for _ in range(6):
                here, there = starting.Pipe()
                begin = now()
                child = starting.Process(target=say_ready, args=(there,))
                child.start()
                here.recv()
                times.append((now() - begin) * 1e3)
                child.join()
            values[name] = sorted(times[1:])[2]
    return values


if __name__ == "__main__":
    print(json.dumps(measure()))
