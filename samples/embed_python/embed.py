#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The engine from Python, by ctypes and the standard library alone.

    embed.py [--library libcspkit.so] [--provider P.so] STATE DDF < message.xml

answers a SyncML message from standard input; with --check it instead goes through what an agent does,
and says what does not work. The structs below are those of cspkit/engine.h, member by member.
"""
import argparse
import ctypes as c
import os
import sys
import threading

OK = 0
FORMAT_UNSET = 0


class Error(c.Structure):
    _fields_ = [("size", c.c_uint32), ("code", c.c_int32), ("syncml_status", c.c_int32),
                ("hresult", c.c_uint32), ("text", c.c_char * 1024)]


class Options(c.Structure):
    _fields_ = [("size", c.c_uint32), ("durability", c.c_int32), ("state", c.c_char_p),
                ("log", c.c_void_p), ("log_context", c.c_void_p), ("flags", c.c_uint32),
                ("call_deadline_ms", c.c_uint32), ("max_value_bytes", c.c_uint64),
                ("max_message_bytes", c.c_uint64), ("max_transaction_bytes", c.c_uint64),
                ("max_state_bytes", c.c_uint64)]


class Buffer(c.Structure):
    _fields_ = [("size", c.c_uint32), ("format", c.c_int32), ("data", c.POINTER(c.c_char)),
                ("length", c.c_size_t)]


class Value(c.Structure):
    _fields_ = [("format", c.c_int32), ("flags", c.c_uint32), ("data", c.c_char_p),
                ("size", c.c_size_t)]


class Change(c.Structure):
    _fields_ = [("size", c.c_uint32), ("kind", c.c_int32), ("uri", c.c_char_p),
                ("before", c.POINTER(Value)), ("after", c.POINTER(Value)), ("leaf", c.c_int32)]


class ChangeBatch(c.Structure):
    _fields_ = [("size", c.c_uint32), ("cause", c.c_int32), ("transaction", c.c_uint64),
                ("provider", c.c_char_p), ("changes", c.POINTER(c.POINTER(Change))),
                ("count", c.c_size_t), ("missed", c.c_int32)]


CHANGE_FN = c.CFUNCTYPE(None, c.c_void_p, c.POINTER(ChangeBatch))


class CspkitError(Exception):
    """What a call says: code, SyncML status and a text for people."""

    def __init__(self, error):
        super().__init__(error.text.decode("utf-8", "replace"))
        self.code, self.syncml_status = error.code, error.syncml_status


class Engine:
    """One device. A context manager; sessions must be closed before it."""

    def __init__(self, library, state=None):
        self._lib = c.CDLL(library)
        if self._lib.cspkit_api_version() >> 16 != 1:
            raise RuntimeError(library + " is of another version")
        self._callbacks = {}
        options = Options(size=c.sizeof(Options), state=os.fsencode(state) if state else None)
        self._handle = c.c_void_p()
        self.call("cspkit_engine_open", c.byref(options), c.byref(self._handle))

    def call(self, name, *arguments):
        error = Error(size=c.sizeof(Error))
        function = getattr(self._lib, name)
        function.restype = c.c_int32
        if function(*arguments, c.byref(error)) != OK:
            raise CspkitError(error)

    def ask(self, name, handle):
        function = getattr(self._lib, name)
        function.restype = c.c_int32
        return function(handle)

    def release(self, name, handle):
        function = getattr(self._lib, name)
        function.restype = None
        function(handle)

    def load_ddf(self, path):
        self.call("cspkit_engine_load_ddf", self._handle, os.fsencode(path))

    def load_provider(self, path):
        self.call("cspkit_engine_load_provider", self._handle, os.fsencode(path), None)

    def session(self):
        return Session(self, self._handle)

    def owner_set(self, uri, data):
        value = Value(FORMAT_UNSET, 0, data, len(data))
        self.call("cspkit_engine_owner_set", self._handle, None, uri.encode(), c.byref(value))

    def subscribe(self, uri, callback):
        """callback(uri, before, after) for each node that changes; returns a function that ends it."""

        def told(_, batch):
            for i in range(batch.contents.count):
                change = batch.contents.changes[i].contents
                both = [c.string_at(v.contents.data, v.contents.size) if v else None
                        for v in (change.before, change.after)]
                callback(change.uri.decode(), *both)

        function, handle = CHANGE_FN(told), c.c_void_p()
        self.call("cspkit_engine_subscribe", self._handle, uri.encode(), None, function, None,
                  c.byref(handle))
        self._callbacks[handle.value] = function  # Python must keep it as long as C may call it

        def end():
            self.release("cspkit_subscription_close", handle)
            self._callbacks.pop(handle.value, None)

        return end

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.call("cspkit_engine_close", self._handle)


class Session:
    """The device's own seat at the tree."""

    def __init__(self, engine, handle):
        self._engine, self._handle = engine, c.c_void_p()
        engine.call("cspkit_session_open", handle, None, c.byref(self._handle))

    def _bytes(self, name, *arguments):
        buffer = Buffer(size=c.sizeof(Buffer))
        self._engine.call(name, self._handle, *arguments, c.byref(buffer))
        data = c.string_at(buffer.data, buffer.length)
        self._engine.release("cspkit_buffer_free", c.byref(buffer))
        return data

    def get(self, uri):
        return self._bytes("cspkit_session_get", uri.encode())

    def process(self, message):
        return self._bytes("cspkit_session_process", message, c.c_size_t(len(message)))

    def reply_wanted(self):
        """Whether the last reply has anything to say: a server that gets an empty one answers it."""
        return self._engine.ask("cspkit_session_reply_wanted", self._handle) != 0

    def replace(self, uri, data):
        value = Value(FORMAT_UNSET, 0, data, len(data))
        self._engine.call("cspkit_session_replace", self._handle, uri.encode(), c.byref(value))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._engine.release("cspkit_session_close", self._handle)


