// SPDX-License-Identifier: Apache-2.0
//! samples/hello_rust with handlers that panic: what they began is undone, and the process lives on.
#[path = "../../samples/hello_rust/abi.rs"]
mod abi;
#[macro_use]
#[path = "../../samples/hello_rust/cspkit.rs"]
mod cspkit;

use cspkit::{handler, Call, Failure, Outcome, Provider};

struct Panics {
    calls: usize,
}

impl Provider for Panics {
    const HANDLERS: &'static [abi::Handler] = &[
        handler("Greeting/{Name}/Text", abi::GET),
        handler("Reset", abi::EXEC),
    ];

    fn create() -> Result<Self, Failure> {
        Ok(Panics { calls: 0 })
    }

    fn operate(&mut self, _handler: usize, call: &Call) -> Outcome {
        self.calls += 1;
        if call.verb() == abi::EXEC {
            call.remove("Greeting")?;
            std::panic::panic_any(7); // neither text nor String
        }
        if call.capture(0)? == "Eve" {
            let nobody: Option<&str> = None;
            nobody.expect("Eve is not greeted");
        }
        call.set_value(&format!("call {}", self.calls))
    }
}

plugin!(Panics, "panics", "HelloRust.xml");
