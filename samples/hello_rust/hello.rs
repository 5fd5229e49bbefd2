// SPDX-License-Identifier: Apache-2.0
//! The provider of samples/hello in Rust: std only.
mod abi;
#[macro_use]
mod cspkit;

use cspkit::{handler, Call, Failure, Outcome, Provider};

struct Greeter;

impl Provider for Greeter {
    const HANDLERS: &'static [abi::Handler] = &[
        handler("Greeting/{Name}/Text", abi::GET),
        handler("Reset", abi::EXEC),
    ];

    fn create() -> Result<Self, Failure> {
        Ok(Greeter)
    }

    fn operate(&mut self, handler: usize, call: &Call) -> Outcome {
        match (handler, call.verb()) {
            (0, abi::GET) => call.set_value(&format!("Hello, {}", call.capture(0)?)),
            (1, abi::EXEC) => call.remove("Greeting"),
            _ => Err(abi::NOT_SUPPORTED.into()),
        }
    }
}

plugin!(Greeter, "hello_rust", "HelloRust.xml");
