// SPDX-License-Identifier: Apache-2.0
//! cspkit/abi.h, version 1.0, as Rust sees it: the same structs, member by member. What each means, who owns what and
//! which thread calls is said there. Extensions are left out.
#![allow(dead_code)]
use std::ffi::c_void;

pub const MAJOR: u16 = 1;
pub const MINOR: u16 = 0;

pub const OK: i32 = 0;
pub const NOT_SUPPORTED: i32 = -3;
pub const BAD_VALUE: i32 = -6;
pub const FULL: i32 = -9;
pub const FAILED: i32 = -12;

pub const FORMAT_UNSET: i32 = 0;

pub const GET: u32 = 1;
pub const ADD: u32 = 2;
pub const REPLACE: u32 = 4;
pub const DELETE: u32 = 8;
pub const EXEC: u32 = 16;

pub const LOG_ERROR: i32 = 3;

/// Text with a length; the pointer may be anything when the length is 0.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Str {
    pub data: *const u8,
    pub size: usize,
}

impl Str {
    pub const fn of(text: &'static str) -> Self {
        Str {
            data: text.as_ptr(),
            size: text.len(),
        }
    }
    /// For the time of a call: whoever gets it copies at once.
    pub fn lend(bytes: &[u8]) -> Self {
        Str {
            data: bytes.as_ptr(),
            size: bytes.len(),
        }
    }
    /// # Safety
    /// What it points to must live as long as the slice.
    pub unsafe fn bytes<'a>(self) -> &'a [u8] {
        if self.size == 0 {
            return &[];
        }
        std::slice::from_raw_parts(self.data, self.size)
    }
}

#[repr(C)]
pub struct Value {
    pub format: i32,
    pub flags: u32,
    pub data: *const u8,
    pub size: usize,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct CallId {
    pub id: u64,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct WriterId {
    pub id: u64,
}

#[repr(C)]
pub struct Handler {
    pub pattern: Str,
    pub verbs: u32,
    pub flags: u32,
    pub reserved: u64,
}

#[repr(C)]
pub struct Request {
    pub size: u32,
    pub handler: u32,
    pub verb: u32,
    pub scope: i32,
    pub user: Str,
    pub path: Str,
    pub captures: *const Str,
    pub capture_count: usize,
    pub value: *const Value,
    pub mime: Str,
    pub session: u64,
    pub transaction: u64,
    pub deadline: i64,
}

pub type ValueSink = unsafe extern "C" fn(*mut c_void, *const Value);
pub type BytesSink = unsafe extern "C" fn(*mut c_void, Str);
pub type Done = unsafe extern "C" fn(*mut c_void, i32);
pub type Task = unsafe extern "C" fn(*mut c_void);

type ReadBytes = unsafe extern "C" fn(*const Host, WriterId, Str, BytesSink, *mut c_void) -> i32;

#[repr(C)]
pub struct Host {
    pub size: u32,
    pub abi_major: u16,
    pub abi_minor: u16,
    pub impl_: *mut c_void,
    pub name: Str,
    pub version: Str,
    pub set_value: unsafe extern "C" fn(*const Host, CallId, *const Value) -> i32,
    pub set_error: unsafe extern "C" fn(*const Host, CallId, u32, Str) -> i32,
    pub complete: unsafe extern "C" fn(*const Host, CallId, i32) -> i32,
    pub is_cancelled: unsafe extern "C" fn(*const Host, CallId) -> i32,
    pub read: unsafe extern "C" fn(*const Host, WriterId, Str, ValueSink, *mut c_void) -> i32,
    pub children: ReadBytes,
    pub set: unsafe extern "C" fn(*const Host, WriterId, Str, *const Value) -> i32,
    pub create: unsafe extern "C" fn(*const Host, WriterId, Str) -> i32,
    pub remove: unsafe extern "C" fn(*const Host, WriterId, Str) -> i32,
    pub state_read: ReadBytes,
    pub state_list: ReadBytes,
    pub state_write: unsafe extern "C" fn(*const Host, WriterId, Str, Str) -> i32,
    pub state_remove: unsafe extern "C" fn(*const Host, WriterId, Str) -> i32,
    pub batch_open: unsafe extern "C" fn(*const Host, i32, Str, *mut WriterId) -> i32,
    pub batch_submit: unsafe extern "C" fn(*const Host, WriterId, Option<Done>, *mut c_void) -> i32,
    pub batch_drop: unsafe extern "C" fn(*const Host, WriterId) -> i32,
    pub now_steady: unsafe extern "C" fn(*const Host) -> i64,
    pub now_utc: unsafe extern "C" fn(*const Host) -> i64,
    pub run_after: unsafe extern "C" fn(*const Host, i64, Task, *mut c_void) -> u64,
    pub cancel_task: unsafe extern "C" fn(*const Host, u64) -> i32,
    pub log: unsafe extern "C" fn(*const Host, i32, Str),
    pub get_extension: unsafe extern "C" fn(*const Host, *const u8) -> *const c_void,
}

pub type Operation = unsafe extern "C" fn(*mut Provider, CallId, *const Request) -> i32;

#[repr(C)]
pub struct Provider {
    pub size: u32,
    pub flags: u32,
    pub impl_: *mut c_void,
    pub handlers: *const Handler,
    pub handler_count: usize,
    pub start: unsafe extern "C" fn(*mut Provider) -> i32,
    pub destroy: unsafe extern "C" fn(*mut Provider),
    pub get: Option<Operation>,
    pub add: Option<Operation>,
    pub replace: Option<Operation>,
    pub remove: Option<Operation>,
    pub exec: Option<Operation>,
    pub refresh: Option<Operation>,
    pub get_extension: unsafe extern "C" fn(*mut Provider, *const u8) -> *const c_void,
}

#[repr(C)]
pub struct ProviderInfo {
    pub name: Str,
    pub ddf_name: Str,
    pub ddf: Str,
    pub reserved: u64,
}

#[repr(C)]
pub struct Plugin {
    pub size: u32,
    pub abi_major: u16,
    pub abi_minor: u16,
    pub id: Str,
    pub version: Str,
    pub providers: *const ProviderInfo,
    pub provider_count: usize,
    pub create: unsafe extern "C" fn(*const Host, usize, *mut *mut Provider) -> i32,
}

// What these point to is constant.
unsafe impl Sync for Handler {}
unsafe impl Sync for ProviderInfo {}
unsafe impl Sync for Plugin {}

// The sizes of version 1.0 on a 64-bit machine: a member that is missing does not compile.
#[cfg(target_pointer_width = "64")]
const _: () = {
    use std::mem::size_of;
    assert!(size_of::<Str>() == 16 && size_of::<Value>() == 24 && size_of::<Handler>() == 32);
    assert!(size_of::<Request>() == 112 && size_of::<Host>() == 224);
    assert!(size_of::<Provider>() == 104 && size_of::<ProviderInfo>() == 56);
    assert!(size_of::<Plugin>() == 64);
};
