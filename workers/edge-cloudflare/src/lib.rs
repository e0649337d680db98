//! The ports of vtta-edge on Cloudflare Workers; the only library that names `worker`.
//!
//! [`Host`] implements every port over one invocation's bindings: objects in the R2 bucket bound as
//! `OBJECTS`, variables and secrets from the environment, requests by the runtime's `fetch`.
//! [`entry!`] makes a Worker of a function; one that only reads gets a [`Reader`], which has copies.
//!
//! Bodies that come from the platform (a stored object, another server's answer) go back to it as
//! they are: they never enter the function's memory unless somebody reads them.

pub mod entry;
mod fetch;
mod glue;
mod host;
mod nearby;
mod objects;
mod pump;
mod reader;
mod recent;
mod relay;
mod request;
mod response;
mod stream;
mod tally;

pub use host::Host;
pub use reader::Reader;
#[doc(hidden)]
pub use wasm_bindgen;

/// Exports a function ([`edge::Function`]) as a Worker: `entry!(webhook::Webhook);`. One that only
/// reads may be told so, and is then answered from copies: `entry!(manifest::Manifest, Reader);`.
///
/// The crate that does so depends on `worker` itself, whose macros make the exports.
#[macro_export]
macro_rules! entry {
    ($function:path) => {
        $crate::entry!($function, Host);
    };
    ($function:path, $host:ident) => {
        mod worker_entry {
            #![allow(unsafe_code, missing_docs, reason = "what the attribute expands to")]

            use $crate::wasm_bindgen::{self, JsValue, prelude::wasm_bindgen};

            #[wasm_bindgen]
            pub fn fetch(
                request: ::worker::web_sys::Request,
                env: ::worker::Env,
                context: ::worker::worker_sys::Context,
            ) -> Result<JsValue, JsValue> {
                $crate::entry::fetch::<$function, $crate::$host>(request, env, context)
            }
        }

        #[::worker::event(scheduled)]
        async fn scheduled(
            _event: ::worker::ScheduledEvent,
            env: ::worker::Env,
            context: ::worker::ScheduleContext,
        ) {
            $crate::entry::scheduled::<$function, $crate::$host>(env, context).await;
        }
    };
}
