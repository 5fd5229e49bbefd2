// SPDX-License-Identifier: Apache-2.0
//! A safe face for abi.rs: what a provider written in Rust sees. No panic leaves the library: it fails the operation
//! with its text, and writes nothing.
use crate::abi;
use std::any::Any;
use std::panic::{catch_unwind, AssertUnwindSafe};

/// Why an operation fails: one of the codes of abi.rs, and a text for people.
pub struct Failure {
    pub code: i32,
    pub text: String,
}

impl From<i32> for Failure {
    fn from(code: i32) -> Self {
        Failure {
            code,
            text: String::new(),
        }
    }
}

pub type Outcome = Result<(), Failure>;

/// A provider: one object for each engine, and never two of these functions at once.
pub trait Provider: Sized + Send + 'static {
    const HANDLERS: &'static [abi::Handler];
    /// Declares the verbs of a path relative to the root of the DDF.
    fn create() -> Result<Self, Failure>;
    /// The operation `call.verb()` at HANDLERS[handler].
    fn operate(&mut self, handler: usize, call: &Call) -> Outcome;
}

pub const fn handler(pattern: &'static str, verbs: u32) -> abi::Handler {
    abi::Handler {
        pattern: abi::Str::of(pattern),
        verbs,
        flags: 0,
        reserved: 0,
    }
}

/// One operation, for the time of its handler.
pub struct Call<'a> {
    host: &'a abi::Host,
    id: abi::CallId,
    request: &'a abi::Request,
}

impl<'a> Call<'a> {
    pub fn verb(&self) -> u32 {
        self.request.verb
    }
    /// The decoded name of the dynamic node number `index` of the path.
    pub fn capture(&self, index: usize) -> Result<&'a str, Failure> {
        if index >= self.request.capture_count {
            return Err(abi::FAILED.into());
        }
        let bytes = unsafe { (*self.request.captures.add(index)).bytes() };
        std::str::from_utf8(bytes).map_err(|_| abi::BAD_VALUE.into())
    }
    /// The result of a get, in the format of the node's schema.
    pub fn set_value(&self, text: &str) -> Outcome {
        let value = abi::Value {
            format: abi::FORMAT_UNSET,
            flags: 0,
            data: text.as_ptr(),
            size: text.len(),
        };
        outcome(unsafe { (self.host.set_value)(self.host, self.id, &value) })
    }
    /// Removes a node and all below it; joins the transaction of the call.
    pub fn remove(&self, path: &str) -> Outcome {
        let writer = abi::WriterId { id: self.id.id };
        outcome(unsafe { (self.host.remove)(self.host, writer, abi::Str::lend(path.as_bytes())) })
    }
}

fn outcome(code: i32) -> Outcome {
    if code == abi::OK {
        Ok(())
    } else {
        Err(code.into())
    }
}

/// `table` comes first: a pointer to it is a pointer to both.
#[repr(C)]
struct Object<P> {
    table: abi::Provider,
    host: *const abi::Host,
    provider: P,
}

/// Runs what a panic must not leave.
fn guarded(function: impl FnOnce() -> Outcome) -> Outcome {
    catch_unwind(AssertUnwindSafe(function)).unwrap_or_else(|thrown| {
        let text = text_of(&*thrown);
        if let Err(again) = catch_unwind(AssertUnwindSafe(|| drop(thrown))) {
            std::mem::forget(again); // once is enough
        }
        Err(Failure {
            code: abi::FAILED,
            text,
        })
    })
}

fn text_of(thrown: &(dyn Any + Send)) -> String {
    let text = thrown.downcast_ref::<&str>().map(|text| text.to_string());
    text.or_else(|| thrown.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "panic".into())
}

/// What `plugin!` puts into the exported object.
///
/// # Safety
/// For the host alone.
pub unsafe extern "C" fn create<P: Provider>(
    host: *const abi::Host,
    _index: usize, // there is one provider only
    out: *mut *mut abi::Provider,
) -> i32 {
    let made = guarded(|| {
        // A panic's text goes to the host with the failure. The hook of the standard library would write it, and with
        // RUST_BACKTRACE set the stack too, into the terminal of a process that is not ours.
        std::panic::set_hook(Box::new(|_| {}));
        let verbs = P::HANDLERS
            .iter()
            .fold(0, |all, handler| all | handler.verbs);
        let operation = |verb: u32| {
            if verbs & verb != 0 {
                Some(operate::<P> as abi::Operation)
            } else {
                None
            }
        };
        let table = abi::Provider {
            size: std::mem::size_of::<abi::Provider>() as u32,
            flags: 0,
            impl_: std::ptr::null_mut(),
            handlers: P::HANDLERS.as_ptr(),
            handler_count: P::HANDLERS.len(),
            start,
            destroy: destroy::<P>,
            get: operation(abi::GET),
            add: operation(abi::ADD),
            replace: operation(abi::REPLACE),
            remove: operation(abi::DELETE),
            exec: operation(abi::EXEC),
            refresh: None,
            get_extension,
        };
        let object = Box::new(Object {
            table,
            host,
            provider: P::create()?,
        });
        *out = Box::into_raw(object).cast();
        Ok(())
    });
    made.map_or_else(
        |why| {
            ((*host).log)(host, abi::LOG_ERROR, abi::Str::lend(why.text.as_bytes()));
            why.code
        },
        |()| abi::OK,
    )
}

unsafe extern "C" fn start(_table: *mut abi::Provider) -> i32 {
    abi::OK
}

unsafe extern "C" fn destroy<P: Provider>(table: *mut abi::Provider) {
    let object: *mut Object<P> = table.cast();
    let _ = guarded(|| {
        drop(Box::from_raw(object));
        Ok(())
    });
}

unsafe extern "C" fn operate<P: Provider>(
    table: *mut abi::Provider,
    id: abi::CallId,
    request: *const abi::Request,
) -> i32 {
    let object = &mut *table.cast::<Object<P>>();
    let host = &*object.host;
    let request = &*request;
    let call = Call { host, id, request };
    match guarded(|| object.provider.operate(request.handler as usize, &call)) {
        Ok(()) => abi::OK,
        Err(why) => {
            if !why.text.is_empty() {
                (host.set_error)(host, id, 0, abi::Str::lend(why.text.as_bytes()));
            }
            why.code
        }
    }
}

unsafe extern "C" fn get_extension(
    _table: *mut abi::Provider,
    _id: *const u8,
) -> *const std::ffi::c_void {
    std::ptr::null()
}

/// Exports the library: plugin!(Class, "name", "Name.xml"), once. The name keys durable state: never change it.
#[macro_export]
macro_rules! plugin {
    ($class:ty, $name:literal, $ddf:literal) => {
        static PROVIDERS: [$crate::abi::ProviderInfo; 1] = [$crate::abi::ProviderInfo {
            name: $crate::abi::Str::of($name),
            ddf_name: $crate::abi::Str::of($ddf),
            ddf: $crate::abi::Str::of(""),
            reserved: 0,
        }];
        #[no_mangle]
        #[allow(non_upper_case_globals)]
        pub static cspkit_plugin_v1: $crate::abi::Plugin = $crate::abi::Plugin {
            size: std::mem::size_of::<$crate::abi::Plugin>() as u32,
            abi_major: $crate::abi::MAJOR,
            abi_minor: $crate::abi::MINOR,
            id: $crate::abi::Str::of(concat!("com.example.", $name)),
            version: $crate::abi::Str::of("1.0.0"),
            providers: PROVIDERS.as_ptr(),
            provider_count: PROVIDERS.len(),
            create: $crate::cspkit::create::<$class>,
        };
    };
}