def check(library, state, ddf):
    """What an agent does, once around; raises when something is not as it should be."""
    for suffix in ("", "-wal", ".lock"):
        if os.path.exists(state + suffix):
            os.remove(state + suffix)
    message = (b'<SyncML xmlns="SYNCML:SYNCML1.2"><SyncBody><Get><CmdID>5</CmdID><Item><Target>'
               b'<LocURI>./DevDetail/SwV</LocURI></Target></Item></Get></SyncBody></SyncML>')
    seen, told = [], threading.Event()
    with Engine(library, state) as engine:
        engine.load_ddf(ddf)

        def note(*change):
            seen.append(change)
            told.set()

        end = engine.subscribe("./DevDetail", note)
        engine.owner_set("./DevDetail/SwV", b"10.0.26100")
        assert told.wait(30), "no word of the change"
        end()
        assert seen[0][0] == "./DevDetail/SwV" and seen[0][2] == b"10.0.26100", seen
        with engine.session() as device:
            assert device.get("./DevDetail/SwV") == b"10.0.26100"
            reply = device.process(message)
            assert b"<Data>10.0.26100</Data>" in reply and b"<CmdRef>5</CmdRef>" in reply, reply
            assert device.reply_wanted()
            for uri, status in (("./DevDetail/SwV", 405), ("./Nowhere", 404)):
                try:
                    device.replace(uri, b"x")
                    raise AssertionError(uri + " was replaced")
                except CspkitError as error:
                    assert error.syncml_status == status, (uri, error.syncml_status, str(error))
                    assert uri in str(error) or str(error), "no text"
    with Engine(library, state) as engine, engine.session() as device:
        engine.load_ddf(ddf)
        assert device.get("./DevDetail/SwV") == b"10.0.26100", "it did not last"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--library", default="libcspkit.so")
    parser.add_argument("--provider", action="append", default=[])
    parser.add_argument("--check", action="store_true", help="go through what an agent does")
    parser.add_argument("state")
    parser.add_argument("ddf")
    words = parser.parse_args()
    if words.check:
        check(words.library, words.state, words.ddf)
        return 0
    try:
        with Engine(words.library, words.state) as engine:
            engine.load_ddf(words.ddf)
            for provider in words.provider:
                engine.load_provider(provider)
            with engine.session() as device:
                sys.stdout.buffer.write(device.process(sys.stdin.buffer.read()) + b"\n")
    except CspkitError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
